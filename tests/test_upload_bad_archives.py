"""Archives of images that lead out, blow up or are none: each refused in one sentence."""

from __future__ import annotations

import struct
import zipfile
import zlib

import pytest
from upload_files import picture, pictures, zipped
from upload_refusals import MB, frugally, npy_header, refused

from dann_core.domains.files.limits import MAX_ENTRIES, MAX_FOLDER_DEPTH

pytestmark = pytest.mark.usefixtures("nothing_is_written")


@pytest.mark.parametrize("path", ["../evil.png", "a/../../evil.png", "/evil.png", "C:/evil.png", "..\\evil.png"])
def test_paths_that_lead_out(path: str) -> None:
    refused("a.zip", zipped({"a/0.png": b"", path: b"x"}), "entry", "evil.png", "leads out of the archive")
    refused("a.npz", zipped({path: b"x"}), "leads out of the archive")


def test_archives_are_bounded() -> None:
    good = picture(pictures(1, 30, 30)[0])
    frugally("a.zip", zipped({"a/0.png": bytes(100 * MB)}), "entry 'a/0.png'", "95 MB packed")
    frugally("a.npz", zipped({"x.npy": npy_header((12 * MB,)) + bytes(96 * MB)}), "entry 'x.npy'", "packed")
    many = zipped({f"a/{i}.png": bytes(15 * MB) for i in range(3)})
    frugally("a.zip", many, "unpack to 43 MB")
    deep = "/".join(["d"] * (MAX_FOLDER_DEPTH + 1)) + "/0.png"
    refused("a.zip", zipped({deep: b"x"}), "entry", "8 folders deep")
    refused("a.zip", zipped({"a/0.png": good, "a/inner.zip": b"x"}), "archive inside")
    refused("a.zip", zipped({"a/0.png": b"x"}, zipfile.ZIP_BZIP2), "entry 'a/0.png'", "compression")
    refused("a.zip", zipped({"a/0.txt": b"x"}), "there is no file in it that can be read")
    refused("a.zip", zipped({}), "there is no file in it that can be read")
    refused("a.zip", zipped({"a.png": b"x"}).replace(b"a.png", b"\0.png"), "save it again")
    refused("a.zip", zipped({"a/0.png": b"x" * 999})[:80], "damaged or cut off")


def test_too_many_entries_are_counted_before_the_archive_is_opened() -> None:
    one = zipped({"a": b""})
    at = one.index(b"PK\x01\x02")
    record, end = one[at : one.index(b"PK\x05\x06")], one[one.index(b"PK\x05\x06") :]
    size = struct.pack("<I", len(record) * (MAX_ENTRIES + 1))
    frugally("a.zip", one[:at] + record * (MAX_ENTRIES + 1) + end[:12] + size + end[16:], "50,001 entries")


def test_encrypted_and_lying_entries() -> None:
    data = bytearray(zipped({"a/0.png": b"x" * 50}, zipfile.ZIP_STORED))
    at = data.index(b"PK\x01\x02")
    refused("a.zip", bytes(data[: at + 8]) + b"\x01" + bytes(data[at + 9 :]), "entry 'a/0.png'", "encrypted")
    data[at + 24 : at + 28] = struct.pack("<I", 10 * MB)
    refused("a.zip", bytes(data), "entry 'a/0.png'", "damaged")


def png_of(width: int, height: int) -> bytes:
    """A PNG file that declares this size in a few bytes."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(100))) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("side", [20_000, 2**30])
@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
def test_image_bombs(side: int) -> None:
    frugally("a.zip", zipped({"a/0.png": png_of(side, side)}), "entry a/0.png", "40,000,000 pixels")


def test_images_that_are_none() -> None:
    good = picture(pictures(1, 30, 30)[0])
    for bad in (b"", b"hello", b"MZ\x90\0", good[:10]):
        refused("a.zip", zipped({"a/0.png": good, "b/1.png": bad}), "b/1.png")
    # Pillow would read this too, but through Ghostscript, a program of its own.
    refused("a.zip", zipped({"a/0.png": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n"}), "a/0.png")
    stray = {"a/0.png": good, "1.png": good}
    refused("a.zip", zipped(stray), "entry '1.png'", "no class folder", labels="folder names")
    refused("a.zip", zipped({"a/0.png": good, "b/1.png": good}), "'klass'", labels="klass")


# Pairs
