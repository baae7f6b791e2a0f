"""What a saved word costs in a preview of the whole quick report, from the file to the page in Chromium.

    python benchmarks/preview.py --cache CACHE [--rounds 10] [--student] [CHECKOUT…]

CACHE is a folder of cached results that has all of the profile's. Each checkout is copied, with a cache of hard links,
and has a preview and a browser of its own; without one, this one is measured. The clock runs from the moment a file is
written until the page's DOM has changed; processor seconds are of the preview and of the browser with all its
processes. Printed are medians, and where the time goes: the steps of the preview are measured in it, those of the
browser by the browser. With --student, it is the preview of a student's project that answers as the course itself does,
with a source, a number and a picture of the student's own.
"""

from __future__ import annotations

import argparse
import functools
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(HERE / "benchmarks"))
ANSWER, PROJECT = "templates/answers/2-a/q05.md", "my-report"
CHROMIUM = next((found for name in ("chromium", "chromium-browser") if (found := shutil.which(name))), None)
TICKS = os.sysconf("SC_CLK_TCK")
#: Notes when the words that were written are there, and when the browser has drawn them.
WATCH = """words => {
  window.seen = null;
  const look = () => {
    if (window.seen || !document.querySelector("main").textContent.includes(words)) return;
    const changed = performance.timeOrigin + performance.now();
    window.seen = {changed};
    watch.disconnect();
    requestAnimationFrame(() => setTimeout(() => {
      const asked = performance.getEntriesByType("resource").filter((one) => /~preview.page/.test(one.name)).at(-1);
      const since = (time) => performance.timeOrigin + time;
      window.seen = {
        asked: since(asked.startTime), got: since(asked.responseEnd), size: asked.transferSize,
        changed, drawn: since(performance.now()), whole: true,
      };
    }));
  };
  const watch = new MutationObserver(look);
  watch.observe(document.documentElement, {childList: true, subtree: true, characterData: true});
}"""


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkouts", nargs="*", type=Path)
    parser.add_argument("--cache", type=Path, required=True)
    parser.add_argument("--data", type=Path, default=HERE.parent / "shared" / "data")
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--student", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.cache.parent) as folder:
        columns: dict[str, dict[str, float]] = {}
        for number, source in enumerate(path.resolve() for path in options.checkouts or [HERE]):
            columns[source.name] = measured(source, Path(folder) / str(number), options)
    names = [*dict.fromkeys(name for column in columns.values() for name in column)]
    print(f"{f'medians of {options.rounds}, load {os.getloadavg()[0]:.1f}':46}" + "".join(f"{n:>12}" for n in columns))
    for name in names:
        print(f"{name:46}" + "".join(f"{column.get(name, float('nan')):12.3f}" for column in columns.values()))


