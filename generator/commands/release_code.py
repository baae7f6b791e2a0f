"""Which modules of a course are handed out: not those of computations that hidden questions alone use."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from generator.commands.release_hidden import Hidden
from generator.commands.session import Session
from generator.course.roles import role_jobs
from generator.errors import InputError, Mistake
from generator.planning.catalogue import modules

#: For each module, those of the course that it imports, with the line.
Imports = Mapping[Path, Mapping[Path, int]]


def modules_held_back(hidden: Hidden, session: Session) -> frozenset[Path]:
    """The modules of computations of hidden questions alone, and those that only they import.

    Raises InputError where such a computation stands among others, or what is handed out imports its module.
    """
    every = {path: name for code in session.place.code for path, name in modules(code)}
    there = {name: one for name in session.catalogue if (one := session.catalogue[name]).path in every}
    secret = {name for name in _of_hidden_alone(hidden) if name in there}
    others = {one.path for name, one in there.items() if name not in secret}
    hint = "keep the computations of hidden questions in modules of their own, which are not handed out"
    message = "a computation of hidden questions alone stands among others"
    mixed = [there[name] for name in sorted(secret) if there[name].path in others]
    mistakes = [Mistake(message, one.path, one.line, one.name, hint=hint) for one in mixed]
    if mistakes or not secret:
        raise_or_pass(mistakes)
        return frozenset()
    imports = {path: dict(_imports(path, name, every)) for path, name in every.items()}
    gone = _with_helpers({there[name].path for name in secret}, imports)
    message = "imports a module of hidden questions alone, which is not handed out"
    raise_or_pass(
        Mistake(message, path, line, got=every[other], hint=hint)
        for path, found in imports.items()
        if path not in gone
        for other, line in found.items()
        if other in gone
    )
    return gone


def raise_or_pass(mistakes: Iterable[Mistake]) -> None:
    """Raise InputError if there are mistakes."""
    if found := [*mistakes]:
        raise InputError(found)


def _of_hidden_alone(hidden: Hidden) -> set[str]:
    """The computations of results that are not handed out, which no other result and no role asks for."""
    results = [one for question in hidden.course.questions() for one in question.results.values()]
    used = {one.computation for one in results if not hidden.drops(str(one.ref))}
    for profile in hidden.course.profiles.values():
        used |= {job.computation for job, _, _ in role_jobs(profile.roles)}
    return {one.computation for one in results} - used


def _imports(path: Path, name: str, every: Mapping[Path, str]) -> Iterator[tuple[Path, int]]:
    """The modules of the course that a module imports, each with the line."""
    paths = {module: other for other, module in every.items()}
    package = (name if path.name == "__init__.py" else name.rpartition(".")[0]).split(".")
    for node in ast.walk(ast.parse(path.read_bytes())):
        wanted: list[str] = []
        if isinstance(node, ast.Import):
            wanted = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            wanted = [base, *(f"{base}.{alias.name}" for alias in node.names)]
        found = (paths[module] for module in wanted if module in paths and paths[module] != path)
        yield from ((other, getattr(node, "lineno", 1)) for other in found)


def _with_helpers(gone: set[Path], imports: Imports) -> frozenset[Path]:
    """These modules, and those that are imported by some of them, and by no other."""
    found = {*gone}
    while True:
        users = {path: {other for other, named in imports.items() if path in named} for path in imports}
        more = {path for path, by in users.items() if by and by <= found and path.name != "__init__.py"} - found
        if not more:
            return frozenset(found)
        found |= more
