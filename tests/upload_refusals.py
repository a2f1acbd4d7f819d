"""What the tests of refused uploads share: refusals in one sentence, in little memory, with nothing written."""

from __future__ import annotations

import re
import tracemalloc
from io import BytesIO

import numpy as np
import pytest
from in_chinese import sentence_in_chinese
from upload_files import samples

from dann_core.domains.files import UploadError
from dann_core.domains.pair import DomainError
from dann_core.language import said

MB = 1_000_000


def check(error: pytest.ExceptionInfo[DomainError], *words: str) -> None:
    message = str(error.value)
    assert message.endswith(".")
    assert not re.search(r"[.!?]\s+[A-Z]|\n", message), message
    assert len(message) < 500
    for word in words:
        assert word in message, message
    sentence_in_chinese(said(error.value))


def refused(name: str, data: bytes, /, *words: str, **choice: object) -> None:
    with pytest.raises(UploadError) as error:
        samples(name, data, **choice)
    assert str(error.value).startswith(name[:20])
    check(error, *words)


def frugally(name: str, data: bytes, *words: str) -> None:
    """Refused without taking memory for what the file declares."""
    tracemalloc.start()
    try:
        refused(name, data, *words)
        assert tracemalloc.get_traced_memory()[1] < 50 * MB
    finally:
        tracemalloc.stop()


# Any file


def npy_header(shape: tuple[int, ...]) -> bytes:
    stream = BytesIO()
    np.lib.format.write_array_header_1_0(stream, {"descr": "<f8", "fortran_order": False, "shape": shape})
    return stream.getvalue()
