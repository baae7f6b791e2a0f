"""A data set's digest stands for its files, where they lie below the data folder, and for nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.networks.weights import WEIGHTS
from generator.planning.data import digest_of, files_of, label
from generator.planning.parameters import Kind
from generator.store.memo import Memo


def write(folder: Path, **files: str) -> Path:
    for name, content in files.items():
        path = folder / "15-Scene" / name / "1.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    return folder


def of(folder: Path) -> tuple[str, list[str]]:
    return digest_of(files_of("dataset/scenes15", folder), folder, Memo(None))


def test_a_digest_is_of_content_and_place(tmp_path: Path) -> None:
    first = of(write(tmp_path / "a", coast="x", forest="y"))
    assert of(write(tmp_path / "b", coast="x", forest="y")) == first
    assert of(write(tmp_path / "c", coast="y", forest="x")) != first
    assert of(write(tmp_path / "d", coast="x", hills="y")) != first


def test_what_is_missing_is_named(tmp_path: Path) -> None:
    assert of(tmp_path)[1] == [str(tmp_path / "15-Scene")]
    assert of(write(tmp_path, coast="x"))[1] == []


@pytest.mark.parametrize("kind", [Kind.DATASET, Kind.NETWORK])
def test_labels_lead_back_to_files(tmp_path: Path, kind: Kind) -> None:
    name, path = {Kind.DATASET: ("scenes15", "15-Scene"), Kind.NETWORK: ("vgg16", WEIGHTS["vgg16"].path)}[kind]
    assert files_of(label(kind, name), tmp_path) == (tmp_path / path,)
