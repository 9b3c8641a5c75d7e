"""Pictures, redrawn: only the pixels survive (security.md R55, C19). Only the child loads it, for Pillow."""

from __future__ import annotations

import io
import struct
import warnings
import zlib
from typing import Final

from PIL import Image, JpegImagePlugin, MpoImagePlugin, PngImagePlugin, TiffImagePlugin, WebPImagePlugin

from bot.media.outcome import BadMedia
from bot.media.signature import HEAD_BYTES, sniff

MOST_PIXELS: Final = 40_000_000
LONGEST_SIDE: Final = 2560  # pixels; a photographed A4 page stays readable at 220 dots an inch
JPEG_QUALITY: Final = 85

_FORMATS: Final = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}
# Pillow loads its readers when a file first needs them; these are loaded before the child gives up its rights.
# Mpo are JPEGs with a second picture behind the first, Tiff reads EXIF.
_LOADED_EARLY: Final = (JpegImagePlugin, MpoImagePlugin, PngImagePlugin, TiffImagePlugin, WebPImagePlugin)

_ORIENTATION: Final = 0x0112  # EXIF 2.32, tag 274: how to turn the picture so that it stands upright
_TURNS: Final = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_BAND_ROWS: Final = 256

# Pillow promises no exception type for a broken file; these are the ones its readers have been seen to raise.
_BROKEN: Final = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    EOFError,
    LookupError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    struct.error,
    zlib.error,
)


def clean_picture(data: bytes) -> bytes:
    """A new JPEG with the same pixels, upright, long side at most 2560; transparent parts become white paper.

    EXIF, GPS, comments, colour profiles, further frames and whatever follows the picture are not carried over.
    Colours are read as sRGB: a wide-gamut photograph comes out a little paler.
    """
    kind = sniff(data[:HEAD_BYTES])
    if kind not in _FORMATS:
        raise BadMedia("wrong type")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow warns of broken EXIF and goes on, which is what we want
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        try:
            return _written(_upright(*_drawn(data, _FORMATS[kind])))
        except BadMedia:
            raise
        except (Image.DecompressionBombError, Image.DecompressionBombWarning) as refused:
            raise BadMedia("too many pixels") from refused
        except MemoryError as refused:
            raise BadMedia("out of memory") from refused
        except _BROKEN as refused:
            raise BadMedia("broken") from refused


def _drawn(data: bytes, reader: str) -> tuple[Image.Image, int]:
    """The first frame on a new canvas, and its EXIF orientation; the long side is below twice LONGEST_SIDE.

    It is drawn band by band: a second copy of 40 megapixels (Pillow keeps 4 bytes for each) would not fit beside the
    first within the child's 256 MB.
    """
    with Image.open(io.BytesIO(data), formats=(reader,)) as picture:
        if picture.width * picture.height > MOST_PIXELS:
            raise BadMedia("too many pixels")
        shrink = _shrink(picture)
        # A JPEG can be decoded at a half, a quarter or an eighth without ever being unfolded in full.
        picture.draft(None, (max(1, picture.width // shrink), max(1, picture.height // shrink)))
        picture.load()
        shrink = _shrink(picture)
        canvas = Image.new("RGB", (-(-picture.width // shrink), -(-picture.height // shrink)))
        rows = _BAND_ROWS * shrink
        for top in range(0, picture.height, rows):
            band = picture.crop((0, top, picture.width, min(top + rows, picture.height)))
            canvas.paste(_on_white(band).reduce(shrink), (0, top // shrink))
        return canvas, _orientation(picture)


def _shrink(picture: Image.Image) -> int:
    return max(1, max(picture.size) // LONGEST_SIDE)


def _on_white(band: Image.Image) -> Image.Image:
    if band.mode.startswith("I;16"):  # 16-bit grey; Pillow's own conversion cuts everything above 255 to white
        band = band.point(lambda value: value * (1 / 256)).convert("L")
    if not band.has_transparency_data:
        return band.convert("RGB")
    see_through = band.convert("RGBA")
    paper = Image.new("RGB", band.size, "white")
    paper.paste(see_through, mask=see_through)
    return paper


def _orientation(picture: Image.Image) -> int:
    """1 (upright) also where the EXIF cannot be read: the pixels were fine, and a picture on its side still helps."""
    try:
        return int(picture.getexif().get(_ORIENTATION, 1))
    except _BROKEN:
        return 1


def _upright(canvas: Image.Image, orientation: int) -> Image.Image:
    canvas.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
    turn = _TURNS.get(orientation)
    return canvas if turn is None else canvas.transpose(turn)


def _written(canvas: Image.Image) -> bytes:
    clean = io.BytesIO()
    canvas.save(clean, "JPEG", quality=JPEG_QUALITY)
    return clean.getvalue()
