"""Animations for the page: the frames with their captions as an animated WebP of limited size."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from io import BytesIO
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from generator.folders import templates_folder
from generator.render.figures import Animation
from generator.render.figures.style import INK, MUTED
from generator.results import Frames

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: In bytes: a report with a dozen animations can still be sent by mail.
LARGEST = 2_000_000
#: Every how manieth frame, width in pixels and WebP quality, tried in this order until the file is small enough.
STEPS, WIDTHS, QUALITIES = (1, 2, 4, 8), (448, 336, 224), (80, 50)
SMALLEST = (STEPS[-1], WIDTHS[-1], QUALITIES[-1])
STILL_QUALITY = 90
#: WebP's effort: more of it takes two to three times as long and saves a twentieth on such pictures.
EFFORT = 1
SAMPLED = 4
#: How long the last frame is held before the animation starts again, in seconds.
HOLD = 1.5
FONT = "SourceSans3-Regular.ttf"
_LINE = 0.07  # height of the caption, of the width
_BAR = 4  # pixels for the bar that shows how far the animation is


def animate(frames: Frames, largest: int = LARGEST) -> Animation:
    """Encode an animation in at most ``largest`` bytes: as many frames, as large and as good as that allows.

    First the quality goes down, then the size, then frames are left out (never a key frame). Attempts that some of the
    frames show to be too large are passed over. The same frames give the same bytes. Raises ValueError where even the
    smallest attempt is too large.
    """
    first = frames.keys[0] if frames.keys else 0
    for step, width in itertools.product(STEPS, WIDTHS):
        kept = _kept(frames, step)
        pictures = [_picture(frames, place, width) for place in kept]
        seconds = [frames.seconds * (after - place) for place, after in itertools.pairwise([*kept, kept[-1] + 1])]
        for quality in QUALITIES:
            if _expected(pictures, quality) > largest and (step, width, quality) != SMALLEST:
                continue
            moving = _webp(pictures, seconds, quality)
            if len(moving) <= largest:
                still = _webp([_picture(frames, first, width)], [0.0], STILL_QUALITY)
                return Animation(moving, still, *pictures[0].size)
    raise ValueError(f"{len(frames.images)} frames take {len(moving)} bytes at the least, more than {largest}")


def _expected(pictures: Sequence[Image.Image], quality: int) -> float:
    """Bytes to expect, from a few of the frames: encoding them all takes seconds, and most attempts are too large."""
    places = np.linspace(0, len(pictures) - 1, min(SAMPLED, len(pictures))).round().astype(int)
    return len(pictures) * float(np.mean([len(_webp([pictures[place]], [0.0], quality)) for place in places]))


def _kept(frames: Frames, step: int) -> list[int]:
    """Every ``step``-th frame, the key frames and the last one."""
    count = len(frames.images)
    return sorted({*range(0, count, step), *frames.keys, count - 1})


def _picture(frames: Frames, place: int, width: int) -> Image.Image:
    """One frame ``width`` pixels wide, its caption below it, and a bar that grows with time."""
    image: NDArray[np.uint8] = np.ascontiguousarray(frames.images[place])
    height = round(width * image.shape[0] / image.shape[1])
    # Small images are enlarged in whole pixels, as on paper: smoothing would invent what is between them.
    way = Image.Resampling.NEAREST if width >= 4 * image.shape[1] else Image.Resampling.LANCZOS
    scaled = Image.fromarray(image).convert("RGB").resize((width, height), way)
    line = round(_LINE * width)
    whole = Image.new("RGB", (width, height + _BAR + line), "white")
    whole.paste(scaled, (0, 0))
    pen = ImageDraw.Draw(whole)
    done = (place + 1) / len(frames.images)
    pen.rectangle((0, height, round(done * width) - 1, height + _BAR - 1), fill=MUTED)
    words = frames.captions[place]
    pen.text((width / 2, height + _BAR + line / 2), words, INK, _font(words, width, line), anchor="mm")
    return whole


def _font(words: str, width: int, line: int) -> ImageFont.FreeTypeFont:
    """The report's sans, as large as the line and the width allow."""
    size = 0.75 * line
    font = ImageFont.truetype(templates_folder() / "report" / "fonts" / FONT, size)
    needed = font.getlength(words)
    return font if needed <= 0.96 * width else font.font_variant(size=size * 0.96 * width / needed)


def _webp(pictures: Sequence[Image.Image], seconds: Sequence[float], quality: int) -> bytes:
    content = BytesIO()
    if len(pictures) == 1:
        pictures[0].save(content, "WEBP", quality=quality, method=EFFORT)
        return content.getvalue()
    # kmax: otherwise many a frame is encoded both alone and as a change of the one before, and the larger thrown away.
    milliseconds = [round(1000 * length) for length in seconds]
    milliseconds[-1] += round(1000 * HOLD)
    pictures[0].save(content, "WEBP", save_all=True, append_images=list(pictures[1:]), duration=milliseconds, loop=0,
                     quality=quality, method=EFFORT, kmax=0)  # fmt: skip
    return content.getvalue()
