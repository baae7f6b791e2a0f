"""How far two numbers may be apart before they differ, from what is uncertain in both: rounding, images and seeds."""

from __future__ import annotations

import math
from dataclasses import dataclass

_Z95 = 1.959963984540054  # the standard normal distribution's 97.5 % quantile


@dataclass(frozen=True)
class Uncertainty:
    """What may set a published number and ours apart, though both are of the same quantity.

    ``rounding`` is half a unit of the published number's last digit. ``published`` and ``ours`` are half the 95 %
    interval of each over other test images. ``spread`` is the standard deviation of ``seeds`` runs, and ours the mean
    of ``averaged`` runs; the published number is taken for one run of the same spread.
    """

    rounding: float = 0.0
    published: float = 0.0
    ours: float = 0.0
    spread: float = 0.0
    seeds: int = 0
    averaged: int = 1

    @property
    def by_images(self) -> float:
        """How far rounding and other test images set the two apart in 95 of 100 cases."""
        return self.rounding + math.hypot(self.published, self.ours)

    @property
    def by_seeds(self) -> float:
        """The same with other seeds on both sides: t √(s² (1 + 1/m) + image variances) beyond the rounding.

        Without images it is the prediction interval of one more run, given the mean of m. t has the effective degrees
        of freedom of a sum of variances of which one was estimated from few runs (Satterthwaite, Biometrics Bulletin 2,
        1946, 110-114; Guide to the Expression of Uncertainty in Measurement, JCGM 100:2008, G.4).
        """
        if self.seeds < 2 or self.spread == 0:
            return self.by_images
        from scipy.special import stdtrit  # late: a report without spreads need not wait for SciPy

        seeds = self.spread**2 * (1 + 1 / self.averaged)
        images = (self.published**2 + self.ours**2) / _Z95**2
        freedom = (self.seeds - 1) * (1 + images / seeds) ** 2
        return self.rounding + float(stdtrit(freedom, 0.975)) * math.sqrt(seeds + images)


def half_width(share: float, images: int) -> float:
    """Half the 95 % score interval of a share of so many images (Wilson 1927), which is not 0 where the share is 1."""
    z2 = _Z95**2
    return _Z95 * math.sqrt(share * (1 - share) / images + z2 / (4 * images**2)) / (1 + z2 / images)
