"""A form of a case on paper: what it says now, personal data for those who work on the case; each print is recorded."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, select

from engine.authorization import Actor, may_intervene, sees_case
from engine.cards import Bilingual, FormRecord
from engine.errors import NotFound
from engine.expressions import Expressions
from engine.forms import READ_ALL, view
from engine.live import Live
from engine.models.history import ElementVisit, FormFilled
from engine.models.identity import Person
from engine.models.runtime import ProcessInstance
from engine.values import loads


def sheet(parts: Any, case: str, form_key: str, by: Actor, lang: str) -> FormRecord:
    """The form as it stands: what was last filled in, under what the case's variables made of it since.

    Raises :class:`~engine.errors.NotFound` for a case the actor may not see and a form it never had.
    """
    with parts.database.transaction() as connection:
        live = parts.live.at(connection)
        root = connection.execute(
            select(ProcessInstance.id, ProcessInstance.unit_id, ProcessInstance.started_by, ProcessInstance.variables)
            .where((ProcessInstance.id == case) | (ProcessInstance.case_number == case.upper()),
                   ProcessInstance.parent_id.is_(None), sees_case(by, live))).first()
        if root is None:
            raise NotFound(what=case)
        filled = connection.execute(
            select(FormFilled.definition_id, FormFilled.element_id, FormFilled.values, FormFilled.at, Person.name,
                   Person.name_en)
            .outerjoin(Person, Person.id == FormFilled.by)
            .where(FormFilled.root_id == root.id, FormFilled.form_key == form_key)
            .order_by(FormFilled.at.desc(), FormFilled.id.desc()).limit(1)).first()
        definition = parts.definitions.get(connection, filled.definition_id) if filled else None
        form = definition.forms.get(form_key) if definition else None
        if form is None:
            raise NotFound(what=form_key)
        variables = loads(root.variables)
        now = variables.get(form_key)
        values = {**filled.values, **now} if isinstance(now, dict) else filled.values
        expressions = Expressions(parts.clock.now(), live, root.unit_id, parts.settings.zone)
        shown = view(form, stored=values, variables=variables | {form_key: values}, evaluate=expressions.evaluate,
                     now=expressions.now(), permissions=READ_ALL, lang=lang, unmask=_knows(connection, live, root, by))
        parts.note(connection, by, "printed", root_id=root.id, name=form.title.zh, name_en=form.title.en)
        return FormRecord(form_key, Bilingual(form.title.zh, form.title.en), filled.at,
                          Bilingual(filled.name, filled.name_en or "") if filled.name else None,
                          definition.element_name(filled.element_id), shown)


def _knows(connection: Connection, live: Live, root: Row[Any], by: Actor) -> bool:
    """Whether the actor works on the case, and so knows whom it is about."""
    if root.started_by == by.person_id or may_intervene(by, root.unit_id, live):
        return True
    return connection.scalar(select(ElementVisit.id).where(
        ElementVisit.root_id == root.id, ElementVisit.by == by.person_id).limit(1)) is not None
