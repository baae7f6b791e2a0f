"""Train a DCGAN or a conditional DCGAN, and say how the game between its two networks went."""

from __future__ import annotations

from typing import Literal

from generator.labs.gan.match import Match, Recipe
from generator.labs.gan.outcome import FINISHED, judge
from generator.labs.gan.progress import COLUMNS, animation, curves, sample_grid, through_training, window_length
from generator.labs.gan.real_images import RealImages, load_real_images, to_bytes
from generator.labs.gan.record import FIXED
from generator.labs.gan.sampling import draw_images, settle
from generator.labs.gan.step import STEP_MEASURES
from generator.labs.shared.training import Measures, history_table, state_arrays
from generator.networks.gan import parameter_count
from generator.networks.precision import chosen_precision
from generator.registry import Dataset, computation
from generator.results import Figure, Result, Value
from generator.workspace import Workspace


@computation(
    metrics={
        "exact": [
            "dataset", "image_size", "channels", "classes", "training_images", "conditional", "nz", "ngf", "ndf",
            "generator_parameters", "discriminator_parameters", "initialisation", "loss", "d_rate", "g_rate",
            "batch_size", "epochs", "epochs_run", "steps", "window",
        ],
        "seeded": [
            "outcome", "finished", "diverged_epoch", "d_loss", "g_loss", "d_real", "d_fake", "d_gradient",
            "g_gradient", "variety",
        ],
    },
    tables={"history": ["epoch", "d_loss", "g_loss", "d_real", "d_fake", "d_gradient", "g_gradient", "variety",
                        "finite"]},
    figures=["losses", "scores", "gradients", "progress", "frames", "samples"],
)  # fmt: skip
def train_gan(
    workspace: Workspace, *, dataset: Dataset, image_size: int = 32, training_images: int | None = None,
    conditional: bool = False, condition_discriminator: bool = True, nz: int = 100, ngf: int = 32, ndf: int = 32,
    epochs: int = 5, batch_size: int = 128, d_rate: float = 2e-4, g_rate: float = 5e-4, beta1: float = 0.5,
    beta2: float = 0.999, initialisation: Literal["dcgan", "default"] = "dcgan",
    loss: Literal["usual", "saturating"] = "usual", precision: Literal["auto", "bfloat16", "float32"] = "auto",
    seed: int = 0,
) -> Result:  # fmt: skip
    """Train generator and discriminator in turn on the training part, and take the networks of the last epoch.

    DCGAN of Radford et al. 2016; with ``conditional`` each image has its class as a label in both networks (Mirza and
    Osindero 2014), in the generator alone where not ``condition_discriminator``. ``training_images`` are the first so
    many, None for all. An epoch's measures are means over its steps: losses, D(x) and D(G(z)) before either update,
    lengths of the gradients; ``variety`` is the pixel variance of the fixed latents' images, as a share of the data's.
    How it ended, ``outcome``, is a word of ``generator.labs.gan.outcome``. The arrays are both ``state_dict``s.
    """
    real = load_real_images(
        dataset, workspace.data, "train", image_size, count=training_images, device=workspace.device
    )
    recipe = Recipe(
        conditional=conditional, condition_discriminator=condition_discriminator, nz=nz, ngf=ngf, ndf=ndf,
        epochs=epochs, batch_size=batch_size, d_rate=d_rate, g_rate=g_rate, betas=(beta1, beta2),
        initialisation=initialisation, loss=loss, precision=chosen_precision(precision, workspace.device), seed=seed,
    )  # fmt: skip
    match = Match(workspace, real, recipe)
    history = match.train()
    settle(match.rivals.generator, workspace.rng(seed, "standing"), workspace.device)
    return Result(
        metrics={
            "dataset": real.title,
            "image_size": image_size,
            "channels": real.channels,
            "training_images": len(real),
            **_settings(recipe, match),
            **_course(history, match),
        },
        tables={"history": history_table(history)},
        figures=_figures(history, match, real),
        arrays={
            f"{name}/{key}": array
            for name, network in (("generator", match.rivals.generator), ("discriminator", match.rivals.discriminator))
            for key, array in state_arrays(network).items()
        },
    )


def _settings(recipe: Recipe, match: Match) -> dict[str, Value]:
    """What was trained, and how, as metrics."""
    return {
        "classes": match.rivals.generator.classes,
        "conditional": recipe.conditional,
        "nz": recipe.nz,
        "ngf": recipe.ngf,
        "ndf": recipe.ndf,
        "generator_parameters": parameter_count(match.rivals.generator),
        "discriminator_parameters": parameter_count(match.rivals.discriminator),
        "initialisation": recipe.initialisation,
        "loss": recipe.loss,
        "d_rate": recipe.d_rate,
        "g_rate": recipe.g_rate,
        "batch_size": recipe.batch_size,
        "epochs": recipe.epochs,
    }


def _course(history: list[Measures], match: Match) -> dict[str, Value]:
    """How it went: the last epoch's measures, and what went wrong in which epochs."""
    outcome = judge(history)
    steps = len(history) * match.batches
    return {
        "epochs_run": len(history),
        "steps": steps,
        "window": window_length(steps),
        "outcome": outcome.word,
        "finished": outcome.word == FINISHED,
        "diverged_epoch": outcome.diverged,
        **{name: history[-1][name] for name in (*STEP_MEASURES, "variety")},
    }


def _figures(history: list[Measures], match: Match, real: RealImages) -> dict[str, Figure]:
    """Curves of every step that was run with finite numbers, and samples on the way and at the end."""
    steps = match.record.finite_steps(len(history) * match.batches)
    moments, kept = match.record.kept_samples(len(history) * match.batches)
    fixed = match.fixed
    final = to_bytes(draw_images(match.rivals.generator, fixed.latent, fixed.labels)).cpu().numpy()
    row = list(range(0, FIXED, FIXED // COLUMNS)) if fixed.labels is not None else list(range(COLUMNS))

    def drawn(names: dict[str, str], y_label: str, log: bool = False) -> Figure:
        return curves(steps, match.batches, names, y_label, log)

    return {
        "losses": drawn({"d_loss": "discriminator", "g_loss": "generator"}, "loss"),
        "scores": drawn({"d_real": "real images, D(x)", "d_fake": "generated images, D(G(z))"}, "mean probability"),
        "gradients": drawn({"d_gradient": "discriminator", "g_gradient": "generator"}, "gradient length", log=True),
        "progress": through_training(kept, moments, row),
        "frames": animation(kept, moments),
        "samples": sample_grid(final, real.class_names if fixed.labels is not None else ()),
    }
