"""Entries made by somebody else: whatever they hold, with checksums that are right, they are read or found damaged.

Covers store/entry.py too.
"""

from __future__ import annotations

import json
import random
import struct
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from generator.results import Bars, BarSeries, Frames, Heatmap, ImageGrid, LineChart, Result, Series
from generator.store.cache import Cache
from generator.store.entry import ARRAYS, FORMAT, MANIFEST, RESULT, DamagedEntryError
from generator.store.files import digest, to_json
from tests.store.test_cache import FP, provenance, rich_result, saved, small_result


def put(cache: Cache, manifest: dict[str, Any] | bytes, files: dict[str, bytes], fingerprint: str = FP) -> None:
    """Write an entry as it is, its manifest sealed with the right checksum."""
    place = cache.folder / "entries" / fingerprint[:2] / fingerprint
    place.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (place / name).write_bytes(content)
    if isinstance(manifest, dict):
        try:
            seal = digest(to_json(manifest))
            manifest = json.dumps(manifest | {"sha256": seal}, separators=(",", ":")).encode()
        except (ValueError, RecursionError) as error:  # what to_json refuses
            pytest.fail(f"give bytes instead: {error}")
    (place / MANIFEST).write_bytes(manifest)


def listed(files: dict[str, bytes]) -> dict[str, Any]:
    return {name: {"size": len(content), "sha256": digest(content)} for name, content in files.items()}


def read_all(cache: Cache) -> bool:
    """Read an entry in every way there is; True when nothing was wrong. Only DamagedEntryError may come out."""
    there, sound = cache.has(FP), True
    for way in (cache.provenance, cache.metrics, cache.load, cache.export):
        try:
            way(FP)
        except DamagedEntryError:
            sound = False
    assert cache.is_sound(FP) in (True, False)
    assert there or not sound
    return sound


def files_of(result: Result, folder: Path) -> dict[str, bytes]:
    return saved(folder, result).export(FP)


def tensors(header: Any, data: bytes = b"", length: int | None = None) -> bytes:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text) if length is None else length) + text + data


NOTHING = {"metrics": {}, "tables": {}, "figures": {}, "arrays": []}
DEEP = b'{"metrics":' + b"[" * 100_000 + b"]" * 100_000 + b"}"
NEST = "".join(['{"kind":"Panels","columns":1,"panels":['] * 400 + ["]}"] * 400)


def crafted(**parts: Any) -> bytes:
    return json.dumps(NOTHING | parts).encode()


