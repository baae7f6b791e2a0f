"""Messages at the workers: how many there may be, and which of them had a worker to themselves."""

from __future__ import annotations

from generator.jobs import Job
from generator.running.away import Away


def job(name: str) -> Job:
    return Job(name * 64, name, "module", name, {}, {})


A, B, C = job("a"), job("b"), job("c")


def test_two_messages_for_two_workers_have_one_each_and_three_have_not() -> None:
    away = Away()
    away.send([A], slots=2)
    away.send([B, C], slots=2)
    assert not away.back([A])
    away.send([A], slots=2)
    away.send([job("d")], slots=2)
    assert away.back([B, C])  # at its worker the third one may have waited
    assert away.back([A])


def test_while_a_death_is_not_explained_no_message_waits_behind_another() -> None:
    away = Away()
    away.send([A], slots=1)
    assert away.has_room(slots=1, in_flight=2)
    away.suspect(B)
    assert not away.has_room(slots=1, in_flight=2)
    away.ended(A)
    assert not away.has_room(slots=1, in_flight=2)
    away.ended(B)
    assert away.has_room(slots=1, in_flight=2)
    assert not away.has_room(slots=1, in_flight=1)
