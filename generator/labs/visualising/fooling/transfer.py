"""What fooled images are worth outside the network that they were made on: in files, and before another network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from generator.datasets.images import load_images
from generator.labs.shared.statistics import holm_adjusted, mcnemar_p, paired_p, wilson_interval
from generator.labs.visualising.fooling.perturbations import as_saved
from generator.labs.visualising.paired import least_p
from generator.labs.visualising.separate import attacked_network, logits_separately
from generator.networks.backbones import Backbone
from generator.registry import Dataset, Network, computation
from generator.results import LineChart, Result, Series, Table, Value
from generator.workspace import Workspace

Pictures = NDArray[np.uint8]

#: Ways of keeping an image; a JPEG's quality is Pillow's, None stands for a file without loss.
QUALITIES = (None, 95, 75)


@dataclass(frozen=True, eq=False)
class Fooled:
    """n fooled pairs: the images' numbers and the targets, int64 (n,); the rest (n, 3, size, size) in pixel space.

    ``noise`` goes in random directions and is, for each pair, as long as ``changes``.
    """

    images: NDArray[np.int64]
    targets: NDArray[np.int64]
    originals: torch.Tensor
    changes: torch.Tensor
    noise: torch.Tensor


@dataclass(frozen=True, eq=False)
class Answers:
    """The classes, int64 (n,), that one network says for the originals, the fooled images and the noisy ones."""

    original: NDArray[np.int64]
    fooled: NDArray[np.int64]
    noisy: NDArray[np.int64]

    def brought_to(self, targets: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Whether the attack makes the network say the target, which it did not say for the original, (n,)."""
        brought: NDArray[np.bool_] = (self.fooled == targets) & self.changed
        return brought

    @property
    def changed(self) -> NDArray[np.bool_]:
        """Whether the attack changes what the network says, (n,)."""
        return np.not_equal(self.fooled, self.original)

    @property
    def noise_changed(self) -> NDArray[np.bool_]:
        """Whether noise of the same length does, (n,)."""
        return np.not_equal(self.noisy, self.original)


@computation(
    metrics={
        "exact": ["label", "other_label", "other_untrained", "images", "pairs", "targets", "largest_factor"],
        "measured": ["l2", "own_target", "largest_l2", "largest_own_target", "kept_8_bits", "kept_jpeg_95"],
        "seeded": ["own_noise", "other_changed", "other_noise", "other_target", "significant_targets",
                   "largest_other_changed", "largest_other_noise", "largest_other_target"],
        "margins": ["other_p", "largest_other_p", "own_longer_p", "least_p"],
    },
    tables={
        "targets": ["target", "images", "changed", "changed_low", "changed_high", "noise_changed", "noise_low",
                    "noise_high", "as_target", "as_target_low", "as_target_high", "p"],
        "factors": ["factor", "l2", "own_target", "own_noise", "other_changed", "other_noise", "other_p",
                    "other_target"],
        "files": ["file", "kept", "low", "high"],
    },
    columns={"exact": ["factor"]},
    figures=["factors"],
)  # fmt: skip
def transfer_fooling(
    workspace: Workspace, *, fooled: Result, network: Network, other: Network, dataset: Dataset, factors: list[int],
    seed: int = 0,
) -> Result:  # fmt: skip
    """Show the images that :func:`fool_images` fooled ``network`` with to another network that knows the same classes.

    ``other_untrained`` counts the classes of which that network never saw an image. All images are shown as files keep
    them, cut to [0, 1] and rounded to 8 bits. ``…changed`` is the share of pairs for which a network says something
    else than for the original, ``…target`` the share for which that is the target, and ``…noise`` the former for
    Gaussian noise of the same L2 norm (drawn by ``seed``, one direction for each pair). Each change is also multiplied
    by ``factors``; metrics without a prefix are for factor 1, those with "largest" for the largest, and ``l2`` is the
    mean in pixel space. Pairs of one image are no independent trials: 95 % Wilson intervals, and the exact McNemar p of
    the attack's changes against the noise's, are given target by target, where each image counts once. ``…other_p`` is
    the exact probability for all pairs, with the signs of whole images exchanged. The p values of each table are
    adjusted together (Holm). ``significant_targets`` counts the targets with more changes than noise makes, p < 0.05.
    ``kept_…`` is the share of pairs that ``network`` takes for the target after saving; its interval counts as many
    trials as there are images. Raises ValueError where the networks know different classes or nothing was fooled.
    """
    own, other_one = (attacked_network(workspace, some) for some in (network, other))
    if own.class_names != other_one.class_names:
        raise ValueError(f"{own.label} and {other_one.label} know different classes")
    pairs = _fooled(workspace, own, dataset, fooled, seed)
    asked = _ask_both(workspace, (own, other_one), pairs, sorted({1, *factors}))
    rows = _adjusted([_row(factor, pairs, *answers) for factor, answers in asked.items()], "other_p")
    targets = dict.fromkeys(pairs.targets.tolist())
    found = [_of_target(pairs.targets == one, own.class_names[one], asked[1][1], one) for one in targets]
    by_target = _adjusted(found, "p")
    files = _files(own, pairs)
    return Result(
        metrics={
            **{"label": own.label, "other_label": other_one.label, "other_untrained": len(other_one.untrained)},
            "pairs": len(pairs.images),
            **{name: value for name, value in rows[0].items() if name != "factor"},
            "targets": len(by_target),
            "significant_targets": sum(row["p"] < 0.05 and row["changed"] > row["noise_changed"] for row in by_target),
            **{f"largest_{name}": value for name, value in rows[-1].items() if name != "own_noise"},
            **_by_image(pairs, asked),
            **{f"kept_{name}": files[place]["kept"] for place, name in enumerate(("8_bits", "jpeg_95"))},
        },
        tables={"targets": Table.of(by_target), "factors": Table.of(rows), "files": Table.of(files)},
        figures={"factors": _chart(own, other_one, rows)},
    )


