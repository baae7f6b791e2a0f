"""SVGs that were drawn in an earlier PDF: the same bytes again, and what a document shares is drawn anew. PNGs too."""

from __future__ import annotations

import json
from io import BytesIO
from pathlib import Path
from urllib.parse import quote

import numpy as np
import pytest
from PIL import Image
from pypdf import PdfReader

from generator.render.outputs.pdf import write_pdf
from generator.render.outputs.pdf_drawings import _chunks
from tests.render.outputs.test_pdf import page

HEAD = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 20 20" width="200" height="200">'
CLIP = '<clipPath id="c"><rect x="2" y="2" width="9" height="9"/></clipPath>'
PATH = '<path d="M1 1 L19 1 Q19 19 1 19 Z" style="fill: %s; stroke: #123456; fill-opacity: %s"/>'
KINDS = {
    "plain": PATH % ("red", 1),
    "seen through": PATH % ("red", 0.4),
    "clipped": f'{CLIP}<g clip-path="url(#c)">{PATH % ("blue", 1)}</g>',
    "used": f'<defs>{(PATH % ("green", 1)).replace("<path", "<path id=p")}</defs><use href="#p" x="3"/>'.replace(
        "id=p", 'id="p"'
    ),
    "text": "<text x='1' y='9' font-size='4'>words</text>",
    "group": f'<g opacity="0.5">{PATH % ("red", 1)}</g>',
}
SHARED = {"text", "group"}


def written(folder: Path, known: Path | None, kinds: list[str], width: int = 100) -> bytes:
    folder.mkdir()
    sources = {kind: "data:image/svg+xml," + quote(f"{HEAD}{KINDS[kind]}</svg>") for kind in kinds}
    style = f"style='width:{width}px'"
    shown = [f"<p>{kind} <img alt='{kind}' {style} src='{source}'>" for kind, source in sources.items()]
    (folder / "file.svg").write_text(f"{HEAD}{PATH % ('red', 1)}</svg>")
    body = "<h1>t</h1>" + "".join(shown) + f"<p><img alt='file' {style} src='file.svg'>"
    write_pdf(page(folder, body), folder / "x.pdf", remembered=known)
    return (folder / "x.pdf").read_bytes()


def drawn(known: Path) -> set[str]:
    return set(json.loads(known.read_bytes())["drawings"])


def test_what_was_drawn_is_put_there_again_and_another_size_or_picture_is_drawn(tmp_path: Path) -> None:
    known = tmp_path / "known.json"
    known.write_text("{}")
    first = written(tmp_path / "first", known, list(KINDS))
    names = drawn(known)
    assert len(names) == len(KINDS) - len(SHARED) + 1
    parts = json.loads(known.read_bytes())
    assert written(tmp_path / "again", known, list(KINDS)) == first
    assert written(tmp_path / "without", None, list(KINDS)) == first
    other = written(tmp_path / "wider", known, list(KINDS), width=120)
    assert not names & drawn(known)
    assert other == written(tmp_path / "wider without", None, list(KINDS), width=120)
    name = next(iter(parts["drawings"]))
    parts["drawings"][name]["lines"] = "q\nQ"
    known.write_text(json.dumps(parts))
    assert written(tmp_path / "used", known, list(KINDS)) != first, "what is kept is what is put there"


def png(mode: str, **saved: object) -> bytes:
    noise = np.random.default_rng(5).integers(0, 256, (9, 14, 4), dtype=np.uint8)
    content = BytesIO()
    Image.fromarray(noise, "RGBA").convert(mode).save(content, "PNG", **saved)  # type: ignore[arg-type]
    return content.getvalue()


OTHERS = [png("L"), png("P"), png("RGBA"), png("RGB", transparency=(1, 2, 3))]


@pytest.mark.parametrize("picture", [png("RGB"), *OTHERS], ids=["RGB", "L", "P", "RGBA", "keyed"])
def test_pictures_are_the_same_in_the_pdf(picture: bytes, tmp_path: Path) -> None:
    """Another library is asked what it sees."""
    (tmp_path / "picture.png").write_bytes(picture)
    write_pdf(page(tmp_path, "<h1>t</h1><p><img alt='noise' src='picture.png'>"), tmp_path / "x.pdf")
    (seen,) = PdfReader(tmp_path / "x.pdf").pages[0].images
    with Image.open(BytesIO(picture)) as sent:
        assert seen.image is not None
        assert np.array_equal(np.asarray(seen.image.convert("RGB")), np.asarray(sent.convert("RGB")))


def test_lines_that_a_pdf_can_show_are_not_compressed_anew(tmp_path: Path) -> None:
    (tmp_path / "picture.png").write_bytes(picture := png("RGB", compress_level=0))
    write_pdf(page(tmp_path, "<h1>t</h1><p><img alt='noise' src='picture.png'>"), tmp_path / "x.pdf")
    lines = b"".join(content for kind, content in _chunks(picture) if kind == b"IDAT")
    assert lines in (tmp_path / "x.pdf").read_bytes()
