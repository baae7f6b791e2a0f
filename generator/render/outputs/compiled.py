"""Templates that were compiled before are not compiled again: in this process, and beside the templates for the next.

What is compiled is code, so it stands where Python keeps its own of the modules beside it, in ``__pycache__``, and
never in a cache folder: who can write there can write the templates as well. Where Python writes none, nor does this.
"""

from __future__ import annotations

import hashlib
import marshal
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import CodeType
from typing import Any

import jinja2
from jinja2 import BytecodeCache, Environment
from jinja2.bccache import Bucket

from generator.folders import templates_folder

_FOLDER = "__pycache__"
_ENDING = ".compiled"
_DIGEST = 32  # bytes


class Compiled(BytecodeCache):
    """What was compiled of templates, by their sources and the way in which they are compiled: all pages do it alike.

    ``folder`` tells where the templates of an environment lie, if they are files.
    """

    def __init__(self, folder: Callable[[], Path] | None = None) -> None:
        self._folder = folder
        self._codes: dict[tuple[str, bytes], Any] = {}

    def get_cache_key(self, name: str, filename: str | None = None) -> str:
        """The template's own name."""
        return name

    def load_bytecode(self, bucket: Bucket) -> None:
        """Give a template what was compiled of it."""
        way = _way(bucket)
        if (bucket.key, way) not in self._codes and (place := self._place(bucket)) is not None:
            code = _read(place, way)
            if code is not None:
                self._codes[bucket.key, way] = code
        bucket.code = self._codes.get((bucket.key, way))

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Remember what was compiled."""
        way = _way(bucket)
        self._codes[bucket.key, way] = bucket.code
        if (place := self._place(bucket)) is not None and not (sys.dont_write_bytecode or sys.pycache_prefix):
            _write(place, way, bucket.code)

    def _place(self, bucket: Bucket) -> Path | None:
        if self._folder is None:
            return None
        return self._folder() / _FOLDER / f"{bucket.key}.{sys.implementation.cache_tag}{_ENDING}"


def _way(bucket: Bucket) -> bytes:
    """A digest of the template and of all that decides what becomes of it in compiling."""
    environment: Environment = bucket.environment
    settings = [
        sys.version, jinja2.__version__, bucket.key, bucket.checksum, sorted(environment.extensions),
        environment.block_start_string, environment.block_end_string, environment.variable_start_string,
        environment.variable_end_string, environment.comment_start_string, environment.comment_end_string,
        environment.line_statement_prefix, environment.line_comment_prefix, environment.newline_sequence,
        environment.trim_blocks, environment.lstrip_blocks, environment.keep_trailing_newline, environment.autoescape,
        environment.optimized, environment.finalize is None, getattr(environment, "newstyle_gettext", False),
        sorted(environment.policies.items(), key=repr),
    ]  # fmt: skip
    return hashlib.sha256(repr(settings).encode()).digest()


def _read(place: Path, way: bytes) -> CodeType | None:
    """The code in a file; None if there is none, it was compiled in another way, or it is damaged."""
    try:
        content = place.read_bytes()
    except OSError:
        return None
    written, own, body = content[:_DIGEST], content[_DIGEST : 2 * _DIGEST], content[2 * _DIGEST :]
    if written != way or own != hashlib.sha256(way + body).digest():
        return None
    try:
        code = marshal.loads(body)  # noqa: S302 (as Python reads its own)
    except (EOFError, ValueError, TypeError):
        return None
    return code if isinstance(code, CodeType) else None


def _write(place: Path, way: bytes, code: Any) -> None:
    """Replace the file in one step; a folder that cannot be written is no error, only slower."""
    body = marshal.dumps(code)
    beside = place.with_name(f"{place.name}.{os.getpid()}")
    try:
        place.parent.mkdir(exist_ok=True)
        beside.write_bytes(way + hashlib.sha256(way + body).digest() + body)
        beside.replace(place)
    except OSError:
        with suppress(OSError):
            beside.unlink(missing_ok=True)


#: For the templates of reports.
COMPILED = Compiled(lambda: templates_folder() / "report")
