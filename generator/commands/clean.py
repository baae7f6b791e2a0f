"""Which entries of the cache no question needs any more."""

from __future__ import annotations

import dataclasses

from generator.commands.session import Settings, open_session
from generator.store.cache import Cache, EntryInfo


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
