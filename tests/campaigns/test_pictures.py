"""Pictures with random bytes changed, cut and moved: each is shown as what it can be read as, or refused in words."""

from __future__ import annotations

import random
import time
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from generator.render.text.maths import MarkupError
from generator.render.text.own_images import OwnImages
from tests.campaigns.campaign import Campaign

SLOW = 10.0  # seconds of the processor for one picture; measured: below 0.1
LARGEST_SIDE = 2000
KINDS = [("PNG", mode) for mode in ("1", "L", "LA", "P", "RGB", "RGBA", "I;16")]
KINDS += [("JPEG", mode) for mode in ("L", "RGB", "CMYK")]
KINDS += [("GIF", "P"), ("WEBP", "RGB"), ("BMP", "RGB"), ("TIFF", "RGB")]


def picture(rng: random.Random) -> tuple[str, bytes]:
    """A picture of a random kind and size, with or without a note on how to turn it; and what it is."""
    form, mode = rng.choice(KINDS)
    width, height = rng.choice([(1, 1), (3, 200), (2500, 2), (rng.randint(2, 60), rng.randint(2, 60))])
    pixels = np.random.default_rng(rng.randrange(2**32)).integers(0, 256, (height, width, 3), dtype=np.uint8)
    if mode == "I;16":
        made = Image.fromarray(pixels[..., 0].astype(np.uint16) * 200)
    else:
        made = Image.fromarray(pixels).convert(mode)
    options = {}
    if form in ("PNG", "JPEG") and rng.random() < 0.5:
        exif = Image.Exif()
        exif[0x0112] = rng.randint(0, 9)
        options = {"exif": exif}
    content = BytesIO()
    made.save(content, form, **options)
    return f"{form} {mode} {width}×{height}", content.getvalue()


def mutated(content: bytes, rng: random.Random) -> bytes:
    """The file with some bytes changed, mostly in its head, or a piece of it cut, doubled or put elsewhere."""
    changed = bytearray(content)
    for _ in range(rng.randint(1, 4)):
        size = len(changed)
        start = rng.randrange(max(1, min(size, rng.choice([40, 400, size]))))
        piece = bytes(changed[start : start + rng.randint(1, 60)])
        match rng.randrange(6):
            case 0 | 1 if size:
                changed[start] = rng.choice([0, 255, changed[start] ^ (1 << rng.randrange(8)), rng.randrange(256)])
            case 2:
                del changed[start : start + len(piece)]
            case 3:
                changed[start:start] = piece * rng.randint(1, 3)
            case 4:
                del changed[start + len(piece) + rng.randrange(200) :]
            case _:
                changed[start : start + 4] = rng.choice([b"\xff" * 4, b"\0" * 4, b"\x7f\xff\xff\xff", b"\0\1\0\0"])
    return bytes(changed)


@pytest.mark.filterwarnings("ignore")  # Pillow warns of what it mends
def test_pictures(campaign: Campaign, tmp_path: Path) -> None:
    path = tmp_path / "images/picture.png"
    path.parent.mkdir()
    for case in campaign.run(full=6000, short=100):
        with case:
            kind, content = picture(case.rng)
            case.note(kind)
            if case.rng.random() < 0.95:
                content = mutated(content, case.rng)
            case.note(f"bytes.fromhex('{content[:600].hex()}') and so on, {len(content)} in all")
            path.write_bytes(content)
            began = time.process_time()
            try:
                shown = OwnImages(tmp_path).get("images/picture.png")
            except MarkupError as error:
                case.hold("images/picture.png" in str(error), "wrong", f"refused without its name: {error}")
                continue
            finally:
                case.hold(time.process_time() - began < SLOW, "wrong", "it takes too long")
            with Image.open(BytesIO(shown.png)) as again:
                again.load()
            sides = (shown.width, shown.height)
            case.hold(again.size == sides and max(sides) <= LARGEST_SIDE, "wrong", f"{again.size} {again.mode}")
            case.hold(again.mode in ("L", "RGB") and not again.info.get("exif"), "leaks", f"{again.mode} {again.info}")
