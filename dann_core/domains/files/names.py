"""What people call things: samples, labels, domains, row numbers and the folders that are no classes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from dann_core.domains.files.contents import Item
from dann_core.domains.files.samples import Role

_DATA = {"x", "data", "images", "image", "imgs", "img", "features", "feature", "feat", "feats", "fts", "feas", "fea"}
_DATA |= {"samples", "signals", "signal", "inputs", "input", "array", "xtrain", "xtest", "windows"}
_LABELS = {"label", "labels", "labs", "lab", "gnd", "gt", "target", "targets", "class", "classes", "ytrain", "ytest"}
_LABELS |= {"category", "species", "groundtruth", "truth", "klasse", "clase", "classe", "kategorie", "categoria"}
_LABELS_ALONE = {"activity", "fault", "diagnosis", "类别", "标签", "类型", "类", "标注"}
"""Names of labels where nothing else is in the name: `activity_level` may be a measurement."""
_LETTER = "y"
_ROLES: dict[Role, set[str]] = {
    "source": {"src", "source", "s", "xs", "ys"},
    "target": {"tar", "tgt", "trg", "target", "t", "xt", "yt"},
}
_SPLITS = {"train", "training", "val", "valid", "validation", "test", "testing", "dev", "eval", "fold", "split"}
_NEUTRAL = {"images", "image", "img", "imgs", "data", "dataset", "datasets", "pictures", "photos", "png", "jpg", "jpeg"}
_NEUTRAL |= {"frames", "signals", "recordings", "raw", "files", "all", "mat", "csv", "npy", "wav", "audio"}
_FEATURES = {"feature", "features", "column", "columns", "variable", "variables", "gene", "genes", "attributes"}
_IDENTIFIERS = {"id", "ids", "uuid", "guid", "idx", "user", "subject", "patient", "participant", "person", "filename"}
_IDENTIFIERS |= {"file", "path", "timestamp", "date", "datetime", "rownames", "rowid", "barcode"}
_IDENTIFIERS |= {"split", "subset", "fold", "partition", "usage"}
_TIMES = {
    "time",
    "times",
    "t",
    "timestamp",
    "timestamps",
    "ts",
    "seconds",
    "elapsed",
    "datetime",
    "date",
    "clock",
    "时间",
}
_NO_CLASSES = {
    "sex",
    "gender",
    "city",
    "country",
    "region",
    "unit",
    "units",
    "month",
    "weekday",
    "day",
    "sensor",
    "device",
}
_ROW_NUMBERS = {"", "unnamed: 0", "index", "row", "level_0"}
_DATA_ENDINGS = (".mat", ".csv", ".tsv", ".txt", ".npy", ".npz", ".h5", ".hdf5", ".wav", ".flac", ".parquet", ".xlsx")
_DATA_ENDINGS += (".xls", ".arff", ".svm", ".dat", ".libsvm", ".gz")


def parts_of(name: str) -> list[str]:
    """The words of a name in lower case, however they are joined: `yTrain_src` is y, train, src."""
    return [word.lower() for word in re.findall(r"[^\W\d_]*?[a-z](?=[A-Z])|[^\W\d_]+|\d+", name)]


def last_of(item: Item) -> str:
    """What an item itself is called, without where it stands and without its file's ending."""
    return without_ending(item.path[-1]) if item.path else ""


def without_ending(name: str) -> str:
    """The name of a file without the endings that data files have."""
    for ending in _DATA_ENDINGS:
        if name.lower().endswith(ending):
            return without_ending(name[: -len(ending)])
    return name


def file_of(item: Item) -> tuple[str, ...]:
    """The way to the file inside an archive or folder that holds the item; () where the upload is that file."""
    path = item.table if item.table is not None else item.path
    for i, part in enumerate(path, 1):
        if part.lower().endswith(_DATA_ENDINGS):
            return path[:i]
    return ()


