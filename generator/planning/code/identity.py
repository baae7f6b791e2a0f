"""Give each node of a graph a digest of its own content and of all that it leads to, whatever the nodes are called."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Hashable, Iterator
from typing import Any, Generic, TypeVar

Node = TypeVar("Node", bound=Hashable)
#: What a node says itself, and the nodes that it leads to, in order.
Content = tuple[Any, tuple[Node, ...]]


class Identities(Generic[Node]):
    """Digests of nodes, each found once. Two nodes have one digest exactly when nothing tells them apart."""

    def __init__(self, content: Callable[[Node], Content[Node]]) -> None:
        self._content = content
        self._known: dict[Node, str] = {}

    def __call__(self, root: Node) -> str:
        """The digest of a node, in hex."""
        if root not in self._known:
            for circle in self._circles(root):
                self._identify(circle)
        return self._known[root]

    def _circles(self, root: Node) -> Iterator[list[Node]]:
        """Tarjan's strongly connected components, those that others lead to first; without recursion."""
        index: dict[Node, int] = {root: 0}
        low: dict[Node, int] = {root: 0}
        stack = [root]
        waiting = {root}
        open_ = [(root, iter(self._content(root)[1]))]
        while open_:
            node, following = open_[-1]
            after = next((n for n in following if n not in self._known and (n not in index or n in waiting)), None)
            if after is None:
                open_.pop()
                if open_:
                    above = open_[-1][0]
                    low[above] = min(low[above], low[node])
                if low[node] == index[node]:
                    circle = stack[stack.index(node) :] if stack[-1] != node else [node]
                    del stack[-len(circle) :]
                    waiting.difference_update(circle)
                    yield circle
            elif after in waiting:
                low[node] = min(low[node], index[after])
            else:
                index[after] = low[after] = len(index)
                stack.append(after)
                waiting.add(after)
                open_.append((after, iter(self._content(after)[1])))

    def _identify(self, circle: list[Node]) -> None:
        """Digest nodes that lead to each other by what they say, then again and again by what they lead to."""
        colours = dict.fromkeys(circle, "")
        kinds = 0
        while True:
            colours = {node: self._colour(node, colours) for node in circle}
            if len(circle) == 1 and circle[0] not in self._content(circle[0])[1]:
                break
            if len(set(colours.values())) == kinds:  # as many as before: nothing more can be told apart
                everyone = sorted(colours.values())
                colours = {node: _digest([colour, everyone]) for node, colour in colours.items()}
                break
            kinds = len(set(colours.values()))
        self._known |= colours

    def _colour(self, node: Node, colours: dict[Node, str]) -> str:
        own, leads = self._content(node)
        return _digest([own, [self._known.get(lead) or colours[lead] for lead in leads], colours[node]])


def _digest(content: Any) -> str:
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()[:40]
