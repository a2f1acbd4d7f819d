"""What a person has said about how to read two files, and what must be asked before they can be read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from dann_core.domains.files.contents import Contents
from dann_core.domains.files.errors import UploadError, quoted, refusal
from dann_core.domains.files.names import is_label_name
from dann_core.domains.files.nouns import ROLES, clauses
from dann_core.domains.files.plan import Missing
from dann_core.domains.files.samples import Role
from dann_core.language import Text, said, say
from dann_core.settings.catalogue import Kind

NO_LABELS = "none"
FOLDERS, FILE_NAMES, ARRAY_NAMES = "folder names", "file names", "array names"
_CHOICES = {
    NO_LABELS: say("none"),
    FOLDERS: say("folder names"),
    FILE_NAMES: say("file names"),
    ARRAY_NAMES: say("array names"),
}

MOST_NAMED = 4


@dataclass(frozen=True)
class Asked:
    """What is given instead of guessed; None and () are guessed. See `ReadingPlan` for what each means.

    `labels` and `target_labels` are names of arrays or columns, "column 7" of a matrix, "folder names", "file names",
    "array names" (each array holds samples of the class that it is called after) or "none". `transpose`: the samples
    are a table's columns, or lie along an array's last side. `split_by` is a column or "folder", and after "=" what is
    the source and the target: `domain=a:b`.
    """

    samples: str | None = None
    target_samples: str | None = None
    labels: str | None = None
    target_labels: str | None = None
    kind: Kind | None = None
    window: tuple[int, int | None] | None = None
    channel: str | None = None
    drop: tuple[str, ...] = ()
    keep: tuple[str, ...] = ()
    class_level: int | None = None
    missing: Missing | None = None
    split_by: str | None = None
    match: tuple[str, ...] = ()
    header: bool | None = None
    transpose: bool | None = None

    def samples_of(self, role: Role) -> str | None:
        """The samples' name in the file of this domain."""
        return self.samples if role == "source" else self.target_samples

    def labels_of(self, role: Role) -> str | None:
        """The labels' name in the file of this domain."""
        return self.labels if role == "source" else self.target_labels


@dataclass(frozen=True)
class Candidate:
    """Something that might be meant; `why` is a text that says what it is, or why it cannot be meant."""

    name: str
    why: str
    possible: bool = True


class Unclear(UploadError):
    """A question that only a person can answer: `part` ("labels", "domains") of the file of `role`.

    `about` is the column (or "folder") whose values are the candidates for the two domains."""

    def __init__(
        self,
        message: str,
        part: Literal["labels", "domains"],
        role: Role,
        candidates: Sequence[Candidate],
        about: str = "",
    ) -> None:
        super().__init__(message)
        self.part, self.role, self.candidates, self.about = part, role, tuple(candidates), about


_WAYS: dict[Role, Text] = {
    "source": say("name one (--labels NAME) or give a second file that holds them (--labels-file FILE)"),
    "target": say("name one (--target-labels NAME) or give a second file that holds them (--target-labels-file FILE)"),
}
"""How a person can say which the labels are."""


def titled(choice: str) -> str:
    """What a choice of labels is called where it is shown: those that name nothing in a file, by a text."""
    return _CHOICES.get(choice, choice)


def unclear_labels(contents: Contents, role: Role, candidates: Sequence[Candidate], hint: str = "") -> Unclear:
    """Nothing in the file is plainly its label: one sentence with the candidates and what each is.

    A `hint` is a text that stands before what can be done in any case, and ends as it has to there.
    """
    ordered = sorted(candidates, key=lambda c: (not is_label_name(c.name), not c.possible))
    # What may be meant is named before what cannot be; of many, labels mostly stand first or last.
    half = MOST_NAMED // 2
    possible = [c for c in ordered if c.possible]
    named = [*possible, *(c for c in ordered if not c.possible)]
    shown = [*possible[:half], *possible[-half:]] if len(possible) > MOST_NAMED else named[:MOST_NAMED]
    listed = clauses(say("{name} {why}", name=quoted(titled(c.name)), why=c.why) for c in shown)
    if len(ordered) > MOST_NAMED:
        listed = say("{names}; and {n:,} more", names=listed, n=len(ordered) - MOST_NAMED)
    what = _WAYS[role]
    if ordered:
        what = say("{what}: {candidates}", what=what, candidates=listed)
    values = {"role": ROLES[role], "what": hint + what}
    text = say("nothing in it is plainly the {role}'s label; {what}", **values)
    if contents.notes:
        notes = clauses(contents.notes[:2])
        text = say("nothing in it is plainly the {role}'s label ({notes}); {what}", notes=notes, **values)
    return Unclear(said(refusal(contents.file, text)), "labels", role, ordered)
