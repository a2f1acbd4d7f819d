"""ZIP archives of images, one folder per class."""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections import Counter
from dataclasses import dataclass
from io import BytesIO

import numpy as np
from PIL import Image

from dann_core.domains.files.archives import entry_path, open_archive, read_entry
from dann_core.domains.files.arrange import arrange
from dann_core.domains.files.errors import UploadError, by, count, megabytes, quoted, reason, refusal
from dann_core.domains.files.labels import clean_labels
from dann_core.domains.files.limits import (
    MAX_ARRAY_BYTES,
    MAX_IMAGE_BYTES,
    MAX_IMAGE_PIXELS,
    MAX_IMAGE_SIDE,
    MAX_TOTAL_PIXELS,
)
from dann_core.domains.files.pixels import capped
from dann_core.domains.files.tables import FOLDERS, Choice, Entry, Samples, Table

_ENDINGS = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp")
_FORMATS = ("PNG", "JPEG", "BMP", "GIF", "WEBP")
_ARCHIVES = (".zip", ".tar", ".gz", ".tgz", ".7z", ".rar", ".bz2", ".xz")
_SYSTEM_FILES = (".ds_store", "thumbs.db", "desktop.ini")
_GREY = ("1", "L", "LA", "I", "I;16", "I;16B")
_BROKEN = (OSError, SyntaxError, ValueError, EOFError, IndexError, KeyError, TypeError, struct.error, zlib.error)
_BROKEN += (OverflowError, MemoryError)


@dataclass(frozen=True)
class _Picture:
    info: zipfile.ZipInfo
    folder: str  # "" outside of class folders


def inspect_images(file: str, data: bytes) -> Table:
    """The class folders of an archive and how many images are in each; nothing is decoded."""
    pictures, _ = _pictures(file, open_archive(file, data)[1])
    folders = Counter(p.folder for p in pictures)
    labelled = "" not in folders
    return Table(
        file=file,
        format="zip",
        entries=tuple(Entry(folder, (n,), "images") for folder, n in sorted(folders.items())),
        data_options=(),
        label_options=(FOLDERS,) if labelled else (),
        guess=Choice(labels=FOLDERS if labelled else None),
        data=data,
    )


def read_images(table: Table, choice: Choice) -> Samples:
    """All images of the archive in one size and colour mode, `(N, C, H, W)` uint8; folders become labels."""
    file = table.file
    archive, infos = open_archive(file, table.data)
    pictures, left_out = _pictures(file, infos)
    y = None if choice.labels is None else _folder_labels(file, choice.labels, pictures)
    pixels, notes = _decode_all(file, archive, pictures)
    x, more = arrange(file, "images", pixels, len(pixels), "images" if choice.kind == "auto" else choice.kind)
    if left_out:
        notes += (f"{count(left_out, 'file is', 'files are')} no image and left out",)
    return Samples(file, x, y, notes=notes + more)


def _pictures(file: str, infos: list[zipfile.ZipInfo]) -> tuple[list[_Picture], int]:
    """The images with the folder of their class, in the order of their paths, and how many files are none."""
    found: list[tuple[tuple[str, ...], zipfile.ZipInfo]] = []
    left_out = 0
    for info in infos:
        path = entry_path(info)
        if "__MACOSX" in path.parts or path.name.startswith("._") or path.name.lower() in _SYSTEM_FILES:
            continue
        ending = path.suffix.lower()
        if ending in _ARCHIVES:
            place = f"entry {quoted(info.filename)}"
            raise refusal(file, "an archive inside the archive is not opened; unpack it first", place)
        if ending in _ENDINGS:
            found.append((path.parts, info))
        else:
            left_out += 1
    if not found:
        raise refusal(
            file, f"there is no image in it ({', '.join(_ENDINGS)} are read); pack one folder of images per class"
        )
    found.sort(key=lambda f: f[0])
    common = _common_folders([parts[:-1] for parts, _ in found])
    return [_Picture(info, parts[common] if len(parts) > common + 1 else "") for parts, info in found], left_out


def _common_folders(folders: list[tuple[str, ...]]) -> int:
    """How many folders all images have in common: what is packed around the class folders."""
    first, last = min(folders), max(folders)
    return next((i for i, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), min(len(first), len(last)))


