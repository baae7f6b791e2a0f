"""What a worker computes with is the source as planning read it: no byte code of before, and no edit made meanwhile."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.running.package_for_tests import PackageCopy


@pytest.fixture
def package(tmp_path: Path) -> PackageCopy:
    return PackageCopy(tmp_path)


def test_an_edit_of_the_same_length_with_its_time_put_back_is_computed(package: PackageCopy) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    subprocess.run(  # leaves byte code, as a test or a notebook would
        [sys.executable, "-c", "import generator.labs.toy"], env=environment, cwd=package.folder, check=True
    )
    assert list(package.constant.parent.glob("__pycache__/toy_constant.*"))
    first, value = package.run()
    assert value == 1
    before = package.constant.stat()
    package.constant.write_text("CONSTANT = 2\n")
    os.utime(package.constant, ns=(before.st_atime_ns, before.st_mtime_ns))
    second, value = package.run()
    assert second != first
    assert value == 2


def test_an_edit_between_planning_and_computing_is_not_stored_under_the_old_fingerprint(package: PackageCopy) -> None:
    fingerprint, value = package.run(package.constant, "CONSTANT = 2\n")
    assert value is None
    assert package.run()[0] != fingerprint
    assert package.run()[1] == 2
