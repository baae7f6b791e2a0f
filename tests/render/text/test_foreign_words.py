"""Words of results that are not translated: in a text of another language each stands in an element of its own."""

from __future__ import annotations

import pytest

from generator.formats import Markdown
from generator.render.text.foreign_words import mark
from generator.render.text.markdown import Surroundings, to_html, to_inline_html, to_text

CAT = mark(Markdown("Egyptian cat \\* 2"), "en")


def html(text: str) -> str:
    return to_inline_html(text, Surroundings(lambda tex, display: f"<math>{tex}</math>"))


@pytest.mark.parametrize(("text", "shown"), [
    (f"Un {CAT}.", 'Un <span lang="en">Egyptian cat * 2</span>.'),
    (f"**{CAT}**", '<strong><span lang="en">Egyptian cat * 2</span></strong>'),
    (f"[{CAT}](#a)", '<a href="#a"><span lang="en">Egyptian cat * 2</span></a>'),
    (f"`{mark(Markdown('cat'), 'en')}`", "<code>cat</code>"),
    (f"$x_{{{mark(Markdown('cat'), 'en')}}}$", "<math>x_{cat}</math>"),
    (f"[là](https://example.org/{mark(Markdown('cat'), 'en')}/a)", '<a href="https://example.org/cat/a">là</a>'),
    (mark(Markdown("<b>"), "en"), '<span lang="en">&lt;b&gt;</span>'),
])  # fmt: skip
def test_the_element_stands_where_there_can_be_one(text: str, shown: str) -> None:
    assert html(text) == shown


def test_a_description_of_a_picture_has_the_bare_word() -> None:
    assert to_text(f"Un {CAT}.") == "Un Egyptian cat * 2."


def test_a_cell_of_a_table_and_a_block_of_code() -> None:
    text = f"| a |\n|---|\n| {CAT} |\n\n```\n{mark(Markdown('cat'), 'en')}\n```\n"
    shown = to_html(text, Surroundings(lambda tex, display: tex))
    assert '<td><span lang="en">Egyptian cat * 2</span></td>' in shown
    assert "<code>cat\n</code>" in shown
