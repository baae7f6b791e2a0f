"""Read a module's source as statements: what each binds, which names it mentions, and what it runs when imported."""

from __future__ import annotations

import ast
import hashlib
import inspect
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TypedDict

from generator.errors import InputError, Mistake
from generator.planning.code.calls import Call
from generator.planning.code.declarations import Declaration, declarations
from generator.planning.code.scopes import DEFINITIONS, FUNCTIONS, IMPORTS, bound, does_nothing, origins
from generator.planning.code.syntax import UP, Form, form, form_of_calls, ups

LATER = 1_000_000  # the position of an import that runs when a function is called
#: Methods that run when a class is used as a function, or as the base of another.
_HOOKS = {"__init__", "__new__", "__post_init__", "__set_name__", "__init_subclass__", "__class_getitem__"}
#: Names that Python gives each module, by which it knows where its own file lies.
FILES = ("__file__", "__path__", "__spec__")
#: Names by which a module finds the files that lie beside it; where one is used, the texts in the statement matter.
_BESIDE = {*FILES, "resources", "importlib_resources", "get_data", "files"}


class Statement(TypedDict):
    """A top-level statement that does more than import; see :class:`Form` for the first six.

    ``texts`` are kept where they may name files. ``binds`` are the names that it binds. ``acts`` says that it surely
    does more than that when it runs. ``quiet`` are the calls of a function's body or a class's hooks, or None where it
    changes more than its own variables; ``bases`` are a class's bases and, after "=", what its keywords hold; ``hooks``
    says that it runs code of its own when a subclass is made, and ``silent`` are the calls of those of its methods
    that run without being called (operators, properties, what makes a field's value), or None as in ``quiet``.
    """

    digest: str
    mentions: list[str]
    eager: list[str]
    calls: list[Call]
    texts: list[str] | None
    reflects: list[str]
    position: int
    kind: str
    binds: list[str]
    acts: bool
    quiet: list[Call] | None
    bases: list[str]
    hooks: bool
    silent: list[Call] | None


class ModuleCode(TypedDict):
    """A module as planning sees it.

    ``imports`` maps each imported name to the positions and origins that it may come from ("module:name", with leading
    dots for a relative import), with positions below zero for type checkers' own; star imports are filed under "*".
    ``loads`` are those of all imports that can run; ``words`` is the digest of all docstrings; ``sha256`` that of the
    very bytes that all of this was read from.
    """

    statements: list[Statement]
    imports: dict[str, list[tuple[float, str]]]
    loads: list[tuple[int, str]]
    words: str
    computations: list[Declaration]
    sha256: str


def read_module(path: Path) -> ModuleCode:
    """Parse a module. Raises InputError when it is not Python, or declares a computation that cannot be read."""
    try:
        source = path.read_bytes()
        tree = ast.parse(source, filename=str(path))
        sha256 = hashlib.sha256(source).hexdigest()
        return {**read_tree(tree), "computations": declarations(tree, path), "sha256": sha256}
    except OSError as error:
        raise InputError([Mistake(f"cannot be read: {error.strerror}", path)]) from None
    except (SyntaxError, ValueError) as error:  # ValueError: a null byte
        line = getattr(error, "lineno", None)
        what = getattr(error, "msg", None) or str(error)
        raise InputError([Mistake(f"is not Python: {what}", path, line)]) from None
    except (RecursionError, MemoryError):
        raise InputError([Mistake("is nested too deeply to be read", path)]) from None


