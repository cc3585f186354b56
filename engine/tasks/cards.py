"""What the verbs around a task answer with: frozen lines, as everywhere."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from engine.cards import Bilingual, PersonCard


@dataclass(frozen=True, slots=True)
class UrgeCard:
    """A reminder on its way: how many people it goes to, until when it can be taken back, when the next may go."""

    id: str
    sent_to: tuple[Bilingual, ...]
    next_at: datetime
    to_leader: bool
    undo_until: datetime


@dataclass(frozen=True, slots=True)
class PresentPerson:
    """Somebody who has the same task open now."""

    login: str
    name: Bilingual
    seen_at: datetime
    editing: bool


@dataclass(frozen=True, slots=True)
class PhraseCard:
    """A canned phrase; ``filled`` is its text with what is known of the case, ``unit`` whose it is if a team's."""

    id: str
    text: str
    filled: str
    form_key: str
    unit: Bilingual | None
    may_change: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """Somebody mentioned in a comment, and when that person answered."""

    person: PersonCard
    answered_at: datetime | None


@dataclass(frozen=True, slots=True)
class CommentCard:
    """A word about a case."""

    id: str
    at: datetime
    by: PersonCard | None
    text: str
    public: bool
    task_id: str | None
    element: str
    reply_to: str | None
    reply_by: datetime | None
    asked: tuple[Asked, ...] = ()


@dataclass(frozen=True, slots=True)
class CopyCard:
    """A copy of a case: to whom, by whom, and when it was read."""

    id: str
    to: Bilingual
    at: datetime
    note: str
    read_at: datetime | None
    by: Bilingual | None
