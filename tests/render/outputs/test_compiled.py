"""Templates are compiled once in a process, and anew when they change; beside them, what was compiled outlives it."""

from __future__ import annotations

from pathlib import Path

import pytest
from jinja2 import DictLoader, Environment, FileSystemLoader, nodes

from generator.folders import templates_folder
from generator.render.outputs import compiled


def test_the_same_source_is_compiled_once_and_another_is_not_taken_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = {"page": "Hello {{ name }}"}
    names = _noted(monkeypatch)
    cache = compiled.Compiled()

    def render() -> str:
        environment = Environment(loader=DictLoader(texts), bytecode_cache=cache)
        return environment.get_template("page").render(name="you")

    assert [render(), render()] == ["Hello you", "Hello you"]
    assert len(names) == 1
    texts["page"] = "Bye {{ name }}"
    assert render() == "Bye you"
    assert len(names) == 2


def _noted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The sources that are compiled from now on."""
    names: list[str] = []
    compile_ = Environment.compile

    def noted(self, source, *others, **more):
        names.append(source)
        return compile_(self, source, *others, **more)

    monkeypatch.setattr(Environment, "compile", noted)
    return names


def _render(folder: Path, **options: bool) -> str:
    """The page of a folder, in a process that has compiled nothing yet."""
    cache = compiled.Compiled(lambda: folder)
    environment = Environment(loader=FileSystemLoader(folder), bytecode_cache=cache, **options)
    return environment.get_template("page").render(name="<you>")


def test_the_next_process_reads_what_was_compiled_of_the_same_source_in_the_same_way(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("sys.dont_write_bytecode", False)
    names = _noted(monkeypatch)
    (tmp_path / "page").write_text("Hello {{ name }}\n")
    assert [_render(tmp_path), _render(tmp_path)] == ["Hello <you>", "Hello <you>"]
    assert len(names) == 1
    assert _render(tmp_path, autoescape=True) == "Hello &lt;you&gt;"
    assert _render(tmp_path, keep_trailing_newline=True) == "Hello <you>\n"
    (tmp_path / "page").write_text("Adieu {{ name }}\n")
    assert _render(tmp_path) == "Adieu <you>"
    assert len(names) == 4


@pytest.mark.parametrize("place", [0, 40, 70, -1])
def test_what_is_damaged_or_cannot_be_kept_is_compiled_again(
    place: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("sys.dont_write_bytecode", False)
    (tmp_path / "page").write_text("Hello {{ name }}")
    assert _render(tmp_path) == "Hello <you>"
    (kept,) = (tmp_path / "__pycache__").iterdir()
    content = bytearray(kept.read_bytes())
    content[place] ^= 1
    kept.write_bytes(content)
    names = _noted(monkeypatch)
    assert _render(tmp_path) == "Hello <you>"
    assert len(names) == 1
    kept.unlink()
    kept.parent.rmdir()
    kept.parent.write_text("no folder")
    assert _render(tmp_path) == "Hello <you>"
    assert len(names) == 2


@pytest.mark.parametrize(("never", "elsewhere"), [(True, None), (False, "/elsewhere")])
def test_nothing_is_written_where_python_writes_nothing(
    never: bool, elsewhere: str | None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("sys.dont_write_bytecode", never)
    monkeypatch.setattr("sys.pycache_prefix", elsewhere)
    (tmp_path / "page").write_text("Hello {{ name }}")
    assert _render(tmp_path) == "Hello <you>"
    assert [path.name for path in tmp_path.iterdir()] == ["page"]


def test_no_template_has_a_filter_of_ours_worked_out_in_compiling() -> None:
    environment = Environment(extensions=["jinja2.ext.i18n"])
    for path in (templates_folder() / "report").glob("*.j2"):
        for found in environment.parse(path.read_text()).find_all((nodes.Filter, nodes.Test)):
            constant = isinstance(found.node, nodes.Const)
            assert not constant or found.name in environment.filters, f"{path.name}:{found.lineno}"
