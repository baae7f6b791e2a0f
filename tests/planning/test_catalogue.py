"""The catalogue knows every computation without importing it, and refuses what questions could not use.

Covers registry.py too.
"""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from generator.errors import InputError
from generator.planning.catalogue import read_catalogue
from generator.registry import matches
from generator.store.memo import Memo
from tests.course_for_tests import Course

TOY = "generator/labs/toy.py"


def test_signatures_hold_types_and_defaults(course: Course) -> None:
    catalogue = course.catalogue()
    assert list(catalogue) == ["compare", "measure", "train"]
    train = catalogue["train"]
    assert train.module == "generator.labs.toy"
    assert {name: (p.type.text, p.required, p.default) for name, p in train.parameters.items()} == {
        "width": ("int", True, None),
        "rate": ("float", False, 0.1),
        "seed": ("int", False, 0),
    }
    assert matches("accuracy_low", train.metrics)
    assert not matches("acc", train.metrics)


def test_a_default_has_the_form_that_the_same_value_has_in_yaml(course: Course) -> None:
    course.edit(TOY, "rate: float = 0.1", "rate: float = 1")
    rate = course.catalogue()["train"].parameters["rate"]
    assert repr(rate.default) == repr(rate.type.normalise(1)) == "1.0"


def test_labs_may_have_folders(course: Course) -> None:
    course.write("generator/labs/more/deep.py", "@computation()\ndef deep(workspace): return 1\n")
    assert course.catalogue()["deep"].module == "generator.labs.more.deep"


def test_all_that_is_wrong_in_all_files_is_named_at_once(course: Course) -> None:
    course.write("generator/labs/again.py", "\n@computation()\ndef train(workspace): return 1\n")
    course.write("generator/labs/broken.py", "x = 1\ndef f(:\n")
    course.edit(TOY, "seed: int = 0", "seed: Path")
    course.edit(TOY, "quiet: bool = False", 'quiet: bool = "no"')
    with pytest.raises(InputError) as error:
        course.catalogue()
    found = {(m.path.name if m.path else "", m.line, m.place): str(m) for m in error.value.mistakes}
    assert list(found) == [
        ("broken.py", 2, ""),
        ("toy.py", course.line(TOY, "def train"), "train.seed"),
        ("toy.py", course.line(TOY, "def train"), "train"),
        ("toy.py", course.line(TOY, "def measure"), "measure.quiet"),
    ]
    assert "the name is taken by again.py:3" in found["toy.py", course.line(TOY, "def train"), "train"]
    assert "the default 'no' is not of the type bool" in str(error.value)


def test_families_of_names_end_in_a_star() -> None:
    assert matches("top_low", ("top_*",))
    assert matches("top_", ("top_*",))
    assert not matches("top", ("top_*",))
    assert not matches("top_*x", ("top",))


def test_the_real_catalogue_agrees_with_what_the_labs_register() -> None:
    catalogue = read_catalogue(Memo(None))
    script = (
        "import importlib, inspect, json, sys\nfrom generator.registry import REGISTRY\n"
        "for module in sys.argv[1:]: importlib.import_module(module)\n"
        "print(json.dumps({name: [list(REGISTRY[name].metrics), {k: list(v) for k, v in REGISTRY[name].tables.items()},"
        " list(REGISTRY[name].figures), list(inspect.signature(REGISTRY[name].function).parameters)[1:]]"
        " for name in REGISTRY}))"
    )
    modules = sorted({catalogue[name].module for name in catalogue})
    done = subprocess.run([sys.executable, "-c", script, *modules], check=True, capture_output=True, text=True)
    assert json.loads(done.stdout) == {
        name: [
            list(catalogue[name].metrics),
            {key: list(columns) for key, columns in catalogue[name].tables.items()},
            list(catalogue[name].figures),
            list(catalogue[name].parameters),
        ]
        for name in catalogue
    }
