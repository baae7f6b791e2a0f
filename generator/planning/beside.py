"""Find the files that a statement reads from beside its module: by ``__file__``, importlib.resources or pkgutil."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from generator.planning.names import WHOLE, Names, Spot
from generator.planning.source_code import FILES
from generator.planning.syntax import UP

_READERS = ("importlib.resources.", "importlib_resources.", "pkgutil.get_data", "importlib.util.find_spec")


def files_beside(names: Names, spot: Spot) -> list[Path]:
    """The files under the package that the statement at a spot can name.

    All of the folder that it starts from, where no literal text in it says which.
    """
    texts = names.statement(spot)["texts"]
    if texts is None:
        return []
    starts, found = set[str](), [*_targets(names, spot)]
    for target in found:
        if isinstance(target, str) and target.partition(" of ")[0] in FILES:
            starts.add(target.partition(" of ")[2])
        elif isinstance(target, str) and target.startswith(_READERS):
            named = {t[0] for t in found if isinstance(t, tuple) and t[1] == WHOLE}
            starts |= named | {text for text in texts if names.path(text) is not None} or {spot[0]}
    paths = (path for start in sorted(starts) for path in _narrowed(names, start, texts))
    return sorted(dict.fromkeys(paths))


def _targets(names: Names, spot: Spot) -> Iterable[Spot | str]:
    for mention in names.statement(spot)["mentions"]:
        yield from (target for target, _ in names.resolve(spot[0], mention))


def _narrowed(names: Names, module: str, texts: list[str]) -> list[Path]:
    path = names.path(module)
    if path is None:
        return []
    base = path.parent
    for _ in range(texts.count(UP) - 1):
        base = base.parent if base != names.folder else base
    hits: list[Path] = []
    here = base
    for text in texts:
        for start in (here, here.parent, base):
            try:
                there = (start / text).resolve()
                if text.strip("./") and there != base and there.is_relative_to(base.resolve()) and there.exists():
                    hits.append(there)
                    here = there
                    break
            except (OSError, ValueError):  # a text that can be no name: too long, or with a null byte
                continue
    last = [hit for hit in hits if not any(hit in other.parents for other in hits)] or [base]
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
