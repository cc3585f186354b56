"""What the pages about personal data show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from engine.cards import Bilingual


@dataclass(frozen=True, slots=True)
class RecordFound:
    """A record of a register about the person."""

    register: str
    title: Bilingual
    id: int
    label: str


@dataclass(frozen=True, slots=True)
class CaseFound:
    """A case about the person; ``held``: a legal hold stands on it. ``forms`` and ``files`` are counts."""

    id: str
    number: str
    process: Bilingual
    started_at: datetime
    ended_at: datetime | None
    held: bool
    forms: int
    files: int


@dataclass(frozen=True, slots=True)
class PersonFound:
    """All that is known of one person; ``phones`` in full, ``held``: a legal hold stands on the person."""

    phones: tuple[str, ...]
    records: tuple[RecordFound, ...]
    cases: tuple[CaseFound, ...]
    held: bool

    @property
    def open_cases(self) -> tuple[CaseFound, ...]:
        """Cases that still need what is known of the person."""
        return tuple(case for case in self.cases if case.ended_at is None)


@dataclass(frozen=True, slots=True)
class Erased:
    """What an erasure did; ``kept`` are the numbers of cases under a legal hold."""

    records: int
    cases: int
    kept: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HoldCard:
    """A legal hold; ``phone`` is masked, ``case_number`` empty where it is on a person."""

    id: str
    case_number: str
    phone: str
    reason: str
    set_at: datetime
    set_by: Bilingual
    lifted_at: datetime | None
    lifted_by: Bilingual | None
    lifted_why: str


@dataclass(frozen=True, slots=True)
class RetentionCard:
    """How long a register's or form's personal values are kept (ISO 8601, such as P3Y)."""

    key: str
    title: Bilingual
    is_register: bool
    period: str
