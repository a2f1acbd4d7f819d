"""Small stand-ins of public data sets: the same files, names, arrays and sides, with few samples of made-up values."""

from __future__ import annotations

import gzip
from collections.abc import Iterable
from pathlib import Path

import h5py
import numpy as np
from PIL import Image
from scipy.io import savemat
from sklearn.datasets import dump_svmlight_file

RANDOM = np.random.default_rng


def placed(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def vibration(k: int, steps: int, seed: int) -> np.ndarray:
    """A noisy sine `(steps, 1)`, the faster the larger k."""
    noise = RANDOM(seed).normal(0, 0.3, steps)
    return (np.sin(2 * np.pi * (30 + 40 * k) * np.arange(steps) / 12_000) + noise)[:, None]


def vectors(y: np.ndarray, width: int, seed: int) -> np.ndarray:
    return RANDOM(seed).normal(size=(len(y), width)) + 2 * RANDOM(1).normal(size=(30, width))[y % 30]


def digits(y: np.ndarray, shape: tuple[int, ...], seed: int) -> np.ndarray:
    """Grey levels `(N, *shape)`, brighter in a place that depends on the class."""
    pixels = RANDOM(seed).integers(0, 120, (len(y), *shape))
    for k in np.unique(y):
        pixels[y == k, k : k + 4] += 120
    return pixels.astype(np.uint8)


def one_hot(y: np.ndarray) -> np.ndarray:
    return np.eye(10)[y]


# Machines


def cwru(root: Path) -> None:
    """`X105_DE_time` and the like, `(steps, 1)`; healthy ones have no base channel, and 99.mat holds 98 as well."""
    files = {
        "0hp": {"normal": 97, "inner": 105, "ball": 118, "outer": 130},
        "2hp": {"normal": 99, "inner": 107, "ball": 120, "outer": 132},
    }
    for load, numbers in files.items():
        for k, (state, number) in enumerate(numbers.items()):
            channels = ("DE", "FE") if state == "normal" else ("DE", "FE", "BA")
            held = {n: channels for n in ((98, 99) if number == 99 else (number,))}
            arrays = {f"X{n:03d}_{c}_time": vibration(k, 24_000, n) for n, of in held.items() for c in of}
            rpm = {f"X{number:03d}RPM": 1797.0}
            savemat(placed(root / "cwru" / load / state / f"{number}.mat"), arrays | rpm)


def cwru_named(root: Path) -> None:
    """Called by states and loads, in one folder a load."""
    for load, seed in (("0", 0), ("2", 50)):
        for k, state in enumerate(("Normal", "IR007", "B007", "OR007@6")):
            arrays = {f"X{97 + k:03d}_{c}_time": vibration(k, 24_000, seed + k) for c in ("DE", "FE")}
            savemat(placed(root / "cwru-named" / f"{load}hp" / f"{state}_{load}.mat"), arrays)


def mfpt(root: Path) -> None:
    """A struct `bearing` of `sr`, `gs`, `load` and `rate`."""
    states = {
        "1 - Three Baseline Conditions": "baseline_{}",
        "3 - Seven More Outer Race Fault Conditions": "OuterRaceFault_vload_{}",
        "4 - Seven Inner Race Fault Conditions": "InnerRaceFault_vload_{}",
    }
    for domain, numbers in (("light", (1, 2)), ("heavy", (3,))):
        for k, (folder, name) in enumerate(states.items()):
            for i in numbers:
                bearing = {"sr": 48828.0, "gs": vibration(k, 22_000, 10 * i + k), "load": 25.0 * i, "rate": 25.0}
                path = placed(root / "mfpt" / domain / folder / f"{name.format(i)}.mat")
                savemat(path, {"bearing": bearing})


def paderborn(root: Path) -> None:
    """A struct called like its file; its `Y(7)` is the struct whose Name is vibration_1."""
    rates = {"force": 1, "phase_current_1": 16, "phase_current_2": 16, "speed": 1, "temp_2_bearing_module": 0}
    rates |= {"torque": 1, "vibration_1": 16}
    for condition in ("N09_M07_F10", "N15_M07_F10"):
        for k, bearing in enumerate(("K001", "KA01", "KI01")):
            for i in (1, 2):
                name = f"{condition}_{bearing}_{i}"
                start = 10 * i + int(condition[1:3])
                channels = [
                    {"Name": n, "Type": "C", "Data": vibration(k, 1_000 * rate or 5, start).T, "Unit": "V"}
                    for n, rate in rates.items()
                ]
                times = [{"Name": "Time", "Raster": r, "Data": np.arange(16_000.0)[None]} for r in ("Host", "Mech")]
                held = {"Info": {"Version": 1.0}, "X": _structs(times), "Y": _structs(channels), "Description": "test"}
                savemat(placed(root / "paderborn" / condition / bearing / f"{name}.mat"), {name: held})


def _structs(values: list[dict[str, object]]) -> np.ndarray:
    """A MATLAB struct array `(1, n)`."""
    made = np.empty((1, len(values)), dtype=[(name, object) for name in values[0]])
    for i, value in enumerate(values):
        made[0, i] = tuple(value.values())
    return made


def xjtu(root: Path) -> None:
    """A CSV a minute, with a header and both directions."""
    header = "Horizontal_vibration_signals,Vertical_vibration_signals"
    for condition, bearings in (
        ("37.5Hz11kN", {"inner": "Bearing2_1", "outer": "Bearing2_2"}),
        ("40Hz10kN", {"inner": "Bearing3_3", "outer": "Bearing3_1"}),
    ):
        for k, (state, bearing) in enumerate(bearings.items()):
            for minute in (9, 10, 11):
                both = np.concatenate([vibration(k, 8_192, minute + s) for s in (0, len(condition))], axis=1)
                path = placed(root / "xjtu" / condition / state / bearing / f"{minute}.csv")
                np.savetxt(path, both, "%.6f", ",", header=header, comments="")


# Pictures


def _pictures(root: Path, names: Iterable[str], classes: Iterable[str], n: int, kind: str = "jpg") -> None:
    """`root/class/name.jpg`, in sides that differ."""
    names = list(names)
    for k, label in enumerate(classes):
        for i in range(n):
            random = RANDOM(100 * k + i)
            pixels = random.integers(0, 120, (40 + i, 48, 3)).astype(np.uint8)
            pixels[:, 8 * k : 8 * k + 8] += 130
            Image.fromarray(pixels).save(placed(root / label / f"{names[i]}.{kind}"))


def office31(root: Path) -> None:
    for domain, n in (("amazon", 8), ("webcam", 6)):
        names = [f"frame_{i:04d}" for i in range(1, n + 1)]
        _pictures(root / "Office-31" / domain / "images", names, ("back_pack", "bike", "mug"), n)


def office_home(root: Path) -> None:
    for domain, n in (("Art", 8), ("Real World", 6)):
        names = [f"{i:05d}" for i in range(1, n + 1)]
        _pictures(root / "OfficeHomeDataset_10072016" / domain, names, ("Alarm_Clock", "Backpack", "Batteries"), n)
    (root / "OfficeHomeDataset_10072016" / "ImageInfo.csv").write_text("Sno.,Domain,Category\n1,Art,Alarm_Clock\n")


def pacs(root: Path) -> None:
    for domain, n in (("art_painting", 5), ("cartoon", 5), ("photo", 8), ("sketch", 6)):
        kind = "png" if domain == "sketch" else "jpg"
        names = [f"{i}" if domain == "sketch" else f"pic_{i:03d}" for i in range(1, n + 1)]
        _pictures(root / "PACS" / "kfold" / domain, names, ("dog", "elephant", "giraffe"), n, kind)


# Features


def surf(root: Path) -> None:
    """Counts of 800 visual words, `fts` `(N, 800)` and `labels` `(N, 1)` from 1 to 10."""
    for domain, n in (("amazon", 80), ("webcam", 60)):
        y = np.arange(n) % 10
        counts = RANDOM(n).poisson(0.5 + (np.arange(800) % 10 == y[:, None]))
        path = placed(root / "surf" / f"{domain}_SURF_L10.mat")
        savemat(path, {"fts": counts.astype(np.float64), "labels": (y + 1.0)[:, None]})


def amazon(root: Path) -> None:
    """Counts of words; the last ones never occur in one of the domains. And 400 dense features a review."""
    for domain, n, words in (("books", 80, 500), ("dvd", 60, 497)):
        y = np.arange(n) % 2
        counts = RANDOM(n).poisson(0.1 + 0.3 * (np.arange(words) % 2 == y[:, None]))
        counts[0, -1] = 1
        dump_svmlight_file(
            counts, 2 * y - 1, str(placed(root / "amazon" / f"{domain}_train.svmlight")), zero_based=False
        )
        dense = vectors(y, 400, n)
        savemat(placed(root / "amazon" / f"{domain}_400.mat"), {"fts": dense, "labels": y[:, None].astype(np.uint8)})


def gas(root: Path) -> None:
    """`1;10.000000 1:15596.162100 2:1.868245 ... 128:-2.654529`; a batch need not hold all six gases."""
    for batch, n, classes in ((1, 60, 6), (3, 50, 5)):
        y = 1 + np.arange(n) % classes
        rows = vectors(y, 128, batch)
        lines = [
            f"{label};{10 * (1 + i % 5):.6f} " + " ".join(f"{j}:{v:.6f}" for j, v in enumerate(row, 1))
            for i, (label, row) in enumerate(zip(y.tolist(), rows.tolist(), strict=True))
        ]
        placed(root / "gas" / f"batch{batch}.dat").write_text("\n".join(lines) + "\n")


def har(root: Path) -> None:
    """Numbers in 16 characters each, no header; labels from 1 to 6 in a file of their own."""
    for part, n in (("train", 60), ("test", 48)):
        y = 1 + np.arange(n) % 6
        folder = root / "UCI HAR Dataset" / part
        signals = np.stack([vibration(k, 128, i)[:, 0] for i, k in enumerate(y.tolist())])
        np.savetxt(placed(folder / f"X_{part}.txt"), np.tanh(vectors(y, 561, n)), "%16.7e", "")
        np.savetxt(placed(folder / "Inertial Signals" / f"body_acc_x_{part}.txt"), signals, "%16.7e", "")
        np.savetxt(folder / f"y_{part}.txt", y, "%d")
        np.savetxt(folder / f"subject_{part}.txt", np.sort(1 + np.arange(n) % 7), "%d")


def cells(root: Path) -> None:
    """Counts of genes, a row a cell, with barcodes and cell types; in AnnData files the second has other order."""
    types = np.array(["alpha", "beta", "delta", "ductal"])
    for donor, n in (("human1", 60), ("human2", 48)):
        y = np.arange(n) % 4
        counts = RANDOM(n).poisson(0.3 + 2 * (np.arange(200) % 4 == y[:, None]))
        genes = [f"GENE{j}" for j in range(200)]
        lines = [",".join(["", "barcode", "assigned_cluster", *genes])]
        for i in range(n):
            lines.append(
                f"{donor}_lib1.final_cell_{i:04d},GATTACA{i:04d}-TT,{types[y[i]]}," + ",".join(map(str, counts[i]))
            )
        placed(root / "cells" / f"{donor}.csv").write_text("\n".join(lines) + "\n")
        with h5py.File(root / "cells" / f"{donor}.h5ad", "w") as file:
            turn = -1 if donor == "human2" else 1
            _annotated(file, counts[:, ::turn], {"cell_type": types[y]}, genes[::turn])
    y = np.arange(72) % 4
    counts = RANDOM(0).poisson(0.3 + 2 * (np.arange(200) % 4 == y[:, None]))
    about = {"cell_type": types[y], "tech": np.repeat(["celseq", "smartseq2", "smarter"], (32, 24, 16))}
    with h5py.File(root / "cells" / "pancreas.h5ad", "w") as file:
        _annotated(file, counts, about, [f"GENE{j}" for j in range(200)])


def _annotated(file: h5py.File, counts: np.ndarray, about: dict[str, np.ndarray], genes: list[str]) -> None:
    """AnnData: sparse rows, a table of the cells and one of the genes."""
    rows, columns = np.nonzero(counts)
    x = file.create_group("X")
    x.attrs["encoding-type"], x.attrs["shape"] = "csr_matrix", counts.shape
    x["data"], x["indices"] = counts[rows, columns].astype(np.float32), columns.astype(np.int32)
    x["indptr"] = np.searchsorted(rows, np.arange(len(counts) + 1)).astype(np.int32)
    for name, index in (("obs", [f"cell{i}" for i in range(len(counts))]), ("var", genes)):
        table = file.create_group(name)
        table.attrs["encoding-type"], table.attrs["_index"] = "dataframe", "_index"
        table["_index"] = np.array(index, dtype=object)
    for name, values in about.items():
        kind = file["obs"].create_group(name)
        kind.attrs["encoding-type"] = "categorical"
        categories, codes = np.unique(values, return_inverse=True)
        kind["categories"], kind["codes"] = categories.astype(object), codes.astype(np.int8)


# Digits


def mnist_usps_svhn(root: Path) -> None:
    """Keras' mnist.npz, usps.h5 with rows of 256 fractions, and SVHN `(32, 32, 3, N)`, whose 0 is called 10."""
    y = np.arange(60) % 10
    folder = root / "digits"
    placed(folder / "mnist.npz")
    held = {"x_train": digits(y, (28, 28), 0), "y_train": y.astype(np.uint8)}
    np.savez(folder / "mnist.npz", **held, x_test=held["x_train"][:20], y_test=held["y_train"][:20])
    with h5py.File(folder / "usps.h5", "w") as file:
        for part, n in (("train", 50), ("test", 20)):
            file[f"{part}/data"] = digits(y[:n], (16, 16), 1).reshape(n, 256).astype(np.float32) / 255
            file[f"{part}/target"] = y[:n]
    pixels = digits(y, (32, 32, 3), 2).transpose(1, 2, 3, 0)
    savemat(folder / "train_32x32.mat", {"X": pixels, "y": np.where(y == 0, 10, y).astype(np.uint8)[:, None]})
    with gzip.open(folder / "zip.train.gz", "wt") as file:
        np.savetxt(file, np.c_[y[:40], digits(y[:40], (16, 16), 3).reshape(40, 256) / 127.5 - 1], "%.4f")


def mnist_vs_usps(root: Path) -> None:
    """Both domains in one file, pixels by samples."""
    y = 1 + np.arange(80) % 10
    held = {"X_src": digits(y, (16, 16), 0).reshape(80, 256).T, "Y_src": y[:, None]}
    held |= {"X_tar": digits(y[:60], (16, 16), 1).reshape(60, 256).T, "Y_tar": y[:60, None]}
    savemat(placed(root / "digits" / "MNIST_vs_USPS.mat"), held)


def digit_five(root: Path) -> None:
    """One-hot or numbered labels, several sizes in one file, and cells in that of USPS."""
    y = np.arange(60) % 10
    folder = root / "Digit-Five"
    mnist = {"train_28": digits(y, (28, 28, 1), 0), "train_32": digits(y, (32, 32), 0), "label_train": one_hot(y)}
    mnist |= {"test_28": digits(y[:30], (28, 28, 1), 1), "test_32": digits(y[:30], (32, 32), 1)}
    savemat(placed(folder / "mnist_data.mat"), mnist | {"label_test": one_hot(y[:30])})
    held = {"train": digits(y, (28, 28, 3), 2), "label_train": one_hot(y)}
    savemat(folder / "mnistm_with_label.mat", held | {"test": held["train"][:30], "label_test": one_hot(y[:30])})
    held = {"train_data": digits(y, (32, 32, 3), 3), "train_label": y[:, None]}
    savemat(folder / "syn_number.mat", held | {"test_data": held["train_data"][:30], "test_label": y[:30, None]})
    dataset = np.empty((2, 2), dtype=object)
    for part, n in enumerate((50, 20)):
        dataset[part, 0] = digits(y[:n], (1, 28, 28), 4) / 255
        dataset[part, 1] = y[:n, None]
    savemat(folder / "usps_28x28.mat", {"dataset": dataset})


# EEG


def seed(root: Path) -> None:
    """Fifteen trials a file, 62 channels by steps, their feelings -1, 0 and 1 in a second file."""
    labels = np.array([1, 0, -1, -1, 0, 1, -1, 0, 1, 1, 0, -1, 0, 1, -1])
    folder = root / "SEED" / "Preprocessed_EEG"
    for file, name in (("1_20131027", "djc"), ("2_20140404", "jl")):
        trials = {}
        for i, label in enumerate(labels, 1):
            mixing = RANDOM(int(label) + 5).normal(size=(62, 1))
            trials[f"{name}_eeg{i}"] = mixing * vibration(label + 1, 1_000 + 50 * i, i + 20 * len(name))[:, 0]
        savemat(placed(folder / f"{file}.mat"), trials)
    savemat(folder / "label.mat", {"label": labels[None]})
