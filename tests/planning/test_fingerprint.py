"""A result's fingerprint changes with the code that it can reach, and with nothing else."""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.errors import InputError
from generator.folders import PACKAGE
from generator.planning.catalogue import Signature, read_catalogue
from generator.planning.code.source_code import read_module
from generator.planning.fingerprint import CodeReader, Ingredients, canonical
from generator.store.memo import Memo
from tests.course_for_tests import Course

HELPER = '"""Helpers."""\n\n\ndef helper(value):\n    return value + 1\n\n\ndef other(value):\n    return value + 2\n'


def package(folder: Path, **modules: str) -> Path:
    """Write a package of modules; a double underscore stands for a folder (``labs__init`` is labs/__init__.py)."""
    root = folder / "pkg"
    for name, text in {"init": "", **modules}.items():
        path = root / (name.replace("__", "/").replace("init", "__init__") + ".py")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


def reach(root: Path, module: str = "pkg.lab", name: str = "run") -> dict[str, str]:
    """What each definition says that a function reaches; how it says it of its names is left out."""
    found = CodeReader(Memo(None), root).reach(module, name)
    assert found == CodeReader(Memo(None), root).reach(module, name)
    return {label: digest.partition(".")[0] for label, digest in found.definitions.items()} | {"": found.identity}


#: How `run` in pkg/lab.py can come to use `helper` of pkg/tools.py or of its own module.
WAYS = {
    "from-import": "from pkg.tools import helper\ndef run(x): return helper(x)",
    "alias": "from pkg.tools import helper as h\ndef run(x): return h(x)",
    "module attribute": "from pkg import tools\ndef run(x): return tools.helper(x)",
    "module alias": "import pkg.tools as t\ndef run(x): return t.helper(x)",
    "dotted module": "import pkg.tools\ndef run(x): return pkg.tools.helper(x)",
    "relative": "from .tools import helper\ndef run(x): return helper(x)",
    "relative module": "from . import tools\ndef run(x): return tools.helper(x)",
    "inside a function": "def run(x):\n    from pkg.tools import helper\n    return helper(x)",
    "inside a nested function": "def run(x):\n    def inner():\n        import pkg.tools as t\n"
    "        return t.helper(x)\n"
    "    return inner()",
    "star": "from pkg.tools import *\ndef run(x): return helper(x)",
    "relative star": "from .tools import *\ndef run(x): return helper(x)",
    "same module": "from pkg.tools import helper\ndef middle(x): return helper(x)\ndef run(x): return middle(x)",
    "decorator": "from pkg.tools import helper\n@helper\ndef run(x): return x",
    "default": "from pkg.tools import helper\ndef run(x, y=helper(3)): return x",
    "constant": "from pkg.tools import helper\nTHREE = helper(2)\ndef run(x): return THREE",
    "annotated constant": "from pkg.tools import helper\nTHREE: int = helper(2)\ndef run(x): return THREE",
    "unpacking": "from pkg.tools import helper\nA, (B, *C) = helper(2)\ndef run(x): return C",
    "augmented": "from pkg.tools import helper\nTOTAL = 0\nTOTAL += helper(1)\ndef run(x): return TOTAL",
    "walrus": "from pkg.tools import helper\nif (N := helper(1)) > 2: pass\ndef run(x): return N",
    "walrus in a comprehension": "from pkg.tools import helper\n[N := helper(1) for _ in '1']\ndef run(x): return N",
    "table": "from pkg.tools import helper\nTABLE = {'h': helper}\ndef run(x): return TABLE['h'](x)",
    "table filled later": "from pkg.tools import helper\nTABLE = {}\nTABLE['h'] = helper\n"
    "def run(x): return TABLE['h'](x)",
    "lambda": "from pkg.tools import helper\nF = lambda x: helper(x)\ndef run(x): return F(x)",
    "base class": "from pkg.bases import Base\nclass Own(Base): pass\ndef run(x): return Own().m(x)",
    "method": "from pkg.tools import helper\nclass Own:\n    def m(self, x): return helper(x)\n"
    "def run(x): return Own().m(x)",
    "nested class": "from pkg.tools import helper\nclass A:\n    class B:\n        def m(self): return helper(1)\n"
    "def run(x): return A.B().m()",
    "annotation": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from pkg.tools import helper\n"
    "def run(x: helper): return x",
    "condition": "import sys\nif sys.platform:\n    from pkg.tools import helper\nelse:\n    helper = None\n"
    "def run(x): return helper(x)",
    "fallback": "try:\n    from pkg.tools import helper\nexcept ImportError:\n    def helper(x): return x\n"
    "def run(x): return helper(x)",
    "bound in a block": "from pkg.tools import helper\nif 1:\n    F = helper\ndef run(x): return F(x)",
    "bound in a loop": "from pkg.tools import helper\nfor F in (helper,):\n    pass\ndef run(x): return F(x)",
    "bound by with": "from pkg.tools import helper\nwith helper(1) as F:\n    pass\ndef run(x): return F",
    "match": "from pkg import tools\ndef run(x):\n    match x:\n        case tools.helper(): return 1",
    "match at the top": "from pkg.tools import helper\nmatch helper(1):\n    case [A, *B]: pass\n"
    "    case {'k': 1, **C}: pass\n"
    "def run(x): return C",
    "async": "from pkg.tools import helper\nasync def wait(x): return helper(x)\n"
    "async def run(x): return await wait(x)",
    "global": "from pkg.tools import helper\nSTATE = None\ndef start():\n    global STATE\n    STATE = helper(1)\n"
    "start()\n"
    "def run(x): return STATE",
    "getattr": "from pkg import tools\ndef run(x): return getattr(tools, 'helper')(x)",
    "package": "from pkg.sub import helper\ndef run(x): return helper(x)",
    "package under another name": "from pkg.sub import shortcut\ndef run(x): return shortcut.helper(x)",
    "package's relative import": "import pkg.sub\ndef run(x): return pkg.sub.helper(x)",
    "another module's block": "from pkg.blocks import F\ndef run(x): return F(x)",
    "another module's effect": "from pkg.effects import TABLE\ndef run(x): return TABLE",
    "effect of an import": "import pkg.effects\ndef run(x): return x",
    "effect of an import's import": "import pkg.bases\nfrom pkg import far\ndef run(x): return x",
    "lazy attribute": "from pkg import lazy\ndef run(x): return lazy.anything(x)",
    "global of another": "from pkg import blocks\ndef run(x): return blocks.F(x)",
}

