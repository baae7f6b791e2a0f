"""The page as it is made again and again."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import jinja2
import pytest

from generator.commands.build import build, compute
from generator.commands.computing import compute_results
from generator.commands.preview.making import PageMaker, in_template
from generator.commands.session import OutputSettings, open_session
from generator.errors import InputError
from generator.folders import PACKAGE, templates_folder
from generator.jobs import State
from tests.commands.preview.project_for_tests import ProjectHere, write_project


@pytest.fixture
def project(tmp_path: Path) -> ProjectHere:
    return write_project(tmp_path)


def test_the_page_is_what_a_build_would_write(project: ProjectHere, tmp_path: Path) -> None:
    settings = project.settings()
    place = tmp_path / "build"
    done = build(dataclasses.replace(settings, output=OutputSettings(place, frozenset({"html"}))))
    assert done.problems == ()
    made = PageMaker(project.settings, ()).make()
    page = made.page
    assert (page.missing, page.blocked, made.mistakes) == (0, 0, ())
    written = {p.relative_to(place).as_posix(): p.read_bytes() for p in place.rglob("*") if p.is_file()}
    assert page.text.encode() == written[page.name]
    served = {name: one.read_bytes() if isinstance(one, Path) else one for name, one in page.files.items()}
    assert served == {name: content for name, content in written.items() if name.startswith("assets/")}
    results = tmp_path / "exported"
    results.mkdir()
    page.exports(results)
    assert (results / "results/metrics.json").read_bytes() == written["results/metrics.json"]


def words(page: str) -> str:
    return re.sub(r"<[^>]*>", "", page)


def test_every_kind_of_edit_is_seen(project: ProjectHere) -> None:
    maker = PageMaker(project.settings, ())
    compute(project.settings())
    first = maker.make().page
    assert "The sum is 55." in words(first.text)
    project.edit("The sum is", "It is")
    assert "It is 55." in words(maker.make().page.text)
    project.course.edit("questions/only/q01.yaml", "The sums so far.", "What they come to.")
    assert "What they come to." in maker.make().page.text
    (project.folder / "report.yaml").write_text("title: Another title\nauthors: [{name: Grace}]\n")
    text = maker.make().page.text
    assert "Another title" in text
    assert "Grace" in text
    project.paint("blue")
    second = maker.make().page
    (new,) = {name for name, content in second.files.items() if first.files.get(name) != content}
    assert new.startswith("assets/figures/own-")
    project.course.edit("computations/steps.py", "last + 1)", "last + 2)")
    assert maker.make().page.missing == 1, "the code of one of the two results has changed"
    project.course.edit("questions/only/q02.yaml", "last: 5", "last: 4")
    assert maker.make().page.missing == 2
    compute(project.settings())
    assert "It is 78." in words(maker.make().page.text)


def test_a_mistake_is_raised_until_it_is_mended(project: ProjectHere) -> None:
    maker = PageMaker(project.settings, ())
    maker.make()
    project.edit("added.sum", "added.some")
    for _ in range(2):
        with pytest.raises(InputError, match=r"q01\.md:1: added: add gives no such metric"):
            maker.make()
    project.edit("added.some", "added.sum")
    assert maker.make().mistakes == ()
    project.course.edit("course.yaml", "title: Sums", "title: [")
    with pytest.raises(InputError, match=r"course\.yaml"):
        maker.make()
    project.course.edit("course.yaml", "title: [", "title: Sums")
    assert maker.make().mistakes == ()
    (project.folder / "report.yaml").write_text("authors: [{name: Ada}]\nprofile: quik\n")
    with pytest.raises(InputError, match=r"report\.yaml:2: profile: there is no such profile"):
        PageMaker(lambda: dataclasses.replace(project.settings(), profile="quik"), ()).make()


def test_own_data_is_mended_without_saving_the_answer_again(project: ProjectHere) -> None:
    maker = PageMaker(project.settings, ())
    (project.folder / "answers/only/q02.md").write_text('Mine: {{ my_data("data/mine.json").epochs }} epochs.')
    mine = project.folder / "data/mine.json"
    mine.parent.mkdir()
    for wrong, message in ((None, "the file is missing"), ("[1]", "is no JSON object"), ('{"epochs": }', "is no JSON")):
        if wrong is not None:
            mine.write_text(wrong)
        for _ in range(2):
            with pytest.raises(InputError, match=message):
                maker.make()
    mine.write_text('{"epochs": 7}')
    made = maker.make()
    assert made.mistakes == ()
    assert "Mine: 7\u00a0(own) epochs." in words(made.page.text)


def test_what_cannot_be_shown_is_a_box_and_a_mistake(project: ProjectHere) -> None:
    maker = PageMaker(project.settings, ())
    compute(project.settings())
    project.edit("images/square.png", "images/absent.png")
    made = maker.make()
    assert [(one.path, one.line) for one in made.mistakes] == [(project.answer, 85)]


def test_a_part_has_its_own_page_and_misses_its_own_results(project: ProjectHere) -> None:
    page = PageMaker(project.settings, ("only/q02",)).make().page
    assert (page.name, page.missing, page.exports) == ("report-only-q02.html", 1, None)
    assert "Short." in page.text
    assert "Paragraph 7" not in page.text
    with pytest.raises(InputError, match="no such selection"):
        PageMaker(project.settings, ("only/q09",)).make()


def test_a_job_that_failed_says_so_on_the_page(project: ProjectHere) -> None:
    project.course.edit("computations/adding.py", "rows = [", "raise ValueError('the sum is lost')\n    rows = [")
    maker = PageMaker(project.settings, ())
    assert "the sum is lost" not in maker.make().page.text
    settings = project.settings()
    session = open_session(settings)
    _, outcomes = compute_results(session, session.questions(()), False, lambda event: None)
    maker.failed = {name: one for name, one in outcomes.items() if one.state is State.FAILED}
    assert "the sum is lost" in maker.make().page.text


def test_what_a_preview_watches(project: ProjectHere) -> None:
    folders = PageMaker(project.settings, ()).make().folders
    course, mine = project.course.folder, project.folder
    assert {course, course / "computations", mine, PACKAGE, templates_folder() / "report"} <= set(folders)


def test_an_error_of_a_template_is_told_where_it_is(tmp_path: Path) -> None:
    environment = jinja2.Environment(loader=jinja2.FileSystemLoader(tmp_path), undefined=jinja2.StrictUndefined)
    path = tmp_path / "page.html.j2"
    for text in ("one\n{% if %}\n", "one\n{{ unknown.name }}\n"):
        path.write_text(text)
        with pytest.raises(jinja2.TemplateError) as caught:
            environment.get_template(path.name).render()
        assert in_template(caught.value) == (path, 2)
    assert in_template(ValueError("elsewhere")) == (None, None)
