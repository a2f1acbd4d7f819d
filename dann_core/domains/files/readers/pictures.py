"""Pictures of all of Pillow's formats: upright, 8 bits, grey or in colour."""

from __future__ import annotations

from io import BytesIO

import numpy as np
from PIL import Image

from dann_core.domains.files.contents import Item
from dann_core.domains.files.errors import megabytes, refusal
from dann_core.domains.files.limits import MAX_IMAGE_BYTES, MAX_IMAGE_PIXELS
from dann_core.domains.files.pixels import capped
from dann_core.domains.files.readers.opening import Opening, Request
from dann_core.language import say

Image.init()
# Those are read by other programs (Ghostscript) or by nothing that is here.
_OTHERS = {"EPS", "WMF", "BUFR", "GRIB", "HDF5", "MPEG", "FPX", "MIC"}
# The usual ones are tried first.
FORMATS = ["PNG", "JPEG", "TIFF", "BMP", "GIF", "WEBP", "PPM"]
FORMATS += sorted(set(Image.OPEN) - _OTHERS - set(FORMATS))
ENDINGS = {ending for ending, kind in Image.registered_extensions().items() if kind in FORMATS}
_ORIENTATION = 0x0112  # of EXIF
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_LYING = (5, 6, 7, 8)
_GREY = ("1", "L", "LA", "La", "I", "F")


def open_picture(request: Request) -> Opening:
    """One picture, by its header; it has no name but that of its file."""
    image = _opened(request.file, request.data)
    turn = _turn(image)
    height, width = (image.width, image.height) if turn in _LYING else (image.height, image.width)
    height, width = capped(height, width)
    mode = "L" if _is_grey(image) else "RGB"
    item = Item((), "picture", (height, width, Image.getmodebands(mode)), "uint8")
    return Opening(
        say("{format} picture", format=image.format), [item], lambda _: _pixels(image, turn, mode, (width, height))
    )


def _opened(file: str, data: bytes) -> Image.Image:
    if len(data) > MAX_IMAGE_BYTES:
        text = say("the image is larger than {most}; save it smaller", most=megabytes(MAX_IMAGE_BYTES))
        raise refusal(file, text)
    try:
        image = Image.open(BytesIO(data), formats=FORMATS)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _too_many_pixels(file) from None
    except Image.UnidentifiedImageError:
        raise refusal(file, say("this is no picture that can be read; save it as PNG or JPEG")) from None
    if image.width * image.height > MAX_IMAGE_PIXELS:
        raise _too_many_pixels(file)
    return image


def _too_many_pixels(file: str) -> Exception:
    return refusal(file, say("the image has more than {most:,} pixels; save it smaller", most=MAX_IMAGE_PIXELS))


def _is_grey(image: Image.Image) -> bool:
    return image.mode in _GREY or image.mode.startswith("I;16")


def _turn(image: Image.Image) -> int:
    """How EXIF says that the picture was held, 1 to 8; of a PNG by its header, since Pillow would decode all of it."""
    if image.format == "PNG" and "exif" not in image.info:
        return 1
    return image.getexif().get(_ORIENTATION, 1)


def _pixels(image: Image.Image, turn: int, mode: str, size: tuple[int, int]) -> np.ndarray:
    # A JPEG can be decoded at a fraction of its size, which is most of the work saved.
    image.draft(mode, (max(size), max(size)))
    image = _eight_bits(image)
    if turn in _TURNS:
        image = image.transpose(_TURNS[turn])
    image = image.convert(mode)
    if image.size != size:
        image = image.resize(size, Image.Resampling.BILINEAR)
    return np.asarray(image).reshape(size[1], size[0], -1)


def _eight_bits(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I"):
        # Pillow clips 16-bit grey at 255; the upper byte is the picture.
        pixels = (np.asarray(image) >> 8).clip(0, 255)
    elif image.mode == "F":
        pixels = np.nan_to_num(np.asarray(image))
        pixels = (pixels * (255 if pixels.max() <= 1 else 1)).clip(0, 255)
    else:
        return image
    return Image.fromarray(pixels.astype(np.uint8))
