"""Templates are compiled once in a process, and anew when they change."""

from __future__ import annotations

import pytest
from jinja2 import DictLoader, Environment

from generator.render.outputs import compiled


def test_the_same_source_is_compiled_once_and_another_is_not_taken_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = {"page": "Hello {{ name }}"}
    names: list[str] = []
    cache = compiled._Compiled()
    compile_ = Environment.compile

    def noted(self, source, *others, **more):
        names.append(source)
        return compile_(self, source, *others, **more)

    monkeypatch.setattr(Environment, "compile", noted)

    def render() -> str:
        environment = Environment(loader=DictLoader(texts), bytecode_cache=cache)
        return environment.get_template("page").render(name="you")

    assert [render(), render()] == ["Hello you", "Hello you"]
    assert len(names) == 1
    texts["page"] = "Bye {{ name }}"
    assert render() == "Bye you"
    assert len(names) == 2
