"""Files in the cache: portable JSON, arrays that come back as they were, atomic replacement, clear disk errors."""

import errno
from pathlib import Path

import numpy as np
import pytest

from generator.errors import CacheError
from generator.store import files as files_module
from generator.store.files import (
    disk_errors,
    from_json,
    from_safetensors,
    remove_folder,
    replace_file,
    to_json,
    to_safetensors,
)


def test_json_is_portable_and_keeps_numbers_exactly() -> None:
    value = {
        "nan": float("nan"),
        "ends": [float("inf"), float("-inf")],
        "third": 1 / 3,
        "big": 2**100,
        "text": "ünï\U0001d11e",
    }
    content = to_json(value)
    assert b"NaN" not in content
    assert b"Infinity" not in content
    back = from_json(content)
    assert np.isnan(back.pop("nan"))
    value.pop("nan")
    assert back == value


@pytest.mark.parametrize("value", [object(), {1, 2}, np.arange(3)])
def test_what_json_cannot_hold_is_refused(value: object) -> None:
    with pytest.raises(TypeError):
        to_json({"value": value})


@pytest.mark.parametrize("view", [lambda a: a.T, lambda a: a[:, ::2], lambda a: a[::-1], np.asfortranarray])
def test_strided_arrays_keep_their_order(view) -> None:
    """safetensors writes a strided array's memory as it lies; ours must not come back scrambled."""
    array = view(np.arange(12.0).reshape(3, 4))
    np.testing.assert_array_equal(from_safetensors(to_safetensors({"a": array}))["a"], array)


def test_loaded_arrays_can_be_changed() -> None:
    assert from_safetensors(to_safetensors({"a": np.zeros(3)}))["a"].flags.writeable  # torch.from_numpy warns otherwise


@pytest.mark.parametrize("array", [np.array(["text"]), np.array([object()])])
def test_arrays_that_cannot_be_stored_are_named(array) -> None:
    with pytest.raises(TypeError, match="odd"):
        to_safetensors({"odd": array, "fine": np.zeros(2)})


@pytest.mark.parametrize("content", [b"", b"x" * 100])
def test_what_is_no_safetensors_file_is_a_value_error(content: bytes) -> None:
    with pytest.raises(ValueError, match=r".+"):
        from_safetensors(content)


def test_a_failed_replacement_leaves_the_old_content(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "file"
    replace_file(path, b"old")

    def full(beside: Path, content: bytes) -> None:
        beside.write_bytes(content[:1])
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(files_module, "write_file", full)
    with pytest.raises(OSError, match="No space"):
        replace_file(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_is_removed_at_once_or_was_never_there(tmp_path: Path) -> None:
    folder, aside = tmp_path / "folder", tmp_path / "aside" / "folder"
    (folder / "below").mkdir(parents=True)
    remove_folder(folder, aside)
    remove_folder(folder, aside)
    assert not folder.exists()
    assert not aside.exists()


@pytest.mark.parametrize(
    ("number", "message"),
    [
        (errno.ENOSPC, "No space left on the disk"),
        (errno.EDQUOT, "No space left"),
        (errno.EACCES, "Cannot use the cache folder"),
    ],
)
def test_disk_errors_say_what_to_do(tmp_path: Path, number: int, message: str) -> None:
    with pytest.raises(CacheError, match=message) as caught, disk_errors(tmp_path):
        raise OSError(number, "as the system says")
    assert str(tmp_path) in caught.value.message
    assert "--cache" in caught.value.hint
