"""Write a YAML file anew: without some of its values, without its comments, and otherwise with the same data."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from generator.course.yaml_source import LOADER, Source, Where, is_among, read_yaml_text
from generator.errors import InputError, Mistake

_DUMPER = getattr(yaml.cyaml, "CBaseDumper", yaml.BaseDumper) if hasattr(yaml, "cyaml") else yaml.BaseDumper
_WIDTH = 120
#: How texts are written: as they were; then, should that read otherwise, in styles that change nothing.
_STYLES: tuple[dict[str, str], ...] = ({}, {">": "|"}, {">": '"', "|": '"', "'": '"', "": '"'})
_JINJA_COMMENT = re.compile(r"\{#.*?#\}", re.DOTALL)


@dataclass(frozen=True)
class Rewritten:
    """A file written anew. ``left_out`` has the place of each value that is gone, with how many entries it had."""

    content: bytes
    left_out: tuple[tuple[Where, int], ...]


def rewrite(path: Path, raw: bytes, without: Collection[str] = ()) -> Rewritten:
    """The content of a file without the values under the keys in ``without``, as ``read_yaml`` takes them.

    What is written was read again, and is what the file says but for those values. Raises InputError for a file that
    cannot be read, and for comments inside texts: a template does not print them, but the file would show them.
    """
    wanted = read_yaml_text(path, raw, without)
    mistakes = [*wanted.mistakes, *_comments(wanted, wanted.data, ())]
    if mistakes:
        raise InputError(mistakes)
    text = raw.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    left_out: list[tuple[Where, int]] = []
    for styles in _STYLES:
        left_out = []
        node = yaml.compose(text, Loader=LOADER)
        _strip(node, (), [tuple(one.split(".")) for one in without], styles, left_out)
        content = yaml.serialize(node, Dumper=_DUMPER, allow_unicode=True, width=_WIDTH).encode()
        written = read_yaml_text(path, content)
        # As texts: 1, 1.0 and true are equal.
        if repr((written.data, written.numerals)) == repr((wanted.data, wanted.numerals)) and not written.mistakes:
            return Rewritten(content, tuple(left_out))
    hint = "write long texts as blocks, with |"
    raise InputError([Mistake("cannot be written anew without a change of what it says", path, hint=hint)])


def _comments(source: Source, value: Any, where: Where) -> Iterator[Mistake]:
    """The texts that hold a comment of a template."""
    if isinstance(value, str) and (found := _JINJA_COMMENT.search(value)):
        hint = "write it as a comment of the file, with # in front, which is left out"
        yield source.mistake("a comment inside a text would be handed out", where, got=repr(found[0]), hint=hint)
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield from _comments(source, inner, (*where, key))


def _strip(
    node: Any, where: Where, without: list[tuple[str, ...]], styles: dict[str, str], left_out: list[tuple[Where, int]]
) -> None:
    """Take values out of a node; not deeper than a file that was read."""
    if isinstance(node, yaml.ScalarNode):
        node.style = styles.get(node.style or "", node.style)
    elif isinstance(node, yaml.MappingNode):
        kept = []
        for key, value in node.value:
            place = (*where, key.value)
            if is_among(place, without):
                left_out.append((place, len(value.value) if isinstance(value, yaml.SequenceNode) else 1))
            else:
                _strip(value, place, without, styles, left_out)
                kept.append((key, value))
        node.value = kept
    else:
        for number, value in enumerate(node.value):
            _strip(value, (*where, number), without, styles, left_out)
