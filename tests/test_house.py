"""The house as it is planned: rooms, floors, a sentence at each door, a test for each module."""

from __future__ import annotations

import ast
import re
import tomllib
from importlib import import_module
from pathlib import Path

import pytest

import generator

ROOT = Path(__file__).resolve().parents[1]
PACKAGE, TESTS = ROOT / "generator", ROOT / "tests"
ROOMS = sorted(path.parent for path in PACKAGE.rglob("__init__.py"))
MODULES = sorted(path for path in PACKAGE.rglob("*.py") if not path.name.startswith("__"))
DOCSTRINGS = [ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "" for path in TESTS.rglob("test_*.py")]
#: The modules that a test of another name says it covers, in its docstring: "Covers jobs.py, results.py too."
COVERED = {word.rstrip(",") for said in DOCSTRINGS for word in said.partition("Covers ")[2].split()}


def test_rooms_and_floors_can_be_held_in_the_head() -> None:
    two_levels = [room for room in ROOMS if len(room.relative_to(PACKAGE).parts) in (1, 2)]
    tools = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]
    contracts = tools["importlinter"]["contracts"]
    (floors,) = (contract["layers"] for contract in contracts if contract.get("containers") == ["generator"])
    assert len(two_levels) <= 25
    assert len(floors) <= 10


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.relative_to(ROOT).as_posix())
def test_every_room_says_in_one_sentence_what_it_is_for(room: Path) -> None:
    said = ast.get_docstring(ast.parse((room / "__init__.py").read_text(encoding="utf-8"))) or ""
    assert re.fullmatch(r"[^\n]{10,120}\.", said.partition("\n\n")[0])


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.relative_to(PACKAGE).as_posix())
def test_every_module_has_a_test_of_its_name_or_one_that_says_so(module: Path) -> None:
    name = module.relative_to(PACKAGE)
    own = TESTS / name.parent / f"test_{name.name}"
    assert own.is_file() or name.as_posix() in COVERED


def test_no_test_says_that_it_covers_what_is_gone() -> None:
    there = {module.relative_to(PACKAGE).as_posix() for module in PACKAGE.rglob("*.py")}
    assert {name for name in COVERED if ".py" in name and name.rstrip(".") not in there} == set()


@pytest.mark.parametrize("name", generator.__all__)
def test_the_public_face_is_what_authors_get_from_the_modules(name: str) -> None:
    homes = [import_module(f"generator.{home}") for home in ("registry", "results", "workspace")]
    shown = getattr(generator, name)
    assert any(getattr(home, name, None) is shown for home in homes)


def test_a_name_that_is_not_public_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = generator.nothing
