"""Every data set has files that stand for it; those that travel with a package are there at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.datasets.local_files import EMBEDDED, data_files
from generator.datasets.sources import SOURCES


@pytest.mark.parametrize("name", SOURCES)
def test_every_data_set_has_files(name: str, tmp_path: Path) -> None:
    found = data_files(name, tmp_path)
    assert found
    assert all(path.is_file() for path in found) == (name in EMBEDDED)


def test_what_travels_with_a_package_is_called_embedded() -> None:
    assert {name for name in SOURCES if name.startswith("embedded_")} == set(EMBEDDED)
