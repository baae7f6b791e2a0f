"""Training a GAN as a whole: repeatable, resumable, honest about how it ended, and better than where it began.

Covers labs/gan/match.py, labs/gan/outcome.py, labs/gan/sampling.py too.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from generator.labs.gan.outcome import judge
from generator.labs.gan.real_images import load_real_images
from generator.labs.gan.sampling import balanced_labels, draw_images, latent_vectors, trained_generator
from generator.labs.gan.training import train_gan
from generator.store.checkpoints import DiskCheckpoints
from generator.workspace import Workspace
from tests.labs.trainings_for_tests import (
    KilledError,
    MemoryCheckpoints,
    disturbed,
    killed_after,
    run_until_killed,
    same_numbers,
    torchs_own_generator_is_left_alone,
)

SHORT = {
    "dataset": "embedded_mnist", "training_images": 96, "nz": 6, "ngf": 2, "ndf": 2, "epochs": 3, "batch_size": 32,
    "seed": 3,
}  # fmt: skip


def same(first, second):
    same_numbers(first, second)
    for one, other in zip(first.figures["progress"].images, second.figures["progress"].images, strict=True):
        np.testing.assert_array_equal(one, other)
    for one, other in zip(first.figures["losses"].series, second.figures["losses"].series, strict=True):
        np.testing.assert_array_equal(one.y, other.y)


@pytest.mark.parametrize(("done", "conditional"), [(1, False), (2, True), (3, False)])
def test_a_killed_training_ends_with_the_numbers_of_an_uninterrupted_one(workspace, done, conditional):
    settings = {**SHORT, "conditional": conditional}
    checkpoints = MemoryCheckpoints()
    with pytest.raises(KilledError):
        train_gan(replace(workspace, progress=killed_after(done), checkpoints=checkpoints), **settings)
    epochs = []
    after = replace(workspace, progress=lambda done, *_: epochs.append(int(done)), checkpoints=checkpoints)
    resumed = train_gan(after, **settings)
    assert min(epochs, default=3) == done  # nothing before the checkpoint was done again
    same(resumed, train_gan(workspace, **settings))


@pytest.mark.parametrize(("dataset", "size", "channels"), [("embedded_mnist", 64, 1), ("embedded_mnist_m", 32, 3)])
def test_larger_and_coloured_images_are_trained_and_shown_as_such(workspace, dataset, size, channels):
    result = train_gan(workspace, **{**SHORT, "dataset": dataset, "image_size": size, "epochs": 1, "conditional": True})
    assert (result.metrics["image_size"], result.metrics["channels"]) == (size, channels)
    assert {image.shape for image in result.figures["samples"].images} == {(size, size, 3)[: 2 if channels == 1 else 3]}
    assert len(result.figures["samples"].images) == 100
    assert result.figures["samples"].row_titles == tuple("0123456789")


def test_a_process_that_is_killed_loses_no_finished_epoch(workspace, tmp_path):
    folder = tmp_path / "checkpoints"
    code = f"from generator.labs.gan.training import train_gan\ntrain_gan(workspace, **{SHORT!r})"
    run_until_killed(code, folder, 2)
    steps = []
    again = Workspace("cpu", Path("nowhere"), lambda done, *_: steps.append(done), DiskCheckpoints(folder))
    same(train_gan(again, **SHORT), train_gan(workspace, **SHORT))
    assert min(steps) >= 2


def test_the_seed_and_nothing_else_decides(workspace):
    first = train_gan(workspace, **SHORT)
    disturbed()
    same(first, train_gan(workspace, **SHORT))
    other = train_gan(workspace, **{**SHORT, "seed": 4})
    assert other.metrics["d_loss"] != first.metrics["d_loss"]


def test_training_leaves_torchs_own_generator_alone(workspace):
    torchs_own_generator_is_left_alone(lambda: train_gan(workspace, **{**SHORT, "epochs": 1}))


def test_wider_networks_meet_the_same_images_in_the_same_order(workspace):
    """Streams of random numbers are apart: what one network needs shifts nothing for the other."""
    one, other = (train_gan(workspace, **{**SHORT, "epochs": 1, "ndf": width}) for width in (2, 4))
    first, second = (result.figures["progress"].images[0] for result in (one, other))
    assert np.array_equal(first, second)  # the generator before the first step, on the same latents


def test_a_training_that_diverges_stops_there_and_says_so(workspace):
    result = train_gan(workspace, **{**SHORT, "epochs": 4, "d_rate": 1e30})
    assert (result.metrics["outcome"], result.metrics["finished"]) == ("diverged", False)
    assert result.metrics["diverged_epoch"] == result.metrics["epochs_run"] == 1
    assert len(result.tables["history"].rows) == 1
    assert result.tables["history"].records()[0]["finite"] < 1.0
    assert all(np.isfinite(series.y).all() for series in result.figures["losses"].series)
    assert all(value == value for value in result.metrics.values())  # no NaN among them


def epoch(variety=0.9, d_fake=0.3, d_loss=0.8, finite=1.0):
    return {"variety": variety, "d_fake": d_fake, "d_loss": d_loss, "finite": finite}


@pytest.mark.parametrize(
    ("history", "word", "collapsed", "won"),
    [
        ([epoch(variety=0.0), epoch()], "finished", (), ()),
        ([epoch(), epoch(variety=0.1)], "collapsed", (2,), ()),
        ([epoch(), epoch(variety=0.1), epoch()], "finished", (2,), ()),
        ([epoch(variety=0.0), epoch(variety=0.1)], "unformed", (), ()),
        ([epoch(), epoch(d_fake=0.005, d_loss=0.01)], "won", (), (2,)),
        ([epoch(d_fake=0.005, d_loss=0.2)], "finished", (), ()),
        ([epoch(variety=0.0, d_fake=0.005, d_loss=0.01)], "won", (), (1,)),
        ([epoch(), epoch(variety=0.1, finite=0.5)], "diverged", (2,), ()),
    ],
)
def test_the_ending_is_told_from_the_epochs(history, word, collapsed, won):
    outcome = judge(history)
    assert (outcome.word, outcome.collapsed, outcome.won) == (word, collapsed, won)


def test_a_discriminator_that_only_ever_sees_noise_wins(workspace):
    result = train_gan(workspace, **{**SHORT, "epochs": 12, "ndf": 8, "d_rate": 5e-3, "g_rate": 1e-9})
    assert result.metrics["outcome"] == "won"
    assert result.metrics["d_real"] > 0.95
    assert result.metrics["variety"] < 0.5


def test_samples_depend_on_their_own_latent_and_label_alone(workspace):
    result = train_gan(workspace, **{**SHORT, "conditional": True})
    generator = trained_generator(result)
    latent = latent_vectors(workspace, 1, 12, 6)
    labels = balanced_labels(12, 10, "cpu")
    together = draw_images(generator, latent, labels)
    alone = draw_images(generator, latent[3:4], labels[3:4])
    torch.testing.assert_close(together[3:4], alone, rtol=1e-5, atol=1e-5)
    assert together.shape == (12, 1, 32, 32)
    assert float(together.abs().max()) <= 1.0
    one, other = (draw_images(generator, latent[:1], labels[number : number + 1]) for number in (0, 1))
    assert not torch.equal(one, other)


def test_the_final_statistics_are_those_of_the_final_weights(workspace):
    generator = trained_generator(train_gan(workspace, **SHORT))
    latent = torch.randn(5000, 6, generator=torch.Generator().manual_seed(11))
    with torch.no_grad():
        maps = generator.latent[0](latent.view(-1, 6, 1, 1))
    norm = generator.latent[1]
    torch.testing.assert_close(norm.running_mean, maps.mean((0, 2, 3)), atol=0.02, rtol=0)
    torch.testing.assert_close(norm.running_var, maps.var((0, 2, 3)), rtol=0.1, atol=1e-3)


def test_a_short_training_turns_noise_into_something_like_digits(workspace):
    settings = {"training_images": 1300, "ngf": 16, "ndf": 16, "nz": 20, "epochs": 10, "batch_size": 64}
    result = train_gan(workspace, **{**SHORT, **settings})
    real = load_real_images("embedded_mnist", Path("nowhere"), "train", 32).pixels[:, 0].float().mean(0).numpy()
    images = result.figures["progress"].images
    likeness = [np.corrcoef(np.mean(row, axis=0).ravel(), real.ravel())[0, 1] for row in (images[:10], images[-10:])]
    assert abs(likeness[0]) < 0.3
    assert likeness[1] > 0.8
    assert result.metrics["outcome"] == "finished"
