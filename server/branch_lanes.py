"""A visitor's branches as lanes of a comparison: each from iteration 0, with its changes where they were made."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from dann_core.settings import Settings
from dann_core.settings.knobs import KnobError
from dann_core.settings.path import COMMON, PathStep, steps_between
from dann_core.settings.variants import MOST, PATH, YOURS, Variant
from server.branches import Branch, Branches


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
            lane = _lane(branch, base)
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


def _lane(branch: Branch, base: Settings) -> Variant | None:
    """What the branch is, told from iteration 0 on; None where lanes have other settings in common."""
    run, at = branch.now.run, len(branch.now.run.history)
    begun, acting = run.settings_at(0), run.settings_at(at)
    changes = [PathStep(c.iteration, c.name, c.new) for c in run.changes if c.iteration > 0]
    # What has been changed just now acts from here on.
    coming = [k.name for k in acting.differences(run.settings)]
    changes += [PathStep(at, name, getattr(run.settings, name)) for name in coming]
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
