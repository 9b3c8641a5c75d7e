"""Only pixels survive: the picture is redrawn, and what rode along with it is gone."""

import contextlib
import io
import struct
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms
from PIL.PngImagePlugin import PngInfo

from bot.media import BadMedia, sniff
from bot.media.cleaning import clean
from bot.media.picture import clean_picture

ORIENTATION, MAKER, GPS = 0x0112, 0x010F, 0x8825
HTML = b"<html><script>alert('TRAILING')</script></html>"


def written(picture, form, **options):
    target = io.BytesIO()
    picture.save(target, form, **options)
    return target.getvalue()


def opened(data):
    picture = Image.open(io.BytesIO(data))
    picture.load()
    return picture


def laden_jpeg():
    """A photograph with everything a phone and an attacker put beside the pixels."""
    exif = Image.Exif()
    exif[MAKER] = "CANARYPHONE"
    exif[GPS] = {1: "N", 2: (39.0, 54.0, 20.0), 3: "E", 4: (116.0, 23.0, 29.0)}
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    picture = Image.new("RGB", (640, 480), (180, 40, 40))
    return written(picture, "JPEG", exif=exif, comment=b"CANARYCOMMENT", icc_profile=profile) + HTML


def test_place_comment_profile_and_trailing_page_are_gone():
    laden = laden_jpeg()
    before = opened(laden)
    assert before.getexif().get_ifd(GPS)
    assert before.info["comment"] == b"CANARYCOMMENT"
    assert before.info["icc_profile"]
    clean_bytes = clean_picture(laden)
    after = opened(clean_bytes)
    assert sniff(clean_bytes) == "image/jpeg"
    assert after.format == "JPEG"
    assert after.size == (640, 480)
    assert not after.getexif()
    assert set(after.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    for canary in (b"CANARY", b"Exif", b"ICC_PROFILE", b"http", b"<script", b"TRAILING"):
        assert canary not in clean_bytes
    assert clean_bytes.endswith(b"\xff\xd9")
    assert close(after.getpixel((320, 240)), (180, 40, 40))


def test_texts_inside_a_png_are_gone():
    words = PngInfo()
    words.add_text("Comment", "CANARYTEXT")
    words.add_itxt("XML:com.adobe.xmp", "<x>CANARYXMP</x>")
    data = written(Image.new("RGB", (30, 30)), "PNG", pnginfo=words) + HTML
    assert b"CANARYTEXT" in data
    assert b"CANARY" not in clean_picture(data)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_orientation_ends_upright(orientation):
    upright = Image.new("RGB", (64, 32), "white")
    upright.paste((255, 0, 0), (0, 0, 16, 16))  # red at the top left
    stored_as = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}  # the Pillow transpose that undoes each one
    stored = upright if orientation == 1 else upright.transpose(Image.Transpose(stored_as[orientation]))
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    after = opened(clean_picture(written(stored, "JPEG", exif=exif, quality=95, subsampling=0)))
    assert after.size == (64, 32)
    assert close(after.getpixel((4, 4)), (255, 0, 0))
    assert close(after.getpixel((60, 28)), (255, 255, 255))


