"""How alike real and generated images are, from a classifier's features and logits."""

from __future__ import annotations

import warnings

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

#: A class is covered when at least this share of the images is judged to be of it.
MODE_SHARE = 0.02
#: Rows of one distance matrix at a time: 1,000 × 10,000 distances of 64 bits take 80 MB.
_ROWS = 1000
#: Below the largest: e^−600 is still above the smallest number of 64 bits.
_LEAST_LOGIT = -600.0


class _Ready(nn.Module):
    """Stands where torchmetrics expects a network: the features are already there."""

    def __init__(self, num_features: int) -> None:
        super().__init__()
        self.num_features = num_features

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        return features


def frechet_distance(real: torch.Tensor, generated: torch.Tensor) -> float:
    """‖μ − μ′‖² + tr(Σ + Σ′ − 2 (Σ Σ′)^½) of two sets of features (n, d) and (m, d) (Heusel et al. 2017, eq. 6).

    0 for equal means and covariances. It is biased: the fewer images, the larger, so only values from equally many
    images compare. Raises ValueError where a set has fewer than two images.
    """
    from torchmetrics.image.fid import FrechetInceptionDistance  # late: it takes two seconds to import

    if min(len(real), len(generated)) < 2:
        raise ValueError(f"{len(real)} real and {len(generated)} generated images: a covariance needs two")
    metric = FrechetInceptionDistance(feature=_Ready(real.shape[1]))
    metric.update(real.double(), real=True)
    metric.update(generated.double(), real=False)
    return max(0.0, float(metric.compute()))  # rounding may leave a tiny negative number


def inception_score(logits: torch.Tensor) -> float:
    """The exponential of the mean KL divergence of p(y|x) from p(y), for logits (n, k) (Salimans et al. 2016, sec. 4).

    Between 1 (every image alike, or none decided) and k (all classes equally often, each beyond doubt). All images form
    one group, which is less biased than the paper's ten (Barratt and Sharma 2018).
    """
    from torchmetrics.image.inception import InceptionScore

    # A class whose probability is rounded to 0 in every image would give 0 · ∞, where its limit is 0.
    ready = logits.cpu().double()
    ready = (ready - ready.amax(1, keepdim=True)).clamp(min=_LEAST_LOGIT)
    # torchmetrics shuffles with the global generator (which does not matter in one group, but must not be moved), warns
    # of its memory, and of one group's missing spread.
    with warnings.catch_warnings(), torch.random.fork_rng(devices=[]):
        warnings.simplefilter("ignore")
        metric = InceptionScore(feature=_Ready(logits.shape[1]), splits=1)
        metric.update(ready)
        return float(metric.compute()[0])


def density_and_coverage(real: torch.Tensor, generated: torch.Tensor, neighbours: int = 5) -> tuple[float, float]:
    """Density and coverage of generated features (m, d) over real ones (n, d) (Naeem et al. 2020, eq. 4 and 5).

    Around each real image lies a ball that reaches to its ``neighbours``-th nearest other real image. Density is how
    many balls a generated image lies in, on average, over ``neighbours``: about 1 for images like the real ones, and
    above it where they keep to the crowded regions. Coverage is the share of balls that hold a generated image:
    fidelity without variety leaves most of them empty. For equally many images of one distribution it is
    1 − 2^−neighbours on average. Raises ValueError where there are no more than ``neighbours`` real images.
    """
    if len(real) <= neighbours:
        raise ValueError(f"{len(real)} real images have no {neighbours} neighbours each")
    real, generated = real.double(), generated.double()
    inside = torch.zeros((), dtype=torch.int64, device=real.device)
    covered = 0
    for rows in torch.split(torch.arange(len(real), device=real.device), _ROWS):
        among_real = torch.cdist(real[rows], real)
        # Each image is its own nearest, at distance 0; a twin at distance 0 counts as a neighbour.
        radii = among_real.kthvalue(neighbours + 1, dim=1).values
        within = torch.cdist(real[rows], generated) <= radii[:, None]
        inside += within.sum()
        covered += int(within.any(dim=1).sum())
    return int(inside) / (neighbours * len(generated)), covered / len(real)


def feature_scores(real: torch.Tensor, generated: torch.Tensor, neighbours: int, able: bool) -> dict[str, float | None]:
    """Fréchet distance, density and coverage of features, all None where their judge is not ``able`` to judge."""
    if not able:
        return dict.fromkeys(("fid", "density", "coverage"))
    density, coverage = density_and_coverage(real, generated, neighbours)
    return {"fid": frechet_distance(real, generated), "density": density, "coverage": coverage}


def class_shares(classes: torch.Tensor, count: int) -> NDArray[np.float64]:
    """The share of each of ``count`` classes among images of these ``classes`` (n,)."""
    shares: NDArray[np.float64] = torch.bincount(classes, minlength=count).double().cpu().numpy() / len(classes)
    return shares


def modes_covered(shares: NDArray[np.float64]) -> int:
    """How many classes have at least MODE_SHARE of the images."""
    return int((shares >= MODE_SHARE).sum())


def label_distance(shares: NDArray[np.float64], others: NDArray[np.float64]) -> float:
    """Total variation: half the sum of absolute differences between two sets of shares (classes,), in [0, 1]."""
    return float(np.abs(shares - others).sum() / 2)
