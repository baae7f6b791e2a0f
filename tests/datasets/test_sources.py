"""The table of data sets: complete, free of heavy imports, and true to the files that it names."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from generator.datasets.download import Condition, condition
from generator.datasets.local_files import data_files
from generator.datasets.sources import SOURCES, RemoteFile
from generator.store.memo import Memo, sha256

DATA = Path(os.environ.get("GENREPORT_DATA") or Path(__file__).resolve().parents[3] / "shared/data")


@pytest.mark.parametrize("name", SOURCES)
def test_each_source_goes_by_its_own_name_and_states_its_terms(name: str) -> None:
    source = SOURCES[name]
    assert source.name == name
    assert source.title
    assert source.licence
    assert source.citation


@pytest.mark.parametrize("name", SOURCES)
def test_each_file_is_pinned_and_stays_inside_the_data_folder(name: str) -> None:
    for file in SOURCES[name].files:
        assert file.url.startswith("https://"), file
        assert len(file.sha256) == 64, file
        assert file.size > 0, file
        assert file.packed is None or len(file.packed.sha256) == 64, file
        assert not Path(file.path).is_absolute(), file
        assert ".." not in Path(file.path).parts, file


@pytest.mark.parametrize("name", [name for name, source in SOURCES.items() if source.files])
def test_the_stated_sizes_and_digests_are_those_of_the_real_files(name: str) -> None:
    files = [file for file in SOURCES[name].files if (DATA / file.path).is_file()]
    if not files:
        pytest.skip(f"no file of {name} is in the data folder")
    assert [file.path for file in files if condition(file, DATA, Memo(None)) is not Condition.PUBLISHED] == []


def test_a_fetched_set_stands_for_its_files_in_the_data_folder(tmp_path: Path) -> None:
    assert data_files("imagenet_sample", tmp_path) == (tmp_path / "imagenet_val_25.npz",)


def test_the_embedded_scenes_are_the_photographs_that_skimage_reads(tmp_path: Path) -> None:
    files = data_files("embedded_scenes", tmp_path)
    from skimage.data._registry import registry

    assert len(files) == len(set(files)) == 15
    assert all(file.is_file() for file in files)
    assert {file.name: sha256(file) for file in files} == {file.name: registry[f"data/{file.name}"] for file in files}


def test_blends_stand_for_digits_and_photographs(tmp_path: Path) -> None:
    files = data_files("mnist_m", tmp_path)
    assert {file.parent.relative_to(tmp_path).as_posix() for file in files} == {"MNIST/raw", "BSDS500/train"}
    assert data_files("mnist_m_plain", tmp_path) == files
    embedded = data_files("embedded_mnist_m", tmp_path)
    assert set(data_files("embedded_mnist", tmp_path)) < set(embedded)
    assert all(file.is_file() for file in embedded)


def test_an_unknown_set_is_a_key_error(tmp_path: Path) -> None:
    with pytest.raises(KeyError, match="no_such_set"):
        data_files("no_such_set", tmp_path)


def test_a_size_within_the_publishers_rounding_is_accepted() -> None:
    file = RemoteFile("w.pth", "https://example.org/w.pth", "abcd" + "0" * 60, size=1_000, size_slack=5)
    assert [file.has_size(size) for size in (994, 995, 1_005, 1_006)] == [False, True, True, False]
    assert file.has_digest("abcd" + "0" * 60)
    assert not file.has_digest("abce" + "0" * 60)


def test_planning_needs_neither_numpy_nor_torch_for_the_tables() -> None:
    code = (
        "import sys, pathlib; from generator.datasets.local_files import data_files; import generator.networks.weights;"
        "data_files('embedded_scenes', pathlib.Path()); import generator.datasets.download;"
        "print(*{'numpy', 'torch', 'skimage', 'PIL', 'requests', 'pooch'} & set(sys.modules))"
    )
    child = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert child.stdout.strip() == ""
