"""Runs in a process of its own and turns one HTML file into a PDF: a layout that hangs is then a process to end.

Usage: python pdf_process.py PAGE.html REPORT.pdf; prints one JSON object with "pages" and "faults".
Imports nothing of the package, so that it starts at once.
"""

from __future__ import annotations

import json
import logging
import sys
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

#: The exit code that says that WeasyPrint could not load the libraries that it needs from the system.
LIBRARIES_MISSING = 3
#: Where the page seems to lie: its addresses reach the PDF, which must not depend on the folder that it is made in.
_ROOT = "/report/"


class _Faults(logging.Handler):
    """Keeps what WeasyPrint only logs: an image, font or alternative text that is missing would pass in silence."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep errors, and warnings of things that could not be loaded; not those of CSS meant for screens."""
        message = record.getMessage()
        if record.levelno >= logging.ERROR or "load" in message:
            self.messages.append(message)


def _write_pdf(page: Path, target: Path) -> dict[str, Any]:
    import weasyprint
    from weasyprint.urls import URLFetcher

    faults = _Faults()
    logging.getLogger("weasyprint").addHandler(faults)
    folder = page.parent.resolve()

    class Fetcher(URLFetcher):  # type: ignore[misc]
        """Reads files of the page's own folder and nothing else."""

        def fetch(self, url: str, headers: Any = None) -> Any:
            if urlsplit(url).scheme == "file":
                wanted = folder / unquote(urlsplit(url).path).removeprefix(_ROOT)
                if not wanted.resolve().is_relative_to(folder):
                    raise ValueError(f"{wanted.name} lies outside of the report's folder")
                url = wanted.as_uri()
            return super().fetch(url, headers)

    fetcher = Fetcher(allowed_protocols={"file", "data"}, allow_redirects=False)
    html = weasyprint.HTML(string=page.read_text("utf-8"), base_url=f"file://{_ROOT}", url_fetcher=fetcher)
    document = html.render(pdf_variant="pdf/ua-1", pdf_tags=True)
    document.write_pdf(str(target), pdf_variant="pdf/ua-1", pdf_tags=True)
    return {"pages": len(document.pages), "faults": faults.messages}


def main(arguments: list[str]) -> int:
    """Write the PDF and print what came of it."""
    page, target = map(Path, arguments)
    try:
        outcome = _write_pdf(page, target)
    except OSError as error:
        if "cannot load library" not in str(error):
            raise
        sys.stderr.write(str(error))
        return LIBRARIES_MISSING
    sys.stdout.write(json.dumps(outcome))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
