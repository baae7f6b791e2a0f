"""The key of a report: a digest of all that it depends on, so that one that is up to date can be left alone."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from generator.commands.program import rendering_code, rendering_templates
from generator.commands.session import Session
from generator.course.editions import Edition
from generator.course.project import IMAGES, pictures
from generator.folders import PACKAGE, templates_folder
from generator.jobs import Outcome
from generator.planning.fingerprint import canonical

#: Digests of files by labels that tell them apart, wherever the project, the course and the package lie.
Digests = Mapping[str, str]


@dataclass(frozen=True)
class Files:
    """The files that a report is made from, as they were when the build began."""

    loaded: Digests
    late: Digests

    @classmethod
    def of(cls, session: Session) -> Files:
        """Those of a session that was just opened."""
        return cls(loaded_files(session), late_files(session))

    @property
    def pictures(self) -> Digests:
        """Those of the course's pictures, and of a student's own."""
        folders = (f"{IMAGES}/", f"questions/{IMAGES}/")
        return {label: digest for label, digest in self.late.items() if label.startswith(folders)}


def loaded_files(session: Session) -> Digests:
    """What the course was read from: the digests are those of the bytes that will be shown, whatever is saved later."""
    settings = session.settings
    roots = {"questions": session.shown.root}
    if settings.project is not None:
        roots["project"] = settings.project.folder
    if (answers := session.answers) is not None:
        roots = {"answers": answers, **roots}
    return {_label(path, roots): digest for path, digest in session.shown.files.items()}


def late_files(session: Session) -> Digests:
    """What is read only while rendering: templates, rendering code, the bibliography, pictures, and what a style loads.

    A report may be called current only if these are the same before it is rendered and after.
    """
    roots = {"code": PACKAGE, "templates": templates_folder(), "questions": session.shown.root}
    files = [*rendering_code(), *rendering_templates()]
    course = session.shown
    files += [path for path in (course.bibliography,) if path is not None]
    files += [course.root / name for name in (course.style.files if course.style else ())]
    files += pictures(course.root)
    project = session.settings.project
    if project is not None and session.settings.edition is Edition.STUDENT:
        roots["images"] = project.folder
        files += pictures(project.folder)
    return {_label(path, roots): session.memo.digest(path) for path in files}


def render_key(files: Digests, options: Mapping[str, Any], outcomes: Mapping[str, Outcome]) -> str:
    """A digest of all that the rendered report depends on: texts, templates, rendering code, results and options."""
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
        "files": sorted(map(list, files.items())),
        "results": results,
        "options": dict(options),
        "date": os.environ.get("SOURCE_DATE_EPOCH", ""),
    }
    return hashlib.sha256(canonical(ingredients).encode()).hexdigest()


def _label(path: Path, roots: Mapping[str, Path]) -> str:
    """A file's path below the root that holds it, after the root's name."""
    place = path.as_posix()
    for name, root in roots.items():
        if place.startswith(start := f"{root.as_posix().rstrip('/')}/"):
            return f"{name}/{place[len(start) :]}"
        if path.is_relative_to(root):  # such as "."
            return f"{name}/{path.relative_to(root).as_posix()}"
    raise ValueError(f"{path} is in none of the folders that a report is made from")
