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


class Bulk:
    """The verb; each task is one transaction."""

    _parts: Any

    def many(self, verb: str, task_ids: Iterable[str], by: Actor, **arguments: Any) -> list[BulkRow]:
        """Do ``verb`` with every task, in order, at most 500 of them; one that is refused stops no other.

        ``arguments`` are the verb's own: ``reason``, ``to``, ``values`` … Raises NotFound for what is no such verb.
        """
        require_acting(by)
        act = getattr(self, verb, None) if verb in BULK else None
        if act is None:
            raise NotFound(what=verb)
        ids = list(dict.fromkeys(task_ids))[:MOST]
        numbers = self._numbers(ids)
        rows = each(ids, lambda task_id: act(task_id, by=by, **arguments))
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
