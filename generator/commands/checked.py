"""Questions in which nothing was wrong are not checked again while all is the same that a check reads.

That is: the course's files but for other answers, the code, and the labels that all answers have together.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from generator.course.folder import CourseFolder
from generator.course.spec import CourseSpec
from generator.errors import Mistake
from generator.folders import PACKAGE
from generator.planning.fingerprint import canonical
from generator.store.memo import Memo
from generator.store.parts import PartStore
from generator.store.plain import digest_of


class Checked:
    """The questions that were right, by digests of all that was read in finding so; they are kept under a ``name``.

    ``stated`` is a digest of whatever each check reads besides what :meth:`once` is told.
    """

    def __init__(self, store: PartStore, name: Callable[[], str], stated: Callable[[], str]) -> None:
        self._store, self._name, self._stated = store, name, stated
        self._now: set[str] = set()
        self._shared: tuple[Any, str] = (None, "")

    @cached_property
    def _before(self) -> frozenset[str]:
        found = json.loads((self._store.read(self._name()) or {}).get("right", b"[]"))
        return frozenset(map(str, found))

    def once(self, name: str, key: Callable[[], tuple[Any, Any]], make: Callable[[], list[Mistake]]) -> list[Mistake]:
        """The mistakes of a question; ``key`` gives what all checks read, one object, and what only this does."""
        shared, own = key()
        if self._shared[0] is not shared:
            self._shared = (shared, digest_of([self._stated(), shared]))
        digest = digest_of([self._shared[1], name, own])
        found = [] if digest in self._before else make()
        if not found:
            self._now.add(digest)
        return found

    def keep(self) -> None:
        """Have it known to the next run."""
        if self._now != self._before:
            self._store.write(self._name(), {"right": json.dumps(sorted(self._now)).encode()})


def modules_of(place: CourseFolder) -> list[Path]:
    """Every module of the package and of the course's own code."""
    return [path for package in (PACKAGE, *place.code) for path in sorted(package.rglob("*.py"))]


def content_key(
    course: CourseSpec, place: CourseFolder, memo: Memo, profile: str, *, hidden: bool, files: Mapping[Path, str]
) -> str:
    """A digest of all that checking reads: these files of the course, every module of its code and of the package."""
    digests = {str(path): digest for path, digest in files.items()}
    digests |= {str(path): memo.digest(path) for path in modules_of(place)}
    content = [course.edition.value, course.language, profile, hidden, digests]
    return hashlib.sha256(canonical(content).encode()).hexdigest()


def stated_key(course: CourseSpec, place: CourseFolder, memo: Memo, profile: str, hidden: bool) -> str:
    """The same for what the check of a question reads besides answers."""
    return content_key(course, place, memo, profile, hidden=hidden, files=without_texts(course))


def without_texts(course: CourseSpec) -> dict[Path, str]:
    """The files that say what a course asks, with their digests."""
    return {path: digest for path, digest in course.files.items() if path.suffix != ".md"}
