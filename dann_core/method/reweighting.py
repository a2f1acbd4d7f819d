"""Alignment where class shares differ: which shares the target seems to have, and what samples then count for.

An adversary makes the two domains' features alike as a whole. Where a class is frequent in one domain and rare in the
other, it can only do so by mixing classes (Zhao et al. 2019). So a source sample of class k counts for q_k / p_k in the
classification and the adversarial loss, with the source's class shares p and the target's q, as if the source had been
drawn with the target's shares (Tachet des Combes et al. 2020, importance-weighted DANN), and the balance of the entropy
term asks for q instead of equal shares: KL(mean prediction || q). A class that the target seems not to have weighs
nothing and so leaves the alignment (Cao et al. 2018).

q is what the nearest source samples say of the target's inputs (`method.neighbours`), or of its features where they
know no classes in the inputs, and stays that: predictions counted while features are aligned say what the adversary
has made of them. It counts once the source is learnt. Few samples differ by chance: as far as that explains the
distance from the source's shares, q keeps near those, and beyond that it goes over to what the neighbours say. Nor is
anything pulled for a difference that chance explains. The page shows q once it counts; before that, and in runs that
weigh nothing, what predictions say (`method.shares`).

Where neighbours find about the source's shares in the target, a run adapts from its start, which gains more. Else, and
in a run of few iterations, it first learns the source alone.

Where the domains are mixed already, there is nothing to align, and whatever adapting does is harm. And where neighbours
are divided, nothing says which classes are to be aligned. Then a run does not adapt. Adapting by halves harms as often
as adapting wholly.

Few target samples say little of where to go, and entropy drives them surely into either direction. So where there are
few, a prediction is sharpened as far as the sample's neighbours in the input were given that class when q began to
count, and the entropy term also holds it to what it was then, the more, the fewer samples there are.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, Literal

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from dann_core.method.neighbours import MOST_SAMPLES, Said, mixed, neighbours, said_by_nearest, some
from dann_core.method.schedules import decides_in, is_short
from dann_core.settings import Settings

CHANCE, BEYOND_CHANCE = 2.0, 3.0
"""Distances from the source's shares, in multiples of what chance alone makes on average: up to the first one, what
neighbours say is believed `LEAST_TRUST`, from the second on wholly."""

LEAST_TRUST, OFF = 0.25, 0.05
"""And how far (L1) nearest samples are off beside that, where shares are alike."""

TELLING = 0.2
"""How far (L1) chance alone moves shares at most where that they are alike says something."""

UNDECIDED = -1.0

HELD, HALF_HELD = 0.5, 100
"""The weight in the entropy term of the cross-entropy to the predictions when shares begin to count, were there hardly
any target samples, and with how many it is half that."""

APART = 0.2
"""How many target samples' features have a source sample next to them at most (0.5: the domains are alike), where there
is something to align."""

FEW, MANY = 150, MOST_SAMPLES
"""Target samples up to which these are held and neighbours are asked wholly, and from which on not at all: of more, not
all are asked."""

ALONE, AMONG_ITS_OWN = 0.4, 1.0
"""Share of a sample's neighbours that have its class up to which it is not sharpened, and from which on wholly."""

RAREST = 1e-3
"""A share below this (or a tenth of an equal one) is taken for it where its logarithm is needed."""


Hindrance = Literal["run too short", "domains overlap", "classes unclear"]
"""Why a run does not adapt: it ends before the source counts as learnt, the domains overlap as they are, or nothing
says which of their classes to align."""

Look = Callable[[int, Tensor], tuple[Tensor, Tensor]]
"""From the number of a run and inputs `(N, *sample_shape)` to features `(N, D)` and logarithms of probabilities
`(N, K)`."""


