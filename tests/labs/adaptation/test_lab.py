"""Lab 2-c as it is written: each comparison has its labels, and the default training is one job for all questions."""

from __future__ import annotations

import pytest

from generator.folders import questions_folder, templates_folder
from generator.planning.binding import Bindings, bind_course
from generator.planning.catalogue import read_catalogue
from generator.store.memo import Memo
from tests.course_for_tests import read_and_check

PROFILES = ("quick", "light", "course")
DEFAULT = "2-c/dann/dann[seed=0]"


@pytest.fixture(scope="module")
def bound() -> dict[str, Bindings]:
    catalogue = read_catalogue(Memo(None))
    course = read_and_check(questions_folder(), templates_folder() / "answers", catalogue)
    return {name: bind_course(course, course.profiles[name], catalogue) for name in PROFILES}


def compared(bindings: Bindings) -> dict[str, list[str]]:
    """The runs of each comparison by its address, in order."""
    return {
        address: list(binding.inputs["runs"])
        for address, binding in bindings.by_address.items()
        if binding.signature.name == "compare_runs"
    }


@pytest.mark.parametrize("profile", PROFILES)
def test_each_run_of_a_comparison_has_a_label(bound: dict[str, Bindings], profile: str) -> None:
    runs = compared(bound[profile])
    assert len(runs) == 7
    for address, listed in runs.items():
        labels = bound[profile].by_address[address].parameters["labels"]
        assert len(labels) == len(listed) == len(set(labels)), address


@pytest.mark.parametrize("profile", PROFILES)
def test_each_comparison_is_with_the_default_training(bound: dict[str, Bindings], profile: str) -> None:
    jobs = bound[profile].by_address
    for address, listed in compared(bound[profile]).items():
        reference = listed[jobs[address].parameters["reference"]]
        assert jobs[reference].parameters == jobs[DEFAULT].parameters, address


@pytest.mark.parametrize("profile", PROFILES)
def test_a_variant_differs_from_the_default_in_what_it_is_about(bound: dict[str, Bindings], profile: str) -> None:
    jobs = bound[profile].by_address
    allowed = {
        "epochs": {"epochs"}, "scheduler": {"scheduler"}, "normalisation": {"normalisation"},
        "schedule": {"slope", "shape", "direction"}, "batches": {"pairing"}, "q03": {"multiplier"},
    }  # fmt: skip
    for question, names in allowed.items():
        runs = compared(bound[profile])[f"2-c/{question}/compared"]
        default = jobs[DEFAULT].parameters
        changed = [{name for name in default if jobs[run].parameters[name] != default[name]} for run in runs]
        assert set().union(*changed) == names, question
        assert changed.count(set()) == 1, question


@pytest.mark.parametrize("profile", PROFILES)
def test_the_longest_training_is_one_of_those_compared(bound: dict[str, Bindings], profile: str) -> None:
    jobs = bound[profile].by_address
    runs = compared(bound[profile])["2-c/epochs/compared"]
    longest = max(runs, key=lambda run: jobs[run].parameters["epochs"])
    assert jobs["roles/longest_adaptation"].parameters == jobs[longest].parameters
