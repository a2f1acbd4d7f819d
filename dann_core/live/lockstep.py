"""Runs in lockstep: one Play for all of them, and all of them at the same iteration in every frame.

`Together` is one handle for several runs. One of them, that which was slowest, decides how far a slice goes; the others
follow to exactly that iteration, while it already trains the next. `Lockstep` is the run that is played; those `Beside`
it have what they trained recorded, and nothing else of their own.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from dann_core.domains.pair import DomainPair
from dann_core.engine.base import Handle
from dann_core.live.recorded import Recorded
from dann_core.live.run import Run
from dann_core.live.slices import Answer, Resumption, Round, Slice
from dann_core.settings import Settings
from dann_core.settings.path import Later

MOST_LANES = 4

FIRST_ITERATIONS = 2
"""Of the first slice, from which is learnt which run is the slowest."""

ROOM = 2
"""Lanes train as one stack where the processor's caches hold so many times as many. Measured on moons, a step of four
lanes against one's: widths of 64, 2.6 times (batches of 32: 2.2), a discriminator of 128: 2.7, of 256: 3.0, all widths
256: 3.9. From there on, runs of their own are done sooner on several workers."""


def lanes_together(
    pairs: Sequence[DomainPair], settings: Sequence[Settings], laters: Sequence[Later] = ()
) -> list[list[int]]:
    """Positions of the lanes that train as one stack, in groups; what trains as a run of its own is one by itself.

    Where `laters` change one of them on its way, all are runs of their own: until then they are to be the same.
    """
    if any(laters):
        return [[k] for k in range(len(pairs))]
    # A page that only opens need not wait for torch.
    from dann_core.sweeps.replicas import group_size, stacks

    groups = []
    for group in stacks(pairs, settings):
        fits = ROOM * len(group) <= group_size(settings[group[0]])
        groups += [group] if fits else [[k] for k in group]
    return sorted(groups)


@dataclass(frozen=True)
class _Turn:
    """A round's place among others: done when all its slices have been asked for, and when it has been answered."""

    asked: Future[None] = field(default_factory=Future)
    answered: Future[None] = field(default_factory=Future)

    def end(self) -> None:
        self.asked.set_result(None)
        self.answered.set_result(None)


class Together:
    """See `Handle`. `settings` are those of each run, whatever a slice says, and `laters` what it changes to.

    `groups` are positions of the runs that each handle is of: one that trains a stack answers for several. Without
    them, each is of one.
    """

    def __init__(
        self,
        handles: Sequence[Handle],
        settings: Sequence[Settings],
        groups: Sequence[Sequence[int]] | None = None,
        laters: Sequence[Later] = (),
    ) -> None:
        self._handles, self._groups = list(handles), groups or [[k] for k in range(len(settings))]
        self._settings = [settings[group[0]] for group in self._groups]
        self._laters = [laters[group[0]] if laters else () for group in self._groups]
        # Of several, the first slice tells which is the slowest.
        self._slowest = None if len(self._handles) > 1 else 0
        # Of each handle: where the slices asked for will bring it, and where it has come.
        self._bound, self._reached = [0] * len(self._handles), [0] * len(self._handles)
        # Of each run: what has come and was not told yet.
        self._untold = [Answer()] * len(settings)
        self._turn = _Turn()
        self._turn.end()
        self._lock = threading.Lock()

    @property
    def recoveries(self) -> int:
        """Of all runs together."""
        return sum(handle.recoveries for handle in self._handles)

    def advance(self, asked: Slice) -> Future[Round]:
        """One round: the first run's answer with the others', or no frame where one of them has none."""
        answer: Future[Round] = Future()
        before, turn = self._next_turn()

        def start(_: Future[None]) -> None:
            if answer.set_running_or_notify_cancel():
                self._start(asked, answer, before, turn)
            else:
                before.answered.add_done_callback(lambda _: turn.end())

        before.asked.add_done_callback(start)
        return answer

    def halt(self) -> None:
        for handle in self._handles:
            handle.halt()

    def rest(self) -> None:
        before, turn = self._next_turn()

        def free(_: Future[None]) -> None:
            for handle in self._handles:
                handle.rest()
            # After a failure, some may have gone further than others.
            self._bound = self._reached.copy()
            turn.end()

        before.answered.add_done_callback(free)

    def _next_turn(self) -> tuple[_Turn, _Turn]:
        with self._lock:
            before, self._turn = self._turn, _Turn()
            return before, self._turn

    def _start(self, asked: Slice, answer: Future[Round], before: _Turn, turn: _Turn) -> None:
        def follow(iteration: int, leading: int | None, led: Future[Answer] | None) -> None:
            # No run may lack an iteration that another has made: however long it takes, and not to be halted.
            far = replace(asked, seconds=math.inf, number=0)
            slices = [
                led
                if k == leading
                else self._ask(k, replace(far if missing or asked.iterations != 0 else asked, iterations=missing))
                for k, missing in enumerate(iteration - bound for bound in self._bound)
            ]
            self._bound = [iteration] * len(slices)
            turn.asked.set_result(None)
            _when_done([before.answered, *slices], lambda: self._answer(asked, slices, answer, turn))

        furthest = max(self._bound)
        if asked.iterations in (0, 1):
            # A look, or a step: nobody's time decides how far it goes.
            follow(min(furthest + asked.iterations, self._settings[0].max_iter), None, None)
            return

        def led(slice_: Future[Answer]) -> None:
            if slice_.cancelled() or slice_.exception() or slice_.result().frame is None:
                turn.asked.set_result(None)
                _when_done([before.answered], lambda: self._answer(asked, [slice_], answer, turn))
            else:
                follow(slice_.result().frame.iteration, leading, slice_)

        leading, first = self._slowest, asked
        if leading is None:
            leading, first = 0, replace(asked, iterations=FIRST_ITERATIONS)
        if self._bound[leading] < furthest:
            leading = self._bound.index(furthest)
        self._ask(leading, first).add_done_callback(led)

    def _ask(self, k: int, asked: Slice) -> Future[Answer]:
        return self._handles[k].advance(replace(asked, settings=self._settings[k], later=self._laters[k]))

    def _answer(self, asked: Slice, slices: Sequence[Future[Answer]], answer: Future[Round], turn: _Turn) -> None:
        failures = [s.exception() for s in slices if not s.cancelled() and s.exception()]
        came = [Answer() if s.cancelled() or s.exception() else s.result() for s in slices]
        for k, part in enumerate(came):
            if part.frame is not None:
                self._reached[k] = part.frame.iteration
                for run, its_part in zip(self._groups[k], part.parts, strict=True):
                    self._untold[run] = _joined(self._untold[run], its_part)
        if failures:
            answer.set_exception(failures[0])
        elif any(part.frame is None for part in came):
            # Of a look that was halted, nothing is lost: the next one sees as much.
            answer.set_result(Round())
        else:
            if asked.iterations != 0:
                self._slowest = max(range(len(came)), key=lambda k: came[k].seconds)
            told, self._untold = self._untold, [Answer()] * len(self._untold)
            answer.set_result(Round.of(told))
        turn.answered.set_result(None)


