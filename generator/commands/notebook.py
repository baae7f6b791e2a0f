"""A notebook that computes results on a machine of a notebook service, and packs them to be taken home."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from generator import __version__
from generator.commands.session import Settings, open_session
from generator.errors import InputError, Mistake
from generator.folders import questions_folder, templates_folder
from generator.store.files import disk_errors, replace_file

_CELL = re.compile(r"^# %%( \[markdown\])?\n", re.MULTILINE)


def write_notebook(settings: Settings, selection: Iterable[str], target: Path, install: str) -> None:
    """Write the notebook for a selection of a course under a profile; an existing file is not replaced.

    ``install`` is what pip is asked for on the other machine; this version of the program, if empty.

    Raises:
        InputError: there is no such selection or profile, or the file is there already.
        CacheError: the file cannot be written.
    """
    chosen = list(selection)
    session = open_session(settings)
    session.questions(chosen)
    if target.exists():
        raise InputError([Mistake("there is such a file already", target, hint="name another: --output")])
    own = session.place.folder.resolve() != questions_folder().resolve()
    values = {
        "SELECTION": json.dumps(chosen),
        "PROFILE": session.profile.name,
        "COURSE": session.place.folder.name if own else "",
        "INSTALL": install or f"genreport=={__version__}",
    }
    text = (templates_folder() / "scaffold" / "notebook.py").read_text(encoding="utf-8")
    for name, value in values.items():
        text = text.replace(f"__{name}__", value)
    with disk_errors(target.absolute().parent):
        target.absolute().parent.mkdir(parents=True, exist_ok=True)
        replace_file(target, json.dumps(as_notebook(text), indent=1, ensure_ascii=False).encode() + b"\n")


def as_notebook(text: str) -> dict[str, Any]:
    """The notebook of a script whose cells begin with ``# %%``, in the format that Jupyter calls 4.5."""
    return {
        "cells": list(_cells(text)),
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
            "accelerator": "GPU",
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def _cells(text: str) -> Iterator[dict[str, Any]]:
    parts = _CELL.split(text)[1:]
    for number, (mark, body) in enumerate(zip(parts[::2], parts[1::2], strict=True), start=1):
        common = {"id": f"cell-{number}", "metadata": {}}
        if mark:
            prose = re.sub(r"^# ?", "", body.strip(), flags=re.MULTILINE)
            yield {"cell_type": "markdown", **common, "source": prose.splitlines(keepends=True)}
        else:
            code = {"execution_count": None, "outputs": [], "source": body.strip().splitlines(keepends=True)}
            yield {"cell_type": "code", **common, **code}
