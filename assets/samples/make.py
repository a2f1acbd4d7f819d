"""Makes the sample uploads of this folder: `python assets/samples/make.py`. The same files every time.

The data come with scikit-learn (wine, breast cancer, digits: all from the UCI repository); source and target
never share a row.
"""

from __future__ import annotations

import zipfile
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image
from scipy.io import savemat
from scipy.ndimage import grey_dilation
from sklearn.datasets import load_breast_cancer, load_digits, load_wine

HERE = Path(__file__).parent
SIDE = 16  # pixels
NPZ_IMAGES, ZIP_IMAGES = 300, 200  # per domain
MAGNIFICATION = 1.4  # of the second microscope
MAT_HEADER = b"MATLAB 5.0 MAT-file, DANN Explorer sample"


def halves(n: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Rows for source and target, shuffled."""
    order = np.random.default_rng(seed).permutation(n)
    return order[::2], order[1::2]


def wine() -> None:
    """CSV: the same wines' chemistry, measured in a second laboratory with its own gains and offsets."""
    bundle = load_wine(as_frame=True)
    x, rng = bundle.data, np.random.default_rng(1)
    gain = 1 + 0.15 * rng.standard_normal(x.shape[1])
    offset = 0.6 * x.std().to_numpy() * np.abs(rng.standard_normal(x.shape[1]))
    kind = bundle.target.map(lambda c: f"cultivar {c + 1}")
    source, target = halves(len(x), 0)
    for name, values, rows in (("source", x, source), ("target", x * gain + offset, target)):
        table = values.iloc[rows].assign(label=kind.iloc[rows])
        table.to_csv(HERE / f"wine_{name}.csv", index=False, float_format="%.4g", lineterminator="\n")


def cells() -> None:
    """MAT: cell nuclei under two microscopes; the second magnifies more, so lengths and areas are larger."""
    bundle = load_breast_cancer()
    power = np.array(
        [2 if "area" in n else 1 if "radius" in n or "perimeter" in n else 0 for n in bundle.feature_names]
    )
    source, target = halves(len(bundle.target), 0)
    for name, scale, rows in (("source", 1.0, source), ("target", MAGNIFICATION**power, target)):
        fts = (bundle.data[rows] * scale).astype(np.float32)
        labels = bundle.target[rows, None].astype(np.uint8) + 1
        stream = BytesIO()
        savemat(stream, {"fts": fts, "labels": labels}, do_compression=True)
        # SciPy writes the time into the text header.
        (HERE / f"cells_{name}.mat").write_bytes(MAT_HEADER.ljust(116) + stream.getvalue()[116:])


def digits() -> tuple[np.ndarray, np.ndarray]:
    """`(1797, 16, 16)` images, 0 to 255, and their digits."""
    bundle = load_digits()
    images = [Image.fromarray((d * 255 / 16).astype(np.uint8)) for d in bundle.images]
    return np.stack([np.asarray(i.resize((SIDE, SIDE), Image.Resampling.BICUBIC)) for i in images]), bundle.target


def faded_digits(x: np.ndarray, y: np.ndarray) -> None:
    """NPZ: digits, and other digits of low contrast in noise."""
    rng = np.random.default_rng(2)
    source, target = (rows[:NPZ_IMAGES] for rows in halves(len(y), 3))
    faded = 60 + 0.5 * x[target] + 18 * rng.standard_normal(x[target].shape)
    np.savez_compressed(HERE / "digits_source.npz", x=x[source], y=y[source])
    np.savez_compressed(HERE / "digits_target.npz", x=np.clip(faded, 0, 255).astype(np.uint8), y=y[target])


def thick_digits(x: np.ndarray, y: np.ndarray) -> None:
    """ZIP: digits in folders, and digits of a thick pen on grey paper without folders, so without labels."""
    source, target = (rows[:ZIP_IMAGES] for rows in halves(len(y), 4))
    thick = 50 + 0.6 * grey_dilation(x, size=(1, 4, 4))
    pack("pictures_source.zip", {f"{y[row]}/{i:03d}.png": x[row] for i, row in enumerate(source)})
    pack("pictures_target.zip", {f"{i:03d}.png": thick[row].astype(np.uint8) for i, row in enumerate(target)})


def pack(name: str, images: dict[str, np.ndarray]) -> None:
    """Write images as PNG files into a ZIP archive."""
    with zipfile.ZipFile(HERE / name, "w") as archive:
        for path, image in sorted(images.items()):
            stream = BytesIO()
            Image.fromarray(image).save(stream, "PNG", optimize=True)
            # A ZipInfo of its own carries a fixed date, so the archive is the same every time.
            archive.writestr(zipfile.ZipInfo(path), stream.getvalue())


if __name__ == "__main__":
    wine()
    cells()
    faded_digits(*digits())
    thick_digits(*digits())
