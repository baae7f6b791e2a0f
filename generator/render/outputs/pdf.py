"""Writes the PDF: WeasyPrint does so in a child process, under a time limit; what to do when that fails is said."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from generator.errors import RenderError
from generator.render.content.document import Document
from generator.render.outputs import pdf_heard, pdf_process
from generator.render.outputs.html import Page
from generator.render.outputs.table import Output
from generator.render.outputs.written import Passing
from generator.store.plain import digest_of

#: Of the processor: fifteen pages take one or two, and some layouts have kept WeasyPrint busy for ever.
_SECONDS = 120
_SECONDS_PER_MEGABYTE = 60  # of the page, whose formulas are drawings
_PATIENCE = 10  # times as long by the clock, on a machine with ten other programs
_LONG_HINT = "the HTML report is there; simplify what was added last, or look at it page by page with --only"
#: How a process ends in which a library of the system read or wrote where it may not: it is started once more then.
_CRASHES = {-getattr(signal, name): name for name in ("SIGSEGV", "SIGBUS", "SIGABRT") if hasattr(signal, name)}
_PANGO_HINT = (
    "install Pango: `sudo apt install libpango-1.0-0 libpangoft2-1.0-0` on Debian, `brew install pango` on macOS"
)


@dataclass(frozen=True)
class Printed:
    """A PDF that was written: its pages, and what reaches beyond their text all the same."""

    pages: int
    warnings: tuple[str, ...] = ()


def write(document: Document, folder: Path, output: Output) -> tuple[str, ...]:
    """Write the PDF, and return what is to be said of it; the page that it is made from is gone afterwards.

    RenderError when there can be none.
    """
    page = Page(document, output.paged)
    with tempfile.TemporaryDirectory(dir=folder.parent) as beside:
        source = Path(beside) / "print.html"
        source.write_text(page.text(), encoding="utf-8")
        page.write_assets(source.parent)
        target = folder / output.file(document.report.name)
        report, parts = document.report, source.with_name("parts.json")
        if report.kept is None:
            return write_pdf(source, target, fields=report.fields, say=document.say).warnings
        name = digest_of(["sheets of", report.name, report.fields, report.course.language, str(report.course.root)])
        parts.write_bytes(report.kept.found(name))
        warnings = write_pdf(source, target, fields=report.fields, remembered=parts, say=document.say).warnings
        report.kept.note(name, parts.read_bytes())
        return warnings


def write_pdf(
    page: Path, target: Path, seconds: int | None = None, *, fields: bool = False, remembered: Path | None = None,
    say: Callable[[str], None] = lambda text: None,
) -> Printed:  # fmt: skip
    """Turn the HTML file ``page`` into the PDF ``target``.

    With ``fields``, what can be filled in on the page can be filled in in the PDF. The file ``remembered`` has how the
    chapters of an earlier one were laid out and drawn, as JSON, and then those of this one. ``say`` hears how far it
    is.

    RenderError when a library, image, font or alternative text is missing, or after ``seconds`` of processor time,
    which are more for a larger page unless they are given.
    """
    # -P: the folder of the script would otherwise hide modules of other packages behind those of this one.
    seconds = seconds or _SECONDS + round(_SECONDS_PER_MEGABYTE * page.stat().st_size / 1e6)
    command = [sys.executable, "-P", "-X", "utf8", "-X", "faulthandler"]
    command += [pdf_process.__file__, str(page), str(target), str(seconds)]
    command += ["fields"] if fields else []
    command += [str(remembered)] if remembered else []
    with tempfile.TemporaryDirectory(dir=page.parent) as beside:
        # The order of sets reaches the file, so that without a fixed seed every run would give other bytes.
        environment = {**os.environ, "PYTHONHASHSEED": "0", "TMPDIR": beside}
        try:
            ended = _run(command, environment, seconds * _PATIENCE, say)
            if ended.returncode in _CRASHES:
                say(f"the PDF: its process crashed ({_CRASHES[ended.returncode]}) and is started once more")
                ended = _run(command, environment, seconds * _PATIENCE, say)
        except subprocess.TimeoutExpired as error:
            raise RenderError(f"the PDF was not ready after {seconds * _PATIENCE} s", _LONG_HINT) from error
    return _printed(ended, seconds)


def _printed(ended: subprocess.CompletedProcess[str], seconds: int) -> Printed:
    """What a process that has ended says it wrote. Raises RenderError where it did not."""
    if ended.returncode == -getattr(signal, "SIGXCPU", 0) != 0:
        raise RenderError(f"the PDF was not ready after {seconds} s of the processor's time", _LONG_HINT)
    if ended.returncode == pdf_process.LIBRARIES_MISSING:
        raise RenderError("the PDF needs Pango, which is not installed here; the HTML report is there", _PANGO_HINT)
    if ended.returncode in _CRASHES:
        # Python's last words: where each thread was, and of the one that crashed the innermost function first.
        _, _, place = ended.stderr.partition("Current thread ")
        where = "".join(place.splitlines()[1:2]).strip() or "a thread that is not Python's"
        crash = f"WeasyPrint's process crashed twice ({_CRASHES[ended.returncode]}), the second time in {where}"
        raise RenderError(crash, "the HTML report is there")
    if ended.returncode != 0:
        last = (ended.stderr.strip().splitlines() or [f"exit code {ended.returncode}"])[-1]
        raise RenderError(f"WeasyPrint could not write the PDF: {last}", "the HTML report is there")
    outcome = json.loads(ended.stdout)
    if outcome["faults"]:
        raise RenderError("the PDF would have holes: " + "; ".join(outcome["faults"]), "the HTML report is there")
    return Printed(int(outcome["pages"]), tuple(outcome["warnings"]))


def _run(
    command: list[str], environment: Mapping[str, str], patience: float, say: Callable[[str], None]
) -> subprocess.CompletedProcess[str]:
    """Run the child to its end, and pass on what it says of how far it is. Raises TimeoutExpired."""
    # The child ends when this pipe does: with this process, even by SIGKILL, nobody waits for the PDF.
    reader, writer = os.pipe()
    said: list[str] = []
    try:
        with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as errors:
            child = subprocess.Popen(
                command, stdin=reader, stdout=subprocess.PIPE, stderr=errors, text=True, env=environment,
                encoding="utf-8",
            )  # fmt: skip
            began = time.monotonic()
            timer = threading.Timer(patience, child.kill)
            timer.start()
            try:
                for line in child.stdout or ():
                    if line.startswith(pdf_heard.PASSING):
                        say(Passing(f"the PDF: {line[1:].strip()}"))
                    else:
                        said.append(line)
                code = child.wait()
            finally:
                timer.cancel()
                child.kill()
                child.communicate()  # which closes its pipe
            if time.monotonic() - began >= patience:
                raise subprocess.TimeoutExpired(command, patience)
            errors.seek(0)
            return subprocess.CompletedProcess(command, code, "".join(said), errors.read())
    finally:
        os.close(reader)
        os.close(writer)
