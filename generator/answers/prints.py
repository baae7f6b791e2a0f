"""Has it told what a template prints: where each value stands in the text, and how it is spelt."""

from __future__ import annotations

from jinja2 import nodes

from generator.answers.claims import ClaimExtension, spelling

_SIGNS = {"Add": "+", "Sub": "-", "Mul": "*", "Div": "/", "FloorDiv": "//", "Mod": "%", "Pow": "**"}
#: What places something in the text, and is no number.
_NO_NUMBERS = frozenset({"table", "figure", "ref", "role", "my_table"})


def mark_prints(tree: nodes.Template) -> None:
    """Have the record told before and after each value that is printed; these tellings print nothing."""
    for output in [*tree.find_all(nodes.Output)]:
        output.nodes = [part for node in output.nodes for part in _told(node)]


def _told(node: nodes.Expr) -> list[nodes.Expr]:
    chosen = isinstance(node, nodes.CondExpr) and isinstance(node.expr1, nodes.Const)  # a word, by a condition
    if isinstance(node, nodes.TemplateData) or chosen or _called(node) in _NO_NUMBERS:
        return [node]
    return [_telling("_begin", []), node, _telling("_end", [nodes.Const(spelt(node))])]


def _telling(method: str, arguments: list[nodes.Expr]) -> nodes.Expr:
    by = nodes.ExtensionAttribute(ClaimExtension.identifier, method)
    return nodes.Call(by, [nodes.ContextReference(), *arguments], [], None, None)


def _called(node: nodes.Expr) -> str:
    return str(getattr(node.node, "name", "")) if isinstance(node, nodes.Call) else ""


def spelt(node: nodes.Node) -> str:
    """How an expression is spelt; what is rarely printed is an ellipsis."""
    if isinstance(node, nodes.Filter) and node.node is not None:
        arguments = [*map(spelt, node.args), *(f"{one.key}={spelt(one.value)}" for one in node.kwargs)]
        value = _inside(node.node) if isinstance(node.node, nodes.BinExpr) else spelt(node.node)
        return f"{value} | {node.name}" + (f"({', '.join(arguments)})" if arguments else "")
    if isinstance(node, nodes.BinExpr):
        return f"{_inside(node.left)} {_SIGNS.get(type(node).__name__, '?')} {_inside(node.right)}"
    if isinstance(node, nodes.Neg):
        return f"-{_inside(node.node)}"
    if isinstance(node, nodes.Name | nodes.Const | nodes.Getattr | nodes.Getitem | nodes.Call):
        return spelling(node)
    return "…"


def _inside(node: nodes.Node) -> str:
    """An operand, in brackets where it is calculated itself."""
    text = spelt(node)
    return f"({text})" if isinstance(node, nodes.BinExpr | nodes.Filter) else text
