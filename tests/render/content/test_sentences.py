"""The ledger's sentences, and the ids that its links lead to."""

import csv
import json
import re
from pathlib import Path

import pytest

from generator.answers.claims import Claim
from generator.course.editions import Edition
from generator.render.content.answers import AnswerWriter
from generator.render.content.sentences import TextPlace
from generator.render.content.values import Results
from generator.render.outputs.report import render_report
from generator.render.text.markdown import to_html
from generator.render.text.maths import mathml
from generator.render.text.numbering import number_course
from generator.render.text.surroundings import Surroundings
from tests.render.sample_report import sample_report, silent

YES, NO = "{% claim vgg16.fc_share > 0.5 %}", "{% claim vgg16.fc_share > 2 %}"
OTHERWISE, END = "{% otherwise %}", "{% endclaim %}"
ID = re.compile(r'<span id="([^"]*)"></span>')


def written(folder: Path, text: str) -> tuple[str, list[Claim]]:
    """The HTML of an answer, and its entries in the ledger."""
    report = sample_report(folder)
    numbering = number_course(report.course)
    writer = AnswerWriter(Results(report.refs, report.outcomes), numbering, report.profile)
    surroundings = Surroundings(mathml, {"simonyan2015very": 1})
    place = TextPlace("2-a/q01", "2-a-q01", surroundings)
    markdown = writer.write(text, Path("q01.md"), report.course.question("2-a/q01"), place=place)
    return to_html(markdown, surroundings), writer.claims.get("2-a/q01", [])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"A. {YES}B{OTHERWISE}C{END}.", "<p>A. #B.</p>"),
        (f"{YES}*B*{OTHERWISE}C{END}", "<p>#<em>B</em></p>"),
        (f"A. {YES}**“B”** c{OTHERWISE}C{END}", "<p>A. #<strong>“B”</strong> c</p>"),
        (f'A {YES}"B" c{OTHERWISE}C{END}', "<p>A #“B” c</p>"),
        (f"{YES}\n\nA\n\n- b\n{OTHERWISE}C{END}", "<p>#A</p> <ul> <li>b</li> </ul>"),
        (f"{YES}\n- a\n- b\n{OTHERWISE}C{END}", "<ul> <li>#a</li> <li>b</li> </ul>"),
        (f"- a\n{YES}- b\n{OTHERWISE}- c\n{END}- d", "<ul> <li>a</li> <li>#b</li> <li>d</li> </ul>"),
        (f"{YES}12. a\n{OTHERWISE}C{END}", '<ol start="12"> <li>#a</li> </ol>'),
        (f"{YES}## A\n{OTHERWISE}C{END}", "<h5>#A</h5>"),
        (f"{YES}> - A\n{OTHERWISE}C{END}", "<blockquote> <ul> <li>#A</li> </ul> </blockquote>"),
        (
            f"| a |\n|---|\n{YES}| b |\n{OTHERWISE}| c |\n{END}",
            "<table> <thead> <tr> <th>a</th> </tr> </thead> <tbody> <tr> <td>#b</td> </tr> </tbody> </table>",
        ),
        (f"{YES}| a |\n|---|\n{OTHERWISE}C{END}", "<table> <thead> <tr> <th>#a</th> </tr> </thead> </table>"),
        (f"{NO}A{END}", '<p>#<strong class="contradicted">⚠ The results contradict this:</strong> A</p>'),
    ],
)
def test_the_id_stands_where_html_allows_it_and_changes_nothing_else(tmp_path, text, expected):
    html, (claim,) = written(tmp_path, text)
    shown = " ".join(html.split())
    assert ID.sub("#", shown) == expected
    assert ID.findall(html) == [claim.anchor] == ["claim-2-a-q01.1"]


