"""What all displays with progress bars share: when the bars are drawn."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from rich.progress import Progress


class LiveDisplay:
    """Something with progress bars that are drawn as long as it is entered."""

    progress: Progress

    def __enter__(self) -> Self:
        self.progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.progress.stop()
