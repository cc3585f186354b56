"""Retention: personal values go when their time is over, counted from the end of the case or the last change."""

from __future__ import annotations

import re
from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, or_, select

from engine.calendar.month import plus_months
from engine.family import hold
from engine.history import Record
from engine.models.history import FormFilled
from engine.models.runtime import ProcessInstance
from engine.privacy.blanking import blank_case
from engine.privacy.finding import phones_of
from engine.privacy.holds import held_roots, is_held
from engine.registers import RegisterStore, erase, unname

PERIOD = re.compile(r"P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)D)?")
BATCH = 200
"""Cases, and records of a register, that one round blanks at most; the next goes on."""


def expire(parts: Any) -> int:
    """Blank what has had its time and is under no legal hold; returns how many cases and records."""
    now = parts.clock.now()
    with parts.database.transaction() as connection:
        parts.database.take_turns(connection, "privacy")
        done = _cases(parts, connection, now)
        for store in parts.registers.stores(connection).values():
            if store.register.retention:
                done += _records(parts, connection, store, now)
    return done


def since(now: datetime, period: str) -> datetime:
    """What was over before this moment has been kept for ``period`` (P3Y, P6M, P30D)."""
    years, months, days = (int(part or 0) for part in PERIOD.fullmatch(period).groups())  # type: ignore[union-attr]
    return plus_months(now, -(12 * years + months)) - timedelta(days=days)


def _cases(parts: Any, connection: Connection, now: datetime) -> int:
    over: dict[str, set[tuple[str, str]]] = defaultdict(set)
    filled = (select(FormFilled.definition_id, FormFilled.form_key).distinct()
              .join(ProcessInstance, ProcessInstance.id == FormFilled.root_id)
              .where(FormFilled.erased_at.is_(None), ProcessInstance.ended_at.is_not(None)))
    live = parts.live.at(connection)
    for definition_id, form_key in connection.execute(filled).all():
        definition = parts.definitions.get(connection, definition_id)
        form = definition.forms.get(form_key)
        period = _period(parts, connection, live.newest.get(definition.key), form_key) or (form and form.retention)
        if form is not None and period and form.personal_fields:
            for root in connection.scalars(
                    select(FormFilled.root_id).distinct()
                    .join(ProcessInstance, ProcessInstance.id == FormFilled.root_id)
                    .where(FormFilled.definition_id == definition_id, FormFilled.form_key == form_key,
                           FormFilled.erased_at.is_(None), ProcessInstance.ended_at <= since(now, period))
                    .limit(BATCH)):
                over[root].add((definition_id, form_key))
    held = held_roots(connection, over)
    hold(connection, over.keys() - held)
    record = Record(now, None)
    for root, forms in over.items():
        if root not in held:
            blank_case(parts, connection, root, now, only=forms)
            record.tell("personal_expired", root_id=root, forms=sorted(key for _, key in forms))
    record.write(connection)
    return len(over) - len(held)


def _period(parts: Any, connection: Connection, newest: str | None, form_key: str) -> str:
    """What the newest version of the process says of a form: cases of older versions are kept no longer."""
    form = parts.definitions.get(connection, newest).forms.get(form_key) if newest else None
    return form.retention if form is not None else ""


def _records(parts: Any, connection: Connection, store: RegisterStore, now: datetime) -> int:
    table = store.table
    personal = [name for name, one in store.register.fields.items() if one.personal]
    if not personal:
        return 0
    rows = connection.execute(store.rows().where(
        table.c.row_changed_at <= since(now, store.register.retention),
        or_(*(table.c[name].is_not(None) for name in personal))).order_by(table.c.id).limit(BATCH)).all()
    done = 0
    for row in rows:
        record = store.record(row)
        if not is_held(connection, parts.database.keys, phones_of(store, record)):
            erase(store, connection, record.id, by="system", at=now)
            for other in parts.registers.stores(connection).values():
                unname(other, connection, store.register.key, record.id)
            parts.note(connection, None, "personal_expired", register=store.register.key, record=record.id)
            done += 1
    return done
