"""Versions are found without importing what they are of, and a record that lacks some is told from one with all."""

from __future__ import annotations

import json
import subprocess
import sys

from generator.folders import PACKAGE
from generator.running.versions import differences, versions_here


def test_the_versions_are_those_that_are_imported() -> None:
    import numpy
    import sklearn
    import torch

    here = versions_here()
    assert (here["numpy"], here["scikit-learn"]) == (numpy.__version__, sklearn.__version__)
    assert torch.__version__.startswith(here["torch"].partition("+")[0])
    assert here["python"] == ".".join(map(str, sys.version_info[:3]))
    assert set(here) == {"python", "torch", "torchvision", "scikit-learn", "numpy"}


def test_nothing_is_imported() -> None:
    code = "import sys, json; from generator.running.versions import versions_here; versions_here();" + (
        "print(json.dumps([name for name in ('torch', 'numpy', 'sklearn') if name in sys.modules]))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=PACKAGE.parent, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == []


def test_differences_are_named_and_what_is_not_recorded_is_unknown() -> None:
    here = {"torch": "2.15.0", "numpy": "2.4.0"}
    assert differences(here, here) == ()
    assert differences({"torch": "2.10.0", "numpy": "2.4.0"}, here) == ("torch 2.10.0 (here 2.15.0)",)
    assert differences({"torch": "2.15.0"}, here) == ("numpy unknown (here 2.4.0)",)
