"""Packs: results of a cache as one file to carry elsewhere. A zip of entries, with a list of them; no code, no pickle.

A pack is data, not trust: its digests show damage, and anybody can make one. What is read from it goes into the cache
with a mark of where it came from (see ``Cache.import_``).
"""

from __future__ import annotations

import json
import re
import stat
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from generator.errors import GenreportError
from generator.store.entry import ARRAYS, MANIFEST, RESULT, DamagedEntryError, verify
from generator.store.files import from_json, sync_folder, to_json

FORMAT = 1
LISTING = "pack.json"
LARGEST_LISTING = 256 * 2**20  # bytes: the list of a hundred thousand results
_MOST_NAMED = 3
_FILES = (MANIFEST, RESULT, ARRAYS)
_MEMBER = re.compile(rf"entries/([0-9a-f]{{64}})/({'|'.join(map(re.escape, _FILES))})")
_FINGERPRINT = re.compile(r"[0-9a-f]{64}")
_LARGEST_RATIO = 1100  # of deflate, which cannot do better than 1032


class PackError(GenreportError):
    """The file is no pack, or is damaged; nothing was taken from it."""

    def __init__(self, path: Path, reason: str, hint: str = "") -> None:
        super().__init__(f"{path} is not a sound pack: {reason}", hint or "make it again with `genreport pack`")

    def __reduce__(self) -> tuple[type[GenreportError], tuple[str, str]]:
        return GenreportError, (self.message, self.hint)


def write_pack(path: Path, listing: Mapping[str, Any], entries: Iterable[tuple[str, Mapping[str, bytes]]]) -> None:
    """Write a pack beside its place and put it there whole; ``entries`` are fingerprints with an entry's files.

    The same results give the same bytes. Raises OSError; what was at the place is then still there.
    """
    beside = path.with_name(f".{path.name}.new")
    try:
        with zipfile.ZipFile(beside, "w", zipfile.ZIP_DEFLATED) as archive:
            _add(archive, LISTING, to_json({"format": FORMAT, **listing}))
            for fingerprint, files in entries:
                for name in _FILES:
                    _add(archive, f"entries/{fingerprint}/{name}", files[name])
        beside.replace(path)
        sync_folder(path.absolute().parent)
    finally:
        with suppress(OSError):
            beside.unlink(missing_ok=True)


def _add(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)  # its time is that of zip's beginning


class Pack:
    """An open pack, whose list and form were found sound. What it holds is verified as it is read."""

    def __init__(self, path: Path, archive: zipfile.ZipFile) -> None:
        """Raises PackError for whatever ``write_pack`` does not write."""
        self.path = path
        self._archive = archive
        self._entries = _entries(path, archive)
        listing = _listing(path, archive)
        self.listed: dict[str, Mapping[str, Any]] = {result["fingerprint"]: result for result in listing["results"]}
        self.profile = str(listing["profile"])
        self.data: Mapping[str, Mapping[str, str]] = listing["data"]
        if len(self.listed) != len(listing["results"]) or self.listed.keys() != self._entries.keys():
            raise PackError(path, "its list is not of the results that it holds")

    def files(self, fingerprint: str) -> dict[str, bytes]:
        """An entry's files, verified against its manifest. Raises PackError."""
        try:
            files = {name: self._archive.read(self._entries[fingerprint][name]) for name in _FILES}
            verify(fingerprint, files)
        except DamagedEntryError as error:
            raise PackError(self.path, f"the entry {fingerprint[:12]} is damaged: {error.reason}") from error
        except _UNREADABLE as error:
            raise PackError(self.path, f"the entry {fingerprint[:12]} cannot be read ({error})") from error
        return files

    def check(self) -> Iterator[str]:
        """Verify every entry; yields the fingerprint of each one that is sound. Raises PackError at the first other."""
        for fingerprint in self.listed:
            self.files(fingerprint)
            yield fingerprint


