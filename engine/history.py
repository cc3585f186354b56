"""The append-only record: who did what, when, why. Gathered during a step and written in one go at its end."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert

from engine.ids import new_id
from engine.models.history import ElementVisit, FormFilled, HistoryEntry


class Record:
    """What is to be written about one transaction."""

    def __init__(self, now: datetime, by: str | None):
        self.now, self.by = now, by
        self.on_behalf_of: str | None = None
        """The person for whom ``by`` acts as a substitute in this transaction."""
        self.entries: list[dict[str, Any]] = []
        self.visits: list[dict[str, Any]] = []
        self.forms: list[dict[str, Any]] = []

    def tell(self, verb: str, *, root_id: str | None = None, instance_id: str | None = None, task_id: str | None = None,
             definition_id: str | None = None, element_id: str = "", reason: str = "",
             on_behalf_of: str | None = None, **detail: Any) -> None:
        """Note that ``verb`` happened; ``detail`` holds values, or code and parameters, never worded text.

        ``on_behalf_of`` is the person a substitute acted for.
        """
        self.entries.append({
            "id": new_id(self.now), "at": self.now, "root_id": root_id, "instance_id": instance_id, "task_id": task_id,
            "definition_id": definition_id, "element_id": element_id, "verb": verb, "by": self.by or None,
            "on_behalf_of": on_behalf_of or self.on_behalf_of, "reason": reason, "detail": detail})

    def visited(self, **columns: Any) -> None:
        """Note that an element was left (columns of :class:`ElementVisit`)."""
        seconds = (columns["left_at"] - columns["entered_at"]).total_seconds()
        self.visits.append({"id": new_id(self.now), "seconds": seconds, "by": None, "role": "", "due_at": None}
                           | columns)

    def filled(self, **columns: Any) -> None:
        """Note that a form was submitted (columns of :class:`FormFilled`)."""
        self.forms.append({"id": new_id(self.now), "at": self.now, "by": self.by or None, "task_id": None} | columns)

    def write(self, connection: Connection) -> None:
        """Write what was noted: at most three statements."""
        for model, rows in ((HistoryEntry, self.entries), (ElementVisit, self.visits), (FormFilled, self.forms)):
            if rows:
                connection.execute(insert(model.__table__), rows)
                rows.clear()