def test_unreadable_exif_does_not_cost_the_picture():
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    data = bytearray(written(Image.new("RGB", (64, 32)), "JPEG", exif=exif))
    at = data.index(b"Exif\0\0") + 6
    data[at : at + 8] = b"\xff" * 8
    assert opened(clean_picture(bytes(data))).size == (64, 32)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((2560, 100), (2560, 100)),
        ((2561, 100), (2560, 100)),
        ((5119, 70), (2560, 35)),
        ((7000, 3500), (2560, 1280)),
        ((300, 9000), (85, 2560)),
        ((1, 1), (1, 1)),
    ],
)
def test_the_long_side_ends_at_2560(form, size, expected):
    after = opened(clean_picture(written(Image.new("RGB", size, (10, 120, 200)), form)))
    assert after.size == pytest.approx(expected, abs=1)
    assert max(after.size) <= 2560
    assert close(after.getpixel((after.width // 2, after.height - 1)), (10, 120, 200))


def test_bands_join_without_a_seam():
    picture = Image.linear_gradient("L").resize((3000, 6000)).convert("RGB")
    after = opened(clean_picture(written(picture, "PNG")))
    expected = picture.resize(after.size)
    for row in range(0, after.height, 3):
        assert close(after.getpixel((500, row)), expected.getpixel((500, row)))


@pytest.mark.parametrize(
    ("mode", "colour", "expected"),
    [
        ("RGBA", (255, 0, 0, 0), (255, 255, 255)),
        ("RGBA", (255, 0, 0, 255), (255, 0, 0)),
        ("LA", (0, 0), (255, 255, 255)),
        ("L", 90, (90, 90, 90)),
        ("1", 1, (255, 255, 255)),
        ("I;16", 128 * 256, (128, 128, 128)),
    ],
)
def test_every_png_mode_is_drawn_on_white(mode, colour, expected):
    after = opened(clean_picture(written(Image.new(mode, (40, 40), colour), "PNG")))
    assert after.mode == "RGB"
    assert close(after.getpixel((20, 20)), expected)


def test_a_palette_with_a_transparent_colour_is_drawn_on_white():
    picture = Image.new("P", (20, 20), 0)
    picture.putpalette([255, 0, 0, 0, 255, 0])
    data = written(picture, "PNG", transparency=0)
    assert close(opened(clean_picture(data)).getpixel((5, 5)), (255, 255, 255))


def test_cmyk_and_moving_pictures_give_one_still():
    assert opened(clean_picture(written(Image.new("CMYK", (20, 20)), "JPEG"))).mode == "RGB"
    frames = [Image.new("RGB", (20, 20), colour) for colour in ("red", "green", "blue")]
    for form in ("PNG", "WEBP", "MPO"):
        after = opened(clean_picture(written(frames[0], form, save_all=True, append_images=frames[1:])))
        assert getattr(after, "n_frames", 1) == 1
        assert close(after.getpixel((10, 10)), (255, 0, 0))


def test_the_9000_by_9000_png_of_c19_is_refused():
    data = written(Image.new("1", (9000, 9000)), "PNG", compress_level=9)
    assert len(data) < 20_000
    with pytest.raises(BadMedia) as refused:
        clean("image", data)
    assert refused.value.reason == "too many pixels"


@pytest.mark.parametrize("size", [(6325, 6325), (9500, 9500), (40_000_001, 1), (2**31 - 1, 2**31 - 1)])
def test_too_many_pixels_are_refused_from_the_header(size):
    """The header alone: the rows it promises were never there."""
    small = written(Image.new("RGB", (1, 1)), "PNG")
    promise = b"IHDR" + struct.pack(">II", *size) + small[24:29]
    data = small[:12] + promise + struct.pack(">I", zlib.crc32(promise)) + small[33:]
    with pytest.raises(BadMedia) as refused:
        clean("image", data)
    assert refused.value.reason == "too many pixels"


@pytest.mark.parametrize(
    "data",
    [
        written(Image.new("RGB", (9, 9)), "GIF"),
        written(Image.new("RGB", (9, 9)), "BMP"),
        written(Image.new("RGB", (9, 9)), "TIFF"),
        written(Image.new("RGB", (9, 9)), "PDF"),
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"<!DOCTYPE html><img src=x onerror=alert(1)>",
        b"PK\x03\x04" + bytes(100),
        b"%!PS-Adobe-3.0 EPSF-3.0\n",
        b"",
    ],
    ids=["gif", "bmp", "tiff", "pdf", "svg", "html", "office", "postscript", "nothing"],
)
def test_other_types_are_refused(data):
    with pytest.raises(BadMedia) as refused:
        clean("image", data)
    assert refused.value.reason == "wrong type"


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_half_a_picture_is_broken(form):
    data = written(Image.effect_noise((200, 200), 40).convert("RGB"), form)
    with pytest.raises(BadMedia) as refused:
        clean("image", data[: len(data) // 2])
    assert refused.value.reason == "broken"


def test_one_type_in_the_clothes_of_another_is_refused():
    gif = written(Image.new("RGB", (9, 9)), "GIF")
    with pytest.raises(BadMedia):
        clean("image", b"\xff\xd8\xff" + gif)


SMALL = {form: written(Image.effect_noise((40, 40), 40).convert("RGB"), form) for form in ("JPEG", "PNG", "WEBP")}


@settings(deadline=None, max_examples=300)
@given(st.sampled_from(sorted(SMALL)), st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), max_size=8))
def test_a_picture_with_changed_bytes_is_clean_or_refused(form, changes):
    data = bytearray(SMALL[form])
    for place, value in changes:
        data[place % len(data)] = value
    with contextlib.suppress(BadMedia):
        assert sniff(clean("image", bytes(data)).content) == "image/jpeg"


def close(colour, expected):
    return all(abs(have - want) <= 8 for have, want in zip(colour, expected, strict=True))
