"""A workflow for a project's repository: builds on each push, keeps results between runs, publishes page and PDF."""

from __future__ import annotations

from pathlib import Path

from generator import __version__
from generator.folders import templates_folder

#: Where each service looks for it.
PLACES = {"github": ".github/workflows/report.yml", "gitlab": ".gitlab-ci.yml"}


def write_workflow(folder: Path, service: str) -> list[Path]:
    """Write the workflow for a service of :data:`PLACES` into a project; none where one is there, which stays."""
    path = folder / PLACES[service]
    if path.exists():
        return []
    text = (templates_folder() / "scaffold" / "ci" / f"{service}.yml").read_text(encoding="utf-8")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text.replace("__VERSION__", __version__), encoding="utf-8")
    return [path]
