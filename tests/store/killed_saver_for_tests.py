"""Save an entry and be killed in the middle of it.

Usage: python killed_saver_for_tests.py CACHE N. SIGKILL comes in the middle of the Nth file, or, when N is 0, instead
of the rename that makes the entry appear.
"""

import os
import signal
import sys
from pathlib import Path

from generator.store import cache
from tests.store import test_cache

written: list[Path] = []
write_whole = cache.write_file


def die(*arguments: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def write_and_die(path: Path, content: bytes, durable: bool) -> None:
    written.append(path)
    if len(written) == int(sys.argv[2]):
        path.write_bytes(content[: len(content) // 2])
        die()
    write_whole(path, content, durable)


if __name__ == "__main__":
    cache.write_file = write_and_die
    if sys.argv[2] == "0":
        Path.rename = die  # type: ignore[assignment, method-assign]
    test_cache.saved(Path(sys.argv[1]))
