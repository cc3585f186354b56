"""Which open task of a case that is told again stands for a task of the past."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from engine.authorization import Actor
from engine.models.history import HistoryEntry
from engine.models.runtime import UserTask
from engine.studio.past_case import Act, CannotRecord, PastCase
from engine.testing.play import Play


class Twins:
    """Instances and tasks of ``past`` and those that stand for them in ``play``; found as they are asked for."""

    def __init__(self, play: Play, past: PastCase):
        self.play, self.past = play, past
        self._instances: dict[str, str] = {}
        self._tasks: dict[str, str] = {}

    def of(self, act: Act, who: Actor) -> Any:
        """The row of the open task for an act of ``who``. Raises CannotRecord where none came up."""
        with self.play.engine.database.reading() as connection:
            rows = connection.execute(
                select(UserTask.id, UserTask.role, UserTask.assignee_id, UserTask.signing, UserTask.definition_id,
                       UserTask.instance_id)
                .where(UserTask.root_id == self.play.story.last, UserTask.element_id == act.element_id,
                       UserTask.process_key == act.process_key).order_by(UserTask.created_at, UserTask.id)).all()
            if not rows:
                names = list(connection.scalars(select(UserTask.element_id).where(
                    UserTask.root_id == self.play.story.last)))
                raise CannotRecord(why_zh=f"重走时“{act.name or act.element_id}”没有出现（现有 {names}）。",
                                   why_en=f"told again, {act.element_id} did not come up (open are {names}).")
        same = self._tasks.get(act.task_id) or self._in_its_place(act, rows)
        row = next((one for one in rows if one.id == same), None) or self._likely(act, rows, who)
        self._tasks[act.task_id] = row.id
        self._instances.setdefault(act.instance_id, row.instance_id)
        return row

    def _in_its_place(self, act: Act, rows: Any) -> str | None:
        """Of the tasks of an element the one that came in the same place as the task of the past."""
        instance = self._instances.get(act.instance_id) or rows[0].instance_id
        earlier = self.past.tasks.get((act.instance_id, act.element_id), [])
        with self.play.engine.database.reading() as connection:
            known = {row.id for row in rows if row.instance_id == instance} | set(connection.scalars(
                select(HistoryEntry.task_id).where(
                    HistoryEntry.instance_id == instance, HistoryEntry.task_id.is_not(None),
                    HistoryEntry.element_id == act.element_id)))
        place = earlier.index(act.task_id) if act.task_id in earlier else len(known)
        found = sorted(known)[place] if place < len(known) else None
        return next((row.id for row in rows if row.id == found and act.role in ("", row.role)), None)

    def _likely(self, act: Act, rows: Any, who: Actor) -> Any:
        return min(rows, key=lambda one: (one.instance_id != self._instances.get(act.instance_id, one.instance_id),
                                          bool(act.role) and one.role != act.role,
                                          one.assignee_id not in (None, who.person_id), one.role not in who.roles))
