"""A preview in a real browser, on one small project. Covers commands/preview/computing.py too."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from generator.commands.preview.running import Preview, Wishes
from tests.commands.preview.project_for_tests import ProjectHere, write_project

sync_api = pytest.importorskip("playwright.sync_api")


@dataclass
class Desk:
    """A project, its preview, and a page in a browser that shows it."""

    project: ProjectHere
    running: Preview
    page: Any
    said: list[str]


def is_fault(message: Any) -> bool:
    """Whether the browser complains of the page; what it says of an icon that no page names is its own affair."""
    return message.type == "error" and not message.location["url"].endswith("/favicon.ico")


@pytest.fixture(scope="module")
def desk(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """One for all tests, each of which leaves the files as it found them."""
    before = set(threading.enumerate())
    project = write_project(tmp_path_factory.mktemp("preview"))
    said: list[str] = []
    context = browser.new_context(viewport={"width": 1280, "height": 800}, reduced_motion="reduce")
    with Preview(Wishes(project.settings), said.append) as running:
        computing = threading.Thread(target=running.compute_when_asked)
        computing.start()
        page = context.new_page()
        page.set_default_timeout(60_000)
        page.errors = []
        page.on("pageerror", lambda error: page.errors.append(str(error)))
        page.on("console", lambda message: page.errors.append(message.text) if is_fault(message) else None)
        page.on("response", lambda answer: page.errors.append(answer.url) if answer.status >= 400 else None)
        page.goto(running.address)
        page.get_by_role("heading", name="My sums").wait_for()
        yield Desk(project, running, page, said)
        context.close()
    computing.join(120)
    assert set(threading.enumerate()) == before, "no thread is left"


def shown(desk: Desk, words: str) -> Any:
    """Where these words stand in the page, as soon as they do."""
    found = desk.page.locator("main").get_by_text(words)
    found.first.wait_for()
    return found


def place_of(desk: Desk, words: str) -> float:
    """How far below the top of the window these words stand."""
    found = desk.page.locator("main").get_by_text(words).first
    return float(found.evaluate("e => e.getBoundingClientRect().top"))


def test_what_is_missing_is_computed_by_keyboard_alone(desk: Desk) -> None:
    button = desk.page.get_by_role("button", name="Compute all 2")
    button.wait_for()
    assert "not computed" in desk.page.locator(".preview-work").inner_text()
    desk.page.keyboard.press("Tab")
    sync_api.expect(button).to_be_focused()
    desk.page.keyboard.press("Enter")
    shown(desk, "The sum is 55.")
    desk.page.locator(".preview-work").wait_for(state="hidden")
    desk.page.keyboard.press("Tab")
    sync_api.expect(desk.page.get_by_role("link", name="Skip to the text")).to_be_focused()
    assert desk.page.errors == []


def test_an_edit_appears_and_the_reader_stays_where_they_were(desk: Desk) -> None:
    page = desk.page
    origin = page.locator(".answer details.origin").first
    origin.locator("summary").click()
    marked = page.evaluate("() => { document.querySelector('#main').marked = true; return performance.timeOrigin; }")
    page.get_by_text("Paragraph 30 ").evaluate("e => e.scrollIntoView()")
    before = place_of(desk, "Paragraph 30 ")
    desk.project.edit("The sum is", "A new paragraph.\n\nAnd another.\n\nIt is")
    shown(desk, "It is 55.")
    assert abs(place_of(desk, "Paragraph 30 ") - before) <= 1
    desk.project.edit("Paragraph 30 of", "Paragraph 30, mended, of")
    shown(desk, "Paragraph 30, mended")
    assert abs(place_of(desk, "Paragraph 30,") - before) <= 1
    assert origin.get_attribute("open") is not None
    whole = len(desk.running.board.state.page.text)
    sent = page.evaluate("performance.getEntriesByType('resource').filter((e) => e.name.includes('/page?')).at(-1)")
    assert 0 < sent["encodedBodySize"] < whole, "the rest of the page did not come again"
    kept = page.evaluate("() => document.querySelector('#main').marked && performance.timeOrigin")
    assert kept == marked, "the page was not loaded again"
    desk.project.edit("Paragraph 30, mended, of", "Paragraph 30 of")
    desk.project.edit("A new paragraph.\n\nAnd another.\n\nIt is", "The sum is")
    shown(desk, "The sum is 55.")
    assert abs(place_of(desk, "Paragraph 30 ") - before) <= 1
    assert page.errors == []


@pytest.mark.parametrize("width", [1280, 390])
def test_a_mistake_is_shown_over_the_last_good_page_until_it_is_mended(desk: Desk, width: int) -> None:
    page = desk.page
    page.set_viewport_size({"width": width, "height": 800})
    panel = page.locator(".preview-mistakes")
    desk.project.edit("The sum is {{ added.sum }}", "Now it is {{ added.some }}")
    panel.wait_for(state="visible")
    words = panel.inner_text()
    for part in ("the page is from before", "answers/only/q01.md:1", "expected\n", "one of sum", "got\n", "'some'"):
        assert part in words
    shown(desk, "The sum is 55.")
    box = panel.bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width
    assert box["y"] + box["height"] <= 800
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    desk.project.edit("added.some", "added.sum")
    panel.wait_for(state="hidden")
    shown(desk, "Now it is 55.")
    desk.project.edit("Now it is", "The sum is")
    shown(desk, "The sum is 55.")
    page.set_viewport_size({"width": 1280, "height": 800})
    assert page.errors == []


def test_a_picture_that_is_missing_is_a_mistake_of_the_page_that_is_shown(desk: Desk) -> None:
    panel = desk.page.locator(".preview-mistakes")
    desk.project.edit("images/square.png", "images/absent.png")
    shown(desk, "the file is missing")
    panel.get_by_role("heading", name="A mistake", exact=True).wait_for()
    desk.project.edit("images/absent.png", "images/square.png")
    panel.wait_for(state="hidden")


def test_a_mistake_can_be_put_away_by_keyboard_and_the_next_one_comes(desk: Desk) -> None:
    page, panel = desk.page, desk.page.locator(".preview-mistakes")
    desk.project.course.edit("questions/only/q01.yaml", "title: A sum", "titel: A sum")
    panel.wait_for(state="visible")
    assert "q01.yaml" in panel.inner_text()
    page.keyboard.press("Escape")
    panel.wait_for(state="hidden")
    desk.project.course.edit("questions/only/q02.yaml", "title: A product", "titel: A product")
    panel.wait_for(state="visible")
    assert "q02.yaml" in panel.inner_text()
    desk.project.course.edit("questions/only/q02.yaml", "titel: A product", "title: A product")
    desk.project.course.edit("questions/only/q01.yaml", "titel: A sum", "title: A sum")
    panel.wait_for(state="hidden")


def test_another_picture_comes_without_loading_the_page(desk: Desk) -> None:
    page = desk.page
    colour = """async () => {
      const image = document.querySelector('main img[alt="A square."]');
      await image.decode();
      const canvas = document.createElement("canvas");
      const brush = canvas.getContext("2d");
      brush.drawImage(image, 0, 0);
      return [...brush.getImageData(5, 5, 1, 1).data].join();
    }"""
    image = page.get_by_alt_text("A square.")
    image.scroll_into_view_if_needed()
    assert page.evaluate(colour) == "255,0,0,255"
    red = image.get_attribute("src").partition("?")[0]
    desk.project.paint("blue")
    sync_api.expect(image).not_to_have_attribute("src", re.compile(red))
    assert page.evaluate(colour) == "0,0,255,255"
    desk.project.paint("red")
    sync_api.expect(image).to_have_attribute("src", re.compile(red))


def test_code_that_changes_leaves_results_to_compute_and_failures_are_told(desk: Desk) -> None:
    page, work = desk.page, desk.page.locator(".preview-work")
    desk.project.course.edit("computations/adding.py", "rows = [", "raise ValueError('it is lost')\n    rows = [")
    page.get_by_role("button", name="Compute it").click()
    work.get_by_text("it is lost").wait_for()
    assert "it is lost" in shown(desk, "it is lost").first.inner_text()
    desk.project.course.edit("computations/adding.py", "raise ValueError('it is lost')\n    rows = [", "rows = [")
    shown(desk, "The sum is 55.")


def behind_the_figure(desk: Desk) -> str:
    """What the page says of where the figure comes from, asked and put away by keyboard."""
    button = desk.page.get_by_role("button", name="Figure 1.1", exact=True)
    button.focus()
    desk.page.keyboard.press("Enter")
    panel = desk.page.get_by_role("dialog", name="Where this comes from")
    sync_api.expect(panel).to_be_focused()
    words = str(panel.inner_text()).replace("\u200b", "")
    desk.page.keyboard.press("Escape")
    sync_api.expect(button).to_be_focused()
    return words


def test_a_figure_that_is_drawn_anew_takes_the_place_of_the_one_of_its_name(desk: Desk) -> None:
    page = desk.page
    image = page.get_by_alt_text("A line.")
    before = image.get_attribute("src").partition("?")[0]
    natural = "e => fetch(e.src).then(found => found.text())"
    drawn = image.evaluate(natural)
    desk.project.course.edit("questions/only/q01.yaml", "last: 10", "last: 3")
    page.get_by_role("button", name="Compute it").click()
    shown(desk, "The sum is 6.")
    sync_api.expect(image).to_have_attribute("src", re.compile(re.escape(before) + r"\?v=\d+"))
    assert image.evaluate(natural) != drawn
    assert "add(last=3)" in behind_the_figure(desk)
    desk.project.course.edit("questions/only/q01.yaml", "last: 3", "last: 10")
    shown(desk, "The sum is 55.")
    assert "add(last=10)" in behind_the_figure(desk)


def test_no_preview_has_written_into_the_project(desk: Desk) -> None:
    assert not (desk.project.folder / "build").exists()