SURROUNDINGS = {
    "bases": "from pkg.tools import helper\nclass Base:\n    def m(self, x): return helper(x)\n",
    "sub__init": "from ..tools import helper\nfrom .. import tools as shortcut\n",
    "blocks": "from pkg.tools import helper\nif 1:\n    F = helper\n",
    "effects": "from pkg.tools import helper\nTABLE = {}\nTABLE['x'] = helper(1)\n",
    "far": "import pkg.effects\n",
    "lazy": "def __getattr__(name):\n    from pkg import tools\n    return tools.helper\n",
}


@pytest.mark.parametrize("way", WAYS)
def test_an_edit_of_a_helper_reaches_whoever_uses_it(tmp_path: Path, way: str) -> None:
    modules = {**SURROUNDINGS, "lab": WAYS[way] + "\n\ndef bystander(): return 0\n"}
    root = package(tmp_path, tools=HELPER, **modules)
    compile(modules["lab"], "lab", "exec")
    before, bystander = reach(root), reach(root, name="bystander")
    assert "pkg/tools.py::helper" in before
    package(tmp_path, tools=HELPER.replace("+ 1", "+ 1.5"), **modules)
    after = reach(root)
    assert {name for name in before if before[name] != after[name]} == {"pkg/tools.py::helper", ""}
    if "effect" not in way and way not in (
        "table filled later", "global", "augmented", "walrus", "bound in a loop", "bound by with", "match at the top",
        "walrus in a comprehension",
    ):  # fmt: skip
        assert reach(root, name="bystander") == bystander


