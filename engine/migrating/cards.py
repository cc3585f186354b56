"""What is told of moving cases: frozen lines without anything of the database."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from engine.cards import Bilingual

MOVES, MAP, NEVER = "moves", "map", "never"
"""What becomes of a case: it moves, it moves once an element is mapped, it cannot move."""


@dataclass(frozen=True, slots=True)
class RunningVersion:
    """A version of a process with the instances that run on it."""

    definition_id: str
    version: int
    deployed_at: datetime
    running: int


@dataclass(frozen=True, slots=True)
class Choice:
    """An element of the new version that another one may be mapped to."""

    element_id: str
    name: Bilingual


@dataclass(frozen=True, slots=True)
class ElementLine:
    """An element of a source version where cases stand (or a clock that runs, ``listens``): how many, and where to.

    ``to`` is the new element, empty where there is none; ``proposed``: nobody chose it; ``reason`` says
    why there is none.
    """

    version: int
    element_id: str
    name: Bilingual
    kind: str
    cases: int
    fate: str
    to: str
    to_name: Bilingual | None
    proposed: bool
    choices: tuple[Choice, ...]
    reason: Bilingual | None = None
    listens: bool = False


@dataclass(frozen=True, slots=True)
class GroupLine:
    """Cases of one version that stand alike. ``arms`` and ``drops`` name clocks and events that begin and cease."""

    version: int
    at: tuple[Bilingual, ...]
    cases: int
    fate: str
    reasons: tuple[Bilingual, ...]
    arms: tuple[Bilingual, ...]
    drops: tuple[Bilingual, ...]


@dataclass(frozen=True, slots=True)
class CaseLine:
    """A case in a list of the plan."""

    case_id: str
    number: str
    customer: str
    version: int = 0
    state: str = ""
    at: datetime | None = None
    reason: Bilingual | None = None


@dataclass(frozen=True, slots=True)
class Refusals:
    """Cases that one reason keeps where they are; ``lines`` are the first of them."""

    reason: Bilingual
    cases: int
    lines: tuple[CaseLine, ...]


@dataclass(frozen=True, slots=True)
class Prospect:
    """What moving all running instances of some versions to another would do.

    The three counts are instances and add up; ``tried`` says whether those for which the groups do not tell were tried
    one by one, ``untried`` how many of the movable ones were not.
    """

    process_key: str
    name: Bilingual
    versions: tuple[RunningVersion, ...]
    target: RunningVersion
    sources: tuple[int, ...]
    elements: tuple[ElementLine, ...]
    groups: tuple[GroupLine, ...]
    moves: int
    map: int
    never: int
    untried: int
    tried: bool
    refusals: tuple[Refusals, ...]
    mapping: dict[int, dict[str, str]] = field(default_factory=dict)
    """By source version: old element id -> new element id, proposals included."""
    may_run: bool = False

    @property
    def cases(self) -> int:
        """All running instances that were looked at."""
        return self.moves + self.map + self.never


@dataclass(frozen=True, slots=True)
class MigrationCard:
    """A migration in a list. ``total`` and the others count instances."""

    id: str
    process_key: str
    name: Bilingual
    from_versions: tuple[int, ...]
    to_version: int
    state: str
    made_at: datetime
    made_by: Bilingual
    note: str
    ended_at: datetime | None
    total: int
    waiting: int
    moved: int
    refused: int
    taken_back: int
    kept: int

    @property
    def done(self) -> int:
        """Instances that have their result."""
        return self.total - self.waiting


@dataclass(frozen=True, slots=True)
class MigrationView:
    """A migration with its results; ``more`` where not all cases of the list are shown."""

    card: MigrationCard
    lines: tuple[CaseLine, ...]
    more: bool
    reasons: tuple[Refusals, ...]
    may_take_back: bool
