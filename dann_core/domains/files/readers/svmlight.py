"""svmlight and libsvm files: a label, then `number of feature:value` for those that are not 0."""

from __future__ import annotations

import re
from io import BytesIO

import numpy as np
from sklearn.datasets import load_svmlight_file

from dann_core.domains.files.contents import SVMLIGHT, Item
from dann_core.domains.files.readers import sparse
from dann_core.domains.files.readers.opening import Opening, Request
from dann_core.language import say

_LINE = re.compile(rb"[+-]?[0-9.eE+-]+(;\S+)?(\s+qid:\d+)?(\s+\d+:[^\s:]+)*\s*(#.*)?")
# Some files have a second target there, a concentration for instance.
_SECOND = re.compile(rb"^([^\s;]+);\S+[ \t]", re.MULTILINE)
_LINES = 20


def is_svmlight(head: bytes) -> bool:
    """Whether the first lines are such."""
    lines = [line.strip() for line in head.split(b"\n")[:_LINES] if line.strip() and not line.startswith(b"#")]
    # The last may be cut off.
    lines = lines[:-1] or lines
    # A sample may have no feature that is not 0.
    return any(b":" in line for line in lines) and all(_LINE.fullmatch(line) for line in lines)


def open_svmlight(request: Request) -> Opening:
    """`X`, made dense, and `y`; of a file that counts features from 0 also their names, as others count from 1."""
    data, n = _SECOND.subn(rb"\1 ", request.data)
    x, y = load_svmlight_file(BytesIO(data), zero_based=True)
    from_0 = bool((x.indices == 0).any())
    x = x if from_0 else x[:, 1:]
    items = [sparse.item(request.file, ("X",), x), Item(("y",), "numbers", y.shape, y.dtype.name)]
    made = Opening(SVMLIGHT, items, lambda _: sparse.dense(x), {("y",): y})
    if from_0:
        names = np.array([f"column {i}" for i in range(x.shape[1])])
        made.items.append(Item(("feature_names",), "texts", names.shape, "text"))
        made.decoded["feature_names",] = names
    made.notes.append(say("features that a line does not name are 0"))
    if n:
        made.notes.append(say("what follows a label behind a semicolon was left out"))
    return made
