"""What is known of the person a case is about: who may read it in full, and what a filled form says of it now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, or_, select

from engine.authorization import Actor, held_by, permitted, sees_case
from engine.errors import NotFound
from engine.expressions import Expressions
from engine.forms import READ_ALL, FormView, view
from engine.live import Live
from engine.models.history import FormFilled
from engine.models.identity import Person
from engine.models.repository import ProcessDefinition
from engine.models.runtime import ProcessInstance, UserTask
from engine.models.working import TaskSigner
from engine.values import loads

READ_PERSONAL = "read_personal"


@dataclass(frozen=True, slots=True)
class FormNow:
    """A filled form of a case as it stands now: its last filling, under what the case made of it since."""

    row: Row[Any]
    definition: Any
    form: Any
    values: Mapping[str, Any]
    variables: Mapping[str, Any]
    expressions: Expressions

    def shown(self, lang: str, unmask: bool) -> FormView:
        """The form for reading."""
        return view(self.form, stored=self.values, variables={**self.variables, self.form.key: self.values},
                    evaluate=self.expressions.evaluate, now=self.expressions.now(), permissions=READ_ALL, lang=lang,
                    unmask=unmask)


def works_on(by: Actor) -> ColumnElement[bool]:
    """The SQL predicate over :class:`UserTask`: ``by`` has this open task, or is asked to sign under it."""
    signs = select(TaskSigner.task_id).where(TaskSigner.person_id == by.person_id, TaskSigner.state == "open")
    return or_(held_by(by), UserTask.id.in_(signs))


def reads_personal(connection: Connection, live: Live, by: Actor, root: Row[Any], pack: str) -> bool:
    """Whether ``by`` may read the customer's data of a case in full: by a permission of the pack in the case's unit,
    or because of having an open task of it. ``root`` needs ``id`` and ``unit_id``; one statement at most."""
    if by.system or permitted(by, READ_PERSONAL, live, pack, root.unit_id):
        return True
    return connection.scalar(select(UserTask.id).where(
        and_(UserTask.root_id == root.id, works_on(by))).limit(1)) is not None


def reads_personal_of(connection: Connection, live: Live, by: Actor, root_id: str) -> bool:
    """The same for a case of which only the id is at hand; two statements at most."""
    root = connection.execute(
        select(ProcessInstance.id, ProcessInstance.unit_id, ProcessDefinition.pack)
        .join(ProcessDefinition, ProcessDefinition.id == ProcessInstance.definition_id)
        .where(ProcessInstance.id == root_id)).first()
    return root is not None and reads_personal(connection, live, by, root, root.pack)


def case_seen(connection: Connection, live: Live, by: Actor, case: str) -> Row[Any]:
    """The root of a case by its id or number, with its pack. Raises NotFound for one that ``by`` may not see."""
    root = connection.execute(
        select(ProcessInstance.id, ProcessInstance.unit_id, ProcessInstance.case_number, ProcessInstance.started_by,
               ProcessInstance.variables, ProcessInstance.phone, ProcessDefinition.pack)
        .join(ProcessDefinition, ProcessDefinition.id == ProcessInstance.definition_id)
        .where((ProcessInstance.id == case) | (ProcessInstance.case_number == case.upper()),
               ProcessInstance.parent_id.is_(None), sees_case(by, live))).first()
    if root is None:
        raise NotFound(what="case")
    return root


def form_now(parts: Any, connection: Connection, live: Live, root: Row[Any], form_key: str,
             filled_id: str | None = None) -> FormNow:
    """A form of a case as it stands, or exactly as it was filled in once (``filled_id``). Raises NotFound."""
    query = (select(FormFilled.definition_id, FormFilled.element_id, FormFilled.values, FormFilled.at, Person.name,
                    Person.name_en)
             .outerjoin(Person, Person.id == FormFilled.by)
             .where(FormFilled.root_id == root.id, FormFilled.form_key == form_key))
    if filled_id is not None:
        query = query.where(FormFilled.id == filled_id)
    filled = connection.execute(query.order_by(FormFilled.at.desc(), FormFilled.id.desc()).limit(1)).first()
    definition = parts.definitions.get(connection, filled.definition_id) if filled else None
    form = definition.forms.get(form_key) if definition else None
    if filled is None or form is None:
        raise NotFound(what="form")
    variables = loads(root.variables)
    now = variables.get(form_key)
    values = {**filled.values, **now} if isinstance(now, dict) and filled_id is None else filled.values
    return FormNow(filled, definition, form, values, variables,
                    Expressions(parts.clock.now(), live, root.unit_id, parts.settings.zone))
