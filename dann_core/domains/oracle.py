"""The pair of an oracle: the labelled target stands in its source too, which shows what labels would be worth."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from dann_core.domains.pair import DomainError, DomainPair
from dann_core.language import say


def oracle_pair(pair: DomainPair) -> DomainPair:
    """The pair with the labelled target as a second source, behind the first one's samples.

    A run on it is an ordinary run: that it has seen the labels it is graded with must be said wherever it is shown.
    Raises `DomainError` for a target without labels.
    """
    if pair.target_y is None:
        raise DomainError(say("An oracle is trained with the target's labels, and this target has none."))
    groups = _numbered(pair.source_groups, pair.source_y), _numbered(pair.target_groups, pair.target_y)
    rows = pair.source_rows, pair.target_rows
    return replace(
        pair,
        source_x=np.concatenate([pair.source_x, pair.target_x]),
        source_y=np.concatenate([pair.source_y, pair.target_y]),
        source_groups=np.concatenate([groups[0], groups[1] + groups[0].max() + 1]),
        source_rows=None if any(r is None for r in rows) else np.concatenate(rows),
    )


def _numbered(groups: np.ndarray | None, y: np.ndarray) -> np.ndarray:
    """The groups as 0, 1, ...; without any, each sample is one."""
    return np.arange(len(y)) if groups is None else np.unique(groups, return_inverse=True)[1].reshape(-1)
