"""Results that were computed on one machine and are shown on another, without data: by a file, a folder, a server."""

from __future__ import annotations

import http.server
import json
import re
import shutil
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from tests.end_to_end.project import Project

SELECTION = ["2-c", "--only", "--format", "html"]


@pytest.fixture(scope="module")
def there(built_course: Project, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """Where 2-c was computed; its page, a pack and a shelf."""
    project = built_course.copy(tmp_path_factory.mktemp("there") / "project")
    assert project.build(*SELECTION, "--output", "page")[0] == 0
    project.run("pack", "2-c")
    project.run("push", "shelf", "2-c")
    yield project
    shutil.rmtree(project.folder)


@pytest.fixture
def here(there: Project, tmp_path: Path) -> Iterator[Project]:
    """The same program in another folder, with an empty cache and no data."""
    for name in ("generator", "questions", "templates"):
        shutil.copytree(there.folder / name, tmp_path / "here" / name, ignore=shutil.ignore_patterns("__pycache__"))
    yield Project(tmp_path / "here")
    shutil.rmtree(tmp_path / "here")


def page(folder: Path) -> str:
    """The page of 2-c without what says that its results were brought."""
    (path,) = folder.glob("*.html")
    text = path.read_text(encoding="utf-8")
    text = re.sub(r'(?<=id="asked">).*?(?=</script>)', lambda island: _without_origins(island[0]), text)
    return re.sub(r"; computed elsewhere: [^<;]*", "", text)


def _without_origins(island: str) -> str:
    """What the panel knows, with the words that jobs have in common in their places."""
    known = json.loads(island)
    words, fields = known.pop("words"), ("call", "module", "device", "origin", "versions")
    for job in known["jobs"]:
        told = dict(zip(fields, (words[place] for place in job if isinstance(place, int)), strict=True))
        job[:] = [told | {"origin": ""}, [part for part in job if not isinstance(part, int)]]
    return json.dumps(known)


def test_a_pack_shows_the_same_page_without_data(there: Project, here: Project) -> None:
    here.run("unpack", str(there.folder / "results.genreport"))
    assert here.build(*SELECTION, "--output", "page", "--data", "nowhere")[0] == 0
    plain = (here.folder / "page").glob("*.html")
    assert "results.genreport, unpacked on" in next(plain).read_text(encoding="utf-8")
    assert page(here.folder / "page") == page(there.folder / "page")


def test_a_shelf_serves_as_a_folder_and_from_a_server(there: Project, here: Project) -> None:
    shelf = there.folder / "shelf"
    question = ["2-c/dann", "--only", "--format", "html", "--data", "nowhere"]
    assert here.build(*question, "--read-cache", str(shelf))[0] == 0
    shutil.rmtree(here.folder / "cache")
    handler = partial(http.server.SimpleHTTPRequestHandler, directory=str(shelf))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}"
        assert here.build(*question, "--read-cache", address, no_proxy="*")[0] == 0
        server.shutdown()
