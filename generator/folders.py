"""Where things lie: questions and templates inside the package or a checkout, the cache and data of a user."""

from __future__ import annotations

import os
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


def default_cache() -> Path:
    """GENREPORT_CACHE, or the user's cache folder."""
    import platformdirs

    return Path(os.environ.get("GENREPORT_CACHE") or platformdirs.user_cache_dir("genreport", appauthor=False))


def default_data() -> Path:
    """GENREPORT_DATA, or a folder of the user's own."""
    import platformdirs

    return Path(os.environ.get("GENREPORT_DATA") or platformdirs.user_data_dir("genreport", appauthor=False))
