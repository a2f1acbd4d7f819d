"""A run's folder or bundle, as `results.outcome` has written it, read as an upload like any other."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import safetensors.torch
from safetensors import SafetensorError
from torch import Tensor

from dann_core.domains import DomainPair
from dann_core.domains.files.archives import open_archive, read_entry
from dann_core.domains.files.errors import listed, megabytes, reason, refusal
from dann_core.domains.files.limits import MAX_ARRAY_BYTES, MAX_FILE_BYTES
from dann_core.domains.files.opened import open_file
from dann_core.domains.files.plan import ReadingPlan
from dann_core.language import say
from dann_core.method.history import COLUMNS
from dann_core.method.training import Trainer
from dann_core.results.model import Model
from dann_core.results.origin import Origin
from dann_core.results.outcome import ARRAYS, MORE_ARRAYS
from dann_core.results.record import Record

EVERY = 25
"""Iterations between two calls of what is told of a run that is repeated."""


class Bundle:
    """A run's folder or ZIP, read as carefully as anything that comes from outside.

    Raises `UploadError` for what is no such run, damaged or over a limit; so do all methods.
    """

    def __init__(self, name: str, read: Callable[[str], bytes | None]) -> None:
        self.name, self._read = name, read
        self.record = Record.from_json(self._required("settings.json"), f"{name}, settings.json")

    @classmethod
    def open(cls, path: Path) -> Bundle:
        """The run of a folder, or of a ZIP on disk."""
        if path.is_dir():
            return cls(path.name, lambda name: _content(path / name))
        content = _content(path, MAX_FILE_BYTES)
        if content is None:
            raise refusal(path.name, say("there is no such folder or file; check the path {path}", path=str(path)))
        return cls.of(path.name, content)

    @classmethod
    def of(cls, name: str, data: bytes) -> Bundle:
        """The run of a ZIP's content."""
        if len(data) > MAX_FILE_BYTES:
            raise refusal(
                name, say("a bundle has at most {size}; give one without data", size=megabytes(MAX_FILE_BYTES))
            )
        archive, infos = open_archive(name, data)
        by_name = {info.filename: info for info in infos}

        def read(wanted: str) -> bytes | None:
            return read_entry(name, archive, by_name[wanted]) if wanted in by_name else None

        return cls(name, read)

    def plan(self) -> ReadingPlan | None:
        """How its files were read; None for a built-in domain."""
        text = self._read("plan.json")
        return None if text is None else ReadingPlan.from_json(text, f"{self.name}, plan.json")

    @property
    def header(self) -> bool | None:
        """Whether its tables have one; see `open_file`."""
        plan = self.plan()
        return None if plan is None else plan.source.header

    @property
    def origin(self) -> Origin:
        """Where its pair comes from."""
        return Origin(self.record.built_in(), self.plan(), self.record.files)

    def history(self) -> np.ndarray:
        """Its rows `(n, 6)`."""
        text = self._required("history.csv")
        try:
            rows = np.loadtxt(io.BytesIO(text), delimiter=",", skiprows=1, ndmin=2).reshape(-1, len(COLUMNS))
        except ValueError as error:
            why = say("this is no history ({why}); take it from the run again", why=reason(error))
            raise refusal(self.name, why, "history.csv") from None
        if len(rows) != self.record.iterations:
            why = say(
                "it has {rows:,} rows and the record {iterations:,} iterations; take both from one run",
                rows=len(rows),
                iterations=self.record.iterations,
            )
            raise refusal(self.name, why, "history.csv")
        return rows

    def model(self) -> Model:
        """Its network with its weights."""
        return Model(self.record, self._weights(), f"{self.name}, model.safetensors")

    def data(self) -> DomainPair | None:
        """The pair of a built-in domain, or of the data that it holds; None where files have to be given."""
        domain = self.record.built_in()
        if domain is not None:
            return domain.pair(self.record.settings.seed)
        content = self._read("data.npz")
        if content is None:
            return None
        contents = open_file(f"{self.name}, data.npz", content)
        by_name = {item.name: item for item in contents.items if item.name in ARRAYS + MORE_ARRAYS}
        if not set(ARRAYS) <= set(by_name):
            raise refusal(contents.file, say("{names} are not all in it; pack the bundle again", names=listed(ARRAYS)))
        arrays = dict(zip(by_name, contents.load(list(by_name.values())), strict=True))
        pair = DomainPair(**arrays, name=self.record.pair, class_names=self.record.class_names)
        self.check_fits(pair)
        return pair

    def check_fits(self, pair: DomainPair) -> None:
        """Refuse a pair that the record is not about."""
        if pair.sample_shape != self.record.sample_shape or pair.class_names != self.record.class_names:
            raise refusal(self.name, say("samples or classes are not those of its record; give the files of that run"))

    def _weights(self) -> Mapping[str, Tensor]:
        content = self._required("model.safetensors")
        try:
            return safetensors.torch.load(content)
        except (SafetensorError, ValueError, KeyError, TypeError, OverflowError) as error:
            why = say("the weights are damaged ({why}); take them from the run again", why=reason(error))
            raise refusal(self.name, why, "model.safetensors") from None

    def _required(self, name: str) -> bytes:
        content = self._read(name)
        if content is None:
            raise refusal(
                self.name, say("{file} is not in it; give the folder or the bundle that a run has written", file=name)
            )
        return content


def _content(path: Path, most: int = MAX_ARRAY_BYTES) -> bytes | None:
    """What a file holds; None where there is none."""
    try:
        with path.open("rb") as stream:
            content = stream.read(most + 1)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise refusal(
            path.name, say("it cannot be read ({why}); check the path {path}", why=error.strerror, path=str(path))
        ) from None
    if len(content) > most:
        raise refusal(path.name, say("it has more than {size}; give what a run has written", size=megabytes(most)))
    return content


def repeated(record: Record, pair: DomainPair, device: str, trained: Callable[[Trainer], None]) -> Trainer:
    """The run of that record once more, live changes included; `trained` is called now and then.

    Raises `KnobError` like `Trainer`.
    """
    trainer = Trainer(pair, record.settings, device)

    def advance(until: int) -> None:
        while trainer.iteration < until:
            trainer.advance(min(EVERY, until - trainer.iteration))
            trained(trainer)

    for change in record.changes:
        advance(min(change.iteration, record.iterations))
        trainer.apply(trainer.settings.replace(**{change.name: change.new}))
    advance(record.iterations)
    return trainer
