"""Import the package's and a course's modules from their source: byte code is believed by time and size, which can lie.

Imports nothing else of the package, as it has to come before it.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from multiprocessing.connection import Connection
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

_PACKAGE = __name__.partition(".")[0]

#: The folders of the packages of computations that belong to the course of this process, by the packages' names.
FOLDERS: dict[str, Path] = {}
#: SHA-256 of the very source that each module was compiled from, by name, of those that were loaded here.
COMPILED: dict[str, str] = {}


def import_from_source() -> None:
    """From now on, in this process, no byte code of an earlier run is taken for a module of the package.

    Compiling all that a job needs takes some 30 ms, once for each process.
    """
    if not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Finder())


def begin_worker(channel: Connection, environment: dict[str, str]) -> None:
    """The first call in a worker process, so that what it imports next comes from the source."""
    import_from_source()
    from generator.running.executors.processes import serve

    serve(channel, environment)


class _Loader(SourceFileLoader):
    def get_code(self, fullname: str) -> CodeType:
        source = self.get_data(self.path)
        COMPILED[fullname] = hashlib.sha256(source).hexdigest()
        code: CodeType = self.source_to_code(source, self.path)
        return code


class _Finder(MetaPathFinder):
    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        package = fullname.partition(".")[0]
        if package != _PACKAGE and package not in FOLDERS:
            return None
        if fullname in FOLDERS:
            path = [str(FOLDERS[fullname].parent)]
        spec = PathFinder.find_spec(fullname, path, target)
        loader: Any = spec.loader if spec is not None else None
        if spec is not None and type(loader) is SourceFileLoader:
            spec.loader = _Loader(loader.name, loader.path)
        return spec
