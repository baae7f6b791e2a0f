"""The public face for authors: typed for others too, and documented."""

from __future__ import annotations

import inspect
from importlib import resources

import pytest

import generator
from generator import Workspace


def test_its_types_are_for_others_too() -> None:
    assert (resources.files("generator") / "py.typed").is_file()


@pytest.mark.parametrize("name", generator.__all__)
def test_each_name_says_what_it_is(name: str) -> None:
    if name not in ("Dataset", "Network"):  # plain texts to Python, told apart by their names
        assert len(inspect.getdoc(getattr(generator, name)) or "") > 30


def test_a_workspace_says_whose_each_generator_is() -> None:
    assert "torch" in (inspect.getdoc(Workspace.rng) or "").partition("\n")[0]
    assert "NumPy" in (inspect.getdoc(Workspace.numpy_rng) or "").partition("\n")[0]
    said = inspect.getdoc(Workspace) or ""
    fields = [*inspect.signature(Workspace).parameters, "rng", "numpy_rng"]
    assert [name for name in fields if f"``{name}``" not in said] == []
    for method in (Workspace.rng, Workspace.numpy_rng):
        hints = inspect.get_annotations(method)
        assert "Generator" in hints["return"]
