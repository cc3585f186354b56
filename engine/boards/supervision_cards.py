"""The cards of supervisors' pages: the board, the load of people, the cockpit of a process, series for charts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from engine.cards import Bilingual, TaskRow


@dataclass(frozen=True, slots=True)
class MatrixLine:
    """A line of the matrix: ``cells`` counts tasks by age; ``key`` narrows the list to this line."""

    key: str
    name: Bilingual
    cells: dict[str, int]

    @property
    def late(self) -> int:
        return sum(count for bucket, count in self.cells.items() if bucket != "risk")

    @property
    def total(self) -> int:
        return sum(self.cells.values())


@dataclass(frozen=True, slots=True)
class LateRow:
    """A task that is late or at risk; ``urged_at`` is when somebody last reminded of it."""

    task: TaskRow
    urged_at: datetime | None


@dataclass(frozen=True, slots=True)
class BoardPage:
    """The supervisors' board. ``figures`` counts late, risk, escalated, to_me, unclaimed, broken (promises)."""

    group: str
    lines: tuple[MatrixLine, ...]
    figures: dict[str, int]
    rows: tuple[LateRow, ...]
    following: str | None


@dataclass(frozen=True, slots=True)
class LoadLine:
    """What a person has to do and has done: open, late, at risk now; done in the period, on time of those with a clock.

    ``median`` is the seconds a step took from its creation to its end; ``absent_until`` while somebody stands in.
    """

    login: str
    name: Bilingual
    unit: Bilingual | None
    roles: tuple[Bilingual, ...]
    open: int = 0
    late: int = 0
    risk: int = 0
    done: int = 0
    on_time: float | None = None
    median: float | None = None
    absent_until: datetime | None = None
    stand_in: Bilingual | None = None


@dataclass(frozen=True, slots=True)
class RoleLoad:
    """What waits for a role with nobody working on it, since when, and how many people hold the role."""

    role: str
    name: Bilingual
    unclaimed: int
    oldest: datetime | None
    holders: int


@dataclass(frozen=True, slots=True)
class StepFigures:
    """A step of a process in the cockpit: now and over the period. Seconds; shares from 0 to 1."""

    element_id: str
    name: Bilingual
    kind: str
    open: int = 0
    late: int = 0
    visits: int = 0
    median: float | None = None
    p95: float | None = None
    returned: int = 0
    with_deadline: int = 0
    on_time: int = 0

    @property
    def return_share(self) -> float | None:
        return self.returned / self.visits if self.visits else None

    @property
    def on_time_share(self) -> float | None:
        return self.on_time / self.with_deadline if self.with_deadline else None

    @property
    def late_share(self) -> float | None:
        return self.late / self.open if self.open else None


@dataclass(frozen=True, slots=True)
class VersionFigures:
    """A version of a process: its cases now and over the period, and its steps. ``definition_id`` names its drawing."""

    version: int
    definition_id: str
    deployed_at: datetime
    open: int
    started: int
    ended: int
    median: float | None
    p95: float | None
    steps: tuple[StepFigures, ...]


@dataclass(frozen=True, slots=True)
class Cockpit:
    """A process over a period; ``versions`` the newest first."""

    key: str
    name: Bilingual
    since: datetime
    until: datetime
    versions: tuple[VersionFigures, ...]
    all_versions: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class DayFigures:
    """One day: cases started and ended, tasks done, of those with a deadline how many and how many in time."""

    day: date
    started: int = 0
    ended: int = 0
    done: int = 0
    with_deadline: int = 0
    on_time: int = 0

    def row(self) -> list[Any]:
        """The day as a line of a table."""
        share = self.on_time / self.with_deadline if self.with_deadline else None
        return [self.day, self.started, self.ended, self.done, self.with_deadline, self.on_time, share]
