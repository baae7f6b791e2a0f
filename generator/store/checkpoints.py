"""Checkpoints on disk: the last whole state of a long training, replaced atomically epoch by epoch."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from generator.store.files import (
    digest,
    disk_errors,
    from_json,
    from_safetensors,
    replace_file,
    sync_folder,
    to_json,
    to_safetensors,
    write_file,
)

if TYPE_CHECKING:
    from generator.results import Array


class DiskCheckpoints:
    """One job's checkpoints in a folder of its own (see ``workspace.Checkpoints``).

    Each is two files of one number: the arrays, and then, replaced atomically, the record with the state and a
    checksum over both. Only when the record is whole does the checkpoint before it go.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def save(self, arrays: Mapping[str, Array], state: Mapping[str, Any]) -> None:
        """Replace the checkpoint by these arrays and this JSON-ready state.

        Raises:
            CacheError: the disk is full or refuses; the checkpoint before is still there.
        """
        content, text = to_safetensors(arrays), to_json(state)
        record = to_json({"state": text.decode(), "sha256": digest(content + text)})
        with disk_errors(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
            number = max(self._numbers(), default=0) + 1
            try:
                write_file(self._arrays(number), content)
                replace_file(self._record(number), record)
            except OSError:
                self._arrays(number).unlink(missing_ok=True)
                raise
            self._remove_all_but(number)
            sync_folder(self.folder)

    def load(self) -> tuple[dict[str, Array], dict[str, Any]] | None:
        """The last checkpoint whose checksum holds, or None."""
        for number in sorted(self._numbers(), reverse=True):
            try:
                record = from_json(self._record(number).read_bytes())
                content, text = self._arrays(number).read_bytes(), record["state"].encode()
                if digest(content + text) == record["sha256"]:
                    return from_safetensors(content), from_json(text)
            except (OSError, ValueError, KeyError, TypeError, AttributeError):
                continue  # damaged: an older one is better than none
        return None

    def discard(self) -> None:
        """Remove every checkpoint of the job."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _numbers(self) -> list[int]:
        return [int(path.stem) for path in self.folder.glob("*.json") if path.stem.isdigit()]

    def _arrays(self, number: int) -> Path:
        return self.folder / f"{number:08d}.safetensors"

    def _record(self, number: int) -> Path:
        return self.folder / f"{number:08d}.json"

    def _remove_all_but(self, number: int) -> None:
        whole = {self._arrays(number), self._record(number)}
        for path in self.folder.iterdir():
            if path not in whole:
                path.unlink(missing_ok=True)