@pytest.mark.parametrize("way", sorted(set(WAYS) - {"star", "relative star", "getattr", "lazy attribute"}))
def test_an_edit_of_the_helper_s_neighbour_changes_nothing(tmp_path: Path, way: str) -> None:
    root = package(tmp_path, tools=HELPER, **SURROUNDINGS, lab=WAYS[way])
    before = reach(root)
    package(tmp_path, tools=HELPER.replace("+ 2", "+ 2.5"), **SURROUNDINGS, lab=WAYS[way])
    assert reach(root) == before


UNCHANGING = {
    "comment": HELPER.replace("return value + 1", "return value + 1  # one more"),
    "docstring": HELPER.replace("(value):\n", '(value):\n    """Say what it does.\n\n    At length."""\n'),
    "layout": HELPER.replace("value + 1", "(value\n            + 1)").replace("\n\n\n", "\n\n\n\n\n"),
    "order": HELPER[HELPER.index("def other") :] + "\n\n" + HELPER[: HELPER.index("def other")],
    "module's docstring": HELPER.replace("Helpers", "Other words"),
    "notation": HELPER.replace("+ 1", "+ 0x1"),
    "new function": HELPER + "\n\ndef third(value):\n    return 3\n",
}


@pytest.mark.parametrize("edit", UNCHANGING)
def test_what_no_result_can_show_changes_nothing(tmp_path: Path, edit: str) -> None:
    lab = WAYS["from-import"]
    before = reach(package(tmp_path, tools=HELPER, lab=lab))
    assert reach(package(tmp_path, tools=UNCHANGING[edit], lab=lab)) == before


def test_modules_that_import_one_another_come_to_an_end(tmp_path: Path) -> None:
    root = package(
        tmp_path, a="from pkg.b import x, y\nfrom pkg.b import *\n", b="from pkg.a import x, y\nfrom pkg.a import *\n",
        lab="from pkg.a import x\nimport pkg.lab\ndef run(): return x(pkg.lab.run)",
    )  # fmt: skip
    assert list(reach(root)) == ["pkg/lab.py::run", ""]


def test_a_long_chain_of_functions_is_followed_to_its_end(tmp_path: Path) -> None:
    chain = "\n".join(f"def f{n}(): return f{n + 1}()" for n in range(3000)) + "\ndef f3000(): return 1\n"
    assert len(reach(package(tmp_path, lab=chain), name="f0")) == 3002


def test_the_decorator_is_not_followed(course: Course) -> None:
    course.write(
        "generator/registry.py", "def computation(**_): return words()\ndef words(): return 1\nDataset = str\n"
    )
    code = CodeReader(Memo(None), course.package).reach("generator.labs.toy", "train").definitions
    assert set(code) == {
        "generator/labs/toy.py::train",
        "generator/labs/training.py::fit",
        "generator/labs/training.py::step",
        "generator/labs/training.py::RATE",
    }
    other = CodeReader(Memo(None), course.package).reach("generator.labs.toy", "measure").definitions
    assert set(other) == {"generator/labs/toy.py::measure", "generator/registry.py::Dataset"}


