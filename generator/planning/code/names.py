"""Find out what a name in a module of the project stands for: definitions of the project, or something foreign."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from generator.folders import PACKAGE
from generator.planning.code.source_code import FILES, ModuleCode, Statement

WHOLE = -1  # in place of a statement's position: all that a module defines
#: Built-in functions by which code sees all names of its module.
_ALL_NAMES = ("globals", "eval", "exec")
ALL_NAMES_OUTSIDE = ("locals", "vars", "dir")  # the same, outside functions

#: A statement of a module of the project: the module's name and the statement's position in it.
Spot = tuple[str, int]
#: What a name stands for: a statement that binds it, or something foreign; and the attributes that are read from it.
Target = tuple[Spot | str, str]


class Names:
    """Resolves names from module to module, of the package and of the courses' own; each module is read once."""

    def __init__(self, package: Path, read: Callable[[Path], ModuleCode], courses: Iterable[Path] = ()) -> None:
        self.package = package.name
        self._folders = {folder.name: folder for folder in (*courses, package)}
        self._read = read
        self._paths: dict[str, Path | None] = {}
        self._ours: dict[str, bool] = {}
        self._modules: dict[str, ModuleCode | None] = {}
        self._bindings: dict[str, dict[str, list[tuple[float, str]]]] = {}
        self._statements: dict[str, dict[int, Statement]] = {}
        self._found: dict[tuple[str, str], tuple[Target, ...]] = {}

    def path(self, module: str) -> Path | None:
        """The file of a project module ("generator.labs.transfer.layers"), or None for any other."""
        if module not in self._paths:
            first, *rest = module.split(".")
            base = self._folders.get(first, Path()).joinpath(*rest)
            candidates = (base / "__init__.py", base.parent / f"{base.name}.py") if first in self._folders else ()
            self._paths[module] = next((path for path in candidates if path.is_file()), None)
        return self._paths[module]

    def folder(self, module: str) -> Path:
        """The folder of the package that a project module is in."""
        return self._folders[module.partition(".")[0]]

    def outermost(self, module: str) -> Path:
        """The folder in which files count as lying beside a module: its package, or all of the course that it is of."""
        folder = self.folder(module)
        return folder.resolve() if folder.name == self.package else folder.resolve().parent

    def is_ours(self, module: str) -> bool:
        """Whether a name is a project module's, or that of a folder of them that has no ``__init__.py``."""
        if module not in self._ours:
            first, *rest = module.split(".")
            folder = self._folders.get(first)
            is_folder = folder is not None and folder.joinpath(*rest).is_dir()
            self._ours[module] = is_folder or self.path(module) is not None
        return self._ours[module]

    def module(self, name: str) -> ModuleCode | None:
        """A project module's code, or None when it is not the project's. InputError when it is not Python."""
        if name not in self._modules:
            path = self.path(name)
            self._modules[name] = None if path is None else self._read(path)
        return self._modules[name]

    def digests(self) -> dict[str, str]:
        """The digest of the file of each project module that was read, by the module's name."""
        return {name: code["sha256"] for name, code in self._modules.items() if code is not None}

    def statement(self, spot: Spot) -> Statement:
        """The statement at a spot."""
        module, position = spot
        if module not in self._statements:
            code = self.module(module)
            self._statements[module] = {s["position"]: s for s in code["statements"]} if code else {}
        return self._statements[module][position]

    def bindings(self, module: str) -> dict[str, list[tuple[float, str]]]:
        """The names of a module, each with the positions of what binds it, and the origin where it is imported."""
        if module not in self._bindings:
            code = self.module(module)
            found: dict[str, list[tuple[float, str]]] = {}
            for statement in code["statements"] if code else ():
                for name in statement["binds"]:
                    found.setdefault(name, []).append((statement["position"], ""))
            for name, origins in code["imports"].items() if code else ():
                if name != "*":
                    found.setdefault(name, []).extend((position, origin) for position, origin in origins)
            self._bindings[module] = {
                name: sorted(places, key=lambda place: place[0]) for name, places in found.items()
            }
        return self._bindings[module]

    def resolve(self, module: str, mention: str) -> tuple[Target, ...]:
        """What a mention in a module stands for, in the order of binding; several where that is not decided here."""
        key = (module, mention)
        if key not in self._found:
            self._found[key] = tuple(dict.fromkeys(self._resolve(module, mention)))
        return self._found[key]

    def _resolve(self, module: str, mention: str) -> Iterator[Target]:
        if mention.startswith("'"):
            home = self.absolute(module, mention[1:])
            if self.path(home) is not None:
                yield (home, WHOLE), ""
        elif mention.startswith("!"):
            home, _, member = mention[1:].partition(":")
            if not self.is_ours(self.absolute(module, home)):
                yield f"{home}.{member}", ""
        elif ":" in mention:
            yield from self._home(module, mention, (), set())
        else:
            name, *attributes = mention.split(".")
            found = [*self._named(module, name, attributes, set())]
            yield from found or self._from_nowhere(module, name, attributes)
            if (name in _ALL_NAMES and not found) or any(target[0] == "sys.modules" for target in found):
                yield (module, WHOLE), ""

    def _from_nowhere(self, module: str, name: str, attributes: Sequence[str]) -> Iterator[Target]:
        """A name that the module does not bind: a built-in one, or one that Python gives every module."""
        if name in FILES:
            yield f"{name} of {module}", ".".join(attributes)
        elif name in ("__name__", "__package__"):
            yield module, name
        else:
            yield ".".join((name, *attributes)), ""

    def _named(self, module: str, name: str, attributes: Sequence[str], seen: set[tuple[str, str]]) -> Iterator[Target]:
        """What a name of a module stands for; nothing when the module does not bind it, however it might."""
        if (module, name) in seen:
            return
        seen = {*seen, (module, name)}
        code = self.module(module)
        if code is None:
            return
        stars = [(position, "*", origin) for position, origin in code["imports"].get("*", ())]
        places = [(position, "", origin) for position, origin in self.bindings(module).get(name, ())]
        for position, star, origin in sorted([*places, *stars], key=lambda place: place[0]):
            if star:
                yield from self._starred(module, origin.partition(":")[0], name, attributes, seen)
            elif origin:
                yield from self._home(module, origin, attributes, seen)
            else:
                yield (module, int(position)), ".".join(attributes)

    def _starred(
        self, importer: str, origin: str, name: str, attributes: Sequence[str], seen: set[tuple[str, str]]
    ) -> Iterator[Target]:
        """What a name stands for if it comes from a star import."""
        home = self.absolute(importer, origin)
        if self.path(home) is None:
            yield ".".join((home, "*", name, *attributes)), ""
            return
        if (found := [*self._attribute(home, name, attributes, seen)]) and name != "__all__":
            yield from found
            yield from self._named(home, "__all__", (), seen)  # it says whether the star brings the name

    def _attribute(self, module: str, name: str, attributes: Sequence[str], seen: set[tuple[str, str]]) -> list[Target]:
        """What an attribute of a module stands for: a name that it binds, a module in it, or what it makes up."""
        found = [*self._named(module, name, attributes, seen)]
        if self.is_ours(f"{module}.{name}"):
            found += self._home(module, f"{module}.{name}:", attributes, seen)
        only_typed = all(position < 0 for position, _ in self.bindings(module).get(name, ()))
        if self.behind(module, name):
            return found
        if (only_typed or not found) and "__getattr__" in self.bindings(module):
            found += [*self._named(module, "__getattr__", (name,), seen)]
        return found

    def behind(self, module: str, name: str) -> str:
        """The module from which the program's public face takes a name when it is asked for it; empty for all else.

        What its imports for type checkers say, so that a new public name changes nothing for those who use another.
        """
        if module != PACKAGE.name or module != self.package or "__getattr__" not in self.bindings(module):
            return ""
        places = self.bindings(module).get(name, ())
        return places[0][1].partition(":")[0] if len(places) == 1 and places[0][0] < 0 else ""

    def _home(
        self, importer: str, origin: str, attributes: Sequence[str], seen: set[tuple[str, str]]
    ) -> Iterator[Target]:
        """What an imported name stands for; a module that is used as a whole counts as a whole."""
        relative, _, members = origin.partition(":")
        module = self.absolute(importer, relative)
        parts = [*filter(None, members.split(".")), *attributes]
        if not self.is_ours(module):
            yield ".".join((module, *parts)), ""
            return
        while parts:
            name, *rest = parts
            if not self.is_ours(f"{module}.{name}"):
                found = self._attribute(module, name, rest, seen)
                yield from found or self._from_nowhere(module, name, rest)
                return
            if name in self.bindings(module):  # a name of the package may hide the module of that name
                yield from self._named(module, name, rest, seen)
            module, parts = f"{module}.{name}", rest
        yield (module, WHOLE), ""

    def absolute(self, importer: str, module: str) -> str:
        """A module's full name, from the dots of a relative import."""
        name = module.lstrip(".")
        dots = len(module) - len(name)
        if not dots:
            return module
        path = self.path(importer)
        package = importer.split(".")
        drop = dots - 1 if path is not None and path.name == "__init__.py" else dots
        return ".".join([*package[: len(package) - drop], *([name] if name else [])])
