"""Whose results a text can name: those of its own question, and of the questions whose addresses stand in it."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

from generator.answers.addresses import Address

Refs = Mapping[str, tuple[Address, ...]]


class Homes:
    """The results of a report by the question that they belong to, looked up once for all of its texts."""

    def __init__(self, refs: Refs) -> None:
        self._refs: dict[str, dict[str, tuple[Address, ...]]] = {}
        self._order = {name: place for place, name in enumerate(refs)}
        for name, points in refs.items():
            if points:
                self._refs.setdefault(str(points[0].question), {})[name] = points
        self._labs: dict[str, list[str]] = {}  # of each name of a question, the labs that have one
        self._plain: list[str] = []  # such as "roles"
        for home in self._refs:
            lab, slash, question = home.partition("/")
            if slash:
                self._labs.setdefault(question, []).append(lab)
            else:
                self._plain.append(home)

    def named(self, words: str) -> frozenset[str]:
        """The homes whose addresses stand in the words, which are looked at once, however many homes there are."""
        found = {home for home in self._plain if f"{home}/" in words}
        pieces = words.split("/")
        for before, question in pairwise(pieces[:-1]):
            found |= {f"{lab}/{question}" for lab in self._labs.get(question, ()) if before.endswith(lab)}
        return frozenset(found)

    def refs(self, homes: frozenset[str]) -> dict[str, tuple[Address, ...]]:
        """The results of some homes, in the order of all."""
        found = {name: points for home in homes for name, points in self._refs.get(home, {}).items()}
        return dict(sorted(found.items(), key=lambda item: self._order[item[0]]))
