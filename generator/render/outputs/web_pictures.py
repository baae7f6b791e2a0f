"""Pictures in the form that the page carries, lossless WebP, and in that of the PDF, PNG, which it takes as it is.

Encoding takes longer than reading: what was encoded is kept, under the name of the drawing or of its bytes.
"""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

from generator.render.figures import DPI, EFFORT, lossless
from generator.store.files import digest
from generator.store.plain import digest_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from generator.store.parts import PartStore

#: By what a page's pictures end that are no drawings of lines.
ENDING = "webp"
#: How hard zlib tries: twice as long for each would save three parts in a hundred.
_LEVEL = 3
#: What this process has encoded or read, for one that builds again and again.
_HELD: dict[str, bytes] = {}
_MOST_HELD = 300


def web_picture(png: bytes, store: PartStore | None) -> bytes:
    """The same pixels as a lossless WebP; the same picture gives the same bytes."""
    return _made("webp", EFFORT, digest(png), lambda: _webp(png), store)


def paper_picture(webp: bytes, store: PartStore | None, name: str = "") -> bytes:
    """The pixels of a lossless WebP as a PNG; the same picture gives the same bytes.

    ``name`` is one that stands for these bytes and no others; without it, they are read for one.
    """
    return _made("png", _LEVEL, name or digest(webp), lambda: _png(webp), store)


def _made(form: str, how: object, name: str, make: Callable[[], bytes], store: PartStore | None) -> bytes:
    from PIL import __version__

    key = digest_of([form, __version__, how, name])
    if key not in _HELD:
        if len(_HELD) >= _MOST_HELD:
            _HELD.clear()
        found = ((store and store.read(key)) or {}).get(form, b"")
        _HELD[key] = found or make()
        if store is not None and not found:
            store.write(key, {form: _HELD[key]})
    return _HELD[key]


def _webp(png: bytes) -> bytes:
    from PIL import Image

    with Image.open(BytesIO(png)) as picture:
        picture.load()
        opaque = picture.mode == "RGBA" and picture.getchannel("A").getextrema() == (255, 255)
        return lossless(picture.convert("RGB") if opaque else picture)


def _png(webp: bytes) -> bytes:
    from PIL import Image

    content = BytesIO()
    with Image.open(BytesIO(webp)) as picture:
        picture.save(content, format="PNG", dpi=(DPI, DPI), compress_level=_LEVEL)
    return content.getvalue()
