"""The conditions of an answer as a tree of comparisons: which results each side reads, and whether it says by how much.

What they may conclude is judged where the kinds of metrics are known, in ``checks.margins``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from jinja2 import nodes

from generator.answers.addresses import Address, AddressError, parse_address, parse_expression
from generator.answers.claims import read_claim
from generator.answers.language import FUNCTIONS

_ORDERING = {"lt", "gt", "lteq", "gteq"}
_MOST_READ = 100_000  # parts of one text's conditions: names that are set from one another double with each
_SUMS = (nodes.Add, nodes.Sub)
_PRODUCTS = (nodes.Mul, nodes.Div, nodes.FloorDiv)


@dataclass(frozen=True, eq=False)
class Cell:
    """A value read from a row of a table: ``table`` is its address. No two are equal, as their rows may be others."""

    table: Address
    column: str

    def __str__(self) -> str:
        return f"{self.table}, column {self.column!r}"


Read = Address | Cell


@dataclass(frozen=True)
class Comparison:
    """Which of two quantities is larger: the results that each is read from, in source order.

    ``stated`` says that the condition spells out by how much, as ``a > b + 0.05`` and ``a > 1.5 * b`` do. What is
    compared with a number, is equal to something or simply holds, as ``test.differs``, has nothing on the right.
    """

    left: tuple[Read, ...] = ()
    right: tuple[Read, ...] = ()
    stated: bool = False


@dataclass(frozen=True)
class Joined:
    """Conditions of which all must hold, or with ``every`` false any."""

    parts: tuple[Condition, ...]
    every: bool = True


Condition = Comparison | Joined


@dataclass(frozen=True)
class Stated:
    """A condition that decides what is printed, of a claim or an ``if``; those of ``within`` hold around it."""

    condition: Condition
    line: int
    as_seen: bool = False
    within: tuple[Condition, ...] = ()


def conditions(tree: nodes.Template) -> Iterator[Stated]:
    """Every condition of a parsed text; lines are the text's own, from 1."""
    values: dict[str, nodes.Node | None] = {"loop": None}
    values |= {name.name: None for name in tree.find_all(nodes.Name) if name.ctx != "load"}
    values |= {a.target.name: a.node for a in tree.find_all(nodes.Assign) if isinstance(a.target, nodes.Name)}
    yield from _Reader(values).read(tree, ())


