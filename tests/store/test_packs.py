"""Packs that are cut, altered, foreign or made to do harm: each is refused by name, and nothing comes out of it."""

from __future__ import annotations

import json
import random
import stat
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from generator.store.entry import ARRAYS, MANIFEST, RESULT
from generator.store.files import to_json
from generator.store.packs import LISTING, PackError, open_pack, write_pack
from tests.store.test_cache import FP, OTHER, saved

Members = dict[str, bytes]


def listing(*fingerprints: str, **changed: Any) -> dict[str, Any]:
    results = [{"fingerprint": each, "addresses": ["1-a/q01/net"], "ingredients": {}} for each in fingerprints]
    return {
        "genreport": "1",
        "profile": "quick",
        "data": {"dataset/mnist": {"a": "0" * 64}},
        "results": results,
    } | changed


@pytest.fixture
def entry(tmp_path: Path) -> Members:
    return saved(tmp_path / "cache").export(FP)


@pytest.fixture
def pack(tmp_path: Path, entry: Members) -> Path:
    path = tmp_path / "results.genreport"
    write_pack(path, listing(FP), [(FP, entry)])
    return path


def members(entry: Members, **changed: Any) -> Members:
    """The members of a pack of one entry, its list changed."""
    plain = {f"entries/{FP}/{name}": content for name, content in entry.items()}
    return {LISTING: to_json({"format": 1, **listing(FP, **changed)}), **plain}


