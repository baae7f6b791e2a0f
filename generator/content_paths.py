"""Where the questions and templates lie: inside an installed package, or at the top of a checkout."""

from __future__ import annotations

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent


def _folder(name: str) -> Path:
    installed = PACKAGE / "content" / name
    return installed if installed.is_dir() else PACKAGE.parent / name


def questions_folder() -> Path:
    """The folder with course.yaml and one folder for each lab."""
    return _folder("questions")


def templates_folder() -> Path:
    """The folder with the reference answers and the report's HTML, CSS and fonts."""
    return _folder("templates")