class ShareState(nn.Module):
    """What a network has found out of the target's class shares: buffers, which are saved with its weights."""

    _COUNTS = ("counted", "confidence", "first")
    """Saved when predictions were counted; no longer read."""

    _STRENGTH = "strength"
    """Saved when all runs began late: 0 in those that did not adapt."""

    reference: Tensor
    """`(K,)`, the shares that count, or zeros as long as none do."""

    trust: Tensor
    """`()`, in what neighbours say against the source's shares, 0..1; 0 in a run that does not adapt, `UNDECIDED` at
    first."""

    begins: Tensor
    """`()`, the first iteration that adapts; infinite in a run that does not or not yet, `UNDECIDED` before the first
    iteration."""

    mixed: Tensor
    """`()`, how mixed the domains were when shares began to count (`method.neighbours.mixed`); `UNDECIDED` before, and
    in a run saved before that was kept."""

    held: Tensor
    """`(N, K)`, the predictions of all target samples when shares began to count; zeros before, empty for many."""

    around: Tensor
    """`(N, K)`, the shares of these classes among each one's neighbours then."""

    def __init__(self, n_classes: int) -> None:
        super().__init__()
        self.register_buffer("reference", torch.zeros(n_classes))
        self.register_buffer("trust", torch.tensor(UNDECIDED))
        self.register_buffer("begins", torch.tensor(UNDECIDED))
        self.register_buffer("mixed", torch.tensor(UNDECIDED))
        self.register_buffer("held", torch.zeros(0, n_classes))
        self.register_buffer("around", torch.zeros(0, n_classes))

    def _load_from_state_dict(self, state_dict: dict[str, Any], prefix: str, *args: Any) -> None:
        for name in self._COUNTS:
            state_dict.pop(prefix + name, None)
        strength = state_dict.pop(prefix + self._STRENGTH, self.trust.new_ones(()))
        if prefix + "begins" not in state_dict and state_dict.get(prefix + "trust", UNDECIDED) != UNDECIDED:
            state_dict[prefix + "begins"] = torch.where(strength > 0, 0.0, torch.inf)
        for name, mine in self.named_buffers():
            # Saved before there was such a thing: as in the beginning.
            kept = state_dict.setdefault(prefix + name, mine)
            # How many samples are held, the network does not know before.
            if name in ("held", "around") and kept.shape[1:] == mine.shape[1:]:
                setattr(self, name, mine.new_empty(kept.shape))
        super()._load_from_state_dict(state_dict, prefix, *args)

    def adapts_from(self, settings: Settings) -> float:
        """The first iteration that adapts; infinite where none does, or as long as none is known to."""
        if not settings.weighs_classes:
            return 0.0
        begins = self.begins.item()
        return math.inf if begins == UNDECIDED else begins

    def why_not(self, settings: Settings) -> Hindrance | None:
        """What keeps a run from adapting; None where it adapts, or has not decided yet."""
        if math.isfinite(self.adapts_from(settings)):
            return None
        if self.trust == UNDECIDED:
            return "run too short" if decides_in(settings) >= settings.max_iter else None
        return "domains overlap" if self.mixed > APART else "classes unclear"


