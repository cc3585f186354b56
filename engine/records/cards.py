"""What screens see of registers: frozen lines, worded in both languages or in the reader's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine.cards import Bilingual


@dataclass(frozen=True, slots=True)
class RegisterCard:
    """A register as the reader may use it; ``personal`` tells whether it holds personal fields."""

    key: str
    title: Bilingual
    records: int = 0
    party: bool = False
    personal: bool = False
    may_edit: bool = False
    may_export: bool = False
    may_reveal: bool = False


@dataclass(frozen=True, slots=True)
class ColumnCard:
    """A field as a list shows it: ``options`` (id, label) where it has few values, ``ordered`` if it can be sorted."""

    id: str
    label: str
    type: str
    personal: bool = False
    ordered: bool = True
    options: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class RecordLine:
    """One record of a list: ``cells`` are the texts of the columns, ``twin`` whether another one seems the same."""

    id: int
    label: str
    cells: tuple[str, ...]
    changed_at: datetime
    open_cases: int = 0
    twin: bool = False


@dataclass(frozen=True, slots=True)
class RegisterPage:
    """A page of a register; ``next`` is given back for the following one."""

    card: RegisterCard
    columns: tuple[ColumnCard, ...]
    filters: tuple[ColumnCard, ...]
    lines: tuple[RecordLine, ...]
    next: int | None = None


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """One change: ``fields`` are (label, before, after), personal ones masked; ``source`` is what caused it."""

    version: int
    at: datetime
    by: Bilingual
    source: str
    fields: tuple[tuple[str, str, str], ...]
    case_number: str = ""


@dataclass(frozen=True, slots=True)
class CaseLine:
    """A case that has to do with a record."""

    number: str
    process: Bilingual
    gist: str
    state: str
    started_at: datetime
    ended_at: datetime | None
    promised_at: datetime | None
    id: str = ""


@dataclass(frozen=True, slots=True)
class TaskLine:
    """An open task of such a case."""

    id: str
    name: Bilingual
    case_number: str
    holder: Bilingual | None
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class PromiseLine:
    """Something a customer was promised: ``state`` is open, late, kept or broken."""

    what: str
    due_at: datetime
    state: str
    case_number: str = ""


@dataclass(frozen=True, slots=True)
class RelatedBook:
    """Records of another register that refer to a party, the newest first: visits, orders, scores."""

    key: str
    title: Bilingual
    columns: tuple[str, ...]
    lines: tuple[RecordLine, ...]


@dataclass(frozen=True, slots=True)
class PartyView:
    """All that concerns one person or firm. ``satisfaction`` are (label, value, case number)."""

    tasks: tuple[TaskLine, ...] = ()
    promises: tuple[PromiseLine, ...] = ()
    related: tuple[RelatedBook, ...] = ()
    last_contact: datetime | None = None
    satisfaction: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class RecordView:
    """The page of a record; ``sheet`` is its form for reading, ``merged_into`` the record it went into."""

    card: RegisterCard
    id: int
    label: str
    version: int
    sheet: Any
    history: tuple[ChangeLine, ...]
    cases: tuple[CaseLine, ...]
    twins: tuple[RecordLine, ...]
    party: PartyView | None
    closed: bool
    created_at: datetime
    changed_at: datetime
    merged_into: int | None = None


@dataclass(frozen=True, slots=True)
class RecordForm:
    """The form that changes a record: ``version`` as seen; ``personal`` whether personal values stand in it."""

    card: RegisterCard
    sheet: Any
    id: int | None = None
    label: str = ""
    version: int = 0
    personal: bool = False


@dataclass(frozen=True, slots=True)
class ImportLine:
    """What becomes of a row of a file: new, changed, same or refused; ``problems`` are (label of field, sentence)."""

    line: int
    label: str
    action: str
    changes: tuple[str, ...] = ()
    problems: tuple[tuple[str, Bilingual], ...] = ()


@dataclass(frozen=True, slots=True)
class RecordImport:
    """The report of an import, before (``done`` false) or after."""

    card: RegisterCard
    lines: tuple[ImportLine, ...]
    columns: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    done: bool = False
    written: int = 0

    def count(self, action: str) -> int:
        """How many rows have this fate."""
        return sum(line.action == action for line in self.lines)


@dataclass(frozen=True, slots=True)
class MergeSide:
    """One of two records side by side before they are merged."""

    id: int
    version: int
    label: str
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MergeView:
    """Two records field by field: ``fields`` are (id, label, differs)."""

    card: RegisterCard
    fields: tuple[tuple[str, str, bool], ...]
    kept: MergeSide
    gone: MergeSide


@dataclass(frozen=True, slots=True)
class FilledCell:
    """What a chosen record puts into a field: ``text`` as its input holds it, or only ``masked``, what it looks like,
    where the reader may not see it; the server fills it in then."""

    text: str
    masked: str = ""
