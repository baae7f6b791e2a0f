"""What is remembered of a file holds exactly as long as the file is unchanged, and losing it is no error."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from generator.store import memo as memo_module
from generator.store.memo import Memo, read_json, sha256, write_json
from tests.waiting_for_tests import tick


class Reader:
    """Counts how often a file is read."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, path: Path) -> str:
        self.count += 1
        return path.read_text()


@pytest.fixture
def settled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every file count as old enough to be remembered."""
    monkeypatch.setattr("generator.store.memo.SETTLED", -1)


@pytest.mark.usefixtures("settled")
def test_an_unchanged_file_is_read_once_by_all_sessions(tmp_path: Path) -> None:
    path, reader = tmp_path / "file", Reader()
    path.write_text("one")
    for _ in range(3):
        memo = Memo(tmp_path / "memo.json")
        assert memo.recall("text", path, reader) == "one"
        assert memo.recall("text", path, reader) == "one"
        memo.save()
    assert reader.count == 1


@pytest.mark.usefixtures("settled")
def test_kinds_are_told_apart(tmp_path: Path) -> None:
    path, memo = tmp_path / "file", Memo(None)
    path.write_text("one")
    assert memo.recall("text", path, Path.read_text) == "one"
    assert memo.digest(path) == sha256(path)


@pytest.mark.usefixtures("settled")
def test_a_change_that_keeps_the_size_is_noticed(tmp_path: Path) -> None:
    path, memo = tmp_path / "file", Memo(None)
    path.write_text("one")
    assert memo.recall("text", path, Path.read_text) == "one"
    tick(path)
    path.write_text("two")
    assert memo.recall("text", path, Path.read_text) == "two"


@pytest.mark.usefixtures("settled")
def test_a_change_that_puts_the_old_time_back_is_noticed(tmp_path: Path) -> None:
    path, memo = tmp_path / "file", Memo(None)
    path.write_text("one")
    status = path.stat()
    assert memo.recall("text", path, Path.read_text) == "one"
    tick(path)
    path.write_text("two")
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert memo.recall("text", path, Path.read_text) == "two"


def test_a_fresh_file_is_not_remembered_before_its_time_stamp_has_settled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, reader, memo = tmp_path / "file", Reader(), Memo(None)
    path.write_text("one")
    os.utime(path, (1_000_000_000, 1_000_000_000))  # old by its own account: written just now all the same
    settled = path.stat().st_ctime_ns + memo_module.SETTLED
    monkeypatch.setattr(memo_module.time, "time_ns", lambda: settled)
    memo.recall("text", path, reader)
    memo.recall("text", path, reader)
    assert reader.count == 2
    monkeypatch.setattr(memo_module.time, "time_ns", lambda: settled + 1)
    memo.recall("text", path, reader)
    memo.recall("text", path, reader)
    assert reader.count == 3


@pytest.mark.usefixtures("settled")
@pytest.mark.parametrize(
    "content",
    ["", "{", "[]", "null", '{"version": 3}', '{"version": 3, "facts": []}', '{"version": 2, "facts": {}}',
     '{"version": 3, "facts": {"KEY": 3}}', '{"version": 3, "facts": {"KEY": {"stamp": null}}}',
     '{"version": 3, "facts": {"KEY": {"value": "wrong"}}}', "\udcff", "[" * 100_000],
)  # fmt: skip
@pytest.mark.parametrize("sealed", [True, False], ids=["with its checksum", "as it is"])
def test_a_damaged_memo_is_ignored(tmp_path: Path, content: str, sealed: bool) -> None:
    path, stored = tmp_path / "file", tmp_path / "memo.json"
    path.write_text("one")
    raw = content.replace("KEY", f"text:{path}").encode(errors="surrogateescape")
    checksum = hashlib.sha256(raw).hexdigest().encode()
    stored.write_bytes(b'{"sha256":"' + checksum + b'","content":' + raw + b"}" if sealed else raw)
    memo = Memo(stored)
    assert memo.recall("text", path, Path.read_text) == "one"
    assert not memo.holds("checked", "")
    memo.save()
    assert Memo(stored).recall("text", path, lambda _: "read again") == "one"


@pytest.mark.usefixtures("settled")
@pytest.mark.parametrize("edit", ["a letter of a digest", "a letter of the checksum", "cut short", "a blank"])
def test_an_altered_memo_is_not_believed(tmp_path: Path, edit: str) -> None:
    path, stored = tmp_path / "file", tmp_path / "memo.json"
    path.write_text("one")
    memo = Memo(stored)
    right = memo.digest(path)
    memo.save()
    content = stored.read_text()
    assert right in content
    stored.write_text(
        {
            "a letter of a digest": content.replace(right, right[::-1]),
            "a letter of the checksum": content.replace(content[11:75], content[11:75][::-1]),
            "cut short": content[:-1],
            "a blank": content.replace(",", ", ", 1),
        }[edit]
    )
    again = Memo(stored)
    assert again.digest(path) == right
    again.save()
    assert Memo(stored).recall("sha256", path, lambda _: "read again") == right


@pytest.mark.usefixtures("settled")
def test_another_file_under_the_same_name_is_noticed(tmp_path: Path) -> None:
    """Swapped folders: size and times may be the same, the file is another."""
    first, second, memo = tmp_path / "a" / "file", tmp_path / "b" / "file", Memo(None)
    for path, content in ((first, "one"), (second, "two")):
        path.parent.mkdir()
        path.write_text(content)
    memo.recall("text", first, Path.read_text)
    stamp = first.stat()
    first.parent.rename(tmp_path / "c")
    second.parent.rename(tmp_path / "a")
    key = f"text:{first.absolute()}"
    now = first.stat()
    memo._facts[key]["stamp"][:3] = [now.st_size, now.st_mtime_ns, now.st_ctime_ns]  # as if written at the same moment
    assert stamp.st_ino != now.st_ino
    assert memo.recall("text", first, Path.read_text) == "two"


def test_a_missing_file_is_an_os_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        Memo(None).digest(tmp_path / "none")


def test_the_last_key_of_a_kind_is_kept(tmp_path: Path) -> None:
    memo = Memo(tmp_path / "memo.json")
    memo.keep("checked", "one")
    memo.keep("checked", "two")
    memo.save()
    again = Memo(tmp_path / "memo.json")
    assert again.holds("checked", "two")
    assert not again.holds("checked", "one")


def test_a_place_that_cannot_be_written_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    memo = Memo(tmp_path / "file" / "memo.json")
    memo.keep("checked", "one")
    memo.save()
    (tmp_path / "folder").mkdir()
    write_json(tmp_path / "folder", {})
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "folder"]


def test_what_is_written_can_be_read_by_others(tmp_path: Path) -> None:
    umask = os.umask(0o022)
    try:
        write_json(tmp_path / "plan.json", {"a": 1})
    finally:
        os.umask(umask)
    assert (tmp_path / "plan.json").stat().st_mode & 0o777 == 0o644
    assert read_json(tmp_path / "plan.json") == {"a": 1}


SAVE = """
import sys
from pathlib import Path
from generator.store.memo import Memo
for number in range(200):
    memo = Memo(Path(sys.argv[1]))
    memo.keep(sys.argv[2], "x" * 5000)
    memo.save()
"""


def test_concurrent_saves_leave_valid_json(tmp_path: Path) -> None:
    path = tmp_path / "memo.json"
    writers = [subprocess.Popen([sys.executable, "-c", SAVE, str(path), name]) for name in ("one", "two")]
    while any(writer.poll() is None for writer in writers):
        if path.exists():
            assert json.loads(path.read_text())["content"]["version"] == 3
    assert [writer.returncode for writer in writers] == [0, 0]
    assert [p.name for p in tmp_path.iterdir()] == ["memo.json"]
