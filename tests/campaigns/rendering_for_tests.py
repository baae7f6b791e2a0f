"""Read, check and render the course or the projects of a checkout, again and again in one process.

Run in the checkout: takes a line for each request, the folder of a student's project or nothing for the reference
edition, and answers with a line of JSON: "report" with what was wrong in it, "words" for an error that is meant for
people, or "traceback".
"""

from __future__ import annotations

import json
import sys
import traceback
from pathlib import Path

from generator.commands.build import render_computed
from generator.commands.session import Folders, OutputSettings, Settings, open_session
from generator.course.editions import Edition
from generator.course.project import read_project
from generator.errors import GenreportError


def render(folder: str) -> tuple[str, str]:
    """What came of one request."""
    try:
        project = read_project(Path(folder)) if folder else None
        settings = Settings(
            profile=project.form.profile if project else "quick",
            edition=Edition.STUDENT if project else Edition.REFERENCE,
            project=project,
            folders=Folders(cache=Path("cache")),
            output=OutputSettings(Path("rendered"), frozenset({"html"})),
        )
        rendering = render_computed(open_session(settings), {})
        return "report", "\n".join(map(str, [*rendering.problems, *rendering.warnings]))
    except GenreportError as error:
        return "words", str(error)
    except Exception:
        return "traceback", traceback.format_exc()


if __name__ == "__main__":
    for line in sys.stdin:
        print(json.dumps(render(line.strip())), flush=True)
