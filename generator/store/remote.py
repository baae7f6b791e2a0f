"""Folders behind addresses that fsspec opens, such as s3:// and sftp://: their files, read and written.

Whoever names one does not wait for it: it is connected to by the thread that first asks for a file.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping
from typing import IO, Any

from generator.errors import InputError, Mistake
from generator.store.entry import MANIFEST

_BLOCK = 2**18  # bytes: asked for at once, so that a slow place shows that it moves


class Remote:
    """A folder behind an address; threads may share it."""

    def __init__(self, address: str) -> None:
        """Raises InputError for an address that cannot be, or that nothing here opens (``genreport[remote]``)."""
        self.name = without_user(address)
        self._address = address
        self._lock = threading.Lock()
        self._shared: tuple[Any, str] | None = None
        self._own = threading.local()
        try:
            from fsspec.core import get_filesystem_class, url_to_fs
        except ImportError:
            hint = 'python -m pip install "genreport[remote]" opens others, such as s3:// and sftp://'
            raise self._refused(hint, "a folder, http:// or https://") from None
        try:
            get_filesystem_class(address.partition("://")[0])
        except (ValueError, ImportError) as error:
            raise self._refused(str(error)) from None
        self._connect = url_to_fs
        for library in ("paramiko", "asyncio"):  # one line says what is wrong with a place, and it is ours
            logging.getLogger(library).addHandler(logging.NullHandler())

    def _refused(self, hint: str, expected: str = "") -> InputError:
        return InputError([Mistake("results cannot lie there", expected=expected, got=self.name, hint=hint)])

    def open(self, path: str) -> IO[bytes]:
        """Open a file by its path below the address."""
        system, root = self._system()
        return system.open(f"{root}/{path}", "rb", block_size=_BLOCK)  # type: ignore[no-any-return]

    def write(self, path: str, content: bytes) -> None:
        """Put a file there, in place of what has its name. Buckets are not made, folders are."""
        system, root = self._system()
        try:
            self._put(system, f"{root}/{path}", content)
        except FileNotFoundError:
            if not root.startswith("/"):  # a bucket, where a name needs no folder: there is none
                raise
            with self._lock:
                system.makedirs(f"{root}/{path}".rpartition("/")[0], exist_ok=True)
            self._put(system, f"{root}/{path}", content)

    def write_entry(self, fingerprint: str, files: Mapping[str, bytes]) -> None:
        """Put an entry's files there, as a cache has them; one that is cut short has no manifest, and is none."""
        for name in sorted(files, key=lambda name: name == MANIFEST):
            self.write(f"entries/{fingerprint[:2]}/{fingerprint}/{name}", files[name])

    @staticmethod
    def _put(system: Any, path: str, content: bytes) -> None:
        with system.open(path, "wb") as stream:
            stream.write(content)

    def _system(self) -> tuple[Any, str]:
        found: tuple[Any, str] | None = getattr(self._own, "found", None) or self._shared
        if found is None:
            with self._lock:  # one by one: a server of SSH refuses some of many that knock at once
                if self._shared is not None:
                    return self._shared
                system, root = self._connect(self._address, skip_instance_cache=True)
                found = system, root.rstrip("/")
                if system.async_impl:
                    self._shared = found
                else:  # paramiko drops what another thread's request waits for
                    self._own.found = found
        return found


def without_user(address: str) -> str:
    """The address as it may be told: whoever reads a report need not know the name and password that open it."""
    scheme, sign, rest = address.partition("://")
    place, slash, path = rest.partition("/")
    return f"{scheme}{sign}{place.rpartition('@')[2]}{slash}{path}"
