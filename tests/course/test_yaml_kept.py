"""YAML that is kept says what the file says; whatever is not whole, and every mistake, is read anew."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from generator.course import yaml_kept, yaml_source
from generator.course.yaml_kept import KeptYaml
from generator.course.yaml_source import read_yaml_text
from generator.store.parts import PartStore

PATH = Path("questions/q01.yaml")
TEXTS = [
    "title: A title\nstatement: |\n  Several\n  lines: of it\nnumber: 0.880\na: {b: [1, 2.5, true, null, 1e300]}\n",
    "- plain\n- over\n  lines\n- 'No'\n- \"\\u2028 \\u00e9\"\n- 123456789012345678\n",
    "a: >\n  folded\n  text\n\nb:\n  finding: withheld\n  c: kept\n",
]
FAULTY = ["a: 1\na: 2\n", "a: *b\n", "a: [\n", "", "# nothing\n", "a: 1\n---\nb: 2\n", "\tx: 1\n"]


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PartStore:
    monkeypatch.setattr(yaml_source, "KEPT_YAML", KeptYaml())
    return PartStore(tmp_path)


def begin(store: PartStore, monkeypatch: pytest.MonkeyPatch, name: str = "name") -> list[str]:
    """A process of its own; the texts that it has to read."""
    kept, read = KeptYaml(), []
    kept.recall(store, lambda: name)
    monkeypatch.setattr(yaml_source, "KEPT_YAML", kept)
    plain = yaml_source._read_text
    while hasattr(plain, "plain"):
        plain = plain.plain

    def noted(source, text, without=()):
        read.append(text)
        plain(source, text, without)

    noted.plain = plain
    monkeypatch.setattr(yaml_source, "_read_text", noted)
    return read


def keep(store: PartStore, name: str = "name") -> None:
    yaml_source.KEPT_YAML.keep(store, lambda: name)


def test_what_is_kept_is_what_the_file_says(store: PartStore, monkeypatch: pytest.MonkeyPatch) -> None:
    read = begin(store, monkeypatch)
    first = [read_yaml_text(PATH, text.encode(), ["*.finding"]) for text in TEXTS]
    keep(store)
    assert read == TEXTS
    for _ in range(2):  # what was found is kept on
        read = begin(store, monkeypatch)
        again = [read_yaml_text(PATH, text.encode(), ["*.finding"]) for text in TEXTS]
        assert read == []
        assert again == first
        assert [repr(one.data) for one in again] == [repr(one.data) for one in first]  # 1 is not 1.0, nor true
        again[0].data["title"] = "changed"  # as a translation does
        assert read_yaml_text(PATH, TEXTS[0].encode(), ["*.finding"]) == first[0]
        read_yaml_text(PATH, b"new: file\n")
        keep(store)


def test_other_bytes_other_keys_and_another_name_are_read_anew(
    store: PartStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin(store, monkeypatch)
    withheld = read_yaml_text(PATH, TEXTS[2].encode(), ["*.finding"])
    keep(store)
    assert b"withheld" not in b"".join(path.read_bytes() for path in store.folder.rglob("*") if path.is_file())
    read = begin(store, monkeypatch)
    assert read_yaml_text(PATH, TEXTS[2].encode()).data["b"] == {"finding": "withheld", "c": "kept"}
    assert read_yaml_text(PATH, TEXTS[2].encode() + b"d: 1\n", ["*.finding"]).data["d"] == 1
    assert read_yaml_text(PATH, TEXTS[2].encode(), ["*.finding"]) == withheld
    assert len(read) == 2
    read = begin(store, monkeypatch, "another")
    assert read_yaml_text(PATH, TEXTS[2].encode(), ["*.finding"]) == withheld
    assert len(read) == 1


def test_files_with_mistakes_and_damage_are_read_anew(store: PartStore, monkeypatch: pytest.MonkeyPatch) -> None:
    begin(store, monkeypatch)
    first = [read_yaml_text(PATH, text.encode()) for text in [*FAULTY, *TEXTS]]
    keep(store)
    read = begin(store, monkeypatch)
    assert [read_yaml_text(PATH, text.encode()) for text in [*FAULTY, *TEXTS]] == first
    assert read == FAULTY
    (place,) = (path for path in store.folder.rglob("*") if path.is_file())
    whole, rng = place.read_bytes(), random.Random(0)
    for _ in range(20):
        content = bytearray(whole)
        content[rng.randrange(len(content))] ^= 1 << rng.randrange(8)
        place.write_bytes(content)
        begin(store, monkeypatch)
        assert [read_yaml_text(PATH, text.encode()) for text in TEXTS] == first[len(FAULTY) :]


def test_a_course_that_is_too_large_is_read_anew(store: PartStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yaml_kept, "_MOST", 1)
    begin(store, monkeypatch)
    read_yaml_text(PATH, b"a: 1\n")
    read_yaml_text(PATH, b"b: 1\n")
    keep(store)
    assert not [*store.folder.rglob("*")]