def read_tree(tree: ast.Module) -> ModuleCode:
    """What a module's syntax tree says, all but the computations that it declares and the digest of its file."""
    spelled = any(
        name == "annotations" and origin.startswith("__future__:") for s in tree.body for name, origin in (origins(s))
    )
    statements: list[Statement] = []
    imports: dict[str, list[tuple[float, str]]] = {}
    loads: list[tuple[int, str]] = []
    for position, (statement, runs) in enumerate(_top_level(tree.body)):
        if not isinstance(statement, IMPORTS) and not does_nothing(statement):
            statements.append(_statement(statement, position))
            if spelled and isinstance(statement, ast.ClassDef) and _has_fields(statement):
                statements[-1]["digest"] += " spelled"  # what reads the fields' types sees texts
        for number, (name, origin) in enumerate(_imports(statement)):
            place = position + number / 1000  # in the order in which they stand
            imports.setdefault(name, []).append((place if runs else place - LATER, origin))
        if runs:
            loads += _loads(statement, position)
    readers = {*_BESIDE, *(name for name, places in imports.items() if any(_reads_files(o) for _, o in places))}
    for entry in statements:
        if any(not readers.isdisjoint(_words(mention)) for mention in entry["mentions"]):
            readers.update(() if entry["kind"] else entry["binds"])  # others join names to what it finds
        else:  # what is left of them is how far up it goes from a folder that another statement found
            entry["texts"] = [UP] * up if (up := ups(entry["texts"] or [])) else None
    mentions = (mention for statement in statements for mention in statement["mentions"])
    loads += [(LATER, f"{mention[1:]}:") for mention in mentions if mention[0] == "'"]
    words = hashlib.sha256("\0".join(_docstrings(tree)).encode("utf-8", "surrogatepass")).hexdigest()[:16]
    return ModuleCode(statements=statements, imports=imports, loads=loads, words=words, computations=[], sha256="")


def _has_fields(node: ast.ClassDef) -> bool:
    return any(isinstance(inner, ast.AnnAssign) for inner in node.body)


def _docstrings(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, (*DEFINITIONS, ast.Module)) and does_nothing(node.body[0] if node.body else ast.Pass()):
            yield inspect.cleandoc(str(getattr(getattr(node.body[0], "value", None), "value", ""))) if node.body else ""


def _top_level(statements: Iterable[ast.stmt], *, runs: bool = True) -> Iterator[tuple[ast.stmt, bool]]:
    """The module's statements, with those that only type checkers run as if they stood beside the others."""
    for statement in statements:
        if isinstance(statement, ast.If) and _for_type_checkers(statement):
            yield from _top_level(statement.body, runs=False)
        else:
            yield statement, runs


def _for_type_checkers(statement: ast.AST) -> bool:
    if not isinstance(statement, ast.If) or statement.orelse:
        return False
    test = statement.test
    return (test.attr if isinstance(test, ast.Attribute) else getattr(test, "id", "")) == "TYPE_CHECKING"


def _statement(node: ast.stmt, position: int) -> Statement:
    written: Form = form(node)
    function, kind = isinstance(node, FUNCTIONS), isinstance(node, ast.ClassDef)
    return {
        "digest": written.digest,
        "mentions": written.mentions,
        "eager": written.eager,
        "calls": written.calls,
        "texts": written.texts,
        "reflects": written.reflects,
        "position": position,
        "kind": "function" if function else "class" if kind else "",
        "binds": list(dict.fromkeys(_filed_under(node))),
        "acts": _acts(node),
        "quiet": _quiet(node),
        "bases": _bases(node),
        "hooks": isinstance(node, ast.ClassDef)
        and any(name == "__init_subclass__" for inner in node.body for name, _ in bound(inner)),
        "silent": _silent(node),
    }


def _reads_files(origin: str) -> bool:
    return origin.startswith(("importlib", "pkgutil"))


def _words(mention: str) -> list[str]:
    return mention.replace(":", ".").split(".")


def _filed_under(statement: ast.stmt) -> Iterator[str]:
    """The names that a top-level statement binds in the module, those that its functions call global included."""
    yield from (name for name, origin in bound(statement))
    yield from _declared_global(statement)


def _declared_global(statement: ast.AST) -> Iterator[str]:
    for node in ast.walk(statement):
        if isinstance(node, ast.Global):
            yield from node.names


