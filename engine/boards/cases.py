"""The page of a case, the list of cases, and what may be started."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, String, false, func, or_, select, type_coerce
from sqlalchemy.orm import aliased

from engine.authorization import Actor, may_intervene, may_start, sees_case
from engine.boards import timeline
from engine.boards.case_diagram import diagrams
from engine.boards.case_forms import records
from engine.boards.rows import case_state_name
from engine.boards.waiting import waiting_for
from engine.cards import AttachmentCard, Bilingual, CaseHead, CaseView, PersonCard, StartableCard
from engine.customer_data import reads_personal
from engine.errors import NotFound
from engine.live import Live
from engine.masking import masked_phone, masked_text
from engine.models.identity import FileObject, FileUse, Person
from engine.models.repository import ProcessDefinition
from engine.models.runtime import ProcessInstance
from engine.sealing import Keys

HEAD = (ProcessInstance.id, ProcessInstance.case_number, ProcessInstance.process_key, ProcessInstance.definition_id,
        ProcessInstance.state, ProcessInstance.case_state, ProcessInstance.customer, ProcessInstance.phone,
        ProcessInstance.severity, ProcessInstance.gist, ProcessInstance.started_at, ProcessInstance.ended_at,
        ProcessInstance.promised_at, ProcessInstance.unit_id, ProcessInstance.business_key, ProcessInstance.started_by,
        ProcessDefinition.version, ProcessDefinition.name, ProcessDefinition.name_en, ProcessDefinition.pack,
        Person.login, Person.name.label("starter"), Person.name_en.label("starter_en"))


def _heads() -> Any:
    return (select(*HEAD).join(ProcessDefinition, ProcessDefinition.id == ProcessInstance.definition_id)
            .outerjoin(Person, Person.id == ProcessInstance.started_by)
            .where(ProcessInstance.parent_id.is_(None)))


def head_of(row: Row[Any], live: Live) -> CaseHead:
    """The head of a case."""
    starter = PersonCard(row.started_by, row.login, Bilingual(row.starter, row.starter_en)) if row.login else None
    return CaseHead(
        row.id, row.case_number or "", row.process_key, Bilingual(row.name, row.name_en), row.version,
        row.definition_id, row.state, row.case_state,
        case_state_name(live, row.case_state, row.process_key), row.customer,
        masked_phone(row.phone), row.severity, masked_text(row.gist), row.started_at, starter, row.ended_at,
        row.promised_at,
        live.units[row.unit_id].name if row.unit_id in live.units else None, row.business_key)


def case_head(connection: Connection, live: Live, root_id: str) -> CaseHead:
    """The head of a case by its id. Raises NotFound."""
    row = connection.execute(_heads().where(ProcessInstance.id == root_id)).first()
    if row is None:
        raise NotFound(what="case")
    return head_of(row, live)


def view_of(parts: Any, case: str, by: Actor, lang: str) -> CaseView:
    """The page of a case: its head, what it waits for, its history, drawings, forms and files."""
    with parts.database.reading() as connection:
        live = parts.live.at(connection)
        row = connection.execute(_heads().where(
            or_(ProcessInstance.id == case, ProcessInstance.case_number == case.upper()), sees_case(by, live))).first()
        if row is None:
            raise NotFound(what=case)
        files = connection.execute(
            select(FileObject.sha256, FileUse.name, FileObject.type, FileObject.size, FileUse.at,
                   Person.name.label("person"), Person.name_en.label("person_en"))
            .join(FileUse, FileUse.sha256 == FileObject.sha256).outerjoin(Person, Person.id == FileUse.by)
            .where(FileUse.root_id == row.id).order_by(FileUse.at)).all()
        reads = reads_personal(connection, live, by, row, row.pack)
        steers = may_intervene(by, row.unit_id, live)
        return CaseView(
            head_of(row, live), waiting_for(parts, connection, live, row.id),
            timeline.entries(connection, parts.definitions, row.id, mask=not reads),
            diagrams(parts, connection, live, row.id),
            records(parts, connection, live, by, row.id, lang),
            tuple(AttachmentCard(f.sha256, f.name, f.type, f.size, f.at,
                                 Bilingual(f.person, f.person_en) if f.person else None) for f in files),
            may_cancel=row.ended_at is None and (steers or row.started_by == by.person_id),
            may_suspend=row.ended_at is None and steers, may_reveal=reads)


def listed(parts: Any, by: Actor, search: str, open_only: bool, limit: int) -> tuple[CaseHead, ...]:
    """Heads of cases, newest first."""
    with parts.database.reading() as connection:
        live = parts.live.at(connection)
        query = _heads().where(sees_case(by, live))
        if open_only:
            query = query.where(ProcessInstance.ended_at.is_(None))
        text = search.strip()
        if text:
            query = query.where(or_(
                ProcessInstance.case_number.contains(text.upper(), autoescape=True),
                ProcessInstance.customer.contains(text, autoescape=True),
                ProcessInstance.customer_initials.contains(text.lower(), autoescape=True),
                _phone(text, parts.database.keys)))
        rows = connection.execute(query.order_by(ProcessInstance.started_at.desc(), ProcessInstance.id.desc())
                                  .limit(limit)).all()
        return tuple(head_of(row, live) for row in rows)


def _phone(text: str, keys: Keys) -> ColumnElement[bool]:
    """Cases by a whole telephone number or its last four digits; a part of any other length would let a masked number
    be guessed digit by digit."""
    digits = "".join(one for one in text if one.isdigit())
    if not text.isascii() or len(digits) != len(text.replace("-", "").replace(" ", "").removeprefix("+")):
        return false()
    if len(digits) == 4:
        return ProcessInstance.phone_last4 == digits
    if len(digits) < 8:
        return false()
    return type_coerce(ProcessInstance.phone_mark, String).in_(keys.marks(text))


def startable(parts: Any, by: Actor) -> tuple[StartableCard, ...]:
    """The newest versions that the actor may start."""
    with parts.database.reading() as connection:
        live = parts.live.at(connection)
        other = aliased(ProcessDefinition)
        newest = select(func.max(other.version)).where(other.key == ProcessDefinition.key).scalar_subquery()
        rows = connection.execute(
            select(ProcessDefinition.id, ProcessDefinition.pack, ProcessDefinition.startable_by)
            .where(ProcessDefinition.startable.is_(True), ProcessDefinition.version == newest)
            .order_by(ProcessDefinition.pack, ProcessDefinition.key)).all()
        return tuple(_startable(parts.definitions.get(connection, row.id), live, row.pack, row.startable_by)
                     for row in rows if may_start(by, row.startable_by))


def _startable(definition: Any, live: Live, pack: str, allowed: str) -> StartableCard:
    model = definition.model
    start = next((event for event in model.start_events if event.kind == "none"), None)
    element = model.elements.get(start.element_id) if start else None
    content = live.packs.get(pack)
    roles = tuple(live.role_name(role.strip()) for role in allowed.split(",") if role.strip())
    return StartableCard(definition.key, definition.name,
                         Bilingual(model.documentation, model.properties.get("bihuan:documentation_en", "")),
                         content.title if content else Bilingual(pack), roles,
                         element.attributes.get("formKey") if element else None)


