"""What trainings on two domains and adversarial ones have to agree on, for draws that look like real results."""

from __future__ import annotations

from tests.shaken.draws import Drawn
from tests.shaken.recipe_parts import coin, interval, metrics_of, part, whole


def train_adaptation(drawn: Drawn) -> None:
    """A training on two domains that is lost ends in that epoch, guessing."""
    metrics, history = drawn.metrics, drawn.tables["history"]
    epochs = int(str(metrics["epochs"]))
    history[:] = [dict(history[min(place, len(history) - 1)], epoch=place + 1) for place in range(epochs)]
    lost = drawn.pinned.get("diverged", drawn.lost())
    epoch = drawn.rng.randint(1, epochs) if lost else None
    metrics |= {"diverged": lost, "diverged_epoch": epoch, "epochs_run": epoch or epochs}
    del history[epoch or epochs :]
    factor = drawn.job.result.metrics["final_factor"]
    metrics["final_factor"] = part(factor) * (epoch or epochs) / epochs if factor is not None else None
    if lost:
        metrics["class_loss"] = drawn.rng.choice((None, 2.302, 2.3005))
        for name in ("source", "target"):
            share = round(drawn.rng.uniform(0.08, 0.13) * 2000) / 2000
            metrics |= interval(f"{name}_accuracy", share, 2000)
    else:
        for name in ("source", "target"):
            share = round(float(str(metrics[f"{name}_accuracy"])) * 2000) / 2000
            metrics |= interval(f"{name}_accuracy", share, 2000)
    if metrics["domain_accuracy"] is not None:
        both = [float(str(metrics[f"{name}_domain_accuracy"])) for name in ("source", "target")]
        metrics["domain_accuracy"] = sum(both) / 2
    for row in history:
        row["target_accuracy"] = drawn.share(float(str(metrics["target_accuracy"])))
    history[-1] |= {name: metrics[name] for name in ("source_accuracy", "target_accuracy", "class_loss")}


def train_gan(drawn: Drawn) -> None:
    """An adversarial training ends in one of five ways."""
    metrics, history = drawn.metrics, drawn.tables["history"]
    from generator.labs.gan.outcome import FINISHED

    word = FINISHED
    if drawn.lost():
        word = drawn.rng.choice(("diverged", "won", "collapsed", "unformed"))
    word = str(drawn.pinned.get("outcome", word))
    if "finished" in drawn.pinned and "outcome" not in drawn.pinned:
        word = FINISHED if drawn.pinned["finished"] else "collapsed"
    epochs = int(str(metrics["epochs"]))
    epoch = drawn.rng.randint(1, epochs) if word == "diverged" else None
    steps = int(str(drawn.job.result.metrics["steps"])) // len(history)
    metrics |= {
        "outcome": word,
        "finished": word == FINISHED,
        "diverged_epoch": epoch,
        "epochs_run": epoch or epochs,
        "steps": steps * (epoch or epochs),
    }
    if word == "won":
        metrics |= {"d_fake": 0.004, "d_loss": 0.02}
    if word in ("collapsed", "unformed"):
        metrics["variety"] = 0.1


