"""Where the command begins: a build that has nothing to do says so before anything is imported that takes its time."""

from __future__ import annotations

import atexit
import gc
import os
import sys
import time
from typing import TYPE_CHECKING

from generator.store.unchanged import note_for

if TYPE_CHECKING:
    from generator.store.unchanged import Said

#: The command that has notes, and what is set where a shell only asks how a word could go on.
_COMMAND, _COMPLETING = "build", "_GENREPORT_COMPLETE"
#: After how many new objects garbage is looked for, which took a fifth of the time of a build after one word: what a
#: build makes, it needs to the end. The peak of its memory is the same.
_GARBAGE = (400_000, 20, 50)


def main() -> None:
    """Run the command line."""
    began = time.monotonic()
    try:
        note = note_for(sys.argv[1:]) if sys.argv[1:2] == [_COMMAND] and _COMPLETING not in os.environ else None
        if note is not None and (said := note.recall()) is not None:
            _say(said, time.monotonic() - began)
            return
        gc.set_threshold(*_GARBAGE)
        # As Python ends, it looks several times for cycles in all that a build still holds: a sixth of the time of a
        # build after one word. What is frozen is passed over. Registered first, it comes after what others do then.
        atexit.register(gc.freeze)
        from generator.cli.main import main as run
    except KeyboardInterrupt:  # once it runs, it has its own words for this
        sys.stderr.write("\nStopped before anything was begun.\n")
        sys.exit(130)
    run(note)


def _say(said: Said, took: float) -> None:
    """Say what a build says that has nothing to do."""
    from generator.cli.words import human_time

    before, after, errors = said
    sys.stderr.write(errors)
    sys.stdout.write(f"{before}{human_time(took)}{after}" if after else before)
