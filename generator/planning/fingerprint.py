"""What a result depends on: the code that it can reach, its parameters, its inputs and its data."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from generator import registry
from generator.folders import PACKAGE
from generator.jobs import Input
from generator.planning.code import calls, declarations, scopes, source_code, special_syntax, syntax
from generator.planning.code.beside import files_beside
from generator.planning.code.effects import Effects
from generator.planning.code.identity import Content, Identities
from generator.planning.code.names import ALL_NAMES_OUTSIDE, WHOLE, Names, Spot, Target
from generator.planning.code.source_code import ModuleCode, read_module
from generator.store.memo import Memo

FORMAT = 2  # of what a fingerprint is made of; another one computes everything again

_MODULE = "<module>"  # in a label: statements that do something when the module is imported, besides binding names
#: What turns a module's source into its code: an edit of one of these outdates all that they have read.
_READERS = (source_code, calls, syntax, special_syntax, scopes, declarations, registry)


@dataclass(frozen=True)
class Ingredients:
    """Everything that a fingerprint is made of, kept so that a miss can be explained.

    ``meaning`` maps the computation, and each data set that it reads, to the identity of its code: of what the code
    says and of what its names stand for, wherever it lies. ``code`` explains it, and is in no fingerprint: it maps
    "generator/labs/gan/training.py::train_gan" to two digests, of what that definition says and of what its names
    stand for. ``data`` maps a data set's or network's name to the digest of its files; ``inputs`` maps a parameter to
    the fingerprint of its job, or to several.
    """

    computation: str
    meaning: Mapping[str, str]
    parameters: Mapping[str, Any]
    inputs: Mapping[str, Input]
    data: Mapping[str, str]
    code: Mapping[str, str]

    def fingerprint(self) -> str:
        """SHA-256 over the canonical JSON of all ingredients but the explanation, in hex."""
        parts = {name: value for name, value in vars(self).items() if name != "code"}
        return hashlib.sha256(canonical({"format": FORMAT, **parts}).encode()).hexdigest()


def canonical(value: Any) -> str:
    """JSON with sorted keys and no white space, the same text for the same value."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True)


@dataclass(frozen=True)
class Code:
    """The code that a function can reach: its identity, and the definitions in it, as in :class:`Ingredients`."""

    identity: str
    definitions: Mapping[str, str]


