"""Values as JSON and back, to be hashed whole or kept on disk: dataclasses of a few known kinds, and no code."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any

from generator.store.files import digest

#: How values of a class are hashed that are not hashed whole.
Short = Mapping[type, Callable[[Any], Any]]
_NONE: Short = {}
_AS_THEY_ARE = frozenset({type(None), bool, int, float, str})


def plain(value: Any, short: Short = _NONE) -> Any:
    """A value as JSON that :func:`read_plain` reads; TypeError for what is none of the kinds that it knows.

    Sequences are tuples; what else there is stands in a mapping under the name of its kind.
    """
    kind = type(value)
    if kind in _AS_THEY_ARE:
        return value
    if kind is tuple:
        return [plain(one, short) for one in value]
    if kind in short:
        return {"short": plain(short[kind](value), short)}
    if is_dataclass(kind):
        return {"is": kind.__qualname__, "has": [plain(getattr(value, name), short) for name in _names(kind)]}
    if isinstance(value, Enum):
        return {"is": kind.__qualname__, "one": value.name}
    if isinstance(value, str):  # a Word, or Markdown
        return {"is": kind.__qualname__, "text": str(value)}
    return _gathered(value, short)


def _gathered(value: Any, short: Short) -> Any:
    if isinstance(value, Mapping):
        return {"map": [[plain(key, short), plain(one, short)] for key, one in value.items()]}
    if isinstance(value, list):
        return {"list": [plain(one, short) for one in value]}
    if isinstance(value, set | frozenset):
        return {"set": sorted((plain(one, short) for one in value), key=json.dumps)}
    if isinstance(value, Path):
        return {"path": str(value)}
    raise TypeError(f"{type(value).__name__} is not kept")


def read_plain(stored: Any, kinds: Iterable[type]) -> Any:
    """The value again; ValueError, LookupError or TypeError for anything but what :func:`plain` made of these kinds."""
    return _read(stored, {kind.__qualname__: kind for kind in kinds})


def _read(stored: Any, kinds: Mapping[str, Any]) -> Any:
    if isinstance(stored, list):
        return tuple(_read(one, kinds) for one in stored)
    if not isinstance(stored, dict):
        return stored
    if "is" in stored:
        kind = kinds[stored["is"]]
        if "has" in stored:
            return kind(*(_read(one, kinds) for one in stored["has"]))
        return kind[stored["one"]] if "one" in stored else kind(stored["text"])
    if "map" in stored:
        return {_read(key, kinds): _read(one, kinds) for key, one in stored["map"]}
    if "list" in stored:
        return [_read(one, kinds) for one in stored["list"]]
    if "set" in stored:
        return frozenset(_read(one, kinds) for one in stored["set"])
    if "path" in stored:
        return Path(stored["path"])
    raise ValueError("this was not kept to be read again")


def digest_of(value: Any, short: Short = _NONE) -> str:
    """A digest of all of a value, in hex."""
    return digest(json.dumps(plain(value, short), separators=(",", ":")).encode())


@cache
def _names(kind: type) -> tuple[str, ...]:
    return tuple(one.name for one in fields(kind) if one.init)
