"""Files that can be made again."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from generator.store.parts import PartStore

DAY = 86_400
PARTS = {"png": b"\x89PNG\n\n", "svg": b"", "size": b"[1,2]"}


def test_what_is_written_is_read(tmp_path: Path) -> None:
    store = PartStore(tmp_path)
    assert store.read("abc") is None
    store.write("abc", PARTS)
    assert store.read("abc") == PARTS
    store.write("abc", {"png": b"other"})
    assert PartStore(tmp_path).read("abc") == {"png": b"other"}


@pytest.mark.parametrize("at", [3, 60, -3])
def test_damage_is_as_if_nothing_were_there(tmp_path: Path, at: int) -> None:
    store = PartStore(tmp_path)
    store.write("abc", PARTS)
    (place,) = (path for path in tmp_path.rglob("*") if path.is_file())
    content = bytearray(place.read_bytes())
    content[at] ^= 1
    place.write_bytes(bytes(content))
    assert store.read("abc") is None
    for left in (b"", b"{}\n", b"[]\nx", bytes(content[:40])):
        place.write_bytes(left)
        assert store.read("abc") is None


def test_what_nobody_asks_for_goes_after_a_month(tmp_path: Path) -> None:
    store = PartStore(tmp_path)
    for name in ("aa-old", "bb-asked", "cc-new"):
        store.write(name, PARTS)
    now = time.time()
    for name in ("aa-old", "bb-asked"):
        os.utime(tmp_path / name[:2] / name, (now - 40 * DAY, now - 40 * DAY))
    (tmp_path / "cc" / ".cc-killed.77").write_bytes(b"half")
    os.utime(tmp_path / "cc" / ".cc-killed.77", (now - 40 * DAY, now - 40 * DAY))
    assert store.read("bb-asked") == PARTS
    assert store.tidy() == 2
    assert sorted(path.name for path in tmp_path.glob("*/*")) == ["bb-asked", "cc-new"]
    os.utime(tmp_path / "cc" / "cc-new", (now - 40 * DAY, now - 40 * DAY))
    assert store.tidy() == 0  # once a day is enough
    for noted in (now - 1.1 * DAY, now + DAY):  # a day ago, or by a clock that was wrong
        os.utime(tmp_path / "tidied", (noted, noted))
        store.write("dd-left", PARTS)
        os.utime(tmp_path / "dd" / "dd-left", (now - 40 * DAY, now - 40 * DAY))
        assert store.tidy() > 0
    assert [path.name for path in tmp_path.glob("*/*")] == ["bb-asked"]


def test_a_folder_that_cannot_be_written_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    store = PartStore(tmp_path / "file")
    store.write("abc", PARTS)
    assert store.read("abc") is None
    assert store.tidy() == 0


def test_what_the_last_report_did_not_ask_for_is_unneeded(tmp_path: Path) -> None:
    store = PartStore(tmp_path)
    for name, days in (("aa", 0), ("bb", 0.5), ("cc", 3)):
        store.write(name, {"a": b"x"})
        os.utime(tmp_path / name / name, (time.time() - 86_400 * days,) * 2)
    assert store.unneeded() == [tmp_path / "cc/cc"]
    (tmp_path / "aa" / ".aa.77").symlink_to(tmp_path / "gone")  # as of a build that puts it into its place meanwhile
    assert store.unneeded() == [tmp_path / "cc/cc"]
    assert PartStore(tmp_path / "none").unneeded() == []
