"""Legal holds: set on a case or a person, listed, lifted; while one stands nothing of theirs is erased."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, String, insert, select, type_coerce, update
from sqlalchemy.orm import aliased

from engine.authorization import Actor
from engine.cards import Bilingual
from engine.errors import Conflict, FieldError, Invalid, NotFound
from engine.ids import new_id
from engine.masking import masked_phone
from engine.models.identity import Person
from engine.models.privacy import LegalHold
from engine.models.runtime import ProcessInstance
from engine.privacy.cards import HoldCard
from engine.privacy.permits import may_look, may_manage, reason_of
from engine.sealing import plain_form

SHORTEST = 7
"""Digits of a telephone number."""


class Held(Conflict):
    """A legal hold stands in the way."""

    code = "legal_hold"
    zh = "此人的资料已被法务保全，不能删除；请先解除保全。"
    en = "The data of this person is under a legal hold and cannot be erased; lift the hold first."


class Holds:
    """The verbs around legal holds."""

    _parts: Any

    def hold(self, by: Actor, reason: str, *, case: str = "", phone: str = "") -> str:
        """Set a hold on a case (id or number) or a person (telephone number); its id. Raises Invalid, NotFound,
        NotPermitted."""
        parts, now, number = self._parts, self._parts.clock.now(), plain_form(phone)
        with parts.database.transaction() as connection:
            parts.database.take_turns(connection, "privacy")  # nothing is erased while the hold comes
            may_manage(by, parts.live.at(connection), "设置法务保全", "set a legal hold")
            why = reason_of(reason)
            if bool(case) == bool(phone):
                raise Invalid([FieldError("phone", "case_or_person", "请填写电话或案件号其中一项。",
                                          "Give a telephone number or a case, one of them.")])
            if phone and not (number.isdigit() and len(number) >= SHORTEST):
                raise Invalid([FieldError("phone", "no_phone", "请填写完整的电话号码。",
                                          "Give a whole telephone number.")])
            root = _root(connection, case) if case else None
            hold = new_id(now)
            connection.execute(insert(LegalHold.__table__).values(
                id=hold, root_id=root.id if root else None, case_number=root.case_number if root else "",
                phone=number, phone_mark=number, reason=why, set_at=now, set_by=by.person_id, lifted_why=""))
            parts.note(connection, by, "hold_set", root_id=root.id if root else None, reason=why, hold=hold)
        return hold

    def lift(self, hold: str, by: Actor, reason: str) -> None:
        """Lift a hold. Raises Invalid without a reason, NotFound for one that does not stand, NotPermitted."""
        why = reason_of(reason)
        parts, now = self._parts, self._parts.clock.now()
        with parts.database.transaction() as connection:
            may_manage(by, parts.live.at(connection), "解除法务保全", "lift a legal hold")
            row = connection.execute(
                update(LegalHold.__table__).where(LegalHold.id == hold, LegalHold.lifted_at.is_(None))
                .values(lifted_at=now, lifted_by=by.person_id, lifted_why=why).returning(LegalHold.root_id)).first()
            if row is None:
                raise NotFound(what="hold")
            parts.note(connection, by, "hold_lifted", root_id=row.root_id, reason=why, hold=hold)

    def holds(self, by: Actor) -> tuple[HoldCard, ...]:
        """All holds, those that stand first, then the newest. Raises NotPermitted."""
        setter, lifter = aliased(Person), aliased(Person)
        with self._parts.database.reading() as connection:
            may_look(by, self._parts.live.at(connection))
            rows = connection.execute(
                select(*LegalHold.__table__.columns, setter.name, setter.name_en, lifter.name.label("lifter"),
                       lifter.name_en.label("lifter_en"))
                .join(setter, setter.id == LegalHold.set_by).outerjoin(lifter, lifter.id == LegalHold.lifted_by)
                .order_by(LegalHold.lifted_at.is_not(None), LegalHold.set_at.desc(), LegalHold.id).limit(500)).all()
        return tuple(HoldCard(
            row.id, row.case_number, masked_phone(row.phone), row.reason, row.set_at,
            Bilingual(row.name, row.name_en or ""), row.lifted_at,
            Bilingual(row.lifter, row.lifter_en or "") if row.lifter else None, row.lifted_why) for row in rows)


def held_roots(connection: Connection, roots: Iterable[str]) -> set[str]:
    """Those of ``roots`` on which a hold stands, of their own or of the person they are about."""
    wanted = list(roots)
    standing = LegalHold.lifted_at.is_(None)
    own = select(LegalHold.root_id).where(standing, LegalHold.root_id.in_(wanted))
    marks = select(type_coerce(LegalHold.phone_mark, String)).where(standing, LegalHold.root_id.is_(None))
    persons = select(ProcessInstance.id).where(ProcessInstance.id.in_(wanted),
                                               type_coerce(ProcessInstance.phone_mark, String).in_(marks))
    return {*connection.scalars(own), *connection.scalars(persons)} if wanted else set()


def is_held(connection: Connection, keys: Any, phones: Iterable[str]) -> bool:
    """Whether a hold stands on a person with one of these numbers."""
    marks = [mark for phone in phones for mark in keys.marks(phone)]
    return bool(marks) and connection.scalar(select(LegalHold.id).where(
        LegalHold.lifted_at.is_(None), type_coerce(LegalHold.phone_mark, String).in_(marks)).limit(1)) is not None


def _root(connection: Connection, case: str) -> Any:
    root = connection.execute(select(ProcessInstance.id, ProcessInstance.case_number).where(
        (ProcessInstance.id == case) | (ProcessInstance.case_number == case.strip().upper()),
        ProcessInstance.parent_id.is_(None))).first()
    if root is None:
        raise NotFound(what="case")
    return root
