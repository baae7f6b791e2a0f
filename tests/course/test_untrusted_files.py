"""Only plain files of the folder itself are read, whatever their names and kinds."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from generator.course.answer_files import AnswerFiles
from generator.course.editions import Edition
from generator.course.untrusted_files import UntrustedFileError, plain_files, read_untrusted
from generator.errors import Mistake


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "secret.txt").write_text("secret")
    inside = tmp_path / "project"
    (inside / "images").mkdir(parents=True)
    (inside / "images" / "map.txt").write_text("map")
    return inside


def test_a_plain_file_is_read(folder: Path) -> None:
    assert read_untrusted(folder, "images/map.txt") == b"map"


@pytest.mark.parametrize("name", [
    "../secret.txt", "images/../../secret.txt", "/etc/passwd", "images/./map.txt", "", ".", "..", "images//map.txt",
    "file:///etc/passwd", "http://example.org/x", "C:\\secret.txt", "images\\map.txt", "images/map.txt\x00.png",
    "images/\x1b[2Jmap.txt", "~/secret.txt/..", "\\\\host\\share", "images/\nmap.txt",
])  # fmt: skip
def test_names_that_are_no_plain_path_are_refused(folder: Path, name: str) -> None:
    with pytest.raises(UntrustedFileError, match=r"not a plain path|missing"):
        read_untrusted(folder, name)


def test_links_are_refused_wherever_they_stand(folder: Path) -> None:
    (folder / "link.txt").symlink_to("../secret.txt")
    (folder / "away").symlink_to("..")
    (folder / "loop").symlink_to("loop")
    for name in ("link.txt", "away/secret.txt", "loop", "away/project/images/map.txt"):
        with pytest.raises(UntrustedFileError, match="is a link"):
            read_untrusted(folder, name)


def test_the_files_below_a_folder_are_plain_ones_and_none_where_it_is_a_link(folder: Path) -> None:
    (folder / "images" / "link.txt").symlink_to("../../secret.txt")
    (folder / "images" / "away").symlink_to("../..")
    os.mkfifo(folder / "images" / "pipe")
    assert plain_files(folder / "images") == [folder / "images" / "map.txt"]
    (folder / "answers").symlink_to("/")
    with pytest.raises(UntrustedFileError, match="is a link"):
        plain_files(folder / "answers")
    assert plain_files(folder / "none") == []


def test_answers_behind_a_link_are_nobodys(folder: Path) -> None:
    (folder.parent / "theirs" / "1-a").mkdir(parents=True)
    (folder.parent / "theirs" / "1-a" / "q01.md").write_text("theirs")
    (folder / "answers").symlink_to("../theirs")
    answers = AnswerFiles(Edition.STUDENT, folder / "answers")
    for found in (answers.read("1-a/q01"), *answers.strays({"1-a/q01"})):
        assert isinstance(found, Mistake)
        assert "is a link" in found.message


def test_pipes_folders_and_large_files_are_refused_without_waiting(folder: Path) -> None:
    os.mkfifo(folder / "pipe")
    (folder / "large").write_bytes(b"x" * 101)
    for name, words in (
        ("pipe", "not a plain file"),
        ("images", "cannot be read|plain file"),
        ("large", "larger than 100"),
    ):
        with pytest.raises(UntrustedFileError, match=words):
            read_untrusted(folder, name, 100)


def test_an_absent_file_says_so(folder: Path) -> None:
    with pytest.raises(UntrustedFileError) as caught:
        read_untrusted(folder, "images/none.png")
    assert caught.value.absent