def written(path: Path, found: Members, how: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", how) as archive:
        for name, content in found.items():
            archive.writestr(name, content)
    return path


def read_all(path: Path) -> list[str]:
    with open_pack(path) as found:
        return list(found.check())


def test_what_was_written_is_read(pack: Path, entry: Members) -> None:
    with open_pack(pack) as found:
        assert found.files(FP) == entry
        assert (found.profile, found.data) == ("quick", {"dataset/mnist": {"a": "0" * 64}})
        assert list(found.listed) == [FP]
    assert read_all(pack) == [FP]


def test_the_same_results_are_the_same_bytes(pack: Path, entry: Members, tmp_path: Path) -> None:
    again = tmp_path / "again.genreport"
    write_pack(again, listing(FP), [(FP, entry)])
    assert again.read_bytes() == pack.read_bytes()


def test_what_was_there_stays_until_the_new_one_is_whole(pack: Path, entry: Members) -> None:
    before = pack.read_bytes()

    def broken() -> Any:
        yield FP, entry
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        write_pack(pack, listing(FP), broken())
    assert pack.read_bytes() == before
    assert [path.name for path in pack.parent.iterdir() if "genreport" in path.name] == [pack.name]


def test_a_missing_file_and_a_folder_are_said(tmp_path: Path) -> None:
    for path in (tmp_path / "none", tmp_path):
        with pytest.raises(PackError, match="is not a sound pack"):
            read_all(path)


LISTS: dict[str, Callable[[Members], Any]] = {
    "no list": lambda e: {name: content for name, content in members(e).items() if name != LISTING},
    "a list that is no JSON": lambda e: members(e) | {LISTING: b"{"},
    "a list in Latin-1": lambda e: members(e) | {LISTING: "é".encode("latin-1")},
    "a list of another kind": lambda e: members(e) | {LISTING: b"[]"},
    "an empty list": lambda e: members(e) | {LISTING: b"{}"},
    "a list nested too deeply": lambda e: members(e) | {LISTING: b"[" * 100_000},
    "a list with a name twice": lambda e: members(e) | {LISTING: b'{"format":1,"format":1}'},
    "another format": lambda e: members(e) | {LISTING: to_json({"format": 2, **listing(FP)})},
    "no format": lambda e: members(e) | {LISTING: to_json(listing(FP))},
    "a profile that is a number": lambda e: members(e, profile=3),
    "results that are a mapping": lambda e: members(e, results={}),
    "a result that is text": lambda e: members(e, results=["x"]),
    "a result without ingredients": lambda e: members(e, results=[{"fingerprint": FP, "addresses": []}]),
    "a fingerprint that leads away": lambda e: members(
        e, results=[{"fingerprint": "../" * 21 + "x", "addresses": [], "ingredients": {}}]
    ),
    "an address that is a number": lambda e: members(
        e, results=[{"fingerprint": FP, "addresses": [1], "ingredients": {}}]
    ),
    "data that is a list": lambda e: members(e, data=[]),
    "data's digests that are none": lambda e: members(e, data={"dataset/mnist": {"a": "x"}}),
    "data's files that are a list": lambda e: members(e, data={"dataset/mnist": ["a"]}),
    "a result that is not in it": lambda e: members(e) | {LISTING: to_json({"format": 1, **listing(FP, OTHER)})},
    "a result that is listed twice": lambda e: members(e) | {LISTING: to_json({"format": 1, **listing(FP, FP)})},
    "a result that is not listed": lambda e: members(e) | {LISTING: to_json({"format": 1, **listing()})},
}
NAMES = [
    "../outside", "entries/../../outside", f"entries/{FP}/../outside", "/etc/outside", "C:\\outside", f"entries\\{FP}",
    f"entries/{FP}/other.json", f"entries/{FP}/", f"entries/{'A' * 64}/{MANIFEST}", f"entries/{FP}x/{MANIFEST}",
    "pack.json/", "readme.txt", f"entries/{FP}/{MANIFEST}\n", "x" * 60_000, f"entries/{FP}/{RESULT}/{RESULT}",
]  # fmt: skip
ENTRIES: dict[str, Callable[[Members], Members]] = {
    "an entry without its arrays": lambda e: {n: c for n, c in members(e).items() if not n.endswith(ARRAYS)},
    "an altered result": lambda e: members({**e, RESULT: e[RESULT].replace(b"3.0", b"4.0")}),
    "an altered manifest": lambda e: members({**e, MANIFEST: e[MANIFEST].replace(b'"CPU"', b'"GPU"')}),
    "arrays cut short": lambda e: members({**e, ARRAYS: e[ARRAYS][:-1]}),
    "a manifest that is empty": lambda e: members({**e, MANIFEST: b""}),
    "a manifest of another job": lambda e: {
        name.replace(FP, OTHER): content
        for name, content in (members(e) | {LISTING: to_json({"format": 1, **listing(OTHER)})}).items()
    },
}


@pytest.mark.parametrize("case", [*LISTS, *ENTRIES])
def test_a_list_or_an_entry_that_is_not_sound(case: str, entry: Members, tmp_path: Path) -> None:
    path = written(tmp_path / "made.genreport", (LISTS | ENTRIES)[case](entry))
    with pytest.raises(PackError, match=r"made\.genreport is not a sound pack: \w"):
        read_all(path)


@pytest.mark.parametrize("name", NAMES, ids=range(len(NAMES)))
def test_members_that_no_pack_has(name: str, entry: Members, tmp_path: Path) -> None:
    path = written(tmp_path / "made.genreport", members(entry) | {name: b"x"})
    with pytest.raises(PackError, match="it holds what no pack does"):
        read_all(path)
    assert [each.name for each in tmp_path.iterdir() if each.name not in ("cache", "made.genreport")] == []


def special(entry: Members, path: Path, mode: int, name: str = RESULT) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for member, content in members(entry).items():
            info = zipfile.ZipInfo(member)
            if member.endswith(name):
                info.external_attr = mode << 16
            archive.writestr(info, content)
    return path


@pytest.mark.parametrize("mode", [stat.S_IFLNK, stat.S_IFDIR, stat.S_IFCHR, stat.S_IFIFO, stat.S_IFSOCK])
def test_links_and_devices(mode: int, entry: Members, tmp_path: Path) -> None:
    with pytest.raises(PackError, match="it holds what no pack does"):
        read_all(special(entry, tmp_path / "made.genreport", mode | 0o777))


def test_a_member_twice(entry: Members, tmp_path: Path) -> None:
    path = tmp_path / "made.genreport"
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members(entry).items():
            archive.writestr(name, content)
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr(f"entries/{FP}/{RESULT}", b"{}")
    with pytest.raises(PackError, match="is in it twice"):
        read_all(path)


def bomb(entry: Members, path: Path, size: int) -> Path:
    """A pack whose result says that it unpacks to ``size`` bytes."""
    raw = bytearray(written(path, members(entry)).read_bytes())
    at = raw.index(f"entries/{FP}/{RESULT}".encode(), raw.index(b"PK\x01\x02")) - 46
    struct.pack_into("<L", raw, at + 24, size)
    path.write_bytes(raw)
    return path


def test_a_member_that_would_fill_the_memory(entry: Members, tmp_path: Path) -> None:
    with pytest.raises(PackError, match="would unpack to more than it can hold"):
        read_all(bomb(entry, tmp_path / "made.genreport", 2**32 - 2))


def test_a_list_of_zeros_is_not_unpacked(entry: Members, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("generator.store.packs.LARGEST_LISTING", 1000)
    path = written(tmp_path / "made.genreport", members(entry) | {LISTING: b" " * 2000})
    with pytest.raises(PackError, match="larger than that of any pack"):
        read_all(path)


def test_members_that_share_their_bytes(entry: Members, tmp_path: Path) -> None:
    """Many names for one part of the file, each small for itself: together they hold more than the file."""
    path = tmp_path / "made.genreport"
    raw = written(path, {LISTING: b"x" * 50, f"entries/{FP}/{RESULT}": random.Random(0).randbytes(4000)}).read_bytes()
    start = raw.index(b"PK\x01\x02", raw.index(b"PK\x01\x02") + 1)
    directory = raw[raw.index(b"PK\x01\x02") : raw.index(b"PK\x05\x06")]
    record = raw[start : raw.index(b"PK\x05\x06")]
    more = [record.replace(FP.encode(), f"{number:064x}".encode()) for number in range(50)]
    whole = directory + b"".join(more)
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 52, 52, len(whole), raw.index(b"PK\x01\x02"), 0)
    path.write_bytes(raw[: raw.index(b"PK\x01\x02")] + whole + end)
    with pytest.raises(PackError, match="would unpack to more than it can hold"):
        read_all(path)


def test_an_encrypted_member(pack: Path) -> None:
    raw = bytearray(pack.read_bytes())
    raw[raw.index(b"PK\x01\x02") + 8] |= 1
    pack.write_bytes(raw)
    with pytest.raises(PackError, match="it holds what no pack does"):
        read_all(pack)


def test_every_cut_and_many_altered_bytes_are_found(pack: Path) -> None:
    whole, rng = pack.read_bytes(), random.Random(1)
    for end in [0, 1, 21, *rng.sample(range(len(whole)), 60), len(whole) - 1]:
        pack.write_bytes(whole[:end])
        with pytest.raises(PackError):
            read_all(pack)
    harmless = 0
    for place in rng.sample(range(len(whole)), 300):
        pack.write_bytes(whole[:place] + bytes([whole[place] ^ (1 << rng.randrange(8))]) + whole[place + 1 :])
        try:
            with open_pack(pack) as found:
                assert json.loads(to_json(list(found.listed))) == list(found.check()) == [FP]
            harmless += 1  # a time, a version, an attribute: nothing that is read
        except PackError:
            pass
    assert harmless < 100