DOCUMENTS: dict[str, bytes] = {
    "empty": b"",
    "not JSON": b"{",
    "not UTF-8": b'{"metrics":{"a":"\xff"}}',
    "a list": b"[]",
    "a number": b"3",
    "null": b"null",
    "deep": DEEP,
    "deep figures": crafted(figures={"f": 1}).replace(b"1", NEST.encode()),
    "no metrics": b'{"tables":{},"figures":{},"arrays":[]}',
    "metrics a list": crafted(metrics=[1]),
    "metrics a text": crafted(metrics="total"),
    "metric a list": crafted(metrics={"total": [1]}),
    "metric a mapping": crafted(metrics={"total": {"a": 1}}),
    "metric huge": crafted(metrics={"total": 10**400}),
    "metric longer than Python reads": crafted(metrics={"total": 1}).replace(b"1", b"9" * 5000),
    "metric a bare NaN": crafted(metrics={"total": float("nan")}),
    "metric half a character": crafted(metrics={"total": "\ud800"}),
    "metric named by half a character": crafted(metrics={"\udc00": 1}),
    "a float that is none": crafted(metrics={"total": {"$float": "one"}}),
    "a float of a list": crafted(metrics={"total": {"$float": []}}),
    "a name twice": b'{"metrics":{"a":1,"a":2},"tables":{},"figures":{},"arrays":[]}',
    "tables a list": crafted(tables=[]),
    "table a number": crafted(tables={"t": 3}),
    "table a chart": crafted(tables={"t": {"kind": "LineChart", "series": [], "x_label": "", "y_label": ""}}),
    "table of no kind": crafted(tables={"t": {"columns": [], "rows": []}}),
    "table of an unknown kind": crafted(tables={"t": {"kind": "Row"}}),
    "table of a list's kind": crafted(tables={"t": {"kind": ["Table"]}}),
    "table with more": crafted(tables={"t": {"kind": "Table", "columns": [], "rows": [], "more": 1}}),
    "table with less": crafted(tables={"t": {"kind": "Table", "columns": []}}),
    "ragged table": crafted(tables={"t": {"kind": "Table", "columns": ["a"], "rows": [[1, 2]]}}),
    "table of numbers for rows": crafted(tables={"t": {"kind": "Table", "columns": ["a"], "rows": [1]}}),
    "table in a cell": crafted(tables={"t": {"kind": "Table", "columns": ["a"], "rows": [[[1]]]}}),
    "columns a number": crafted(tables={"t": {"kind": "Table", "columns": 3, "rows": []}}),
    "columns of numbers": crafted(tables={"t": {"kind": "Table", "columns": [1], "rows": [[1]]}}),
    "figure a table": crafted(figures={"f": {"kind": "Table", "columns": [], "rows": []}}),
    "figure null": crafted(figures={"f": None}),
    "figure of an array that is not there": crafted(figures={"f": {"array": "nowhere"}}),
    "figure of an array named by a list": crafted(figures={"f": {"array": [1]}}),
    "series a number": crafted(figures={"f": {"kind": "LineChart", "series": 1, "x_label": "", "y_label": ""}}),
    "label a number": crafted(figures={"f": {"kind": "LineChart", "series": [], "x_label": 1, "y_label": ""}}),
    "limits of one": crafted(
        figures={"f": {"kind": "LineChart", "series": [], "x_label": "", "y_label": "", "y_limits": [1]}}
    ),
    "no columns": crafted(figures={"f": {"kind": "ImageGrid", "images": [], "columns": 0}}),
    "columns true": crafted(figures={"f": {"kind": "ImageGrid", "images": [], "columns": True}}),
    "frames without images": crafted(figures={"f": {"kind": "Frames", "images": [], "captions": [], "keys": []}}),
    "arrays a mapping": crafted(arrays={"a": 1}),
    "arrays of lists": crafted(arrays=[[1]]),
    "an array that is not there": crafted(arrays=["values"]),
    "arrays null": crafted(arrays=None),
}
TENSORS: dict[str, bytes] = {
    "empty": b"",
    "short": b"\x01",
    "a header longer than the file": tensors({}, length=2**62),
    "a header of 2^64": tensors({}, length=2**64 - 1),
    "a header that is no JSON": tensors(b"{{{"),
    "a header that is not UTF-8": tensors(b'{"\xff":1}'),
    "a deep header": tensors(b"[" * 100_000),
    "a type that NumPy lacks": tensors({"arrays/a": {"dtype": "F8_E4M3", "shape": [1], "data_offsets": [0, 1]}}, b"1"),
    "bfloat16": tensors({"arrays/a": {"dtype": "BF16", "shape": [1], "data_offsets": [0, 2]}}, b"12"),
    "an unknown type": tensors({"arrays/a": {"dtype": "X9", "shape": [1], "data_offsets": [0, 1]}}, b"1"),
    "a shape too large": tensors({"arrays/a": {"dtype": "U8", "shape": [2**40], "data_offsets": [0, 1]}}, b"1"),
    "a shape that overflows": tensors({"arrays/a": {"dtype": "U8", "shape": [2**40] * 3, "data_offsets": [0, 1]}}),
    "a negative shape": tensors({"arrays/a": {"dtype": "U8", "shape": [-1], "data_offsets": [0, 1]}}, b"1"),
    "empty with absurd sides": tensors(
        {"arrays/a": {"dtype": "U8", "shape": [0, 2**62, 2**62], "data_offsets": [0, 0]}}
    ),
    "many sides": tensors({"arrays/a": {"dtype": "U8", "shape": [1] * 100, "data_offsets": [0, 1]}}, b"1"),
    "places turned round": tensors({"arrays/a": {"dtype": "U8", "shape": [1], "data_offsets": [1, 0]}}, b"1"),
    "two in one place": tensors(
        {name: {"dtype": "U8", "shape": [1], "data_offsets": [0, 1]} for name in ("arrays/a", "arrays/b")}, b"1"
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_crafted_document_is_damage(tmp_path: Path, name: str) -> None:
    files = {RESULT: DOCUMENTS[name], ARRAYS: tensors({})}
    cache = Cache(tmp_path)
    manifest = {"format": FORMAT, "files": listed(files), "provenance": asdict(provenance())}
    put(cache, manifest, files)
    assert not read_all(cache)
    with pytest.raises(DamagedEntryError):
        cache.load(FP)


@pytest.mark.parametrize("name", TENSORS)
def test_a_crafted_file_of_arrays_is_damage(tmp_path: Path, name: str) -> None:
    files = {RESULT: crafted(arrays=["a"]), ARRAYS: TENSORS[name]}
    cache = Cache(tmp_path)
    put(cache, {"format": FORMAT, "files": listed(files), "provenance": asdict(provenance())}, files)
    assert not read_all(cache)


def _without(*keys: str) -> Callable[[dict[str, Any]], Any]:
    return lambda manifest: {key: value for key, value in manifest.items() if key not in keys}


def _provenance(**values: Any) -> Callable[[dict[str, Any]], Any]:
    return lambda manifest: manifest | {"provenance": manifest["provenance"] | values}


def _files(change: Callable[[dict[str, Any]], Any]) -> Callable[[dict[str, Any]], Any]:
    return lambda manifest: manifest | {"files": change(manifest["files"])}


MANIFESTS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "no files": _without("files"),
    "no provenance": _without("provenance"),
    "no format": _without("format"),
    "files a list": _files(list),
    "files null": _files(lambda files: None),
    "no file": _files(lambda files: {}),
    "one file": _files(lambda files: {RESULT: files[RESULT]}),
    "a file elsewhere": _files(lambda files: files | {"../../../secret": files[RESULT]}),
    "a file with no name": _files(lambda files: files | {"\0": files[RESULT]}),
    "a file listed as a number": _files(lambda files: files | {RESULT: 3}),
    "a file listed without a size": _files(lambda files: files | {RESULT: {"sha256": files[RESULT]["sha256"]}}),
    "a file listed without a checksum": _files(lambda files: files | {RESULT: {"size": files[RESULT]["size"]}}),
    "provenance a list": lambda manifest: manifest | {"provenance": [FP]},
    "provenance with more": _provenance(more=1),
    "provenance with less": lambda manifest: manifest | {"provenance": {"fingerprint": FP}},
    "duration a text": _provenance(duration="long"),
    "duration null": _provenance(duration=None),
    "device a number": _provenance(device=3),
    "device half a character": _provenance(device="\ud800"),
    "parameters a list": _provenance(parameters=[1]),
    "threads a list": _provenance(threads=[]),
    "finished a number": _provenance(finished=1),
}


@pytest.mark.parametrize("name", MANIFESTS)
def test_a_crafted_manifest_is_damage(tmp_path: Path, name: str) -> None:
    cache = saved(tmp_path)
    files = {key: content for key, content in cache.export(FP).items() if key != MANIFEST}
    manifest = {"format": FORMAT, "files": listed(files), "provenance": asdict(provenance())}
    put(cache, MANIFESTS[name](manifest), {})
    assert not read_all(cache)
    assert not cache.has(FP)  # what planning takes for a result, it also tells the origin of
    assert not cache.is_sound(FP)  # and what a worker does


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"3", b"null", b'"x"', b"{}", b"[" * 100_000, b'{"sha256":1}', b"\xff"]
)
def test_a_manifest_that_is_none_is_damage(tmp_path: Path, content: bytes) -> None:
    cache = saved(tmp_path)
    put(cache, content, {})
    assert not read_all(cache)
    assert not cache.has(FP)


