"""The page in a real browser; skipped where there is no Chromium. Covers render/outputs/fragments.py too."""

from pathlib import Path

import pytest

from generator.render.outputs.report import render_report
from generator.render.text.maths import mathml
from tests.render.outputs.test_further import with_further
from tests.render.sample_report import sample_report, silent

sync_api = pytest.importorskip("playwright.sync_api")


@pytest.fixture
def open_page(browser, rendered):
    opened = []

    def open_(width: int = 1400, height: int = 900, reduced_motion: str = "reduce", **options: object):
        view = {"width": width, "height": height}
        context = browser.new_context(viewport=view, reduced_motion=reduced_motion, **options)
        opened.append(context)
        page = context.new_page()
        page.requests, page.errors = [], []
        page.on("request", lambda request: page.requests.append(request.url))
        page.on("pageerror", lambda error: page.errors.append(str(error)))
        page.on("console", lambda message: page.errors.append(message.text) if message.type == "error" else None)
        page.goto((rendered[0] / "report.html").as_uri())
        return page

    yield open_
    for context in opened:
        context.close()


def test_the_page_asks_nothing_of_the_network_and_logs_no_error(open_page, rendered):
    page = open_page()
    page.wait_for_load_state("networkidle")
    assert page.errors == []
    folder = Path(rendered[0]).as_uri()
    assert [url for url in page.requests if not url.startswith((folder, "data:"))] == []
    assert page.evaluate("document.fonts.check('16px \"STIX Two Text\"')")


def test_the_contents_follow_the_reader(open_page):
    page = open_page()
    page.evaluate("document.getElementById('2-a-q02').scrollIntoView()")
    current = page.locator('.contents a[aria-current="location"]')
    sync_api.expect(current).to_have_attribute("href", "#2-a-q02")
    page.evaluate("window.scrollTo(0, document.documentElement.scrollHeight)")
    sync_api.expect(current).to_have_attribute("href", "#references")
    assert current.count() == 1


def test_after_a_jump_there_is_a_way_back_to_the_line(open_page):
    page = open_page(width=390, height=700)
    back = page.get_by_role("button", name="Back to where you were")
    sync_api.expect(back).to_be_hidden()
    link = page.locator('main a[href^="#ref-"]').first
    link.scroll_into_view_if_needed()
    before = page.evaluate("window.scrollY")
    link.click()
    page.wait_for_function("before => Math.abs(window.scrollY - before) > 50", arg=before)
    back.press("Enter")
    page.wait_for_function("before => window.scrollY === before", arg=before)
    sync_api.expect(link).to_be_focused()
    sync_api.expect(back).to_be_hidden()


def test_a_phone_has_a_way_to_the_contents_from_everywhere(open_page):
    page = open_page(width=390, height=700)
    page.evaluate("window.scrollTo(0, 2000)")
    page.get_by_role("link", name="Contents").click()
    sync_api.expect(page.locator(".contents li a").first).to_be_in_viewport()
    wide = open_page(width=1400)
    sync_api.expect(wide.get_by_role("link", name="Contents")).to_be_hidden()


def test_a_heading_is_the_link_to_its_place(open_page):
    page = open_page()
    link = page.get_by_role("heading", name="References").get_by_role("link")
    assert link.get_attribute("href") == "#references"
    link.click()
    assert page.url.endswith("#references")
    sync_api.expect(page.get_by_role("button", name="Back to where you were")).to_be_hidden()


def test_a_figure_opens_large_by_keyboard_and_closes_with_escape(open_page):
    page = open_page()
    link = page.locator("a.enlarge").first
    link.focus()
    page.keyboard.press("Enter")
    dialog = page.locator("dialog.large")
    sync_api.expect(dialog).to_be_visible()
    assert dialog.locator("img").get_attribute("alt") == "Alternative text of shares."
    assert "Figure 1" in dialog.locator("p").inner_text()
    page.keyboard.press("Escape")
    sync_api.expect(dialog).to_be_hidden()
    assert page.evaluate("document.activeElement.className") == "enlarge"


