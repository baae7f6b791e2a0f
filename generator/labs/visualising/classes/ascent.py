"""Change images step by step so that a network gives one class an ever higher score: the engine behind all of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

import torch
from torch import nn

from generator.labs.visualising.scores import class_gradients, class_tensor
from generator.networks.backbones import Backbone
from generator.networks.precision import Precision, chosen_precision, running_in

#: Images in one pass through the network. Always exactly so many: the libraries below choose another order of sums for
#: another batch size, and hundreds of steps turn a last digit into another picture.
TOGETHER = {"cpu": 4, "cuda": 32}


@dataclass(frozen=True)
class Settings:
    """How an image is made. ``decay`` is λ, ``rate`` the length of a step; ``blur_every`` 0 means never.

    ``blur`` is the Gaussian's standard deviation and ``jitter`` the largest shift, both in pixels.
    """

    steps: int = 200
    rate: float = 5.0
    decay: float = 1e-3
    blur_every: int = 10
    blur: float = 0.5
    jitter: int = 16


@dataclass(frozen=True, eq=False)
class Climb:
    """One image to make: the class it is made for, where it starts, and how.

    ``start`` (3, side, side) is normalised as the network expects it. ``shifts`` (steps, 2) are the rows and columns
    to shift by before each step, see :func:`draw_shifts`. ``keep`` says after how many steps to keep the image, too.
    """

    target: int
    start: torch.Tensor
    shifts: torch.Tensor
    settings: Settings
    keep: tuple[int, ...] = ()


@dataclass(frozen=True, eq=False)
class Ascent:
    """What became of one image.

    ``scores`` (steps,) is the class score before each step, of the shifted image that the step is computed from, and
    ``leads`` (steps,) whether it is the highest of all classes' scores. ``image`` is the last one, ``kept`` those asked
    for by the number of steps, each (3, side, side) on the processor.
    """

    image: torch.Tensor
    scores: torch.Tensor
    leads: torch.Tensor
    kept: dict[int, torch.Tensor]


def draw_noise(rng: torch.Generator, side: int, spread: float = 1.0) -> torch.Tensor:
    """A starting image (3, side, side) in normalised space: independent normal values of deviation ``spread``."""
    return torch.randn(3, side, side, generator=rng) * spread


def draw_shifts(rng: torch.Generator, steps: int, jitter: int) -> torch.Tensor:
    """Shifts (steps, 2) in whole pixels, uniform on 0 … ``jitter``; a longer list begins with a shorter one."""
    # Drawn as numbers in [0, 1) and scaled, so that the same moments are shifted alike whatever the range.
    return (torch.rand(steps, 2, generator=rng) * (jitter + 1)).long().clamp_max(jitter)


def ascend(
    backbone: Backbone,
    climbs: Sequence[Climb],
    report: Callable[[int, int], None] = lambda done, total: None,
    precision: Precision = "float32",
) -> list[Ascent]:
    """Maximise score_y(x) − λ‖x‖² for each climb by steps of x ← x + rate · g / ‖g‖₂, g the gradient of the whole.

    Simonyan et al. 2014 (section 2), with the regularisers of Yosinski et al. 2015 in the form that is usual in
    courses. One step: shift the image by its next shift, around the edges; add the gradient, divided by its length and
    multiplied by the rate, once; shift back; cut each channel to the values that a photograph can have; and after the
    first of every ``blur_every`` steps blur it. The score is the logit; x, and so ‖x‖², is in the network's normalised
    space, where 0 is the mean colour of its training images.

    No image's numbers depend on the others: images are computed in batches of one size, filled up with copies.
    ``report`` gets how many image steps of how many are done. The network is run in ``precision``, the image and its
    steps are float32 in any.
    """
    # Long climbs beside long ones: a batch goes on until its last image is ready.
    order = sorted(range(len(climbs)), key=lambda number: -climbs[number].settings.steps)
    together = TOGETHER.get(next(backbone.module.parameters()).device.type, 1)
    total = sum(climb.settings.steps for climb in climbs)
    backbone.module.to(memory_format=torch.channels_last)
    found: dict[int, Ascent] = {}
    done = 0
    for start in range(0, len(order), together):
        numbers = order[start : start + together]
        batch = _Batch(backbone, [climbs[number] for number in numbers], together, precision)
        for step in range(batch.steps):
            batch.step(step)
            done += sum(climbs[number].settings.steps > step for number in numbers)
            report(done, total)
        found |= dict(zip(numbers, batch.ascents(), strict=True))
    return [found[number] for number in range(len(climbs))]


def shifted(images: torch.Tensor, shifts: torch.Tensor) -> torch.Tensor:
    """Each of the images (n, 3, height, width) moved down and right by its own shift (n, 2), around the edges."""
    moved = [torch.roll(image, shift, (1, 2)) for image, shift in zip(images, shifts.tolist(), strict=True)]
    return torch.stack(moved)


def stepped(
    images: torch.Tensor, score_gradients: torch.Tensor, rates: torch.Tensor, decays: torch.Tensor
) -> torch.Tensor:
    """Images (n, 3, height, width) after x ← x + rate · g / ‖g‖₂, where g = ∇score − 2λx.

    Each image has its own rate and λ, shape (n,). Where g is zero the image stays as it is.
    """
    shape = (-1, 1, 1, 1)
    gradients = score_gradients - 2 * decays.view(shape) * images
    lengths: torch.Tensor = torch.linalg.vector_norm(gradients.flatten(1), dim=1).view(shape)
    return images + rates.view(shape) * gradients / lengths.clamp_min(torch.finfo(lengths.dtype).tiny)


def blurred(images: torch.Tensor, sigma: float) -> torch.Tensor:
    """Images (n, 3, side, side) after a Gaussian of ``sigma`` pixels along both axes, mirrored at the edges."""
    matrix = _blur_matrix(images.shape[-1], sigma).to(images)
    smooth: torch.Tensor = matrix @ images @ matrix.T
    return smooth


@cache
def _blur_matrix(side: int, sigma: float) -> torch.Tensor:
    """SciPy's Gaussian filter of one axis as a matrix (side, side): rows and columns sum to one."""
    import numpy as np
    from scipy.ndimage import gaussian_filter1d  # late: only what blurs needs SciPy

    return torch.from_numpy(gaussian_filter1d(np.eye(side), sigma, axis=0, mode="reflect").astype(np.float32))