X = np.arange(3.0)


@pytest.mark.parametrize(
    "figure",
    [
        LineChart((Series("s", X, X[:2]),), "x", "y"),
        LineChart((Series("s", X.reshape(3, 1), X.reshape(3, 1)),), "x", "y"),
        LineChart((Series("s", X, X, low=X[:1]),), "x", "y"),
        Bars(("a",), (BarSeries("s", X),), "%"),
        Heatmap(np.eye(2), ("a",), ("b", "c"), "count"),
        Heatmap(np.zeros(2), ("a", "b"), (), "count"),
        ImageGrid((np.zeros((2, 2, 4)),), 1),
        ImageGrid((np.zeros((0, 2)),), 1),
        ImageGrid((np.zeros((2, 2)),), 1, colour_label="a scale without a range"),
        Frames((np.zeros((2, 2), np.uint8),), (), ()),
        Frames((np.zeros((2, 2), np.uint8),), ("one",), (1,)),
        Frames((np.zeros((2, 2), np.uint8), np.zeros((3, 2), np.uint8)), ("one", "two"), ()),
    ],
)
def test_what_could_not_be_read_back_is_not_saved(tmp_path: Path, figure: Any) -> None:
    """Otherwise it would be computed, found damaged and computed again for ever."""
    with pytest.raises(ValueError, match="'f'"):
        saved(tmp_path, Result(figures={"f": figure}))
    assert not Cache(tmp_path).has(FP)
    assert not (tmp_path / "partial" / FP).exists()


