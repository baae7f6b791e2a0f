"""What an entry of the cache consists of, and whether the files that are said to be one are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from generator import results
from generator.errors import CacheError, GenreportError
from generator.results import Result
from generator.store.files import digest, from_json, to_json
from generator.store.soundness import check_result

if TYPE_CHECKING:
    from generator.results import Array

FORMAT = 1  # of the entries on disk; an entry of another format counts as absent
MANIFEST, RESULT, ARRAYS = "manifest.json", "result.json", "arrays.safetensors"


class DamagedEntryError(CacheError):
    """An entry's files are not those that were saved; remove it and compute the job again."""

    def __init__(self, fingerprint: str, reason: str) -> None:
        super().__init__(f"The cache entry {fingerprint[:12]} is damaged: {reason}", "it will be computed again")
        self.fingerprint = fingerprint
        self.reason = reason

    def __reduce__(self) -> tuple[type[GenreportError], tuple[str, str]]:
        return type(self), (self.fingerprint, self.reason)


def verify(fingerprint: str, files: Mapping[str, bytes]) -> None:
    """Raise DamagedEntryError unless these are an entry's files, as its manifest lists them."""
    listed = read_manifest(fingerprint, files.get(MANIFEST, b""))["files"]
    if files.keys() != {MANIFEST, *listed}:
        raise DamagedEntryError(fingerprint, f"its files are {', '.join(sorted(files))}")
    for name, entry in listed.items():
        check_file(fingerprint, name, files[name], entry)


def read_manifest(fingerprint: str, content: bytes) -> dict[str, Any]:
    """The manifest, once its checksum, its format, its fingerprint and its list of files are found right."""
    try:
        manifest: dict[str, Any] = from_json(content)
        whole = manifest.pop("sha256") == digest(to_json(manifest))
        fitting = whole and (manifest["format"], manifest["provenance"]["fingerprint"]) == (FORMAT, fingerprint)
        listed = whole and manifest["files"].keys() == {RESULT, ARRAYS}
        listed = listed and all(entry.keys() == {"size", "sha256"} for entry in manifest["files"].values())
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise DamagedEntryError(fingerprint, "its manifest is not readable") from error
    if not whole:
        raise DamagedEntryError(fingerprint, "its manifest is not what was saved")
    if not fitting or not listed:
        raise DamagedEntryError(fingerprint, "its manifest is of another format or another job")
    return manifest


def read_result(document: bytes, arrays: Mapping[str, Array]) -> Result:
    """A stored result; raises ValueError, LookupError or TypeError when it is none that a computation may return."""
    result = results.decode(from_json(document), arrays)
    check_result(result)
    return result


@contextmanager
def damage(fingerprint: str) -> Iterator[None]:
    """Whatever goes wrong in putting together what an entry holds is damage to it."""
    try:
        yield
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise DamagedEntryError(fingerprint, f"its content is not readable ({error})") from error


def check_file(fingerprint: str, name: str, content: bytes, listed: Mapping[str, Any]) -> None:
    """Raise DamagedEntryError unless a file has the size and the digest that are listed for it."""
    if len(content) != listed["size"] or digest(content) != listed["sha256"]:
        raise DamagedEntryError(fingerprint, f"{name} is not what was saved")
