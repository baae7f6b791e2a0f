"""What of the cache no question and no report needs any more."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from generator.commands.session import Settings, open_session
from generator.store.cache import Cache, EntryInfo
from generator.store.parts import PartStore

#: Where figures and gathered questions are kept, which can be made again.
KEPT = ("drawings", "kept")


def unneeded(settings: Settings) -> tuple[Cache, list[EntryInfo]]:
    """The cache entries and checkpoints that no question needs under any profile, nor another course."""
    session = open_session(settings)
    wanted = set(session.history.of_others())
    for name in session.course.profiles:
        other = open_session(dataclasses.replace(settings, profile=name, overrides={}))
        wanted |= other.plan().jobs.keys()
    stale = [entry for entry in session.cache.entries() if entry.fingerprint not in wanted]
    stale += [entry for entry in session.cache.unfinished() if entry.fingerprint not in wanted]
    return session.cache, stale


def unneeded_parts(cache: Path) -> list[Path]:
    """The drawings and gathered questions that the last reports did not ask for."""
    return [place for name in KEPT for place in PartStore(cache / name).unneeded()]