def _acts(statement: ast.stmt) -> bool:
    """Whether a statement may change what other definitions of the module say (``TABLE["x"] = f``, ``register(f)``)."""
    if isinstance(statement, IMPORTS) or does_nothing(statement):
        return False
    if isinstance(statement, FUNCTIONS):
        return False
    if isinstance(statement, ast.ClassDef):
        return any(map(_acts, statement.body))
    if isinstance(statement, ast.Assign):
        return not all(map(_is_name, statement.targets))
    if isinstance(statement, ast.AnnAssign):
        return not _is_name(statement.target)
    if isinstance(statement, ast.If):
        return any(map(_acts, [*statement.body, *statement.orelse]))
    if isinstance(statement, ast.Try):
        handled = [inner for handler in statement.handlers for inner in handler.body]
        return any(map(_acts, [*statement.body, *handled, *statement.orelse, *statement.finalbody]))
    return type(statement).__name__ != "TypeAlias"  # not yet a node in Python 3.11


def _is_name(target: ast.expr) -> bool:
    if isinstance(target, ast.Tuple | ast.List):
        return all(map(_is_name, target.elts))
    return _is_name(target.value) if isinstance(target, ast.Starred) else isinstance(target, ast.Name)


def _methods(node: ast.ClassDef) -> dict[str, ast.stmt]:
    return {method.name: method for method in node.body if isinstance(method, FUNCTIONS)}


def _quiet(node: ast.stmt) -> list[Call] | None:
    """What a function calls, or a class that is called; None when it changes something that is not its own."""
    if isinstance(node, FUNCTIONS):
        return form_of_calls(node)
    if not isinstance(node, ast.ClassDef):
        return None
    found: list[Call] = []
    for name, method in _methods(node).items():
        if name in _HOOKS:
            calls = form_of_calls(method)
            if calls is None:
                return None
            found += calls
    return found


def _silent(node: ast.stmt) -> list[Call] | None:
    """What a class's methods call that run without being called; None when they change what is not their own."""
    found: list[Call] = []
    for inner in node.body if isinstance(node, ast.ClassDef) else ():
        if isinstance(inner, FUNCTIONS):
            special = inner.name.startswith("__") and inner.name not in (_HOOKS | {"__call__"}) - {"__set_name__"}
            if special or any(_makes_property(decorator) for decorator in inner.decorator_list):
                calls = form_of_calls(inner)
                if calls is None:
                    return None
                found += calls
            continue
        for word in ast.walk(inner):
            if isinstance(word, ast.keyword) and word.arg in ("default_factory", "factory"):
                calls = form_of_calls(word.value) if isinstance(word.value, ast.Lambda) else [[_dotted(word.value)]]
                if calls is None:
                    return None
                found += calls
    return found


def _makes_property(decorator: ast.expr) -> bool:
    return _dotted(decorator).rpartition(".")[2] in ("property", "cached_property", "setter", "deleter")


def _bases(node: ast.stmt) -> list[str]:
    """The names of a class's bases and of what its keywords hold, "?" for those that are no names."""
    if not isinstance(node, ast.ClassDef):
        return []
    named = [_dotted(base.value if isinstance(base, ast.Subscript) else base) for base in node.bases]
    return [*named, *(f"={_dotted(word.value)}" for word in node.keywords)]


def _dotted(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value)}.{node.attr}"
    if isinstance(node, ast.Call):
        return f"{_dotted(node.func)}()"
    return node.id if isinstance(node, ast.Name) else "" if isinstance(node, ast.Constant) else "?"


def _imports(statement: ast.stmt) -> Iterator[tuple[str, str]]:
    """Every import of a statement that binds a name of the module."""
    declared = set(_declared_global(statement))
    open_: list[tuple[ast.AST, bool]] = [(statement, False)]
    while open_:
        node, inside = open_.pop(0)
        if isinstance(node, IMPORTS):
            yield from ((name, origin) for name, origin in origins(node) if not inside or name in declared)
        inside = inside or isinstance(node, DEFINITIONS)
        open_ += [(child, inside) for child in ast.iter_child_nodes(node)]


def _loads(statement: ast.stmt, position: int) -> Iterator[tuple[int, str]]:
    open_: list[tuple[ast.AST, int]] = [(statement, position)]
    while open_:
        node, when = open_.pop(0)
        if isinstance(node, ast.Import):
            yield from ((when, f"{alias.name}:") for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((when, origin) for _, origin in origins(node))
        elif not _for_type_checkers(node):
            when = LATER if isinstance(node, FUNCTIONS) else when
            open_ += [(child, when) for child in ast.iter_child_nodes(node)]
