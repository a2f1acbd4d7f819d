"""A visitor's runs as lanes of a comparison: each from iteration 0, with its changes where they were made."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from dann_core.method.history import Change
from dann_core.settings import Settings
from dann_core.settings.knobs import KnobError
from dann_core.settings.path import COMMON, PathStep, steps_between
from dann_core.settings.variants import MOST, PATH, YOURS, Variant
from server.branches import Branch, Branches
from server.shelf import Shelved


class BranchLanes(NamedTuple):
    """`lanes` by the number of their branch; of the others, numbers by why they are no lanes."""

    lanes: dict[int, Variant]
    other_data: Sequence[int] = ()
    other_length: Sequence[int] = ()
    """Or another seed."""

    too_many_changes: Sequence[int] = ()
    too_many: Sequence[int] = ()


def branch_lanes(branches: Branches, base: Settings) -> BranchLanes:
    """The branches of the shown pair as variants of these settings; of too many, those that were shown last."""
    found = BranchLanes({}, [], [], [], [])
    for branch in reversed(branches.kept):
        if not branch.has_domains_of(branches.shown):
            found.other_data.append(branch.number)
            continue
        try:
            lane = _of_branch(branch, base)
        except KnobError:
            found.too_many_changes.append(branch.number)
            continue
        if lane is None:
            found.other_length.append(branch.number)
        elif lane in found.lanes.values():
            # The same run once more.
            continue
        elif len(found.lanes) == MOST:
            found.too_many.append(branch.number)
        else:
            found.lanes[branch.number] = lane
    return found._replace(lanes=dict(sorted(found.lanes.items())))


def shelved_lanes(shelved: Shelved) -> list[Variant]:
    """A run of the shelf without and with its changes, as variants of what it began with; none where it made none.

    Empty, too, for one that no lane can repeat: too many changes, or of what lanes have in common.
    """
    try:
        lane = _lane(shelved.settings, _steps(shelved.changes), shelved.settings)
    except KnobError:
        return []
    return [Variant(YOURS), lane] if lane and lane.name == PATH else []


def _of_branch(branch: Branch, base: Settings) -> Variant | None:
    run, at = branch.now.run, len(branch.now.run.history)
    begun, acting = run.settings_at(0), run.settings_at(at)
    # What has been changed just now acts from here on.
    coming = [PathStep(at, k.name, getattr(run.settings, k.name)) for k in acting.differences(run.settings)]
    return _lane(begun, _steps(run.changes) + coming, base)


def _steps(changes: Iterable[Change]) -> list[PathStep]:
    return [PathStep(c.iteration, c.name, c.new) for c in changes if c.iteration > 0]


def _lane(begun: Settings, changes: Sequence[PathStep], base: Settings) -> Variant | None:
    """What a run is that began and changed so; None where lanes have other settings in common."""
    common = {name for name in COMMON if getattr(begun, name) != getattr(base, name)}
    if common or any(change.name in COMMON for change in changes):
        return None
    # At its end, nothing is trained with it any more.
    path = steps_between(base, begun, [change for change in changes if change.at < base.max_iter])
    if not path:
        return Variant(YOURS)
    if len(path) == 1 and path[0].at == 0:
        return Variant(path[0].name, path[0].value)
    return Variant(PATH, path)
