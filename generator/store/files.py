"""How the cache's files are written and read: durably, with clear disk errors, and as portable JSON and safetensors."""

from __future__ import annotations

import errno
import hashlib
import json
import math
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from generator.errors import CacheError

if TYPE_CHECKING:
    from generator.results import Array

#: JSON knows no NaN and no infinity: such a float is written as ``{"$float": "nan"}`` ("inf", "-inf").
_FLOAT_KEY = "$float"
_NOT_FINITE = ("nan", "inf", "-inf")
_AS_THEY_ARE = frozenset({type(None), bool, int, str})
_FULL = (errno.ENOSPC, errno.EDQUOT)


@contextmanager
def disk_errors(folder: Path) -> Iterator[None]:
    """Turn an OSError into a CacheError that says what happened to ``folder`` and what to do about it."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise CacheError(
                f"No space left on the disk that holds {folder}",
                "free some space (`genreport clean` removes entries that no question needs) or choose another --cache",
            ) from error
        raise CacheError(
            f"Cannot use the cache folder {folder}: {error.strerror or error}",
            "check its permissions or choose another --cache",
        ) from error


def write_file(path: Path, content: bytes, durable: bool = True) -> None:
    """Write a new file and, if it is to be durable, wait until it is on the disk."""
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        if durable:
            os.fsync(file.fileno())


def replace_file(path: Path, content: bytes) -> None:
    """Replace a file so that a kill leaves either its old content or the new, never a part."""
    beside = path.with_name(path.name + ".new")
    try:
        write_file(beside, content)
        beside.replace(path)
    except OSError:
        with suppress(OSError):
            beside.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Wait until the names in ``folder`` (a rename, say) are on the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def remove_folder(folder: Path, aside: Path) -> None:
    """Remove a folder so that it vanishes at once: it is renamed to ``aside`` first. Missing folders are fine."""
    shutil.rmtree(aside, ignore_errors=True)
    aside.parent.mkdir(parents=True, exist_ok=True)
    with suppress(FileNotFoundError):
        folder.rename(aside)
        shutil.rmtree(aside)


def folder_size(folder: Path) -> int:
    """The bytes of all files below ``folder``; files that vanish meanwhile count nothing."""
    total = 0
    for path in folder.rglob("*"):
        with suppress(FileNotFoundError):
            total += path.stat().st_size if path.is_file() else 0
    return total


def digest(content: bytes) -> str:
    """SHA-256 in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def to_json(value: Any) -> bytes:
    """Strict JSON in ASCII, keys in their given order; non-finite floats are written as ``{"$float": "nan"}``.

    Raises:
        TypeError: a value is none of dict, list, tuple, str, int, float, bool and None.
    """
    return json.dumps(_portable(value), allow_nan=False, separators=(",", ":")).encode()


def from_json(content: bytes) -> Any:
    """The inverse of :func:`to_json` (tuples come back as lists); raises ValueError for anything else."""
    try:
        value = json.loads(content, object_pairs_hook=_revived, parse_constant=_refused)
        if rb"\ud" in content.lower():  # may be half a character, which no document can hold
            json.dumps(value, ensure_ascii=False).encode()
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    return value


def _portable(value: Any) -> Any:
    if type(value) in _AS_THEY_ARE:  # most are: they need not be asked whether they are any of the rest
        return value
    if isinstance(value, float) and not math.isfinite(value):
        return {_FLOAT_KEY: repr(float(value))}
    if isinstance(value, Mapping):
        return {key: _portable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_portable(item) for item in value]
    return value


def _revived(pairs: list[tuple[str, Any]]) -> Any:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("a name stands twice in one mapping")
    if value.keys() != {_FLOAT_KEY}:
        return value
    if value[_FLOAT_KEY] not in _NOT_FINITE:
        raise ValueError(f"{_FLOAT_KEY} holds none of {', '.join(_NOT_FINITE)}")
    return float(value[_FLOAT_KEY])


def _refused(constant: str) -> Any:
    raise ValueError(f"{constant} is no JSON")


def to_safetensors(arrays: Mapping[str, Array]) -> bytes:
    """The arrays as one safetensors file; the same arrays give the same bytes in whatever order they come.

    Raises:
        TypeError: an array's type has no place in safetensors (text, objects, complex128).
    """
    import numpy as np
    from safetensors import SafetensorError
    from safetensors.numpy import save

    # safetensors 0.8 writes the memory of a strided or transposed array as it lies, without its strides.
    whole = {name: np.asarray(array, order="C") for name, array in arrays.items()}
    try:
        return bytes(save(whole))
    except SafetensorError as error:
        kinds = ", ".join(f"{name}: {array.dtype}" for name, array in whole.items() if array.dtype.kind not in "biuf")
        raise TypeError(f"cannot store these arrays ({kinds}): {error}") from error


def from_safetensors(content: bytes) -> dict[str, Array]:
    """The arrays of a safetensors file; raises ValueError when it is not one."""
    from safetensors import SafetensorError
    from safetensors.numpy import load

    try:
        return dict(load(content))
    except (SafetensorError, LookupError, TypeError, AttributeError, OverflowError) as error:  # of types, sides, sizes
        raise ValueError(f"{type(error).__name__}: {error}") from error
