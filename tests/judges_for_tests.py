"""Other people's validators: PDFs by page-validation and qpdf, HTML by the W3C's Nu checker, WCAG by axe-core."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
#: In a container, /dev/shm may be too small for a page.
CHROMIUM_ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
JAVA = shutil.which("java")
#: A Python with the validator of RO-Crates, which the Makefile puts beside ours.
CRATES = Path(sys.prefix) / "crates/bin/python"
#: Where `make test` puts the checker, in the environment; it is no Python package.
VNU = Path(os.environ.get("GENREPORT_VNU") or Path(sys.prefix) / "vnu/node_modules/vnu-jar/build/dist/vnu.jar")


def pdf_faults(path: Path) -> list[str]:
    """Each rule of PDF/UA-1 that a PDF breaks, with where, and what is wrong with its syntax."""
    import page

    report = page.validate_pdf(str(path), profile=page.ValidationProfile.PDF_UA_1)
    broken = [f"{path.name}: {failure.rule_id}: {failure.message}" for failure in report.failures]
    return broken + syntax_faults(path)


def syntax_faults(path: Path) -> list[str]:
    """What `qpdf --check` says of a PDF; nothing where its library is not installed."""
    try:
        import pikepdf
    except ImportError:
        return []
    try:
        with pikepdf.open(path) as opened:
            return [f"{path.name}: {said}" for said in (*opened.get_warnings(), *opened.check_pdf_syntax())]
    except pikepdf.PdfError as error:
        return [str(error)]


def html_faults(path: Path) -> list[str]:
    """Each error of a page: by the Nu checker, and where it or Java is not there what a parser of HTML finds wrong."""
    if JAVA is None or not VNU.is_file():
        from tinyhtml5 import HTMLParser

        parser = HTMLParser()
        parser.parse(path.read_text("utf-8"))
        return [f"{path.name}:{place[0]}: {code}" for place, code, _ in parser.errors]
    call = [JAVA, "-jar", str(VNU), "--format", "json", "--errors-only", "--exit-zero-always", str(path)]
    said = subprocess.run(call, capture_output=True, text=True, timeout=300, check=True).stderr
    return [f"{path.name}:{found.get('lastLine')}: {found['message']}" for found in json.loads(said)["messages"]]


def wcag_faults(browser: Any, path: Path) -> list[str]:
    """Each rule of axe-core that a page breaks: light, dark, and on a phone."""
    from axe_playwright_python.sync_playwright import Axe

    found = []
    for scheme, width in (("light", 1280), ("dark", 1280), ("light", 390)):
        context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
        opened = context.new_page()
        opened.goto(path.as_uri())
        opened.evaluate("document.fonts.ready.then(() => new Promise(requestAnimationFrame))")
        for broken in Axe().run(opened, options={"resultTypes": ["violations"]}).response["violations"]:
            nodes = broken["nodes"]
            found.append(f"{path.name}, {scheme}, {width}: {len(nodes)} x {broken['id']}: {nodes[0]['html'][:200]}")
        context.close()
    return found


def faults(browser: Any, folder: Path) -> list[str]:
    """What all four say of each page and PDF of a folder with a report, whatever they are called."""
    found = [fault for path in sorted(folder.glob("*.pdf")) for fault in pdf_faults(path)]
    for path in sorted(folder.glob("*.html")):
        found += html_faults(path) + (wcag_faults(browser, path) if browser is not None else [])
    return found
