"""Write the pages of the reference that are made of the program itself: commands, keys, computations, the public face.

    python scripts/reference.py [FOLDER]

FOLDER is docs/reference without a word. `make docs` runs this before it builds the site.
"""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

import click

import generator
from generator.cli.main import cli
from generator.commands.listing import docstring, list_computations, metrics_by_kind
from generator.commands.session import Settings
from generator.course.schemas import ENDING, schemas
from generator.planning.catalogue import Parameter, Signature

ROOT = Path(__file__).resolve().parents[1]
MADE = "<!-- Made by scripts/reference.py of the program itself: change what it says there. -->"
#: The files that have a schema of their own; those of translations have the same keys, texts alone.
FILES = {
    "course": ("course.yaml", "The course: what is printed at its head, its labs and its profiles."),
    "lab": ("lab.yaml", "A lab, `questions/<lab>/lab.yaml`: its title, and its questions in order."),
    "question": ("A question", "`questions/<lab>/<name>.yaml`. How the keys work together: [Questions and answers]"
                 "(questions.md)."),
    "profiles": ("profiles.yaml", "The roles of one lab, `questions/<lab>/profiles.yaml`: under each profile's name, "
                 "and under `all:` for every profile, roles with their values."),
    "report": ("report.yaml", "A student's project; `genreport init` writes it. What it leaves out is the course's."),
    "words": ("words.yaml", "`questions/<language>/words.yaml`: what computations bring along, word for word, with "
              "`{}` for what varies: `\"{} epochs\": \"{} époques\"`."),
}  # fmt: skip


def commands() -> str:
    """Every command with its arguments and options, as its help has them."""
    context = click.Context(cli, info_name="genreport")
    parts = ["# Commands", MADE, "What `genreport COMMAND --help` says, command by command."]
    rows = [(f"[{name}](#{name})", prose(one.get_short_help_str(200))) for name, one in sorted(cli.commands.items())]
    parts.append(table(("command", "does"), rows))
    for name, command in sorted(cli.commands.items()):
        inner = click.Context(command, parent=context, info_name=name)
        usage = command.get_usage(inner).removeprefix("Usage: ")
        parts += [f"## {name}", f"```text\n{' '.join(usage.split())}\n```", *_help(command.help or "")]
        options = [_option(one, inner) for one in command.params if isinstance(one, click.Option)]
        parts.append(table(("option", "does"), options))
    return page(parts)


def _help(text: str) -> Iterator[str]:
    """The paragraphs of a help text; those that click must not fill are examples, or lists of words."""
    for paragraph in inspect.cleandoc(text).split("\n\n"):
        if paragraph.startswith("\b\n"):
            yield f"```sh\n{inspect.cleandoc(paragraph[2:])}\n```"
        else:
            yield prose(paragraph)


def _option(option: click.Option, context: click.Context) -> tuple[str, str]:
    shown = option.get_help_record(context) or ("", "")
    text = re.sub(r"\s*\[default: ([^\];]+)[^\]]*\]", r" (default: `\1`)", shown[1])
    text = re.sub(r"\s*\[x>=\d+\]", "", text)
    choices = re.sub(r"\[([^\]]+)\]", lambda found: found[1].replace("|", ", "), shown[0]).replace(" RANGE", "")
    environment = f" (environment variable `{option.envvar}`)" if option.envvar else ""
    return f"`{choices}`", prose(text) + environment


def keys() -> str:
    """Every key of every YAML file, with what it is for, what it holds and whether it is needed."""
    made = schemas()
    parts = ["# Keys of the YAML files", MADE,
             "From the models that check these files; `genreport schema` writes them for editors."]  # fmt: skip
    for name, (title, said) in FILES.items():
        schema = made[f"{name}{ENDING}"]
        parts += [f"## {title}", said, *_object(schema, name)]
        for inner, definition in schema.get("$defs", {}).items():
            parts += [f"### {_heading(inner, name)}", prose(definition["description"]), *_object(definition, name)]
    return page(parts)


def _heading(definition: str, file: str) -> str:
    """What a part of a file is called: ResultEntry of a question, a result."""
    words = " ".join(re.findall(r"[A-Z][a-z]+", definition.removesuffix("Entry"))).capitalize()
    return f"{words} in {FILES[file][0][:1].lower()}{FILES[file][0][1:]}"


def _object(schema: Mapping[str, Any], file: str) -> Iterator[str]:
    needed = schema.get("required", [])
    properties = schema.get("properties") or {
        key: inner for one in schema.get("anyOf", []) for key, inner in one.get("properties", {}).items()
    }
    rows = [
        (f"`{key}`" + (", needed" if key in needed else ""), kind(inner, file), prose(inner.get("description", "")))
        for key, inner in properties.items()
    ]
    if rows:
        yield table(("key", "holds", "is for"), rows)


