"""Memory that a training frees in one step is kept for the next, in place of going back to the system."""

from __future__ import annotations

import ctypes
import functools

# Of glibc's malloc.h.
_M_TRIM_THRESHOLD = -1
_M_MMAP_THRESHOLD = -3

#: Bytes that may lie free at the end of the heap before any are given back.
KEPT = 512 * 2**20
#: Bytes from which on a piece of memory gets pages of its own, which go back once it is freed: glibc's upper limit.
_OWN_PAGES = 32 * 2**20


@functools.cache
def keep_freed_memory() -> bool:
    """Tell glibc to keep up to KEPT bytes of freed memory; False where the C library is another one.

    Each step of a training frees and takes the same few tensors of some megabytes. By default much of that memory goes
    back to the system in between, which fills it with zeros again: about a tenth of the time of small networks.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is None:
        return False
    return bool(mallopt(_M_TRIM_THRESHOLD, KEPT)) and bool(mallopt(_M_MMAP_THRESHOLD, _OWN_PAGES))
