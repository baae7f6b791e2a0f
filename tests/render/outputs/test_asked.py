"""What the page says of a number that somebody asks for. Covers answers/prints.py,
answers/reads.py, render/text/number_marks.py, render/outputs/script_words.py and render/outputs/wording.py too."""

import json
import re
from dataclasses import replace

import pytest

from generator.course.editions import Edition
from generator.render.outputs.report import render_report
from tests.render.sample_report import sample_report, silent

sync_api = pytest.importorskip("playwright.sync_api")
FIRST = frozenset({"2-a/q01"})
ANSWER = """
Of {{ vgg16.parameters | integer }} parameters, {{ vgg16.fc_share | percent }} are there; ResNet50 has
{{ (vgg16.fc_share - networks(architecture="resnet50").fc_share) | points }} less. In $n = {{ vgg16.parameters }}$ and
`{{ vgg16.parameters }}` nothing can be asked. A word, {{ "many" if vgg16.fc_share > 0.5 else "few" }}, is no number.

{% claim networks(architecture="resnet50").fc_share < vgg16.fc_share %}
Later networks did without.
{% otherwise %}
Later networks keep it.
{% endclaim %}

{{ table("layers") }}

{{ table("comparison") }}

{{ figure("shares") }}
"""


def told(folder):
    page = next(folder.glob("*.html")).read_text()
    found = re.search(r'<script type="application/json" id="asked">(.*?)</script>', page)
    return json.loads(found[1]) if found else None


@pytest.fixture(scope="module")
def asked(tmp_path_factory):
    root = tmp_path_factory.mktemp("asked")
    report = sample_report(root, answers={"q01": ANSWER})
    outcomes = dict(report.outcomes)
    for question, name, origin in (
        ("q01/networks[architecture", "vgg16", ""), ("q01/networks[architecture", "resnet50", "from-the-cluster.zip"),
        ("q02/maps[layer", "conv1_1", ""), ("q02/maps[layer", "conv1_2", ""),
    ):  # fmt: skip
        key = f"2-a/{question}={name}]"
        fingerprint = f"{name.encode().hex():0<64}"
        record = replace(
            outcomes[key].provenance,
            parameters={question.partition("[")[2]: name},
            fingerprint=fingerprint,
            origin=origin,
        )
        outcomes[key] = replace(outcomes[key], provenance=record, fingerprint=fingerprint)
    changed = replace(report, outcomes=outcomes, modules={"summarise_network": "generator.labs.pretrained.costs"})
    render_report(changed, root / "build", frozenset({"html"}), silent)
    return root / "build"


@pytest.fixture
def page(browser, asked):
    context = browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    page = context.new_page()
    page.goto((asked / "report.html").as_uri())
    yield page
    context.close()


def panel_of(page):
    return page.get_by_role("dialog", name="Where this comes from")


def test_each_number_of_an_answer_knows_what_was_read_for_it(asked):
    found = told(asked)
    printed = found["texts"]["2-a-q01"]
    assert [expression for expression, _ in printed] == [
        "vgg16.parameters | integer",
        "vgg16.fc_share | percent",
        "(vgg16.fc_share - networks(architecture='resnet50').fc_share) | points",
    ]
    (first, second) = printed[2][1]
    assert [found["refs"][ref][0] for ref, *_ in (first, second)] == [
        "2-a/q01/vgg16", "2-a/q01/networks[architecture=resnet50]",
    ]  # fmt: skip
    assert (first[1:], second[1:]) == (["fc_share", 0.8937], ["fc_share", 0.0802])
    page = (asked / "report.html").read_text()
    assert '<span data-n="1">89.4\u202f%</span>' in page
    assert page.count("<span data-n=") == sum(map(len, found["texts"].values()))
    assert set(found["claims"]) == {"claim-2-a-q01.1"}
    assert (asked / "report.html").read_text().count("\ue008") == 0


