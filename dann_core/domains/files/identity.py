"""What identifies a file that a pair was read from, so that it is known again."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

FileRole = Literal["source", "target", "source labels", "target labels"]


class DataFile(BaseModel):
    """A file by its name, its size in bytes and its content; data in memory have no SHA-256."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    role: FileRole
    name: Annotated[str, Field(max_length=1_000)]
    size: Annotated[int, Field(ge=0)]
    sha256: Annotated[str, Field(pattern="^([0-9a-f]{64})?$")]