def test_how_metrics_are_known_changes_no_fingerprint_and_which_there_are_does(course: Course) -> None:
    metrics = [
        '["accuracy", "accuracy_*", "loss"]',
        '{"exact": ["loss"], "measured": ["accuracy", "accuracy_*"]}',
        '{"margins": ["accuracy_*"], "seeded": ["loss", "accuracy"]}',
        '{"seeded": ["loss", "accuracy"]}',
    ]
    identities = []
    before = '["loss", "accuracy", "accuracy_*"]'
    for declared in metrics:
        course.edit("generator/labs/toy.py", f"metrics={before}", f"metrics={declared}")
        identities.append(CodeReader(Memo(None), course.package).reach("generator.labs.toy", "train").identity)
        before = declared
    course.edit("generator/labs/toy.py", before, '["accuracy", "accuracy_*", "loss"]')
    course.edit("generator/labs/toy.py", 'figures=["losses"]', 'columns={"margins": ["low"]}, figures=["losses"]')
    identities.insert(1, CodeReader(Memo(None), course.package).reach("generator.labs.toy", "train").identity)
    first, *others, fewer = identities
    assert others == [first, first, first]
    assert fewer != first


def test_a_module_that_is_not_python_is_named(tmp_path: Path) -> None:
    root = package(tmp_path, tools="def helper(:\n", lab=WAYS["from-import"])
    with pytest.raises(InputError, match="is not Python") as error:
        reach(root)
    assert (error.value.mistakes[0].path, error.value.mistakes[0].line) == (root / "tools.py", 1)


def test_a_remembered_module_is_read_again_when_it_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("generator.store.memo.SETTLED", -1)
    root = package(tmp_path, tools=HELPER, lab=WAYS["from-import"])
    memo = Memo(tmp_path / "memo.json")
    before = CodeReader(memo, root).reach("pkg.lab", "run")
    memo.save()
    assert CodeReader(Memo(tmp_path / "memo.json"), root).reach("pkg.lab", "run") == before
    (root / "tools.py").write_text(HELPER.replace("+ 1", "+ 9"))
    assert CodeReader(Memo(tmp_path / "memo.json"), root).reach("pkg.lab", "run") != before


def test_what_another_reader_remembered_is_not_believed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("generator.store.memo.SETTLED", -1)
    root, memo = package(tmp_path, tools=HELPER, lab=WAYS["from-import"]), Memo(None)
    before = CodeReader(memo, root).reach("pkg.lab", "run")
    monkeypatch.setattr(
        "generator.planning.fingerprint.read_module", lambda path: {**read_module(path), "statements": []}
    )
    assert CodeReader(memo, root).reach("pkg.lab", "run") == before
    monkeypatch.setattr("generator.store.memo.sha256", lambda path: "the reader's source has changed")
    fresh = Memo(None)
    fresh._facts = {key: fact for key, fact in memo._facts.items() if not key.startswith("sha256:")}
    assert CodeReader(fresh, root).reach("pkg.lab", "run") != before


PRINT = """
import json, sys
from pathlib import Path
from generator.planning.fingerprint import CodeReader, Ingredients
from generator.store.memo import Memo
code = CodeReader(Memo(None), Path(sys.argv[1])).reach("generator.labs.toy", "train")
print(Ingredients("train", {"": code.identity}, {"b": 1, "a": [1.5, None, "é"]}, {}, {}, {}).fingerprint())
"""


def test_the_fingerprint_is_the_same_in_any_process_and_any_folder(course: Course, tmp_path: Path) -> None:
    shutil.copytree(course.package, tmp_path / "elsewhere" / "deep" / "generator")
    found = {
        subprocess.run(
            [sys.executable, "-c", PRINT, str(folder)], check=True, capture_output=True, text=True,
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(Path.cwd())},
        ).stdout
        for folder, seed in ((course.package, "1"), (tmp_path / "elsewhere" / "deep" / "generator", "2"))
    }  # fmt: skip
    assert len(found) == 1


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.text(max_size=4), JSON, max_size=4))
def test_the_order_of_keys_does_not_matter_and_values_do(parameters: dict[str, object]) -> None:
    turned = dict(reversed(list(parameters.items())))
    assert canonical(turned) == canonical(parameters)
    assert json.loads(canonical(parameters)) == parameters
    more = {**parameters, "one more key": 0}
    prints = {Ingredients("c", {}, p, {}, {}, {}).fingerprint() for p in (parameters, turned, more)}
    assert len(prints) == 2


