"""Sparse matrices, made dense where they fit."""

from __future__ import annotations

import math
from io import BytesIO
from typing import Any

import numpy as np
import scipy.sparse

from dann_core.domains.files.contents import Item, Path
from dann_core.domains.files.errors import by, megabytes, quoted, refusal
from dann_core.domains.files.limits import MAX_ARRAY_BYTES
from dann_core.domains.files.readers.opening import Opening, Request


def open_npz(request: Request) -> Opening:
    """The matrix that `scipy.sparse.save_npz` has written."""
    matrix = scipy.sparse.load_npz(BytesIO(request.data))
    path = ("matrix",)
    made = Opening("sparse NPZ", [item(request.file, path, matrix)], lambda _: dense(matrix))
    made.notes.append("it is a sparse matrix: cells that are not stored are 0")
    return made


def item(file: str, path: Path, matrix: Any) -> Item:
    """The matrix as what it is made dense. Raises `UploadError` if that is too large."""
    nbytes = math.prod(matrix.shape) * matrix.dtype.itemsize
    if nbytes > MAX_ARRAY_BYTES:
        text = f"the sparse matrix of {by(matrix.shape)} would take {megabytes(nbytes)} as a dense array, more than "
        raise refusal(file, f"{text}{megabytes(MAX_ARRAY_BYTES)}; save a part of it", quoted("/".join(path)))
    problem = "" if matrix.dtype.kind in "biuf" else f"it holds {matrix.dtype.name} values: save plain numbers"
    return Item(path, "numbers", tuple(map(int, matrix.shape)), matrix.dtype.name, problem=problem)


def dense(matrix: Any) -> np.ndarray:
    """All cells; refuses indices that lead out of the matrix, which SciPy would follow."""
    if hasattr(matrix, "check_format"):
        matrix.check_format(full_check=True)
    return matrix.toarray()
