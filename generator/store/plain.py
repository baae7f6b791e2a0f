"""Values as JSON and back, to be hashed whole or kept on disk: dataclasses of a few known kinds, and no code."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import cache
from operator import attrgetter
from pathlib import Path
from typing import Any

from generator.store.files import digest

#: How values of a class are hashed that are not hashed whole.
Short = Mapping[type, Callable[[Any], Any]]
_NONE: Short = {}
_AS_THEY_ARE = frozenset({type(None), bool, int, float, str})
_GATHERED = frozenset({list, dict})


def plain(value: Any, short: Short = _NONE) -> Any:
    """A value as JSON that :func:`read_plain` reads; TypeError for what is none of the kinds that it knows.

    Sequences are tuples; what else there is stands in a mapping under the name of its kind.
    """
    kind = type(value)
    if kind in _AS_THEY_ARE:
        return value
    if kind is tuple:
        return _each(value, short)
    if kind in short:
        return {"short": plain(short[kind](value), short)}
    if (has := _parts(kind)) is not None:
        return {"is": kind.__qualname__, "has": _each(has(value), short)}
    if isinstance(value, Enum):
        return {"is": kind.__qualname__, "one": value.name}
    if isinstance(value, str):  # a Word, or Markdown
        return {"is": kind.__qualname__, "text": str(value)}
    return _gathered(value, short)


def _each(values: Iterable[Any], short: Short) -> list[Any]:
    # Most are as they are: thousands of calls are spared.
    return [one if type(one) in _AS_THEY_ARE else plain(one, short) for one in values]


def _gathered(value: Any, short: Short) -> Any:
    if isinstance(value, Mapping):
        return {"map": [_each(pair, short) for pair in value.items()]}
    if isinstance(value, list):
        return {"list": _each(value, short)}
    if isinstance(value, set | frozenset):
        return {"set": sorted(_each(value, short), key=json.dumps)}
    if isinstance(value, Path):
        return {"path": str(value)}
    raise TypeError(f"{type(value).__name__} is not kept")


def read_plain(stored: Any, kinds: Iterable[type]) -> Any:
    """The value again; ValueError, LookupError or TypeError for anything but what :func:`plain` made of these kinds."""
    return _read(stored, {kind.__qualname__: kind for kind in kinds})


def _read(stored: Any, kinds: Mapping[str, Any]) -> Any:
    kind = type(stored)
    if kind is list:
        return tuple(_read_each(stored, kinds))
    return _read_mapping(stored, kinds) if kind is dict else stored


def _read_each(stored: Iterable[Any], kinds: Mapping[str, Any]) -> list[Any]:
    return [_read(one, kinds) if type(one) in _GATHERED else one for one in stored]


def _read_mapping(stored: Mapping[str, Any], kinds: Mapping[str, Any]) -> Any:
    if "is" in stored:
        kind = kinds[stored["is"]]
        if "has" in stored:
            return kind(*_read_each(stored["has"], kinds))
        return kind[stored["one"]] if "one" in stored else kind(stored["text"])
    if "map" in stored:
        return {_read(key, kinds): _read(one, kinds) for key, one in stored["map"]}
    if "list" in stored:
        return _read_each(stored["list"], kinds)
    if "set" in stored:
        return frozenset(_read_each(stored["set"], kinds))
    if "path" in stored:
        return Path(stored["path"])
    raise ValueError("this was not kept to be read again")


def digest_of(value: Any, short: Short = _NONE) -> str:
    """A digest of all of a value, in hex."""
    return digest(json.dumps(plain(value, short), separators=(",", ":")).encode())


def _values(kind: type) -> Callable[[Any], tuple[Any, ...]] | None:
    """What gives the values of a dataclass that it is made with; None for any other class."""
    if not is_dataclass(kind):
        return None
    names = [one.name for one in fields(kind) if one.init]
    if len(names) > 1:
        return attrgetter(*names)
    return lambda value: tuple(getattr(value, name) for name in names)


_parts: Callable[[Any], Callable[[Any], tuple[Any, ...]] | None] = cache(_values)
