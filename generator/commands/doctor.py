"""Look over everything that a build needs, and say for each fault how to mend it."""

from __future__ import annotations

import dataclasses
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from types import MappingProxyType

from generator.commands.fetch import by_hand, remote_files
from generator.commands.session import Settings, open_session
from generator.course.own_data import OwnData
from generator.datasets.download import Condition, condition
from generator.folders import PACKAGE, templates_folder
from generator.store.memo import Memo

OLDEST_PYTHON = (3, 11)
NAMED = 5  # missing files that are named; the photographs behind MNIST-M alone are two hundred
ROOM = 2 * 10**9  # bytes; a course build's results, checkpoints and report stay well below
PATIENCE = 120  # seconds; torch's first import on a slow disk takes tens of them

#: A profile's name to the names of the data sets and of the pre-trained networks that it uses.
Needs = Mapping[str, tuple[frozenset[str], frozenset[str]]]
#: A course's own data sets and networks, by label.
Own = Mapping[str, OwnData]


class Health(Enum):
    """How a check went; only FAIL keeps every report from being built."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True)
class Check:
    """One thing looked at: what was found, and in one line what to do about it (empty when all is well)."""

    name: str
    state: Health
    found: str
    mend: str = ""


def diagnose(settings: Settings) -> list[Check]:
    """Check what every profile needs on this machine."""
    session = open_session(settings)
    needs = {
        name: open_session(dataclasses.replace(settings, profile=name, overrides={})).needs()
        for name in session.course.profiles
    }
    own = session.course.own_data
    checks = every_check(settings.folders.data, settings.folders.cache, needs, session.memo, own)
    session.save()
    return checks


def every_check(
    data: Path, cache: Path, profiles: Needs, memo: Memo | None = None, own: Own = MappingProxyType({})
) -> list[Check]:
    """Every check, in the order in which faults should be mended.

    ``memo`` remembers the digests of data files, so that large ones are not read each time. Raises KeyError when a
    profile names a data set or network that is in none of the tables, nor the course's ``own``.
    """
    with ThreadPoolExecutor() as children:  # two imports of seconds each, in processes of their own
        torch, pango = children.submit(check_torch), children.submit(check_pango)
        return [
            check_python(),
            *torch.result(),
            pango.result(),
            check_fonts(templates_folder() / "report"),
            check_chromium(),
            check_folder("cache folder", cache, ROOM),
            check_folder("data folder", data, bytes_to_fetch(data, profiles, own)),
            *(check_profile(name, data, *needs, memo or Memo(None), own) for name, needs in profiles.items()),
        ]


def check_python() -> Check:
    """Whether this Python is new enough."""
    found = f"Python {platform.python_version()} at {sys.executable}"
    if sys.version_info >= OLDEST_PYTHON:
        return Check("Python", Health.OK, found)
    wanted = ".".join(map(str, OLDEST_PYTHON))
    return Check(
        "Python", Health.FAIL, found, f"install Python {wanted} or newer and make the environment anew with it"
    )


def check_torch() -> tuple[Check, Check]:
    """Whether torch and torchvision work together, and what they can compute on; asked in a child process.

    A torch that does not belong to the installed torchvision breaks its import ("operator torchvision::nms does not
    exist"), and that must not end this process.
    """
    output, fault = _ask(
        "import dataclasses, json, torch, torchvision; from generator.running.device import find_accelerators;"
        "print(json.dumps([torch.__version__, torchvision.__version__, dataclasses.asdict(find_accelerators())]))"
    )
    if fault:
        mend = f"{sys.executable} -m pip install --upgrade --force-reinstall torch torchvision"
        return (
            Check("torch", Health.FAIL, fault, mend),
            Check("device", Health.WARN, "unknown while torch does not import", "mend torch first"),
        )
    torch, torchvision, accelerators = json.loads(output)
    devices = [*accelerators["cuda"], *(["Apple GPU (--device mps)"] if accelerators["mps"] else []), describe_cpu()]
    return (
        Check("torch", Health.OK, f"torch {torch}, torchvision {torchvision}"),
        Check("device", Health.OK, "; ".join(devices)),
    )


def describe_cpu(cpuinfo: Path = Path("/proc/cpuinfo")) -> str:
    """Cores, and whether they have bfloat16 arithmetic (which halves the time of some trainings)."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    try:
        flags = set(re.findall(r"\w+", cpuinfo.read_text(encoding="utf-8")))
    except OSError:
        return f"{cores} CPU cores"
    bfloat16 = flags & {"avx512_bf16", "amx_bf16", "bf16"}
    return f"{cores} CPU cores {'with' if bfloat16 else 'without'} bfloat16"


def check_pango() -> Check:
    """Whether WeasyPrint finds Pango; asked in a child process because a half-found library can crash."""
    output, fault = _ask(
        "import weasyprint; from weasyprint.text.ffi import pango; print(weasyprint.__version__, pango.pango_version())"
    )
    if not fault:
        weasyprint, number = output.split()
        major, minor, micro = int(number) // 10_000, int(number) // 100 % 100, int(number) % 100
        return Check("Pango", Health.OK, f"Pango {major}.{minor}.{micro}, WeasyPrint {weasyprint}")
    if "ModuleNotFoundError" in fault:
        return Check("Pango", Health.FAIL, fault, f"{sys.executable} -m pip install weasyprint")
    return Check("Pango", Health.FAIL, fault, install_line("pango"))


def install_line(package: str) -> str:
    """What to type for Pango or Chromium on this machine; the set-up script prints the same."""
    names = {
        "apt-get": {"pango": "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0", "chromium": "chromium"},
        "dnf": {"pango": "pango", "chromium": "chromium"},
        "brew": {"pango": "pango", "chromium": "--cask chromium"},
    }
    if platform.system() == "Darwin":
        return f"brew install {names['brew'][package]}"
    manager = "dnf" if shutil.which("dnf") and not shutil.which("apt-get") else "apt-get"
    return f"sudo {manager} install -y {names[manager][package]}"


def check_fonts(report: Path) -> Check:
    """Whether every font that the report's style sheets name is there."""
    sheets = " ".join(sheet.read_text(encoding="utf-8") for sheet in sorted(report.glob("*.css*")))
    named = set(re.findall(r"[\w.-]+\.(?:woff2?|ttf|otf)\b", sheets))
    missing = sorted(name for name in named if not (report / "fonts" / name).is_file())
    if named and not missing:
        return Check("fonts", Health.OK, f"{len(named)} font files in {report / 'fonts'}")
    found = f"missing in {report / 'fonts'}: {', '.join(missing) or 'all'}"
    return Check("fonts", Health.FAIL, found, "install genreport again, or check out templates/report/fonts again")


def check_chromium() -> Check:
    """Whether there is a browser for the tests of the HTML page; no report needs one."""
    names = ("chromium", "chromium-browser", "google-chrome", "/Applications/Chromium.app/Contents/MacOS/Chromium")
    path = next(filter(None, map(shutil.which, names)), None)
    if path is not None:
        return Check("Chromium", Health.OK, path)
    return Check("Chromium", Health.WARN, "not found; only the tests of the page need it", install_line("chromium"))


def check_folder(name: str, folder: Path, needed: int) -> Check:
    """Whether a folder can be written to and has ``needed`` bytes left; it is not created."""
    absolute = folder.absolute()
    existing = next(place for place in (absolute, *absolute.parents) if place.exists())
    try:
        with tempfile.TemporaryFile(dir=existing):
            free = shutil.disk_usage(existing).free
    except OSError as error:
        option = "--data" if name.startswith("data") else "--cache"
        mend = f"make {absolute} a folder that you may write to, or choose another with {option}"
        # a teacher's read-only data folder with everything in it is as good as any
        state = Health.WARN if name.startswith("data") and needed == 0 else Health.FAIL
        return Check(name, state, f"{absolute}: {error.strerror or error}", mend)
    found = f"{absolute}, {free / 1e9:,.1f} GB free"
    if free >= needed:
        return Check(name, Health.OK, found)
    return Check(name, Health.WARN, f"{found}, {needed / 1e9:,.1f} GB needed", "free some space there")


def bytes_to_fetch(data: Path, profiles: Needs, own: Own = MappingProxyType({})) -> int:
    """What fetching everything that is missing would take, files that several profiles share counted once."""
    files = {file for needs in profiles.values() for file in remote_files(*needs, own)}
    return sum(file.size for file in files if not (data / file.path).exists())


def check_profile(
    name: str, data: Path, datasets: frozenset[str], networks: frozenset[str], memo: Memo,
    own: Own = MappingProxyType({}),
) -> Check:  # fmt: skip
    """Whether a profile's data and weights are there and are the published ones."""
    title = f"data, {name}"
    files = remote_files(datasets, networks, own)
    conditions = {file: condition(file, data, memo) for file in files}
    missing = [file for file, found in conditions.items() if found is Condition.MISSING]
    different = [Path(file.path).name for file, found in conditions.items() if found is Condition.DIFFERENT]
    if missing:
        names = ", ".join(Path(file.path).name for file in missing[:NAMED])
        more = f" and {len(missing) - NAMED} more" if len(missing) > NAMED else ""
        found = f"missing: {names}{more} ({sum(file.size for file in missing) / 1e6:,.1f} MB)"
        return Check(title, Health.WARN, found, f"genreport fetch --profile {name}")
    gone = by_hand(datasets, networks, data, own)
    if gone:
        mend = gone[0][1] or f"{sys.executable} -m pip install --force-reinstall scikit-image scikit-learn"
        return Check(title, Health.FAIL, f"missing: {', '.join(str(path) for path, _ in gone)}", mend)
    if different:
        mend = f"fine if your teacher gave them to you; otherwise genreport fetch --profile {name} --force"
        return Check(title, Health.WARN, f"differ from the published files: {', '.join(different)}", mend)
    comes_along = "travels with the packages, nothing to fetch" if datasets or networks else "it needs none"
    found = f"{len(files)} files, as published" if files else comes_along
    return Check(title, Health.OK, found)


def _ask(code: str) -> tuple[str, str]:
    """Run Python code in a child process. Returns its output and, where it failed, the last line of its complaint."""
    try:
        child = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, timeout=PATIENCE, cwd=PACKAGE.parent
        )
    except subprocess.TimeoutExpired:
        return "", f"no answer within {PATIENCE} s"
    if child.returncode == 0:
        return child.stdout.strip(), ""
    lines = child.stderr.strip().splitlines()
    return "", lines[-1] if lines else f"ended with status {child.returncode}"
