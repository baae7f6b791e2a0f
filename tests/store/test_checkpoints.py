"""Checkpoints: the last whole one is found, whatever happened to the writer."""

import errno
from pathlib import Path

import numpy as np
import pytest

from generator.errors import CacheError
from generator.store import checkpoints as checkpoints_module
from generator.store.checkpoints import DiskCheckpoints
from generator.store.files import write_file


def epoch_of(checkpoints: DiskCheckpoints) -> int | None:
    found = checkpoints.load()
    return None if found is None else found[1]["epoch"]


def test_the_last_one_comes_back_and_takes_the_room_of_one(tmp_path: Path) -> None:
    checkpoints = DiskCheckpoints(tmp_path / "job")
    assert checkpoints.load() is None
    for epoch in range(3):
        checkpoints.save({"w": np.full(4, epoch), "n": np.array(epoch)}, {"epoch": epoch, "loss": float("nan")})
    arrays, state = checkpoints.load() or ({}, {})
    np.testing.assert_array_equal(arrays["w"], np.full(4, 2))
    assert arrays["n"].shape == ()
    assert state["epoch"] == 2
    assert np.isnan(state["loss"])
    assert len(list((tmp_path / "job").iterdir())) == 2
    checkpoints.discard()
    assert checkpoints.load() is None


def test_a_big_integer_state_comes_back_exactly(tmp_path: Path) -> None:
    """NumPy's generator state is a 128-bit integer."""
    state = np.random.default_rng(1).bit_generator.state
    checkpoints = DiskCheckpoints(tmp_path)
    checkpoints.save({}, {"rng": state})
    assert (checkpoints.load() or ({}, {}))[1]["rng"] == state


@pytest.mark.parametrize("suffix", ["json", "safetensors"])
@pytest.mark.parametrize("cut", [0, -1])
def test_a_torn_new_one_leaves_the_one_before(tmp_path: Path, suffix: str, cut: int) -> None:
    checkpoints = DiskCheckpoints(tmp_path)
    checkpoints.save({"w": np.zeros(4)}, {"epoch": 1})
    kept = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    checkpoints.save({"w": np.ones(4)}, {"epoch": 2})
    torn = next(path for path in tmp_path.iterdir() if path.suffix == f".{suffix}")
    torn.write_bytes(torn.read_bytes()[:cut])
    assert epoch_of(checkpoints) is None
    for name, content in kept.items():  # as they are until the new one is whole
        (tmp_path / name).write_bytes(content)
    assert epoch_of(checkpoints) == 1
    checkpoints.save({"w": np.ones(4)}, {"epoch": 3})
    assert epoch_of(checkpoints) == 3


@pytest.mark.parametrize("position", range(0, 160, 5))
def test_a_flipped_bit_is_seen(tmp_path: Path, position: int) -> None:
    checkpoints = DiskCheckpoints(tmp_path)
    checkpoints.save({"w": np.arange(4.0)}, {"epoch": 1})
    for path in tmp_path.iterdir():
        content = bytearray(path.read_bytes())
        if position < len(content):
            content[position] ^= 1
            path.write_bytes(content)
            assert checkpoints.load() is None
            content[position] ^= 1
            path.write_bytes(content)
    assert epoch_of(checkpoints) == 1


def test_a_full_disk_keeps_the_one_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    checkpoints = DiskCheckpoints(tmp_path)
    checkpoints.save({"w": np.zeros(4)}, {"epoch": 1})

    def full(path: Path, content: bytes) -> None:
        write_file(path, content[:7])
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(checkpoints_module, "write_file", full)
    with pytest.raises(CacheError, match="No space left"):
        checkpoints.save({"w": np.ones(4)}, {"epoch": 2})
    assert epoch_of(checkpoints) == 1
    assert len(list(tmp_path.iterdir())) == 2
