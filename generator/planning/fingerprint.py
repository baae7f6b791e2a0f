"""What a result depends on: the code that it can reach, its parameters, its inputs and its data."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from generator.folders import PACKAGE
from generator.jobs import Input
from generator.planning import declarations, source_code
from generator.planning.source_code import EFFECTS, ModuleCode, read_module
from generator.store.memo import Memo

FORMAT = 1  # raise it when the stored form of results changes
#: Modules that cannot change a result that was computed: the decorator only files a function under its name, and an
#: error ends a job without a result. Following them would recompute everything for the wording of a message.
UNTRACED = ("registry", "errors")

EVERYTHING = "*"  # in place of a name: all that a module defines

#: A name in a module, with the attributes that are read from it: ("generator.labs", "training", ("fit",)).
Spot = tuple[str, str, tuple[str, ...]]


@dataclass(frozen=True)
class Ingredients:
    """Everything that a fingerprint is made of, kept so that a miss can be explained.

    ``code`` maps "generator/labs/gan/training.py::train_gan" to the digest of that definition; ``data`` maps a data
    set's or network's name to the digest of its files; ``inputs`` maps a parameter to the fingerprint of its job,
    or to several.
    """

    computation: str
    code: Mapping[str, str]
    parameters: Mapping[str, Any]
    inputs: Mapping[str, Input]
    data: Mapping[str, str]

    def fingerprint(self) -> str:
        """SHA-256 over the canonical JSON of all ingredients, in hex."""
        return hashlib.sha256(canonical({"format": FORMAT, **vars(self)}).encode()).hexdigest()


def canonical(value: Any) -> str:
    """JSON with sorted keys and no white space, the same text for the same value."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True)


class CodeReader:
    """Finds every definition of the project that a function can reach, at the grain of functions and classes.

    Python's own reflection (``globals()``, modules imported by a computed name) is beyond it; who uses that says what
    else the result depends on, as the planner does for the loaders of data sets.
    """

    def __init__(self, memo: Memo, package: Path = PACKAGE) -> None:
        self.package = package.name
        self._memo = memo
        self._folder = package
        # What was remembered of a module holds for the very code that read it.
        readers = [memo.digest(Path(str(module.__file__))) for module in (source_code, declarations)]
        self._kind = "code/" + hashlib.sha256("".join(readers).encode()).hexdigest()[:16]
        self._untraced = {f"{self.package}.{name}" for name in UNTRACED}
        self._paths: dict[str, Path | None] = {}
        self._modules: dict[str, ModuleCode | None] = {}
        self._reached: dict[tuple[str, str], dict[str, str]] = {}
        self._steps: dict[Spot, tuple[dict[str, str], tuple[Spot, ...]]] = {}

    def path(self, module: str) -> Path | None:
        """The file of a project module ("generator.labs.transfer.layers"), or None for any other."""
        first, *rest = module.split(".")
        if first != self.package:
            return None
        if module not in self._paths:
            base = self._folder.joinpath(*rest)
            candidates = (base / "__init__.py", base.parent / f"{base.name}.py")
            self._paths[module] = next((path for path in candidates if path.is_file()), None)
        return self._paths[module]

    def read(self, path: Path) -> ModuleCode:
        """A module's code, remembered. Raises InputError when the file is not Python."""
        code: ModuleCode = self._memo.recall(self._kind, path, read_module)
        return code

    def module(self, name: str) -> ModuleCode | None:
        """A project module's code, or None when it is not the project's."""
        if name not in self._modules:
            path = self.path(name)
            self._modules[name] = None if path is None or name in self._untraced else self.read(path)
        return self._modules[name]

    def reach(self, module: str, name: str) -> dict[str, str]:
        """Digests of all definitions that ``module``'s ``name`` can reach, itself included.

        Raises InputError when a module on the way is not Python.
        """
        key = (module, name)
        if key not in self._reached:
            found: dict[str, str] = {}
            seen: set[Spot] = set()
            open_: list[Spot] = [(module, name, ())]
            while open_:
                spot = open_.pop()
                if spot not in seen:
                    seen.add(spot)
                    filed, leads = self._step(spot)
                    found |= filed
                    open_ += leads
            self._reached[key] = found
        return self._reached[key]

    def _step(self, spot: Spot) -> tuple[dict[str, str], tuple[Spot, ...]]:
        """What :meth:`_next` files and gives, remembered: most spots are passed on the way from many functions."""
        if spot not in self._steps:
            filed: dict[str, str] = {}
            leads = tuple(self._next(spot, filed))
            self._steps[spot] = filed, leads
        return self._steps[spot]

    def _next(self, spot: Spot, found: dict[str, str]) -> Iterator[Spot]:
        """File the definition at a spot under its label, and give the spots that it leads to."""
        module, name, attributes = spot
        code = self.module(module)
        if code is None:
            return
        yield (module, EFFECTS, ())
        if name == EVERYTHING:
            yield from ((module, other, ()) for other in (*code["definitions"], *code["imports"]))
            return
        if name == EFFECTS:  # importing a module runs its packages and whatever it imports
            yield from ((loaded, EFFECTS, ()) for loaded in self._loaded(module, code))
        definition = code["definitions"].get(name)
        if definition is not None:
            found[f"{self._label(module)}::{name}"] = definition["digest"]
            for mention in definition["mentions"]:
                root, *rest = mention.split(".")
                yield (module, root, tuple(rest))
        # A name can be both, as in `try: from fast import fit` with a fallback below `except ImportError`.
        for origin in code["imports"].get(name, ()):
            yield from self._home(module, origin, attributes)
        if definition is None and name not in code["imports"] and name != EFFECTS:
            for origin in code["imports"].get("*", ()):
                yield (self._absolute(module, origin.partition(":")[0]), name, attributes)
            if "__getattr__" in code["definitions"]:
                yield (module, "__getattr__", ())

    def _home(self, importer: str, origin: str, attributes: tuple[str, ...]) -> Iterator[Spot]:
        """Where an imported name is defined; a module that is used as a whole counts as a whole."""
        relative, _, member = origin.partition(":")
        module = self._absolute(importer, relative)
        parts = [*([member] if member else []), *attributes]
        while parts:
            if self.path(f"{module}.{parts[0]}") is None:
                yield (module, parts[0], tuple(parts[1:]))
                return
            if (code := self.module(module)) is not None and parts[0] in code["definitions"]:
                yield (module, parts[0], ())  # a name of the package hides the module of that name
            module = f"{module}.{parts.pop(0)}"
        yield (module, EVERYTHING, ())

    def _absolute(self, importer: str, module: str) -> str:
        """A module's full name, from the dots of a relative import."""
        name = module.lstrip(".")
        dots = len(module) - len(name)
        if not dots:
            return module
        path = self.path(importer)
        package = importer.split(".")
        drop = dots - 1 if path is not None and path.name == "__init__.py" else dots
        return ".".join([*package[: len(package) - drop], *([name] if name else [])])

    def _loaded(self, module: str, code: ModuleCode) -> Iterator[str]:
        """The modules that importing a module loads: its packages, what it imports, and the packages of that."""
        names = [module]
        for origin in code["loads"]:
            home, _, member = origin.partition(":")
            names.append(".".join(filter(None, (self._absolute(module, home), member))))  # the member may be a module
        for name in names:
            parts = name.split(".")
            yield from (".".join(parts[:end]) for end in range(1, len(parts) + 1))

    def _label(self, module: str) -> str:
        path = self.path(module)
        return module if path is None else path.relative_to(self._folder.parent).as_posix()
