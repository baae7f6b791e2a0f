"""Which program renders: the digest of its code, templates and packages, under which what it made is kept."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from generator.folders import PACKAGE, templates_folder
from generator.store.memo import Memo
from generator.store.plain import digest_of

SCIENCE = ("labs", "datasets", "networks")  # their changes show in the results' fingerprints

#: The packages that read, write and draw: with another version, the same text may become another page.
_PACKAGES = (
    "Babel", "citeproc-py", "cssselect2", "fonttools", "Jinja2", "latex2mathml", "latexcodec", "markdown-it-py",
    "MarkupSafe", "matplotlib", "mdit-py-plugins", "numpy", "pillow", "pybtex", "pydantic", "pydyf", "pyphen", "PyYAML",
    "scipy", "tinycss2", "tinyhtml5", "weasyprint", "ziafont", "ziamath",
)  # fmt: skip


def rendering_code() -> Iterator[Path]:
    """Every module of the package that does not compute."""
    return (path for path in PACKAGE.rglob("*.py") if path.relative_to(PACKAGE).parts[0] not in SCIENCE)


def rendering_templates() -> Iterator[Path]:
    """Templates and styles of documents, and the program's words in other languages."""
    folders = (templates_folder() / "report", templates_folder() / "locale")
    found = (path for folder in folders for path in folder.rglob("*") if "__pycache__" not in path.parts)
    return (path for path in found if path.is_file())


def program_digest(memo: Memo) -> str:
    """The digest of all that turns texts and results into documents, wherever the package lies."""
    digests = {
        **_digests(memo, "code", PACKAGE, rendering_code()),
        **_digests(memo, "templates", templates_folder(), rendering_templates()),
    }
    versions = [sys.version, *(f"{name} {_version(name)}" for name in _PACKAGES)]
    return digest_of([versions, sorted(digests.items())])


def _digests(memo: Memo, label: str, root: Path, files: Iterable[Path]) -> dict[str, str]:
    return {f"{label}/{path.relative_to(root).as_posix()}": memo.digest(path) for path in files}


def _version(name: str) -> str:
    import importlib.metadata  # late: a build with nothing to do needs no versions

    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return ""
