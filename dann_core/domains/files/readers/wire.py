"""What the reading process and its caller say to each other: JSON, then arrays as plain bytes; never a pickle."""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Sequence
from typing import Any, BinaryIO

import numpy as np

from dann_core.domains.files.limits import MAX_UNPACKED_BYTES, MIB

Message = dict[str, Any]

_LENGTH = struct.Struct(">I")
_MAX_HEAD_BYTES = 64 * MIB
_PLAIN = "biufU"  # kinds of NumPy's types that are nothing but their bytes


def send(stream: BinaryIO, message: Message, arrays: Sequence[np.ndarray] = ()) -> None:
    """Write one message and arrays of numbers or texts. Raises `OSError` if the other side is gone."""
    # MATLAB's arrays lie column by column; turning large ones takes longer than all else.
    turned = [a.T if a.flags.f_contiguous and not a.flags.c_contiguous else a for a in arrays]
    kinds = [(a.dtype.str, t.shape, t is not a) for a, t in zip(arrays, turned, strict=True)]
    head = json.dumps({**message, "arrays": kinds}).encode()
    stream.write(_LENGTH.pack(len(head)))
    stream.write(head)
    for array in turned:
        stream.write(np.ascontiguousarray(array).reshape(-1).view(np.uint8).data)
    stream.flush()


def receive(stream: BinaryIO, most: int = MAX_UNPACKED_BYTES) -> tuple[Message, list[np.ndarray]]:
    """The next message and its arrays, of at most so many bytes together.

    Raises `EOFError` if the other side has gone, and `KeyError`, `TypeError`, `ValueError` or `RecursionError` for
    anything but a message.
    """
    (length,) = _LENGTH.unpack(_filled(stream, bytearray(_LENGTH.size)))
    if length > _MAX_HEAD_BYTES:
        raise ValueError(f"a message of {length:,} bytes")
    message = json.loads(_filled(stream, bytearray(length)))
    if not isinstance(message, dict) or not isinstance(message.get("progress", 0.0), int | float):
        raise ValueError("a message that is none")
    arrays = []
    for name, shape, is_turned in message.pop("arrays"):
        dtype = np.dtype(name)
        most -= math.prod(shape) * dtype.itemsize
        if dtype.kind not in _PLAIN or most < 0:
            raise ValueError(f"an array of {name} and {shape}")
        array = np.empty(shape, dtype)
        _filled(stream, array.reshape(-1).view(np.uint8).data)
        arrays.append(array.T if is_turned else array)
    return message, arrays


def _filled(stream: BinaryIO, room: bytearray | memoryview) -> bytearray | memoryview:
    view = memoryview(room)
    while view:
        n = stream.readinto(view)
        if not n:
            raise EOFError("the other side is gone")
        view = view[n:]
    return room
