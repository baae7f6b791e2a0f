"""Pictures of a course or a student: read from their folder only, checked, and written anew, without a foreign byte."""

from __future__ import annotations

import hashlib
import unicodedata
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from generator.course.cover_markup import NoPictureError, Placed
from generator.course.project import IMAGES
from generator.course.untrusted_files import UntrustedFileError, read_untrusted
from generator.render.text.maths import MarkupError

if TYPE_CHECKING:
    from PIL.Image import Image as Picture

_LARGEST_FILE = 10_000_000  # bytes
_MOST_PIXELS = 40_000_000
_LONGEST_SIDE = 2000  # pixels that are kept: the text is 13 cm wide
_FORMATS = ("PNG", "JPEG")


@dataclass(frozen=True)
class OwnImage:
    """A picture as it goes into the report: a PNG made from its pixels alone."""

    name: str
    png: bytes
    width: int
    height: int


@dataclass
class OwnImages:
    """The pictures of one course or project, each read when a text first shows it; without a ``folder`` there are none.

    ``whose`` folder it is, messages say.
    """

    folder: Path | None = None
    whose: str = "the project"
    shown: dict[str, OwnImage] = field(default_factory=dict)

    def get(self, address: str) -> OwnImage:
        """The picture at "images/map.png". Raises MarkupError that says why there is none."""
        if address not in self.shown:
            self.shown[address] = self._read(address)
        return self.shown[address]

    def placed(self, address: str, pictures: str = "", ending: str = "png") -> Placed:
        """The picture for a cover, which finds it below ``pictures``. Raises NoPictureError."""
        try:
            image = self.get(address)
        except MarkupError as error:
            raise NoPictureError(str(error)) from None
        return Placed(f"{pictures}/{image.name}.{ending}", image.width, image.height)

    def elsewhere(self, address: str) -> MarkupError:
        """What is to be said of an address that leads to no picture of theirs."""
        return MarkupError(f"the image {address!r} cannot be shown: images lie in {self.whose}'s folder {IMAGES}/")

    def _read(self, address: str) -> OwnImage:
        if self.folder is None or not address.startswith(f"{IMAGES}/"):
            raise self.elsewhere(address)
        try:
            return _redraw(read_untrusted(self.folder, same_name(self.folder, address), _LARGEST_FILE))
        except UntrustedFileError as error:
            raise MarkupError(f"the image {address!r} cannot be shown: {error}") from error


def same_name(folder: Path, address: str) -> str:
    """A file's name as its folder has it: an é is one character on one system, and two on another."""
    place, last = folder / PurePosixPath(address).parent, PurePosixPath(address).name
    composed = unicodedata.normalize("NFC", last)
    if last == composed and last.isascii():
        return address
    try:
        names = [path.name for path in place.iterdir() if unicodedata.normalize("NFC", path.name) == composed]
    except OSError:
        return address
    return str(PurePosixPath(address).parent / names[0]) if names and last not in names else address


def _redraw(content: bytes) -> OwnImage:
    """Decode the picture and encode it again. The size is looked at first: a small file can unpack to gigabytes."""
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(BytesIO(content), formats=_FORMATS) as picture:
            if picture.width * picture.height > _MOST_PIXELS:
                raise UntrustedFileError(f"{picture.width} × {picture.height} pixels are more than {_MOST_PIXELS}")
            plain = _flat(_upright(picture))
    except UnidentifiedImageError:
        raise UntrustedFileError("expected a PNG or JPEG file") from None
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise UntrustedFileError(f"is damaged: {error}") from None
    plain.thumbnail((_LONGEST_SIDE, _LONGEST_SIDE))
    png = BytesIO()
    plain.save(png, format="PNG")
    name = f"own-{hashlib.sha256(png.getvalue()).hexdigest()[:16]}"
    return OwnImage(name, png.getvalue(), plain.width, plain.height)


def _upright(picture: Picture) -> Picture:
    """The picture as it was seen: a phone stores it as its sensor lay, and says in a note how to turn it."""
    from PIL import ImageOps

    picture.load()
    try:
        return ImageOps.exif_transpose(picture)
    except Exception:  # Pillow has no error type of its own for damaged notes
        return picture


def _flat(picture: Picture) -> Picture:
    """Eight bits a colour, on white where one can see through it: pages are white, and what is left out was black."""
    from PIL import Image

    if picture.mode.startswith("I"):  # grey in sixteen bits, which converting would cut off at 255
        return picture.convert("I").point(lambda value: value * (1 / 257)).convert("RGB")
    if "A" in picture.getbands() or "transparency" in picture.info:
        seen = picture.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", seen.size, "white"), seen).convert("RGB")
    return picture.convert("RGB")
