"""Follows a guide of docs/ as a reader would: writes its files, runs its commands, reads what they print.

In Markdown, a block of ``sh`` is typed, line by line. One with ``title="FILE"`` is written into that file; ``(at the
end)`` adds it there, ``(in place of the line that begins with …)`` puts it there. A block of ``text`` is what the
commands before it print: each of its lines is found, in order, and … stands for anything. What follows
``<!-- not run: why -->`` is only shown.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PROGRAMS = {"genreport": [sys.executable, "-m", "generator.cli"], "python": [sys.executable], "mkdir": ["mkdir"]}
_BLOCK = re.compile(
    r"^(?P<skipped><!-- not run: [^>]+ -->\n\n?)?"
    r'```(?P<language>\w+)(?: title="(?P<file>[^" ]+)(?: \((?P<how>[^"]+)\))?")?\n'
    r"(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
_INSTEAD = "in place of the line that begins with "


@dataclass(frozen=True)
class Block:
    """A block of code of a guide."""

    language: str
    text: str
    file: str
    how: str
    skipped: bool


def blocks(guide: str) -> list[Block]:
    """The blocks of a guide below docs/, in order."""
    markdown = (ROOT / "docs" / guide).read_text(encoding="utf-8")
    return [
        Block(found["language"], found["text"], found["file"] or "", found["how"] or "", bool(found["skipped"]))
        for found in _BLOCK.finditer(markdown)
    ]


def commands(guide: str) -> list[list[str]]:
    """The lines of commands of a guide, block by block; what follows a # there is for readers."""
    return [block.text.splitlines() for block in blocks(guide) if block.language == "sh" and not block.skipped]


class Shell:
    """Runs a guide's lines, one after the other.

    A build's warnings are failures unless it is not ``strict``. While ``page_only``, builds write no PDF, which halves
    their time: ``read`` lets those write one whose guide shows it among what is printed.
    """

    page_only = False

    def __init__(self, folder: Path, cache: Path | None = None, strict: bool = True) -> None:
        self.folder, self.strict = folder, strict
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("GENREPORT_", "PYTEST_"))}
        own = {"GENREPORT_CACHE": str(cache or folder / "cache"), "GENREPORT_DATA": str(folder / "data")}
        self.environment = {**kept, **own, "PYTHONPATH": str(ROOT), "COLUMNS": "200"}

    def follow(self, lines: list[str]) -> str:
        """What all lines print."""
        return "".join(self.run(shlex.split(line, comments=True)) for line in lines)

    def run(self, words: list[str]) -> str:
        """What one command prints."""
        if words[0] == "cd":
            self.folder = (self.folder / words[1]).resolve()
            return ""
        more = ["--device", "cpu"] if words[:2] == ["genreport", "build"] else []
        more += ["--strict"] if more and self.strict else []
        more += ["--format", "html"] if more and self.page_only else []
        done = subprocess.run(
            [*PROGRAMS[words[0]], *words[1:], *more], cwd=self.folder, env=self.environment, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=300, check=False,
        )  # fmt: skip
        assert done.returncode == 0, f"{words} ended with {done.returncode}\n{done.stdout}"
        return done.stdout

    def read(self, guide: str) -> Iterator[tuple[Block, str]]:
        """Follow a guide from its first block to its last; gives each block of commands with what they printed."""
        printed = ""
        followed = [block for block in blocks(guide) if not block.skipped]
        for block, after in zip(followed, [*followed[1:], None], strict=True):
            if block.file:
                self._write(block)
            elif block.language == "sh":
                self.page_only = not (after and after.language == "text" and ".pdf" in after.text)
                printed = self.follow(block.text.splitlines())
                yield block, printed
            elif block.language == "text":
                _find(block.text.splitlines(), printed)

    def _write(self, block: Block) -> None:
        path = self.folder / block.file
        if not block.how:
            path.write_text(block.text, encoding="utf-8")  # its folder is made by a command
        elif block.how == "at the end":
            path.write_text(path.read_text(encoding="utf-8") + block.text, encoding="utf-8")
        else:
            assert block.how.startswith(_INSTEAD), block.how
            begin = block.how.removeprefix(_INSTEAD)
            old = path.read_text(encoding="utf-8")
            new, number = re.subn(rf"^ *{re.escape(begin)}.*\n", lambda _: block.text, old, flags=re.MULTILINE)
            assert number == 1, f"{path} has {number} lines that begin with {begin}"
            path.write_text(new, encoding="utf-8")


def _find(lines: list[str], printed: str) -> None:
    place = 0
    for line in lines:
        pattern = ".*".join(re.escape(part) for part in line.strip().split("…"))
        found = re.compile(pattern).search(printed, place)
        assert found, f"nothing like {line!r} is printed in\n{printed}"
        place = found.end()
