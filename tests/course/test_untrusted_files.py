"""Only plain files of the folder itself are read, whatever their names and kinds."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from generator.course.untrusted_files import OwnFileError, read_own


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "secret.txt").write_text("secret")
    inside = tmp_path / "project"
    (inside / "images").mkdir(parents=True)
    (inside / "images" / "map.txt").write_text("map")
    return inside


def test_a_plain_file_is_read(folder: Path) -> None:
    assert read_own(folder, "images/map.txt") == b"map"


@pytest.mark.parametrize("name", [
    "../secret.txt", "images/../../secret.txt", "/etc/passwd", "images/./map.txt", "", ".", "..", "images//map.txt",
    "file:///etc/passwd", "http://example.org/x", "C:\\secret.txt", "images\\map.txt", "images/map.txt\x00.png",
    "images/\x1b[2Jmap.txt", "~/secret.txt/..", "\\\\host\\share", "images/\nmap.txt",
])  # fmt: skip
def test_names_that_are_no_plain_path_are_refused(folder: Path, name: str) -> None:
    with pytest.raises(OwnFileError, match=r"not a plain path|missing"):
        read_own(folder, name)


def test_links_are_refused_wherever_they_stand(folder: Path) -> None:
    (folder / "link.txt").symlink_to("../secret.txt")
    (folder / "away").symlink_to("..")
    (folder / "loop").symlink_to("loop")
    for name in ("link.txt", "away/secret.txt", "loop", "away/project/images/map.txt"):
        with pytest.raises(OwnFileError, match="is a link"):
            read_own(folder, name)


def test_pipes_folders_and_large_files_are_refused_without_waiting(folder: Path) -> None:
    os.mkfifo(folder / "pipe")
    (folder / "large").write_bytes(b"x" * 101)
    for name, words in (
        ("pipe", "not a plain file"),
        ("images", "cannot be read|plain file"),
        ("large", "larger than 100"),
    ):
        with pytest.raises(OwnFileError, match=words):
            read_own(folder, name, 100)


def test_an_absent_file_says_so(folder: Path) -> None:
    with pytest.raises(OwnFileError) as caught:
        read_own(folder, "images/none.png")
    assert caught.value.absent
