"""Pictures, archives and folders: upright, in grey or colour, found by their folders and names."""

from __future__ import annotations

import gzip
import zipfile
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from open_files import opened, refused, values
from PIL import Image
from upload_files import csv, npz, picture, pictures, vectors, zipped

from dann_core.domains.files.limits import MAX_IMAGE_SIDE
from dann_core.domains.files.opened import open_file

pytestmark = pytest.mark.usefixtures("nothing_is_written")

GREY = np.arange(12 * 20, dtype=np.uint8).reshape(12, 20)
COLOUR = pictures(1, 12, 20, 3)[0]


@pytest.mark.parametrize("kind", ["PNG", "PPM", "TIFF", "BMP", "WebP", "TGA", "PCX", "GIF", "ICO", "JPEG2000", "SGI"])
@pytest.mark.parametrize("array", [GREY, COLOUR], ids=["grey", "colour"])
def test_formats_of_pillow(kind: str, array: np.ndarray) -> None:
    options = {"WebP": {"lossless": True}, "ICO": {"sizes": [(20, 12)]}}.get(kind, {})
    data = picture(array, kind, **options)
    ending = {"JPEG2000": "jp2", "TIFF": "tif"}.get(kind, kind.lower())
    contents = open_file(f"a.{ending}", data)
    (item,) = contents.items
    (pixels,) = contents.load(contents.items)
    assert item.path == (f"a.{ending}",)
    assert (item.holds, item.shape, pixels.dtype) == ("picture", pixels.shape, np.uint8)
    expected = array.reshape(12, 20, -1)
    # Formats with a palette have at most 256 colours; WebP and icons keep grey as colour.
    np.testing.assert_allclose(pixels.mean(-1), expected.mean(-1), atol=60 if kind == "GIF" else 0.5)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "YCbCr", "LAB", "I;16", "I", "F"])
def test_colour_modes(mode: str) -> None:
    wide = mode in ("I;16", "I")
    stream = BytesIO()
    image = Image.fromarray(COLOUR).convert(mode) if not wide else Image.fromarray(GREY.astype(np.uint16) * 257)
    (image.convert("I") if mode == "I" else image).save(stream, "TIFF")
    pixels = opened("a.tif", stream.getvalue())["a.tif"]
    if wide:
        np.testing.assert_array_equal(pixels[..., 0], GREY)
    else:
        grey = mode in ("1", "L", "LA", "F")
        assert pixels.shape == (12, 20, 1 if grey else 3)
        expected = Image.fromarray(COLOUR).convert("L") if grey else Image.fromarray(COLOUR)
        assert abs(pixels.mean() - np.asarray(expected).mean()) < 12


def test_transparency_is_dropped() -> None:
    pixels = opened("a.png", picture(np.dstack([COLOUR, np.zeros((12, 20), np.uint8)])))["a.png"]
    np.testing.assert_array_equal(pixels, COLOUR)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("side", [20, 400])
