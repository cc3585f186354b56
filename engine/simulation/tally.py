"""What is counted while a simulation runs: waits, queues, people's time, deadlines, lengths of cases."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from engine.simulation.past import Place

DAY = 86400.0
MEDIAN, MOST = 50, 95


def quantile(values: Sequence[float], hundredths: int) -> float | None:
    """Nearest rank, as everywhere in the cockpit: the smallest value that this share of all does not exceed."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * hundredths // 100) - 1)] if ordered else None


@dataclass
class StepTally:
    """One step: seconds waited until work began, stays, tasks with a deadline and those kept, changes of the queue."""

    waits: list[float] = field(default_factory=list)
    stays: list[float] = field(default_factory=list)
    clocked: int = 0
    kept: int = 0
    queue: list[tuple[float, int]] = field(default_factory=list)


@dataclass
class Tally:
    """One replication. Only cases that came within the period count; queues are those of everybody."""

    since: float
    until: float
    steps: dict[Place, StepTally] = field(default_factory=lambda: defaultdict(StepTally))
    leads: list[float] = field(default_factory=list)
    cases: int = 0
    ended: int = 0
    stuck: list[dict[str, Any]] = field(default_factory=list)
    unclear: Counter[Place] = field(default_factory=Counter)
    """Decisions whose condition lacked a value, so that the default flow was taken."""

    def opened(self, place: Place, at: float) -> None:
        """A task is there."""
        self.steps[place].queue.append((at, 1))

    def taken(self, place: Place, at: float, waited: float | None) -> None:
        """Work on it has begun, or it is gone (``waited`` None)."""
        step = self.steps[place]
        step.queue.append((at, -1))
        if waited is not None:
            step.waits.append(waited)

    def done(self, place: Place, stay: float, at: float, due: float | None) -> None:
        """It is completed."""
        step = self.steps[place]
        step.stays.append(stay)
        if due is not None:
            step.clocked += 1
            step.kept += at <= due

    def queues(self, place: Place) -> list[float]:
        """The tasks waiting for somebody, averaged over each day of the period."""
        days = max(1, round((self.until - self.since) / DAY))
        filled = [0.0] * days
        length, before = 0, 0.0
        for at, change in [*sorted(self.steps[place].queue), (self.until, 0)]:
            _spread(filled, length, before - self.since, min(at, self.until) - self.since)
            length, before = length + change, at
        return [round(total / DAY, 3) for total in filled]

    def figures(self) -> dict[str, Any]:
        """Everything as plain values."""
        return {
            "cases": self.cases, "ended": self.ended, "stuck": self.stuck[:20], "stuck_count": len(self.stuck),
            "unclear": {"|".join(place): count for place, count in sorted(self.unclear.items())},
            "lead": _both(self.leads), "clocked": sum(step.clocked for step in self.steps.values()),
            "kept": sum(step.kept for step in self.steps.values()),
            "steps": {"|".join(place): {
                "done": len(step.stays), "wait": _both(step.waits), "stay": _both(step.stays),
                "wait_mean": sum(step.waits) / len(step.waits) if step.waits else None,
                "clocked": step.clocked, "kept": step.kept, "queue": self.queues(place)}
                for place, step in sorted(self.steps.items())}}


def _both(values: Sequence[float]) -> list[float | None]:
    return [quantile(values, MEDIAN), quantile(values, MOST)]


def _spread(filled: list[float], length: int, start: float, end: float) -> None:
    """Add ``length`` over a stretch of time to the days it lies in."""
    start = max(0.0, start)
    while length and start < end:
        day = int(start // DAY)
        if day >= len(filled):
            return
        stop = min(end, (day + 1) * DAY)
        filled[day] += length * (stop - start)
        start = stop
