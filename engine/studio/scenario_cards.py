"""What the studio tells of scenarios: frozen lines."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from engine.cards import Bilingual
from engine.errors import Problem


@dataclass(frozen=True, slots=True)
class ScenarioResult:
    """How a scenario went: where it failed, at which step, and why."""

    ok: bool
    line: int
    step: int
    why: Bilingual
    seconds: float


@dataclass(frozen=True, slots=True)
class ScenarioCard:
    """A scenario of a draft; ``number`` counts from 0 in its file. ``result`` is that of the last run."""

    file: str
    number: int
    line: int
    name: Bilingual
    process: str
    steps: int
    result: ScenarioResult | None = None


@dataclass(frozen=True, slots=True)
class ScenarioFileCard:
    """A scenario file of a draft; ``problems`` are why it cannot be read."""

    path: str
    scenarios: tuple[ScenarioCard, ...]
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class DrawingCoverage:
    """What the scenarios walked through of one process; ``missed`` are those of its ``whole`` number of flows and
    boundary events that were never taken."""

    key: str
    name: Bilingual
    taken: tuple[str, ...]
    missed: tuple[str, ...]
    whole: int


@dataclass(frozen=True, slots=True)
class TableCoverage:
    """Which rules of a decision table were hit and which never; rules count from 1."""

    key: str
    name: Bilingual
    hit: tuple[int, ...]
    missed: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ScenarioRun:
    """The last run of a draft's scenarios. ``fresh``: the draft has not changed since. ``state`` as in the table of
    runs: waiting, running, done, failed, stopped."""

    id: str
    state: str
    done: int
    total: int
    passed: int
    asked_at: datetime
    ended_at: datetime | None
    fresh: bool
    error: Bilingual | None
    drawings: tuple[DrawingCoverage, ...]
    tables: tuple[TableCoverage, ...]

    @property
    def failed(self) -> int:
        return self.done - self.passed

    @property
    def share(self) -> int:
        """Percent of flows, boundary events and rules that were taken, rounded down."""
        whole = sum(one.whole for one in self.drawings) + sum(len(one.hit) + len(one.missed) for one in self.tables)
        missed = sum(len(one.missed) for one in (*self.drawings, *self.tables))
        return 100 * (whole - missed) // whole if whole else 100


@dataclass(frozen=True, slots=True)
class ScenariosView:
    """The scenarios of a draft with their last run."""

    files: tuple[ScenarioFileCard, ...]
    run: ScenarioRun | None


@dataclass(frozen=True, slots=True)
class ScenariosVerdict:
    """Whether a draft's scenarios pass as it stands. ``state``: none (it has no scenarios), unknown (not run since it
    changed), running, passed, failed; ``unreadable`` counts files that cannot be read, ``others`` are files of
    other processes."""

    state: str
    passed: int = 0
    failed: int = 0
    unreadable: int = 0
    others: tuple[str, ...] = ()
