"""Renders a report: gathers and checks everything, then writes each form beside its place and moves it there."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

from generator.errors import RenderError
from generator.render.content.document import Report
from generator.render.content.gather import gather
from generator.render.outputs.folder import OutputFolder, Rendering
from generator.render.outputs.table import chosen


def render_report(
    report: Report, output: Path, formats: Iterable[str], progress: Callable[[str], None], key: str = ""
) -> Rendering:
    """Write the report into ``output`` in the given formats, and its results if it is a whole one.

    A whole report is report.html with assets/, report.pdf and results/; with ``report.only`` it is report-PART.html
    with report-PART-assets/ and report-PART.pdf. A form that cannot be made is one of the problems, and the others are
    there. Under a ``key`` that it was written under, and untouched since, a form is left as it is.
    """
    document = gather(report, progress)
    name = report.name
    said = [tuple(map(str, words)) for words in (document.problems, document.warnings, document.gaps)]
    output.mkdir(parents=True, exist_ok=True)
    folder = OutputFolder(output)
    written, failures = [], []
    staging = Path(tempfile.mkdtemp(prefix=".report-", dir=output))
    try:
        for form in chosen(formats, whole=report.only is None):
            if not key or not folder.current(name, key, [form.name]):
                progress(f"writing {form.words}")
                staged = staging / form.name
                staged.mkdir()
                try:
                    form.write(document, staged)
                except RenderError as error:
                    folder.withdraw(name, form.name)
                    failures.append(str(error))
                    continue
                folder.install(name, form.name, staged, key)
            written.append(form.name)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    found = Rendering((), *said)
    folder.conclude(name, found)
    return Rendering(folder.documents(name, written), (*failures, *found.problems), found.warnings, found.gaps)