@pytest.mark.parametrize(
    "text",
    [
        f"`a {YES}b{OTHERWISE}c{END}`",
        f"$a + {YES}b{OTHERWISE}c{END}$",
        f"{YES}```\ncode\n```\n{OTHERWISE}c{END}",
        f"{YES}$$\na\n$$\n{OTHERWISE}c{END}",
        f"[a](https://a.org/{YES}b{OTHERWISE}c{END})",
        f"A.{NO}B{OTHERWISE}{END}",
    ],
)
def test_where_no_id_can_stand_the_link_leads_to_the_answer(tmp_path, text):
    html, (claim,) = written(tmp_path, text)
    assert "claim-" not in html
    assert "\ue004" not in html
    assert claim.anchor == "2-a-q01"


def test_one_place_without_an_id_takes_none_from_the_others(tmp_path):
    html, claims = written(tmp_path, f"{YES}A.{OTHERWISE}c{END} `{YES}b{OTHERWISE}c{END}` {YES}D.{OTHERWISE}c{END}")
    assert [claim.anchor for claim in claims] == ["claim-2-a-q01.1", "2-a-q01", "claim-2-a-q01.3"]
    assert ID.findall(html) == ["claim-2-a-q01.1", "claim-2-a-q01.3"]


def test_ids_come_from_the_source_and_not_from_the_results(tmp_path):
    rest = f"{YES}A.{OTHERWISE}B.{END}{OTHERWISE}C.{END} {YES}D.{OTHERWISE}E.{END}"
    first, second = (written(tmp_path, outer + rest)[1] for outer in (YES, NO))
    assert [claim.anchor for claim in first] == ["claim-2-a-q01.1", "claim-2-a-q01.2", "claim-2-a-q01.3"]
    assert [claim.anchor for claim in second] == ["claim-2-a-q01.1", "claim-2-a-q01.3"]


def test_all_conditions_of_a_claim_lead_to_the_one_place_and_each_round_of_a_loop_to_its_own(tmp_path):
    text = (
        f"{NO}A.{{% or claim vgg16.fc_share > 0.5 %}}B.{OTHERWISE}C.{END}\n\n"
        '{% for row in rows("vgg16.layers") %}{% claim row.inputs == 3 %}F.{% otherwise %}O.{% endclaim %} {% endfor %}'
    )
    html, claims = written(tmp_path, text)
    first, second, *rounds = claims
    assert first.anchor == second.anchor == "claim-2-a-q01.1"
    assert (first.sentence, second.sentence) == ("B.", "B.")
    assert (first.holds, second.holds, second.after) == (False, True, ("vgg16.fc_share > 2",))
    assert [claim.anchor for claim in rounds[:3]] == ["claim-2-a-q01.2", "claim-2-a-q01.2.2", "claim-2-a-q01.2.3"]
    assert [claim.sentence for claim in rounds[:2]] == ["F.", "O."]
    assert ID.findall(html) == ["claim-2-a-q01.1", *(claim.anchor for claim in rounds)]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (f"A. {YES}B *c* with $x^2$ [@simonyan2015very].{OTHERWISE}D{END} E.", "B c with x^2 [1]."),
        (f"A. B is {YES}large{OTHERWISE}small{END}, as c. D.", "B is large, as c."),
        (f"A. B: {YES}large.{OTHERWISE}small.{END} D.", "B: large."),
        (f"Nearly 0.5 or “1.5 of 2.” {YES}B{OTHERWISE}small.{END}\n\nD.", "B"),
        (f"- A\n- B {YES}C{OTHERWISE}D{END}\n- E", "B C"),
        (f"- A\n{YES}- B\n{OTHERWISE}- D\n{END}- E", "B"),
        (f"| a |\n|---|\n{YES}| b |\n{OTHERWISE}| c |\n{END}", "| b |"),
        (f"{YES}A:\n\n- b\n- c.\n\n{OTHERWISE}D{END}E.", "A: b c."),
        (f"{NO}A.{END}", "A."),
        (f"A.{NO}B{OTHERWISE} {END}", ""),
        (f'{YES}{{{{ ref("layers") }}}} tells & <b>.{OTHERWISE}D{END}', "Table\u00a01 tells & <b>."),
    ],
)
def test_a_sentence_is_what_is_printed_in_words(tmp_path, text, sentence):
    _, (claim,) = written(tmp_path, text)
    assert claim.sentence == sentence.replace("\u00a0", " ")


