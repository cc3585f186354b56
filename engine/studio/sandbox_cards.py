"""What the studio tells of a sandbox: frozen lines without anything of the engine in memory."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine.cards import Bilingual, CaseView


@dataclass(frozen=True, slots=True)
class SandboxPerson:
    """A role to play."""

    login: str
    name: Bilingual
    roles: tuple[Bilingual, ...] = ()


@dataclass(frozen=True, slots=True)
class SandboxTask:
    """An open task; ``players`` are those who may work on it, whoever claimed it first, ``signers`` those whose turn to
    sign it is."""

    id: str
    case_id: str
    case_number: str
    element_id: str
    name: Bilingual
    process_name: Bilingual
    role_name: Bilingual
    assignee: Bilingual | None
    due_at: datetime | None
    level: int
    players: tuple[SandboxPerson, ...]
    signers: tuple[SandboxPerson, ...] = ()
    has_form: bool = False


@dataclass(frozen=True, slots=True)
class SandboxOffer:
    """What one person may do besides with a task or a case: verbs of the table of operations."""

    person: SandboxPerson
    verbs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SandboxDue:
    """Something that happens by itself when the clock gets there; ``kind`` of job (``deadline`` has a ``level``)."""

    kind: str
    name: Bilingual
    at: datetime
    level: int = 0


@dataclass(frozen=True, slots=True)
class SandboxWait:
    """A message or signal that an element waits for; ``keys`` say which case is meant."""

    kind: str
    name: str
    element: Bilingual
    keys: dict[str, Any]
    case_number: str = ""


@dataclass(frozen=True, slots=True)
class SandboxStep:
    """A step taken, in words, and the clock after it. ``kind`` is its verb in scenario files."""

    number: int
    kind: str
    words: Bilingual
    at: datetime


@dataclass(frozen=True, slots=True)
class SandboxTrouble:
    """A step that can no longer be done since the draft changed; those after it were not tried."""

    number: int
    words: Bilingual
    why: Bilingual
    left: int


@dataclass(frozen=True, slots=True)
class SandboxMessage:
    """A message that would have been sent: nothing left the house."""

    connector: str
    to: str
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class SandboxCase:
    """A case of the sandbox; ``key`` is its process."""

    id: str
    number: str
    key: str
    name: Bilingual
    state: str


@dataclass(frozen=True, slots=True)
class SandboxFailure:
    """An automatic step that gave up."""

    element: Bilingual
    code: str
    words: Bilingual


@dataclass(frozen=True, slots=True)
class SandboxCard:
    """A sandbox in a list."""

    id: str
    draft_id: str
    changed_at: datetime
    steps: int
    people: int


@dataclass(frozen=True, slots=True)
class SandboxView:
    """A sandbox as its page shows it. ``starters`` may begin; ``start_form`` tells that beginning has a form; ``case``
    is what the engine's own case page would show; ``taken`` are the sequence flows taken by process key."""

    id: str
    draft_id: str
    revision: int
    process_key: str
    name: Bilingual
    now: datetime
    steps: tuple[SandboxStep, ...]
    trouble: SandboxTrouble | None
    people: tuple[SandboxPerson, ...]
    roles: tuple[tuple[str, Bilingual], ...]
    startable: bool
    starters: tuple[SandboxPerson, ...]
    start_form: bool
    start_messages: tuple[str, ...]
    calendar: bool
    cases: tuple[SandboxCase, ...]
    case: CaseView | None
    tasks: tuple[SandboxTask, ...]
    due: tuple[SandboxDue, ...]
    waits: tuple[SandboxWait, ...]
    variables: tuple[tuple[Bilingual, str], ...]
    sent: tuple[SandboxMessage, ...]
    failures: tuple[SandboxFailure, ...]
    taken: dict[str, tuple[str, ...]]
    definitions: dict[str, str]
    """Definition id -> process key, for the drawings."""
    stamp: str
    """Changes with the files of the draft."""
