"""WeasyPrint's libraries of the system, found without a search and started one after the other.

Run by the process that writes the PDF, which imports nothing of the package; so does this.
"""

from __future__ import annotations

import ctypes.util
import sys
from contextlib import redirect_stdout
from io import StringIO


def begin() -> None:
    """Import WeasyPrint, and let fontconfig read its settings before Pango has a thread that does so.

    OSError where a library cannot be loaded.
    """
    _load()
    from weasyprint.text.ffi import ffi, fontconfig

    # Pango's first font map starts a thread that calls this. What the main thread asks of fontconfig meanwhile reads
    # the same settings at the same time, of which processes have died (Pango's issues 784 and 872); a second call
    # finds the work done.
    ffi.cdef("int FcInit(void);", override=True)
    fontconfig.FcInit()


def _load() -> None:
    """Import WeasyPrint; on Linux by the names that its libraries have there, if they can be loaded by these."""
    search = ctypes.util.find_library
    if sys.platform == "linux":
        # It tries names of other systems first, and for each of them this starts a compiler and ldconfig.
        ctypes.util.find_library = lambda name: None
    try:
        with redirect_stdout(StringIO()):  # where WeasyPrint prints advice, and what is awaited is JSON
            import weasyprint
    except OSError:
        ctypes.util.find_library = search
        import weasyprint  # noqa: F401
    finally:
        ctypes.util.find_library = search
