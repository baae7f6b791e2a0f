"""Renders a report: gathers and checks everything, writes it beside its place, then moves it there."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from generator.errors import Mistake, RenderError
from generator.render.content.document import Document, Report
from generator.render.content.gather import gather
from generator.render.outputs.exports import write_exports
from generator.render.outputs.html import PAGE_FILES, PRINT_FILES, Page, report_folder
from generator.render.outputs.pdf import write_pdf
from generator.render.text.numbering import slug

_PRINT_PAGE = "print.html"
#: What a whole report owns in the output folder, and so may remove when it is out of date.
_OWN_RESULTS = ("tables", "figures", "metrics.json", "claims.json", "claims.csv", "reproduction.csv")


@dataclass(frozen=True)
class RenderedReport:
    """What was written. ``problems`` are answers and exhibits that could not be rendered and show a box instead.

    ``warnings`` are claims that are printed although the results contradict them, ``gaps`` questions without an answer.
    """

    html: Path | None
    pdf: Path | None
    pages: int | None
    problems: tuple[Mistake, ...]
    warnings: tuple[Mistake, ...] = ()
    gaps: tuple[str, ...] = ()


def render_report(
    report: Report, output: Path, formats: frozenset[str], progress: Callable[[str], None]
) -> RenderedReport:
    """Write the report into ``output``.

    ``formats`` holds "html", "pdf" or both. A whole report is report.html with assets/, report.pdf and results/; with
    ``report.only`` it is report-PART.html with report-PART-assets/ and report-PART.pdf, and no results. Raises
    RenderError when the PDF cannot be made: the HTML page and the results are written all the same.
    """
    document = gather(report, progress)
    name = _file_name(report)
    assets = "assets" if report.only is None else f"{name}-assets"
    output.mkdir(parents=True, exist_ok=True)
    staging = Path(tempfile.mkdtemp(prefix=".report-", dir=output))
    failure: RenderError | None = None
    pages: int | None = None
    try:
        _write_assets(document, staging / assets, formats)
        if "html" in formats:
            progress("writing the page")
            (staging / f"{name}.html").write_text(Page(document, "page", assets).text(), encoding="utf-8")
        if "pdf" in formats:
            progress("writing the PDF")
            try:
                pages = _write_pdf(document, staging, name, assets)
            except RenderError as error:
                failure = error
        _drop_print_files(staging, assets, keep_assets="html" in formats)
        if report.only is None:
            (staging / "results").mkdir()
            write_exports(document, staging / "results")
        _install(staging, output, name, assets, formats)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    if failure is not None:
        raise failure
    html = output / f"{name}.html" if "html" in formats else None
    pdf = output / f"{name}.pdf" if "pdf" in formats else None
    return RenderedReport(html, pdf, pages, document.problems, document.warnings, document.gaps)


def _file_name(report: Report) -> str:
    """The name without its ending: report, report-2-a for a whole lab, report-2-a-q03 for a question."""
    if report.only is None:
        return "report"
    parts = []
    for lab in report.course.labs:
        shown = [question for question in lab.questions() if report.shows(question)]
        whole = len(shown) == len(list(lab.questions()))
        parts += [lab.id] if whole and shown else [question.address for question in shown]
    return "-".join(["report", *map(slug, parts)])[:120]


def _write_assets(document: Document, folder: Path, formats: frozenset[str]) -> None:
    (folder / "figures").mkdir(parents=True)
    for exhibit in document.exhibits():
        for panel in exhibit.panels:
            ending, content = ("svg", panel.drawing.svg) if panel.drawing.svg else ("png", panel.drawing.png)
            (folder / "figures" / f"{panel.name}.{ending}").write_bytes(content)
            if (animation := panel.drawing.animation) and "html" in formats:
                (folder / "figures" / f"{panel.name}-moving.webp").write_bytes(animation.moving)
                (folder / "figures" / f"{panel.name}-still.webp").write_bytes(animation.still)
    for image in document.images.shown.values():
        (folder / "figures" / f"{image.name}.png").write_bytes(image.png)
    source = report_folder()
    wanted = {name for form, names in (("html", PAGE_FILES), ("pdf", PRINT_FILES)) if form in formats for name in names}
    for name in sorted(wanted):
        shutil.copyfile(source / name, folder / name)
    shutil.copytree(source / "fonts", folder / "fonts", copy_function=shutil.copyfile)


def _write_pdf(document: Document, staging: Path, name: str, assets: str) -> int:
    page = staging / _PRINT_PAGE
    page.write_text(Page(document, "print", assets).text(), encoding="utf-8")
    return write_pdf(page, staging / f"{name}.pdf", fields=document.report.fields)


def _drop_print_files(staging: Path, assets: str, *, keep_assets: bool) -> None:
    """Take away what only the PDF needed."""
    (staging / _PRINT_PAGE).unlink(missing_ok=True)
    for name in set(PRINT_FILES) - set(PAGE_FILES):
        (staging / assets / name).unlink(missing_ok=True)
    if not keep_assets:
        shutil.rmtree(staging / assets)


def _install(staging: Path, output: Path, name: str, assets: str, formats: frozenset[str]) -> None:
    """Move each file to its place in one step, then remove what an earlier build left there."""
    written = {path.relative_to(staging) for path in staging.rglob("*") if path.is_file()}
    # Figures and styles first, the page last: a reader never meets a page whose pictures are not there yet.
    for path in sorted(written, key=lambda path: (len(path.parts) == 1, path)):
        (output / path).parent.mkdir(parents=True, exist_ok=True)
        os.replace(staging / path, output / path)  # noqa: PTH105 (replaces on every system, which rename does not)
    owned = [Path(assets)] if "html" in formats else []
    owned += [Path(f"{name}.{form}") for form in sorted(formats)]
    if name == "report":
        owned += [Path("results") / own for own in _OWN_RESULTS]
    for own in owned:
        place = output / own
        for path in [place, *place.rglob("*")] if place.is_dir() else [place]:
            if path.is_file() and path.relative_to(output) not in written:
                path.unlink()
