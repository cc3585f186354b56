"""All that concerns one record: cases, tasks, promises, records of other registers; a few statements, none per row."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import Connection, func, or_, select, union

from engine.authorization import Actor, sees_case
from engine.cards import Bilingual
from engine.column_types import whole
from engine.forms.frame import Frame
from engine.live import Live
from engine.masking import masked_text
from engine.models.history import ElementVisit
from engine.models.identity import Person
from engine.models.repository import ProcessDefinition
from engine.models.runtime import ProcessInstance, UserTask
from engine.records.access import cell, columns_of
from engine.records.cards import CaseLine, PartyView, PromiseLine, RecordLine, RelatedBook, TaskLine
from engine.registers import Record, RegisterStore, read_together
from engine.registers.columns import KEY
from engine.registers.table import LINKS
from engine.registers.together import Asked

MOST_CASES, MOST_RELATED, MOST_TASKS = 100, 20, 50
CASE_FIELD, SCORES = "case_number", ("satisfaction", "attitude_score", "result_score")
"""Fields that are named so hold the number of a case, and how satisfied somebody was."""
PROMISED = frozenset({"content", "due", "done"})
"""A table with these columns is a list of promises."""
Related = list[tuple[RegisterStore, list[Record]]]


def related_records(connection: Connection, stores: Iterable[RegisterStore], own: RegisterStore,
                    record: Record) -> Related:
    """Records of other registers that refer to ``record``, or name its telephone, the newest first; one statement."""
    numbers = own.register.phones_in(record.values)
    asked = []
    for store in stores:
        ways = [store.table.c[name + KEY] == str(record.id) for name, one in store.register.fields.items()
                if one.type.name == "ref" and one.attribute("register") == own.register.key]
        if numbers and not ways and not store.register.party:
            ways = [store.holding(name, numbers) for name in store.register.phone_fields]
        if ways:
            query = store.rows().where(or_(*ways), store.standing()).order_by(store.table.c.id.desc())
            asked.append((store, query.limit(MOST_RELATED)))
    return [one for one in _newest_first(connection, asked) if one[1]]


def _newest_first(connection: Connection, asked: list[Asked]) -> Related:
    return [(store, sorted(records, key=lambda one: -one.id))
            for (store, _), records in zip(asked, read_together(connection, asked))]


def cases_of(connection: Connection, live: Live, by: Actor, store: RegisterStore, record: Record,
             related: Related) -> tuple[CaseLine, ...]:
    """The cases that the actor may see, newest first: linked with the record, named by related ones, or, for a person
    or firm, by the same telephone."""
    linked = select(LINKS.c.target).where(LINKS.c.register == store.register.key, LINKS.c.record_id == record.id,
                                          LINKS.c.kind == "case")
    named = {str(one.values[CASE_FIELD]) for _store, records in ((store, [record]), *related) for one in records
             if one.values.get(CASE_FIELD)}
    ways = [select(ProcessInstance.id).where(ProcessInstance.case_number.in_(linked))]
    if named:
        ways.append(select(ProcessInstance.id).where(ProcessInstance.case_number.in_(sorted(named))))
    numbers = store.register.phones_in(record.values) if store.register.party else []
    if numbers:
        ways.append(select(ProcessInstance.id).where(ProcessInstance.phone_mark.in_(whole(numbers))))
    rows = connection.execute(
        select(ProcessInstance.id, ProcessInstance.case_number, ProcessInstance.gist, ProcessInstance.state,
               ProcessInstance.started_at, ProcessInstance.ended_at, ProcessInstance.promised_at,
               ProcessDefinition.name, ProcessDefinition.name_en)
        .join(ProcessDefinition, ProcessDefinition.id == ProcessInstance.definition_id)
        .where(ProcessInstance.id.in_(union(*ways)) if len(ways) > 1 else ProcessInstance.id.in_(ways[0]),
               ProcessInstance.parent_id.is_(None), sees_case(by, live))
        .order_by(ProcessInstance.started_at.desc(), ProcessInstance.id.desc()).limit(MOST_CASES)).all()
    return tuple(CaseLine(row.case_number or "", Bilingual(row.name, row.name_en), masked_text(row.gist), row.state,
                          row.started_at, row.ended_at, row.promised_at, row.id) for row in rows)


def scored_records(connection: Connection, stores: Iterable[RegisterStore], cases: Sequence[CaseLine]) -> Related:
    """Records that say how satisfied somebody was with these cases, the newest first; one statement."""
    numbers = [case.number for case in cases]
    return _newest_first(connection, [
        (store, store.rows().where(store.table.c[CASE_FIELD].in_(numbers))) for store in stores
        if numbers and CASE_FIELD in store.register.fields and not {*SCORES}.isdisjoint(store.register.fields)])


def open_cases_of(connection: Connection, live: Live, by: Actor, store: RegisterStore,
                  records: Sequence[Record]) -> dict[int, int]:
    """How many open cases each record has; two statements for a whole page."""
    if not records:
        return {}
    found: dict[int, set[str]] = {}
    is_open = (ProcessInstance.ended_at.is_(None), ProcessInstance.parent_id.is_(None), sees_case(by, live))
    for record_id, case in connection.execute(
            select(LINKS.c.record_id, ProcessInstance.id)
            .join(ProcessInstance, ProcessInstance.case_number == LINKS.c.target)
            .where(LINKS.c.register == store.register.key, LINKS.c.kind == "case",
                   LINKS.c.record_id.in_([one.id for one in records]), *is_open)):
        found.setdefault(record_id, set()).add(case)
    if store.register.party:
        owners: dict[str, list[int]] = {}
        for one in records:
            for number in store.register.phones_in(one.values):
                owners.setdefault(number, []).append(one.id)
        for case, phone in connection.execute(select(ProcessInstance.id, ProcessInstance.phone).where(
                ProcessInstance.phone_mark.in_(whole(sorted(owners))), *is_open)) if owners else ():
            for record_id in owners.get(phone, ()):
                found.setdefault(record_id, set()).add(case)
    return {record_id: len(cases) for record_id, cases in found.items()}


def party_of(connection: Connection, cases: Sequence[CaseLine], related: Related, scored: Related, frame: Frame,
             lang: str) -> PartyView:
    """What stands around the cases and records of a person or firm; two statements."""
    open_ids = [case.id for case in cases if case.ended_at is None]
    tasks = connection.execute(
        select(UserTask.id, UserTask.name, UserTask.name_en, UserTask.case_number, UserTask.due_at,
               Person.name.label("holder"), Person.name_en.label("holder_en"))
        .outerjoin(Person, Person.id == UserTask.assignee_id).where(UserTask.root_id.in_(open_ids))
        .order_by(UserTask.due_sort, UserTask.id).limit(MOST_TASKS)).all() if open_ids else []
    touched = connection.scalar(select(func.max(ElementVisit.left_at)).where(
        ElementVisit.root_id.in_([case.id for case in cases]), ElementVisit.kind == "userTask")) if cases else None
    contacts = [touched, *(case.started_at for case in cases),
                *(record.created_at for _store, records in related for record in records)]
    return PartyView(
        tuple(TaskLine(row.id, Bilingual(row.name, row.name_en), row.case_number,
                       Bilingual(row.holder, row.holder_en) if row.holder else None, row.due_at) for row in tasks),
        _promises(cases, related, frame), tuple(_book(store, records, frame, lang) for store, records in related),
        max((moment for moment in contacts if moment is not None), default=None), _scores(scored, lang))


def _promises(cases: Sequence[CaseLine], related: Related, frame: Frame) -> tuple[PromiseLine, ...]:
    """Moments promised to the customer by cases, and promises noted in tables of related records."""
    found = [PromiseLine(case.gist, case.promised_at, _kept(case.promised_at, case.ended_at, frame.now), case.number)
             for case in cases if case.promised_at is not None]
    for store, records in related:
        tables = [one for one in store.register.fields.values()
                  if one.is_table and {column.id for column in one.columns} >= PROMISED]
        for record in records:
            for row in (row for one in tables for row in record.values.get(one.id) or ()):
                if row.get("due") and row.get("content"):
                    due = datetime.combine(row["due"], datetime.max.time(), frame.zone)
                    state = "kept" if row.get("done") else "late" if due < frame.now else "open"
                    found.append(PromiseLine(masked_text(str(row["content"])), due, state))
    order = ("late", "open", "broken", "kept")
    return tuple(sorted(found, key=lambda one: (order.index(one.state), one.due_at)))


def _kept(promised: datetime, ended: datetime | None, now: datetime) -> str:
    if ended is None:
        return "late" if promised < now else "open"
    return "kept" if ended <= promised else "broken"


def _book(store: RegisterStore, records: Sequence[Record], frame: Frame, lang: str) -> RelatedBook:
    register = store.register
    columns = columns_of(register, lang)[:5]
    fields = [register.fields[one.id] for one in columns]
    return RelatedBook(
        register.key, Bilingual(register.title.zh, register.title.en), tuple(one.label for one in columns),
        tuple(RecordLine(one.id, one.label, tuple(cell(register, field, one, frame, lang) for field in fields),
                         one.changed_at) for one in records))


def _scores(scored: Related, lang: str) -> tuple[tuple[str, str, str], ...]:
    found = []
    for store, records in scored:
        for name in SCORES:
            one = store.register.fields.get(name)
            found += [(one.label.in_language(lang), str(record.values[name]), str(record.values.get(CASE_FIELD) or ""))
                      for record in records if one is not None and record.values.get(name) is not None]
    return tuple(found)
