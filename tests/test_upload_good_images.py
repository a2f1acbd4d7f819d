"""ZIP files of images in one folder per class."""

from __future__ import annotations

from io import BytesIO

import numpy as np
import pytest
from PIL import Image
from upload_files import npz, picture, pictures, read, samples, zipped

from dann_core.domains.files.words import sentence


@pytest.mark.parametrize("prefix", ["", "all/", "all/images/"])
def test_zip_of_images(prefix: str) -> None:
    arrays = pictures(6, 10, 12)
    files = {f"{prefix}{('cat', 'dog')[i % 2]}/{i}.png": picture(a) for i, a in enumerate(arrays)}
    files |= {"__MACOSX/cat/._0.png": b"junk", f"{prefix}cat/.DS_Store": b"junk", f"{prefix}readme.txt": b"hello"}
    read = samples("pets.zip", zipped(files))
    np.testing.assert_array_equal(read.x[:, 0], [arrays[i] for i in (0, 2, 4, 1, 3, 5)])
    assert read.y.tolist() == ["cat"] * 3 + ["dog"] * 3


def test_zip_of_every_image_format() -> None:
    grey, colour = pictures(1, 20, 20)[0], pictures(1, 20, 20, 3)[0]
    deep = Image.fromarray(np.arange(400, dtype=np.uint16).reshape(20, 20) * 160)
    stream = BytesIO()
    deep.save(stream, "PNG")
    frames = [Image.fromarray(a) for a in pictures(2, 20, 20)]
    moving = BytesIO()
    frames[0].save(moving, "GIF", save_all=True, append_images=frames[1:])
    alpha = np.dstack([colour, np.full((20, 20), 99, np.uint8)])
    files = {
        "a/0.jpg": picture(grey, "JPEG"),
        "a/1.BMP": picture(colour, "BMP"),
        "a/2.webp": picture(colour, "WEBP", lossless=True),
        "b/3.png": stream.getvalue(),
        "b/4.gif": moving.getvalue(),
        "b/5.png": picture(alpha),
    }
    x = samples("mixed.zip", zipped(files)).x
    assert x.shape == (6, 3, 20, 20)
    for i in (1, 2, 5):
        np.testing.assert_array_equal(x[i], colour.transpose(2, 0, 1))
    np.testing.assert_array_equal(x[3, 0], np.asarray(deep) >> 8)
    np.testing.assert_array_equal(x[4, 0], np.asarray(frames[0]))


def test_zip_of_differing_and_large_images() -> None:
    sizes = [(10, 20), (12, 20), (12, 24)]
    files = {f"{i % 2}/{i}.png": picture(np.full(size, 7, np.uint8)) for i, size in enumerate(sizes)}
    read = samples("a.zip", zipped(files))
    assert read.x.shape == (3, 1, 12, 20)
    assert read.y.tolist() == [0, 0, 1]
    assert [sentence(n) for n in read.notes] == ["images of 3 sizes were resized to 12 x 20"]
    large = samples(
        "b.zip", zipped({f"{i}/a.jpg": picture(np.full((300, 600, 3), 9, np.uint8), "JPEG") for i in (0, 1)})
    )
    assert large.x.shape == (2, 3, 64, 128)
    assert np.all(large.x == 9)


def test_images_are_brought_to_one_size_and_colour() -> None:
    files = {f"{i % 2}/{i}.png": picture(a) for i, a in enumerate(pictures(6, 16, 16))}
    target = ("colour.npz", npz(images=np.stack(pictures(5, 8, 8, 3)) / 255))
    made = read(("grey.zip", zipped(files)), target)
    pair = made.pair
    assert pair.source_x.shape == (6, 3, 8, 8)
    assert pair.target_x.shape == (5, 3, 8, 8)
    assert pair.source_x.dtype == pair.target_x.dtype == np.float32
    assert pair.source_x.max() <= 1
    notes = made.report.notes
    assert any("16 x 16 were resized to 8 x 8" in n for n in notes)
    assert any("three channels" in n for n in notes)
