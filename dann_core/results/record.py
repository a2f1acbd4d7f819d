"""What a run was, as `settings.json` says it: enough to train it again, given its data."""

from __future__ import annotations

import json
import platform
from collections.abc import Sequence
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlencode

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from dann_core import domains
from dann_core.domains import Domain, DomainPair
from dann_core.domains.files import DataFile
from dann_core.domains.files.errors import quoted, refusal
from dann_core.domains.files.limits import MAX_CLASSES, MAX_SAMPLE_VALUES
from dann_core.language import Text, said, say
from dann_core.method.history import Change
from dann_core.results.origin import Origin
from dann_core.settings import Settings

LONGEST_REASON = 300
"""Characters of what pydantic, or a refused setting, says of a record; it may quote what stands in it."""

Name = Annotated[str, Field(max_length=1_000)]
Count = Annotated[int, Field(ge=0, le=10**12)]


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Record(_Value):
    """A run of `iterations`, from `settings` at iteration 0 on, with its live `changes` in order.

    `domain` holds the name and the knobs of a built-in domain and is None for files, which `files` names. `link` is the
    query of the page's link, for people to read: nothing ever opens it.
    """

    format: Literal[1] = 1
    pair: Name
    domain: dict[str, Any] | None
    sample_shape: Annotated[tuple[Annotated[int, Field(ge=1, le=MAX_SAMPLE_VALUES)], ...], Field(max_length=3)]
    class_names: Annotated[tuple[Name, ...], Field(min_length=2, max_length=MAX_CLASSES)]
    settings: Settings
    changes: Annotated[tuple[Change, ...], Field(max_length=100_000)] = ()
    iterations: Count
    files: Annotated[tuple[DataFile, ...], Field(max_length=4)] = ()
    link: Annotated[str, Field(max_length=10_000)] = ""
    made_with: dict[Name, Name] = {}

    @classmethod
    def of(
        cls,
        pair: DomainPair,
        settings: Settings,
        changes: Sequence[Change],
        iterations: int,
        origin: Origin,
        device: str = "cpu",
    ) -> Self:
        """The record of a run of which `settings` are those in force at its end."""
        domain = origin.domain
        # What was changed before the first iteration is how the run began.
        later = tuple(change for change in changes if change.iteration > 0)
        start = settings.replace(**{change.name: change.old for change in reversed(later)})
        return cls(
            pair=pair.name[:1000],
            domain=None if domain is None else {"name": domain.key, **domain.model_dump()},
            sample_shape=pair.sample_shape,
            class_names=pair.class_names,
            settings=start,
            changes=later,
            iterations=iterations,
            files=origin.files,
            link="" if domain is None else "?" + urlencode(domain.to_query(settings)),
            made_with=_versions() | {"device": device},
        )

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        settings, iteration = self.settings, 0
        for change in self.changes:
            if change.iteration < iteration:
                raise ValueError(say("the changes are not in order"))
            turned = settings.replace(**{change.name: change.new})
            if settings.rebuilds(turned):
                raise ValueError(say("{name} cannot change while a run goes on", name=change.name))
            settings, iteration = turned, change.iteration
        self.built_in()
        return self

    def built_in(self) -> Domain | None:
        """The built-in domain; None for files. Raises `DomainError` or `KnobError` for one that there is not."""
        if self.domain is None:
            return None
        knobs = dict(self.domain)
        return domains.get(str(knobs.pop("name", "")))(**knobs)

    @property
    def at_end(self) -> Settings:
        """The settings in force when the run had ended."""
        return self.settings.replace(**{change.name: change.new for change in self.changes})

    def to_json(self) -> str:
        """As `settings.json` holds it."""
        return json.dumps(self.model_dump(mode="json"), indent=2, ensure_ascii=False) + "\n"

    @classmethod
    def from_json(cls, text: bytes, file: str = "settings.json") -> Record:
        """The record of that text, which may come from anyone. Raises `UploadError` if it is none."""
        try:
            return cls.model_validate_json(text)
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            place = "/".join(str(part) for part in first["loc"])
            why = "".join(c for c in first["msg"][:LONGEST_REASON] if c.isprintable()).rstrip(".")
            cause = first.get("ctx", {}).get("error")
            if isinstance(cause, Exception) and isinstance(said(cause), Text) and len(said(cause)) <= LONGEST_REASON:
                why = said(cause)
            refused = say("this is no record of a run ({why}); give the settings.json of a run", why=why)
            raise refusal(file, refused, quoted(place) if place else "") from None


def _versions() -> dict[str, str]:
    import torch

    return {"python": platform.python_version(), "torch": torch.__version__, "numpy": np.__version__}