WRONG: list[Any] = [None, True, -1, 2**70, 1e999, float("nan"), "", "x", "\ud800", [], [[]], {}, {"kind": "Table"}]
WRONG += [{"array": "figures/all"}, {"$float": 1}, "\0", "../x"]


def places(value: Any, found: list[tuple[Any, Any]]) -> list[tuple[Any, Any]]:
    for key, item in list(value.items()) if isinstance(value, dict) else list(enumerate(value)):
        found.append((value, key))
        if isinstance(item, dict | list):
            places(item, found)
    return found


@pytest.mark.parametrize("seed", range(80))
def test_mutated_entries_are_read_or_found_damaged(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    files = files_of(rich_result() if seed % 3 else small_result(), tmp_path)
    del files[MANIFEST]
    cache = Cache(tmp_path)
    manifest: dict[str, Any] = {"format": FORMAT, "provenance": asdict(provenance())}
    for _ in range(rng.randint(1, 3)):
        document = json.loads(files[RESULT])
        holder, key = rng.choice(places(document, []))
        how = rng.randrange(4)
        if how == 0 and isinstance(holder, dict):
            del holder[key]
        elif how == 1 and isinstance(holder, dict):
            holder[rng.choice(["kind", "array", "more"])] = holder.pop(key)
        else:
            holder[key] = rng.choice(WRONG)
        files[RESULT] = json.dumps(document).encode()
        if rng.random() < 0.3:
            size = struct.unpack("<Q", files[ARRAYS][:8])[0]
            header = bytearray(files[ARRAYS][8 : 8 + size])
            header[rng.randrange(len(header))] = rng.choice(b'0123456789"{}[],:FUIx\xff')
            files[ARRAYS] = files[ARRAYS][:8] + bytes(header) + files[ARRAYS][8 + size :]
    put(cache, manifest | {"files": listed(files)}, files)
    read_all(cache)