def test_pictures_that_cameras_turned(orientation: int, side: int) -> None:
    upright = np.zeros((side, 2 * side, 3), np.uint8)
    upright[: side // 2, :side] = 250
    stored = Image.fromarray(upright)
    # What undoes the orientation of EXIF, done the other way round.
    undo = {2: "FLIP_LEFT_RIGHT", 3: "ROTATE_180", 4: "FLIP_TOP_BOTTOM", 5: "TRANSPOSE"}
    undo |= {6: "ROTATE_90", 7: "TRANSVERSE", 8: "ROTATE_270"}
    if orientation in undo:
        stored = stored.transpose(Image.Transpose[undo[orientation]])
    exif, stream = Image.Exif(), BytesIO()
    exif[0x0112] = orientation
    stored.save(stream, "JPEG", exif=exif.tobytes(), quality=95)
    contents = open_file("a.jpg", stream.getvalue())
    (pixels,) = contents.load(contents.items)
    height, width = pixels.shape[:2]
    assert contents.items[0].shape == pixels.shape
    assert (height, width) == ((20, 40) if side == 20 else (MAX_IMAGE_SIDE // 2, MAX_IMAGE_SIDE))
    corner = pixels[: height // 2 - 2, : width // 2 - 2].mean()
    assert corner > 230
    assert pixels[height // 2 + 2 :].mean() < 20


def test_an_archive_of_anything() -> None:
    x, y = vectors()
    contents = open_file(
        "a.zip",
        zipped(
            {
                "set/oak/1.png": picture(GREY),
                "set/ash/2": picture(COLOUR),
                "set/ash/.hidden.png": b"nothing",
                "set/Thumbs.db": b"nothing",
                "__MACOSX/set/._1.png": b"nothing",
                "arrays/run.npz": npz(x=x, y=y),
                "tables\\wood.csv": csv(["1,2,oak", "3,4,ash"]),
                "tables/packed.csv.gz": gzip.compress(csv(["1,2,oak", "3,4,ash"])),
                "readme.txt": b"a,b\n1\n2,3,4\n",
                "notes.md": b"# notes",
                "empty.csv": b"",
            }
        ),
    )
    assert [i.path for i in contents.items] == [
        ("arrays", "run.npz", "x"),
        ("arrays", "run.npz", "y"),
        ("set", "ash", "2"),
        ("set", "oak", "1.png"),
        *(("tables", "packed.csv.gz", name) for name in ("a", "b", "label")),
        *(("tables", "wood.csv", name) for name in ("a", "b", "label")),
    ]
    assert contents.items[-1].table == ("tables", "wood.csv")
    assert any(
        note.startswith("3 files are left out: 'empty.csv', 'notes.md', 'readme.txt'") for note in contents.notes
    )
    found = values(contents)
    np.testing.assert_array_equal(found["arrays/run.npz/x"], x)
    np.testing.assert_array_equal(found["set/ash/2"], COLOUR)
    np.testing.assert_array_equal(found["set/oak/1.png"][..., 0], GREY)
    assert found["tables/wood.csv/label"].tolist() == ["oak", "ash"]


def test_archives_that_are_refused() -> None:
    good = picture(GREY)
    refused("a.zip", zipped({}), "no file in it")
    refused("a.zip", zipped({"a/0.png": good, "b/1.png": picture(COLOUR)[:-40]}), "entry b/1.png", "damaged or cut off")
    refused("a.zip", zipped({"a/0.png": b"hello"}), "entry a/0.png", "no picture")
    refused("a.zip", zipped({"a/b.zip": zipped({"0.png": good})}), "entry a/b.zip", "inside the archive")
    refused("a.zip", zipped({"../0.png": good}), "leads out")
    refused("a.zip", zipped({"a/0.png": good}, zipfile.ZIP_BZIP2), "compression")
    # Pillow would read this too, but through Ghostscript, a program of its own.
    refused("a.eps", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n")


def test_a_folder_is_as_its_archive(tmp_path: Path) -> None:
    made = tmp_path / "set.made"
    files = {"oak/1.png": picture(GREY), "ash/2.png": picture(COLOUR), "labels.csv": csv(["1,2,oak"])}
    for name, content in files.items():
        (made / name).parent.mkdir(parents=True, exist_ok=True)
        (made / name).write_bytes(content)
    (made / "link.png").symlink_to(made / "oak/1.png")
    contents = open_file("set", made)
    packed = open_file("set.zip", zipped(files))
    assert (contents.format, packed.format) == ("folder", "ZIP")
    assert contents.items == packed.items
    assert contents.size == sum(map(len, files.values()))
    for name, array in values(packed).items():
        np.testing.assert_array_equal(values(contents)[name], array)
    before = contents.sha256
    (made / "oak/1.png").write_bytes(picture(GREY + 1))
    assert open_file("set", made).sha256 != before
    assert open_file("wine.csv", made / "labels.csv").items == open_file("a", files["labels.csv"]).items
    refused("gone", made / "gone", "cannot be opened")
