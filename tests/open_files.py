"""What the tests of opened files share."""

from __future__ import annotations

import re

import numpy as np
import pytest
from in_chinese import in_chinese, sentence_in_chinese

from dann_core.domains.files import UploadError
from dann_core.domains.files.contents import Contents
from dann_core.domains.files.opened import open_file
from dann_core.language import said


def values(contents: Contents) -> dict[str, np.ndarray]:
    """All that can be had of a file, by its name."""
    for text in (*contents.notes, *(item.problem for item in contents.items if item.problem)):
        in_chinese(text)
    items = [item for item in contents.items if not item.problem]
    return {item.name: v for item, v in zip(items, contents.load(items), strict=True)}


def opened(name: str, data: bytes, header: bool | None = None) -> dict[str, np.ndarray]:
    """All that is in a file, by its name."""
    return values(open_file(name, data, header))


def refused(name: str, data: bytes, *words: str) -> None:
    """Not opened, with one sentence that begins with the file's name and has those words."""
    with pytest.raises(UploadError) as error:
        values(open_file(name, data))
    message = str(error.value)
    assert message.startswith(name[:20])
    assert message.endswith(".")
    assert not re.search(r"[.!?]\s+[A-Z]|\n", message), message
    assert len(message) < 500
    for word in words:
        assert word in message, message
    sentence_in_chinese(said(error.value))
