"""Photographs, made anew: what comes out was drawn by us, and holds nothing but the picture."""

import io
import warnings

from PIL import Image, ImageFile, ImageOps

from api.inspecting.refusing import BadFile, too_much, unreadable

MOST_PIXELS = 40_000_000
LONGEST_SIDE = 4096
"""Greatest width or height of what is kept, in pixels: the text of a scanned page stays legible."""

PREVIEW_SIDE = 360
FORMATS = ("JPEG", "PNG", "WEBP")
_QUALITY = 88


def redrawn(content: bytes) -> tuple[bytes, bytes]:
    """The picture as a JPEG without EXIF, turned upright, and a small one; raises BadFile."""
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            return _drawn(Image.open(io.BytesIO(content), formats=FORMATS))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _too_many_pixels() from None
    except BadFile:
        raise
    except MemoryError:
        raise too_much() from None
    except Exception:  # decoders fail in their own ways; the child has nothing to lose
        raise unreadable("图片已损坏，请重新拍摄或另存为 JPG、PNG 后再试") from None


def pixels_of(content: bytes) -> int:
    """How many pixels a picture's header speaks of: what trying to draw it costs, be it whole or
    broken. Nothing where the header is enough to refuse it.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            image = Image.open(io.BytesIO(content), formats=FORMATS)
    except Exception:  # as above
        return 0
    pixels = image.width * image.height
    return pixels if pixels <= MOST_PIXELS else 0


def _drawn(image: Image.Image) -> tuple[bytes, bytes]:
    if image.width * image.height > MOST_PIXELS:
        raise _too_many_pixels()
    image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))  # a JPEG is decoded no larger than needed
    image.load()
    image.thumbnail((LONGEST_SIDE, LONGEST_SIDE))  # first: what is turned and copied is smaller
    ImageOps.exif_transpose(image, in_place=True)
    plain = _opaque(image)
    small = plain.copy()
    small.thumbnail((PREVIEW_SIDE, PREVIEW_SIDE))
    return _jpeg(plain), _jpeg(small)


def _opaque(image: Image.Image) -> Image.Image:
    """On white where it was transparent; a new image, so that nothing of the old file is kept."""
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        image = image.convert("RGBA")
        white = Image.new("RGB", image.size, "white")
        white.paste(image, mask=image.getchannel("A"))
        return white
    drawn = Image.new("RGB", image.size)
    drawn.paste(image.convert("RGB"))
    return drawn


def _jpeg(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=_QUALITY, optimize=True)
    return out.getvalue()


def _too_many_pixels() -> BadFile:
    most = MOST_PIXELS // 10_000
    return BadFile("image_too_large", f"图片超过 {most:,} 万像素，请缩小后再试")
