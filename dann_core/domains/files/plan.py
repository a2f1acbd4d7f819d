"""How two files are read into a pair of domains: a value that is guessed, shown, changed, saved and used again."""

from __future__ import annotations

import json
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from dann_core.domains.files.errors import quoted, reason, refusal
from dann_core.domains.files.limits import MAX_CLASSES, MAX_COLUMNS, MAX_FOLDER_DEPTH, MAX_SAMPLE_VALUES
from dann_core.language import say
from dann_core.settings.catalogue import Kind

Form = Literal["array", "arrays", "columns", "pictures", "recordings"]
Missing = Literal["median", "rows"]

MOST_CHARACTERS = 50_000_000
"""Of a plan in JSON: ten thousand columns with their names, categories and medians fit in."""

Name = Annotated[str, Field(max_length=1_000)]
Side = Annotated[int, Field(ge=1, le=MAX_SAMPLE_VALUES)]


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Labels(_Value):
    """Where a domain's labels stand.

    item: `name` is an array or a column of the file, or of the second file `file`; one-hot rows count as one.
    columns: the columns `names` of the table, one for each class, of which every row has a single 1.
    column: the samples' own array holds them in its column `column`, counted from 1.
    folder: the folder `level` above the picture or recording, 1 being the nearest; 0: the nearest that is none of
    `train`, `val`, `images` and the like.
    file name: what its file is called, without what all have in common and without a number at its end.
    """

    by: Literal["none", "item", "column", "columns", "folder", "file name"] = "none"
    name: Name = ""
    names: Annotated[tuple[Name, ...], Field(max_length=MAX_CLASSES)] = ()
    column: Annotated[int, Field(ge=0, le=MAX_SAMPLE_VALUES)] = 0
    level: Annotated[int, Field(ge=0, le=MAX_FOLDER_DEPTH)] = 0
    file: Name = ""


class Reading(_Value):
    """How one domain is read from its file.

    `name` is the array (form "array") or the table (form "columns"; "" where there is only one); of form "arrays", each
    array holds samples of one class, or is one (`samples` "whole"). `folder` limits
    pictures and recordings to what lies in it, `rows` a table or array to the rows with that value in that column, or
    in that array of as many values. `samples` is the side of an array along which the samples lie; of a table with a
    sample in each column it is the last. `header`: whether a
    table's first row holds names (None: as it looks).
    """

    form: Form
    name: Name = ""
    folder: Name = ""
    rows: tuple[Name, Name] | None = None
    labels: Labels = Labels()
    samples: Literal["first", "last", "whole"] = "first"
    header: bool | None = None


class Windows(_Value):
    """Recordings are cut into windows of `length` steps, one every `step`."""

    length: Side
    step: Side


class Fitted(_Value):
    """What training fixed, and new files are read by.

    `columns` are the names of the F features, `categories` the values of each text column that became one-hot
    features, `medians` what a missing cell becomes. `classes` are the source's labels as texts, `shape` is one sample's
    shape; pixels are bytes, or fractions of 1.
    """

    shape: Annotated[tuple[Side, ...], Field(min_length=1, max_length=3)]
    classes: Annotated[tuple[Name, ...], Field(min_length=2, max_length=MAX_CLASSES)]
    columns: Annotated[tuple[Name, ...], Field(max_length=MAX_COLUMNS)] = ()
    categories: Annotated[dict[Name, Annotated[tuple[Name, ...], Field(max_length=MAX_COLUMNS)]], Field()] = {}
    medians: Annotated[tuple[float, ...], Field(max_length=MAX_SAMPLE_VALUES)] = ()
    pixels: Literal["", "bytes", "fractions"] = ""


class ReadingPlan(_Value):
    """How a pair of domains is read from two files, or from one.

    `channel` names the channel of recordings, or the ending of its name. `drop` are columns that are no features,
    `keep` columns that are although they look like row numbers or identifiers. `missing`: cells without a value get the
    median of both domains, or their rows are left out. `match` says which of the source's classes a label of the target
    means, where they are written differently; target samples of classes that the source lacks are left out.
    """

    version: Literal[1] = 1
    source: Reading
    target: Reading
    kind: Kind
    windows: Windows | None = None
    channel: Name = ""
    drop: Annotated[tuple[Name, ...], Field(max_length=MAX_COLUMNS)] = ()
    missing: Missing = "median"
    match: Annotated[dict[Name, Name], Field(max_length=MAX_CLASSES)] = {}
    fitted: Fitted | None = None

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        fitted = self.fitted
        if fitted and len(fitted.shape) != {"vectors": 1, "signals": 2, "images": 3}[self.kind]:
            raise ValueError(f"samples of {len(fitted.shape)} sides are no {self.kind}")
        if fitted and fitted.medians and len(fitted.medians) != fitted.shape[0]:
            raise ValueError("there must be one median for each feature")
        return self

    def to_json(self) -> str:
        """The plan as it is saved with a run."""
        return json.dumps(self.model_dump(mode="json"), indent=2, ensure_ascii=False) + "\n"

    @classmethod
    def from_json(cls, text: str | bytes, file: str = "plan.json") -> ReadingPlan:
        """The plan of that text, which may come from anyone. Raises `UploadError` if it is none."""
        if len(text) > MOST_CHARACTERS:
            text = say("a plan has at most {most:,} characters; give the plan.json of a run", most=MOST_CHARACTERS)
            raise refusal(file, text)
        try:
            return cls.model_validate_json(text)
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            place = "/".join(str(part) for part in first["loc"])
            why = reason(ValueError(first["msg"]))
            text = say("this is no reading plan ({why}); give the plan.json of a run", why=why)
            raise refusal(file, text, quoted(place) if place else "") from None
