"""One verb for many tasks: each in a transaction of its own, with a row that says what became of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select

from engine.authorization import Actor, require_acting
from engine.bulk import MOST, BulkRow, each
from engine.errors import NotFound
from engine.models.history import HistoryEntry
from engine.models.runtime import ProcessInstance, UserTask

BULK = ("claim", "release", "reassign", "transfer", "complete", "return_to", "urge", "send_copy", "extend", "escalate",
        "take_over", "delegate", "snooze")
"""Verbs that take a task's id, their arguments and who acts."""

THREADS = 4
"""Tasks under way at a time on PostgreSQL."""


class Bulk:
    """The verb; each task is one transaction."""

    _parts: Any

    def many(self, verb: str, task_ids: Iterable[str], by: Actor, **arguments: Any) -> list[BulkRow]:
        """Do ``verb`` with every task, at most 500 of them; one that is refused stops no other.

        ``arguments`` are the verb's own: ``reason``, ``to``, ``values`` … Raises NotFound for what is no such verb.
        """
        require_acting(by)
        act = getattr(self, verb, None) if verb in BULK else None
        if act is None:
            raise NotFound(what=verb)
        ids = list(dict.fromkeys(task_ids))[:MOST]
        numbers = self._numbers(ids)
        threads = 1 if self._parts.database.is_sqlite else THREADS  # SQLite has one writer at a time anyway
        rows = each(ids, lambda task_id: act(task_id, by=by, **arguments), threads)
        return [BulkRow(row.id, row.ok, row.sentence, numbers.get(row.id, "")) for row in rows]

    def _numbers(self, ids: list[str]) -> dict[str, str]:
        """The case numbers of tasks, of those that are gone as well; two statements for all."""
        with self._parts.database.reading() as connection:
            found = dict(tuple(row) for row in connection.execute(
                select(UserTask.id, UserTask.case_number).where(UserTask.id.in_(ids))))
            missing = [one for one in ids if one not in found]
            if missing:
                found |= dict(tuple(row) for row in connection.execute(
                    select(HistoryEntry.task_id, ProcessInstance.case_number).distinct()
                    .join(ProcessInstance, ProcessInstance.id == HistoryEntry.root_id)
                    .where(HistoryEntry.task_id.in_(missing))))
            return found
