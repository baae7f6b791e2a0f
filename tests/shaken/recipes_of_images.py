"""What maps, attacks and drawn images have to agree on, for draws that look like real results."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.shaken.draws import Drawn
from tests.shaken.recipe_parts import coin, interval, part, whole


def saliency_cases(drawn: Drawn) -> None:
    """Shares photograph by photograph, summed up as the computation does it."""
    from generator.labs.visualising.saliency.cases import _summary

    images = whole(drawn.metrics["images"])
    right = np.arange(images) < drawn.count(whole(drawn.metrics["right"]), images)
    shift = drawn.rng.choice((0.0, 0.1, -0.1, 0.4))
    apart = drawn.rng.choice((0.0, 0.0, 0.5, -0.5)) * right
    share = np.array([drawn.share(0.25) for _ in range(images)]) + shift + apart
    share = share.clip(0, 1)
    elsewhere = np.array([drawn.share(0.2) for _ in range(images)])
    correlations = np.array([drawn.number(0.7, signed=True) for _ in range(images)])
    if drawn.rng.random() < 0.1:
        share[: drawn.rng.randint(1, images)] = np.nan
    drawn.metrics |= _summary(share, elsewhere, correlations, right)


def saliency_agreement(drawn: Drawn) -> None:
    """Correlations between photographs, summed up as the computation does it."""
    from generator.labs.visualising.saliency.agreement import _summary

    metrics, images = drawn.metrics, whole(drawn.metrics["images"])
    for row, name in zip(drawn.tables["kinds"], ("plain", "coarse", "cam"), strict=True):
        typical, own = drawn.rng.uniform(-0.1, 0.4), drawn.rng.choice((0.0, 0.1, 0.5))
        draw = [[typical + drawn.rng.gauss(0, 0.15) + own * (a == b) for a in range(images)] for b in range(images)]
        found = _summary(np.array(draw).clip(-1, 1))
        row |= found
        for key in ("same", "others", "p", "higher"):
            if f"{name}_{key}" in metrics:
                metrics[f"{name}_{key}"] = found[key]
    right, other = (drawn.count(whole(metrics[name]), images) for name in ("right", "other_right"))
    metrics |= {"right": right, "other_right": other, "both_right": min(right, other)}
    agreeing = drawn.count(whole(metrics["agreeing"]), images)
    metrics["agreeing"] = agreeing
    if agreeing in (0, images):
        metrics["agreeing_coarse" if not agreeing else "disagreeing_coarse"] = None
        metrics["agreeing_p"] = None


def saliency_stability(drawn: Drawn) -> None:
    """As many photographs keep their class under more noise, or fewer."""
    metrics, images = drawn.metrics, whole(drawn.metrics["images"])
    first = drawn.count(whole(metrics["first_kept"]), images)
    metrics |= {"first_kept": first, "last_kept": min(first, drawn.count(whole(metrics["last_kept"]), images))}
    least = 2 / 2 ** whole(metrics["last_kept"])
    for name in ("coarse_p", "smooth_p", "cam_p"):
        metrics[name] = max(min(1.0, least), part(metrics[name]))


def saliency_boxes(drawn: Drawn) -> None:
    """Few photographs leave no small p value."""
    metrics = drawn.metrics
    metrics["images"] = images = max(1, drawn.count(whole(metrics["images"]), 10))
    metrics["shown"] = min(whole(metrics["shown"]), images)
    for name in ("gradient_inside_p", "gradient_outside_p", "cam_inside_p"):
        metrics[name] = max(min(1.0, 2 / 2**images), part(metrics[name]))


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
    """Shares of the images attacked, with the ends that go with them, and pairs that two attacks both fooled."""
    metrics, images = drawn.metrics, whole(drawn.metrics["images"])
    counts = {}
    for name in ("naive", "fgsm", "pgd", "cw"):
        counts[name] = drawn.count(round(part(metrics[f"{name}_share"]) * images), images)
        found = interval("share", counts[name] / images, images, ends=("low", "high"))
        metrics |= {f"{name}_{key}": value for key, value in found.items() if f"{name}_{key}" in metrics}
    for name in ("naive", "cw"):
        if f"{name}_saved_share" in metrics:
            metrics[f"{name}_saved_share"] = (
                drawn.count(counts[name], counts[name]) / counts[name] if counts[name] else None
            )
    least, most = max(0, counts["naive"] + counts["cw"] - images), min(counts["naive"], counts["cw"])
    compared = drawn.rng.randint(least, most)
    shorter = drawn.count(compared, compared)
    ratio = drawn.rng.uniform(1, 2) if 2 * shorter > compared else drawn.rng.uniform(0.6, 1)
    tried = whole(metrics["pixel_images"])
    pixel = drawn.count(0, tried)
    metrics |= {
        "compared": compared,
        "cw_shorter": shorter,
        "naive_over_cw": ratio if compared else None,
        "cw_shorter_p": coin(shorter, compared - shorter),
        "pixel_fooled": pixel,
        "pixel_high": interval("share", pixel / tried, tried)["share_high"],
    }


def visualise_classes(drawn: Drawn) -> None:
    """Recognised images with their interval; some of them where the judge knows the classes."""
    metrics: dict[str, Any] = drawn.metrics
    images = whole(metrics["images"])
    metrics["judge_knows"] = drawn.pinned.get("judge_knows", drawn.rng.choice((0, images, images)))
    metrics["judge_untrained"] = 0 if metrics["judge_knows"] else 990
    if "judge_untrained" in drawn.pinned:
        metrics["judge_untrained"] = drawn.pinned["judge_untrained"]
    recognised = drawn.count(whole(metrics["recognised"]), images)
    metrics |= {"recognised": recognised, **interval("recognised_share", recognised / images, images)}
    metrics |= {f"recognised_{end}": metrics.pop(f"recognised_share_{end}") for end in ("low", "high")}
    metrics["own_recognised"] = images if drawn.rng.random() < 0.5 else drawn.count(images, images)
    low, middle, high = sorted(drawn.share(0.3) for _ in range(3))
    metrics |= {"doubted_confidence": low, "confidence": middle, "surest_confidence": high}
    metrics["photograph_highest_score"] = max(metrics["photograph_highest_score"], metrics["photograph_score"])


def sweep_class_settings(drawn: Drawn) -> None:
    """The best of the variations is the best; the judge knows these classes or does not."""
    metrics: dict[str, Any] = drawn.metrics
    metrics["judge_knows"] = drawn.pinned.get("judge_knows", drawn.rng.choice((0, 2)))
    confidences = [value for name, value in metrics.items() if name.startswith("confidence_")]
    metrics["best_confidence"] = max(confidences)


def visualise_from_photographs(drawn: Drawn) -> None:
    """A target that the network sees from the beginning is overtaken after no step, or never."""
    metrics: dict[str, Any] = drawn.metrics
    steps = whole(metrics["steps"])
    for name in [name for name in metrics if name.startswith("overtaken_")]:
        metrics[name] = drawn.rng.choice((0, 1, 7, drawn.rng.randint(0, steps), None if drawn.mood.reach > 0.2 else 3))
    metrics["judge_untrained"] = drawn.pinned.get("judge_untrained", drawn.rng.choice((0, 990)))
    for row in drawn.tables["journeys"]:
        row["first_confidence"] = drawn.share(part(row["first_confidence"]))
        row["confidence"] = drawn.share(part(row["confidence"]))
