"""The files of results that a page links to, written only when somebody follows such a link."""

from __future__ import annotations

import tempfile
import threading
from pathlib import Path

from generator.commands.preview.board import ShownPage


class Exported:
    """The exported results of the last page that was asked for, in a folder that goes with this object."""

    def __init__(self) -> None:
        self._alone = threading.Lock()
        self._page: ShownPage | None = None
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._files: dict[str, Path] = {}

    def file(self, page: ShownPage, name: str) -> bytes | None:
        """The content of the file that has this very name beside the page; None where no result is called so."""
        if page.exports is None or "/" not in name:
            return None
        with self._alone:
            if page is not self._page:
                self.close()
                self._folder = tempfile.TemporaryDirectory(prefix="genreport-preview-")
                root = Path(self._folder.name)
                page.exports(root)
                self._files = {path.relative_to(root).as_posix(): path for path in root.rglob("*") if path.is_file()}
                self._page = page
            found = self._files.get(name)
            return found.read_bytes() if found is not None else None

    def close(self) -> None:
        """Remove the folder."""
        if self._folder is not None:
            self._folder.cleanup()
        self._folder, self._page, self._files = None, None, {}