def test_no_answer_forges_an_id(tmp_path):
    html, _ = written(tmp_path, "[\ue004main\ue005] {{ '[\ue004main\ue005]' }}")
    assert "<span" not in html


def report_of(folder: Path, answer: str, **changes) -> tuple[str, list[dict]]:
    report = sample_report(folder, answers={"q01": answer}, **changes)
    render_report(report, folder / "build", frozenset({"html"}), silent)
    results = folder / "build" / "results"
    ledger = json.loads((results / "claims.json").read_text())
    with (results / "claims.csv").open() as stream:
        rows = list(csv.DictReader(stream))
    assert [(row["sentence"], row["link"]) for row in rows] == [(claim["sentence"], claim["link"]) for claim in ledger]
    return (folder / "build" / "report.html").read_text(), ledger


def test_page_and_files_carry_each_sentence_and_its_link(tmp_path):
    text = f"{NO}A.{{% or claim vgg16.fc_share > 3 %}}B.{OTHERWISE}It is *less*.{END}\n\n{YES}- One.\n{OTHERWISE}T{END}"
    introduction = (
        '{% claim metric("2-a/q01/vgg16.fc_share") > 2 as seen %}A.{% otherwise %}From the start.{% endclaim %}'
    )
    page, ledger = report_of(tmp_path, text, introduction=introduction)
    ids = re.findall(r'\bid="([^"]*)"', page)
    assert len(ids) == len(set(ids))
    assert [(claim["question"], claim["sentence"], claim["after"]) for claim in ledger] == [
        ("2-a/q01", "It is less.", []),
        ("2-a/q01", "It is less.", ["vgg16.fc_share > 2"]),
        ("2-a/q01", "One.", []),
        ("introduction", "From the start.", []),
    ]
    for claim in ledger:
        assert claim["link"].removeprefix("#") in ids
        assert f'<a href="{claim["link"]}">{claim["sentence"]}</a>' in page
    assert [claim["as_seen"] for claim in ledger] == [False, False, False, True]
    assert ledger[-1]["expression"] == 'metric("2-a/q01/vgg16.fc_share") > 2'
    assert len(re.findall("</code> as seen does not hold", page)) == 1
    assert page.count("“As seen” marks") == 1


def test_a_ledger_without_sentences_that_only_read_does_not_speak_of_them(tmp_path):
    page, _ = report_of(tmp_path, f"{YES}A.{OTHERWISE}B.{END}")
    assert "Ledger of claims" in page
    assert "As seen" not in page


def test_a_caption_has_no_id_of_its_own_and_links_lead_to_its_exhibit(tmp_path):
    report = sample_report(tmp_path)
    writer = AnswerWriter(Results(report.refs, report.outcomes), number_course(report.course), report.profile)
    place = TextPlace("2-a/q01", "table-2-a-q01-layers")
    question = report.course.question("2-a/q01")
    caption = f"A. {YES}B.{OTHERWISE}C.{END}"
    text = writer.write(caption, Path("q01.yaml"), question, place=place, first_line=7, caption=True)
    (claim,) = writer.claims["2-a/q01"]
    assert (text, claim.anchor, claim.sentence) == ("A. B.", "table-2-a-q01-layers", "B.")
    assert (claim.path, claim.line) == (Path("q01.yaml"), 7)


def test_the_warning_of_a_contradicted_claim_names_its_own_condition(tmp_path):
    answer = f"{NO}A {YES}b{END}{END}\n\n{{% claim vgg16.fc_share > 3 %}}C{{% or claim vgg16.fc_share > 4 %}}D.{END}"
    report = sample_report(tmp_path, answers={"q01": answer}, edition=Edition.STUDENT)
    done = render_report(report, tmp_path / "build", frozenset({"html"}), silent)
    first, second = done.warnings
    assert "q01.md:1: " in first
    assert "expected: vgg16.fc_share > 2" in first
    assert "q01.md:3: " in second
    assert "expected: vgg16.fc_share > 4" in second
