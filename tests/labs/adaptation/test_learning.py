"""One step of learning against the update written out by hand, the input against torchvision's, and the scores.

Covers labs/adaptation/domains.py too.
"""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch.nn import functional
from torchvision.transforms import v2

from generator.labs.adaptation.domains import Domain, Normalisation, chosen_normalisation
from generator.labs.adaptation.learning import new_learner, score
from generator.networks.dann import build_domain_network

SCALE = Normalisation((0.1, 0.2, 0.3), (0.5, 0.6, 0.7))


def new(seed=0):
    network = build_domain_network(10, torch.Generator().manual_seed(seed)).to(memory_format=torch.channels_last)
    return new_learner(network, SCALE, "float32")


@pytest.fixture
def batch():
    rng = torch.Generator().manual_seed(3)
    images = torch.randint(0, 256, (8, 28, 28, 3), generator=rng, dtype=torch.uint8)
    return images, torch.randint(0, 10, (5,), generator=rng)  # five of the source, three of the target


def test_the_input_is_torchvisions(batch):
    images, _ = batch
    transform = v2.Compose([v2.ToImage(), v2.ToDtype(torch.float32, scale=True), v2.Normalize(SCALE.mean, SCALE.std)])
    expected = torch.stack([transform(image.numpy()) for image in images])
    found = SCALE.on(images.device).apply(images)
    torch.testing.assert_close(found, expected, atol=1e-6, rtol=1e-5)
    assert found.is_contiguous(memory_format=torch.channels_last)


@pytest.mark.parametrize("factor", [0.4, -1.0, None])
def test_a_step_is_the_papers_update(batch, factor):
    """Ganin et al. 2016, eq. 13-15, with λ only where the features' parameters are updated."""
    images, labels = batch
    learner, reference = new(), new().network
    learner.set_rate(0.1)
    class_loss, domain_loss = learner.step(images, labels, None if factor is None else torch.tensor(factor))

    features = reference.features(SCALE.on(images.device).apply(images))
    expected_class = functional.cross_entropy(reference.classifier(features[:5]), labels)
    truth = torch.tensor([0.0] * 5 + [1.0] * 3)
    expected_domain = functional.binary_cross_entropy_with_logits(reference.domain(features).squeeze(1), truth)
    parts = {part: list(getattr(reference, part).parameters()) for part in ("features", "classifier", "domain")}
    down_class = torch.autograd.grad(expected_class, parts["features"] + parts["classifier"], retain_graph=True)
    down_domain = torch.autograd.grad(expected_domain, parts["features"] + parts["domain"])
    updates = {
        "features": [ours - (factor or 0.0) * theirs for ours, theirs in zip(down_class, down_domain, strict=False)][
            : len(parts["features"])
        ],
        "classifier": down_class[len(parts["features"]) :],
        "domain": [(factor is not None) * update for update in down_domain[len(parts["features"]) :]],
    }
    for part, before in parts.items():
        after = list(getattr(learner.network, part).parameters())
        for new_value, old_value, update in zip(after, before, updates[part], strict=True):
            torch.testing.assert_close(new_value, old_value - 0.1 * update, atol=2e-6, rtol=1e-4)
    torch.testing.assert_close(class_loss, expected_class.detach())
    assert domain_loss.item() == pytest.approx(0.0 if factor is None else expected_domain.item(), rel=1e-5)


def test_momentum_carries_over(batch):
    images, labels = batch
    learner = new()
    learner.set_rate(0.1)
    learner.step(images, labels)
    before = learner.network.classifier[4].bias.detach().clone()
    learner.step(images[:1], labels[:1])
    momentum = learner.optimiser.state[learner.network.classifier[4].bias]["momentum_buffer"]
    torch.testing.assert_close(learner.network.classifier[4].bias, before - 0.1 * momentum)
    assert learner.optimiser.defaults["momentum"] == 0.9


def test_scores_count_classes_and_own_domains(batch):
    images, _ = batch
    learner = new()
    classes, domains = learner.predict(images)
    torch.testing.assert_close(classes.sum(1), torch.ones(8))
    answers = classes.argmax(1)
    truth = torch.where(torch.arange(8) < 3, answers, (answers + 1) % 10)
    found = score(learner, Domain(images, truth), is_target=True)
    assert (found.images, found.class_hits, found.domain_hits) == (8, 3, int((domains > 0.5).sum()))
    other = score(learner, Domain(images, truth), is_target=False)
    assert other.domain_hits == 8 - found.domain_hits
    assert found.classes.tolist() == [True] * 3 + [False] * 5


def test_predictions_do_not_depend_on_how_images_are_batched(batch, monkeypatch):
    images, _ = batch
    whole = new().predict(images)
    monkeypatch.setattr("generator.labs.adaptation.learning.TEST_BATCH", 3)
    for ours, theirs in zip(new().predict(images), whole, strict=True):
        torch.testing.assert_close(ours, theirs)


def test_normalisations():
    rng = np.random.default_rng
    assert chosen_normalisation("mnist", rng(0)) == Normalisation((0.1307,) * 3, (0.3081,) * 3)
    assert chosen_normalisation("half", rng(0)) == Normalisation((0.5,) * 3, (0.5,) * 3)
    assert chosen_normalisation("imagenet", rng(0)).mean == (0.485, 0.456, 0.406)
    first, again, other = (chosen_normalisation("random", rng(seed)) for seed in (1, 1, 2))
    assert first == again != other
    assert len(set(first.mean + first.std)) == 6
    assert min(first.std) >= 0.1


def test_every_nth_image_starts_with_the_first():
    domain = Domain(torch.arange(7).view(7, 1, 1, 1), torch.arange(7))
    assert domain.every(3).labels.tolist() == domain.every(3).images.flatten().tolist() == [0, 3, 6]


def test_in_bfloat16_the_classifiers_still_compute_in_float32(batch):
    """Found by trials: with both classifiers in bfloat16, trainings were lost that succeed with them in float32."""
    images, labels = batch
    learner = new_learner(new().network, SCALE, "bfloat16")
    seen = {}
    for name in ("features.0", "classifier.0", "domain.0"):
        module = learner.network.get_submodule(name)
        module.register_forward_hook(lambda _, given, output, name=name: seen.update({name: output.dtype}))
    learner.step(images, labels, torch.tensor(1.0))
    assert seen == {"features.0": torch.bfloat16, "classifier.0": torch.float32, "domain.0": torch.float32}