def measure_gan(drawn: Drawn) -> None:
    """The samples of a training: counts of classes, shares in their order, and what the two inputs say themselves."""
    metrics, gan, judge = drawn.metrics, metrics_of(drawn, "gan"), metrics_of(drawn, "judge")
    classes = int(str(metrics["classes"]))
    able = bool(judge["able"])
    metrics |= {"outcome": gan["outcome"], "judge_test": judge["test"]}
    for name, usual in (("fid", 40.0), ("density", 0.4), ("coverage", 0.3)):
        if not able:
            metrics[name] = metrics[f"real_{name}"] = None
            continue
        if metrics[name] is None:
            metrics |= {name: drawn.number(usual), f"real_{name}": judge[name]}
        elif drawn.job.result.metrics[f"real_{name}"] is not None:
            metrics[f"real_{name}"] = judge[name]
    rows = drawn.tables["classes"]
    for row, known in zip(rows, drawn.job.result.tables["classes"].records(), strict=True):
        row["real_share"] = known["real_share"]
    weights = [drawn.rng.gammavariate(0.4 if drawn.mood.reach > 0.3 else 8, 1) + 1e-9 for _ in rows]
    if drawn.mood.tied:
        weights = [1.0] * len(rows)
    total = int(str(metrics["samples"]))
    counts = [round(total * weight / sum(weights)) for weight in weights]
    for row, count in zip(rows, counts, strict=True):
        row |= interval("share", count / total, total, ends=("low", "high"))
    shares = [count / total for count in counts]
    low, high = shares.index(min(shares)), shares.index(max(shares))
    distance = sum(abs(share - float(str(row["real_share"]))) for share, row in zip(shares, rows, strict=True)) / 2
    modes = sum(share >= float(str(metrics["mode_share"])) for share in shares)
    metrics |= {
        "modes": modes,
        "legible": min(modes, drawn.count(int(str(metrics["legible"])), classes)),
        "label_distance": distance,
        "rarest": rows[low]["class_name"], "rarest_share": shares[low],
        "commonest": rows[high]["class_name"], "commonest_share": shares[high],
    }  # fmt: skip
    if metrics["agreement"] is not None:
        agreed = [drawn.share(float(str(metrics["agreement"]))) for _ in rows]
        for row, share in zip(rows, agreed, strict=True):
            row |= interval("agreement", share, total // classes)
        worst = agreed.index(min(agreed))
        metrics |= interval("agreement", sum(agreed) / len(agreed), total)
        metrics |= {"worst_class": rows[worst]["class_name"], "worst_agreement": agreed[worst]}


def train_judge(drawn: Drawn) -> None:
    """Whether a judge is able follows from how often it is right; the digits' judge always is."""
    metrics = drawn.metrics
    test = round(part(metrics["test"]) * 2000) / 2000
    if drawn.job.result.metrics["able"]:
        test = max(test, 0.8)
    if "able" in drawn.pinned:
        test = 0.97 if drawn.pinned["able"] else 0.3
    metrics |= interval("test", test, 2000)
    metrics["able"] = test >= 0.8
    for name, usual in (("fid", 0.9), ("density", 1.0), ("coverage", 0.96)):
        metrics[name] = (part(metrics[name]) if metrics[name] is not None else usual) if metrics["able"] else None


def train_on_pseudo_labels(drawn: Drawn) -> None:
    """Accuracies before and after, from images gained and lost."""
    metrics, run = drawn.metrics, metrics_of(drawn, "run")
    images = 2000
    before = round(float(str(run["target_accuracy"])) * images)
    gained = drawn.count(int(str(metrics["gained"])), images - before)
    lost = drawn.count(int(str(metrics["lost"])), before)
    after = before + gained - lost
    metrics |= {"start_target_accuracy": before / images, "gained": gained, "lost": lost}
    metrics |= interval("target_accuracy", after / images, images)
    metrics["gain"] = (after - before) / images
    metrics["p"] = coin(gained, lost)
    for when in ("first", "last"):
        kept = drawn.count(int(str(metrics[f"{when}_kept"])), 10_000)
        metrics |= {f"{when}_kept": kept, f"{when}_coverage": kept / 10_000}
        metrics[f"{when}_label_accuracy"] = drawn.share(0.8) if kept else None


def train_on_samples(drawn: Drawn) -> None:
    """A classifier's test images, right or wrong, against one that was trained on real images."""
    metrics, real = drawn.metrics, metrics_of(drawn, "real")
    images = whole(metrics["test_images"])
    before = round(part(real["test"]) * images)
    lost = drawn.count(round(0.2 * images), before)
    gained = drawn.count(round(0.02 * images), images - before)
    metrics |= interval("test", (before - lost + gained) / images, images)
    metrics |= {"real_test": before / images, "loss": (lost - gained) / images, "p": coin(lost, gained)}


def nearest_real_images(drawn: Drawn) -> None:
    """Samples nearer than any test image are among those that are near."""
    metrics, samples = drawn.metrics, whole(drawn.metrics["samples"])
    copies = drawn.rng.choice((0, 0, 1, 2, drawn.count(0, samples)))
    near = drawn.count(copies, samples - copies) + copies
    metrics |= {"copies": copies, "close_share": near / samples}
