"""Every pair of colours that meets in the page or the PDF has the contrast that WCAG 2.2 AA asks for."""

import re

import pytest
from fontTools.ttLib import TTFont

from generator.render.figures.style import luminance
from generator.render.outputs.html import report_folder

TEXT_ON = {
    "paper": ("ink", "quiet", "accent", "star", "failed"),
    "tint": ("ink", "quiet", "accent"),
    "failed-tint": ("ink", "failed"),
}


def colours(sheet: str, theme: int) -> dict[str, str]:
    text = (report_folder() / sheet).read_text()
    found = {}
    for name, value in re.findall(r"--([\w-]+):\s*([^;]+);", text):
        shades = re.findall(r"#[0-9a-f]{6}", value)
        if shades:
            found[name] = shades[theme if len(shades) == 2 else 0]
    return {"paper": "#ffffff", **found}


@pytest.mark.parametrize(("sheet", "theme"), [("screen.css", 0), ("screen.css", 1), ("print.css", 0)])
def test_text_can_be_read_on_its_ground(sheet, theme):
    shades = colours(sheet, theme)
    for ground, inks in TEXT_ON.items():
        for ink in inks:
            light, dark = sorted((luminance(shades[ink]), luminance(shades[ground])), reverse=True)
            assert (light + 0.05) / (dark + 0.05) >= 4.5, f"{ink} on {ground}"


def test_colours_are_written_only_as_variables():
    """A colour outside of the lists above would escape the check of its contrast."""
    for sheet in ("common.css", "screen.css", "print.css"):
        for line in (report_folder() / sheet).read_text().splitlines():
            if "--" not in line.split(":")[0] and "::backdrop" not in line and "--ink:" not in line:
                assert not re.search(r"#[0-9a-fA-F]{3,8}\b(?=[;\s)])", re.sub(r"^[^{]*\{", "", line)), (
                    f"{sheet}: {line}"
                )


def test_styles_load_nothing_from_outside():
    for sheet in report_folder().glob("*.css"):
        for address in re.findall(r"url\(\"?([^)\"]+)", sheet.read_text()):
            assert (report_folder() / address).is_file(), address


def test_every_typeface_comes_with_its_licence():
    fonts = report_folder() / "fonts"
    licences = {path.name.split("-")[0].lower() for path in fonts.glob("*-LICENSE.txt")}
    for font in [*fonts.glob("*.woff*"), *fonts.glob("*.ttf")]:
        assert any(font.name.lower().startswith(name) for name in licences), font.name
    assert sum(path.stat().st_size for path in fonts.glob("*.woff2")) < 1_300_000  # they travel with every page


def test_the_typefaces_of_the_page_are_those_of_the_pdf():
    """The page has each as WOFF2, a half of what WOFF takes; WeasyPrint, which is slow with it, has the others."""
    fonts = report_folder() / "fonts"
    others = {path.stem: path for path in [*fonts.glob("*.woff"), *fonts.glob("*.ttf")]}
    assert {path.stem for path in fonts.glob("*.woff2")} == set(others)
    for name, path in others.items():
        with TTFont(path) as one, TTFont(fonts / f"{name}.woff2") as same:
            assert one.getBestCmap() == same.getBestCmap(), name
            assert [one.reader[tag] for tag in ("cmap", "OS/2")] == [same.reader[tag] for tag in ("cmap", "OS/2")]
            assert one["maxp"].numGlyphs == same["maxp"].numGlyphs