def kind(schema: Mapping[str, Any], file: str) -> str:
    """What a key holds, in words."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f"[{_heading(name, file)}](#{anchor(_heading(name, file))})"
    if "anyOf" in schema:
        found = dict.fromkeys(kind(one, file) for one in schema["anyOf"] if one.get("type") != "null")
        return " or ".join(one for one in found if one)
    if "enum" in schema:
        return ", ".join(f"`{value}`" for value in schema["enum"] if value)
    if schema.get("type") == "array":
        return f"list of {kind(schema['items'], file)}"
    if schema.get("type") == "object":
        inner = next((one for one in (*schema.get("patternProperties", {}).values(), schema.get("additionalProperties"))
                      if isinstance(one, dict)), None)  # fmt: skip
        return f"by names: {kind(inner, file)}" if inner else "names and values"
    limits = [f"{word} {schema[key]}" for key, word in (("minimum", "from"), ("maximum", "to")) if key in schema]
    words = {"string": "text", "integer": "whole number", "number": "number", "boolean": "`true` or `false`"}
    return " ".join([words[schema["type"]], *limits]) if isinstance(schema.get("type"), str) else "any value"


def computations() -> str:
    """Every computation of the course that comes along."""
    found = sorted(list_computations(Settings()), key=lambda one: (one.module, one.name))
    said = (
        "Those that come with the program; `genreport computations` lists those of your course. A question names one "
        "under `computation:`, and its parameters under `params:` or `inputs:`."
    )
    parts = ["# Computations", MADE, said]
    for module, ours in groupby(found, key=lambda one: one.module):
        parts.append(f"## {module.partition('labs.')[2]}")
        for one in ours:
            parts += [f"### {one.name}", *_docstring(docstring(one)), *_given(one)]
    return page(parts)


def _given(one: Signature) -> Iterator[str]:
    if one.parameters:
        yield table(("parameter", "type", "default"), [_parameter(parameter) for parameter in one.parameters.values()])
    lines = [f"metrics, {how}: {_names(names)}" for how, names in metrics_by_kind(one).items()]
    lines += [f"table `{name}`: {_names(columns)}" for name, columns in one.tables.items()]
    lines += [f"figures: {_names(one.figures)}"] if one.figures else []
    if lines:
        yield "\n".join(f"- {line}" for line in lines)


def _parameter(parameter: Parameter) -> tuple[str, str, str]:
    default = "needed" if parameter.required else f"`{parameter.default!r}`"
    return f"`{parameter.name}`", f"`{parameter.type.text}`", default


def _names(names: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def face() -> str:
    """What `from generator import …` gives authors of computations."""
    parts = ["# The public face for authors", MADE,
             "What `from generator import …` gives. These names are stable by the semantic version; all others may "
             "change."]  # fmt: skip
    for name in sorted(generator.__all__, key=str.lower):
        shown = getattr(generator, name)
        parts.append(f"## {name}")
        if name in _ALIASES:
            parts.append(_ALIASES[name])
            continue
        parts += [f"```python\n{_call(name, shown)}\n```", *_docstring(inspect.getdoc(shown) or "")]
        for inner, method in vars(shown).items() if inspect.isclass(shown) else ():
            function = getattr(method, "__func__", method)
            if not inner.startswith("_") and inspect.isfunction(function):
                said = _docstring(inspect.getdoc(function) or "")
                parts += [f"### {name}.{inner}", f"```python\n{_call(inner, function)}\n```", *said]
    return page(parts)


_ALIASES = {
    "Dataset": "The type of a parameter that is the name of a data set; its files enter the fingerprint.",
    "Network": "The type of a parameter that is the name of a network, whose weights enter the fingerprint, or the "
    "result of a job that trained one.",
}


def _call(name: str, shown: Callable[..., Any]) -> str:
    """How it is called, one parameter a line; defaults that only the program can name are dots."""
    own = ("self", "cls", "registry")
    parameters = [one for one in inspect.signature(shown).parameters.values() if one.name not in own]
    lines = []
    for one in parameters:
        default = repr(one.default)
        given = "" if one.default is one.empty else " = …" if default.startswith("<") else f" = {default}"
        lines.append(f"    {one.name}: {one.annotation}{given},")
    star = ["    *,"] if parameters and parameters[0].kind is inspect.Parameter.KEYWORD_ONLY else []
    return "\n".join([f"{name}(", *star, *lines, ")"])


def _docstring(text: str) -> Iterator[str]:
    """Its paragraphs; of a section such as Raises, each line is an entry of a list."""
    for paragraph in text.split("\n\n"):
        head, _, rest = paragraph.partition("\n")
        if re.fullmatch(r"[A-Z][a-z]+:", head) and rest.startswith(" "):
            entries = re.split(r"\n(?=\S)", inspect.cleandoc(rest))
            yield f"{head}\n\n" + "\n".join(f"- {prose(entry)}" for entry in entries)
        elif paragraph.startswith("    "):
            yield f"```text\n{inspect.cleandoc(paragraph)}\n```"
        elif paragraph:
            yield prose(paragraph)


def prose(text: str) -> str:
    """A text on one line whose signs Markdown does not read; what stands in back quotes is code."""
    parts = re.split(r"(?::\w+:)?(``.+?``|`[^`]+`)", " ".join(text.split()))
    plain = [re.sub(r"([<*_\[\]])", r"\\\1", part) for part in parts[::2]]
    code = [f"`{part.strip('`')}`" for part in parts[1::2]]
    return "".join(part for pair in zip(plain, [*code, ""], strict=True) for part in pair)


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table of Markdown; a bar within a cell is no border."""
    lines = [head, ["---"] * len(head), *([cell.replace("|", "\\|") for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def anchor(heading: str) -> str:
    """The anchor of a heading, as the site makes it."""
    return re.sub(r"\s+", "-", re.sub(r"[^\w\s-]", "", heading.lower()).strip())


def page(parts: Sequence[str]) -> str:
    """A page of its parts, with an empty line between them."""
    return "\n\n".join(part for part in parts if part) + "\n"


PAGES: Mapping[str, Callable[[], str]] = {
    "commands.md": commands, "keys.md": keys, "computations.md": computations, "python.md": face,
}  # fmt: skip


def write(folder: Path) -> None:
    """Write every page into a folder."""
    for name, make in PAGES.items():
        (folder / name).write_text(make(), encoding="utf-8")


if __name__ == "__main__":
    write(Path(*sys.argv[1:2]) if sys.argv[1:] else ROOT / "docs" / "reference")