class _Reader:
    """Reads conditions; ``values`` are the expressions that a text's own names stand for, None for those of loops.

    A loop over the rows of a table gives its name a value while its body is read: any row stands for each.
    """

    def __init__(self, values: Mapping[str, nodes.Node | None]) -> None:
        self.values = values
        self.left = _MOST_READ

    def read(self, node: nodes.Node, within: tuple[Condition, ...]) -> Iterator[Stated]:
        """The conditions in a node, each before those that stand under it."""
        if isinstance(node, nodes.For):
            yield from self.loop(node, within)
            return
        if not isinstance(node, nodes.If | nodes.CondExpr):
            for child in node.iter_child_nodes():
                yield from self.read(child, within)
            return
        claim = read_claim(node)
        condition = self.condition(claim[1] if claim else node.test)
        yield Stated(condition, claim[0].line if claim else node.lineno or 1, bool(claim and claim[0].as_seen), within)
        first, *others = ("body", "elif_", "else_") if isinstance(node, nodes.If) else ("expr1", "expr2")
        for child in node.iter_child_nodes(only=(first,)):
            yield from self.read(child, (*within, condition))
        for child in node.iter_child_nodes(only=others):
            yield from self.read(child, within)

    def loop(self, node: nodes.For, within: tuple[Condition, ...]) -> Iterator[Stated]:
        """The conditions in a loop, with that of ``for row in rows("a.t") if row.x > 1``, which chooses its rows."""
        outer = self.values
        if isinstance(node.target, nodes.Name) and self.table(node.iter):
            self.values = {**outer, node.target.name: node.iter}
        chosen = self.condition(node.test) if node.test else None
        if chosen is not None:
            yield Stated(chosen, node.lineno or 1, within=within)
        for child in node.iter_child_nodes(only=("body",)):
            yield from self.read(child, (*within, chosen) if chosen is not None else within)
        self.values = outer
        for child in node.iter_child_nodes(only=("iter", "else_")):
            yield from self.read(child, within)

    def condition(self, node: nodes.Node) -> Condition:
        """An expression as a condition; whatever compares nothing says nothing."""
        node = self.meant(node)
        if isinstance(node, nodes.And | nodes.Or):
            parts = (self.condition(node.left), self.condition(node.right))
            return Joined(parts, every=isinstance(node, nodes.And))
        if isinstance(node, nodes.Compare):
            return Joined(tuple(self.comparisons(node)))
        if cells := tuple(self.own(node)):
            return Comparison(cells)
        return Joined(tuple(map(self.condition, node.iter_child_nodes())))

    def comparisons(self, node: nodes.Compare) -> Iterator[Comparison]:
        """The comparisons of ``a < b < c``, each by itself."""
        left: nodes.Expr = node.expr
        for operand in node.ops:
            if operand.op in _ORDERING:
                yield self.comparison(left, operand.expr)
            else:
                yield Comparison((*self.reads(left), *self.reads(operand.expr)))
            left = operand.expr

    def comparison(self, left: nodes.Expr, right: nodes.Expr) -> Comparison:
        """Two sides; ``a - b > 0`` and ``a / b > 1`` are ``a > b``."""
        for one, other in ((left, right), (right, left)):
            number, whole = _number(other), self.meant(one)
            if (number == 0 and isinstance(whole, nodes.Sub)) or (number == 1 and isinstance(whole, nodes.Div)):
                return self.comparison(whole.left, whole.right)
        stated = self.says_how_much(left) or self.says_how_much(right)
        return Comparison(tuple(self.reads(left)), tuple(self.reads(right)), stated)

    def says_how_much(self, node: nodes.Node) -> bool:
        """Whether a number of the text's own is added to what is read, or multiplied with it."""
        node = self.meant(node)
        if any(self.own(node)):
            return False
        if isinstance(node, (*_SUMS, *_PRODUCTS)):
            nothing = {0} if isinstance(node, _SUMS) else {0, 1}
            if any((n := _number(side)) is not None and n not in nothing for side in (node.left, node.right)):
                return True
        inner = [node.node] if isinstance(node, nodes.Filter) else node.iter_child_nodes()
        return any(self.says_how_much(child) for child in inner if child is not None)

    def reads(self, node: nodes.Node) -> Iterator[Read]:
        """The metrics and the columns of tables that an expression reads."""
        node = self.meant(node)
        if own := tuple(self.own(node)):
            yield from own
            return
        for child in node.iter_child_nodes():
            yield from self.reads(child)

    def own(self, node: nodes.Node) -> Iterator[Read]:
        """What this very node reads: a metric, a column of a row, or the columns that `names` goes by."""
        if address := self.address(node):
            yield address
        elif isinstance(node, nodes.Getattr | nodes.Getitem):
            name = node.attr if isinstance(node, nodes.Getattr) else getattr(node.arg, "value", None)
            table = self.table(node.node) if isinstance(name, str) else None
            if table is not None:
                yield Cell(table, str(name))
        elif isinstance(node, nodes.Filter) and node.name == "names" and (table := self.table(node.node)):
            yield from (Cell(table, str(named.key)) for named in node.kwargs)

    def table(self, node: nodes.Node | None) -> Address | None:
        """The table that an expression takes its rows from, all of them or one; None where it takes none."""
        while node is not None:
            node = self.meant(node)
            if isinstance(node, nodes.Call):
                if getattr(node.node, "name", "") != "rows" or len(node.args) != 1:
                    return None
                try:
                    return parse_address(str(getattr(node.args[0], "value", "")), named=True)
                except AddressError:  # which is said where the text is read
                    return None
            if not isinstance(node, nodes.Filter | nodes.Getitem):
                return None
            node = node.node
        return None

    def meant(self, node: nodes.Node) -> nodes.Node:
        """What a name that was set stands for; anything else is itself. Nothing any more where too much was read."""
        self.left -= 1
        if self.left < 0:
            return nodes.Const(None)
        for _ in self.values:  # `{% set a = a %}` never ends
            value = self.values.get(node.name) if isinstance(node, nodes.Name) else None
            if value is None:
                break
            node = value
        return node

    def address(self, node: nodes.Node) -> Address | None:
        """The metric that this very node reads, or None; a row of a table is none."""
        try:
            if isinstance(node, nodes.Call) and getattr(node.node, "name", "") == "metric" and len(node.args) == 1:
                return parse_address(str(getattr(node.args[0], "value", "")), named=True)
            if isinstance(node, nodes.Getattr | nodes.Getitem):
                target = node.node.node if isinstance(node.node, nodes.Call) else node.node
                if isinstance(target, nodes.Name) and target.name not in {*self.values, *FUNCTIONS}:
                    return parse_expression(node)
        except AddressError:
            pass  # which is said where the text is read
        return None


def _number(node: nodes.Node) -> float | None:
    """The number that an expression without names is, if it is one."""
    if isinstance(node, nodes.Neg | nodes.Pos):
        return _number(node.node)
    value = node.value if isinstance(node, nodes.Const) else None
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None
