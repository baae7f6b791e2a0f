"""Every job is planned once, as a hit or a miss, and a miss says exactly what changed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from generator.datasets.sources import SOURCES, RemoteFile, Source
from generator.planning.binding import bind_course
from generator.planning.fingerprint import CodeReader
from generator.planning.history import History
from generator.planning.plan import Plan, Planner, Standing
from generator.store.cache import Cache
from generator.store.memo import Memo
from tests.course_for_tests import COURSE_FILE, Q1, Q2, Course

TOY, TRAINING = "generator/labs/toy.py", "generator/labs/training.py"
NET, NETS_1, NETS_2, PAIR = "1-a/q01/net", "1-a/q01/nets[width=1]", "1-a/q01/nets[width=2]", "1-a/q01/pair"
SMALL, LARGE = "1-a/q02/scores[network=small]", "1-a/q02/scores[network=large]"
ROLES = ("roles/network", "roles/small", "roles/large")


@dataclass
class Build:
    """Plans the course, and pretends that planned jobs were computed."""

    course: Course
    have: set[str] = field(default_factory=set)

    def plan(self, profile: str = "quick", forced: frozenset[str] = frozenset()) -> Plan:
        spec = self.course.read()
        bindings = bind_course(spec, spec.profiles[profile], self.course.catalogue())
        assert bindings.mistakes == []
        cache = Cache(self.course.folder / "cache")
        cache.has = lambda fingerprint: fingerprint in self.have  # type: ignore[method-assign]
        history = History(self.course.folder / "cache" / "history.json")
        memo = Memo(None)
        planner = Planner(cache, history, memo, self.course.folder / "data", CodeReader(memo, self.course.package))
        return planner.plan(bindings, profile, forced)

    def compute(self, profile: str = "quick", seconds: float = 2.0) -> Plan:
        plan = self.plan(profile)
        history = History(self.course.folder / "cache" / "history.json")
        for address, fingerprint in plan.by_address.items():
            self.have.add(fingerprint)
            history.note(profile, address, plan.jobs[fingerprint].ingredients, seconds)
        history.save()
        return plan


@pytest.fixture
def build(course: Course, monkeypatch: pytest.MonkeyPatch) -> Build:
    file = RemoteFile("photographs.npz", "https://example.org", "00", 3)
    monkeypatch.setitem(SOURCES, "photographs", Source("photographs", "Photographs", (file,), "", ""))
    course.write("generator/datasets/__init__.py", "")
    for name in ("embedded_scenes", "imagenet_sample", "photographs"):
        course.write(f"generator/datasets/{name}.py", f"def load(data): return {name!r}\n")
    return Build(course)


def changed(before: Plan, after: Plan) -> set[str]:
    return {address for address in before.by_address if before.by_address[address] != after.by_address[address]}


def reasons(plan: Plan, address: str) -> list[str]:
    return [str(reason) for reason in plan.jobs[plan.by_address[address]].reasons]


def test_all_is_missed_once_and_then_hit(build: Build) -> None:
    first = build.compute()
    assert {job.standing for job in first.jobs.values()} == {Standing.MISS}
    assert {str(reason) for job in first.jobs.values() for reason in job.reasons} == {"never computed"}
    again = build.plan()
    assert {job.standing for job in again.jobs.values()} == {Standing.HIT}
    assert again.by_address == first.by_address
    assert not any(job.reasons for job in again.jobs.values())


def test_inputs_come_first_and_are_named_by_fingerprint(build: Build) -> None:
    plan = build.plan()
    seen: set[str] = set()
    for fingerprint, planned in plan.jobs.items():
        assert set(planned.job.inputs.values()) <= seen
        seen.add(fingerprint)
    assert plan.jobs[plan.by_address[PAIR]].job.inputs == {
        "first": plan.by_address[NET],
        "second": plan.by_address[NETS_2],
    }


def test_the_same_computation_with_the_same_parameters_is_one_job(build: Build) -> None:
    build.course.edit(Q1, "params: {width: 4, rate: {role: rate}}", "params: {width: 8, rate: 0.1, seed: 0}")
    plan = build.plan()
    shared = {NET, "roles/network", "roles/small"}
    assert len({plan.by_address[address] for address in shared}) == 1
    job = plan.jobs[plan.by_address[NET]]
    assert set(job.addresses) == shared
    assert job.job.address == job.addresses[0]


def test_only_what_a_question_needs_is_needed(build: Build) -> None:
    plan = build.plan()
    names = {address for planned in plan.needed(["1-a/q01"]) for address in planned.addresses}
    assert names == {NET, NETS_1, NETS_2, PAIR}
    names = {address for planned in plan.needed(["1-a/q02"]) for address in planned.addresses}
    assert names == {SMALL, LARGE, "1-a/q02/own", *ROLES}


def test_a_point_s_name_may_hold_a_slash(build: Build) -> None:
    build.course.edit(
        Q2, "    grid: {network: {role: networks}}", "    grid: {note: [a/b, c], network: {role: networks}}"
    )
    plan = build.plan()
    assert "1-a/q02/scores[note=a/b,network=small]" in {a for p in plan.needed(["1-a/q02"]) for a in p.addresses}


Edit = Callable[[Course], None]
TRAINED = {NET, NETS_1, NETS_2, *ROLES}
EVERYTHING = {*TRAINED, PAIR, SMALL, LARGE, "1-a/q02/own"}
MEASURED = {SMALL, LARGE, "1-a/q02/own"}

#: An edit, the addresses whose jobs it changes, and the reasons that one of them gives.
EDITS: dict[str, tuple[tuple[str, str, str], set[str], str, list[str]]] = {
    "comment": ((TRAINING, "return value * RATE", "return value * RATE  # slowly"), set(), NET, []),
    "docstring": ((TOY, "Only in this test.", "Elsewhere too."), set(), NET, []),
    "unused function": ((TRAINING, "return 0", "return 1"), set(), NET, []),
    "helper": ((TRAINING, "value * RATE", "RATE * value"), EVERYTHING, NET, ["code generator/labs/training.py::step"]),
    "constant": ((TRAINING, "RATE = 0.5", "RATE = 0.6"), EVERYTHING, NET, ["code generator/labs/training.py::RATE"]),
    "one function": ((TOY, "    return Result()\n\n\n@", "    return Result({})\n\n\n@"), MEASURED, SMALL,
                     ["code generator/labs/toy.py::measure"]),
    "consumer of results": ((TRAINING, "return step(value)", "return step(value) + 0"), EVERYTHING, PAIR,
                            ["input first", "input second"]),
    "parameter": ((Q1, "width: 4", "width: 5"), {NET, PAIR}, NET, ["parameter width: 4 → 5"]),
    "default written out": ((Q1, "params: {seed: 1}", "params: {seed: 1, rate: 0.1}"), set(), NET, []),
    "int for a float": ((Q1, "rate: {role: rate}", "rate: 25e-2"), set(), NET, []),
    "order of keys": ((Q1, "{width: 4, rate: {role: rate}}", "{rate: {role: rate}, width: 4}"), set(), NET, []),
    "default": ((TOY, "seed: int = 0", "seed: int = 3"), {NET, PAIR, *ROLES, *MEASURED, NETS_1, NETS_2}, NET,
                ["parameter seed: 0 → 3", "code generator/labs/toy.py::train"]),
    "role": ((COURSE_FILE, "rate: 0.25", "rate: 0.5"), {NET, PAIR}, NET, ["parameter rate: 0.25 → 0.5"]),
    "role's job": ((COURSE_FILE, "width: 80", "width: 81"), {"roles/large", LARGE}, LARGE, ["input network"]),
    "caption": ((Q1, "Two losses.", "Losses."), set(), NET, []),
    "loader": (("generator/datasets/embedded_scenes.py", "'emb", "'Emb"), MEASURED, SMALL,
               ["code generator/datasets/embedded_scenes.py::load"]),
    "another loader": (("generator/datasets/imagenet_sample.py", "'ima", "'Ima"), set(), SMALL, []),
}  # fmt: skip


@pytest.mark.parametrize("name", EDITS)
def test_an_edit_changes_the_jobs_that_depend_on_it_and_says_so(build: Build, name: str) -> None:
    edit, addresses, address, expected = EDITS[name]
    before = build.compute()
    build.course.edit(*edit)
    after = build.plan()
    assert changed(before, after) == addresses
    assert reasons(after, address) == expected
    missed = {a for p in after.jobs.values() if p.standing is Standing.MISS for a in p.addresses}
    assert missed == addresses


def test_how_computations_are_called_counts_for_all_of_them(build: Build) -> None:
    build.course.write("generator/running/repeatable.py", "def call(f): return settle(f)\ndef settle(f): return 1\n")
    before = build.compute()
    build.course.write("generator/running/repeatable.py", "def call(f): return settle(f)\ndef settle(f): return 2\n")
    after = build.plan()
    assert not {*before.jobs} & {*after.jobs}
    (reason,) = reasons(after, NET)
    assert reason.startswith("code ")
    assert "repeatable" in reason
    assert "settle" in reason


def test_the_plan_holds_the_digests_of_the_very_code_that_it_read(build: Build) -> None:
    plan = build.plan()
    path = build.course.package / "labs" / "toy.py"
    assert plan.code["generator.labs.toy"] == hashlib.sha256(path.read_bytes()).hexdigest()
    path.write_text(path.read_text() + "# edited since\n")
    assert plan.code["generator.labs.toy"] != hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_job_knows_the_data_that_it_was_planned_with(build: Build) -> None:
    plan = build.plan()
    datas = {name: digest for planned in plan.jobs.values() for name, digest in planned.job.data.items()}
    assert datas
    assert all(name.startswith(("dataset/", "network/")) for name in datas)
    for planned in plan.jobs.values():
        assert sorted(planned.job.data.values()) == sorted(planned.ingredients.data.values())


def test_a_lost_entry_is_computed_again(build: Build) -> None:
    plan = build.compute()
    build.have.discard(plan.by_address[NET])
    assert reasons(build.plan(), NET) == ["no longer in the cache"]


def test_forcing_a_question_computes_its_own_jobs_again(build: Build) -> None:
    build.compute()
    plan = build.plan(forced=frozenset({"1-a/q02"}))
    assert {a for p in plan.jobs.values() if p.standing is Standing.MISS for a in p.addresses} == MEASURED
    assert reasons(plan, SMALL) == ["forced"]


def test_forcing_one_of_two_questions_that_share_a_job_computes_it_again(build: Build) -> None:
    build.course.edit(Q1, "params: {width: 4, rate: {role: rate}}", "params: {width: 8}")
    build.compute()
    plan = build.plan(forced=frozenset({"roles"}))
    assert plan.jobs[plan.by_address[NET]].standing is Standing.MISS
    assert plan.jobs[plan.by_address[NETS_1]].standing is Standing.HIT


def test_missing_data_blocks_what_reads_it(build: Build) -> None:
    build.course.edit(COURSE_FILE, "dataset: embedded_scenes", "dataset: photographs")
    plan = build.plan(forced=frozenset({"1-a/q02"}))
    for address in MEASURED:
        planned = plan.jobs[plan.by_address[address]]
        assert planned.standing is Standing.BLOCKED
        assert planned.failure is not None
        assert str(build.course.folder / "data" / "photographs.npz") in planned.failure.reason
        assert "genreport fetch" in planned.failure.hint
    assert plan.jobs[plan.by_address[NET]].standing is Standing.MISS


def test_of_many_missing_files_the_first_is_named_and_the_others_counted(
    build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = tuple(RemoteFile(f"photographs/{number:03}.jpg", "https://example.org", "00", 3) for number in range(200))
    monkeypatch.setitem(SOURCES, "photographs", Source("photographs", "Photographs", files, "", ""))
    build.course.edit(COURSE_FILE, "dataset: embedded_scenes", "dataset: photographs")
    plan = build.plan()
    failure = plan.jobs[plan.by_address[SMALL]].failure
    assert failure is not None
    folder = build.course.folder / "data" / "photographs"
    assert failure.reason == f"data missing: photographs ({folder / '000.jpg'} and 199 more)"


def test_data_counts_by_its_content(build: Build) -> None:
    build.course.edit(COURSE_FILE, "dataset: embedded_scenes", "dataset: photographs")
    build.course.write("data/photographs.npz", "one")
    before = build.compute()
    assert changed(before, build.plan()) == set()
    build.course.write("data/photographs.npz", "two")
    after = build.plan()
    assert changed(before, after) == MEASURED
    assert reasons(after, SMALL) == ["data photographs"]


def test_a_data_set_by_default_counts_too(build: Build) -> None:
    build.course.edit(TOY, "dataset: Dataset", 'dataset: Dataset = "embedded_scenes"')
    build.course.edit(Q2, "dataset: {role: dataset}, ", "")
    build.course.edit(Q2, ", dataset: {role: dataset}", "")
    before = build.compute()
    build.course.edit("generator/datasets/embedded_scenes.py", "'emb", "'Emb")
    assert changed(before, build.plan()) == MEASURED


def test_a_role_that_nobody_takes_is_not_planned(build: Build) -> None:
    before = build.plan()
    roles = "      spare: {computation: compare, params: {first: {role: other}, second: {role: other}}}\n"
    roles += "      other: {computation: train, params: {width: 99}}\n"
    build.course.edit(COURSE_FILE, "      rate: 0.25\n", "      rate: 0.25\n" + roles)
    assert build.plan().by_address == before.by_address


def test_lists_of_data_sets_count_too(build: Build) -> None:
    build.course.edit(TOY, "dataset: Dataset", "dataset: list[Dataset]")
    for name in ("embedded_scenes", "imagenet_sample"):
        build.course.edit(COURSE_FILE, f"dataset: {name}", "dataset: [embedded_scenes, photographs]")
    build.course.write("data/photographs.npz", "one")
    before = build.compute()
    build.course.write("data/photographs.npz", "two")
    assert changed(before, build.plan()) == MEASURED


def test_published_weights_count_and_the_rest_of_a_profile_does_not(build: Build) -> None:
    weights = "data/torch/hub/checkpoints/squeezenet1_1-b8a52dc0.pth"
    build.course.write("data/imagenet_val_25.npz", "x")
    build.course.write(weights, "one")
    before = build.plan("light")
    build.course.write(weights, "two")
    assert changed(before, build.plan("light")) == {"1-a/q02/scores[network=squeezenet1_1]", "1-a/q02/own"}
    planned = before.jobs[before.by_address["1-a/q02/scores[network=mobilenet_v2]"]]
    assert planned.standing is Standing.BLOCKED


def test_a_questions_own_jobs_are_found_whatever_their_points_hold() -> None:
    addresses = ["1-a/q01/net[layer=a/b]", "1-a/q01/net[layer=1-a/q02/x]", "1-a/q011/net", "roles/net", "1-a/q02/net"]
    plan = Plan("quick", {}, {}, {address: str(number) for number, address in enumerate(addresses)})
    assert plan.own(["1-a/q01"]) == ["0", "1"]
    assert plan.own(["1-a/q02", "1-a/q011"]) == ["2", "4"]


def test_estimates_come_from_earlier_runs(build: Build) -> None:
    assert build.plan().jobs[build.plan().by_address[NET]].job.seconds is None
    build.compute(seconds=3.0)
    build.course.edit(Q1, "grid: {width: [1, 2]}", "grid: {width: [1, 2, 3]}")
    plan = build.plan()
    assert plan.jobs[plan.by_address["1-a/q01/nets[width=3]"]].job.seconds == pytest.approx(3.0)


def test_profiles_have_histories_of_their_own(build: Build, tmp_path: Path) -> None:
    build.compute("quick")
    assert reasons(build.plan("light"), NET) == ["never computed"]
    assert build.plan("light").jobs[build.plan("light").by_address[NETS_1]].standing is Standing.HIT
