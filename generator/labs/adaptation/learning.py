"""One step of learning, with or without a second domain, and what a network then gets right."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from generator.labs.adaptation.domains import Domain, Normalisation, Scaling
from generator.networks.dann import DomainNetwork
from generator.networks.precision import running_in

#: Images in one forward pass where nothing is learnt.
TEST_BATCH = 500
MOMENTUM = 0.9


@dataclass(frozen=True, eq=False)
class Learner:
    """A network with its optimiser; how its input is scaled, and in which format it computes.

    A step makes nothing wait for the device, neither in nor out, so that it can be recorded (``shared.replay``).
    """

    network: DomainNetwork
    optimiser: torch.optim.SGD
    scaling: Scaling
    precision: str

    @property
    def device(self) -> torch.device:
        """Where the network is."""
        return next(self.network.parameters()).device

    def set_rate(self, rate: float) -> None:
        """Learn with this rate from now on."""
        for group in self.optimiser.param_groups:
            if isinstance(group["lr"], torch.Tensor):
                group["lr"].fill_(rate)
            else:
                group["lr"] = rate

    def step(
        self, images: torch.Tensor, labels: torch.Tensor, factor: torch.Tensor | None = None
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Learn from one batch; returns the mean class loss and the mean domain loss, still on the device.

        ``images`` are uint8 (n, 28, 28, 3). The first ``len(labels)`` have the classes ``labels``, int64; they are the
        source domain, and the others the target. With a reversal ``factor`` the network also learns to tell these apart
        (Ganin et al. 2016, eq. 9-10, binary cross-entropy with source = 0 and target = 1); without, the domain loss is
        0.
        """
        known = len(labels)
        features = self._features(images)
        class_loss = functional.cross_entropy(self.network.classifier(features[:known]), labels)
        domain_loss = torch.zeros((), device=class_loss.device)
        if factor is not None:
            truth = (torch.arange(len(images), device=class_loss.device) >= known).float()
            logits = self.network.domain_logits(features, factor)
            domain_loss = functional.binary_cross_entropy_with_logits(logits, truth)
        self.optimiser.zero_grad()
        torch.autograd.backward(class_loss + domain_loss)
        self.optimiser.step()
        return class_loss.detach(), domain_loss.detach()

    def _features(self, images: torch.Tensor) -> torch.Tensor:
        """The features of a batch in float32: only the convolutions, which cost most, run in the faster format."""
        # The two classifiers pull in opposite directions, and rounding what they pull with loses whole trainings.
        with running_in(self.precision, self.device.type):
            features: torch.Tensor = self.network.features(self.scaling.apply(images))
        return features.float()

    @torch.no_grad()
    def predict(self, images: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Probabilities on the device: of the classes (n, classes), and of being from the target domain (n,)."""
        classes, domains = [], []
        unused = torch.ones((), device=images.device)  # no gradient flows, so no factor matters
        for batch in torch.split(images, TEST_BATCH):
            features = self._features(batch)
            classes.append(self.network.classifier(features).softmax(1))
            domains.append(self.network.domain_logits(features, unused).sigmoid())
        return torch.cat(classes), torch.cat(domains)


def new_learner(network: DomainNetwork, normalisation: Normalisation, precision: str) -> Learner:
    """Stochastic gradient descent with momentum 0.9; the rate is to be set before the first step."""
    device = next(network.parameters()).device
    if device.type == "cuda":  # the rate as a tensor, which a recorded step reads anew; only the fused one never waits
        rate = torch.zeros((), device=device)
        optimiser = torch.optim.SGD(network.parameters(), lr=rate, momentum=MOMENTUM, fused=True)
    else:
        optimiser = torch.optim.SGD(network.parameters(), lr=0.0, momentum=MOMENTUM)
    return Learner(network, optimiser, normalisation.on(device), precision)


@dataclass(frozen=True, eq=False)
class Score:
    """Which test images are given their class, and which their own domain: both (n,)."""

    classes: NDArray[np.bool_]
    domains: NDArray[np.bool_]

    @property
    def images(self) -> int:
        """How many images were scored."""
        return len(self.classes)

    @property
    def class_hits(self) -> int:
        """How many are given their class."""
        return int(self.classes.sum())

    @property
    def domain_hits(self) -> int:
        """How many are given their own domain."""
        return int(self.domains.sum())


def score(learner: Learner, domain: Domain, *, is_target: bool) -> Score:
    """What the network gets right in a domain; the boundary between the domains is a probability of 0.5."""
    classes, domains = learner.predict(domain.images)
    right = (classes.argmax(1) == domain.labels, (domains > 0.5) == is_target)
    return Score(*(hits.cpu().numpy() for hits in right))
