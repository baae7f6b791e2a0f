"""What maps, attacks and drawn images have to agree on, for draws that look like real results."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np

from tests.shaken.draws import Drawn
from tests.shaken.recipe_parts import interval, part, whole


def numbers(drawn: Drawn, usual: float, count: int) -> np.ndarray[Any, np.dtype[np.float64]]:
    """A number between 0 and 1 for each image, no two alike."""
    return np.array([drawn.share(usual) for _ in range(count)], dtype=np.float64) + _noise(drawn, count)


def _noise(drawn: Drawn, count: int) -> np.ndarray[Any, np.dtype[np.float64]]:
    return np.array([drawn.rng.uniform(-0.01, 0.01) for _ in range(count)], dtype=np.float64)


def saliency_cases(drawn: Drawn) -> None:
    """Shares photograph by photograph, summed up as the computation does it."""
    from generator.labs.visualising.saliency.cases import _rivals, _summary

    images = whole(drawn.metrics["images"])
    right = np.arange(images) < drawn.count(whole(drawn.metrics["right"]), images)
    shift, apart = drawn.rng.choice((0.0, 0.1, -0.1, 0.4)), drawn.rng.choice((0.0, 0.0, 0.5, -0.5))
    share = (numbers(drawn, 0.25, images) + shift + apart * right).clip(0, 1)
    elsewhere, correlations = numbers(drawn, 0.2, images), numbers(drawn, 0.7, images)
    others = (correlations - drawn.rng.choice((0.0, 0.1, -0.1))).clip(-1, 1) + _noise(drawn, images)
    if drawn.rng.random() < 0.1:
        share[: drawn.rng.randint(1, images)] = np.nan
    drawn.metrics |= {**_summary(share, elsewhere, right), **_rivals(correlations, others)}


def saliency_agreement(drawn: Drawn) -> None:
    """Correlations between photographs, summed up as the computation does it."""
    from generator.labs.visualising.paired import least_p
    from generator.labs.visualising.saliency.agreement import _summaries

    metrics, images = drawn.metrics, whole(drawn.metrics["images"])
    across, others = {}, {}
    for name in ("plain", "coarse", "cam"):
        typical, own = drawn.rng.uniform(-0.1, 0.4), drawn.rng.choice((0.0, 0.1, 0.5, -0.3))
        draw = [[typical + drawn.rng.gauss(0, 0.15) + own * (a == b) for a in range(images)] for b in range(images)]
        across[name] = np.array(draw).clip(-1, 1)
        others[name] = np.array([typical + drawn.rng.choice((0, own)) for _ in range(images)]) + _noise(drawn, images)
    found = _summaries(across, others)
    for row, (name, summary) in zip(drawn.tables["kinds"], found.items(), strict=True):
        row |= {key: value for key, value in summary.items() if key in row}
        metrics |= {f"{name}_{key}": value for key, value in summary.items() if f"{name}_{key}" in metrics}
    metrics["least_p"] = least_p(max(whole(one["images"]) for one in found.values()), 2 * len(found))
    right, other = (drawn.count(whole(metrics[name]), images) for name in ("right", "other_right"))
    metrics |= {"right": right, "other_right": other, "both_right": min(right, other)}
    agreeing = drawn.count(whole(metrics["agreeing"]), images)
    metrics["agreeing"] = agreeing
    if agreeing in (0, images):
        metrics["agreeing_coarse" if not agreeing else "disagreeing_coarse"] = None
        metrics["agreeing_p"] = 1.0 if metrics["agreeing_p"] is not None else None


def saliency_stability(drawn: Drawn) -> None:
    """Agreement photograph by photograph under each noise, summed up as the computation does it."""
    from generator.labs.visualising.saliency.stability import METHODS, _summary

    metrics, images = drawn.metrics, whole(drawn.metrics["images"])
    kept = sorted((drawn.count(whole(metrics[f"{end}_kept"]), images) for end in ("first", "last")), reverse=True)
    found = []
    for level, count in ((0.0, images), (metrics["first_level"], kept[0]), (metrics["last_level"], kept[1])):
        agreement = {name: numbers(drawn, part(metrics.get(f"{name}_last", 0.5)), count) for name in METHODS}
        found.append(SimpleNamespace(level=level, kept=count, agreement=agreement))
    metrics |= _summary(found)


def saliency_boxes(drawn: Drawn) -> None:
    """No p value below what so few photographs can give; where there is no difference, none is small."""
    metrics: dict[str, Any] = drawn.metrics
    metrics["right"] = drawn.count(whole(metrics["right"]), whole(metrics["images"]))
    for name in ("gradient_inside", "gradient_outside", "cam_inside"):
        method, side = name.split("_")
        other = metrics[f"{method}_random_{side}"]
        p = 1.0 if abs(metrics[name] - other) < 0.02 else metrics[f"{name}_p"]
        metrics[f"{name}_p"] = max(metrics["least_p"], p)


def fool_images(drawn: Drawn) -> None:
    """What is fooled, what of it is saved, and what is none where nothing is."""
    metrics, pairs = drawn.metrics, whole(drawn.metrics["pairs"])
    fooled = pairs if drawn.rng.random() < 0.3 else drawn.count(whole(metrics["fooled"]), pairs)
    stuck = drawn.count(0, pairs - fooled)
    saved, outside = drawn.count(fooled - 1, fooled), drawn.count(fooled, fooled)
    steps = sorted(drawn.rng.randint(1, 100) for _ in range(3))
    metrics |= {
        "fooled": fooled, "fooled_share": fooled / pairs, "stuck": stuck, "saved_fooled": saved,
        "saved_share": saved / fooled if fooled else None, "outside_pairs": outside,
        "fewest_share": min(fooled / pairs, drawn.share(fooled / pairs)), "mean_steps": float(sum(steps[:2]) / 2),
        "median_steps": float(steps[0]), "last_steps": steps[2],
        "mean_psnr": drawn.rng.uniform(38, 50), "lowest_psnr": drawn.rng.uniform(30, 38),
        "outside_share": drawn.rng.uniform(0.001, 0.06) if outside else 0.0,
        "failed_straightness": drawn.share(0.4) if fooled < pairs else None,
    }  # fmt: skip
    if not fooled:
        for name in ("mean_steps", "median_steps", "last_steps", "straightness", "mean_l2", "mean_linf_levels",
                     "mean_psnr", "lowest_psnr", "confidence_before", "confidence", "outside_share"):  # fmt: skip
            metrics[name] = None
    metrics["left_out"] = drawn.rng.choice((0, 0, 1, 2))


def show_fooling(drawn: Drawn) -> None:
    """Fooled pairs, and the lowest quality among them."""
    metrics, pairs = drawn.metrics, whole(drawn.metrics["pairs"])
    fooled = pairs if drawn.rng.random() < 0.4 else drawn.count(whole(metrics["fooled"]), pairs)
    metrics |= {"fooled": fooled, "lowest_psnr": drawn.rng.uniform(35, 48) if fooled else None}
    for place, row in enumerate(drawn.tables["pairs"]):
        row |= {"fooled": place < fooled, "steps": drawn.rng.randint(1, 60) if place < fooled else 100}


def transfer_fooling(drawn: Drawn) -> None:
    """An attacked network says the target no more often than it changes its answer."""
    metrics: dict[str, Any] = drawn.metrics
    for name in ("other", "largest_other"):
        metrics[f"{name}_target"] = min(metrics[f"{name}_target"], metrics[f"{name}_changed"])
    metrics["significant_targets"] = drawn.count(whole(metrics["significant_targets"]), whole(metrics["targets"]))


def compare_attacks(drawn: Drawn) -> None:
    """Which images each attack fooled and how far it went, with the computation's own tests."""
    from generator.labs.visualising.fooling.comparison import _paired, _tests

    metrics, images = drawn.metrics, max(1, whole(drawn.metrics["images"]))
    longer = drawn.rng.choice((1.0, 1.5, 0.7))
    judged = {}
    for name in ("naive", "fgsm", "pgd", "cw"):
        fooled = drawn.hits(drawn.share(part(metrics[f"{name}_share"])), images)
        lengths = np.array([drawn.rng.uniform(0.5, 2) for _ in range(images)]) * (longer if name == "naive" else 1.0)
        saved = fooled & drawn.hits(drawn.share(0.8), images)
        judged[name] = SimpleNamespace(fooled=fooled, saved=saved, measures=SimpleNamespace(l2=lengths))
        metrics[f"{name}_share"] = float(fooled.mean())
    tried = whole(metrics["pixel_images"])
    pixel = drawn.count(0, tried)
    high = interval("share", pixel / tried, tried)["share_high"]
    metrics |= {**_paired(judged["naive"], judged["cw"]), **_tests(judged), "pixel_fooled": pixel, "pixel_high": high}


