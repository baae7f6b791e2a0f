"""The key of a report: a digest of all that it depends on, so that one that is up to date can be left alone."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from generator.folders import PACKAGE, templates_folder
from generator.jobs import Outcome
from generator.planning.fingerprint import canonical
from generator.store.memo import Memo

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
