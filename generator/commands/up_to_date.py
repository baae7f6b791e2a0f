"""Tell whether the report on disk is still the one that the current input would give, so that it can be left alone."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from generator.folders import PACKAGE, templates_folder
from generator.jobs import Outcome
from generator.planning.fingerprint import canonical
from generator.store.memo import Memo, read_json, write_json

NAME = ".genreport.json"
SCIENCE = ("labs", "datasets", "networks")  # their changes show in the results' fingerprints


def render_key(content: Iterable[Path], options: Mapping[str, Any], outcomes: Mapping[str, Outcome], memo: Memo) -> str:
    """A digest of all that the rendered report depends on: texts, templates, rendering code, results and options."""
    code = [path for path in PACKAGE.rglob("*.py") if path.relative_to(PACKAGE).parts[0] not in SCIENCE]
    templates = [path for path in (templates_folder() / "report").rglob("*") if path.is_file()]
    results = {
        address: [
            outcome.fingerprint,
            outcome.has_result or outcome.state.value,
            outcome.provenance.finished if outcome.provenance else "",
            outcome.failure.reason if outcome.failure else "",
        ]
        for address, outcome in outcomes.items()
    }
    ingredients = {
        "files": sorted([_label(path), memo.digest(path)] for path in {*content, *code, *templates}),
        "results": results,
        "options": dict(options),
        "date": os.environ.get("SOURCE_DATE_EPOCH", ""),
    }
    return hashlib.sha256(canonical(ingredients).encode()).hexdigest()


def _label(path: Path) -> str:
    """A file's name with its folder's: each lab has its q01.yaml, while the project may be moved."""
    return "/".join(path.absolute().parts[-2:])


@dataclass(frozen=True)
class Rendering:
    """What rendering wrote: the documents to open, every file, what was wrong with it, and unanswered questions."""

    main: tuple[Path, ...]
    files: tuple[Path, ...]
    problems: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    gaps: tuple[str, ...] = ()


def is_current(output: Path, part: str, key: str) -> Rendering | None:
    """What was written for a part of the report (the whole, or a selection), if it is this key's and untouched."""
    known = read_json(output / NAME).get(part)
    try:
        if known is None or known["key"] != key:
            return None
        files = known["files"]
        if any(_status(output / name) != status for name, status in files.items()):
            return None
        main = tuple(output / name for name in known["main"])
        words = [tuple(known[name]) for name in ("problems", "warnings", "gaps")]
        return Rendering(main, tuple(output / name for name in files), *words)
    except (OSError, KeyError, TypeError, AttributeError, ValueError):  # a damaged stamp is none
        return None


def mark_current(output: Path, part: str, key: str, rendering: Rendering) -> None:
    """Remember the key and the files of what was just written."""
    stamps = read_json(output / NAME)
    stamps[part] = {
        "key": key,
        "main": [os.path.relpath(path, output) for path in rendering.main],
        "files": {os.path.relpath(path, output): _status(path) for path in sorted(set(rendering.files))},
        "problems": rendering.problems,
        "warnings": rendering.warnings,
        "gaps": rendering.gaps,
    }
    write_json(output / NAME, stamps)


def _status(path: Path) -> list[int]:
    status = path.stat()
    return [status.st_size, status.st_mtime_ns]
