"""JSON Schemas of the YAML files: all that we ship fits them, and they refuse what the program refuses.

Covers course/key_notes.py and commands/schema.py too.
"""

from __future__ import annotations

import copy
import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from click.testing import CliRunner
from pydantic import ValidationError

from generator.cli.main import cli
from generator.commands.init import SCHEMA, begin_project
from generator.commands.schema import write_schemas
from generator.commands.session import Folders, Settings
from generator.course import forms, project
from generator.course.forms import CourseFile, LabFile, QuestionFile, Strict
from generator.course.key_notes import NOTES
from generator.course.project import ProjectFile, read_project
from generator.course.schemas import ENDING, schemas
from generator.course.yaml_source import read_yaml
from generator.errors import InputError
from tests.courses_for_tests import write_sums

ROOT = Path(__file__).resolve().parents[2]
COURSES = (ROOT / "questions", ROOT / "examples" / "measurement", ROOT / "templates" / "scaffold" / "course")
SCHEMAS = schemas()
MODELS: dict[str, type[Strict]] = {
    "course": CourseFile, "lab": LabFile, "question": QuestionFile, "report": ProjectFile,
}  # fmt: skip
COURSE = {"title": "A", "labs": ["a"]}
OTHERS = (None, 3, 2.5, True, "text", "", [], ["text"], {}, {"other": "text"})


def kind(path: Path) -> str:
    """Which schema a file of a course is for."""
    named = {"course.yaml": "course", "lab.yaml": "lab", "profiles.yaml": "profiles", "words.yaml": "words"}
    name = named.get(path.name, "question")
    return f"{name}-texts" if "fr" in path.parts and name != "words" else name


def complaints(name: str, data: Any) -> list[str]:
    checker = jsonschema.Draft7Validator(SCHEMAS[f"{name}{ENDING}"])
    return [f"{list(error.absolute_path)}: {error.message}" for error in checker.iter_errors(data)]


@pytest.mark.parametrize("name", SCHEMAS)
def test_each_is_a_schema(name: str) -> None:
    jsonschema.Draft7Validator.check_schema(SCHEMAS[name])


@pytest.mark.parametrize("folder", COURSES, ids=lambda folder: folder.name)
def test_every_file_that_we_ship_fits_its_schema(folder: Path) -> None:
    found = {path.relative_to(folder): complaints(kind(path), read_yaml(path).data) for path in folder.rglob("*.yaml")}
    assert {path: said for path, said in found.items() if said} == {}
    assert len(found) > 3


def test_no_kind_of_file_is_left_out() -> None:
    shipped = {kind(path) for folder in COURSES for path in folder.rglob("*.yaml")}
    assert {f"{name}{ENDING}" for name in shipped | {"report"}} == {*SCHEMAS}


@pytest.mark.parametrize("folder", COURSES, ids=lambda folder: folder.name)
def test_a_wrong_key_in_any_file_is_refused(folder: Path) -> None:
    for path in folder.rglob("*.yaml"):
        if kind(path) not in ("words", "profiles", "profiles-texts"):  # their keys are anybody's
            data = {**read_yaml(path).data, "titel": "x"}
            assert any("titel" in said for said in complaints(kind(path), data)), path


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("profiles", {"quick": {"Batch": 3}}),
        ("profiles", {"quick": {"batch": {"value": 3, "labell": "x"}}}),
        ("profiles", {"quick": {"net": {"computation": "train", "like": "other"}}}),
        ("profiles", {"quick": {"net": {"params": {}}}}),
        ("profiles", {"quick": {"nets": ["a", {"rôle": "b"}]}}),
        ("profiles-texts", {"quick": {"net": {"label": "x", "params": {"a": 1}}}}),
        ("words", {"epoch": 3}),
        ("question-texts", {"results": {"a": {"computation": "train"}}}),
        ("question-texts", {"tables": {"a": {"columns": {"x": {"title": "X", "digits": 3}}}}}),
        ("question", {"title": "A", "statement": "B", "figures": {"Two": {"caption": "C", "alt": "D"}}}),
        ("course", {**COURSE, "datasets": {"a/b": {"title": "A", "files": [{"path": "x"}]}}}),
        ("course", {**COURSE, "profiles": {"p": {"title": "A", "description": "B", "roles": {"a": {}}}}}),
    ],
)  # fmt: skip
def test_what_no_model_knows_is_refused_all_the_same(name: str, data: Any) -> None:
    assert complaints(name, data)


def test_roles_of_every_form_fit() -> None:
    job = {"computation": "train", "params": {"a": 1, "b": {"role": "c"}}, "name": "net", "label": "the network"}
    roles = {"a": 1, "b": None, "c": ["x", job], "d": {"role": "a"}, "e": {"value": ["x", {"role": "a"}], "label": "y"}}
    assert complaints("profiles", {"quick": roles, "all": {"f": {"like": "net"}}}) == []


