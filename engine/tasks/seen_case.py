"""A case, or a task of it, as somebody finds it who may see it: for verbs that change no task and take no lock."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, and_, or_, select
from sqlalchemy.orm import aliased

from engine.authorization import Actor, sees_case
from engine.errors import NotFound
from engine.live import Live
from engine.models.runtime import ProcessInstance, UserTask
from engine.standing import Place, permit, switches_of


@dataclass(frozen=True, slots=True)
class SeenCase:
    """The root's row with the task's ``task_id``, ``element_id``, ``task_name`` where one was named."""

    live: Live
    row: Any
    behalf: str | None

    @property
    def words(self) -> dict[str, Any]:
        """What notices say of it."""
        row = self.row
        return {"case_number": row.case_number, "name": row.task_name or "",
                "name_en": row.task_name_en or row.task_name or ""}


def seen_case(parts: Any, connection: Connection, what: str, verb: str, by: Actor) -> SeenCase:
    """The case with this id, or that of the open task with this id, with which ``by`` may do ``verb``: two statements.

    Raises NotFound for what one may not see, NotPermitted, SwitchedOff.
    """
    live, root, task = parts.live.at(connection), aliased(ProcessInstance), aliased(UserTask)
    of_task = select(UserTask.root_id).where(UserTask.id == what).scalar_subquery()
    row = connection.execute(
        select(root.id, root.case_number, root.process_key, root.unit_id, root.started_by, root.state, root.customer,
               root.promised_at, root.definition_id, task.id.label("task_id"), task.element_id,
               task.name.label("task_name"), task.name_en.label("task_name_en"), task.process_key.label("task_process"),
               task.definition_id.label("task_definition"))
        .outerjoin(task, and_(task.root_id == root.id, task.id == what))
        .where(or_(root.id == what, root.id == of_task), root.parent_id.is_(None), sees_case(by, live, root))).first()
    if row is None:
        raise NotFound(what="case")
    model = parts.definitions.get(connection, row.task_definition or row.definition_id).model
    place = Place(process_key=row.task_process or row.process_key, unit_id=row.unit_id, started_by=row.started_by,
                  switches=switches_of(model, row.element_id or ""))
    behalf = permit(verb, by, place, live, more=frozenset({"reader"}), name=(row.case_number, row.case_number))
    return SeenCase(live, row, behalf)


def enter_history(parts: Any, connection: Connection, by: Actor, case: SeenCase, verb: str, **detail: Any) -> None:
    """An entry of the case's history."""
    row = case.row
    parts.note(connection, by, verb, root_id=row.id, element_id=row.element_id or "", task_id=row.task_id,
               definition_id=row.task_definition or row.definition_id, on_behalf_of=case.behalf, **detail)
