"""The verbs of everyday work: claim, release, save a draft, complete. Each is one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from sqlalchemy import Connection, Row, delete, literal, select, update
from sqlalchemy.orm import aliased

from engine import forms_filled, task_rows
from engine.authorization import Actor, require, sees_case
from engine.bpmn import Wait
from engine.cards import Bilingual, CompletedCard, NextStep
from engine.errors import BihuanError, Conflict, NotFound
from engine.expressions import Expressions
from engine.family import Family, keyed_waits
from engine.forms import draft
from engine.live import Live
from engine.models.history import HistoryEntry
from engine.models.runtime import ProcessInstance, TaskCandidate, TaskDraft, UserTask
from engine.tasks.open_task import AlreadyDone, AlreadyTaken, OpenTask, open_task, taken
from engine.wait_state import refuse_if_due, save, settle

__all__ = ["AlreadyDone", "AlreadyTaken", "Tasks"]


class Tasks:
    """What staff do with tasks."""

    def __init__(self, parts: Any):
        self._parts = parts

    def claim(self, task_id: str, by: Actor) -> None:
        """Take a task that is offered to one of the actor's roles. Raises AlreadyTaken, AlreadyDone, NotPermitted."""
        parts, now = self._parts, self._parts.clock.now()
        with parts.database.transaction() as connection:
            task = open_task(parts, connection, task_id, by, now)
            if task.row.assignee_id == by.person_id:
                return
            require(task.offered_to(by), f"认领 {task.row.name}", f"claim {task.row.name_en or task.row.name}")
            if task.row.assignee_id is not None:
                raise taken(task.row, now)
            self._hold(task, by.person_id, now)
            _tell(task, "claimed")

    def release(self, task_id: str, by: Actor) -> None:
        """Give a claimed task back to its roles. The draft stays with the person."""
        parts, now = self._parts, self._parts.clock.now()
        with parts.database.transaction() as connection:
            task = open_task(parts, connection, task_id, by, now)
            require(task.held_by(by), f"释放 {task.row.name}",
                    f"release {task.row.name_en or task.row.name}")
            self._hold(task, None, None)
            _tell(task, "released")

    def save_draft(self, task_id: str, values: Mapping[str, Any], by: Actor) -> None:
        """Keep what was typed so far, checked by nothing but its shape; kept even if the task is gone by now."""
        parts, now = self._parts, self._parts.clock.now()
        with parts.database.transaction() as connection:
            live = parts.live.at(connection)
            row = _drafted(connection, task_id, by, live)
            form_key = getattr(row, "form_key", None) or (getattr(row, "detail", None) or {}).get("form_key")
            form = parts.definitions.get(connection, row.definition_id).forms.get(form_key) if form_key else None
            if form is None:
                raise NotFound(what="form")
            local = Expressions(now, live, getattr(row, "unit_id", by.unit_id), parts.settings.zone)
            self._keep(connection, task_id, row.root_id, form_key, draft(form, values, now=local.now()), by, now)

    def complete(self, task_id: str, values: Mapping[str, Any] | None, by: Actor) -> CompletedCard:
        """Submit a task's form and carry the case on to its next wait states.

        An unclaimed task offered to the actor is claimed on the way. Raises Invalid with a message per field,
        AlreadyDone, AlreadyTaken, NotPermitted, TimerIsDue; then nothing has changed, and after a conflict what was
        entered is kept as a draft.
        """
        try:
            return self._complete(task_id, values, by)
        except Conflict:
            if values:
                with suppress(BihuanError):  # the conflict is what there is to tell
                    self.save_draft(task_id, values, by)
            raise

    def _complete(self, task_id: str, values: Mapping[str, Any] | None, by: Actor) -> CompletedCard:
        parts, now = self._parts, self._parts.clock.now()
        with parts.database.transaction() as connection:
            task = open_task(parts, connection, task_id, by, now)
            family, row = task.family, task.row
            require(task.held_by(by) or task.offered_to(by), f"办理 {row.name}",
                    f"work on {row.name_en or row.name}")  # first: who has it is nobody else's business
            if row.assignee_id is not None and not task.held_by(by):
                raise taken(row, now)
            member = family.member(row.instance_id)
            refuse_if_due(family, member)
            family.completing[member.id, row.element_instance_id] = {"role": row.role, "due_at": row.due_at}
            wait = keyed_waits(member)[row.element_instance_id, 0]
            form = forms_filled.form_of(member, row.form_key)
            outcome = self._submit(task, form, wait, dict(values or {}), by)
            member.previous_step = row.element_id
            _tell(task, "completed", form_key=row.form_key, outcome=outcome, due_at=row.due_at,
                  name=row.name, name_en=row.name_en, role=row.role)
            settle(family, member)
            save(family)
            if row.has_draft:
                connection.execute(delete(TaskDraft.__table__).where(TaskDraft.task_id == task_id,
                                                                     TaskDraft.person_id == by.person_id))
            return _card(family, by)

    def _submit(self, task: OpenTask, form: Any, wait: Wait, values: dict[str, Any], by: Actor) -> str:
        member = task.family.member(task.row.instance_id)
        if form is None:
            if values:
                raise NotFound(what="form")
            member.run.complete(wait.id, {})
            return ""
        written = forms_filled.submit(task.family, member, form, values, by, element_id=task.row.element_id, wait=wait,
                                      task_id=task.row.id)
        member.run.complete(wait.id, written)
        field = form.outcome_field
        return str(written[form.key].get(field.id) or "") if field is not None else ""

    @staticmethod
    def _hold(task: OpenTask, person_id: str | None, at: Any) -> None:
        task.family.connection.execute(update(UserTask.__table__).where(UserTask.id == task.row.id).values(
            assignee_id=person_id, claimed_at=at, revision=UserTask.revision + 1))
        task.family.connection.execute(update(TaskCandidate.__table__).where(TaskCandidate.task_id == task.row.id)
                                       .values(unclaimed=person_id is None))

    def _keep(self, connection: Any, task_id: str, root_id: str, form_key: str, values: Any, by: Actor,
              now: Any) -> None:
        table = TaskDraft.__table__
        row = {"task_id": task_id, "person_id": by.person_id, "root_id": root_id, "form_key": form_key,
               "values": values, "saved_at": now}
        statement = self._parts.database.insert(table).values(row)
        connection.execute(statement.on_conflict_do_update(
            index_elements=["task_id", "person_id"], set_={"values": row["values"], "saved_at": now}))


