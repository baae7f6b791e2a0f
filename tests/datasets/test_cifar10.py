"""CIFAR-10's two forms: the authors' archive, and the file with a part of it.

Covers datasets/cifar10_subset.py too.
"""

from __future__ import annotations

import hashlib
import io
import os
import tarfile
from pathlib import Path

import numpy as np
import pytest

from generator.datasets.cifar10 import FILES, FOLDER, RECORD, decoded
from generator.datasets.local_files import data_files
from generator.datasets.pixels import load_pixels
from generator.errors import DataMissingError

DATA = Path(os.environ.get("GENREPORT_DATA") or Path(__file__).resolve().parents[3] / "shared/data")


def packed(folder: Path, images: dict[str, bytes]) -> None:
    with tarfile.open(folder / "cifar-10-binary.tar.gz", "w:gz") as archive:
        for name, content in images.items():
            member = tarfile.TarInfo(f"{FOLDER}/{name}")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))


def record(label: int, red: int, green: int, blue: int) -> bytes:
    return bytes([label]) + bytes([red]) * 1024 + bytes([green]) * 1024 + bytes([blue]) * 1024


def test_the_archive_is_read_part_by_part_file_by_file(tmp_path):
    packed(
        tmp_path,
        {
            **{name: record(number, number, 7, 9) for number, name in enumerate(FILES["train"])},
            FILES["test"][0]: record(3, 1, 2, 3) + record(8, 4, 5, 6),
        },
    )
    train, test = (load_pixels("cifar10", tmp_path, part) for part in ("train", "test"))
    assert train.labels.tolist() == [0, 1, 2, 3, 4]
    assert test.images.shape == (2, 32, 32, 3)
    assert (test.images[1] == [4, 5, 6]).all()
    assert [test.class_names[label] for label in test.labels] == ["cat", "ship"]


def test_a_record_is_a_label_and_three_planes_row_by_row():
    content = bytearray(RECORD)
    content[0], content[1 + 32 * 2 + 5], content[1 + 1024 + 1] = 6, 200, 100
    images, labels = decoded(bytes(content))
    assert labels.tolist() == [6]
    assert images[0, 2, 5].tolist() == [200, 0, 0]
    assert images[0, 0, 1].tolist() == [0, 100, 0]
    assert int((images != 0).sum()) == 2


@pytest.mark.parametrize("content", [{"data_batch_1.bin": record(0, 0, 0, 0)}, {"test_batch.bin": b"short"}])
def test_an_archive_that_is_not_the_published_one_is_an_error_with_a_way_out(tmp_path, content):
    packed(tmp_path, content)
    with pytest.raises(DataMissingError, match=r"cifar-10-binary\.tar\.gz cannot be read") as raised:
        load_pixels("cifar10", tmp_path, "test")
    assert "genreport fetch" in raised.value.hint


@pytest.mark.parametrize(
    ("name", "file"), [("cifar10", "cifar-10-binary.tar.gz"), ("cifar10_subset", "cifar10_subset.npz")]
)
def test_missing_files_are_named_and_a_cut_one_is_told_from_them(tmp_path, name, file):
    assert data_files(name, tmp_path) == (tmp_path / file,)
    with pytest.raises(DataMissingError, match=f"{file} is not there"):
        load_pixels(name, tmp_path, "test")
    (tmp_path / file).write_bytes(b"\x1f\x8bPK cut")
    with pytest.raises(DataMissingError, match=f"{file} cannot be read"):
        load_pixels(name, tmp_path, "test")


def test_the_part_is_the_published_first_training_file():
    if not (DATA / "cifar10_subset.npz").is_file():
        pytest.skip("cifar10_subset.npz is not in the data folder")
    train, test = (load_pixels("cifar10_subset", DATA, part) for part in ("train", "test"))
    assert (len(train), len(test)) == (10_000, 1_000)
    planes = train.images.transpose(0, 3, 1, 2).reshape(len(train), -1)
    content = np.concatenate([train.labels[:, None].astype(np.uint8), planes], axis=1).tobytes()
    # The published MD5 of data_batch_1.bin.
    assert hashlib.md5(content).hexdigest() == "5dd7e06a14cb22eb9f671a540d1b7c25"
    again, labels = decoded(content)
    assert np.array_equal(again, train.images)
    assert np.array_equal(labels, train.labels)
    assert test.labels[:8].tolist() == [3, 8, 8, 0, 6, 6, 1, 6]
