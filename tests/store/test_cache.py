"""Cache entries: they come back as they went in, or are found damaged, whatever happens to the writer or the disk.

Covers results.py too.
"""

import errno
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from generator import results
from generator.errors import CacheError
from generator.jobs import Provenance
from generator.results import (
    Bars,
    BarSeries,
    Cloud,
    Frames,
    Heatmap,
    ImageGrid,
    LineChart,
    Panels,
    Result,
    Scatter,
    Series,
    Table,
)
from generator.store import cache as cache_module
from generator.store import files as files_module
from generator.store.cache import Cache
from generator.store.entry import ARRAYS, MANIFEST, RESULT, DamagedEntryError
from tests.waiting_for_tests import until

FP = "ab" * 32
OTHER = "cd" * 32


def provenance(fingerprint: str = FP) -> Provenance:
    return Provenance(
        "add", {"seed": 1, "rate": float("inf")}, fingerprint, "CPU", 1.5, 1, "2026-01-01", versions={"torch": "2"}
    )


def small_result() -> Result:
    return Result(metrics={"total": 3.0}, arrays={"values": np.arange(100.0)})


def rich_result() -> Result:
    x = np.linspace(0, 1, 5, dtype=np.float32)
    grey, rgb = np.zeros((4, 3), np.uint8), np.full((4, 3, 3), 7, np.uint8)
    chart = LineChart((Series("a", x, x**2, low=x - 1, high=x + 1), Series("b", x, x, dashed=True)), "x", "y")
    grid = ImageGrid((grey, rgb, np.eye(3)), 2, titles=("one", "two", "three"), value_range=(0.0, float("nan")))
    bars = Bars(("p", "q"), (BarSeries("s", x[:2], low=x[:2]),), "%", highlight=1)
    heat = Heatmap(np.eye(2), ("a", "b"), ("c", "d"), "count")
    frames = Frames((rgb, rgb), ("first", "last"), (0, 1))
    return Result(
        metrics={
            "whole": 3,
            "part": 0.1,
            "nan": float("nan"),
            "word": "ünï",
            "yes": True,
            "none": None,
            "np": np.float32(0.5),
        },
        tables={"rows": Table(("a", "b"), ((1, "x"), (float("-inf"), None)))},
        figures={"all": Panels((chart, grid, bars, heat, Scatter((Cloud("c", x, x),)), frames), 2, widths=(1.0, 2.0))},
        arrays={"count": np.array(3), "mask": np.array([True, False]), "none": np.zeros((0, 3), np.float16)},
    )


def assert_same(one: Result, other: Result) -> None:
    """Equality of everything, NaN being equal to NaN, arrays by type and shape too."""
    (text, arrays), (other_text, other_arrays) = results.encode(one), results.encode(other)
    assert files_module.to_json(text) == files_module.to_json(other_text)
    assert list(text["metrics"]) == list(other_text["metrics"])
    assert arrays.keys() == other_arrays.keys()
    for name, array in arrays.items():
        np.testing.assert_array_equal(array, other_arrays[name], strict=True)


def saved(folder: Path, result: Result | None = None) -> Cache:
    cache = Cache(folder)
    with cache.lock(FP):
        cache.save(FP, result or small_result(), provenance())
    return cache


def test_every_kind_of_figure_comes_back(tmp_path: Path) -> None:
    cache = saved(tmp_path, rich_result())
    assert_same(cache.load(FP), rich_result())
    assert cache.provenance(FP) == provenance()
    assert cache.metrics(FP)["word"] == "ünï"


def test_who_changes_the_stored_form_raises_its_format() -> None:
    """No fingerprint holds the code that stores: entries of another form have to be told by their format."""
    document, arrays = results.encode(rich_result())
    text = files_module.to_json(document)
    stored = files_module.to_safetensors(arrays)
    names = sorted(
        f"{name} {array.dtype} {array.shape}" for name, array in files_module.from_safetensors(stored).items()
    )
    seen = files_module.digest(text + "\n".join(names).encode())[:16]
    assert (cache_module.FORMAT, seen) == (1, "c7db8977578c6321")