def _real(folder: Path) -> Path:
    """A copy of the real package, to be read and never imported."""
    root = folder / "generator"
    shutil.copytree(PACKAGE, root, ignore=shutil.ignore_patterns("__pycache__"))
    return root


def _identities(root: Path) -> dict[str, str]:
    reader = CodeReader(Memo(None), root)
    found = {name: reader.reach(one.module, name).identity for name, one in _catalogue(root).items()}
    loaders = [path.stem for path in (root / "datasets").glob("*.py") if "\ndef load(" in path.read_text()]
    return found | {name: reader.reach(f"generator.datasets.{name}", "load").identity for name in loaders}


def _catalogue(root: Path) -> dict[str, Signature]:
    catalogue = read_catalogue(Memo(None), root)
    return {name: catalogue[name] for name in catalogue}


def _move(root: Path, module: str, target: str) -> None:
    """Move a module and rewrite all imports of it, as a person with an editor would."""
    source, place = (root.joinpath(*name.split(".")[1:]).with_suffix(".py") for name in (module, target))
    place.parent.mkdir(parents=True, exist_ok=True)
    (place.parent / "__init__.py").touch()
    source.rename(place)
    package, name = module.rpartition(".")[::2]
    new_package, new_name = target.rpartition(".")[::2]
    for path in root.rglob("*.py"):
        text = path.read_text()
        moved = re.sub(rf"^(\s*)from {re.escape(package)} import {name}$",
                       rf"\1from {new_package} import {new_name} as {name}", text, flags=re.M)  # fmt: skip
        moved = re.sub(rf"\b{re.escape(module)}\b", target, moved)
        if moved != text:
            path.write_text(moved)


#: Modules of the engine and of the labs that computations reach, and where they go.
MOVES = {
    "results": "elsewhere.outcomes", "workspace": "elsewhere.deep.surroundings", "errors": "mistakes",
    "store.files": "elsewhere.storage", "networks.backbones": "networks.deep.spines",
    "labs.shared.training": "labs.common.fitting", "labs.gan.training": "labs.gan.deep.learning",
}  # fmt: skip


@pytest.fixture(scope="module")
def real_identities() -> dict[str, str]:
    return _identities(PACKAGE)


def test_moving_modules_changes_no_fingerprint(tmp_path: Path, real_identities: dict[str, str]) -> None:
    root = _real(tmp_path)
    for module, target in MOVES.items():
        _move(root, f"generator.{module}", f"generator.{target}")
    assert _identities(root) == real_identities


def test_moving_a_computation_to_another_file_changes_no_fingerprint(
    tmp_path: Path, real_identities: dict[str, str]
) -> None:
    root = _real(tmp_path)
    one = _catalogue(root)["train_gan"]
    text = one.path.read_text()
    tree, lines = ast.parse(text), text.splitlines(keepends=True)
    node = next(n for n in tree.body if isinstance(n, ast.FunctionDef) and n.name == one.name)
    first = node.decorator_list[0].lineno - 1
    code = "".join(lines[first : node.end_lineno])
    imports = [n for n in tree.body if isinstance(n, ast.Import | ast.ImportFrom)]
    own = {n.name for n in tree.body if isinstance(n, ast.FunctionDef | ast.ClassDef)} - {one.name}
    own |= {target.id for n in tree.body if isinstance(n, ast.Assign) for target in n.targets}
    used = sorted(name for name in own if re.search(rf"\b{name}\b", code))
    borrowed = f"from {one.module} import {', '.join(used)}\n" if used else ""
    head = "\n".join(filter(None, (ast.get_source_segment(text, n) for n in imports)))
    one.path.with_name("moved.py").write_text(f"{head}\n{borrowed}{code}")
    one.path.write_text("".join([*lines[:first], *lines[node.end_lineno :]]))
    assert _catalogue(root)["train_gan"].module.endswith(".moved")
    assert _identities(root) == real_identities