def test_a_click_shows_value_job_parameters_code_and_time(page):
    number = page.locator("#\\32-a-q01 [data-n]").nth(2)
    number.click()
    panel = panel_of(page)
    sync_api.expect(panel).to_be_visible()
    text = panel.inner_text().replace("\u200b", "")
    for words in ("81.4 percentage points", "0.8937", "0.0802", "summarise_network(architecture=resnet50)",
                  "generator.labs.pretrained.costs", "1.2\u202fs", "2 CPU cores", "ab12ab12", "torch 2",
                  "Computed elsewhere: from-the-cluster.zip.", "plan.json"):  # fmt: skip
        assert words.replace("\u202f", " ") in text.replace("\u202f", " ").replace("\u00a0", " "), words
    page.mouse.click(5, 5)
    sync_api.expect(panel).to_be_hidden()


def test_by_keyboard_alone_from_number_to_number_and_back(page):
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.dataset.n") == "0":
            break
    stop = page.locator("#\\32-a-q01 .answer :is([data-n], .claim)[tabindex='0']")
    assert stop.count() == 1, "an answer is one place to stop at"
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    panel = panel_of(page)
    sync_api.expect(panel).to_contain_text("vgg16.fc_share")
    sync_api.expect(panel).to_be_focused()
    page.keyboard.press("Escape")
    sync_api.expect(panel).to_be_hidden()
    assert page.evaluate("document.activeElement.dataset.n") == "1"
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    sync_api.expect(page.get_by_role("button", name="Why this sentence is here")).to_be_focused()
    page.keyboard.press("Enter")
    words = panel.inner_text().replace("\u200b", "")
    assert 'networks(architecture="resnet50").fc_share < vgg16.fc_share holds' in words
    page.keyboard.press("Escape")
    page.locator("#table-2-a-q01-comparison .scroll").focus()
    page.keyboard.press("Enter")
    sync_api.expect(panel).to_contain_text("tables/2-a-q01-comparison.csv")
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.className") == "scroll"


def test_a_cell_knows_the_result_of_its_row(page):
    row = page.locator("#table-2-a-q01-comparison tbody tr", has_text="resnet50")
    row.locator("td").nth(1).click()
    panel = panel_of(page)
    assert "networks[architecture=resnet50].fc_share" in panel.inner_text().replace("\u200b", "")
    sync_api.expect(panel).to_contain_text("from-the-cluster.zip")


def words_of(panel):
    return re.sub("[\u202f\u00a0]", " ", panel.inner_text().replace("\u200b", ""))


def label_of(page):
    return page.locator("#figure-2-a-q01-shares > figcaption > .label")


def test_the_number_of_a_figure_tells_of_all_that_it_draws(page):
    page.locator("#figure-2-a-q02-maps > figcaption > .label").click()
    panel = panel_of(page)
    sync_api.expect(panel).to_be_visible()
    text = words_of(panel)
    for words in ("Figure 3", "(layer=conv1_1)", "(layer=conv1_2)", "1.2 s", "2 CPU cores", "torch 2",
                  "Code: generator.labs.pretrained.costs", "plan.json"):  # fmt: skip
        assert words in text, words
    label_of(page).click()
    text = words_of(panel)
    assert ("Figure 1" in text, "architecture=vgg16" in text, "layer=" in text) == (True, True, False)
    page.locator("#table-2-a-q01-comparison > figcaption > .label").click()
    sync_api.expect(panel).to_be_hidden()
    page.locator("#figure-2-a-q01-shares .origin summary").click()
    sync_api.expect(panel).to_be_hidden()


def test_a_figure_is_asked_by_keyboard_and_leads_back(page):
    button = page.get_by_role("button", name="Figure 1", exact=True)
    page.locator("#figure-2-a-q01-shares a.enlarge").first.focus()
    page.keyboard.press("Tab")
    sync_api.expect(button).to_be_focused()
    panel = panel_of(page)
    for key in ("Enter", " "):
        page.keyboard.press(key)
        sync_api.expect(panel).to_be_focused()
        assert "summarise_network" in panel.inner_text()
        page.keyboard.press("Escape")
        sync_api.expect(panel).to_be_hidden()
        sync_api.expect(button).to_be_focused()


