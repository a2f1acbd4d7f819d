"""One request answered: the items of a file, or the values of some of them."""

from __future__ import annotations

import contextlib
import dataclasses
from pathlib import Path
from typing import BinaryIO

from dann_core.domains.files.errors import UploadError, refusal
from dann_core.domains.files.limits import MAX_CARRIED_BYTES
from dann_core.domains.files.readers import bounds, recognised, wire
from dann_core.domains.files.readers.opening import Opening, Request, damage
from dann_core.language import as_data, said, say


def answer(request: BinaryIO, reply: BinaryIO) -> None:
    """Read a request with the file behind it; within its bounds, write progress, then items or values, or a refusal."""
    message, _ = wire.receive(request)
    content = request.read(message["size"])
    if len(content) < message["size"]:
        return
    file, folder = message["file"], Path(message["folder"]) if "folder" in message else None
    bounds.confine(message["memory"], message["seconds"], folder)
    with contextlib.suppress(OSError):
        try:
            with damage(file, say("file")):
                _answer(message, folder or content, reply)
        except UploadError as error:
            _refuse(reply, error)
        except MemoryError:
            _refuse(reply, refusal(file, say("reading it takes too much memory; save a part of it")))


def _refuse(reply: BinaryIO, error: UploadError) -> None:
    wire.send(reply, {"refusal": as_data(said(error))})


def _answer(message: wire.Message, data: bytes | Path, reply: BinaryIO) -> None:
    wanted = message.get("wanted")
    request = Request(
        file=message["file"],
        data=data,
        header=message["header"],
        wanted=None if wanted is None else frozenset(map(tuple, wanted)),
        progress=_Progress(reply),
    )
    opening = recognised.opened(request)
    if wanted is None:
        _send_items(opening, reply)
    else:
        for path in map(tuple, wanted):
            with damage(request.file, opening.format):
                values = opening.value(path)
            wire.send(reply, {}, [values])


def _send_items(opening: Opening, reply: BinaryIO) -> None:
    carried, room = [], MAX_CARRIED_BYTES
    for path, values in opening.decoded.items():
        room -= values.nbytes
        if room < 0:
            break
        carried.append(path)
    items = [(*dataclasses.astuple(item)[:-1], as_data(item.problem)) for item in opening.items]
    message = {"format": opening.format, "items": items, "notes": as_data(opening.notes), "carried": carried}
    wire.send(reply, message, [opening.decoded[path] for path in carried])


class _Progress:
    """Tells the caller how far it is, in steps of a hundredth."""

    def __init__(self, reply: BinaryIO) -> None:
        self.reply, self.told = reply, 0.0

    def __call__(self, fraction: float) -> None:
        if fraction >= self.told + 0.01:
            self.told = fraction
            wire.send(self.reply, {"progress": min(fraction, 1.0)})