def visualise_classes(drawn: Drawn) -> None:
    """Recognised images with their interval and their p value; some of them where the judge knows the classes."""
    from scipy.stats import binomtest

    metrics: dict[str, Any] = drawn.metrics
    images = whole(metrics["images"])
    recognised = drawn.count(whole(metrics["recognised"]), images)
    found = interval("recognised_share", recognised / images, images)
    chance = part(metrics["chance"])
    metrics |= {
        "recognised": recognised,
        "recognised_share": found["recognised_share"],
        **{f"recognised_{end}": found[f"recognised_share_{end}"] for end in ("low", "high")},
        "recognised_p": float(binomtest(recognised, images, chance, alternative="greater").pvalue),
        "own_recognised": images if drawn.rng.random() < 0.5 else drawn.count(images, images),
        "photograph_highest_score": max(metrics["photograph_highest_score"], metrics["photograph_score"]),
        "lowest_score": min(metrics["lowest_score"], metrics["score"]),
    }
    low, middle, high = sorted(drawn.share(0.3) for _ in range(3))
    metrics |= {"doubted_confidence": low, "confidence": middle, "surest_confidence": high}
    for place, row in enumerate(drawn.tables["classes"]):
        row["rank"] = 1 if place < recognised else drawn.rng.randint(2, 900)


def sweep_class_settings(drawn: Drawn) -> None:
    """The best of the variations is the best; what is as in the base has no small p value."""
    metrics: dict[str, Any] = drawn.metrics
    metrics["best_confidence"] = max(value for name, value in metrics.items() if name.startswith("confidence_"))
    for name in [name for name in metrics if name.startswith("p_")]:
        _, measure, variation = name.split("_", 2)
        own, base = metrics[f"{measure}_{variation}"], metrics[f"{measure}_base"]
        metrics[name] = 1.0 if abs(own - base) < 0.02 * abs(base) + 1e-6 else drawn.chance(part(metrics[name]))


def visualise_from_photographs(drawn: Drawn) -> None:
    """A target that the network sees from the beginning is overtaken after no step, or never."""
    metrics: dict[str, Any] = drawn.metrics
    steps = whole(metrics["steps"])
    for name in [name for name in metrics if name.startswith("overtaken_")]:
        metrics[name] = drawn.rng.choice((0, 1, 7, drawn.rng.randint(0, steps), None if drawn.mood.reach > 0.2 else 3))
    for row in drawn.tables["journeys"]:
        row["first_confidence"] = drawn.share(part(row["first_confidence"]))
        row["confidence"] = drawn.share(part(row["confidence"]))
