"""The words of the program: each is in every catalogue, with the same places to fill, and none is there in vain."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir

from generator.folders import PACKAGE, templates_folder
from generator.formats import in_words, write
from generator.languages import (
    ENGLISH,
    called,
    decimal_sign,
    gettext,
    languages,
    listed,
    ngettext,
    speaking,
    spoken,
    typeset,
)
from generator.render.outputs.script_words import SCRIPT_WORDS
from tests.languages_for_tests import read

OTHERS = [language for language in languages() if language != ENGLISH]
#: The summary is for teachers, of all submissions together: it is no report.
REPORT = [path for path in sorted((templates_folder() / "report").glob("*.j2")) if path.name != "summary.html.j2"]
KEYWORDS = {"_": None, "gettext": None, "marked": None, "ngettext": (1, 2), "pgettext": ((1, "c"), 2)}
Message = tuple[str | tuple[str, ...], str | None]


def used() -> Iterator[Message]:
    """Every message of the templates and of the code, with the place that it is for, if it is for one alone."""
    for folder, method in ((templates_folder() / "report", ("**.j2", "jinja2")), (PACKAGE, ("**.py", "python"))):
        for _, _, message, _, place in extract_from_dir(folder, [method], keywords=KEYWORDS):
            yield message, place


@pytest.mark.parametrize("language", OTHERS)
def test_a_catalogue_has_what_is_used_and_nothing_else(language: str) -> None:
    known = {(message.id, message.context) for message in read(language) if message.id}
    assert known == set(used())


@pytest.mark.parametrize("language", OTHERS)
def test_every_message_is_translated_and_fills_the_same_places(language: str) -> None:
    for message in read(language):
        forms = message.string if isinstance(message.string, tuple) else (message.string,)
        assert all(forms) or not message.id, message.id
        assert not message.fuzzy, message.id
        of = message.id[0] if isinstance(message.id, tuple) else message.id
        for form in forms if message.id else ():
            assert places(form) == places(of), form


def places(text: str) -> list[str]:
    """What is filled in: %(name)s, %s, {name}; and the tags of HTML."""
    return sorted(re.findall(r"%\(\w+\)s|%[sd]|(?<!\{)\{\w+\}(?!\})|<[^>]+>", text))


def test_what_the_page_writes_by_script_is_in_the_catalogue() -> None:
    scripts = [(templates_folder() / "report" / name).read_text("utf-8") for name in ("page.js", "asked.js")]
    calls = [call for script in scripts for call in re.findall(r"\b(?:say|fill)\(([^\n]*)", script)]
    said = {word for call in calls for word in re.findall(r'"([A-Za-z][^"]+)"', call)}
    assert set(SCRIPT_WORDS) <= said
    assert {word for word in said if word[0].isupper() or " " in word} <= set(SCRIPT_WORDS)


@pytest.mark.parametrize("template", REPORT, ids=lambda path: path.name)
def test_no_template_has_words_outside_of_messages(template: Path) -> None:
    text = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", "", template.read_text("utf-8"), flags=re.DOTALL)
    attributes = re.findall(r'(?:alt|title|aria-label)="([^"]*)"', text)
    bare = re.sub(r"<(script|style|code)\b.*?</\1>|<[^>]*>|\w+\.json", " ", text, flags=re.DOTALL)
    assert re.findall(r"[^\W\d_]{2,}", " ".join([bare, *attributes])) == []


def test_english_is_what_the_code_holds() -> None:
    assert (spoken(), gettext("Contents"), decimal_sign(), typeset("a : b")) == ("en", "Contents", ".", "a : b")
    assert [listed([]), listed(["a"]), listed(["a", "b"]), listed(["a", "b", "c"])] == [
        "",
        "a",
        "a and b",
        "a, b and c",
    ]


@pytest.mark.parametrize("language", ["fr", "fr-CA"])
def test_french(language: str) -> None:
    with speaking(language):
        assert gettext("Contents") == "Table des matières"
        assert [ngettext("million", "million", number) for number in (0, 1, 2)] == ["million", "million", "millions"]
        assert listed(["a", "b", "c"]) == "a, b et c"
        assert [called("en"), called("fr")] == ["anglais", "français"]
        assert write(0.8936, "percent") == "89,4\u202f%"
        assert write(1_234_567, "integer") == "1\u202f234\u202f567"
        assert write(10.5, "seconds") == "10,5\u202fs"
        assert [write(1.5e6, "millions"), write(2e6, "millions")] == ["1,5 million", "2,0 millions"]
        assert [write(0.01, "points"), write(-0.021, "points")] == [
            "1,0 point de pourcentage",
            "−2,1 points de pourcentage",
        ]
        assert write(0.00032, "p_value") == "3,2\u202f×\u202f10⁻⁴"
        assert [in_words(value) for value in (True, False, 0.5, None)] == ["oui", "non", "0,5", "–"]
    assert gettext("Contents") == "Contents"


def test_french_spaces_stand_before_signs_but_not_within_words() -> None:
    with speaking("fr"):
        assert typeset("Pourquoi ? « Ceci » ;") == "Pourquoi\u202f? «\u00a0Ceci\u00a0»\u202f;"
        assert typeset("un : 5 %") == "un\u00a0: 5\u202f%"
        for text in ("https://example.org ?a=1", "sur %(device)s", "il y en a %d", "un :début"):
            assert typeset(text) == text


def test_a_word_that_the_catalogue_lacks_stays_english() -> None:
    with speaking("fr"):
        assert gettext("no such message") == "no such message"
