"""Pictures of all of Pillow's formats: upright, 8 bits, grey or in colour."""

from __future__ import annotations

from io import BytesIO

import numpy as np
from PIL import Image, ImageOps

from dann_core.domains.files.contents import Item
from dann_core.domains.files.errors import megabytes, refusal
from dann_core.domains.files.limits import MAX_IMAGE_BYTES, MAX_IMAGE_PIXELS
from dann_core.domains.files.pixels import capped
from dann_core.domains.files.readers.opening import Opening, Request

Image.init()
# Those are read by other programs (Ghostscript) or by nothing that is here.
FORMATS = sorted(set(Image.OPEN) - {"EPS", "WMF", "BUFR", "GRIB", "HDF5", "MPEG", "FPX", "MIC"})
ENDINGS = {ending for ending, kind in Image.registered_extensions().items() if kind in FORMATS}
_ORIENTATION = 0x0112  # of EXIF; from 5 on the picture lies on its side
_GREY = ("1", "L", "LA", "La", "I", "F")


def open_picture(request: Request) -> Opening:
    """One picture, by its header; it has no name but that of its file."""
    image = _opened(request.file, request.data)
    height, width = _upright(image)
    height, width = capped(height, width)
    channels = 1 if _is_grey(image) else 3
    item = Item((), "picture", (height, width, channels), "uint8")
    return Opening(f"{image.format} picture", [item], lambda _: _pixels(request.file, request.data))


def _opened(file: str, data: bytes) -> Image.Image:
    if len(data) > MAX_IMAGE_BYTES:
        raise refusal(file, f"the image is larger than {megabytes(MAX_IMAGE_BYTES)}; save it smaller")
    try:
        image = Image.open(BytesIO(data), formats=FORMATS)
        image.getexif()
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _too_many_pixels(file) from None
    except Image.UnidentifiedImageError:
        raise refusal(file, "this is no picture that can be read; save it as PNG or JPEG") from None
    if image.width * image.height > MAX_IMAGE_PIXELS:
        raise _too_many_pixels(file)
    return image


def _too_many_pixels(file: str) -> Exception:
    return refusal(file, f"the image has more than {MAX_IMAGE_PIXELS:,} pixels; save it smaller")


def _is_grey(image: Image.Image) -> bool:
    return image.mode in _GREY or image.mode.startswith("I;16")


def _upright(image: Image.Image) -> tuple[int, int]:
    lies = image.getexif().get(_ORIENTATION, 1) in (5, 6, 7, 8)
    return (image.width, image.height) if lies else (image.height, image.width)


def _pixels(file: str, data: bytes) -> np.ndarray:
    image = _opened(file, data)
    height, width = capped(*_upright(image))
    mode = "L" if _is_grey(image) else "RGB"
    # A JPEG can be decoded at a fraction of its size, which is most of the work saved.
    image.draft(mode, (max(height, width), max(height, width)))
    image = _eight_bits(ImageOps.exif_transpose(image)).convert(mode)
    if image.size != (width, height):
        image = image.resize((width, height), Image.Resampling.BILINEAR)
    return np.asarray(image).reshape(height, width, -1)


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
