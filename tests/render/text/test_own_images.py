"""A student's pictures look in the report as they do anywhere else. Covers render/text/pictures.py too."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from generator.render.text.markdown import to_html
from generator.render.text.own_images import OwnImages
from generator.render.text.surroundings import Surroundings

SIDEWAYS = 6  # the note of a phone held upright: to be turned by a quarter


def shown(folder: Path, picture: Image.Image, name: str = "x.png", **options: Any) -> np.ndarray:
    (folder / "images").mkdir(exist_ok=True)
    picture.save(folder / "images" / name, **options)
    image = OwnImages(folder).get(f"images/{name}")
    with Image.open(BytesIO(image.png)) as drawn:
        assert drawn.mode == "RGB"
        assert drawn.size == (image.width, image.height)
        return np.asarray(drawn)


@pytest.mark.parametrize("mode", ["RGBA", "LA", "PA", "P", "RGB", "L"])
def test_what_one_can_see_through_is_white(tmp_path: Path, mode: str) -> None:
    drawing = Image.new("RGBA", (4, 2), (0, 0, 0, 0))
    drawing.putpixel((0, 0), (0, 0, 0, 255))
    if mode in ("RGBA", "LA", "PA"):
        seen = shown(tmp_path, drawing if mode == "PA" else drawing.convert(mode))
    else:  # one colour that stands for nothing
        palette = Image.new(mode, (4, 2), 1 if mode in ("P", "L") else (1, 1, 1))
        if mode == "P":
            palette.putpalette([0, 0, 0, 9, 9, 9])
        palette.putpixel((0, 0), 0 if mode in ("P", "L") else (0, 0, 0))
        seen = shown(tmp_path, palette, transparency=1 if mode in ("P", "L") else (1, 1, 1))
    assert seen[0, 0].max() < 10
    assert seen[1, 1].tolist() == [255, 255, 255]


def test_a_half_transparent_colour_is_paler(tmp_path: Path) -> None:
    assert shown(tmp_path, Image.new("RGBA", (2, 2), (255, 0, 0, 128)))[0, 0].tolist() == [255, 127, 127]


def test_a_photograph_of_a_phone_stands_upright(tmp_path: Path) -> None:
    photograph = Image.new("RGB", (40, 20), "white")
    photograph.paste("red", (0, 0, 20, 20))  # the sensor's left, which is the top
    notes = Image.Exif()
    notes[0x0112] = SIDEWAYS
    seen = shown(tmp_path, photograph, "x.jpg", exif=notes)
    assert seen.shape == (40, 20, 3)
    assert seen[2, 10, 1] < 60
    assert seen[38, 10, 1] > 200


@pytest.mark.filterwarnings("ignore::UserWarning")  # Pillow's own, on the damage
@pytest.mark.parametrize("cut", [8, 12, 20, 25])
def test_damaged_notes_leave_a_photograph_as_it_is(tmp_path: Path, cut: int) -> None:
    notes = Image.Exif()
    notes[0x0112] = SIDEWAYS
    raw = bytearray(notes.tobytes())
    raw[cut:] = b"\xff" * (len(raw) - cut)
    assert shown(tmp_path, Image.new("RGB", (40, 20)), "x.jpg", exif=bytes(raw)).shape[2] == 3


def test_grey_in_sixteen_bits_keeps_its_shades(tmp_path: Path) -> None:
    ramp = np.linspace(0, 65535, 256).astype(np.uint16)[None]
    seen = shown(tmp_path, Image.fromarray(ramp))
    assert np.abs(seen[0, :, 0].astype(int) - np.arange(256)).max() <= 1


NAMES = [
    ("images/two words.png", "images/two words.png"),
    ("<images/two words.png>", "images/two words.png"),
    ("images/two%20words.png", "images/two words.png"),
    ("images/Capture d’écran à 10.12 (2).png", "images/Capture d’écran à 10.12 (2).png"),
    ("images/caf\u00e9.png", "images/cafe\u0301.png"),  # as macOS, or a ZIP file made there, names it
    ("images/cafe\u0301.png", "images/caf\u00e9.png"),
    ("images/a (1),b;c!d~e'f+g&h=i@j.png", "images/a (1),b;c!d~e'f+g&h=i@j.png"),
]


@pytest.mark.parametrize(("written", "name"), NAMES)
def test_names_with_spaces_and_accents(tmp_path: Path, written: str, name: str) -> None:
    shown(tmp_path, Image.new("RGB", (40, 20)), Path(name).name)
    surroundings = Surroundings(str, images=OwnImages(tmp_path))
    page = to_html(f"Before ![my notes]({written}) and after (so).", surroundings)
    assert surroundings.faults == []
    assert '<img class="own"' in page
    assert 'alt="my notes"' in page
    assert page.endswith("and after (so).</p>\n")


@pytest.mark.parametrize("width", ["{width=50%}", '{ width="50%" }', "{width = 50 %}"])
@pytest.mark.parametrize("name", ["x.png", "my notes.png"])
def test_a_picture_can_be_so_wide(tmp_path: Path, width: str, name: str) -> None:
    shown(tmp_path, Image.new("RGB", (40, 20)), name)
    surroundings = Surroundings(str, images=OwnImages(tmp_path))
    page = to_html(f"![notes](images/{name}){width} and 20% of them.", surroundings)
    assert 'width="40" height="20" style="width:50%">' in page
    assert page.endswith(" and 20% of them.</p>\n")


def test_a_width_that_cannot_be_is_a_fault_and_of_other_things_it_is_text(tmp_path: Path) -> None:
    shown(tmp_path, Image.new("RGB", (40, 20)))
    surroundings = Surroundings(str, images=OwnImages(tmp_path))
    to_html("![notes](images/x.png){width=150%}", surroundings)
    assert "expected 1% to 100%" in surroundings.faults[0].message
    for width in ("50px", "50", "-5%", "half"):
        surroundings = Surroundings(str, images=OwnImages(tmp_path))
        to_html(f"![notes](images/x.png){{width={width}}}", surroundings)
        assert [f"a picture {width} wide" in fault.message for fault in surroundings.faults] == [True]
    assert "style" not in to_html("`code`{width=50%} words {width=50%}", Surroundings(str))


@pytest.mark.parametrize("other", ["x.png", "my notes.png", "a (1).png"])
def test_two_pictures_stand_on_one_line(tmp_path: Path, other: str) -> None:
    shown(tmp_path, Image.new("RGB", (40, 20)), "x.png")
    shown(tmp_path, Image.new("RGB", (30, 20)), other)
    surroundings = Surroundings(str, images=OwnImages(tmp_path))
    page = to_html(f"![a](images/x.png) ![b](images/{other}){{width=40%}} (see x.png)", surroundings)
    assert surroundings.faults == []
    assert page.count("<img") == 2
    assert page.endswith(" (see x.png)</p>\n")


def test_a_name_with_spaces_leads_nowhere_else(tmp_path: Path) -> None:
    for address in ("images/../my secret.png", "images/a b/../../x.png", "/etc/pass wd.png", "https://a b.png"):
        surroundings = Surroundings(str, images=OwnImages(tmp_path))
        assert "<img" not in to_html(f"![x]({address})", surroundings)
