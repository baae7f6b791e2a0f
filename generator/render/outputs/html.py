"""Writes the HTML page: from the gathered document to its text, on a screen or, for the PDF, on sheets."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from generator.course.cover_markup import HEAD, SETTING
from generator.course.cover_page import Shown, write_cover
from generator.course.editions import Edition
from generator.course.fields import answer_field, head_field
from generator.course.spec import CourseSpec, Mark
from generator.course.style import FILE as STYLE
from generator.course.translations import untranslated
from generator.course.yaml_source import Source
from generator.folders import templates_folder
from generator.formats import FILTERS, in_words
from generator.languages import ENGLISH, called, first_part, gettext, ngettext, typeset
from generator.render.content.document import Document, QuestionPart
from generator.render.content.exhibits import Exhibit, Panel
from generator.render.figures import Drawing
from generator.render.outputs.asked import island
from generator.render.outputs.compiled import COMPILED
from generator.render.outputs.fragments import Fragments
from generator.render.outputs.script_words import SCRIPT_WORDS
from generator.render.outputs.standing import NOWHERE
from generator.render.outputs.table import Output
from generator.render.outputs.web_pictures import ENDING, paper_picture, web_picture
from generator.render.outputs.wording import JOINER, breakable, opening_of
from generator.render.text.markdown import to_html, to_inline_html, to_text
from generator.render.text.maths import svg_image, with_tex
from generator.render.text.surroundings import Surroundings
from generator.render.text.words import Word, in_language, telling
from generator.store.files import digest
from generator.store.parts import PartStore

#: What the page loads besides its figures and fonts, from templates/report into the assets folder.
_SCREEN_FILES = ("common.css", "screen.css", "page.js", "asked.js")
_PAGED_FILES = ("common.css", "print.css")
#: WeasyPrint unpacks every font for every layout: in 0.05 s, and in 2.5 s where they are WOFF2.
_SCREEN_FONTS, _PAGED_FONTS = (".woff2",), (".woff", ".ttf")


def write(document: Document, folder: Path, output: Output) -> None:
    """Write the page with the folder of its assets."""
    page = Page(document, output.paged)
    for name, content in page.files():
        output.standing.put(folder, name, content)
    output.standing.put(folder, output.file(document.report.name), page.text().encode())


def report_folder() -> Path:
    """Where the templates, styles and fonts of the report lie."""
    return templates_folder() / "report"


@dataclass(frozen=True)
class Page:
    """A document as one page of HTML, scrolled or ``paged``."""

    document: Document
    paged: bool = False

    @property
    def assets(self) -> str:
        """The folder, relative to the page, of its figures, styles and fonts."""
        return self.document.report.beside("assets")

    def text(self) -> str:
        """The whole page as HTML."""
        course = self.document.report.course
        with telling(course.language, course.words):
            return self._templates.get_template("print.html.j2" if self.paged else "page.html.j2").render()

    def write_assets(self, beside: Path) -> None:
        """Write all that the page loads into its folder of assets below ``beside``."""
        (beside / self._pictures).mkdir(parents=True)
        for name, content in self.files():
            NOWHERE.put(beside, name, content)

    def files(self) -> Iterator[tuple[str, bytes | Path]]:
        """All that the page loads, by its name beside the page: the content, or the file that has it."""
        for exhibit in self.document.exhibits():
            for panel in () if self.paged and exhibit.folded else exhibit.panels:
                yield self._image(panel), panel.drawing.svg or self._drawing(panel.drawing)
                if (animation := panel.drawing.animation) and not self.paged:
                    yield f"{self._pictures}/{panel.name}-moving.webp", animation.moving
                    yield f"{self._pictures}/{panel.name}-still.webp", animation.still
        for image in [*self.document.images.shown.values(), *self.document.own_images.shown.values()]:
            yield f"{self._pictures}/{image.name}.{self._ending}", self._picture(image.png)
        source = report_folder()
        other = _SCREEN_FONTS if self.paged else _PAGED_FONTS
        fonts = sorted(path for path in (source / "fonts").iterdir() if path.suffix not in other)
        for path in (*(source / name for name in (_PAGED_FILES if self.paged else _SCREEN_FILES)), *fonts):
            yield f"{self.assets}/{path.relative_to(source).as_posix()}", path
        if style := self._course.style:
            yield f"{self.assets}/course/{STYLE}", style.text.encode()
            for name in style.files:
                yield f"{self.assets}/course/{name}", self._course.root / name

    @property
    def _math(self) -> Callable[..., str]:
        return svg_image if self.paged else with_tex

    @cached_property
    def _templates(self) -> Environment:
        environment = Environment(
            loader=FileSystemLoader(report_folder()),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            extensions=["jinja2.ext.i18n"],
            bytecode_cache=COMPILED,
        )
        environment.install_gettext_callables(gettext, ngettext, newstyle=True)  # type: ignore[attr-defined]
        document = self.document
        reference = document.report.course.edition is Edition.REFERENCE
        environment.globals.update(
            document=document,
            course=document.report.course,
            profile=document.report.profile,
            report=document.report,
            assets=self.assets,
            paged=self.paged,
            reference=reference,
            student=document.report.course.edition is Edition.STUDENT,
            worksheet=document.report.course.edition is Edition.WORKSHEET,
            starred=Mark.STARRED,
            bonus=Mark.BONUS,
            answer_html=self._answer,
            question_html=self._question,
            about=bool(document.example() or (reference and (document.claims or document.reproduction))),
            appendix=document.appended(paged=self.paged),
            image=self._image,
            answer_field=answer_field,
            head_field=head_field,
            own_cover=self._own_cover,
            island=lambda: Markup(island(document)),  # noqa: S704 (JSON in which nothing ends an element)
        )
        self._add_languages(environment)
        self._add_filters(environment)
        return environment

    def _add_filters(self, environment: Environment) -> None:
        """What templates need to write Markdown and numbers."""
        document = self.document
        surroundings = Surroundings(
            self._math, document.citations, images=document.images, pictures=self._pictures, ending=self._ending,
            asked=self._asked,
        )  # fmt: skip
        environment.filters.update(FILTERS, number=in_words, breakable=breakable)

        def blocks(text: str, level: int = 4, other: bool = False, own: bool = False) -> Markup:
            around = replace(surroundings, level=level, images=document.own_images if own else document.images)
            with in_language(self._course.written, foreign=other):
                return Markup(to_html(text, around))  # noqa: S704 (html is off)

        @cache
        def inline(text: str, other: bool = False) -> Markup:
            with in_language(self._course.written, foreign=other):
                return Markup(to_inline_html(text, surroundings))  # noqa: S704

        def opening(text: str, other: bool = False) -> str:
            with in_language(self._course.written, foreign=other):
                return opening_of(text)

        def words(text: str, other: bool = False) -> str:
            with in_language(self._course.written, foreign=other):
                return to_text(text).replace(JOINER, "")

        environment.filters.update(blocks=blocks, inline=inline, opening=opening, words=words)

    @property
    def _course(self) -> CourseSpec:
        return self.document.report.course

    def _add_languages(self, environment: Environment) -> None:
        """What templates need to say of a text that it is not in the report's language."""
        course = self._course
        mixed = first_part(course.language) != first_part(course.written)
        here, other = f' lang="{course.language}"', f' lang="{course.written}"'
        english = f' lang="{ENGLISH}"' if first_part(course.language) != ENGLISH else ""
        script = {word: gettext(word) for word in SCRIPT_WORDS}

        def foreign(source: Source, *where: str) -> bool:
            own = source is course.source and where[0] in course.given  # what a student put in is in the report's
            return not own and untranslated(source, where)

        def marked_out(words: str, apart: bool = True) -> str:
            return Markup("<span{}>{}</span>").format(Markup(other), words) if apart and words else words  # noqa: S704

        def titled(text: str, apart: bool = False) -> str:
            return marked_out(environment.filters["inline"](text, apart), apart)

        def prose(text: str, level: int = 4, apart: bool = False, own: bool = False) -> Markup:
            words = environment.filters["blocks"](text, level, apart, own)
            return Markup("<div{}>{}</div>").format(Markup(other), words) if apart else words  # noqa: S704

        environment.globals.update(
            lang_of_word=lambda word: Markup(other if mixed and isinstance(word, Word) else ""),  # noqa: S704
            lang_here=Markup(here if mixed else ""),  # noqa: S704 (a code of a few letters)
            lang_other=Markup(other),  # noqa: S704
            lang_english=Markup(english),  # noqa: S704
            lang_of=lambda *place: Markup(other if foreign(*place) else ""),  # noqa: S704
            untranslated=foreign,
            foreign_answers=called(course.written) if any(q.answer.foreign for q in course.present()) else "",
            marked_out=marked_out,
            titled=titled,
            prose=prose,
            script_words=json.dumps(script, ensure_ascii=False) if english else "",
        )
        environment.filters["typeset"] = typeset

    @property
    def _pictures(self) -> str:
        return f"{self.assets}/figures"

    def _image(self, panel: Panel) -> str:
        """Where the picture of a panel lies: SVG where there is one."""
        return f"{self._pictures}/{panel.name}.{'svg' if panel.drawing.svg else self._ending}"

    @property
    def _asked(self) -> bool:
        """Whether a reader can ask what is behind a number: not on sheets, nor where it is theirs to find."""
        return not self.paged and self._course.edition is not Edition.WORKSHEET

    @property
    def _ending(self) -> str:
        return "png" if self.paged else ENDING

    def _drawing(self, drawing: Drawing) -> bytes:
        """A drawing of pixels in the form that the page, or the PDF, has it in."""
        return paper_picture(drawing.webp, self._store, drawing.kept) if self.paged else drawing.webp

    def _picture(self, png: bytes) -> bytes:
        """The same for another picture."""
        return png if self.paged else web_picture(png, self._store)

    @property
    def _store(self) -> PartStore | None:
        """Where pictures that were encoded are kept."""
        kept = self.document.report.kept
        return kept.store if kept else None

    def _question(self, part: QuestionPart) -> Markup:
        """A question's HTML: what was kept of an earlier report, where it was made from the same."""

        def make() -> str:
            module: Any = self._templates.get_template("parts.html.j2").module
            return str(module.question(part))

        kept = self.document.report.kept
        if kept is None or not part.key:
            return Markup(make())  # noqa: S704
        with kept.shelf(part.spec.lab):
            return Markup(kept.text(digest(f"html {part.key} {self.paged}".encode()), make))  # noqa: S704

    def _answer(self, part: QuestionPart) -> Markup:
        """An answer's HTML with its exhibits in their places; those that it does not place follow at its end."""
        fragments = Fragments(part.exhibits, self._exhibit)
        surroundings = Surroundings(
            self._math,
            self.document.citations,
            part.equations,
            fragments,
            part.numbered.anchor,
            self.document.own_images,
            self._pictures,
            ending=self._ending,
            asked=self._asked,
        )
        with in_language(self._course.written, foreign=part.spec.answer.foreign):
            body = to_html(part.answer, surroundings)
        return Markup(body + "".join(fragments.rest()))  # noqa: S704

    def _own_cover(self, head: str, setting: str) -> Markup:
        """The course's own cover, with what the program puts into it."""
        report, cover = self.document.report, self.document.cover
        if cover is None:
            return Markup()
        shown = Shown(report.course, report.profile, self.paged, report.only is not None)
        images = self.document.images
        html = write_cover(cover, shown, lambda address: images.placed(address, self._pictures, self._ending))
        return Markup(html.replace(HEAD, head).replace(SETTING, setting))  # noqa: S704 (read and written anew)

    def _exhibit(self, exhibit: Exhibit) -> str:
        if self.paged and exhibit.folded:
            return ""
        module: Any = self._templates.get_template("parts.html.j2").module
        with telling(self._course.language, self._course.words):  # inside an answer that may be in another
            return str(module.exhibit(exhibit))