def _by_image(pairs: Fooled, asked: Mapping[int, tuple[Answers, Answers]]) -> dict[str, Value]:
    """Whether the longest change brings the first network to the target less often than the original one, as a p value.

    ``least_p`` is what ``…other_p`` cannot be below with so many images.
    """
    count = len(set(pairs.images.tolist()))
    first, longest = (asked[factor][0].brought_to(pairs.targets) for factor in (min(asked), max(asked)))
    p = paired_p(first, longest, pairs.images)
    return {"images": count, "own_longer_p": p, "least_p": least_p(count, len(asked))}


def _fooled(workspace: Workspace, backbone: Backbone, dataset: str, result: Result, seed: int) -> Fooled:
    images, targets = (np.array(result.arrays[name], dtype=np.int64) for name in ("images", "targets"))
    if len(images) == 0:
        raise ValueError(f"{backbone.label} was not fooled once: there is nothing to show to another network")
    photographs = load_images(dataset, workspace.data).select(images.tolist())
    originals = backbone.preprocess(photographs.images, normalise=False)
    changes = torch.tensor(np.array(result.arrays["differences"]), dtype=torch.float32)
    noise = torch.randn(changes.shape, generator=workspace.rng(seed, "noise"))
    noise *= (_length(changes) / _length(noise))[:, None, None, None]
    return Fooled(images, targets, originals, changes.to(originals), noise.to(originals))


def _length(values: torch.Tensor) -> torch.Tensor:
    length: torch.Tensor = torch.linalg.vector_norm(values.flatten(1), dim=1)
    return length


def _says(backbone: Backbone, pictures: Sequence[Pictures]) -> NDArray[np.int64]:
    """The class that a network predicts for each picture, resized to its input where it has another size."""
    found: NDArray[np.int64] = logits_separately(backbone, backbone.preprocess(pictures)).argmax(1).cpu().numpy()
    return found


