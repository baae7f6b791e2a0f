"""A statement has one digest on every Python, and its names from outside are holes in it.

Covers planning/code/scopes.py, planning/code/special_syntax.py too.
"""

from __future__ import annotations

import ast
import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from generator.folders import PACKAGE
from generator.planning.code.source_code import read_tree
from generator.planning.code.syntax import Form, form

NASTY = Path(__file__).with_name("nasty_for_tests.txt")
#: What any Python must find in the nasty file: f-strings cut in all ways, and whatever else versions parse differently.
NASTY_DIGEST = "18755ced3eecbf712c59f9abecdedb0333eb83aa343fc587178f732bad439d8e"
OTHERS = [f"python3.{minor}" for minor in range(11, 16) if minor != sys.version_info.minor]


def of(text: str) -> Form:
    (statement,) = ast.parse(text).body
    return form(statement)


def test_a_stored_digest_holds_on_this_python() -> None:
    assert _digest([NASTY]) == NASTY_DIGEST


def _digest(paths: list[Path]) -> str:
    read = [read_tree(ast.parse(path.read_bytes())) for path in paths]
    return hashlib.sha256(json.dumps(read, sort_keys=True).encode()).hexdigest()


READ = """
import ast, hashlib, json, sys
from generator.planning.code.source_code import read_tree
read = [read_tree(ast.parse(open(path, "rb").read())) for path in sys.argv[1:]]
print(hashlib.sha256(json.dumps(read, sort_keys=True).encode()).hexdigest())
"""


def _interpreter(name: str) -> str | None:
    """Another Python: on the path, or where pyenv keeps its own."""
    kept = sorted(Path.home().glob(f".pyenv/versions/{name.removeprefix('python')}*/bin/python"))
    for found in (shutil.which(name), *map(str, kept)):
        words = [found, "-c", "import sys; print('python%d.%d' % sys.version_info[:2])"]
        if found and subprocess.run(words, capture_output=True, text=True).stdout.strip() == name:
            return found
    return None


@pytest.mark.parametrize("name", OTHERS)
def test_every_module_reads_the_same_on_another_python(name: str) -> None:
    other = _interpreter(name)
    if other is None:
        pytest.skip(f"there is no {name} here")
    paths = [NASTY, *sorted(PACKAGE.rglob("*.py"))]
    environment = {"PYTHONPATH": str(PACKAGE.parent), "PATH": os.environ["PATH"]}
    words = [other, "-S", "-c", READ, *map(str, paths)]  # without third-party packages
    run = subprocess.run(words, capture_output=True, text=True, env=environment, check=False)
    assert run.stdout.strip() == _digest(paths), run.stderr


ALIKE = {
    "comment": ("def f(): return 1", "def f():  # so\n    return 1"),
    "docstring": ("def f(): return 1", "def f():\n    'Words.'\n    return 1"),
    "pass": ("def f(): pass", "def f(): ..."),
    "brackets": ("x = 1 + 2 * 3", "x = (1 + (2 * 3))"),
    "notation": ("x = 0x10, 'a' 'b', 1e3", 'x = 16, "ab", 1000.0'),
    "alias": ("y = np.sqrt(2)", "y = xp.sqrt(2)"),
    "variable": ("def f(a):\n    b = a\n    return b", "def f(a):\n    c = a\n    return c"),
    "inner variable": ("def f(a):\n    return [b for b in a]", "def f(a):\n    return [c for c in a]"),
    "closure": (
        "def f(a):\n    b = 1\n    def g():\n        nonlocal b\n        b += a\n    g()\n    return b",
        "def f(a):\n    c = 1\n    def g():\n        nonlocal c\n        c += a\n    g()\n    return c",
    ),
    "f-string": ("x = f'a' 'b' f'{c}d'", "x = f'ab{c}d'"),
    "import inside": ("def f():\n    import a as b\n    b.c()", "def f():\n    import a as d\n    d.c()"),
    "caught error": (
        "def f():\n    try: g()\n    except E as a: return a",
        "def f():\n    try: g()\n    except E as b: return b",
    ),
}


@pytest.mark.parametrize("case", ALIKE)
def test_what_no_result_can_show_is_left_out(case: str) -> None:
    one, other = ALIKE[case]
    assert of(one).digest == of(other).digest


UNLIKE = {
    "parameter": ("def f(a): return a", "def f(b): return b"),
    "keyword": ("x = f(a=1)", "x = f(b=1)"),
    "swapped variables": (
        "def f(a):\n    b = 1\n    c = a\n    return b - c", "def f(a):\n    b = 1\n    c = a\n    return c - b",
    ),
    "kind of number": ("x = 1", "x = 1.0"),
    "truth": ("x = 1", "x = True"),
    "text or bytes": ("x = ''", "x = b''"),
    "empty or absent": ("def f(): return", "def f(): return ()"),
    "sign of zero": ("x = 0.0", "x = -0.0"),
    "order of keys": ("x = {'a': 1, 'b': 2}", "x = {'b': 2, 'a': 1}"),
    "conversion": ("x = f'{a}'", "x = f'{a!r}'"),
    "specification": ("x = f'{a}'", "x = f'{a:>3}'"),
    "operator": ("x = a is b", "x = a == b"),
    "positional only": ("def f(a, /, b): return 1", "def f(a, b, /): return 1"),
    "which variable": ("def f(a):\n    b = 1\n    return b", "def f(a):\n    b = 1\n    return c"),
    "seen by locals": ("def f(a):\n    b = 1\n    return locals()", "def f(a):\n    c = 1\n    return locals()"),
    "said by an f-string": ("def f():\n    a = 1\n    return f'{a=}'", "def f():\n    b = 1\n    return f'{b=}'"),
    "attribute": ("def f(a): a.b = 1", "def f(a): a.c = 1"),
    "caught": ("def f():\n    try: g()\n    except E: return 1", "def f():\n    try: g()\n    except E: return 2"),
    "async": ("def f(): return 1", "async def f(): return 1"),
    "text of an error": ("def f(): raise ValueError('a')", "def f(): raise ValueError('b')"),
}  # fmt: skip


@pytest.mark.parametrize("case", UNLIKE)
def test_what_a_result_can_show_is_in_the_digest(case: str) -> None:
    one, other = UNLIKE[case]
    assert of(one).digest != of(other).digest


def test_names_are_mentioned_with_their_attributes() -> None:
    found = of("def f(x: T = D) -> R:\n  global g\n  y = x\n  return a.b.c(d)[e].h + i.j().k + y.z")
    assert found.mentions == ["T", "D", "R", "g", "a.b.c", "d", "e", "i.j"]
    assert found.eager == ["T", "D", "R"]


def test_an_import_inside_a_function_is_mentioned_by_what_it_stands_for() -> None:
    found = of("def f():\n  import a.b as t\n  from .c import d\n  import e\n  return t.g(d.h)")
    assert found.mentions == ["!a.b:", "!.c:d", "!e:", "a.b:g", ".c:d.h"]


def test_calls_that_run_at_once_are_told_from_those_that_run_later() -> None:
    found = of("@a.b(c)\ndef f(x=d(e)): return g(x)")
    assert found.calls == [["a.b", "c"], ["a.b()"], ["d", "e"]]
    assert of("x = g().h(i)(lambda: k(1))").calls == [["g()"], ["g()", "i"], ["g"], ["k"]]
