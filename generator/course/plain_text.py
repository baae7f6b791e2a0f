"""Read a file of a course that is one text as a whole: its style, its cover."""

from __future__ import annotations

from pathlib import Path

from generator.errors import Mistake
from generator.store.files import digest

_LARGEST = 1_000_000  # bytes


def read_text(path: Path, mistakes: list[Mistake], files: dict[Path, str]) -> str | None:
    """The text of a file, or None where there is none.

    What is wrong with it is added to ``mistakes``, the digest of its bytes to ``files``.
    """
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        mistakes.append(Mistake(f"cannot be read: {error.strerror}", path, expected="a text file"))
        return None
    files[path] = digest(raw)
    if len(raw) > _LARGEST:
        expected = f"at most {_LARGEST} bytes"
        mistakes.append(Mistake("the file is too large", path, expected=expected, got=str(len(raw))))
        return None
    try:
        return raw.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        mistakes.append(Mistake("is not text in UTF-8", path, line, got=f"byte 0x{raw[error.start]:02x}"))
        return None
