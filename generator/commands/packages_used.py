"""Which of the packages that compute a course can use: of others it is of no interest which version is there."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path

from generator.course.folder import CourseFolder
from generator.folders import PACKAGE
from generator.jobs import Outcome
from generator.planning.catalogue import modules
from generator.running.versions import PACKAGES

#: Packages of which it is known which of PACKAGES they compute with; any other may compute with all of them.
_KNOWN = {
    "torch": {"torch"},
    "torchvision": {"torch", "torchvision", "numpy"},
    "sklearn": {"scikit-learn", "numpy"},
    **{name: {"numpy"} for name in ("numpy", "scipy", "pandas", "matplotlib", "skimage", "PIL")},
}
#: What of a workspace is of a package's own kind.
_OF_WORKSPACE = {"rng": "torch", "device": "torch", "numpy_rng": "numpy"}


def packages_used(place: CourseFolder) -> frozenset[str]:
    """Those of PACKAGES that results of a course can come from, by what its own modules import."""
    if not place.code or place.with_ours:
        return frozenset(PACKAGES)
    own = {folder.name for folder in place.code}
    found: set[str] = set()
    for folder in place.code:
        for path, _ in modules(folder):
            found |= _of_module(path, path.stat().st_mtime_ns, frozenset(own))
    return frozenset(found)


def with_used_versions(outcomes: Mapping[str, Outcome], used: frozenset[str]) -> dict[str, Outcome]:
    """The outcomes, without the versions of packages that nothing here uses."""
    found = dict(outcomes)
    for fingerprint, outcome in outcomes.items():
        if (record := outcome.provenance) is not None and len(used) < len(PACKAGES):
            versions = used_versions(record.versions, used)
            found[fingerprint] = replace(outcome, provenance=replace(record, versions=versions))
    return found


def used_versions(versions: Mapping[str, str], used: Iterable[str]) -> dict[str, str]:
    """The versions without those of packages that nothing uses."""
    return {name: version for name, version in versions.items() if name not in PACKAGES or name in used}


@cache
def _of_module(path: Path, changed: int, own: frozenset[str]) -> frozenset[str]:
    try:
        tree = ast.parse(path.read_bytes())
    except (OSError, SyntaxError, ValueError):
        return frozenset(PACKAGES)  # said where the code is read
    found: set[str] = set()
    for name in _imports(tree):
        if name.partition(".")[0] in own | sys.stdlib_module_names or name == PACKAGE.name:
            continue
        found |= _KNOWN.get(name.partition(".")[0], set(PACKAGES))
    taken = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    return frozenset(found | {package for name, package in _OF_WORKSPACE.items() if name in taken})


def _imports(tree: ast.Module) -> Iterator[str]:
    """What is imported, by its full name; by a computed name, it could be anything."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield node.module or ""
        elif isinstance(node, ast.Name | ast.Attribute):
            word = node.id if isinstance(node, ast.Name) else node.attr
            if word in ("import_module", "__import__", "exec", "eval"):
                yield "anything"
