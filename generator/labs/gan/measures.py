"""Measure a trained generator by what the judge makes of thousands of its images."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray

from generator.labs.gan.comparison import VARIATIONS
from generator.labs.gan.fidelity import (
    MODE_SHARE,
    class_shares,
    feature_scores,
    inception_score,
    label_distance,
    modes_covered,
)
from generator.labs.gan.judge import LEGIBLE_SHARE, SURE, class_variance, confidence, judged, legible, load_judge
from generator.labs.gan.real_images import load_real_images, to_bytes
from generator.labs.gan.sampling import balanced_labels, draw_images, latent_vectors, trained_generator
from generator.labs.shared.metrics import share_metrics
from generator.labs.shared.statistics import wilson_interval
from generator.networks.judge import JUDGE_SIDE
from generator.registry import computation
from generator.results import Bars, BarSeries, Result, Table, Value
from generator.workspace import Workspace

#: Images drawn and judged at a time: 64 × 64 pixels in 32 bits take 16 MB.
BATCH = 1000


@computation(
    metrics={
        "exact": ["samples", "compared", "classes", "mode_share", "sure", "legible_share", "neighbours", "seed",
                  "dataset", "training_images", "image_size", "conditional", "nz", "ngf", "ndf", "epochs",
                  "initialisation", "loss", "d_rate", "g_rate", "batch_size"],
        "seeded": ["outcome", "judge_test", "modes", "legible", "class_variety", "label_distance", "rarest",
                   "rarest_share", "commonest", "commonest_share", "confidence", "inception_score", "fid", "density",
                   "coverage", "real_fid", "real_density", "real_coverage", "agreement", "worst_class",
                   "worst_agreement"],
        "margins": ["agreement_low", "agreement_high"],
    },
    tables={"classes": ["class_name", "share", "low", "high", "real_share", "agreement", "agreement_low",
                        "agreement_high"]},
    figures=["classes"], columns={"exact": ["real_share"], "seeded": ["share"]},
)  # fmt: skip
def measure_gan(
    workspace: Workspace, *, gan: Result, judge: Result, samples: int = 10_000, shown: int = 16, seed: int = 0
) -> Result:
    """Draw ``samples`` images from a ``train_gan`` result, as bytes, and have a ``train_judge`` result judge them.

    A class is covered (``modes``) when at least ``mode_share`` of the images are judged to be of it, and ``legible``
    when at least ``legible_share`` of them are so with a probability of at least ``sure``. ``label_distance`` is the
    total variation between the shares of the judged classes and those in the training set. ``class_variety`` is the
    pixel variance among images of one class (asked for, or else judged), as a share of that among training images, both
    summed over the classes that occur. Fréchet distance, density and coverage take as many generated images as there
    are test images (``compared``), so that the test images' own values (``real_…``) are measured on equally many;
    images of more than 32 pixels are averaged to 32, real ones too. These are None where the judge is not ``able`` to
    judge. A conditional generator draws all classes equally often; its ``agreement`` is the share of images judged to
    be of the class asked for, None for others. The array ``strip`` holds the first ``shown`` images, and ``hits`` which
    samples show the class asked for: generators of as many latent values get the same vectors and classes for the same
    ``seed``. Raises ValueError where there are fewer samples than test images.
    """
    network = load_judge(judge, workspace.device)
    compared = int(str(judge.metrics["test_images"]))
    if samples < compared:
        raise ValueError(f"{samples} samples are fewer than the {compared} test images")
    pixels, asked = draw_samples(workspace, gan, samples, seed)
    features, logits = judged(network, pixels)
    found = logits.argmax(1)
    hits = None if asked is None else (found == asked)
    classes = _class_table(judge, found.cpu().numpy(), None if asked is None else asked.cpu().numpy())
    return Result(
        metrics={
            "samples": samples,
            "compared": compared,
            "seed": seed,
            **{name: gan.metrics[name] for name in ("outcome", *VARIATIONS)},
            "judge_test": judge.metrics["test"],
            **_balance(classes),
            **_certainty(logits),
            "class_variety": _class_variety(judge, pixels, found if asked is None else asked),
            **_scores(workspace, judge, features[:compared]),
            **{f"real_{name}": value for name, value in _real_scores(workspace, gan, judge).items()},
            "neighbours": judge.metrics["neighbours"],
            **_agreement(classes, hits),
        },
        tables={"classes": classes},
        figures={"classes": _class_chart(classes)},
        arrays={"strip": pixels[:shown].cpu().numpy(), **({} if hits is None else {"hits": hits.cpu().numpy()})},
    )


@torch.no_grad()
def draw_samples(workspace: Workspace, gan: Result, count: int, seed: int) -> tuple[torch.Tensor, torch.Tensor | None]:
    """Images (count, channels, size, size) of a ``train_gan`` result as bytes, and the classes asked for, or None.

    Numbers that are not finite, from a training that diverged, become 0, a middle grey.
    """
    generator = trained_generator(gan, workspace.device)
    latent = latent_vectors(workspace, seed, count, generator.nz)
    labels = balanced_labels(count, generator.classes, workspace.device) if generator.classes else None
    found = []
    for start in range(0, count, BATCH):
        own = None if labels is None else labels[start : start + BATCH]
        images = draw_images(generator, latent[start : start + BATCH], own)
        found.append(to_bytes(torch.nan_to_num(images, nan=0.0, posinf=0.0, neginf=0.0)))
        workspace.progress(min(start + BATCH, count), count, f"{min(start + BATCH, count)} of {count} samples")
    return torch.cat(found), labels


def _certainty(logits: torch.Tensor) -> dict[str, Value]:
    """How sure the judge is, how many classes are beyond doubt, and the thresholds of this and of the covered ones."""
    return {
        "confidence": confidence(logits),
        "inception_score": inception_score(logits),
        "legible": legible(logits),
        "legible_share": LEGIBLE_SHARE,
        "sure": SURE,
        "mode_share": MODE_SHARE,
    }


def _scores(workspace: Workspace, judge: Result, features: torch.Tensor) -> dict[str, float | None]:
    """What the judge makes of features (m, 64), against those of real training images."""
    references = torch.from_numpy(np.array(judge.arrays["features/train"])).to(workspace.device)
    return feature_scores(references, features, int(str(judge.metrics["neighbours"])), bool(judge.metrics["able"]))


def _real_scores(workspace: Workspace, gan: Result, judge: Result) -> dict[str, Value]:
    """What the test images come to themselves, in the size that the GAN was trained in."""
    size = int(str(gan.metrics["image_size"]))
    if size == JUDGE_SIDE:
        return {name: judge.metrics[name] for name in ("fid", "density", "coverage")}
    test = load_real_images(str(judge.metrics["dataset"]), workspace.data, "test", size, device=workspace.device)
    features, _ = judged(load_judge(judge, workspace.device), test.pixels)
    return {**_scores(workspace, judge, features)}


def _class_table(judge: Result, found: NDArray[np.int64], asked: NDArray[np.int64] | None) -> Table:
    """How often each class was found, and, where classes were asked for, how often each was then found."""
    rows: list[dict[str, Value]] = []
    for number, known in enumerate(judge.tables["classes"].records()):
        count = int((found == number).sum())
        low, high = wilson_interval(count, len(found))
        agreement: dict[str, Value] = dict.fromkeys(("agreement", "agreement_low", "agreement_high"))
        if asked is not None:
            own = found[asked == number]
            agreement = share_metrics("agreement", int((own == number).sum()), len(own))
        rows.append({
            "class_name": known["class_name"],
            "share": count / len(found),
            "low": low,
            "high": high,
            "real_share": known["share"],
            **agreement,
        })  # fmt: skip
    return Table.of(rows)


def _balance(classes: Table) -> dict[str, Value]:
    """How evenly the classes occur."""
    rows = classes.records()
    shares, reals = (np.array([float(str(row[name])) for row in rows]) for name in ("share", "real_share"))
    rarest, commonest = int(shares.argmin()), int(shares.argmax())
    return {
        "modes": modes_covered(shares),
        "classes": len(rows),
        "label_distance": label_distance(shares, reals),
        "rarest": rows[rarest]["class_name"],
        "rarest_share": float(shares[rarest]),
        "commonest": rows[commonest]["class_name"],
        "commonest_share": float(shares[commonest]),
    }


def _class_variety(judge: Result, pixels: torch.Tensor, classes: torch.Tensor) -> float:
    """How much images of one class differ from one another, as a share of how much training images do."""
    real = np.array([float(str(row["variance"])) for row in judge.tables["classes"].records()])
    own = class_variance(pixels, classes, len(real))
    occurring = class_shares(classes, len(real)) > 0
    return float(own[occurring].sum() / real[occurring].sum())


def _agreement(classes: Table, hits: torch.Tensor | None) -> dict[str, Value]:
    """The share of images of the class asked for, with its interval, and the class that comes out worst."""
    if hits is None:
        names = ("agreement", "agreement_low", "agreement_high", "worst_class", "worst_agreement")
        return dict.fromkeys(names)
    worst = min(classes.records(), key=lambda row: float(str(row["agreement"])))
    return {
        **share_metrics("agreement", int(hits.sum()), len(hits)),
        "worst_class": worst["class_name"],
        "worst_agreement": worst["agreement"],
    }


def _class_chart(classes: Table) -> Bars:
    rows = classes.records()
    share, low, high, real = (
        np.array([float(str(row[name])) for row in rows]) for name in ("share", "low", "high", "real_share")
    )
    series = (BarSeries("generated", share, low, high), BarSeries("training images", real))
    return Bars(tuple(str(row["class_name"]) for row in rows), series, value_label="share of images")
