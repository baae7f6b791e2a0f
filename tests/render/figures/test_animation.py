"""Animations: what is in the file, how long it lasts, and that it never grows beyond its limit."""

from __future__ import annotations

from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from generator.render.figures import draw_figure
from generator.render.figures.animation import LARGEST, animate
from generator.results import Frames


def film(count, side=64, keys=(0,), noise=True):
    rng = np.random.default_rng(0)
    flat = [np.full((side, side, 3), 20 * number % 256, np.uint8) for number in range(count)]
    images = [rng.integers(0, 256, image.shape, np.uint8) for image in flat] if noise else flat
    return Frames(tuple(images), tuple(f"step {number}" for number in range(count)), keys, seconds=0.2)


def opened(content):
    return Image.open(BytesIO(content))


def durations(content):
    picture = opened(content)
    found = []
    for number in range(picture.n_frames):
        picture.seek(number)
        picture.load()
        found.append(picture.info["duration"])
    return found


def test_all_frames_are_there_each_for_its_time_and_again_for_ever():
    animation = animate(film(5, noise=False))
    moving = opened(animation.moving)
    assert (moving.format, moving.n_frames, moving.info["loop"]) == ("WEBP", 5, 0)
    assert moving.size == (animation.width, animation.height) == (448, 483)
    assert durations(animation.moving) == [200, 200, 200, 200, 1700]


def test_each_frame_shows_its_image_its_caption_and_how_far_it_is():
    moving = opened(animate(film(5, noise=False)).moving)
    bars = []
    for number in range(5):
        moving.seek(number)
        pixels = np.asarray(moving.convert("RGB")).astype(int)
        assert np.abs(pixels[:440] - 20 * number).max() < 12
        assert pixels[455:, 150:300].min() < 100  # dark letters on the white line below
        bars.append(int((pixels[450, :, 0] < 220).sum()))
    assert np.allclose(bars, np.array([1, 2, 3, 4, 5]) / 5 * 448, atol=12)


def test_the_still_is_the_first_key_frame():
    animation = animate(film(6, keys=(3, 5), noise=False))
    still = opened(animation.still)
    assert getattr(still, "n_frames", 1) == 1
    assert still.size == (animation.width, animation.height)
    assert np.abs(np.asarray(still.convert("RGB"))[:440].astype(int) - 60).max() < 12


@pytest.mark.parametrize("largest", [220_000, 90_000, 65_000])
def test_a_file_that_would_be_too_large_loses_quality_size_and_frames_but_no_key_frame(largest):
    frames = film(13, keys=(0, 5, 12))
    animation = animate(frames, largest)
    assert len(animation.moving) <= largest
    whole = animate(frames)
    assert (animation.width, opened(animation.moving).n_frames) < (whole.width, 13)
    assert sum(durations(animation.moving)) == pytest.approx(13 * 200 + 1500)  # as long as the whole one


def test_key_frames_stay_when_frames_are_left_out():
    frames = film(13, keys=(0, 5, 12))
    lengths = np.array(durations(animate(frames, 65_000).moving))
    starts = np.cumsum([0, *lengths[:-1]]) / 200
    assert {0, 5, 12} <= set(starts.round(6))


def test_what_cannot_be_made_small_enough_is_an_error():
    with pytest.raises(ValueError, match=r"13 frames take \d+ bytes at the least, more than 1000"):
        animate(film(13, keys=(0, 12)), 1000)


def test_a_long_animation_of_noise_keeps_to_the_limit():
    assert len(animate(film(25, side=224)).moving) <= LARGEST == 2_000_000


def test_the_same_frames_give_the_same_bytes():
    assert animate(film(3)) == animate(film(3))


def test_one_frame_and_a_long_caption_and_a_grey_image_work():
    image = np.full((40, 64), 90, np.uint8)
    animation = animate(Frames((image,), ("a caption that is very much longer than the picture is wide " * 3,), ()))
    assert opened(animation.moving).size == (448, 280 + 4 + 31)
    margin = np.asarray(opened(animation.moving).convert("RGB"))[290:, :4]
    assert margin.min() > 200  # the caption was made to fit


def test_a_drawn_figure_has_an_animation_only_if_it_moves():
    drawing = draw_figure(film(4, keys=(0, 3), noise=False))
    assert drawing.animation is not None
    assert drawing.webp.startswith(b"RIFF")
    from generator.results import ImageGrid

    assert draw_figure(ImageGrid((np.zeros((4, 4), np.uint8),), 1)).animation is None
