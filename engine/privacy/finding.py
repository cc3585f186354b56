"""Everything that is known of one person: records of registers, and cases."""

from __future__ import annotations

from collections import Counter
from typing import Any

from sqlalchemy import Connection, Row, String, func, or_, select, type_coerce

from engine.cards import Bilingual
from engine.errors import FieldError, Invalid, NotFound
from engine.models.history import FormFilled
from engine.models.identity import FileUse
from engine.models.repository import ProcessDefinition
from engine.models.runtime import ProcessInstance
from engine.privacy.cards import CaseFound, PersonFound, RecordFound
from engine.privacy.holds import SHORTEST, held_roots, is_held
from engine.registers import MOST, Record, RegisterStore
from engine.sealing import plain_form

NUMBERED = ("phone", "contact", "text")
"""Types of personal fields that may hold a telephone number."""


def sought(parts: Any, connection: Connection, phone: str, register: str, record_id: int | None) -> PersonFound:
    """The person with this telephone number, or whom this record is about. Raises NotFound, Invalid."""
    stores = parts.registers.stores(connection)
    if register:
        own = stores[register].get(connection, record_id) if register in stores and record_id is not None else None
        if own is None:
            raise NotFound(what=f"{register} {record_id}")
        phones = _phones(stores[register], own)
        found = [own]
    else:
        number = plain_form(phone)
        if not (number.isdigit() and len(number) >= SHORTEST):
            raise Invalid([FieldError("phone", "no_phone", "请填写完整的电话号码。", "Give a whole telephone number.")])
        phones, found = {number}, []
    found += [one for store in stores.values() for one in _records(store, connection, phones, phone)
              if (one.register, one.id) not in {(own.register, own.id) for own in found}]
    numbers = {target for one in found for _, target in stores[one.register].links(connection, one.id, "case")}
    cases = _cases(parts, connection, phones, numbers)
    return PersonFound(tuple(sorted(phones)), tuple(_shown(stores[one.register], one) for one in found), cases,
                       is_held(connection, parts.database.keys, phones))


def phones_of(store: RegisterStore, record: Record) -> set[str]:
    """The telephone numbers in a record, as they are compared."""
    return _phones(store, record)


def _phones(store: RegisterStore, record: Record) -> set[str]:
    values = (record.values.get(name) for name, one in store.register.fields.items()
              if one.personal and one.type.name in NUMBERED)
    found = {plain_form(value) for value in values if isinstance(value, str)}
    return {number for number in found if number.isdigit() and len(number) >= SHORTEST}


def _records(store: RegisterStore, connection: Connection, phones: set[str], as_given: str) -> list[Record]:
    spelled = [*phones, *({as_given.strip()} - phones - {""})]
    fields = [name for name, one in store.register.fields.items() if one.personal and one.type.name in NUMBERED]
    if not fields or not spelled:
        return []
    rows = connection.execute(store.rows().where(or_(*(store.holding(name, spelled) for name in fields)))
                              .order_by(store.table.c.id).limit(MOST))
    return [store.record(row) for row in rows]


def _cases(parts: Any, connection: Connection, phones: set[str], numbers: set[str]) -> tuple[CaseFound, ...]:
    marks = [mark for phone in phones for mark in parts.database.keys.marks(phone)]
    rows = connection.execute(
        select(ProcessInstance.id, ProcessInstance.case_number, ProcessInstance.started_at, ProcessInstance.ended_at,
               ProcessDefinition.name, ProcessDefinition.name_en)
        .join(ProcessDefinition, ProcessDefinition.id == ProcessInstance.definition_id)
        .where(ProcessInstance.parent_id.is_(None), or_(
            type_coerce(ProcessInstance.phone_mark, String).in_(marks), ProcessInstance.case_number.in_(numbers)))
        .order_by(ProcessInstance.started_at, ProcessInstance.id)).all()
    ids = [row.id for row in rows]
    held, forms, files = held_roots(connection, ids), _count(connection, FormFilled, ids), _count(connection, FileUse,
                                                                                               ids)
    return tuple(_case(row, row.id in held, forms[row.id], files[row.id]) for row in rows)


def _case(row: Row[Any], held: bool, forms: int, files: int) -> CaseFound:
    return CaseFound(row.id, row.case_number, Bilingual(row.name, row.name_en or ""), row.started_at, row.ended_at,
                     held, forms, files)


def _count(connection: Connection, model: Any, roots: list[str]) -> Counter[str]:
    rows = connection.execute(select(model.root_id, func.count()).where(model.root_id.in_(roots))
                              .group_by(model.root_id))
    return Counter(dict(tuple(row) for row in rows))


def _shown(store: RegisterStore, record: Record) -> RecordFound:
    title = store.register.title
    return RecordFound(record.register, Bilingual(title.zh, title.en), record.id, record.label)
