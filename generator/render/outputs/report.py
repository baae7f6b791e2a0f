"""Renders a report: gathers and checks everything, then writes each form beside its place and moves it there."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

from generator.errors import RenderError
from generator.render.content.document import Report
from generator.render.content.gather import gather
from generator.render.outputs.folder import OutputFolder
from generator.render.outputs.table import chosen
from generator.render.outputs.written import Rendering


def render_report(
    report: Report,
    output: Path,
    formats: Iterable[str],
    say: Callable[[str], None],
    key: str = "",
    holds: Callable[[], bool] = lambda: True,
) -> Rendering:
    """Write the report into ``output`` in the given formats, and its results if it is a whole one.

    A whole report is report.html with assets/, report.pdf and results/; with ``report.only`` it is report-PART.html
    with report-PART-assets/ and report-PART.pdf; a worksheet is worksheet.html with worksheet-assets/ and so on. A form
    that cannot be made is one of the problems, and the others are there. A form that was written under the same ``key``
    and is untouched since is left as it is; the key is kept for what is written now if it still ``holds`` then.
    """
    document = replace(gather(report, say), say=say)
    found = Rendering((), *(tuple(map(str, words)) for words in (document.problems, document.warnings, document.gaps)))
    folder = OutputFolder(output)
    written, failures = [], []
    with folder.opened(say) as work:
        folder.clear(report, say)
        for form in chosen(formats, whole=report.only is None):
            if folder.current(report, key, [form.name]) is None:
                say(f"writing {form.words}")
                staged = work / form.name
                staged.mkdir()
                standing = folder.standing(report, form.name)
                try:
                    said = replace(form, standing=standing).write(document, staged)
                except RenderError as error:
                    folder.withdraw(report, form.name)
                    failures.append(str(error))
                    continue
                folder.install(report, form.name, staged, key if holds() else "", said, standing.left)
            written.append(form.name)
        folder.conclude(report, found, say)
    whole = folder.found(report, found, written)
    return replace(whole, problems=(*failures, *found.problems))
