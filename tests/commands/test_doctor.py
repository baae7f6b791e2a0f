"""The doctor's findings on faults made on purpose: broken packages, missing files, folders that cannot be written."""

from __future__ import annotations

import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from generator.commands import doctor
from generator.commands.doctor import (
    Check,
    Health,
    bytes_to_fetch,
    check_folder,
    check_fonts,
    check_profile,
    every_check,
)
from generator.datasets.sources import SOURCES
from generator.networks.weights import WEIGHTS
from generator.store.memo import Memo

NOTHING: frozenset[str] = frozenset()
EMBEDDED = (frozenset({"embedded_scenes"}), NOTHING)
LIGHT = (frozenset({"imagenet_sample"}), frozenset({"squeezenet1_1"}))


def fake_package(folder: Path, name: str, code: str) -> None:
    (folder / f"{name}.py").write_text(code)


@pytest.fixture
def fakes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder whose modules the child processes import before the installed ones."""
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    return tmp_path


def test_a_sound_machine_has_no_failure_and_every_fault_has_a_remedy(tmp_path: Path) -> None:
    checks = every_check(tmp_path / "data", tmp_path / "cache", {"quick": EMBEDDED, "light": LIGHT})
    states = {check.name: check.state for check in checks}
    assert states["torch"] is states["Pango"] is states["Python"] is Health.OK
    assert states["data, quick"] is Health.OK
    assert states["data, light"] is Health.WARN
    assert all(bool(check.mend) == (check.state is not Health.OK) for check in checks)
    assert all("\n" not in check.found + check.mend for check in checks)
    assert not (tmp_path / "data").exists()
    assert not (tmp_path / "cache").exists()


def test_an_old_python_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "OLDEST_PYTHON", (99, 0))
    check = doctor.check_python()
    assert check.state is Health.FAIL
    assert "Python 99.0" in check.mend


def test_a_torch_that_breaks_torchvision_is_found_without_breaking_the_doctor(fakes: Path) -> None:
    fake_package(fakes, "torch", "__version__ = '2.13.0+cpu'")
    fake_package(fakes, "torchvision", "raise RuntimeError('operator torchvision::nms does not exist')")
    torch, device = doctor.check_torch()
    assert torch.state is Health.FAIL
    assert "operator torchvision::nms does not exist" in torch.found
    assert torch.mend == f"{sys.executable} -m pip install --upgrade --force-reinstall torch torchvision"
    assert device.state is Health.WARN


def test_cards_are_named_before_the_processor(fakes: Path) -> None:
    card = "SimpleNamespace(name=f'Card {number}', total_memory=1)"
    cuda = f"SimpleNamespace(device_count=lambda: 2, get_device_properties=lambda number: {card})"
    mps = "SimpleNamespace(mps=SimpleNamespace(is_available=lambda: True))"
    fake_package(
        fakes,
        "torch",
        f"from types import SimpleNamespace\n__version__ = '9.9'\ncuda = {cuda}\nbackends = {mps}",
    )
    fake_package(fakes, "torchvision", "__version__ = '8.8'")
    torch, device = doctor.check_torch()
    assert torch == Check("torch", Health.OK, "torch 9.9, torchvision 8.8")
    assert device.found.startswith("Card 0; Card 1; Apple GPU (--device mps); ")


def test_a_crash_in_the_child_is_a_finding(fakes: Path) -> None:
    fake_package(fakes, "torch", "import os; os.kill(os.getpid(), 11)")
    assert doctor.check_torch()[0].found == "ended with status -11"


def test_a_child_that_hangs_is_a_finding(fakes: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "PATIENCE", 0.5)
    fake_package(fakes, "weasyprint", "import time; time.sleep(20)")
    assert doctor.check_pango().found == "no answer within 0.5 s"


@pytest.mark.parametrize(
    ("code", "mend"),
    [
        ("raise OSError(\"cannot load library 'libpango-1.0-0'\")", doctor.install_line("pango")),
        ("import no_such_module", f"{sys.executable} -m pip install weasyprint"),
    ],
)
def test_a_missing_pango_and_a_missing_weasyprint_have_different_remedies(fakes: Path, code: str, mend: str) -> None:
    fake_package(fakes, "weasyprint", code)
    check = doctor.check_pango()
    assert (check.state, check.mend) == (Health.FAIL, mend)


@pytest.mark.parametrize(
    ("system", "managers", "line"),
    [
        ("Linux", {"apt-get"}, "sudo apt-get install -y chromium"),
        ("Linux", {"dnf"}, "sudo dnf install -y chromium"),
        ("Darwin", set(), "brew install --cask chromium"),
    ],
)
def test_the_line_to_type_suits_the_machine(
    monkeypatch: pytest.MonkeyPatch, system: str, managers: set[str], line: str
) -> None:
    monkeypatch.setattr(doctor.platform, "system", lambda: system)
    monkeypatch.setattr(doctor.shutil, "which", lambda name: name if name in managers else None)
    assert doctor.install_line("chromium") == line
    assert doctor.check_chromium() == Check(
        "Chromium", Health.WARN, "not found; only the tests of the page need it", line
    )


@pytest.mark.parametrize(
    ("flags", "words"), [("fma avx512_bf16", "with bfloat16"), ("fma avx512f", "without bfloat16")]
)
def test_bfloat16_is_read_from_the_processors_flags(tmp_path: Path, flags: str, words: str) -> None:
    (tmp_path / "cpuinfo").write_text(f"flags\t\t: fpu {flags} sse\n")
    assert doctor.describe_cpu(tmp_path / "cpuinfo").endswith(words)
    assert "bfloat16" not in doctor.describe_cpu(tmp_path / "elsewhere")


def test_a_font_that_a_style_sheet_names_must_be_there(tmp_path: Path) -> None:
    (tmp_path / "fonts").mkdir()
    (tmp_path / "fonts/Text-Regular.woff2").touch()
    (tmp_path / "report.css").write_text("src: url(fonts/Text-Regular.woff2), url('fonts/Text-Bold.woff2')")
    assert check_fonts(tmp_path).state is Health.FAIL
    assert "fonts: Text-Bold.woff2" in check_fonts(tmp_path).found
    (tmp_path / "fonts/Text-Bold.woff2").touch()
    assert check_fonts(tmp_path).state is Health.OK


def test_a_package_without_style_sheets_is_a_failure(tmp_path: Path) -> None:
    assert check_fonts(tmp_path).state is Health.FAIL


def test_a_folder_that_cannot_be_written_is_a_failure(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    check = check_folder("cache folder", tmp_path / "file" / "cache", 0)
    assert check.state is Health.FAIL
    assert "--cache" in check.mend


def test_a_complete_data_folder_need_not_be_writable(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert check_folder("data folder", tmp_path / "file", needed=0).state is Health.WARN
    assert check_folder("data folder", tmp_path / "file", needed=1).state is Health.FAIL


def test_too_little_room_is_a_warning_with_both_numbers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor.shutil, "disk_usage", lambda _: SimpleNamespace(free=10**9))
    check = check_folder("cache folder", tmp_path, 2 * 10**9)
    assert check.state is Health.WARN
    assert "1.0 GB free, 2.0 GB needed" in check.found


def test_what_is_to_fetch_counts_a_shared_file_once_and_a_present_one_not_at_all(tmp_path: Path) -> None:
    squeezenet = WEIGHTS["squeezenet1_1"]
    both = squeezenet.size + SOURCES["imagenet_sample"].files[0].size
    assert bytes_to_fetch(tmp_path, {"light": LIGHT, "course": LIGHT}) == both
    (tmp_path / squeezenet.path).parent.mkdir(parents=True)
    (tmp_path / squeezenet.path).touch()
    assert bytes_to_fetch(tmp_path, {"light": LIGHT}) == both - squeezenet.size


def test_of_many_missing_files_a_few_are_named(tmp_path: Path) -> None:
    missing = check_profile("light", tmp_path, frozenset({"mnist", "mnist_m", "mnist_m_plain"}), NOTHING, Memo(None))
    assert missing.found.startswith("missing: train-images-idx3-ubyte, train-labels-idx1-ubyte, ")
    assert missing.found.endswith("100075.jpg and 199 more (69.5 MB)")


def test_missing_and_foreign_files_are_told_apart(tmp_path: Path) -> None:
    missing = check_profile("light", tmp_path, *LIGHT, Memo(None))
    assert missing.found == "missing: imagenet_val_25.npz, squeezenet1_1-b8a52dc0.pth (8.9 MB)"
    assert missing.mend == "genreport fetch --profile light"
    for file in (WEIGHTS["squeezenet1_1"], SOURCES["imagenet_sample"].files[0]):
        (tmp_path / file.path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file.path).write_bytes(b"from the teacher")
    foreign = check_profile("light", tmp_path, *LIGHT, Memo(None))
    assert foreign.state is Health.WARN
    assert "squeezenet1_1-b8a52dc0.pth" in foreign.found
    assert "--force" in foreign.mend


def test_a_packaged_photograph_that_is_gone_is_a_failure(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("generator.datasets.local_files.packaged_photographs", lambda: tmp_path)
    check = check_profile("quick", tmp_path, *EMBEDDED, Memo(None))
    assert check.state is Health.FAIL
    assert "astronaut.png" in check.found


def test_an_unknown_data_set_in_a_profile_is_a_key_error(tmp_path: Path) -> None:
    with pytest.raises(KeyError, match="no_such_set"):
        check_profile("quick", tmp_path, frozenset({"no_such_set"}), NOTHING, Memo(None))
