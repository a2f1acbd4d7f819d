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
from dann_core.domains.files.readers.opening import Opening, Request, no_numbers
from dann_core.language import say


def open_npz(request: Request) -> Opening:
    """The matrix that `scipy.sparse.save_npz` has written."""
    matrix = scipy.sparse.load_npz(BytesIO(request.data))
    path = ("matrix",)
    made = Opening(say("sparse NPZ"), [item(request.file, path, matrix)], lambda _: dense(matrix))
    made.notes.append(say("it is a sparse matrix: cells that are not stored are 0"))
    return made


def item(file: str, path: Path, matrix: Any) -> Item:
    """The matrix as what it is made dense. Raises `UploadError` if that is too large."""
    nbytes = math.prod(matrix.shape) * matrix.dtype.itemsize
    if nbytes > MAX_ARRAY_BYTES:
        text = say(
            "the sparse matrix of {shape} would take {size} as a dense array, more than {most}; save a part of it",
            shape=by(matrix.shape),
            size=megabytes(nbytes),
            most=megabytes(MAX_ARRAY_BYTES),
        )
        raise refusal(file, text, quoted("/".join(path)))
    shape = tuple(map(int, matrix.shape))
    return Item(path, "numbers", shape, matrix.dtype.name, problem=no_numbers(matrix.dtype))


def dense(matrix: Any) -> np.ndarray:
    """All cells; refuses indices that lead out of the matrix, which SciPy would follow."""
    if hasattr(matrix, "check_format"):
        matrix.check_format(full_check=True)
    return matrix.toarray()
