"""Read files of a folder that somebody else filled, and never one that lies outside of it."""

from __future__ import annotations

import os
import stat
from pathlib import Path, PurePosixPath

#: Bytes of a student's text; the longest reference answer has a tenth of this.
LONGEST_TEXT = 100_000


class UntrustedFileError(Exception):
    """The file may not be read, or cannot be; the message says why. ``absent`` when there is none."""

    def __init__(self, message: str, *, absent: bool = False) -> None:
        super().__init__(message)
        self.absent = absent


def read_untrusted(folder: Path, name: str, largest: int = LONGEST_TEXT) -> bytes:
    """The content of the file ``name`` ("answers/2-a/q01.md") below ``folder``.

    Raises UntrustedFileError for a name that leads outside, for links, devices and pipes anywhere on the way, and for
    files of more than ``largest`` bytes.
    """
    parts = _parts(name)
    place = folder
    for part in parts:
        place = place / part
        try:
            status = place.lstat()
        except FileNotFoundError:
            raise UntrustedFileError("the file is missing", absent=True) from None
        except (OSError, ValueError) as error:
            raise UntrustedFileError(f"cannot be read: {getattr(error, 'strerror', None) or error}") from None
        if stat.S_ISLNK(status.st_mode):
            raise UntrustedFileError(f"{part!r} is a link, which could lead outside of the folder")
    return _read_regular(place, largest)


def read_plain(path: Path, largest: int) -> bytes:
    """The content of a file by its path. Raises UntrustedFileError for a link, a device, a pipe, or too many bytes."""
    if path.is_symlink():
        raise UntrustedFileError("is a link, which could lead anywhere")
    return _read_regular(path, largest)


def plain_files(folder: Path) -> list[Path]:
    """The plain files below ``folder`` in the order of their names; none of them lies behind a link.

    Raises UntrustedFileError when the folder itself is a link: it could lead to a whole disk.
    """
    if folder.is_symlink():
        raise UntrustedFileError(f"{folder.name!r} is a link, which could lead outside of the folder")
    found = (Path(place, name) for place, _, names in os.walk(folder) for name in names)
    return sorted(path for path in found if stat.S_ISREG(path.lstat().st_mode))


def _parts(name: str) -> tuple[str, ...]:
    path = PurePosixPath(name)
    strange = "\\" in name or ":" in name or not name.isprintable()
    if name in ("", ".") or strange or path.is_absolute() or ".." in path.parts or name != path.as_posix():
        raise UntrustedFileError(f"{name!r} is not a plain path below the folder, such as images/map.png")
    return path.parts


def _read_regular(place: Path, largest: int) -> bytes:
    """Open without following a link and without waiting for a pipe, and look at what was opened, not at its name."""
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        handle = os.open(place, flags)
    except OSError as error:
        raise UntrustedFileError(f"cannot be read: {error.strerror}") from None
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise UntrustedFileError("is not a plain file")
    with os.fdopen(handle, "rb") as file:
        content = file.read(largest + 1)
    if len(content) > largest:
        raise UntrustedFileError(f"is larger than {largest} bytes")
    return content