def changed(data: Any) -> Iterator[tuple[Any, str]]:
    """The data with one thing changed in each, everywhere; roles are anything to their model."""

    def places(inner: Any, where: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
        for key in inner if isinstance(inner, dict) else range(len(inner)) if isinstance(inner, list) else ():
            if key != "roles":
                yield (*where, key)
                yield from places(inner[key], (*where, key))

    def at(where: tuple[Any, ...], change: Callable[[Any, Any], None]) -> Any:
        other = copy.deepcopy(data)
        holder = other
        for part in where[:-1]:
            holder = holder[part]
        change(holder, where[-1])
        return other

    for where in places(data, ()):
        yield at(where, lambda holder, key: holder.pop(key)), f"without {where}"
        for value in OTHERS:
            yield at(where, lambda holder, key, value=value: holder.__setitem__(key, value)), f"{where}: {value!r}"


@pytest.mark.parametrize("name", MODELS)
def test_a_schema_and_its_model_agree_on_every_slip(name: str) -> None:
    files = {
        "course": COURSES[1] / "course.yaml",
        "lab": COURSES[1] / "questions" / "pendulum" / "lab.yaml",
        "question": COURSES[1] / "questions" / "pendulum" / "q02.yaml",
    }
    report = {"authors": [{"name": "Ada", "number": "1"}], "year": 2026, "labs": ["a"], "profile": "p", "theme": ""}
    data = read_yaml(files[name]).data if name in files else report
    checker = jsonschema.Draft7Validator(SCHEMAS[f"{name}{ENDING}"])

    def fits(other: Any) -> bool:
        try:
            MODELS[name].model_validate(other)
        except ValidationError:
            return False
        return True

    verdicts = [(what, fits(other), checker.is_valid(other)) for other, what in changed(data)]
    assert [what for what, model, schema in verdicts if model != schema] == []
    assert {model for _, model, _ in verdicts} == {True, False}


def test_each_key_of_each_model_says_what_it_is_for() -> None:
    models = {
        value for module in (forms, project) for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, Strict) and value is not Strict
    }  # fmt: skip
    keys = {m.__name__: {field.alias or name for name, field in m.model_fields.items()} for m in models}
    assert {name: {*notes} for name, notes in NOTES.items()} == keys
    shown = SCHEMAS[f"question{ENDING}"]["$defs"]["TableEntry"]["properties"]
    assert shown["from"]["description"] == NOTES["TableEntry"]["from"]


def test_a_new_project_names_the_schema_that_lies_beside(tmp_path: Path) -> None:
    course = write_sums(tmp_path / "sums")
    written = begin_project(tmp_path / "mine", Settings(folders=Folders(cache=tmp_path / "c", course=course.folder)))
    first = (tmp_path / "mine" / "report.yaml").read_text().splitlines()[0]
    assert first == f"# yaml-language-server: $schema={SCHEMA}"
    assert tmp_path / "mine" / SCHEMA in written
    schema = json.loads((tmp_path / "mine" / SCHEMA).read_text())
    data = read_project(tmp_path / "mine").source.data
    jsonschema.validate(data, schema, jsonschema.Draft7Validator)
    with pytest.raises(jsonschema.ValidationError, match="langauge"):
        jsonschema.validate({**data, "langauge": "fr"}, schema, jsonschema.Draft7Validator)
    assert schema == SCHEMAS[f"report{ENDING}"]


def run(*words: str) -> str:
    done = CliRunner().invoke(cli, words)
    assert done.exit_code == 0, done.output
    return done.output


def test_each_file_of_a_course_gets_the_line_that_leads_to_its_schema(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    course = shutil.copytree(COURSES[1], tmp_path / "course")
    files = {path: path.read_bytes() for path in course.rglob("*.yaml")}
    (course / "computations" / "settings.yaml").write_text("a: 1\n")
    monkeypatch.chdir(course / "questions")
    printed = run("schema")
    assert {path: path.read_bytes() for path in files} == files
    assert f"{len(files)} files begin with a line more" in run("schema", "--lines")
    for path, before in files.items():
        line, _, after = path.read_bytes().partition(b"\n")
        assert after == before
        assert line.decode() in printed
        schema = path.parent / line.decode().removeprefix("# yaml-language-server: $schema=")
        assert schema.resolve() == course / "schemas" / f"{kind(path.relative_to(course))}{ENDING}"
    assert (course / "computations" / "settings.yaml").read_text() == "a: 1\n"
    assert "0 files begin" in run("schema", "--lines")
    assert run("schema").count("\n") == 1


def test_a_new_question_has_the_line_where_the_course_has_schemas(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    course = write_sums(tmp_path / "sums")
    monkeypatch.chdir(course.folder)
    run("new-question", "only/q03")
    run("schema")
    run("new-question", "only/q04")
    first = [(course.folder / f"questions/only/q0{n}.yaml").read_text().splitlines()[0] for n in (3, 4)]
    assert "$schema" not in first[0]
    assert first[1] == "# yaml-language-server: $schema=../../schemas/question.schema.json"
    assert complaints("question", read_yaml(course.folder / "questions/only/q04.yaml").data) == []


def test_without_a_course_the_schemas_are_written_all_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert run("schema", "--to", "here/below", "--lines").startswith(f"{len(SCHEMAS)} schemas written to here/below/")
    assert {path.name: json.loads(path.read_text()) for path in (tmp_path / "here/below").iterdir()} == SCHEMAS


def test_schemas_are_written_again_but_nothing_else_is_replaced(tmp_path: Path) -> None:
    assert write_schemas(tmp_path) == write_schemas(tmp_path)
    (tmp_path / f"lab{ENDING}").write_text("{}")
    with pytest.raises(InputError, match="would be replaced") as error:
        write_schemas(tmp_path)
    assert [mistake.path for mistake in error.value.mistakes] == [tmp_path / f"lab{ENDING}"]