def _folder_labels(file: str, labels: str, pictures: list[_Picture]) -> np.ndarray:
    if labels != FOLDERS:
        raise refusal(file, f"the labels of images are their {FOLDERS}, not {quoted(labels)}; choose these or none")
    stray = next((p for p in pictures if not p.folder), None)
    if stray:
        place = f"entry {quoted(stray.info.filename)}"
        raise refusal(file, "the image is in no class folder; pack one folder per class or choose no labels", place)
    return clean_labels(file, FOLDERS, np.array([p.folder for p in pictures]))


def _decode_all(file: str, archive: zipfile.ZipFile, pictures: list[_Picture]) -> tuple[np.ndarray, tuple[str, ...]]:
    """All images as `(N, C, H, W)` uint8: the median size, in colour if one of them is."""
    sizes, modes = _headers(file, archive, pictures)
    height, width = capped(*(int(n) for n in np.median(sizes, axis=0)))
    mode = "L" if modes <= set(_GREY) else "RGB"
    channels = Image.getmodebands(mode)
    nbytes = len(pictures) * channels * height * width
    if nbytes > MAX_ARRAY_BYTES:
        text = f"{len(pictures):,} images of {by((height, width))} take {megabytes(nbytes)}, more than "
        raise refusal(file, f"{text}{megabytes(MAX_ARRAY_BYTES)}; pack fewer or smaller images")
    pixels = np.empty((len(pictures), height, width, channels), np.uint8)
    for i, picture in enumerate(pictures):
        pixels[i] = _decode(file, archive, picture.info, mode, (width, height)).reshape(height, width, channels)
    return pixels.transpose(0, 3, 1, 2), _size_notes(sizes, (height, width))


def _size_notes(sizes: np.ndarray, size: tuple[int, int]) -> tuple[str, ...]:
    different = np.unique(sizes, axis=0)
    if len(different) > 1:
        return (f"images of {len(different):,} sizes were resized to {by(size)}",)
    if tuple(different[0]) != size:
        return (f"images of {by(different[0])} were brought to {by(size)} (at most {MAX_IMAGE_SIDE} a side)",)
    return ()


def _headers(file: str, archive: zipfile.ZipFile, pictures: list[_Picture]) -> tuple[np.ndarray, set[str]]:
    """`(N, 2)` heights and widths and all colour modes, without decoding a pixel."""
    sizes, modes, total = [], set(), 0
    for picture in pictures:
        image = _opened(file, archive, picture.info)
        total += image.width * image.height
        if total > MAX_TOTAL_PIXELS:
            text = f"the images have more than {MAX_TOTAL_PIXELS:,} pixels in all; pack fewer or smaller images"
            raise refusal(file, text)
        sizes.append((image.height, image.width))
        modes.add(image.mode)
    return np.array(sizes), modes


def _opened(file: str, archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Image.Image:
    place = f"entry {quoted(info.filename)}"
    if info.file_size > MAX_IMAGE_BYTES:
        raise refusal(file, f"the image is larger than {megabytes(MAX_IMAGE_BYTES)}; save it smaller", place)
    data = read_entry(file, archive, info)
    try:
        image = Image.open(BytesIO(data), formats=_FORMATS)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _too_many_pixels(file, place) from None
    except _BROKEN:
        raise refusal(file, "this is no image that can be read; save it as PNG or JPEG", place) from None
    if image.width * image.height > MAX_IMAGE_PIXELS:
        raise _too_many_pixels(file, place)
    return image


def _too_many_pixels(file: str, place: str) -> UploadError:
    return refusal(file, f"the image has more than {MAX_IMAGE_PIXELS:,} pixels; save it smaller", place)


def _decode(file: str, archive: zipfile.ZipFile, info: zipfile.ZipInfo, mode: str, size: tuple[int, int]) -> np.ndarray:
    image = _opened(file, archive, info)
    try:
        # A JPEG can be decoded at a fraction of its size, which is most of the work saved.
        image.draft(mode, size)
        if image.mode.startswith("I"):
            # Pillow clips 16-bit grey at 255; the upper byte is the picture.
            image = Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))
        image = image.convert(mode)
        if image.size != size:
            image = image.resize(size, Image.Resampling.BILINEAR)
        return np.asarray(image)
    except _BROKEN as error:
        place = f"entry {quoted(info.filename)}"
        raise refusal(file, f"the image is damaged or cut off ({reason(error)}); save it again", place) from None