class _Batch:
    """Images that pass through the network together, ``size`` of them, the missing ones copies of the last."""

    def __init__(self, backbone: Backbone, climbs: Sequence[Climb], size: int, precision: Precision) -> None:
        self.climbs = climbs
        self.module: nn.Module = backbone.module
        filled = [*climbs, *[climbs[-1]] * (size - len(climbs))]
        self.targets = class_tensor(backbone, [climb.target for climb in filled])
        device = self.targets.device
        self.precision = chosen_precision(precision, device.type)
        self.settings = [climb.settings for climb in filled]
        self.steps = max(settings.steps for settings in self.settings)
        self.images = torch.stack([climb.start for climb in filled]).to(device)
        self.rates = torch.tensor([settings.rate for settings in self.settings], device=device)
        self.decays = torch.tensor([settings.decay for settings in self.settings], device=device)
        none = torch.zeros(1, 2, dtype=torch.int64)
        self.shifts = [torch.cat([climb.shifts, none.expand(self.steps - len(climb.shifts), 2)]) for climb in filled]
        mean = torch.tensor(backbone.mean, device=device).view(1, 3, 1, 1)
        std = torch.tensor(backbone.std, device=device).view(1, 3, 1, 1)
        self.lowest, self.highest = -mean / std, (1 - mean) / std
        # Set aside as a whole: a small tensor kept from each step would lie among the large ones that are given back,
        # and the process would grow by megabytes a step.
        self.scores = torch.zeros(size, self.steps, device=device)
        self.leads = torch.zeros(size, self.steps, dtype=torch.bool, device=device)
        self.kept: list[dict[int, torch.Tensor]] = [{} for _ in climbs]
        self._keep(0)

    def step(self, number: int) -> None:
        """One step of every image that is not ready yet."""
        shift = torch.stack([shifts[number] for shifts in self.shifts])
        moved = shifted(self.images, shift).contiguous(memory_format=torch.channels_last)
        with running_in(self.precision, self.targets.device.type):
            logits, gradients = class_gradients(self.module, moved, self.targets)
        self.scores[:, number] = logits.gather(1, self.targets[:, None])[:, 0]
        self.leads[:, number] = logits.argmax(1) == self.targets
        images = shifted(stepped(moved, gradients, self.rates, self.decays), -shift)
        images = images.clamp(self.lowest, self.highest)
        for sigma in sorted({settings.blur for settings in self.settings}):
            due = [s.blur == sigma and s.blur_every > 0 and number % s.blur_every == 0 for s in self.settings]
            if any(due):
                images = torch.where(self._mask(due), blurred(images, sigma), images)
        self.images = torch.where(self._mask([s.steps > number for s in self.settings]), images, self.images)
        self._keep(number + 1)

    def ascents(self) -> list[Ascent]:
        """The results, once all steps are done, without those of the copies."""
        images, scores, leads = (values.cpu() for values in (self.images, self.scores, self.leads))
        lengths = [climb.settings.steps for climb in self.climbs]
        return [
            Ascent(images[place], scores[place, :length], leads[place, :length], self.kept[place])
            for place, length in enumerate(lengths)
        ]

    def _mask(self, chosen: Sequence[bool]) -> torch.Tensor:
        return torch.tensor(chosen, device=self.images.device).view(-1, 1, 1, 1)

    def _keep(self, steps: int) -> None:
        for place, climb in enumerate(self.climbs):
            if steps in climb.keep:
                self.kept[place][steps] = self.images[place].cpu().clone()
