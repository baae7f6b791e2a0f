"""Pictures of the page: the same pixels in fewer bytes, the same bytes each time, encoded once."""

from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from generator.render.outputs import web_pictures
from generator.render.outputs.web_pictures import paper_picture, web_picture
from generator.store.parts import PartStore
from tests.render.sample_report import photograph


def png_of(pixels: np.ndarray) -> bytes:
    content = BytesIO()
    Image.fromarray(pixels).save(content, format="PNG")
    return content.getvalue()


@pytest.fixture(autouse=True)
def forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web_pictures, "_HELD", {})


@pytest.mark.parametrize("alpha", [None, 255, 90])
def test_no_pixel_changes(alpha: int | None) -> None:
    pixels = photograph(1)
    if alpha is not None:
        pixels = np.dstack([pixels, np.full(pixels.shape[:2], alpha, np.uint8)])
    png = png_of(pixels)
    made = web_picture(png, None)
    with Image.open(BytesIO(made)) as picture:
        assert picture.format == "WEBP"
        assert np.array_equal(np.asarray(picture.convert("RGBA")), np.asarray(Image.fromarray(pixels).convert("RGBA")))
    assert len(made) < len(png)
    web_pictures._HELD.clear()
    assert web_picture(png, None) == made


def test_what_was_encoded_is_kept_and_what_is_damaged_is_encoded_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, png = PartStore(tmp_path), png_of(photograph(2))
    made = web_picture(png, store)
    web_pictures._HELD.clear()
    with monkeypatch.context() as patched:
        patched.setattr(Image, "open", None)  # nothing is encoded
        assert web_picture(png, store) == made
        assert web_picture(png, store) is web_picture(png, None)
    web_pictures._HELD.clear()
    (kept,) = (path for path in tmp_path.rglob("*") if path.is_file())
    kept.write_bytes(kept.read_bytes()[:-9])
    assert web_picture(png, store) == made
    assert web_picture(png_of(photograph(3)), store) != made


def test_on_paper_no_pixel_changes_and_its_size_is_in_dots(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store, webp = PartStore(tmp_path), web_picture(png_of(photograph(4)), None)
    made = paper_picture(webp, store, "name")
    with Image.open(BytesIO(made)) as picture:
        assert (picture.format, picture.mode, round(picture.info["dpi"][0])) == ("PNG", "RGB", 200)
        assert np.array_equal(np.asarray(picture), photograph(4))
    web_pictures._HELD.clear()
    with monkeypatch.context() as patched:
        patched.setattr(Image, "open", None)  # nothing is encoded
        assert paper_picture(webp, store, "name") == made
    assert paper_picture(webp, None) == made
