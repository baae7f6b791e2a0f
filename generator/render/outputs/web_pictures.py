"""Pictures as the page carries them: lossless WebP, a third smaller than the PNG that the PDF is made with.

Encoding takes longer than reading: what was encoded is kept, under the name of the drawing or of its bytes.
"""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

from generator.store.files import digest
from generator.store.plain import digest_of

if TYPE_CHECKING:
    from generator.store.parts import PartStore

#: By what a page's pictures end that are no drawings of lines.
ENDING = "webp"
#: WebP's effort, which costs nothing but time: more of either takes twice as long and saves one part in a hundred.
_METHOD, _QUALITY = 2, 30
_PART = "webp"
#: What this process has encoded or read, for one that builds again and again.
_HELD: dict[str, bytes] = {}
_MOST_HELD = 300


def web_picture(png: bytes, store: PartStore | None, name: str = "") -> bytes:
    """The same pixels as a lossless WebP; the same picture gives the same bytes.

    ``name`` is one that stands for these bytes and no others; without it, they are read for one.
    """
    from PIL import __version__

    key = digest_of(["lossless", __version__, _METHOD, _QUALITY, name or digest(png)])
    if key not in _HELD:
        if len(_HELD) >= _MOST_HELD:
            _HELD.clear()
        _HELD[key] = _found(key, store) or _encoded(png, key, store)
    return _HELD[key]


def _found(key: str, store: PartStore | None) -> bytes:
    return ((store and store.read(key)) or {}).get(_PART, b"")


def _encoded(png: bytes, key: str, store: PartStore | None) -> bytes:
    from PIL import Image

    with Image.open(BytesIO(png)) as picture:
        picture.load()
        opaque = picture.mode == "RGBA" and picture.getchannel("A").getextrema() == (255, 255)
        plain = picture.convert("RGB") if opaque else picture
    content = BytesIO()
    plain.save(content, format="WEBP", lossless=True, method=_METHOD, quality=_QUALITY, exact=True)
    if store is not None:
        store.write(key, {_PART: content.getvalue()})
    return content.getvalue()