def natural(path: Sequence[str]) -> list[tuple[int, int, str]]:
    """A key that sorts `trial 2` before `trial 10`."""
    parts = re.findall(r"\d+|\D+", "/".join(path))
    return [(0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts]


def is_data_name(name: str) -> bool:
    """Whether it says that samples are in it."""
    return bool(_DATA & {*parts_of(name), name.lower()} or (role_of(name) and name.lower()[:1] == "x"))


def is_label_name(name: str, beside: Iterable[str] = ()) -> bool:
    """Whether it says that labels are in it; `y` beside `x` and `z` is an axis."""
    words = parts_of(name)
    if words and set(words) & _LABELS_ALONE and set(words) <= _LABELS_ALONE | {"type", "name", "code"}:
        return True
    if any(w in _LABELS - _ROLES["target"] or w.endswith(("label", "labels")) for w in words):
        return True
    if "target" in words:
        # `x_target` are the samples of the target domain.
        return not _DATA & set(words)
    roles = set().union(*_ROLES.values())
    others = {w for w in words if w != _LETTER and not w.isdigit()} - _SPLITS - roles - {"true"}
    is_letter = (_LETTER in words and not others) or name.lower() in ("ys", "yt")
    return is_letter and not is_axis(name, beside)


def is_axis(name: str, beside: Iterable[str]) -> bool:
    """Whether `name` is the middle one of three axes that stand side by side: `acc_y` beside `acc_x` and `acc_z`."""
    others = {other.lower() for other in beside}
    return any(
        {name.lower()[:i] + axis + name.lower()[i + 1 :] for axis in "xz"} <= others
        for i, letter in enumerate(name.lower())
        if letter == _LETTER
    )


def role_of(name: str) -> Role | None:
    """Which of two domains in one file a name says it belongs to: `X_src`, `Xt`."""
    words = parts_of(name)
    if len(words) == 1 and words[0] in ("xs", "ys", "xt", "yt"):
        return "source" if words[0][1] == "s" else "target"
    if len(words) < 2:
        return None
    found = [role for role, known in _ROLES.items() if known & set(words)]
    return found[0] if len(found) == 1 else None


def split_of(name: str) -> str:
    """The part of a data set that a name says it is of: `label_train` is of train; "" where it says none."""
    return next((w for w in parts_of(name) for s in sorted(_SPLITS) if w in (s, f"x{s}", f"y{s}")), "").lstrip("xy")


def is_class_folder(name: str) -> bool:
    """Whether a folder may be a class: `train`, `images` and the like never are."""
    words = parts_of(name)
    return (
        not words
        or not set(words) <= _SPLITS | _NEUTRAL | {w for w in words if w.isdigit()}
        or all(w.isdigit() for w in words)
    )


def lies_in(path: Sequence[str], folder: str) -> bool:
    """Whether a way begins with the folder (`photo`, `PACS/photo`), also with `train` and the like above or in it."""
    way = tuple(folder.split("/")) if folder else ()
    return tuple(path[: len(way)]) == way or without_splits(path)[: len(way)] == way


def without_splits(path: Sequence[str]) -> tuple[str, ...]:
    """The folders of a way that may be domains or classes."""
    return tuple(part for part in path if is_class_folder(part))


def source_and_target(names: Iterable[str]) -> list[str]:
    """Two names that say which is the source and which the target, in this order; [] of others."""
    roles = [(role, name) for name in names for role, known in _ROLES.items() if known & set(parts_of(name))]
    return [name for _, name in sorted(roles)] if [role for role, _ in sorted(roles)] == ["source", "target"] else []


def is_row_number_name(name: str) -> bool:
    """Whether it is what programs call the column of row numbers that they add."""
    return name.strip().lower() in _ROW_NUMBERS or name.strip().lower().startswith("unnamed:")


def is_feature_list(path: Sequence[str]) -> bool:
    """Whether it says that the names of the features are in it: `feature_names`, or the index of AnnData's genes."""
    if path[-1] in ("_index", "index"):
        return tuple(path[:-1]) == ("var",)
    return bool(_FEATURES & set(parts_of(path[-1]))) and len(path) == 1


def is_identifier_name(name: str) -> bool:
    """Whether it says whose or which sample it is, rather than how it is."""
    words = parts_of(name)
    return bool(words) and (words[-1] in _IDENTIFIERS or set(words) <= _IDENTIFIERS)


def is_left_out_name(name: str) -> bool:
    """Whether its name says that a column is no feature."""
    return is_row_number_name(name) or is_identifier_name(name)


def is_time_name(name: str) -> bool:
    """Whether it says that times are in it: `time (s)`, `elapsed`."""
    words = parts_of(name)
    return bool(words) and words[0] in _TIMES and len(words) <= 2


def is_property_name(name: str) -> bool:
    """Whether it says how or where samples are, which is seldom what they are to be told apart by: `sex`, `city`."""
    return bool(_NO_CLASSES & set(parts_of(name)[-1:]))


def classes_of_files(names: Sequence[str]) -> list[str]:
    """What files (without ending) are called beyond what they have in common and a number at the end.

    `load0_normal_1`, `load0_inner_1` are `normal` and `inner`, and so are `1_normal`, `2_inner`; names that are numbers
    alone stay what they are.
    """
    words = [re.split(r"[_\-\s.]+", name) for name in names]
    distinct = {tuple(w) for w in words}
    if len(distinct) > 1:
        while all(len(w) > 1 for w in words) and len({w[0] for w in words}) == 1:
            words = [w[1:] for w in words]
    if all(len(w) > 1 and w[0].isdigit() and not all(part.isdigit() for part in w) for w in words):
        words = [w[1:] for w in words]
    found = []
    for word in words:
        kept = list(word)
        while len(kept) > 1 and kept[-1].isdigit():
            kept.pop()
        text = "_".join(kept)
        found.append(re.sub(r"(?<=[^\W\d])\d+$", "", text) or text)
    return found
