"""How a scene, a frame and the rows of a history travel: one message each, a small header and packed arrays.

    offset  size  what
    0       4     the bytes DANN
    4       2     version of the format, now 1 (all numbers little-endian, unsigned)
    6       2     kind: 1 scene, 2 frame, 3 rows
    8       4     length H of the header in bytes
    12      H     header: JSON in UTF-8, {"values": {...}, "exam": {...}, "arrays": [[name, type, shape, exam], ...]}
    ...           the arrays in that order, row by row; each starts at a multiple of 8 bytes from the message's start

Types: "u1", "u2", "u4" unsigned, "i2" signed, "f4" single precision. `exam` marks what holds target labels or was
graded with them (the header's "exam" and every array whose last entry is true): `without_exam` takes it out. What the
values and arrays are stands in `dann_core.live.scene`, `.frame` and `.recording`. The browser reads the same bytes in
`player/message.js`.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

VERSION = 1
SCENE, FRAME, ROWS = 1, 2, 3
_MAGIC = b"DANN"
_START = struct.Struct("<4sHHI")
TYPES = ("u1", "u2", "u4", "i2", "f4")


class MessageError(ValueError):
    """Bytes that are no message of this version; the sentence says what is wrong."""


@dataclass(frozen=True)
class Message:
    """A message as numbers and arrays; `exam` and `exam_arrays` are what target labels went into."""

    kind: int
    values: Mapping[str, Any]
    arrays: Mapping[str, np.ndarray] = field(default_factory=dict)
    exam: Mapping[str, Any] = field(default_factory=dict)
    exam_arrays: Mapping[str, np.ndarray] = field(default_factory=dict)

    def pack(self) -> bytes:
        """The bytes that travel. Raises `MessageError` for what the format does not have: other types of arrays, values
        that are no numbers, texts that are no Unicode."""
        arrays, parts = [], []
        for named, is_exam in ((self.arrays, False), (self.exam_arrays, True)):
            for name, array in named.items():
                if array.dtype.str[1:] not in TYPES:
                    raise MessageError(f"The array {name} is of type {array.dtype}; a message has {', '.join(TYPES)}.")
                arrays.append([name, array.dtype.str[1:], list(array.shape), is_exam])
                parts.append(np.ascontiguousarray(array).astype(array.dtype.newbyteorder("<"), copy=False).tobytes())
        header = {"values": self.values, "exam": self.exam, "arrays": arrays}
        # What is no number in JSON has no place in a message: the browser could not read it.
        try:
            written = json.dumps(header, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()
        except ValueError as error:
            raise MessageError(f"The values cannot travel: {error}.") from None
        message = bytearray(_START.pack(_MAGIC, VERSION, self.kind, len(written)) + written)
        for part in parts:
            message += bytes(-len(message) % 8) + part
        return bytes(message)


def unpack(packed: bytes) -> Message:
    """Read a message. Raises `MessageError` for anything else, also where arrays do not end with the bytes."""
    if len(packed) < _START.size:
        raise MessageError(f"A message has at least {_START.size} bytes, not {len(packed)}.")
    magic, version, kind, length = _START.unpack_from(packed)
    if magic != _MAGIC:
        raise MessageError("This is no recording or frame of DANN Explorer: it does not start with DANN.")
    if version != VERSION:
        raise MessageError(f"This was made with version {version} of the format; this program reads {VERSION}.")
    if kind not in (SCENE, FRAME, ROWS):
        raise MessageError(f"There is no message of kind {kind}.")
    try:
        header = json.loads(packed[_START.size : _START.size + length])
        arrays: tuple[dict[str, np.ndarray], dict[str, np.ndarray]] = {}, {}
        offset = _START.size + length
        for name, type_, shape, is_exam in header["arrays"]:
            if type_ not in TYPES:
                raise MessageError(f"The array {name} is of the unknown type {type_}.")
            offset += -offset % 8
            dtype, count = np.dtype(f"<{type_}"), int(np.prod(shape, dtype=np.int64))
            arrays[bool(is_exam)][name] = np.frombuffer(packed, dtype, count, offset).reshape(shape)
            offset += count * dtype.itemsize
        values, exam = header["values"], header["exam"]
        if not isinstance(values, dict) or not isinstance(exam, dict):
            raise MessageError("The message is damaged: its values have no names.")
        message = Message(kind, values, arrays[0], exam, arrays[1])
    except MessageError:
        raise
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError) as error:
        raise MessageError(f"The message is damaged: {error}.") from None
    if offset != len(packed):
        raise MessageError(f"The message is damaged: {len(packed) - offset} bytes are left over.")
    return message


def without_exam(packed: bytes) -> bytes:
    """The same message less all that target labels went into. Raises `MessageError` like `unpack`."""
    message = unpack(packed)
    return Message(message.kind, message.values, message.arrays).pack()
