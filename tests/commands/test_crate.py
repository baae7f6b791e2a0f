"""A research object, judged by another people's validator of RO-Crates."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from generator.cli.main import cli
from generator.commands.build import compute
from generator.commands.crate import METADATA, export_crate
from generator.commands.session import Folders, Settings
from generator.errors import InputError
from tests.courses_for_tests import write_sums
from tests.judges_for_tests import CRATES


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A course of sums with its two results in the cache."""
    folder = tmp_path_factory.mktemp("crate")
    course = write_sums(folder / "sums")
    course.edit("course.yaml", "title: Sums", "title: Sums\ninstitution: A school\nauthors: [{name: Ada Lovelace}]")
    made = Settings(folders=Folders(folder / "data", folder / "cache", course.folder))
    assert compute(made) == ()
    return made


def exported(settings: Settings, target: Path, *selection: str, licence: str = "") -> dict[str, dict[str, Any]]:
    export_crate(settings, selection, target, licence, lambda *words: None)
    entities = json.loads((target / METADATA).read_text())["@graph"]
    return {entity["@id"]: entity for entity in entities}


def judged(crate: Path) -> list[str]:
    """The faults that the validator finds."""
    judge = Path(__file__).with_name("crate_judge_for_tests.py")
    done = subprocess.run([CRATES, judge, crate], capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


@pytest.mark.skipif(not CRATES.exists(), reason="the validator of RO-Crates is not here")
def test_the_validator_of_process_run_crates_finds_no_fault(settings: Settings, tmp_path: Path) -> None:
    exported(settings, tmp_path / "crate")
    assert judged(tmp_path / "crate") == []
    broken = tmp_path / "crate" / METADATA
    broken.write_text(broken.read_text().replace('"instrument"', '"keywords"'))
    assert judged(tmp_path / "crate") != []  # it does look


def test_each_result_says_what_it_was_made_from_and_by_what(settings: Settings, tmp_path: Path) -> None:
    found = exported(settings, tmp_path / "crate", licence="https://creativecommons.org/licenses/by/4.0/")
    root = found["./"]
    assert root["license"] == {"@id": "https://creativecommons.org/licenses/by/4.0/"}
    for part in root["hasPart"]:
        assert (tmp_path / "crate" / part["@id"]).is_file()
        assert part["@id"] in found
    (action,) = (one for one in found.values() if one.get("name") == "only/q01/added")
    assert action["@type"] == "CreateAction"
    assert found[action["instrument"]["@id"]]["name"] == "add"
    parameters = [found[one["@id"]] for one in action["object"]]
    assert [(one["name"], one["value"]) for one in parameters] == [("last", "10")]
    assert action["startTime"] <= action["endTime"]
    result = json.loads((tmp_path / "crate" / action["result"][-1]["@id"]).with_name("result.json").read_text())
    assert result["metrics"] == {"sum": 55}
    assert [found[one["@id"]]["name"] for one in root["author"]] == ["Ada Lovelace"]
    assert "all rights stay" in exported(settings, tmp_path / "other", "only/q02")["#licence"]["description"]


def test_a_folder_that_holds_something_is_left_alone(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(InputError, match="it holds other things"):
        exported(settings, tmp_path)
    folders = settings.folders
    where = ["--course", str(folders.course), "--cache", str(folders.cache)]
    done = CliRunner().invoke(cli, ["export", "--ro-crate", str(tmp_path / "crate"), *where])
    assert done.output == f"2 results in {tmp_path / 'crate'}\n"
