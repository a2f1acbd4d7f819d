"""Files of all formats with damage: bytes flipped, cut, repeated, exchanged, sizes forged; a seed decides it all."""

from __future__ import annotations

import gzip
import random
import re
import struct
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import h5py
import numpy as np
import pandas as pd
import scipy.sparse
from PIL import Image
from scipy.io import savemat, wavfile
from sklearn.datasets import dump_svmlight_file

SAMPLES = Path(__file__).parents[1] / "assets" / "samples"

PICTURES = {"jpg": "JPEG", "tif": "TIFF", "jp2": "JPEG2000"}
PICTURES |= {kind.lower(): kind for kind in ("PNG", "GIF", "BMP", "WebP", "PPM", "TGA", "PCX", "ICO", "SGI", "DDS")}

Files = dict[str, bytes]


def _written(write: Callable[[BytesIO], object]) -> bytes:
    stream = BytesIO()
    write(stream)
    return stream.getvalue()


def originals() -> Files:
    """Small good files of every format, by a name each; the project's samples among them."""
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(20, 4)), np.arange(20) % 3
    names = np.array(["ash", "oak", "red elm"])[y]
    frame = pd.DataFrame(x, columns=list("abcd")).assign(kind=names, n=y)
    frame.loc[3, "a"] = np.nan
    text = frame.to_csv(index=False)
    files = _tables(frame, text) | _arrays(x, y, names) | _pictures(rng)
    small = {name: data for name, data in files.items() if len(data) < 9_000}
    files["all.zip"] = _zip({f"set/{i}/{name}": data for i, (name, data) in enumerate(small.items())})
    files |= {path.name: path.read_bytes() for path in sorted(SAMPLES.iterdir()) if "_source" in path.name}
    return files


def _tables(frame: pd.DataFrame, text: str) -> Files:
    attributes = "".join(f"@attribute {name} real\n" for name in "abcd")
    arff = f"@relation a\n{attributes}@attribute kind {{ash,oak,'red elm'}}\n@attribute n integer\n@data\n"
    rows = text.partition("\n")[2]
    return {
        "comma.csv": text.encode(),
        "plain.csv": rows.encode(),
        "semicolon.csv": text.replace(",", ";").replace(".", ",").encode(),
        "wide.csv": text.encode("utf-16"),
        "national.csv": text.replace("ash", "正常").encode("gbk"),
        "blank.txt": frame[list("abcd")].to_string(index=False, header=False).encode(),
        "packed.csv.gz": gzip.compress(text.encode(), mtime=0),
        "a.arff": (arff + rows.replace("red elm", "'red elm'")).encode(),
        "a.parquet": frame.to_parquet(),
        "a.xlsx": _undated(_written(lambda s: frame.to_excel(s, index=False))),
        "svm.txt": _written(lambda s: dump_svmlight_file(frame[list("bcd")], frame.n, s)),
    }


def _undated(workbook: bytes) -> bytes:
    """A workbook without the time at which it was written."""
    with zipfile.ZipFile(BytesIO(workbook)) as packed:
        parts = {name: packed.read(name) for name in packed.namelist()}
    return _zip({name: re.sub(rb"20..-..-..T..:..:..Z", b"2000-01-01T00:00:00Z", data) for name, data in parts.items()})


def _arrays(x: np.ndarray, y: np.ndarray, names: np.ndarray) -> Files:
    matrix = scipy.sparse.csc_matrix(np.maximum(x, 0))
    cells = np.empty((len(names), 1), object)
    cells[:, 0] = names
    variables = {"x": x, "y": y, "names": cells, "sparse": matrix, "s": {"gs": x, "deep": {"rate": 1.0}}, "t": "oak"}

    def hdf5(stream: BytesIO) -> None:
        with h5py.File(stream, "w", userblock_size=512) as root:
            root.create_dataset("x", data=x, chunks=(5, 4), compression="gzip")
            root.create_dataset("train/names", data=names.astype(object), dtype=h5py.string_dtype())
            root["train/fixed"] = names.astype("S")
            root["cells"] = np.array([[root["x"].ref, root["train/fixed"].ref]], dtype=h5py.ref_dtype)
            root["char"] = np.array([[104], [105]], np.uint16)
            root["char"].attrs["MATLAB_class"] = np.bytes_("char")
            group = root.create_group("sparse")
            group.attrs["MATLAB_sparse"] = np.uint64(len(x))
            group["data"], group["ir"], group["jc"] = matrix.data, matrix.indices, matrix.indptr

    packed = _written(hdf5)
    header = b"MATLAB 5.0 MAT-file".ljust(116)  # without the time
    return {
        "a.npy": _written(lambda s: np.save(s, x)),
        "a.npz": _written(lambda s: np.savez(s, x=x, y=y, names=names)),
        "packed.npz": _written(lambda s: np.savez_compressed(s, x=x, y=y)),
        "sparse.npz": _written(lambda s: scipy.sparse.save_npz(s, matrix)),
        "a.mat": header + _written(lambda s: savemat(s, variables))[116:],
        "packed.mat": header + _written(lambda s: savemat(s, variables, do_compression=True))[116:],
        "four.mat": _written(lambda s: savemat(s, {"x": x, "t": "oak"}, format="4")),
        "a.h5": packed[512:],
        "seven.mat": b"MATLAB 7.3 MAT-file".ljust(512) + packed[512:],
        "a.wav": _written(lambda s: wavfile.write(s, 8_000, (x * 1000).astype(np.int16))),
    }


