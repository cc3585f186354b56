"""One record of a register, one change of it, and why it may not be changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from engine.errors import BihuanError


class RecordMerged(BihuanError):
    """The record was merged into another one, which is the one to change."""

    code, http_status = "record_merged", 409
    zh = "“{label}”已并入另一条记录，请修改那一条。"
    en = '"{label}" was merged into another record; change that one.'


class RecordClosed(BihuanError):
    """The record is read-only by the declaration of its register."""

    code, http_status = "record_closed", 409
    zh = "“{label}”已归档，不能再修改。"
    en = '"{label}" is closed and cannot be changed any more.'


@dataclass(frozen=True, slots=True)
class Record:
    """One record as it stands; ``version`` counts its changes from 1, ``merged_into`` is the record it went into."""

    register: str
    id: int
    label: str
    values: dict[str, Any]
    version: int
    created_at: datetime
    changed_at: datetime
    changed_by: str
    merged_into: int | None = None

    def reference(self) -> dict[str, Any]:
        """The value that refers to this record."""
        return {"register": self.register, "id": self.id, "label": self.label}

    def as_value(self) -> dict[str, Any]:
        """The record as one value for expressions: its fields with ``id`` and ``label``."""
        return {**self.values, "id": self.id, "label": self.label}


@dataclass(frozen=True, slots=True)
class Change:
    """One change of a record: field → (old, new); erased personal values are missing."""

    version: int
    at: datetime
    by: str
    source: str | None
    changes: dict[str, tuple[Any, Any]] = field(default_factory=dict)


def before(record: Record, history: Sequence[Change], at: datetime) -> dict[str, Any]:
    """The fields of a record as they stood just before a moment, or as it was made if that was later; ``history`` are
    all its changes, the first one first. What was erased since is missing."""
    values = dict(record.values)
    for change in reversed(history[1:]):
        if change.at >= at:
            values |= {name: old for name, (old, _new) in change.changes.items() if name in values}
    return values