def test_the_theme_follows_the_system_and_can_be_chosen(open_page):
    page = open_page(color_scheme="dark")
    ground = "getComputedStyle(document.body).backgroundColor"
    assert page.evaluate(ground) == "rgb(21, 24, 28)"
    page.get_by_role("button", name="Light page").click()
    assert page.evaluate(ground) == "rgb(255, 255, 255)"
    sync_api.expect(page.get_by_role("button", name="Dark page")).to_be_visible()


@pytest.mark.parametrize("width", [360, 768, 1280])
def test_nothing_makes_the_page_scroll_sideways(open_page, width):
    page = open_page(width=width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("size", ["1em", "4em"])
def test_an_equation_never_stands_on_its_number(open_page, size):
    page = open_page(width=390)
    page.add_style_tag(content=f".equation math {{ font-size: {size}; }}")
    page.evaluate("window.dispatchEvent(new Event('resize'))")
    edges = page.evaluate("""[...document.querySelectorAll('.equation:has(.number)')].map(e => [
        e.querySelector('.set').getBoundingClientRect().right, e.querySelector('.number').getBoundingClientRect().left,
        e.querySelector('.number').getBoundingClientRect().right, e.getBoundingClientRect().right])""")
    assert edges
    for formula, number, end, equation in edges:
        assert formula <= number < end <= equation + 1
    if size != "1em":
        assert page.evaluate("[...document.querySelectorAll('.set')].some(e => e.scrollWidth > e.clientWidth)")
        assert page.evaluate(
            "[...document.querySelectorAll('.set')].every(e => e.scrollWidth <= 390 || e.tabIndex === 0)"
        )


def test_formulas_stand_as_tex_sets_them(open_page):
    """Limits are below their operator, fences as high as each other, and the ink is the text's in the dark theme."""
    page = open_page(color_scheme="dark")
    tex = r"\max_k \lVert g_k \rVert_2 + \begin{aligned} a &= b \\ ccc &= d \end{aligned}"
    page.evaluate("made => document.querySelector('.answer p').innerHTML = made", mathml(tex, display=True))
    top, bottom = page.evaluate("""[...document.querySelector('.answer munder').children].map(
        e => e.getBoundingClientRect()).map((box, place) => place ? box.top : box.bottom).reverse()""")
    assert top >= bottom - 2
    heights = page.evaluate("""[...document.querySelectorAll('.answer mo')].filter(e => e.textContent == '‖').map(
        e => e.getBoundingClientRect().height)""")
    assert len(heights) == 2
    assert heights[0] == pytest.approx(heights[1], abs=0.5)
    right = page.evaluate("""[...document.querySelectorAll('.answer mtd:first-child')].map(
        e => e.lastElementChild.getBoundingClientRect().right)""")
    assert right[0] == pytest.approx(right[1], abs=1)
    ink = "getComputedStyle(document.querySelector('{}')).color"
    assert page.evaluate(ink.format(".answer math mi")) == page.evaluate(ink.format(".answer")) != "rgb(0, 0, 0)"


def test_without_scripts_everything_can_be_read(open_page):
    page = open_page(java_script_enabled=False)
    sync_api.expect(page.get_by_role("heading", name="References")).to_be_visible()
    sync_api.expect(page.locator(".contents li").first).to_be_visible()


def test_all_pictures_are_there_and_none_is_wider_than_the_text(open_page):
    page = open_page()
    page.evaluate("document.querySelectorAll('img[loading]').forEach(image => image.loading = 'eager')")
    page.wait_for_load_state("networkidle")
    sizes = page.evaluate("[...document.querySelectorAll('.panel img')].map(i => [i.naturalWidth, i.clientWidth])")
    text = page.evaluate("document.querySelector('.answer').clientWidth")
    assert len(sizes) == 11
    assert all(natural > 0 and shown <= text for natural, shown in sizes)


def source_of(film) -> str:
    return film.locator("img").evaluate("image => image.getAttribute('src').split('/').pop()")


def test_an_animation_plays_and_can_be_paused_by_keyboard(open_page, rendered):
    page = open_page(reduced_motion="no-preference")
    film = page.locator(".film")
    film.scroll_into_view_if_needed()
    page.wait_for_load_state("networkidle")
    moving = source_of(film)
    assert moving.endswith("-moving.webp")
    assert (rendered[0] / "assets" / "figures" / moving).stat().st_size <= 2_000_000
    assert film.locator("img").get_attribute("alt").startswith("Animation. Alternative text of film")
    button = page.get_by_role("button", name="Pause animation")
    button.focus()
    page.keyboard.press("Enter")
    assert source_of(film).endswith("-still.webp")
    sync_api.expect(film.get_by_role("button", name="Play animation")).to_be_focused()
    page.keyboard.press("Space")
    assert source_of(film).endswith("-moving.webp")
    assert page.errors == []


def test_who_asks_for_less_motion_gets_a_still_and_may_start_it(open_page):
    page = open_page(reduced_motion="reduce")
    film = page.locator(".film")
    film.scroll_into_view_if_needed()
    assert source_of(film).endswith("-still.webp")
    page.get_by_role("button", name="Play animation").click()
    assert source_of(film).endswith("-moving.webp")


def test_an_animation_stops_when_less_motion_is_asked_for(open_page):
    page = open_page(reduced_motion="no-preference")
    sync_api.expect(page.get_by_role("button", name="Pause animation")).to_have_count(1)
    page.emulate_media(reduced_motion="reduce")
    sync_api.expect(page.get_by_role("button", name="Play animation")).to_have_count(1)
    assert source_of(page.locator(".film")).endswith("-still.webp")


def test_without_scripts_an_animation_stands_still_and_can_be_opened(open_page):
    page = open_page(reduced_motion="no-preference", java_script_enabled=False)
    film = page.locator(".film")
    assert film.locator("img").get_attribute("src").endswith("-still.webp")
    sync_api.expect(film.locator("button")).to_be_hidden()
    assert film.get_by_role("link", name="Play animation").get_attribute("href").endswith("-moving.webp")


def test_the_printed_page_has_no_sidebar_and_only_key_frames(open_page):
    page = open_page()
    page.emulate_media(media="print")
    sync_api.expect(page.locator(".contents")).to_be_hidden()
    sync_api.expect(page.locator(".film")).to_be_hidden()


def test_a_link_into_what_is_folded_away_opens_it(browser, tmp_path):
    report = with_further(sample_report(tmp_path))
    render_report(report, tmp_path / "build", frozenset({"html"}), silent)
    page = browser.new_page()
    page.goto((tmp_path / "build" / "report.html").as_uri())
    table = page.locator("#table-2-a-q01-comparison")
    sync_api.expect(table).to_be_hidden()
    link = page.locator('.answer a[href="#table-2-a-q01-comparison"]').first
    link.click()
    sync_api.expect(table).to_be_visible()
    page.locator("details.further summary").first.click()
    sync_api.expect(table).to_be_hidden()
    link.click()  # the address is the same as before
    sync_api.expect(table).to_be_visible()
    page.close()


def test_a_caption_is_first_or_last_in_its_figure(open_page):
    """As HTML has it: what tells where an exhibit's numbers come from is part of the caption, or comes before it."""
    places = open_page().evaluate(
        """() => [...document.querySelectorAll("figure > figcaption")].map((caption) => [
            caption.parentElement.id,
            caption.previousElementSibling === null || caption.nextElementSibling === null])"""
    )
    assert places
    assert [name for name, right in places if not right] == []


def test_a_formula_is_copied_as_its_tex(open_page):
    page = open_page()
    copied = page.evaluate("""() => {
        const formula = document.querySelector('.answer p math'), range = document.createRange();
        range.setStart(formula.parentElement, 0);
        range.setEndAfter(formula.querySelector('mi'));  // half of it
        getSelection().removeAllRanges(); getSelection().addRange(range);
        const event = new ClipboardEvent('copy', {clipboardData: new DataTransfer(), bubbles: true, cancelable: true});
        document.body.dispatchEvent(event);
        return event.clipboardData.getData('text/plain');
    }""")
    assert copied == r"A convolution with kernel $k \times k$"