def measured(source: Path, folder: Path, options: argparse.Namespace) -> dict[str, float]:
    """The medians of one checkout."""
    from one_word import Checkout
    from playwright.sync_api import sync_playwright

    checkout = Checkout(source, folder, options.cache, options.data)
    environment = {
        **os.environ, "PYTHONPATH": str(checkout.folder), "GENREPORT_CACHE": str(checkout.cache),
        "GENREPORT_DATA": str(options.data),
    }  # fmt: skip
    command = [sys.executable, str(Path(__file__).resolve()), "--serve"]
    if options.student:
        make_project(checkout, environment)
        command.append(PROJECT)
    served = subprocess.Popen(
        command, cwd=checkout.folder, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    try:
        assert served.stdout is not None
        told = map(json.loads, served.stdout)
        address = next(told)["address"]
        while next(told)["step"] != "page":
            pass
        with sync_playwright() as play:
            browser = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
            page = browser.new_page(viewport={"width": 1280, "height": 800})
            page.goto(address)
            page.get_by_role("heading", level=1).first.wait_for()
            page.wait_for_timeout(1000)
            rounds = [_round(checkout, page, told, served.pid) for _ in range(options.rounds + 2)][2:]
            browser.close()
    finally:
        served.terminate()
        served.wait()
    return {name: statistics.median(one[name] for one in rounds) for name in rounds[0]}


def make_project(checkout: Any, environment: dict[str, str]) -> None:
    """A student's project in the checkout, with the course's answers and something of the student's own."""
    from PIL import Image

    folder = checkout.folder / PROJECT
    command = [sys.executable, "-m", "generator.cli", "init", PROJECT]
    subprocess.run(command, cwd=checkout.folder, env=environment, check=True, capture_output=True)
    for answer in folder.glob("answers/**/*.md"):
        given = checkout.folder / "templates" / answer.relative_to(folder)
        if given.exists():
            shutil.copyfile(given, answer)
    (folder / "references.bib").write_text("@misc{mine, title = {Notes}, author = {Lovelace, Ada}, year = 2026}\n")
    (folder / "data").mkdir()
    (folder / "data/mine.json").write_text('{"accuracy": 0.5}')
    Image.new("RGB", (800, 600), "navy").save(folder / "images/my notes.png")
    checkout.answer = f"{PROJECT}/{Path(ANSWER).relative_to('templates')}"
    with (checkout.folder / checkout.answer).open("a", encoding="utf-8") as file:
        file.write('\nMine [@mine]: {{ my_data("data/mine.json").accuracy | percent }}.\n\n')
        file.write("![My notes.](images/my notes.png){width=50%}\n")


def _round(checkout: Any, page: Any, told: Iterator[dict[str, Any]], preview: int) -> dict[str, float]:
    """One word that is saved: seconds of each step."""
    page.evaluate(WATCH, f"word{checkout.words + 1}")
    browser = _chromium()
    before = _spent([preview]), _spent(browser)
    checkout.change_word()
    written = time.time()
    for _ in range(600):
        time.sleep(0.1)
        if page.evaluate("window.seen?.whole"):  # the page lets nobody evaluate anything in it while it waits
            break
    time.sleep(0.5)  # what is kept afterwards belongs to it
    after = _spent([preview]), _spent(browser)
    steps: dict[str, dict[str, Any]] = {}
    while "page" not in steps or steps["make"]["began"] < written:
        steps = {} if "page" in steps else steps  # a look that was taken before
        one = next(told)
        steps[one["step"]] = one
    seen, began = page.evaluate("window.seen"), steps["make"]["began"]
    return {
        "CLOCK: from the saved word to the changed page": seen["changed"] / 1000 - written,
        "  until the watcher has told": began - written,
        **{f"  {name}": one["took"] for name, one in steps.items() if name not in ("page", "make")},
        "  the page is made, all in all": steps["make"]["took"],
        "  until the browser has asked": seen["asked"] / 1000 - began - steps["make"]["took"],
        "  until it has the answer": (seen["got"] - seen["asked"]) / 1000,
        "  until the page has changed": (seen["changed"] - seen["got"]) / 1000,
        "  (and until it is drawn)": (seen["drawn"] - seen["changed"]) / 1000,
        "  (megabytes sent)": seen["size"] / 1e6,
        "PROCESSOR: the preview": after[0] - before[0],
        "PROCESSOR: the browser": after[1] - before[1],
    }


def _chromium() -> list[int]:
    """The processes of the browser that this process started."""
    parents: dict[int, int] = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            text = status.read_text()
        except OSError:
            continue
        parents[int(status.parent.name)] = int(text.rpartition(")")[2].split()[1])
    ours = {os.getpid()}
    while new := {one for one, parent in parents.items() if parent in ours} - ours:
        ours |= new
    return [one for one in ours if "chrom" in _name(one)]


def _name(process: int) -> str:
    try:
        return Path(f"/proc/{process}/comm").read_text()
    except OSError:
        return ""


def _spent(processes: list[int]) -> float:
    """Processor seconds of these so far."""
    whole = 0
    for process in processes:
        try:
            fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        whole += int(fields[11]) + int(fields[12])
    return whole / TICKS


def serve(project: str = "") -> None:
    """The preview of the checkout that the path of modules names, or of a project in it; steps are lines of JSON."""
    from generator.commands.preview import making, running
    from generator.commands.session import Settings
    from generator.course.editions import Edition
    from generator.course.project import read_project
    from generator.render.content import gather
    from generator.render.outputs.html import Page

    def tell(**what: Any) -> None:
        print(json.dumps(what), flush=True)

    def timed(owner: Any, name: str, step: str) -> None:
        plain: Callable[..., Any] = getattr(owner, name)

        @functools.wraps(plain)
        def measuring(*given: Any, **named: Any) -> Any:
            wall, began = time.time(), time.perf_counter()
            result = plain(*given, **named)
            tell(step=step, began=wall, took=time.perf_counter() - began)
            return result

        setattr(owner, name, measuring)

    timed(making, "open_session", "the course is opened")
    timed(*_of_results(making), "results are looked up")
    timed(making, "report_of", "the report is put together")
    timed(gather, "gather", "gathering")
    timed(Page, "text", "HTML")
    timed(making.PageMaker, "make", "make")
    timed(running.Board, "show", "page")

    def settings() -> Settings:
        return Settings(edition=Edition.STUDENT, project=read_project(Path(project))) if project else Settings()

    running.preview(running.Wishes(settings), ready=lambda address: tell(address=address), say=lambda line: None)


def _of_results(making: Any) -> tuple[Any, str]:
    """What looks up results, in this version or in an older one."""
    plan = getattr(making, "PlanInMemory", None)
    return (making, "compute_results") if plan is None else (plan, "of")


if __name__ == "__main__":
    serve(*sys.argv[2:]) if sys.argv[1:2] == ["--serve"] else main()