def _pictures(rng: np.random.Generator) -> Files:
    image = Image.fromarray(rng.integers(0, 256, (20, 30, 3), dtype=np.uint8))
    files = {f"a.{ending}": _written(lambda s, k=kind: image.save(s, k)) for ending, kind in PICTURES.items()}
    for compression in ("tiff_lzw", "tiff_adobe_deflate", "jpeg"):
        files[f"{compression}.tif"] = _written(lambda s, c=compression: image.save(s, "TIFF", compression=c))
    wide = Image.fromarray(np.arange(600, dtype=np.uint16).reshape(20, 30))
    files["wide.png"] = _written(lambda s: wide.save(s, "PNG"))
    files["few.png"] = _written(lambda s: image.quantize(9).save(s, "PNG"))
    return files


def _zip(files: Files) -> bytes:
    def write(stream: BytesIO) -> None:
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in files.items():
                archive.writestr(zipfile.ZipInfo(name), data)

    return _written(write)


def mutant(files: Files, seed: int) -> tuple[str, bytes]:
    """One damaged file; now and then nonsense, or a good content under another name."""
    rng = random.Random(seed)
    name = rng.choice(sorted(files))
    data = bytearray(files[name])
    if rng.random() < 0.02:
        return name, rng.randbytes(rng.randrange(300))
    if rng.random() < 0.05:
        name = rng.choice(sorted(files))
    if rng.random() < 0.1 and name.endswith((".zip", ".npz")):
        held = rng.sample(sorted(files), 4)
        return name, _zip({f"{i}/{n}": mutant(files, 7 * seed + i + 1)[1] for i, n in enumerate(held)})
    for _ in range(rng.choice([1, 1, 1, 2, 4, 20])):
        rng.choice(_DAMAGE)(data, files, rng)
    return name, bytes(data)


def _place(data: bytearray, rng: random.Random) -> int:
    # Headers stand at the beginning or the end, so half of the damage goes there.
    n = max(len(data), 1)
    return rng.choice([rng.randrange(n), rng.randrange(min(600, n)), max(0, n - 1 - rng.randrange(200))])


def _flip(data: bytearray, files: Files, rng: random.Random) -> None:
    if data:
        data[_place(data, rng)] ^= 1 << rng.randrange(8)


def _cut(data: bytearray, files: Files, rng: random.Random) -> None:
    if rng.random() < 0.3:
        del data[_place(data, rng) :]


def _leave_out(data: bytearray, files: Files, rng: random.Random) -> None:
    at = _place(data, rng)
    del data[at : at + rng.randrange(1, 40)]


def _repeat(data: bytearray, files: Files, rng: random.Random) -> None:
    at = _place(data, rng)
    data[at:at] = data[at : at + rng.randrange(1, 40)] * rng.choice([1, 1, 50])


def _forge(data: bytearray, files: Files, rng: random.Random) -> None:
    number = rng.choice([0, 1, 0x7F, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF, 0x80000000, 2**62, 2**64 - 1])
    at, kind = _place(data, rng), rng.choice("BHIQ")
    number &= (1 << 8 * struct.calcsize(kind)) - 1
    data[at : at + struct.calcsize(kind)] = struct.pack(rng.choice("<>") + kind, number)


def _exchange(data: bytearray, files: Files, rng: random.Random) -> None:
    other = files[rng.choice(sorted(files))]
    at, of = _place(data, rng), rng.randrange(len(other))
    n = rng.randrange(1, 200)
    data[at : at + n] = other[of : of + n]


def _write_text(data: bytearray, files: Files, rng: random.Random) -> None:
    pieces = [b'"', b"'", b",", b";", b"\n", b"\0", b"../", b"nan", b"1e999", b"\xff\xfe", "é".encode(), b"{", b"@data"]
    at = _place(data, rng)
    data[at:at] = rng.choice(pieces) * rng.choice([1, 1, 1, 300])


_DAMAGE = (_flip, _flip, _flip, _cut, _leave_out, _repeat, _forge, _forge, _exchange, _write_text)
