"""Files of a report that stand in its folder as they would be written again are left where they are.

Only what was listed as ours is left, and only where every byte of it is the same: nothing is taken on trust.
"""

from __future__ import annotations

import shutil
import stat
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path

from generator.render.outputs.written import Status


@dataclass(frozen=True)
class Standing:
    """The files of a form that were ``listed`` before in a folder; those that were ``left`` there, as they looked."""

    folder: Path
    listed: Collection[str] = frozenset()
    left: dict[str, Status] = field(default_factory=dict)

    def put(self, staged: Path, name: str, content: bytes | Path) -> None:
        """Have a file written into the ``staged`` folder, unless the one in its place has the same content."""
        if name in self.listed and self._stands(name, content):
            return
        place = staged / name
        if not place.parent.is_dir():
            place.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, Path):
            shutil.copyfile(content, place)
        else:
            place.write_bytes(content)

    def _stands(self, name: str, content: bytes | Path) -> bool:
        place = self.folder / name
        try:
            seen = place.lstat()  # before it is read: what is saved from then on shows in another status
            if not stat.S_ISREG(seen.st_mode):
                return False
            wanted = content.read_bytes() if isinstance(content, Path) else content
            if seen.st_size != len(wanted) or place.read_bytes() != wanted:
                return False
        except (OSError, ValueError):
            return False
        self.left[name] = seen.st_size, seen.st_mtime_ns
        return True


#: For forms that nothing stands of.
NOWHERE = Standing(Path())