values = st.none() | st.booleans() | st.integers(-(2**63), 2**64) | st.floats() | st.text()
arrays = hnp.arrays(
    st.sampled_from([np.bool_, np.uint8, np.int64, np.int32, np.float16, np.float32, np.float64]),
    hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4),
)
tables = st.lists(values, min_size=1, max_size=4).map(
    lambda row: Table(tuple(map(str, range(len(row)))), (tuple(row),))
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    metrics=st.dictionaries(st.text(), values, max_size=4),
    table=tables,
    stored=st.dictionaries(st.text(), arrays, max_size=3),
)
def test_any_result_comes_back(tmp_path: Path, metrics: dict, table: Table, stored: dict) -> None:
    result = Result(metrics=metrics, tables={"t": table}, arrays=stored)
    assert_same(saved(tmp_path, result).load(FP), result)


def test_same_result_same_bytes(tmp_path: Path) -> None:
    one = Result(arrays={"a": np.zeros(2), "b": np.ones(3, np.int64)})
    other = Result(arrays=dict(reversed(one.arrays.items())))
    assert saved(tmp_path / "1", one).export(FP) == saved(tmp_path / "2", other).export(FP)


@pytest.mark.parametrize("name", [RESULT, ARRAYS, MANIFEST])
@pytest.mark.parametrize("damage", ["flip", "truncate", "delete", "empty"])
def test_damage_is_found(tmp_path: Path, name: str, damage: str) -> None:
    cache = saved(tmp_path)
    path = tmp_path / "entries" / FP[:2] / FP / name
    content = bytearray(path.read_bytes())
    if damage == "flip":
        content[len(content) // 2] ^= 1
        path.write_bytes(content)
    elif damage == "delete":
        path.unlink()
    else:
        path.write_bytes(content[:-1] if damage == "truncate" else b"")
    with pytest.raises(DamagedEntryError) as caught:
        cache.load(FP)
    assert caught.value.fingerprint == FP
    assert not cache.is_sound(FP)
    if damage != "flip":
        assert not cache.has(FP)  # a size is enough to see that
    cache.save(FP, small_result(), provenance())
    assert_same(cache.load(FP), small_result())


@pytest.mark.parametrize("position", range(0, 400, 7))
def test_no_flipped_bit_of_the_manifest_goes_unseen(tmp_path: Path, position: int) -> None:
    cache = saved(tmp_path)
    path = tmp_path / "entries" / FP[:2] / FP / MANIFEST
    content = bytearray(path.read_bytes())
    content[position] ^= 1
    path.write_bytes(content)
    with pytest.raises(DamagedEntryError):
        cache.provenance(FP)


def test_an_entry_of_another_job_is_refused(tmp_path: Path) -> None:
    cache = saved(tmp_path)
    (tmp_path / "entries" / OTHER[:2]).mkdir()
    (tmp_path / "entries" / FP[:2] / FP).rename(tmp_path / "entries" / OTHER[:2] / OTHER)
    assert not cache.has(OTHER)


def test_damaged_entry_errors_survive_the_way_from_a_worker() -> None:
    import pickle

    error = pickle.loads(pickle.dumps(DamagedEntryError(FP, "gone")))
    assert (error.fingerprint, error.reason) == (FP, "gone")


@pytest.mark.parametrize("file", [0, 1, 2, 3])
def test_kill_in_the_middle_of_saving_leaves_no_entry(tmp_path: Path, file: int) -> None:
    """Killed as it writes the first, second or third file, or (0) just before the rename."""
    here = Path(__file__).parent
    command = [sys.executable, str(here / "killed_saver_for_tests.py"), str(tmp_path), str(file)]
    done = subprocess.run(command, env={"PYTHONPATH": str(here.parents[1])}, check=False)
    assert done.returncode == -9
    assert list((tmp_path / "partial").iterdir())  # it was killed at work
    assert not Cache(tmp_path).has(FP)
    assert list(Cache(tmp_path).entries()) == []
    assert_same(saved(tmp_path).load(FP), small_result())
    assert list((tmp_path / "partial").iterdir()) == []


def test_only_a_folder_of_copies_does_not_wait_for_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[int] = []
    monkeypatch.setattr(files_module.os, "fsync", waits.append)
    saved(tmp_path / "own")
    assert len(waits) == 5  # three files, their folder, and the folder of its name
    files = Cache(tmp_path / "own").export(FP)
    Cache(tmp_path / "copies", durable=False).import_(FP, files)
    assert len(waits) == 5
    assert Cache(tmp_path / "copies").load(FP).metrics == Cache(tmp_path / "own").load(FP).metrics


def test_full_disk_leaves_nothing_half_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = files_module.write_file

    def full(path: Path, content: bytes, durable: bool) -> None:
        real(path, content[:10], durable)
        if path.name == ARRAYS:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(cache_module, "write_file", full)
    with pytest.raises(CacheError, match="No space left") as caught:
        saved(tmp_path)
    assert "genreport clean" in caught.value.hint
    assert list((tmp_path / "partial").iterdir()) == []
    assert not Cache(tmp_path).has(FP)


def test_a_really_full_disk(small_disk: Path) -> None:
    with pytest.raises(CacheError, match="No space left"):
        saved(small_disk, Result(arrays={"big": np.zeros(2**22, np.uint8)}))
    assert list((small_disk / "partial").iterdir()) == []
    assert saved(small_disk).has(FP)  # there is room for a small one


def test_a_folder_that_cannot_be_written_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(CacheError, match="Cannot use the cache folder"):
        saved(tmp_path / "file" / "cache")


def test_removed_and_listed(tmp_path: Path) -> None:
    cache = saved(tmp_path)
    cache.checkpoints(OTHER).save({"w": np.zeros(3)}, {})
    (entry,) = cache.entries()
    assert entry.fingerprint == FP
    assert entry.size > 800
    (unfinished,) = cache.unfinished()
    assert unfinished.fingerprint == OTHER
    cache.remove(FP)
    cache.remove(OTHER)
    cache.remove("ef" * 32)  # was never there
    assert not cache.has(FP)
    assert [*cache.entries(), *cache.unfinished()] == []


def test_saving_removes_the_checkpoints(tmp_path: Path) -> None:
    Cache(tmp_path).checkpoints(FP).save({"w": np.zeros(3)}, {})
    assert saved(tmp_path).checkpoints(FP).load() is None


def test_an_entry_travels(tmp_path: Path) -> None:
    files = saved(tmp_path / "there", rich_result()).export(FP)
    cache = Cache(tmp_path / "here")
    cache.import_(FP, files)
    assert_same(cache.load(FP), rich_result())
    path = tmp_path / "here" / "entries" / FP[:2] / FP / ARRAYS
    path.write_bytes(b"x" * path.stat().st_size)  # a damaged one of the right size is replaced
    cache.import_(FP, files)
    assert_same(cache.load(FP), rich_result())


@pytest.mark.parametrize("name", [RESULT, ARRAYS, MANIFEST])
def test_an_entry_damaged_on_the_way_is_refused(tmp_path: Path, name: str) -> None:
    files = saved(tmp_path / "there").export(FP)
    cache = Cache(tmp_path / "here")
    with pytest.raises(DamagedEntryError):
        cache.import_(FP, files | {name: files[name][:-2] + b"xx"})
    with pytest.raises(DamagedEntryError):
        cache.import_(FP, {key: content for key, content in files.items() if key != name})
    with pytest.raises(DamagedEntryError):
        cache.import_(FP, files | {"../../escape": b""})
    assert not cache.has(FP)


def test_the_lock_is_held_by_one_at_a_time(tmp_path: Path) -> None:
    cache, inside, most, waits = Cache(tmp_path), [], [], []

    def use() -> None:
        for _ in range(20):
            with cache.lock(FP, on_wait=lambda: waits.append(1)):
                inside.append(1)
                most.append(len(inside))
                until(lambda: waits, "nobody waits")
                time.sleep(0.001)
                inside.pop()

    threads = [threading.Thread(target=use) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(most), max(most)) == (80, 1)
    assert list((tmp_path / "locks").iterdir()) == []


def test_reading_the_cache_imports_neither_torch_nor_numpy(tmp_path: Path) -> None:
    saved(tmp_path)
    code = f"""
import sys
from pathlib import Path
from generator.store.cache import Cache
cache = Cache(Path({str(tmp_path)!r}))
assert cache.has({FP!r}) and cache.metrics({FP!r}) == {{"total": 3.0}} and cache.provenance({FP!r}).seed == 1
print([name for name in ("torch", "numpy", "pandas", "matplotlib", "distributed") if name in sys.modules])
"""
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
