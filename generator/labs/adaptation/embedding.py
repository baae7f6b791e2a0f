"""How far apart a network's features keep two domains: in feature space by three measures, and drawn by t-SNE."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from generator.labs.adaptation.domains import Normalisation, load_domain
from generator.labs.adaptation.learning import TEST_BATCH
from generator.labs.adaptation.runs import trained_network
from generator.networks.dann import DomainNetwork
from generator.registry import Dataset, computation
from generator.results import Cloud, Panels, Result, Scatter
from generator.workspace import Workspace

#: Regularisation of the linear machine behind the A-distance; features are standardised first.
PENALTY = 1e-3


@dataclass(frozen=True, eq=False)
class Sample:
    """Features (2n, d) of n images of each domain, with classes and domains (source 0, target 1), both (2n,)."""

    features: NDArray[np.float32]
    classes: NDArray[np.int64]
    domains: NDArray[np.int64]


@computation(
    metrics={
        "exact": ["features", "images", "neighbours", "per_class", "perplexity"],
        "seeded": ["a_distance", "class_agreement", "domain_purity"],
    },
    figures=["map"],
)  # fmt: skip
def embed_domains(
    workspace: Workspace,
    *,
    run: Result,
    source: Dataset,
    target: Dataset,
    per_class: int = 50,
    neighbours: int = 10,
    perplexity: float = 30.0,
    seed: int = 0,
) -> Result:
    """Features of test images of both domains in a network trained by ``train_adaptation``.

    The sample has ``per_class`` images of every class in each domain (``images`` in all), drawn by the seed; the two
    domains are drawn independently, so that an image and its blend are rarely both in it. Measured on the features
    themselves: ``domain_purity`` is the mean share of an image's nearest neighbours that are of its own domain (0.5
    where the domains are mixed, 1 where they are apart); ``class_agreement`` the mean share of a target image's nearest
    SOURCE neighbours that are of its class; ``a_distance`` is 2(1 - 2ε) with ε the error of a linear machine that tells
    the domains apart, on the half that it was not fitted to (Ben-David et al. 2007; 0 where it cannot, 2 where it
    always can). The map is t-SNE of the features (van der Maaten and Hinton 2008), coloured by domain and by class; its
    distances are no measurements.
    """
    sample = _sample(workspace, run, (source, target), per_class, seed)
    workspace.progress(1, 3, "distances")
    purity, agreement = neighbour_shares(sample, neighbours)
    error = separation_error(sample, seed)
    workspace.progress(2, 3, "t-SNE")
    return Result(
        metrics={
            "images": len(sample.classes),
            "per_class": per_class,
            "features": sample.features.shape[1],
            "neighbours": neighbours,
            "domain_purity": purity,
            "class_agreement": agreement,
            "a_distance": 2 * (1 - 2 * error),
            "perplexity": perplexity,
        },
        figures={"map": _map(sample, perplexity, seed)},
    )


def _sample(workspace: Workspace, run: Result, names: tuple[str, str], per_class: int, seed: int) -> Sample:
    network, normalisation = trained_network(workspace, run)
    classes = int(str(run.metrics["classes"]))
    parts, labels = [], []
    for domain, name in zip(("source", "target"), names, strict=True):
        _, images = load_domain(workspace, name, "test")
        chosen = balanced(images.labels.cpu().numpy(), classes, per_class, workspace.numpy_rng(seed, domain))
        places = torch.from_numpy(chosen).to(workspace.device)
        parts.append(_features(network, normalisation, images.images[places]))
        labels.append(images.labels[places].cpu().numpy())
    return Sample(np.concatenate(parts), np.concatenate(labels), np.repeat([0, 1], len(labels[0])))


@torch.no_grad()
def _features(network: DomainNetwork, normalisation: Normalisation, images: torch.Tensor) -> NDArray[np.float32]:
    """In 32 bits, whatever the run trained in: distances between features are what is measured here."""
    scaling = normalisation.on(images.device)
    batches = [network.features(scaling.apply(batch)) for batch in torch.split(images, TEST_BATCH)]
    found: NDArray[np.float32] = torch.cat(batches).cpu().numpy()
    return found


def balanced(labels: NDArray[np.int64], classes: int, each: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Places of ``each`` random images of every class, shape (classes · each,).

    Raises ValueError where a class has fewer.
    """
    chosen = []
    for label in range(classes):
        places = np.flatnonzero(labels == label)
        if len(places) < each:
            raise ValueError(f"class {label} has {len(places)} images, fewer than {each}")
        chosen.append(rng.permutation(places)[:each])
    return np.concatenate(chosen)


def neighbour_shares(sample: Sample, neighbours: int) -> tuple[float, float]:
    """How alike an image's nearest others are: in domain among all, in class among the source's for a target image."""
    from sklearn.neighbors import NearestNeighbors

    among_all = NearestNeighbors(n_neighbors=neighbours).fit(sample.features)
    nearest = among_all.kneighbors(return_distance=False)  # without arguments: of each fitted row, itself left out
    purity = (sample.domains[nearest] == sample.domains[:, None]).mean()
    known = sample.domains == 0
    among_source = NearestNeighbors(n_neighbors=neighbours).fit(sample.features[known])
    nearest = among_source.kneighbors(sample.features[~known], return_distance=False)
    agreement = (sample.classes[known][nearest] == sample.classes[~known][:, None]).mean()
    return float(purity), float(agreement)


def separation_error(sample: Sample, seed: int) -> float:
    """The share of held-out images whose domain a linear machine, fitted to the other half, gets wrong."""
    from sklearn.model_selection import train_test_split
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler
    from sklearn.svm import LinearSVC

    kinds = 2 * sample.classes + sample.domains  # each half has as many of every class and domain
    fitted, held = train_test_split(np.arange(len(kinds)), test_size=0.5, stratify=kinds, random_state=seed)
    machine = make_pipeline(StandardScaler(), LinearSVC(C=PENALTY, random_state=seed))
    machine.fit(sample.features[fitted], sample.domains[fitted])
    return float((machine.predict(sample.features[held]) != sample.domains[held]).mean())


def _map(sample: Sample, perplexity: float, seed: int) -> Panels:
    from sklearn.manifold import TSNE

    plane = TSNE(perplexity=perplexity, init="pca", random_state=seed, n_jobs=1).fit_transform(sample.features)

    def scatter(kinds: NDArray[np.int64], names: tuple[str, ...]) -> Scatter:
        clouds = ((name, plane[kinds == kind]) for kind, name in enumerate(names))
        return Scatter(tuple(Cloud(name, points[:, 0], points[:, 1]) for name, points in clouds))

    digits = tuple(str(label) for label in range(int(sample.classes.max()) + 1))
    return Panels(
        panels=(scatter(sample.domains, ("source", "target")), scatter(sample.classes, digits)),
        columns=2,
        titles=("by domain", "by class"),
    )
