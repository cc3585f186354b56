"""From what was noted to how work went: when each piece of work began, and how long people waited for and worked on it.

A person is taken to do one thing at a time: work on a task begins when it is claimed, and not before the same person
completed the task before it. Waiting while somebody was free is *reaction*, while nobody was is *queueing*; the
simulation makes the queueing itself.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import median

from engine.simulation.hours import WorkHours
from engine.simulation.past import PastStep, Place, Work

CLAIMED_BEFORE = 60.0
"""Seconds before its completion at which a claim tells that work began; later ones are part of submitting."""
SHORT = 900.0
"""Seconds of work at a step of which no claim tells any."""
CLAIMED_SHARE = 0.5
"""Share of a step's completions that must have such a claim, so that its service times count as measured."""

HABIT = 0.2
"""Share of a step's tasks that must have been taken back, so that leaving it alone counts as usual there."""


@dataclass(frozen=True, slots=True)
class Done:
    """A completed task: moments in seconds since the beginning. ``by`` empty: no person of ours did it."""

    place: Place
    role: str
    unit: str
    by: str
    opened: float
    claimed: float | None
    left: float
    due: float | None
    ours: bool = True
    """Whether it belongs to a case of the simulated process."""
    rests: tuple[tuple[float, float], ...] = ()
    """When nobody could work on it: signers were at it, or its case was suspended."""

    @property
    def claim_tells(self) -> bool:
        """Whether the claim came long enough before the completion to tell when work began."""
        return self.claimed is not None and self.left - self.claimed >= CLAIMED_BEFORE


    def worked(self, start: float) -> list[tuple[float, float]]:
        """The stretches in which its person was at it, from when work began."""
        found, since = [], start
        for gone, back in self.rests:
            found.append((since, max(since, min(gone, self.left))))
            since = max(since, back)
        return [(begin, end) for begin, end in [*found, (since, self.left)] if begin < end]

    def resting(self, hours: WorkHours, start: float, end: float) -> float:
        """Working seconds of its rests between two moments."""
        return sum(hours.between(max(start, gone), min(end, back)) for gone, back in self.rests)


def begun(done: Sequence[Done]) -> list[float]:
    """When work on each began: when it was claimed, but not before the same person completed the task before it.

    Without a claim that tells (it was given to somebody, or claimed on submitting), work lasted at most as long as is
    usual at the step.
    """
    usual = _usual(done)
    order = sorted(range(len(done)), key=lambda index: (done[index].left, done[index].opened))
    before: dict[str, float] = {}
    found = [0.0] * len(done)
    for index in order:
        one = done[index]
        told = one.claimed if one.claimed is not None and one.claim_tells else one.left - usual.get(one.place, SHORT)
        start = max(one.opened, told)
        found[index] = min(one.left, max(start, before.get(one.by, start))) if one.by else one.left
        before[one.by] = one.left
    return found


def _usual(done: Sequence[Done]) -> dict[Place, float]:
    """The median seconds from a claim that tells to the completion, by step."""
    lengths: dict[Place, list[float]] = defaultdict(list)
    for one in done:
        if one.claimed is not None and one.claim_tells:
            lengths[one.place].append(one.left - one.claimed)
    return {place: median(several) for place, several in lengths.items()}


class Busy:
    """When all people of a pool were at work on something at once."""

    def __init__(self, intervals: Iterable[tuple[float, float]], people: int, hours: WorkHours):
        changes = sorted((moment, change) for start, end in intervals if end > start
                         for moment, change in ((start, 1), (end, -1)))
        self._hours = hours
        self._stretches: list[tuple[float, float]] = []
        at_once, since = 0, None
        for moment, change in changes:
            at_once += change
            if at_once >= people and since is None:
                since = moment
            elif at_once < people and since is not None:
                self._stretches.append((since, moment))
                since = None

    def within(self, start: float, end: float) -> float:
        """Working seconds of a stretch of time in which nobody was free."""
        return sum(self._hours.between(max(start, since), min(end, until)) for since, until in self._stretches
                   if since < end and until > start)


def steps(done: Sequence[Done], hours: Mapping[str, WorkHours],
          taken_back: Mapping[Place, int] | None = None,
          away: Mapping[str, Sequence[tuple[float, float]]] | None = None) -> dict[Place, PastStep]:
    """How each step of the simulated process was worked on; ``taken_back`` counts tasks that nobody completed, ``away``
    says when people were not there."""
    starts = begun(done)
    pools: dict[tuple[str, str], set[str]] = defaultdict(set)
    by_person: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for one, start in zip(done, starts):
        if one.by:
            pools[one.role, one.unit].add(one.by)
            by_person[one.by] += one.worked(start)
    for person, stretches in (away or {}).items():
        by_person[person] += stretches  # nor were they free
    busy = {pool: Busy([stretch for person in people for stretch in by_person[person]], len(people),
                       hours.get(pool[0], hours[""])) for pool, people in pools.items()}
    found: dict[Place, list[tuple[Done, float]]] = defaultdict(list)
    for one, start in zip(done, starts):
        if one.ours:
            found[one.place].append((one, start))
    back = taken_back or {}
    known = {place: _step(several, busy, hours) for place, several in found.items()}
    known |= {place: PastStep((), False, True) for place in back if place not in known}
    return {place: replace(step, left_alone=_left_alone(len(step.works), back.get(place, 0)))
            for place, step in known.items()}


def _left_alone(completed: int, taken_back: int) -> float:
    """The share of tasks left alone; a few are those of cases that somebody ended, which is no habit of the step."""
    share = taken_back / (taken_back + completed) if taken_back else 0.0
    return share if share >= HABIT else 0.0


def _step(several: list[tuple[Done, float]], busy: Mapping[tuple[str, str], Busy],
          hours: Mapping[str, WorkHours]) -> PastStep:
    works, waits = [], []
    for one, start in several:
        kept = hours.get(one.role, hours[""])
        queued = busy[one.role, one.unit].within(one.opened, start) if one.by else 0.0
        rested = one.resting(kept, one.opened, start)
        works.append(Work(max(0.0, kept.between(one.opened, start) - queued - rested),
                          kept.between(start, one.left) - one.resting(kept, start, one.left),
                          one.left - one.opened - sum(back - gone for gone, back in one.rests)))
        waits.append(max(0.0, start - one.opened - sum(max(0.0, min(start, back) - gone) for gone, back in one.rests)))
    measured = sum(one.claim_tells for one, _start in several) >= CLAIMED_SHARE * len(several)
    return PastStep(tuple(works), measured, any(one.by for one, _start in several), tuple(waits),
                    sum(one.due is not None for one, _start in several),
                    sum(one.due is not None and one.left <= one.due for one, _start in several))