def _ask_both(
    workspace: Workspace, backbones: tuple[Backbone, Backbone], pairs: Fooled, factors: Sequence[int]
) -> dict[int, tuple[Answers, Answers]]:
    """What both networks answer, for each factor."""
    asked = {}
    originals = [_says(backbone, list(as_saved(pairs.originals))) for backbone in backbones]
    for number, factor in enumerate(factors, start=1):
        own, other = (_ask(backbone, pairs, said, factor) for backbone, said in zip(backbones, originals, strict=True))
        asked[factor] = (own, other)
        workspace.progress(number, len(factors) + 1, f"differences × {factor}")
    return asked


def _adjusted(rows: list[dict[str, Any]], column: str) -> list[dict[str, Any]]:
    """The rows with their p values adjusted for each other."""
    adjusted = holm_adjusted([row[column] for row in rows])
    return [{**row, column: p} for row, p in zip(rows, adjusted, strict=True)]


def _ask(backbone: Backbone, pairs: Fooled, original: NDArray[np.int64], factor: int) -> Answers:
    shown = [pairs.originals + factor * change for change in (pairs.changes, pairs.noise)]
    return Answers(original, *(_says(backbone, list(as_saved(pixels))) for pixels in shown))


def _row(factor: int, pairs: Fooled, own: Answers, other: Answers) -> dict[str, Any]:
    return {
        "factor": factor,
        "l2": factor * float(_length(pairs.changes).mean()),
        "own_target": float(own.brought_to(pairs.targets).mean()),
        "own_noise": float(own.noise_changed.mean()),
        "other_changed": float(other.changed.mean()),
        "other_noise": float(other.noise_changed.mean()),
        "other_p": paired_p(other.changed, other.noise_changed, pairs.images),
        "other_target": float(other.brought_to(pairs.targets).mean()),
    }


def _of_target(of_target: NDArray[np.bool_], name: str, other: Answers, target: int) -> dict[str, Any]:
    """What the other network makes of the pairs with one target; each image is among them once."""
    changed, noisy = other.changed[of_target], other.noise_changed[of_target]
    hits = other.brought_to(np.full_like(other.fooled, target))[of_target]
    row: dict[str, Any] = {"target": name, "images": len(changed)}
    for column, share, some in (
        ("changed", "changed", changed), ("noise", "noise_changed", noisy), ("as_target", "as_target", hits)
    ):  # fmt: skip
        low, high = wilson_interval(int(some.sum()), len(some))
        row |= {share: float(some.mean()), f"{column}_low": low, f"{column}_high": high}
    return {**row, "p": mcnemar_p(changed, noisy)}


def _files(own: Backbone, pairs: Fooled) -> list[dict[str, Value]]:
    """How much of the fooling each way of keeping the images leaves."""
    pictures = as_saved(pairs.originals + pairs.changes)
    count = len(set(pairs.images.tolist()))
    rows: list[dict[str, Value]] = []
    for quality in QUALITIES:
        kept = float((_says(own, [_kept(picture, quality) for picture in pictures]) == pairs.targets).mean())
        low, high = wilson_interval(round(kept * count), count)
        words = "8 bits, no loss" if quality is None else f"JPEG, quality {quality}"
        rows.append({"file": words, "kept": kept, "low": min(low, kept), "high": max(high, kept)})
    return rows


def _kept(picture: Pictures, quality: int | None) -> Pictures:
    if quality is None:
        return picture
    file = BytesIO()
    Image.fromarray(picture).save(file, "JPEG", quality=quality)
    with Image.open(file) as image:
        return np.asarray(image.convert("RGB"), dtype=np.uint8)


def _chart(own: Backbone, other: Backbone, rows: Sequence[Mapping[str, float]]) -> LineChart:
    """Shares of pairs over how many times the difference was added."""
    factors = np.array([row["factor"] for row in rows])
    curves = (
        ("own_target", f"{own.label}: the target", False),
        ("own_noise", f"{own.label}: changed by noise", True),
        ("other_changed", f"{other.label}: changed", False),
        ("other_noise", f"{other.label}: changed by noise", True),
        ("other_target", f"{other.label}: the target", False),
    )
    series = tuple(
        Series(label, factors, np.array([row[name] for row in rows]), dashed=dashed) for name, label, dashed in curves
    )
    return LineChart(series, "difference added, times", "share of pairs", x_log=True, y_limits=(0.0, 1.05))
