"""What a computation declares, read from its source: the parameters it takes and the names of what it returns."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypedDict

from generator.errors import InputError, Mistake
from generator.registry import kinds_of

DECORATOR = "computation"
FORM = "(workspace: Workspace, *, name: type, …) -> Result"
KINDS_FORM = 'metrics={"exact": ["name", …], "measured": […], "seeded": […], "margins": […]}'
_FORMS = {"tables": '{"name": ["column", …]}', "columns": KINDS_FORM.replace("metrics", "columns")}

#: Makes a mistake of a message, a line and what was expected.
Wrong = Callable[[str, int, str], Mistake]


class ParameterDeclaration(TypedDict):
    """One keyword-only parameter; ``default`` is its source text, or None for a required one."""

    name: str
    type: str
    default: str | None


class Declaration(TypedDict):
    """A computation in JSON-ready form; ``line`` is that of its ``def``.

    ``kinds`` holds the metrics that have one, ``columns`` the columns of tables that state one of their own.
    """

    name: str
    line: int
    summary: str
    metrics: list[str]
    kinds: dict[str, str]
    columns: dict[str, str]
    tables: dict[str, list[str]]
    figures: list[str]
    parameters: list[ParameterDeclaration]


def declarations(tree: ast.Module, path: Path) -> list[Declaration]:
    """All top-level functions decorated with @computation(…). Raises InputError with every one that cannot be read."""
    found: list[Declaration] = []
    mistakes: list[Mistake] = []
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            decorator = next((d for d in node.decorator_list if _is_computation(d)), None)
            if decorator is not None:
                wrong = _mistakes(node, decorator, path)
                mistakes += wrong
                if not wrong:
                    found.append(_declaration(node, decorator))
    if mistakes:
        raise InputError(mistakes)
    return found


def without_kinds(decorator: ast.expr) -> ast.expr:
    """The decorator as a fingerprint knows it: how metrics and columns are known changes nothing that is computed."""
    if not (isinstance(decorator, ast.Call) and _is_computation(decorator)):
        return decorator
    keywords = []
    for word in decorator.keywords:
        if word.arg == "columns" and _is_outputs(word):
            continue
        value = _literal(word.value) if word.arg == "metrics" else None
        if isinstance(value, dict) and _is_outputs(word):
            names = sorted({name for names in value.values() for name in names})
            word = ast.keyword(word.arg, ast.List([ast.Constant(name) for name in names], ast.Load()))
        keywords.append(word)
    return ast.Call(decorator.func, decorator.args, keywords)


def _is_computation(decorator: ast.expr) -> bool:
    function = decorator.func if isinstance(decorator, ast.Call) else decorator
    name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    return bool(name == DECORATOR)


def _mistakes(node: ast.FunctionDef | ast.AsyncFunctionDef, decorator: ast.expr, path: Path) -> list[Mistake]:
    """What is wrong with the form of a computation: its decorator's literals, its signature, its kind."""

    def wrong(message: str, line: int, expected: str) -> Mistake:
        return Mistake(message, path, line, node.name, expected)

    if isinstance(node, ast.AsyncFunctionDef):
        return [wrong("a computation cannot be async", node.lineno, "def")]
    if not isinstance(decorator, ast.Call):
        return [wrong("the decorator is not called", decorator.lineno, '@computation(metrics=["name", …])')]
    return [*_decorator_mistakes(decorator, wrong), *_signature_mistakes(node, wrong)]


def _decorator_mistakes(decorator: ast.Call, wrong: Wrong) -> Iterator[Mistake]:
    if decorator.args:
        yield wrong("the decorator takes keywords only", decorator.lineno, "metrics=…, tables=…, figures=…")
    for word in decorator.keywords:
        if word.arg != "registry" and not _is_outputs(word):
            expected = _FORMS.get(word.arg or "", '["name", …]')
            yield wrong(f"{word.arg or '**'} cannot be read without running it", word.value.lineno, expected)
        elif word.arg in ("metrics", "columns"):
            try:
                kinds_of(_literal(word.value))
            except ValueError as error:
                yield wrong(str(error), word.value.lineno, KINDS_FORM.replace("metrics", word.arg))
    yield from _stray_columns(decorator, wrong)


def _stray_columns(decorator: ast.Call, wrong: Wrong) -> Iterator[Mistake]:
    """Kinds of columns that no table has."""
    words = {word.arg: word for word in decorator.keywords if _is_outputs(word)}
    if "columns" in words:
        tables = _literal(words["tables"].value) if "tables" in words else {}
        known = {column for columns in tables.values() for column in columns}
        stated = words["columns"].value
        for name in (name for names in _literal(stated).values() for name in names):
            if name not in known:
                yield wrong(f"no table has the column {name!r}", stated.lineno, ", ".join(sorted(known)))


def _signature_mistakes(node: ast.FunctionDef, wrong: Wrong) -> Iterator[Mistake]:
    arguments = node.args
    loose = [*arguments.posonlyargs, *arguments.args][1:]
    names = [argument.arg for argument in (*arguments.posonlyargs, *arguments.args)]
    if names[:1] != ["workspace"] or loose or arguments.vararg or arguments.kwarg:
        yield wrong("its parameters have another form", node.lineno, FORM)
    for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        if argument.annotation is None:
            yield wrong(f"{argument.arg!r} has no type", argument.lineno, FORM)
        if default is not None and _literal(default) is _NOT_LITERAL:
            yield wrong(f"the default of {argument.arg!r} is no literal", default.lineno, "a plain value")


_NOT_LITERAL = object()


def _literal(node: ast.expr) -> Any:
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError, MemoryError, RecursionError):
        return _NOT_LITERAL


def _is_outputs(word: ast.keyword) -> bool:
    """Whether a keyword of the decorator is known and spells out names."""
    value = _literal(word.value)
    if word.arg == "tables":
        return isinstance(value, dict) and _names([*value]) and all(map(_names, value.values()))
    if word.arg == "columns" or (word.arg == "metrics" and isinstance(value, dict)):
        return isinstance(value, dict) and _names([*value]) and all(map(_names, value.values()))
    return word.arg in ("metrics", "figures") and _names(value)


def _names(value: Any) -> bool:
    return isinstance(value, list | tuple) and all(isinstance(name, str) for name in value)


def _declaration(node: ast.FunctionDef | ast.AsyncFunctionDef, decorator: ast.expr) -> Declaration:
    keywords = decorator.keywords if isinstance(decorator, ast.Call) else []
    outputs = {word.arg: ast.literal_eval(word.value) for word in keywords if word.arg != "registry"}
    kinds = kinds_of(outputs.get("metrics", ()))
    columns = kinds_of(outputs.get("columns", {}))
    return {
        "name": node.name,
        "line": node.lineno,
        "summary": _first_sentence(ast.get_docstring(node) or ""),
        "metrics": list(kinds),
        "kinds": {name: kind for name, kind in kinds.items() if kind},
        "columns": columns,
        "tables": {name: list(columns) for name, columns in outputs.get("tables", {}).items()},
        "figures": list(outputs.get("figures", ())),
        "parameters": [
            {
                "name": argument.arg,
                "type": ast.unparse(argument.annotation) if argument.annotation else "",
                "default": None if default is None else ast.unparse(default),
            }
            for argument, default in zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True)
        ],
    }


def _first_sentence(docstring: str) -> str:
    """What a docstring says first, in one line: up to a full stop that is followed by a capital, or the paragraph."""
    paragraph = " ".join(docstring.partition("\n\n")[0].split())
    return re.split(r"(?<=[.!?]) (?=[A-Z])", paragraph, maxsplit=1)[0]
