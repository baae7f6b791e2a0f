"""Find the files that a statement reads from beside its module: by ``__file__``, importlib.resources or pkgutil."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from generator.planning.code.names import WHOLE, Names, Spot
from generator.planning.code.source_code import FILES
from generator.planning.code.syntax import ANY, UP, ups

_READERS = ("importlib.resources.", "importlib_resources.", "pkgutil.get_data", "importlib.util.find_spec")


def files_beside(names: Names, spot: Spot) -> list[Path]:
    """The files under the package that the statement at a spot can name.

    All of the folder that it starts from, where no literal text in it says which. Where it goes up from a folder that
    another statement found, as far as that is a variable: what a function gives is beyond it.
    """
    texts = names.statement(spot)["texts"]
    if texts is None:
        return []
    up = ups(texts)
    starts = dict.fromkeys(_starts(names, spot, texts), up)
    if up:
        for there, more in _found_before(names, spot, set()):
            starts[there] = max(starts.get(there, 0), up + more)
    paths = (path for start, up in sorted(starts.items()) for path in _narrowed(names, start, texts, up))
    return sorted(dict.fromkeys(paths))


def _starts(names: Names, spot: Spot, texts: list[str]) -> set[str]:
    """The modules beside which a statement looks."""
    starts, found = set[str](), [*_targets(names, spot)]
    for target in found:
        if isinstance(target, str) and target.partition(" of ")[0] in FILES:
            starts.add(target.partition(" of ")[2])
        elif isinstance(target, str) and target.startswith(_READERS):
            named = {t[0] for t in found if isinstance(t, tuple) and t[1] == WHOLE}
            starts |= named | {text for text in texts if names.path(text) is not None} or {spot[0]}
    return starts


def _found_before(names: Names, spot: Spot, seen: set[Spot]) -> Iterator[tuple[str, int]]:
    """The modules beside which the variables of a statement start, each with how far up they go."""
    for target in _targets(names, spot):
        if isinstance(target, tuple) and target[1] != WHOLE and target not in seen:
            seen.add(target)
            variable = names.statement(target)
            if not variable["kind"] and variable["texts"] is not None:
                up = ups(variable["texts"])
                yield from ((start, up) for start in _starts(names, target, variable["texts"]))
                yield from ((start, up + more) for start, more in _found_before(names, target, seen))


def _targets(names: Names, spot: Spot) -> Iterable[Spot | str]:
    for mention in names.statement(spot)["mentions"]:
        yield from (target for target, _ in names.resolve(spot[0], mention))


def _narrowed(names: Names, module: str, texts: list[str], up: int) -> list[Path]:
    path = names.path(module)
    if path is None:
        return []
    levels = [path.parent.resolve()]
    while len(levels) < up and levels[-1] != names.outermost(module):
        levels.append(levels[-1].parent)
    hits: dict[Path, None] = {}
    for text in texts if ANY not in texts else ():
        name = "/".join(part for part in text.split("/") if part not in ("", ".", ".."))
        for start in dict.fromkeys([*levels, *hits, *(hit.parent for hit in hits)]) if name and text != UP else ():
            try:
                there = (start / name).resolve()
                if there.is_relative_to(levels[-1]) and there.exists():
                    hits[there] = None
            except (OSError, ValueError):  # a text that can be no name: too long, or with a null byte
                continue
    last = [hit for hit in hits if not any(hit in other.parents for other in hits)] or levels[-1:]
    return [file for hit in last for file in ([hit] if hit.is_file() else _all(hit))]


def _all(folder: Path) -> list[Path]:
    """All files below a folder that are no code, in a fixed order."""
    return sorted(
        path
        for path in folder.rglob("*")
        if path.suffix not in (".py", ".pyc", ".pyi")
        and not any(part.startswith((".", "__pycache__")) for part in path.relative_to(folder).parts)
        and path.is_file()
    )
