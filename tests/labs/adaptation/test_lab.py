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
REMEDIES = "2-c/schedule/rescued"


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
    assert len(runs) == 8
    for address, listed in runs.items():
        labels = bound[profile].by_address[address].parameters["labels"]
        assert len(labels) == len(listed) == len(set(labels)), address
        seeds = [bound[profile].by_address[run].parameters["seed"] for run in listed]
        assert [label.rpartition(", seed ")[2] for label in labels] == list(map(str, seeds)), address


@pytest.mark.parametrize("profile", PROFILES)
def test_each_comparison_is_with_all_seeds_of_the_default_training(bound: dict[str, Bindings], profile: str) -> None:
    jobs = bound[profile].by_address
    default = jobs[DEFAULT].parameters
    for address, listed in compared(bound[profile]).items():
        if address == REMEDIES:
            continue
        first = jobs[address].parameters["labels"][0].rpartition(", seed ")[0]
        labels = jobs[address].parameters["labels"]
        usual = [run for run, label in zip(listed, labels, strict=True) if label.startswith(f"{first}, seed ")]
        seeds = [jobs[run].parameters["seed"] for run in usual]
        assert len(seeds) >= 3, address
        assert all(jobs[run].parameters | {"seed": 0} == default for run in usual), address


@pytest.mark.parametrize("profile", PROFILES)
def test_a_variant_differs_from_the_default_in_what_it_is_about(bound: dict[str, Bindings], profile: str) -> None:
    jobs = bound[profile].by_address
    allowed = {
        "epochs": {"epochs"}, "scheduler": {"scheduler"}, "normalisation": {"normalisation"},
        "schedule": {"slope", "shape", "direction"}, "batches": {"pairing"}, "q03": {"multiplier"}, "q01": {"method"},
    }  # fmt: skip
    default = jobs[DEFAULT].parameters
    for question, names in allowed.items():
        runs = compared(bound[profile])[f"2-c/{question}/compared"]
        changed = [{name for name in default if jobs[run].parameters[name] != default[name]} - {"seed"} for run in runs]
        assert set().union(*changed) == names, question


@pytest.mark.parametrize("profile", PROFILES)
def test_the_networks_that_are_compared_with_dann_have_as_many_updates(
    bound: dict[str, Bindings], profile: str
) -> None:
    jobs = bound[profile].by_address
    lengths = ("epochs", "batch_size", "epoch_images", "learning_rate")
    for name in ("naive", "target"):
        parameters = jobs[f"2-c/naive/{name}[seed=0]"].parameters
        assert {key: parameters[key] for key in lengths} == {key: jobs[DEFAULT].parameters[key] for key in lengths}


@pytest.mark.parametrize("profile", PROFILES)
def test_each_remedy_for_the_steep_slope_changes_one_thing(bound: dict[str, Bindings], profile: str) -> None:
    jobs = bound[profile].by_address
    steep = jobs["2-c/schedule/other_slope"].parameters
    for remedy, names in {
        "gentler": {"learning_rate"},
        "larger": {"batch_size", "epochs"},
        "longer": {"epochs"},
    }.items():
        ours = jobs[f"2-c/schedule/{remedy}[seed=0]"].parameters
        assert {name for name in steep if ours[name] != steep[name]} == names, remedy
    larger = jobs["2-c/schedule/larger[seed=0]"].parameters
    assert larger["batch_size"] / steep["batch_size"] == larger["epochs"] / steep["epochs"]


@pytest.mark.parametrize("profile", PROFILES)
def test_the_longest_training_is_one_of_those_compared(bound: dict[str, Bindings], profile: str) -> None:
    jobs = bound[profile].by_address
    runs = compared(bound[profile])["2-c/epochs/compared"]
    longest = max(runs, key=lambda run: jobs[run].parameters["epochs"])
    assert jobs["roles/longest_adaptation"].parameters == jobs[longest].parameters
