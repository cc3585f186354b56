"""The forms of a case as they were filled in, newest first; earlier fillings of the same form are kept."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, select

from engine.authorization import Actor
from engine.cards import Bilingual, FormRecord
from engine.expressions import Expressions
from engine.forms import READ_ALL, view
from engine.live import Live
from engine.models.history import FormFilled
from engine.models.identity import Person


def records(parts: Any, connection: Connection, live: Live, by: Actor, root_id: str,
            lang: str) -> tuple[FormRecord, ...]:
    """One card per filling; only the newest of each form of an instance counts."""
    rows = connection.execute(
        select(FormFilled.id, FormFilled.form_key, FormFilled.at, FormFilled.values, FormFilled.definition_id,
               FormFilled.element_id, FormFilled.instance_id, Person.name, Person.name_en)
        .outerjoin(Person, Person.id == FormFilled.by).where(FormFilled.root_id == root_id)
        .order_by(FormFilled.at.desc(), FormFilled.id.desc()).limit(200)).all()
    expressions = Expressions(parts.clock.now(), live, by.unit_id, parts.settings.zone)
    found, seen = [], set()
    for row in rows:
        definition = parts.definitions.get(connection, row.definition_id)
        form = definition.forms.get(row.form_key)
        if form is None:
            continue
        shown = view(form, stored=row.values, variables={row.form_key: row.values}, evaluate=expressions.evaluate,
                     now=expressions.now(), permissions=READ_ALL, lang=lang, unmask=False)
        found.append(FormRecord(row.form_key, Bilingual(form.title.zh, form.title.en), row.at,
                                Bilingual(row.name, row.name_en or "") if row.name else None,
                                definition.element_name(row.element_id), shown,
                                superseded=(row.form_key, row.instance_id) in seen, id=row.id))
        seen.add((row.form_key, row.instance_id))
    return tuple(found)
