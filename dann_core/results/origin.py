"""Where a pair of domains comes from; light, since every page holds one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from dann_core.domains import Domain
    from dann_core.domains.files import DataFile, ReadingPlan, ReadPair


@dataclass(frozen=True)
class Origin:
    """A built-in domain, or files, the plan that read them and what was `said` of that; nothing for arrays."""

    domain: Domain | None = None
    plan: ReadingPlan | None = None
    files: tuple[DataFile, ...] = ()
    said: str = ""

    @classmethod
    def of(cls, read: ReadPair) -> Self:
        """Of a pair that was read from files."""
        return cls(plan=read.plan, files=read.files, said=read.report.text)
