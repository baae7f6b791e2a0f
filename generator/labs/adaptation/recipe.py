"""How a network is to be trained on two domains, and which images meet in a batch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import torch

from generator.labs.adaptation.domains import Domain, Scale
from generator.labs.adaptation.schedules import Direction, Shape, annealed_rate, reversal_factor

Method = Literal["naive", "dann", "no_reversal", "target"]
Scheduler = Literal["epoch", "step"]
Pairing = Literal["independent", "paired", "unshuffled"]


@dataclass(frozen=True)
class Recipe:
    """Everything that distinguishes one training from another, but for its data.

    ``method``: "naive" sees the source domain only and "target" the target domain only, both with labels; "dann" sees
    labelled source and unlabelled target images, with the gradient reversal layer (Ganin et al. 2016, algorithm 1);
    "no_reversal" is the same network with an ordinary connection in the layer's place (λ = -1).

    ``batch_size`` counts the images of each domain that is seen. SGD with momentum 0.9; the learning rate falls from
    ``learning_rate`` as in :func:`schedules.annealed_rate`, once per epoch or at every step; λ follows
    :func:`schedules.reversal_factor`, times ``multiplier``, at every step. ``pairing`` says how the two domains' images
    meet in a batch: drawn independently, the same indices of both, or (the course's notebook) the same without any
    shuffling, for which the two must be made from the same images.
    """

    method: Method
    epochs: int
    batch_size: int
    learning_rate: float
    scheduler: Scheduler
    normalisation: Scale
    shape: Shape
    direction: Direction
    slope: float
    multiplier: float
    pairing: Pairing
    seed: int

    @property
    def adversarial(self) -> bool:
        """Whether both domains are seen and the domain classifier is trained."""
        return self.method in ("dann", "no_reversal")

    @property
    def seen(self) -> tuple[str, ...]:
        """The domains whose training images are learnt from, the labelled one first."""
        return ("source", "target") if self.adversarial else (self.labelled,)

    @property
    def labelled(self) -> Literal["source", "target"]:
        """The domain whose classes are learnt from."""
        return "target" if self.method == "target" else "source"

    def factor(self, done: float) -> float:
        """λ at the share ``done`` of the training: -1 where nothing is reversed, 0 where only one domain is seen."""
        if not self.adversarial:
            return 0.0
        if self.method == "no_reversal":
            return -1.0
        return self.multiplier * reversal_factor(done, self.shape, self.direction, self.slope)

    def rate(self, epoch: int, done: float) -> float:
        """The learning rate in epoch number ``epoch``, from 0, when the share ``done`` of the training is over."""
        return annealed_rate(epoch / self.epochs if self.scheduler == "epoch" else done, self.learning_rate)


class Batches:
    """Draws the order of the images of each domain that is seen, epoch by epoch.

    ``generators`` are the random generators that it draws from, to be checkpointed; ``images`` is how many images of
    each domain make an epoch.
    """

    def __init__(
        self,
        recipe: Recipe,
        domains: Mapping[str, Domain],
        epoch_images: int,
        generators: Mapping[str, torch.Generator],
    ) -> None:
        self._sizes = {name: len(domains[name]) for name in recipe.seen}
        if recipe.pairing != "independent" and len(set(self._sizes.values())) > 1:
            raise ValueError(f"{recipe.pairing} batches need domains of one size, got {self._sizes}")
        self._recipe = recipe
        self._device = domains[recipe.labelled].labels.device
        self.generators = generators
        smallest = min(self._sizes.values())
        self.images = min(epoch_images, smallest) if epoch_images else smallest

    def __len__(self) -> int:
        """The number of batches in an epoch, the last of which may be smaller."""
        return -(-self.images // self._recipe.batch_size)

    def draw(self) -> list[tuple[torch.Tensor, ...]]:
        """The next epoch's batches: for each, the indices into each domain that is seen, the labelled one first.

        They are on the domains' device.
        """
        orders: list[torch.Tensor] = []
        for name, size in self._sizes.items():
            if self._recipe.pairing == "unshuffled":
                order = torch.arange(size)
            elif self._recipe.pairing == "paired" and orders:
                order = orders[0]
            else:
                order = torch.randperm(size, generator=self.generators[f"{name} order"])
            orders.append(order[: self.images])
        # To the device once an epoch: a copy in each step would make a card wait for the processor, and the other way.
        orders = [order.to(self._device) for order in orders]
        return list(zip(*(torch.split(order, self._recipe.batch_size) for order in orders), strict=True))
