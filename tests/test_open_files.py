"""Files of all formats, opened in a process of their own: their items, and the values of these."""

from __future__ import annotations

import numpy as np
import pytest
from upload_files import npz, vectors

from dann_core.domains.files.contents import Contents
from dann_core.domains.files.opened import open_file

pytestmark = pytest.mark.usefixtures("nothing_is_written")


def values(contents: Contents) -> dict[str, np.ndarray]:
    """All that is in a file, by its name."""
    return {item.name: v for item, v in zip(contents.items, contents.load(contents.items), strict=True)}


def test_npz() -> None:
    x, y = vectors()
    contents = open_file("a.npz", npz(x=x, y=y, names=np.array(["ash", "oak"])))
    found = values(contents)
    assert contents.format == "NPZ"
    assert next((i.path, i.holds, i.detail) for i in contents.items) == (("x",), "numbers", "30 x 4, float64")
    np.testing.assert_array_equal(found["x"], x)
    np.testing.assert_array_equal(found["y"], y)
    assert found["names"].tolist() == ["ash", "oak"]