class CodeReader:
    """Finds every definition of the project that a function can reach, at the grain of functions and classes.

    The project is the program's package and those of the ``courses``, which import each other as they like.

    Modules imported by a computed name are beyond it; who uses that says what else the result depends on, as the
    planner does for the loaders of data sets.
    """

    def __init__(self, memo: Memo, package: Path = PACKAGE, courses: Iterable[Path] = ()) -> None:
        self.package = package.name
        self._memo = memo
        readers = [memo.digest(Path(str(module.__file__))) for module in _READERS]
        self._kind = "code/" + hashlib.sha256("".join(readers).encode()).hexdigest()[:16]
        self._names = Names(package, self.read, courses)
        self._effects = Effects(self._names)
        self._identity: Identities[Spot] = Identities(self._content)
        self._contents: dict[Spot, Content[Spot]] = {}
        self._places: dict[str, str] = {}
        self._filed: dict[Spot, list[tuple[str, str]]] = {}
        self._again: dict[str, list[float]] = {}
        self._reached: dict[tuple[str, str], Code] = {}

    def path(self, module: str) -> Path | None:
        """The file of a project module ("generator.labs.transfer.layers"), or None for any other."""
        return self._names.path(module)

    def read(self, path: Path) -> ModuleCode:
        """A module's code, remembered. Raises InputError when the file is not Python."""
        code: ModuleCode = self._memo.recall(self._kind, path, read_module)
        return code

    def digests(self) -> dict[str, str]:
        """SHA-256 of each project module that was read, by name, of the very bytes that its definitions came from."""
        return self._names.digests()

    def read_beside(self, module: str) -> list[Path]:
        """The files that a project module reads from beside itself, or from elsewhere in its course."""
        code = self._names.module(module)
        statements = code["statements"] if code else []
        return sorted({path for s in statements for path in files_beside(self._names, (module, s["position"]))})

    def reach(self, module: str, name: str) -> Code:
        """All code that ``module``'s ``name`` can reach, itself included.

        Raises InputError when a module on the way is not Python.
        """
        key = (module, name)
        if key not in self._reached:
            self._reached[key] = self._reach(module, name)
        return self._reached[key]

    def _reach(self, module: str, name: str) -> Code:
        own = [target[0] for target in self._names.resolve(module, name) if not isinstance(target[0], str)]
        acting = self._effects.order(module)
        found = self._following([*own, *acting])
        reflects = {word for spot in found if spot[1] != WHOLE for word in self._names.statement(spot)["reflects"]}
        if any("inspect.getdoc" in hole for spot in found for hole in self._content(spot)[0][1]):
            reflects.add("__doc__")
        words: list[str] = []
        if "__subclasses__" in reflects:  # classes that nothing mentions are seen all the same
            acting = [spot for loaded in self._effects.loaded(module) for spot in self._classes(loaded)] + acting
            found = self._following([*own, *acting])
        if "__doc__" in reflects:
            words = sorted({str(code["words"]) for spot in found if (code := self._names.module(spot[0])) is not None})
        parts = [[self._identity(spot) for spot in spots] for spots in (own, acting)]
        identity = hashlib.sha256(canonical([*parts, words]).encode()).hexdigest()
        return Code(identity, self._definitions(found))

    def _classes(self, module: str) -> list[Spot]:
        code = self._names.module(module)
        return [(module, s["position"]) for s in code["statements"] if s["bases"]] if code else []

    def _following(self, spots: Iterable[Spot]) -> list[Spot]:
        """All statements that these lead to, themselves included."""
        found: dict[Spot, None] = {}
        open_ = [*spots]
        while open_:
            spot = open_.pop()
            if spot not in found:
                found[spot] = None
                open_ += self._content(spot)[1]
        return [*found]

    def _definitions(self, spots: Iterable[Spot]) -> dict[str, str]:
        found: dict[str, str] = {}
        several: dict[str, list[str]] = {}
        for spot in spots:
            for label, digests in self._file(spot):
                if label in found:
                    several.setdefault(label, [found[label]]).append(digests)
                else:
                    found[label] = digests
        return found | {label: _joined(sorted(digests)) for label, digests in several.items()}

    def _content(self, spot: Spot) -> Content[Spot]:
        """What a statement says, with what is foreign in it, and the statements that its names stand for."""
        if spot not in self._contents:
            own, mentions = self._own(spot)
            leads: list[Spot] = []
            holes: list[list[str]] = []
            for targets in mentions:
                hole: list[str] = []
                for target, attributes in targets:
                    if self._effects.is_computation(target):
                        hole += ["", "@computation", attributes]
                    elif isinstance(target, str):
                        hole += ["", _placeless(target), attributes]
                    else:
                        leads.append(target)
                        hole.append(attributes)
                holes.append(hole)
            files = [] if spot[1] == WHOLE else self._files(spot)
            self._contents[spot] = ([own, holes, [digest for _, digest in files]], tuple(leads))
        return self._contents[spot]

    def _own(self, spot: Spot) -> tuple[list[Any], list[tuple[Target, ...]]]:
        """What a spot says itself, and what each of its mentions stands for."""
        module, position = spot
        if position == WHOLE:
            names = sorted(self._names.bindings(module))
            code = self._names.module(module)
            stars = [origin.partition(":")[0] for _, origin in code["imports"].get("*", ())] if code else []
            return names, [self._names.resolve(module, name) for name in (*names, *(f"{star}:" for star in stars))]
        statement = self._names.statement(spot)
        mentions = [self._names.resolve(module, mention) for mention in statement["mentions"]]
        if not set(ALL_NAMES_OUTSIDE).isdisjoint(statement["eager"]):
            mentions.append((((module, WHOLE), ""),))
        return [statement["digest"], self._turn(spot)], mentions

    def _turn(self, spot: Spot) -> list[int]:
        """When a statement runs, where what it looks up may be another thing before and after."""
        module, position = spot
        statement = self._names.statement(spot)
        if not statement["eager"]:
            return []
        # What is handed over may be called too, as in `list(map(read, names))`.
        called = {name.rpartition("=")[2].removesuffix("()") for call in statement["calls"] for name in call}
        looked_up = ((mention in called, self._names.resolve(module, mention)) for mention in statement["eager"])
        if not any(self._varies(target, called=runs) for runs, found in looked_up for target, _ in found):
            return []
        if module not in self._again:
            bound = self._names.bindings(module).values()
            self._again[module] = sorted({place for places in bound for place, _ in places[1:]})
        return [self._effects.before(spot), sum(place < position for place in self._again[module])]

    def _varies(self, target: Spot | str, *, called: bool) -> bool:
        if isinstance(target, str):
            return False
        return target[1] == WHOLE or called or not self._names.statement(target)["kind"]

    def _files(self, spot: Spot) -> list[tuple[str, str]]:
        """The files beside a module that a statement reads: their labels, and the digests of their contents."""
        found = []
        for path in files_beside(self._names, spot):
            label = path.relative_to(self._names.folder(spot[0]).resolve().parent).as_posix()
            found.append((label, f"{path.name}:{self._memo.digest(path)}"))
        return found

    def _file(self, spot: Spot) -> list[tuple[str, str]]:
        """A statement's entries among the definitions that explain a fingerprint."""
        if spot not in self._filed:
            (own, holes, files), leads = self._content(spot)
            stands = _joined([holes, [*map(self._label, leads)]])
            self._filed[spot] = [(self._label(spot), f"{_joined(own)[:16]}.{stands[:16]}")]
            if files:
                self._filed[spot] += [(label, _joined(digest)[:16]) for label, digest in self._files(spot)]
        return self._filed[spot]

    def _label(self, spot: Spot) -> str:
        module, position = spot
        if module not in self._places:
            path = self.path(module)
            above = None if path is None else self._names.folder(module).parent
            self._places[module] = path.relative_to(above).as_posix() if path and above else module
        names = ["*"] if position == WHOLE else self._names.statement(spot)["binds"]
        return f"{self._places[module]}::{names[0] if names else _MODULE}"


def _placeless(target: str) -> str:
    """Something foreign without the module that it was asked in."""
    return target.partition(" of ")[0]


def _joined(parts: Any) -> str:
    return hashlib.sha256(canonical(parts).encode()).hexdigest()[:32]
