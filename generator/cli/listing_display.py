"""How computations and roles are shown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from generator.commands.listing import ListedRole, docstring, metrics_by_kind
from generator.planning.catalogue import Parameter, Signature


def show_computations(signatures: Iterable[Signature]) -> None:
    """Print each computation as it is called, what it is for, and what it gives."""
    console = Console(highlight=False, soft_wrap=True)
    signatures = [*signatures]
    if not signatures:
        console.print("The course has no computations, and uses none of the program’s.")
    for signature in signatures:
        taken = ", ".join(map(_parameter, signature.parameters.values()))
        console.print(f"[bold]{signature.name}[/]({escape(taken)})")
        console.print(f"    {escape(signature.summary)}")
        for what, listed in _outputs(signature):
            console.print(f"    [dim]{what:8}[/] {escape(listed)}")


def show_computation(signature: Signature) -> None:
    """Print one computation: all that it says of itself, and its parameters one by one."""
    console = Console(highlight=False, soft_wrap=True)
    console.print(f"[bold]{signature.name}[/] [dim]{escape(str(signature.path))}, line {signature.line}[/]\n")
    console.print(escape(docstring(signature)) + "\n")
    table = Table("parameter", "type", "default", box=None, pad_edge=False)
    for one in signature.parameters.values():
        table.add_row(one.name, escape(one.type.text), "required" if one.required else escape(repr(one.default)))
    if signature.parameters:
        console.print(table)
    for what, listed in _outputs(signature):
        console.print(f"[dim]{what:8}[/] {escape(listed)}")


def show_roles(profile: str, roles: Iterable[ListedRole]) -> None:
    """Print the roles of a profile, those that all labs share first."""
    console = Console(highlight=False, soft_wrap=True)
    roles = [*roles]
    console.print(f"profile {escape(profile)}" + ("" if roles else ", without roles"))
    for lab, own in groupby(roles, key=lambda role: role.lab):
        console.print(f"[bold]{f'of lab {escape(lab)} alone' if lab else 'of all labs'}[/]")
        for role in own:
            value = _value(role.value)
            label = "" if role.label in (value, value[1:-1]) else f"   [dim]{escape(role.label)}[/]"
            console.print(f"  {role.name} = {escape(value)}{label}")


def _parameter(parameter: Parameter) -> str:
    default = "" if parameter.required else f" = {parameter.default!r}"
    return f"{parameter.name}: {parameter.type.text}{default}"


def _outputs(signature: Signature) -> Iterator[tuple[str, str]]:
    """The kinds of what a computation gives, and the names of each."""
    metrics = metrics_by_kind(signature)
    if metrics:
        yield "metrics", "; ".join(f"{kind}: {', '.join(names)}" for kind, names in metrics.items())
    for number, (name, columns) in enumerate(signature.tables.items()):
        yield "" if number else "tables", f"{name}: {', '.join(columns)}"
    if signature.figures:
        yield "figures", ", ".join(signature.figures)


def _value(value: Any) -> str:
    """A role's value as it would be written; a job as its computation is called."""
    if isinstance(value, list):
        return f"[{', '.join(map(_value, value))}]"
    if isinstance(value, dict) and "computation" in value:
        return f"{value['computation']}({', '.join(f'{name}={_value(one)}' for name, one in value['params'].items())})"
    return value if isinstance(value, str) else str(value)
