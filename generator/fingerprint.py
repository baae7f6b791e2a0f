"""What a result depends on: the code that it can reach, its parameters, its inputs and its data."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from generator.content_paths import PACKAGE
from generator.memo import Memo
from generator.source_code import EFFECTS, ModuleCode, read_module

FORMAT = 1  # raise it when the stored form of results changes
#: Modules that cannot change a result that was computed: the decorator only files a function under its name, and an
#: error ends a job without a result. Following them would recompute everything for the wording of a message.
UNTRACED = frozenset({"generator.registry", "generator.errors"})


@dataclass(frozen=True)
class Ingredients:
    """Everything that a fingerprint is made of, kept so that a miss can be explained.

    ``code`` maps "generator/labs/transfer.py::train" to the digest of that definition; ``data`` maps a data set's or
    network's name to the digest of its files; ``inputs`` maps a parameter to the fingerprint of its job.
    """

    computation: str
    code: Mapping[str, str]
    parameters: Mapping[str, Any]
    inputs: Mapping[str, str]
    data: Mapping[str, str]

    def fingerprint(self) -> str:
        """SHA-256 over the canonical JSON of all ingredients, in hex."""
        return hashlib.sha256(canonical({"format": FORMAT, **asdict(self)}).encode()).hexdigest()


def canonical(value: Any) -> str:
    """JSON with sorted keys and no white space, the same text for the same value."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True)


class CodeReader:
    """Finds every definition of the project that a function can reach, at the grain of functions and classes."""

    def __init__(self, memo: Memo, package: Path = PACKAGE) -> None:
        self._memo = memo
        self._package = package
        self._modules: dict[str, ModuleCode | None] = {}
        self._reached: dict[tuple[str, str], dict[str, str]] = {}

    def path(self, module: str) -> Path | None:
        """The file of a project module ("generator.labs.transfer"), or None for any other."""
        first, *rest = module.split(".")
        if first != self._package.name:
            return None
        base = self._package.joinpath(*rest)
        candidates = (base / "__init__.py", base.parent / f"{base.name}.py")
        return next((path for path in candidates if path.is_file()), None)

    def module(self, name: str) -> ModuleCode | None:
        """A project module's definitions, or None when it is not the project's."""
        if name not in self._modules:
            path = self.path(name)
            self._modules[name] = None if path is None else self._memo.recall("code", path, read_module)
        return self._modules[name]

    def reach(self, module: str, name: str) -> dict[str, str]:
        """Digests of all definitions that ``module``'s ``name`` can reach, itself included."""
        key = (module, name)
        if key not in self._reached:
            seen: dict[tuple[str, str], str] = {}
            self._visit(module, name, seen)
            self._reached[key] = {f"{self._label(where)}::{what}": digest for (where, what), digest in seen.items()}
        return self._reached[key]

    def _label(self, module: str) -> str:
        path = self.path(module)
        return module if path is None else path.relative_to(self._package.parent).as_posix()

    def _visit(self, module: str, name: str, seen: dict[tuple[str, str], str]) -> None:
        """Add a definition and all that it mentions; a name that the module only imports is followed to its home."""
        code = self.module(module)
        if code is None or module in UNTRACED or (module, name) in seen:
            return
        definition = code["definitions"].get(name)
        if definition is None:
            self._follow(code, name, "", seen)
            return
        seen[module, name] = definition["digest"]
        if EFFECTS in code["definitions"]:
            self._visit(module, EFFECTS, seen)
        for mention in definition["mentions"]:
            root, _, rest = mention.partition(".")
            if root in code["definitions"]:
                self._visit(module, root, seen)
            else:
                self._follow(code, root, rest, seen)

    def _follow(self, code: ModuleCode, name: str, rest: str, seen: dict[tuple[str, str], str]) -> None:
        """Go to where an imported name is defined; a module used as a whole counts as a whole."""
        for origin in code["imports"].get(name, ()):
            module, _, member = origin.partition(":")
            if member == "*":
                self._visit_all(module, seen)
                continue
            parts = [part for part in (*([member] if member else []), *rest.split(".")) if part]
            while parts and self.path(f"{module}.{parts[0]}") is not None:
                module = f"{module}.{parts.pop(0)}"
            if parts:
                self._visit(module, parts[0], seen)
            else:
                self._visit_all(module, seen)

    def _visit_all(self, module: str, seen: dict[tuple[str, str], str]) -> None:
        code = self.module(module)
        for name in code["definitions"] if code is not None else ():
            self._visit(module, name, seen)
