"""The table of the forms that a report is written in.

A new form is a module beside this one with a function ``write(document, folder, output)``, which writes all that
belongs to it into the empty folder and may return warnings, and a line in OUTPUTS: `--format`, what is written, what is
removed and what the templates know of the form follow from that.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from generator.render.outputs.standing import NOWHERE, Standing

if TYPE_CHECKING:
    from generator.render.content.document import Document


@dataclass(frozen=True)
class Output:
    """One form. ``module`` writes it, and is imported only then; ``words`` say so meanwhile.

    A ``document`` is a file to open, with the form's name as its ending, and chosen by `--format`; what is none comes
    with every whole report. ``paged`` forms are laid out on sheets: the templates leave out what needs a screen.
    What is ``standing`` of it, with the same content, need not be written.
    """

    name: str
    module: str
    words: str
    document: bool = True
    paged: bool = False
    standing: Standing = NOWHERE

    def write(self, document: Document, folder: Path) -> tuple[str, ...]:
        """Write everything of this form into an empty folder, and return what is to be said of it.

        RenderError when it cannot be made.
        """
        return import_module(f"generator.render.outputs.{self.module}").write(document, folder, self) or ()

    def file(self, report: str) -> str:
        """What the document is called, by the name of its report."""
        return f"{report}.{self.name}"


OUTPUTS = {
    output.name: output
    for output in (
        Output("html", module="html", words="the page"),
        Output("results", module="exports", words="the results", document=False),
        Output("pdf", module="pdf", words="the PDF", paged=True),
    )
}
#: What `--format` can name.
DOCUMENTS = tuple(output.name for output in OUTPUTS.values() if output.document)


def chosen(formats: Iterable[str], *, whole: bool) -> tuple[Output, ...]:
    """The forms to write, in the order of the table; a part of a report has only its documents."""
    wanted = set(formats)
    return tuple(output for output in OUTPUTS.values() if output.name in wanted or (whole and not output.document))