def test_a_figure_that_a_preview_renewed_is_asked_as_before_and_one_without_results_is_not(page):
    label = label_of(page)
    page.evaluate("""() => {
      const figure = document.querySelector("#figure-2-a-q01-shares");
      figure.replaceWith(new DOMParser().parseFromString(figure.outerHTML, "text/html").querySelector("figure"));
      const island = document.querySelector("#asked");
      island.textContent = JSON.stringify({...JSON.parse(island.textContent), figures: {}});
      document.dispatchEvent(new Event("renewed"));
    }""")
    assert label.get_attribute("role") is None
    label.click()
    sync_api.expect(panel_of(page)).to_be_hidden()


def test_on_a_phone_the_panel_is_at_the_foot_and_hides_not_what_was_asked(browser, asked):
    page = browser.new_page(viewport={"width": 390, "height": 700})
    page.goto((asked / "report.html").as_uri())
    number = page.locator("#\\32-a-q01 [data-n]").nth(1)
    number.evaluate("e => e.scrollIntoView({block: 'end', behavior: 'instant'})")
    number.click()
    panel = panel_of(page)
    box, asked_for = panel.bounding_box(), number.bounding_box()
    assert (box["x"], box["width"], box["y"] + box["height"]) == (0, 390, 700)
    assert 0 < asked_for["y"] < asked_for["y"] + asked_for["height"] <= box["y"]
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.get_by_role("button", name="Close").click()
    sync_api.expect(panel).to_be_hidden()
    label_of(page).click()
    box, asked_for = panel.bounding_box(), label_of(page).bounding_box()
    assert 0 < asked_for["y"] < asked_for["y"] + asked_for["height"] <= box["y"]
    page.get_by_role("button", name="Close").click()
    page.emulate_media(media="print")
    number.click()
    sync_api.expect(panel).to_be_hidden()
    page.close()


def test_the_open_panel_is_accessible(page):
    from axe_playwright_python.sync_playwright import Axe

    for asker in (page.locator("#\\32-a-q01 [data-n]").nth(2), label_of(page)):
        asker.click()
        broken = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
        assert [one["id"] for one in broken] == []


def test_reproducible_pages_have_no_times_and_worksheets_nothing_at_all(tmp_path, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "0")
    empty = dict.fromkeys(("q01", "q02", "q03", "q04"), "")
    whole = sample_report(tmp_path, answers={"q01": ANSWER}, only=FIRST)
    render_report(whole, tmp_path / "build", frozenset({"html"}), silent)
    assert {tuple(job[5:7]) for job in told(tmp_path / "build")["jobs"]} == {("", "")}
    sheet = sample_report(tmp_path, answers=empty, edition=Edition.WORKSHEET, only=FIRST)
    render_report(sheet, tmp_path / "sheet", frozenset({"html"}), silent)
    page = next((tmp_path / "sheet").glob("*.html")).read_text()
    assert ('id="asked"' in page, "data-n" in page) == (False, False)
    assert 'id="figure-2-a-q01-shares"' in page


def test_an_answer_cannot_forge_a_mark_nor_end_the_island(tmp_path):
    text = "[\ue0080\ue009]x[\ue008\ue009] {{ vgg16.odd_name }} and {{ vgg16.parameters }}, *{{ vgg16.fc_share }}*."
    report = sample_report(tmp_path, answers={"q01": text}, only=FIRST)
    render_report(report, tmp_path / "build", frozenset({"html"}), silent)
    page = next((tmp_path / "build").glob("*.html")).read_text()
    found = told(tmp_path / "build")
    assert [one for one, _ in found["texts"]["2-a-q01"]] == [
        "vgg16.odd_name", "vgg16.parameters", "vgg16.fc_share",
    ]  # fmt: skip
    assert found["texts"]["2-a-q01"][0][1][0][2] == "<b>*[star]*</b> $x$"
    assert "<b>*" not in page
    assert page.count('<span data-n="0">') == 1