class Reweighting:
    """Class shares and weights of G runs; those that do not estimate shares keep weights of 1.

    `sources` are the sources' standardised inputs `(N, *sample_shape)` and labels `(N,)`, `targets` the targets'
    inputs. The network is asked by `look` once a run, when its shares begin to count. `states` keep what is found:
    their buffers become views of tensors of this object's.
    """

    def __init__(
        self,
        states: Sequence[ShareState],
        sources: Sequence[tuple[Tensor, Tensor]],
        targets: Sequence[Tensor],
        settings: Sequence[Settings],
        look: Look,
    ) -> None:
        self._sources, self._targets, self._look = sources, targets, look
        n_classes = len(states[0].reference)
        self.source = torch.stack([torch.bincount(y, minlength=n_classes) / len(y) for _, y in sources])  # (G, K)
        source = self.source
        samples = source.new_tensor([[len(x), len(target)] for (x, _), target in zip(sources, targets, strict=True)])
        self.is_estimated = source.new_tensor([[s.weighs_classes] for s in settings]).bool()
        self._counts_from = [decides_in(s) for s in settings]
        self._may_begin = [not is_short(s) for s in settings]
        # The mean distance of the shares of two draws from one population: a sum of half-normal deviations.
        deviation = (source * (1 - source) * (1 / samples).sum(1, keepdim=True)).sqrt()
        self.by_chance = math.sqrt(2 / math.pi) * deviation.sum(1, keepdim=True)
        # Shares at a distance d differ by at least d^2 / 2 nats (Pinsker's inequality).
        explained = (CHANCE * self.by_chance).square() / 2
        self.slack = torch.where(self.is_estimated, explained, -math.inf)[:, :, None]  # (G, 1, 1)
        self.floor = min(RAREST, 0.1 / source.shape[1])
        # All runs' in one tensor; what each network saves are views of it.
        self.reference, self.trust, self.begins, self.mixed = (
            torch.stack([getattr(state, name) for state in states]).view(len(states), -1)
            for name in ("reference", "trust", "begins", "mixed")
        )
        for i, state in enumerate(states):
            state.reference, state.trust = self.reference[i], self.trust[i, 0]
            state.begins, state.mixed = self.begins[i, 0], self.mixed[i, 0]
        # Targets of many samples are not held, and are not kept in memory either.
        sizes = [len(x) if few_of(len(x)) else 0 for x in targets]
        self.began = source.new_zeros(2, len(states), max(sizes), source.shape[1])  # (2, G, N, K)
        for held, around, state, size in zip(*self.began, states, sizes, strict=True):
            if len(state.held) == size:
                held[:size], around[:size] = state.held, state.around
            state.held, state.around = held[:size], around[:size]
        few = source.new_tensor([[few_of(len(x)), hold_of(len(x))] for x in targets])
        self._few = torch.where(self.is_estimated, few, 0)
        self._new, self._waiting = (
            (self.is_estimated & (known == UNDECIDED)).squeeze(1).nonzero().flatten().tolist()
            for known in (self.begins, self.trust)
        )
        self._said: dict[int, tuple[Said, Tensor]] = {}
        self._use()

    @torch.no_grad()
    def begin(self, iteration: int) -> None:
        """Find out which runs adapt, and what with, as far as that iteration decides it; to be called in every one."""
        count = [i for i in self._waiting if self._counts_from[i] <= iteration]
        if not self._new and not count:
            return
        for i in self._new:
            said, _ = self._ask(i)
            is_alike = said.is_alike and self.by_chance[i] <= TELLING and self._may_begin[i]
            self.begins[i] = iteration if said.is_trusted and is_alike and said.mixed <= APART else math.inf
        for i in count:
            self._count(i, iteration)
        self._new, self._waiting = [], [i for i in self._waiting if i not in count]
        self._use()

    def _ask(self, run: int) -> tuple[Said, Tensor]:
        """What is said of a run's inputs, and the neighbours of its target's samples there."""
        # Runs on one pair have the same samples.
        pair = self._targets[run].data_ptr()
        if pair not in self._said:
            target = some(self._targets[run])
            said = said_by_nearest(target, *self._sources[run], self.source.shape[1])
            self._said[pair] = said, neighbours(target)
        return self._said[pair]

    def _count(self, run: int, iteration: int) -> None:
        """From now on the shares that were found count, if the run adapts."""
        said, near = self._ask(run)
        features, log_p = self._look(run, some(self._targets[run]))
        source, y = map(some, self._sources[run])
        of_source, _ = self._look(run, source)
        # Features that have been aligned until now are mixed for that: then inputs say how mixed the domains are.
        was_aligned = run in self._new and iteration > 0
        self.mixed[run] = said.mixed if was_aligned else mixed(of_source, features)
        if not said.knows:
            said = said_by_nearest(features, of_source, y, self.source.shape[1])
        if self.begins[run].isinf() and said.is_trusted and self.mixed[run] <= APART:
            self.begins[run] = iteration
        times = (said.shares - self.source[run]).abs().sum() / (self.by_chance[run] + OFF)
        believed = LEAST_TRUST + (1 - LEAST_TRUST) * _ramp(times, CHANCE, BEYOND_CHANCE)
        self.trust[run] = torch.where(self.begins[run].isinf(), 0, believed)
        self.reference[run] = torch.lerp(self.source[run], said.shares, self.trust[run])
        if self._few[run, 0]:
            given = F.one_hot(log_p.argmax(1), log_p.shape[1]).to(log_p.dtype)
            self.began[0, run, : len(log_p)] = log_p.exp()
            self.began[1, run, : len(log_p)] = given[near].mean(1)

    def _use(self) -> None:
        """Make what the reference and the trust stand for."""
        is_known = self.is_estimated & (self.reference.sum(1, keepdim=True) > 0)
        weights = class_weights(self.reference, self.source)
        self.weights = torch.where(self.is_estimated, weights, 1)[:, :, None]  # (G, K, 1)
        does = ~self.is_estimated | self.begins.isfinite() & (self.begins != UNDECIDED)
        self.adapts = does.to(self.reference.dtype)[:, :, None]  # (G, 1, 1), 1 or 0
        expected = torch.where(is_known, self.reference, self.source).clamp(min=self.floor).log()
        # Equal shares, where none are estimated: any constant says so.
        self.log_expected = torch.where(self.is_estimated, expected, 0)[:, :, None]  # (G, K, 1)
        few, hold = torch.where(self.trust == UNDECIDED, 0, self._few)[:, :, None].split(1, 1)  # (G, 1, 1)
        self.few, self.hold = few, hold

    def held(self, picked: Tensor, p: Tensor) -> tuple[Tensor, Tensor] | None:
        """Of these target samples `(G, n)` with predictions `p` `(G, K, n)`: how far they are sharpened, `(G, 1, n)`,
        and what they are held to, `(G, K, n)`. None if no target is small enough.
        """
        most, n_classes = self.began.shape[2:]
        if not most:
            return None
        # Beyond the end are samples of targets that are not held.
        rows = picked.clamp(max=most - 1)[:, :, None].expand(-1, -1, n_classes)
        first, around = (began.gather(1, rows).mT for began in self.began)
        like = around.gather(1, p.argmax(1, keepdim=True))
        return torch.lerp(torch.ones_like(like), _ramp(like, ALONE, AMONG_ITS_OWN), self.few), first


def few_of(samples: int) -> float:
    """How far a target of so many samples has few, 0..1; a single one has no neighbours."""
    return min(max((MANY - samples) / (MANY - FEW), 0.0), 1.0) if samples > 1 else 0.0


def hold_of(samples: int) -> float:
    """What holding on to first predictions counts for in the entropy term, with so many target samples."""
    return few_of(samples) * HELD * HALF_HELD / (samples + HALF_HELD)


def class_weights(reference: Tensor, source: Tensor) -> Tensor:
    """What a source sample of each class counts for, `(..., K)`: the shares that count over the source's own.

    1 as long as `reference` is all zeros, so that none count.
    """
    weights = reference / source.clamp(min=torch.finfo(source.dtype).tiny)
    return torch.where(reference.sum(-1, keepdim=True) > 0, weights, 1)


def _ramp(x: Tensor, low: float, high: float) -> Tensor:
    """0 up to `low`, 1 from `high` on."""
    return ((x - low) / (high - low)).clamp(0, 1)
