"""A module is read as definitions: the names that each statement is filed under, and the names that it mentions.

Covers planning/code/calls.py too.
"""

from __future__ import annotations

import ast
import textwrap
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.errors import InputError
from generator.folders import PACKAGE
from generator.planning.code.source_code import LATER, ModuleCode, read_module


def read(folder: Path, text: str) -> ModuleCode:
    path = folder / "module.py"
    path.write_text(textwrap.dedent(text))
    return read_module(path)


EFFECTS = "does more than bind"

FILED = {
    "def f(): pass": {"f"},
    "async def f(): pass": {"f"},
    "class C: x = 1": {"C"},
    "a = b = 1": {"a", "b"},
    "a, (b, *c) = x": {"a", "b", "c"},
    "a: int": {"a"},
    "a += 1": {"a", EFFECTS},
    "a.b = 1": {EFFECTS},
    "a[b] = 1": {EFFECTS},
    "a, b.c = 1, 2": {"a", EFFECTS},
    "f(x)": {EFFECTS},
    "(a := 1)": {"a", EFFECTS},
    "[a := i for i in x]": {"a", EFFECTS},
    "a = [i for i in x]": {"a"},
    "a = lambda b: b": {"a"},
    "if x:\n  a = 1\nelse:\n  b = 1": {"a", "b"},
    "if x:\n  f()\nelse:\n  b = 1": {"b", EFFECTS},
    "if x:\n  import a.b as c": {"c"},
    "if TYPE_CHECKING:\n  import a\n  b = 1": {"b"},
    "if typing.TYPE_CHECKING:\n  import a": set(),
    "if TYPE_CHECKING:\n  import a\nelse:\n  a = 1": {"a"},
    "try:\n  import a\nexcept E:\n  a = 1": {"a"},
    "try:\n  from a import *\nexcept E:\n  a = 1": {"a"},
    "try:\n  a = 1\nfinally:\n  f()": {"a", EFFECTS},
    "try:\n  import a\nexcept E as e:\n  raise": {"a", "e", EFFECTS},
    "for a in x: pass": {"a", EFFECTS},
    "while x: a = 1": {"a", EFFECTS},
    "with x as a: pass": {"a", EFFECTS},
    "match x:\n  case [a, *b]: pass\n  case {'k': c, **d}: pass\n  case E(f) as g: pass": {*"abcdfg", EFFECTS},
    "del a": {"a", EFFECTS},
    "'words'": set(),
    "...": set(),
    "import a": set(),
    "pass": set(),
    "def f():\n  global a": {"f", "a"},
    "class C:\n  a = 1": {"C"},
    "class C:\n  f()": {"C", EFFECTS},
    "class C:\n  a.b = 1": {"C", EFFECTS},
}


def filed(code: ModuleCode) -> set[str]:
    names = {name for statement in code["statements"] for name in statement["binds"]}
    return names | {EFFECTS for statement in code["statements"] if statement["acts"]}


@pytest.mark.parametrize("text", FILED)
def test_statements_are_filed_under_the_names_that_they_bind(tmp_path: Path, text: str) -> None:
    assert filed(read(tmp_path, text)) == FILED[text]


@pytest.mark.skipif(not hasattr(ast, "TypeAlias"), reason="the type statement came with Python 3.12")
def test_a_type_alias_is_a_definition(tmp_path: Path) -> None:
    assert filed(read(tmp_path, "type A = list[B]")) == {"A"}


def test_imports_are_kept_by_the_name_that_they_bind(tmp_path: Path) -> None:
    text = """
        import a.b, c as d
        from e.f import g as h, i
        from . import j
        from ..k import *
        def f():
            import l
        def g():
            global m
            import m
        if TYPE_CHECKING:
            import n
    """
    code = read(tmp_path, text)
    assert {name: [origin for _, origin in places] for name, places in code["imports"].items()} == {
        "a": ["a:"], "d": ["c:"], "h": ["e.f:g"], "i": ["e.f:i"], "j": [".:j"], "*": ["..k:*"],
        "m": ["m:"], "n": ["n:"],
    }  # fmt: skip
    assert {name for name, places in code["imports"].items() if places[0][0] < 0} == {"n"}  # for type checkers only
    assert code["loads"] == [
        (0, "a.b:"), (0, "c:"), (1, "e.f:g"), (1, "e.f:i"), (2, ".:j"), (3, "..k:*"), (LATER, "l:"), (LATER, "m:"),
    ]  # fmt: skip


def test_a_folder_in_place_of_a_module_is_an_input_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        read_module(tmp_path)


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_every_module_of_the_program_can_be_read(path: Path) -> None:
    code = read_module(path)
    names = {node.name for node in ast.parse(path.read_text()).body if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    assert names <= filed(code)


@given(st.text("abf():= \n#'\"\\\x00é", max_size=40))
def test_any_text_is_read_or_is_an_input_error(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    path = tmp_path_factory.getbasetemp() / "any.py"
    path.write_text(text)
    try:
        found = {str(path) for _ in read_module(path)["statements"]}
    except InputError as error:
        found = {str(mistake.path) for mistake in error.mistakes}
    assert found <= {str(path)}