def _drafted(connection: Connection, task_id: str, by: Actor, live: Live) -> Row[Any]:
    """The task that a draft is for, or what the history says of it once it is gone. Raises :class:`NotFound`.

    An open task must be one that the actor may see; of a gone one nobody can say any more to whom it was offered.
    """
    root = aliased(ProcessInstance)
    row = connection.execute(
        select(UserTask.root_id, UserTask.form_key, UserTask.definition_id, UserTask.unit_id,
               sees_case(by, live, root).label("seen"))
        .join(root, root.id == UserTask.root_id).where(UserTask.id == task_id)).first()
    if row is None:
        row = connection.execute(
            select(HistoryEntry.root_id, HistoryEntry.definition_id, HistoryEntry.detail, literal(True).label("seen"))
            .where(HistoryEntry.task_id == task_id, HistoryEntry.verb.in_(("completed", "withdrawn"))).limit(1)).first()
    if row is None or not row.seen:
        raise NotFound(what="task")
    return row


def _tell(task: OpenTask, verb: str, **detail: Any) -> None:
    row = task.row
    task.family.record.tell(verb, root_id=row.root_id, instance_id=row.instance_id, task_id=row.id,
                            definition_id=row.definition_id, element_id=row.element_id, **detail)
    if verb != "completed":
        task.family.record.write(task.family.connection)


def _card(family: Family, by: Actor) -> CompletedCard:
    """What became of it: the steps now open, and the first of them that the same person may go on with."""
    steps = tuple(NextStep(row["element_id"], Bilingual(row["name"], row["name_en"]), "userTask",
                           family.live.role_name(row["role"]) if row["role"] else None) for row in family.new_tasks)
    return CompletedCard(family.root_id, family.root_row["case_number"], task_rows.first_for(family, by),
                         family.root_row["ended_at"] is not None, steps)
