"""A step of training that is recorded once and replayed: on a card, a CUDA graph in place of hundreds of launches.

A step's kernels are so short on a card that telling it to run each takes longer than running it. A graph is told as a
whole, but replays the same addresses: its inputs are copied into buffers of their own, a learning rate is a tensor, and
nothing in the step may wait for the card. The first steps run as they are, which lets optimisers make their state and
libraries choose their kernels; so does a batch of another shape, such as a short last one.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Protocol

import torch

#: A step: tensors in, one tensor out; all else that it changes (weights, momenta) it changes in place.
Step = Callable[..., torch.Tensor]

#: Steps that run as they are before one is recorded.
WARM_UP = 3
#: Recording is to be asked for with this variable set to 1, as long as no card has been seen to get it right.
ASKED = "GENREPORT_CUDA_GRAPHS"


class Recorder(Protocol):
    """What turns work without inputs into something to replay."""

    def warm(self, work: Callable[[], torch.Tensor]) -> torch.Tensor:
        """Do the work now, as it has to be done before it can be recorded."""

    def record(self, work: Callable[[], torch.Tensor]) -> Callable[[], torch.Tensor]:
        """Record the work, which need not be done now; what is returned does it each time, into the same tensor."""


class CudaGraphs:
    """Records CUDA graphs. Warm-up is on a stream of its own, as ``torch.cuda.graph`` asks for."""

    def __init__(self, device: torch.device) -> None:
        self._stream = torch.cuda.Stream(device)  # type: ignore[no-untyped-call]

    def warm(self, work: Callable[[], torch.Tensor]) -> torch.Tensor:
        """Do the work on the other stream, after what was begun on this one and before what follows."""
        here = torch.cuda.current_stream(self._stream.device)
        self._stream.wait_stream(here)
        with torch.cuda.stream(self._stream):
            done = work()
        here.wait_stream(self._stream)
        done.record_stream(here)
        return done

    def record(self, work: Callable[[], torch.Tensor]) -> Callable[[], torch.Tensor]:
        """Record the work as a graph; recording runs nothing on the card."""
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph, stream=self._stream):
            output = work()

        def replay() -> torch.Tensor:
            graph.replay()
            return output

        return replay


class Replayed:
    """A step that ``recorder`` records for the shapes it is first called with, or (None) that runs as it is.

    What is returned is overwritten by the next call.
    """

    def __init__(self, step: Step, recorder: Recorder | None) -> None:
        self._step, self._recorder = step, recorder
        self._run = 0
        self._buffers: tuple[torch.Tensor, ...] = ()
        self._replay: Callable[[], torch.Tensor] | None = None

    def __call__(self, *inputs: torch.Tensor) -> torch.Tensor:
        """Take the step; inputs are on the device."""
        if self._recorder is None:
            return self._step(*inputs)
        shapes = [value.shape for value in inputs]
        if not self._buffers:
            self._buffers = tuple(torch.empty_like(value) for value in inputs)
        if shapes != [buffer.shape for buffer in self._buffers]:
            return self._step(*inputs)
        if self._run < WARM_UP:
            self._run += 1
            return self._recorder.warm(lambda: self._step(*inputs))
        for buffer, value in zip(self._buffers, inputs, strict=True):
            buffer.copy_(value)
        if self._replay is None:
            self._replay = self._recorder.record(lambda: self._step(*self._buffers))
        return self._replay()


def recorder_for(device: torch.device) -> Recorder | None:
    """What records steps on this device, where that is asked for: nothing but on a CUDA card."""
    return CudaGraphs(device) if device.type == "cuda" and os.environ.get(ASKED) == "1" else None
