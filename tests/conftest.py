"""Fixtures that several test modules share."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.course_for_tests import Course, write_course


@pytest.fixture
def course(tmp_path: Path) -> Course:
    """A small correct course with its computations, to be made wrong."""
    return write_course(tmp_path)
