"""No picture is shown twice: each exhibit of the built-in course is of another result, or another figure of it."""

from __future__ import annotations

from collections import defaultdict
from functools import cache

import pytest

from generator.answers.addresses import Address, parse_address
from generator.commands.session import Session, Settings, open_session


@cache
def session(profile: str) -> Session:
    return open_session(Settings(profile=profile))


def job_of(one: Session, address: Address) -> str:
    """What makes a result the same as another: its computation, parameters and inputs."""
    binding = one.bindings.by_address[str(address)]
    inputs = {
        name: [job_of(one, other) for other in ((given,) if isinstance(given, Address | str) else given)]
        for name, given in binding.inputs.items()
    }
    return repr((binding.signature.name, sorted(binding.parameters.items(), key=str), sorted(inputs.items())))


@pytest.mark.parametrize("profile", ["quick", "light", "course"])
def test_no_figure_of_a_result_is_shown_in_two_places(profile):
    one = session(profile)
    shown = defaultdict(list)
    for question in one.course.questions():
        for figure in question.figures.values():
            for panel in figure.panels:
                address = parse_address(panel.source, question.address, named=False)
                for ref in address.among(one.bindings.refs[str(address.whole)]):
                    shown[job_of(one, ref), panel.figure].append(
                        f"{question.address}/{figure.name}: {ref}.{panel.figure}"
                    )
    assert len(shown) > 60
    assert [places for places in shown.values() if len(places) > 1] == []
