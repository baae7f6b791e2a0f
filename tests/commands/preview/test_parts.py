"""What is kept in memory between two pages."""

from generator.commands.preview.parts import PartsInMemory


def test_what_neither_of_two_pages_asked_for_is_forgotten() -> None:
    memory = PartsInMemory()
    memory.begin()
    memory.put("one", 1)
    memory.put("other", 2)
    memory.begin()
    assert memory.get("one") == 1
    memory.begin()
    assert (memory.get("one"), memory.get("other")) == (1, None)