#: What zipfile raises for a file that is none, is cut off, or was altered.
_UNREADABLE = (
    OSError,
    zlib.error,
    zipfile.BadZipFile,
    EOFError,
    ValueError,
    NotImplementedError,
    RuntimeError,
    MemoryError,
)


@contextmanager
def open_pack(path: Path) -> Iterator[Pack]:
    """Open a pack. Raises PackError when it is none, or damaged, or made to do harm."""
    try:
        archive = zipfile.ZipFile(path)
    except FileNotFoundError:
        raise PackError(path, "there is no such file", "name a file that `genreport pack` has written") from None
    except _UNREADABLE as error:
        raise PackError(path, f"it cannot be read ({error})") from error
    with archive:
        yield Pack(path, archive)


def _entries(path: Path, archive: zipfile.ZipFile) -> dict[str, dict[str, zipfile.ZipInfo]]:
    """The members of each entry; raises PackError for any other member, and for one that unpacks to too much."""
    found: dict[str, dict[str, zipfile.ZipInfo]] = {}
    size = path.stat().st_size
    packed = 0
    seen: set[str] = set()
    strange = []
    for member in archive.infolist():
        name = _MEMBER.fullmatch(member.filename)
        if member.filename in seen:
            raise PackError(path, f"{member.filename} is in it twice")
        seen.add(member.filename)
        packed += member.compress_size
        kind = stat.S_IFMT(member.external_attr >> 16)
        if (name is None and member.filename != LISTING) or kind not in (0, stat.S_IFREG) or member.flag_bits & 1:
            strange.append(member.filename)
        elif member.file_size > _LARGEST_RATIO * member.compress_size or packed > size:
            raise PackError(path, f"{member.filename} would unpack to more than it can hold")
        elif name is not None:
            found.setdefault(name[1], {})[name[2]] = member
    if strange:
        more = f" and {len(strange) - _MOST_NAMED} more" if len(strange) > _MOST_NAMED else ""
        raise PackError(path, f"it holds what no pack does: {', '.join(map(repr, strange[:_MOST_NAMED]))}{more}")
    for fingerprint, files in found.items():
        if files.keys() != set(_FILES):
            raise PackError(path, f"the entry {fingerprint[:12]} lacks {', '.join(sorted(set(_FILES) - files.keys()))}")
    return found


def _listing(path: Path, archive: zipfile.ZipFile) -> dict[str, Any]:
    try:
        if archive.getinfo(LISTING).file_size > LARGEST_LISTING:
            raise PackError(path, "its list is larger than that of any pack")
        listing = from_json(archive.read(LISTING))
        if listing["format"] != FORMAT:
            hint = "update genreport on the side with the older version"
            raise PackError(
                path, f"it has format {json.dumps(listing['format'])[:20]}, and this version reads {FORMAT}", hint
            )
        _check_listing(listing)
    except (*_UNREADABLE, KeyError, TypeError, AttributeError) as error:
        raise PackError(path, f"its list cannot be read ({type(error).__name__}: {error})") from error
    return dict(listing)


def _check_listing(listing: Mapping[str, Any]) -> None:
    """Raise ValueError, LookupError or TypeError unless the list is of the form that ``genreport pack`` writes."""
    results, data = listing["results"], listing["data"]
    if not isinstance(listing["profile"], str) or not isinstance(results, list) or not isinstance(data, dict):
        raise TypeError("its parts are not of their types")
    for result in results:
        addresses = result["addresses"]
        if not _FINGERPRINT.fullmatch(result["fingerprint"]) or not isinstance(result["ingredients"], dict):
            raise ValueError("a result is not of its form")
        if not isinstance(addresses, list) or not all(isinstance(address, str) for address in addresses):
            raise TypeError("addresses are not text")
    for files in data.values():
        if not all(isinstance(place, str) and _FINGERPRINT.fullmatch(digest) for place, digest in files.items()):
            raise ValueError("the data's digests are not of their form")
