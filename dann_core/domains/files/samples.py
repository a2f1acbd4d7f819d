"""The samples of one domain, as the parts of reading hand them to each other."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from dann_core.domains.files.facts import Fact

Role = Literal["source", "target"]
ROLES: tuple[Role, Role] = ("source", "target")


@dataclass(frozen=True, eq=False)
class Samples:
    """The samples of one file.

    `x` is `(N, F)`, `(N, C, L)` or `(N, C, H, W)`, uint8, float32 or float64: finite, but for missing cells of vectors
    that are not filled yet. `y` is `(N,)`, int64 or strings, or None. `columns` are the F names of a table's features,
    `texts` its columns of categories, `(N,)` each. `rows` says what each sample is called in its file (row numbers from
    1, or names of files), `groups` `(N,)` which recording each comes from, or None where every sample stands alone.
    `open_ended`: features after the last one are 0, as in svmlight files. `notes` is what was decided while reading.
    """

    file: str
    x: np.ndarray
    y: np.ndarray | None
    columns: tuple[str, ...] | None = None
    texts: dict[str, np.ndarray] = field(default_factory=dict)
    rows: np.ndarray | None = None
    groups: np.ndarray | None = None
    open_ended: bool = False
    notes: tuple[Fact, ...] = ()
