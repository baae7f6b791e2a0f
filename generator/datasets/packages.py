"""Where an installed package lies, found without importing it: several carry photographs or digits."""

from __future__ import annotations

import importlib.util
from pathlib import Path


def package_folder(module: str, package: str) -> Path:
    """The folder of a module; ModuleNotFoundError with the name under which pip knows it where it is not there."""
    found = importlib.util.find_spec(module)
    if found is None or found.origin is None:
        raise ModuleNotFoundError(f"{package} is not installed", name=module)
    return Path(found.origin).parent
