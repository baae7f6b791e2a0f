"""Guard against data that changed after planning: a result must come from the data that its fingerprint names."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from generator.errors import GenreportError
from generator.planning.data import Own, digest_of, files_of
from generator.store.memo import Memo, stamp

# Digests of large files are remembered by this process, and taken from planning's memo where the cache is shared.
_MEMOS: dict[Path, Memo] = {}


class DataChangedError(GenreportError):
    """The worker's data is not the data that the build was planned with."""

    def __init__(self, names: str, hint: str = "build again") -> None:
        super().__init__(f"The data changed between planning and the end of computing: {names}", hint)


class DataGuard:
    """Holds a job to its data: made just before the computation, asked again just after it."""

    def __init__(self, planned: Mapping[str, str], data: Path, cache: Path, own: Own = MappingProxyType({})) -> None:
        """``planned`` maps "dataset/mnist" or "network/vgg16" to planning's digest of its files, ``own`` some to them.

        Raises:
            DataChangedError: the files are others now, or others on this machine.
        """
        self._files = {name: files_of(name, data, own) for name in planned}
        self._stamps = self._now()
        memo = _MEMOS.setdefault(cache, Memo(cache / "memo.json")) if planned else Memo(None)
        for name, files in self._files.items():
            found, missing = digest_of(files, data, memo)
            if found != planned[name]:
                where = f" ({missing[0]} is missing)" if missing else ""
                raise DataChangedError(
                    name.partition("/")[2] + where, "build again; on a cluster, give every worker the same data"
                )

    def check(self) -> None:
        """Raise DataChangedError when a file was touched meanwhile, even if it is again what it was."""
        now = self._now()
        changed = [name.partition("/")[2] for name in now if now[name] != self._stamps[name]]
        if changed:
            raise DataChangedError(", ".join(changed))

    def _now(self) -> dict[str, list[list[int] | None]]:
        return {name: [stamp(path) if path.exists() else None for path in files] for name, files in self._files.items()}
