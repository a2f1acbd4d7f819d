"""Real files, built in memory, for the tests of uploads."""

from __future__ import annotations

import zipfile
from io import BytesIO

import h5py
import numpy as np
from in_chinese import in_chinese
from PIL import Image
from scipy.io import savemat

from dann_core.domains.files import Asked, ReadPair, Remembered, Role, Samples, guess, open_file, read_pair
from dann_core.domains.files.carry_out import carried_out


def npz(**arrays: np.ndarray) -> bytes:
    stream = BytesIO()
    np.savez_compressed(stream, **arrays)
    return stream.getvalue()


def mat5(compressed: bool = False, **arrays: object) -> bytes:
    stream = BytesIO()
    savemat(stream, arrays, do_compression=compressed)
    return stream.getvalue()


def mat73(**arrays: np.ndarray) -> bytes:
    """As MATLAB writes it: a text header before the HDF5 content and all sides in reverse order."""
    stream = BytesIO()
    with h5py.File(stream, "w", userblock_size=512) as root:
        for name, array in arrays.items():
            root[name] = np.asarray(array).T
            root[name].attrs["MATLAB_class"] = np.bytes_(array.dtype.name.replace("float64", "double"))
    return b"MATLAB 7.3 MAT-file".ljust(512) + stream.getvalue()[512:]


def hdf5(**arrays: np.ndarray) -> bytes:
    stream = BytesIO()
    with h5py.File(stream, "w") as root:
        for name, array in arrays.items():
            root[name] = array
    return stream.getvalue()


def zipped(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return stream.getvalue()


def picture(array: np.ndarray, kind: str = "PNG", **options: object) -> bytes:
    stream = BytesIO()
    Image.fromarray(array).save(stream, kind, **options)
    return stream.getvalue()


def pictures(n: int, *shape: int, seed: int = 0) -> list[np.ndarray]:
    return list(np.random.default_rng(seed).integers(0, 256, (n, *shape), dtype=np.uint8))


def vectors(n: int = 30, features: int = 4, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    return np.random.default_rng(seed).standard_normal((n, features)), np.arange(n) % 3


def csv(rows: list[str], header: str = "a,b,label", ending: str = "\n") -> bytes:
    return ending.join([header, *rows]).encode()


def opened(name: str, data: bytes) -> Remembered:
    return Remembered(open_file(name, data))


def samples(name: str, data: bytes, role: Role = "source", /, **asked: object) -> Samples:
    """One file's samples, read as this domain with the file on both sides; labels=None: read without."""
    asked = {part: "none" if part == "labels" and value is None else value for part, value in asked.items()}
    contents = opened(name, data)
    plan = guess(contents, contents, Asked(**asked)).plan
    return carried_out(contents, plan.source if role == "source" else plan.target, plan)


def read(source: tuple[str, bytes], target: tuple[str, bytes], **asked: object) -> ReadPair:
    """Two files as a pair, as the page and the command line read them."""
    asked = Asked(**asked)
    contents = opened(*source), opened(*target)
    guessed = guess(*contents, asked)
    made = read_pair(*contents, guessed.plan, match=asked.match, notes=guessed.notes)
    for note in made.report.notes:
        in_chinese(note)
    return made
