"""What decides how a page is laid out, beside the page: programs, libraries, and the fonts of this machine.

Run by the process that writes the PDF, which imports nothing of the package; so does this.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

_PACKAGES = ("weasyprint", "pydyf", "cssselect2", "tinycss2", "tinyhtml5", "pyphen", "pillow")
_SECONDS = 10  # for asking which fonts there are, which takes some thousandths


def program() -> str:
    """A digest of all of it: what was laid out under another is not to be used."""
    told = [f"{name} {_version(name)}" for name in _PACKAGES]
    told += [f"Pango {_pango()}", f"HarfBuzz {_harfbuzz()}", *fonts()]
    parts = sorted(Path(__file__).parent.glob("pdf_*.py"))
    told += [hashlib.sha256(path.read_bytes()).hexdigest() for path in parts]
    return hashlib.sha256("\n".join(told).encode("utf-8", "surrogateescape")).hexdigest()


def fonts() -> list[str]:
    """The fonts of this machine, of which one may stand for a letter that a page's own fonts lack.

    Each by its path, size and time; none where fontconfig cannot be asked.
    """
    if (command := shutil.which("fc-list")) is None:
        return []
    try:
        asked = [command, "--format", "%{file}\n"]
        listed = subprocess.run(asked, capture_output=True, text=True, check=False, timeout=_SECONDS).stdout
    except (OSError, ValueError, subprocess.SubprocessError):
        return []
    found = []
    for line in sorted(set(listed.splitlines())):
        with suppress(OSError):
            stat = Path(line).stat()
            found.append(f"{line} {stat.st_size} {stat.st_mtime_ns}")
    return found


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "unknown"


def _pango() -> int:
    from weasyprint.text.ffi import pango

    return int(pango.pango_version())


def _harfbuzz() -> str:
    """Its version, for which WeasyPrint has no name."""
    from weasyprint.text.ffi import ffi, harfbuzz

    try:
        ffi.cdef("const char *hb_version_string(void);", override=True)
        return str(ffi.string(harfbuzz.hb_version_string()).decode())
    except Exception:  # of the library that binds it, or none: then it is not told apart
        return "unknown"