class Lockstep(Run):
    """The first of several runs in lockstep, by which all of them are played; `lanes` are all, this one first.

    Settings are each lane's own and change only as its entry in `laters` says; all have the same `max_iter`. Each of
    the `launches` starts one lane, or those of its entry in `groups`; see `Together`.
    """

    def __init__(
        self,
        launches: Sequence[Callable[[], Handle]],
        pairs: Sequence[DomainPair],
        settings: Sequence[Settings],
        heard: Callable[[], None] = lambda: None,
        groups: Sequence[Sequence[int]] | None = None,
        laters: Sequence[Later] = (),
    ) -> None:
        def launched(_: Resumption | None) -> Together:
            return Together([launch() for launch in launches], settings, groups, laters)

        super().__init__(launched, pairs[0], settings[0], heard)
        self._others = [Beside(self, pair, s) for pair, s in zip(pairs[1:], settings[1:], strict=True)]

    @property
    def lanes(self) -> list[Run | Beside]:
        """All runs, in order."""
        return [self, *self._others]

    def free(self) -> None:
        """See `Run.free`."""
        super().free()
        for other in self._others:
            other.forget()

    def _is_seen_whole(self) -> bool:
        return all(lane.recording.latest.complete for lane in self.lanes)

    def record(self, answer: Answer) -> None:
        """Each lane takes in its part of a round."""
        # The others first: whoever sees a frame of the first lane finds theirs.
        first, *others = answer.parts
        for other, its_answer in zip(self._others, others, strict=False):
            other.record(its_answer)
        # Handles keep checkpoints to go on from; nobody forks a lane, nor could go on from a stack's by itself.
        super().record(replace(first, checkpoint=None))
        for lane in self.lanes:
            if lane.changes:
                lane.settings = lane.settings_at(self.iteration)
        # It has not been asked for by anybody here: no look is due for it.
        self._asked = self.settings


class Beside(Recorded):
    """A run that another one leads: what it has trained is its own, all else is asked of that one."""

    def __init__(self, leading: Lockstep, pair: DomainPair, settings: Settings) -> None:
        super().__init__(pair, settings)
        self.leading, self._lock = leading, leading._lock

    def __getattr__(self, name: str) -> Any:
        # Whether it plays, how fast, what is late or has failed, and all that steers it.
        return getattr(self.leading, name)


def _joined(before: Answer, after: Answer) -> Answer:
    """What two slices of a run brought, as one."""
    rows = np.concatenate([before.rows, after.rows])
    return replace(after, rows=rows, scene=after.scene or before.scene)


def _when_done(futures: Sequence[Future[Any]], call: Callable[[], None]) -> None:
    left, lock = len(futures), threading.Lock()

    def done(_: Future[Any]) -> None:
        nonlocal left
        with lock:
            left -= 1
            if left:
                return
        call()

    for future in futures:
        future.add_done_callback(done)
