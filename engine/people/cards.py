"""What the pages about people, roles and units show: frozen lines, no database objects."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from engine.cards import Bilingual


@dataclass(frozen=True, slots=True)
class PersonLine:
    """A person in the administrator's list. ``paused``: too many failed sign-ins just now."""

    id: str
    login: str
    name: Bilingual
    unit: Bilingual | None
    roles: tuple[Bilingual, ...]
    email: str
    must_change_password: bool
    signed_in_at: datetime | None
    left_at: datetime | None
    paused: bool = False


@dataclass(frozen=True, slots=True)
class PeoplePage:
    """A page of people; ``next`` is given back to get the following page."""

    lines: tuple[PersonLine, ...]
    total: int
    next: str | None


@dataclass(frozen=True, slots=True)
class PersonRecord:
    """All that administrators see of a person; ``holdings`` are (role, unit key), ``providers`` (issuer, e-mail)."""

    line: PersonLine
    phone: str
    lang: str
    created_at: datetime
    holdings: tuple[tuple[str, str], ...]
    providers: tuple[tuple[str, str], ...]
    open_tasks: int
    unit: str


@dataclass(frozen=True, slots=True)
class BrowserCard:
    """A browser in which somebody is signed in."""

    began_at: datetime
    expires_at: datetime
    address: str
    browser: str
    current: bool


@dataclass(frozen=True, slots=True)
class RoleCard:
    """A role: who holds it (person, unit), where it escalates to, what it is permitted (keys).

    ``empty``: nobody inside the house holds it, so that work for it would wait.
    """

    key: str
    name: Bilingual
    pack: str
    pack_title: Bilingual
    external: bool
    chain: tuple[Bilingual, ...]
    holders: tuple[tuple[str, Bilingual, Bilingual], ...]
    permissions: frozenset[str]
    used_by: tuple[Bilingual, ...]
    empty: bool


@dataclass(frozen=True, slots=True)
class UnitCard:
    """An org unit; ``depth`` counts the units above, ``people`` those whose unit it is."""

    key: str
    name: Bilingual
    kind: str
    parent: str
    depth: int
    people: int
    zone: str
    has_calendar: bool


@dataclass(frozen=True, slots=True)
class ImportRow:
    """A line of an import: ``action`` is new, changed, same or refused; ``line`` counts from 1 with the header."""

    line: int
    login: str
    name: str
    action: str
    changes: tuple[str, ...] = ()
    problems: tuple[Bilingual, ...] = ()


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import would do, or has done; ``passwords`` (login, one-time password) only after it was done."""

    rows: tuple[ImportRow, ...]
    encoding: str
    passwords: tuple[tuple[str, str], ...] = ()
    done: bool = False

    def count(self, action: str) -> int:
        """How many rows have this action."""
        return sum(row.action == action for row in self.rows)
