"""Bringing a case to somebody's notice (抄送), and who has read it (已阅)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import aliased

from engine import notices
from engine.authorization import Actor
from engine.cards import Bilingual
from engine.errors import FieldError, Invalid, NotFound
from engine.ids import new_id
from engine.models.identity import Person
from engine.models.working import CarbonCopy
from engine.tasks.beginning import person_there
from engine.tasks.cards import CopyCard
from engine.tasks.seen_case import enter_history, seen_case

MOST = 50
"""People of one copy."""


class NobodyChosen(Invalid):
    """Nobody was chosen, or too many."""

    code = "nobody_chosen"
    zh = "请选择一到 {most} 人。"
    en = "Please choose one to {most} people."

    def __init__(self) -> None:
        zh, en = self.zh.format(most=MOST), self.en.format(most=MOST)
        super().__init__([FieldError("people", self.code, zh, en)], most=MOST)


class Copying:
    """The verbs; each is one transaction."""

    _parts: Any

    def send_copy(self, task_id_or_case_id: str, people: Iterable[str], note: str, by: Actor) -> int:
        """Bring a case, or a task of it, to the notice of people (logins), who may then see it.

        Who has an unread copy from the same person gets no second one. Returns how many were sent. Raises
        NobodyChosen, PersonLeft, NotFound.
        """
        parts, now = self._parts, self._parts.clock.now()
        with parts.database.transaction() as connection:
            case = seen_case(parts, connection, task_id_or_case_id, "send_copy", by)
            chosen = {one.id: one for one in (person_there(connection, case.live, login, "people", looking=True)
                                              for login in people)}
            if not chosen or len(chosen) > MOST:
                raise NobodyChosen()
            has = set(connection.scalars(select(CarbonCopy.person_id).where(
                CarbonCopy.root_id == case.row.id, CarbonCopy.by == by.person_id, CarbonCopy.read_at.is_(None),
                CarbonCopy.person_id.in_(list(chosen)))))
            new = [person for person in chosen if person not in has]
            if new:
                connection.execute(insert(CarbonCopy.__table__), [{
                    "id": new_id(now), "root_id": case.row.id, "task_id": case.row.task_id, "at": now,
                    "element_id": case.row.element_id or "", "person_id": person, "by": by.person_id or None,
                    "note": note.strip(), "read_at": None} for person in new])
                enter_history(parts, connection, by, case, "copied", to=[chosen[person].login for person in new],
                     people="、".join(chosen[person].name.zh for person in new),
                     people_en=", ".join(chosen[person].name.in_("en") for person in new))
                notices.tell(connection, now, [one for one in new if one != by.person_id], "copied",
                             root_id=case.row.id, task_id=case.row.task_id, by=by.name.zh, by_en=by.name.in_("en"),
                             reason=note.strip(), **case.words)
            return len(new)

    def copies(self, case_id: str, by: Actor, limit: int = 200) -> tuple[CopyCard, ...]:
        """Who got a copy of a case, from whom, and whether it was read; the newest first. Raises NotFound."""
        parts, sender = self._parts, aliased(Person)
        with parts.database.reading() as connection:
            seen_case(parts, connection, case_id, "seen", by)
            rows = connection.execute(
                select(CarbonCopy.id, CarbonCopy.at, CarbonCopy.note, CarbonCopy.read_at, Person.name, Person.name_en,
                       sender.name.label("from_name"), sender.name_en.label("from_name_en"))
                .join(Person, Person.id == CarbonCopy.person_id).outerjoin(sender, sender.id == CarbonCopy.by)
                .where(CarbonCopy.root_id == case_id).order_by(CarbonCopy.id.desc()).limit(limit)).all()
        return tuple(CopyCard(row.id, Bilingual(row.name, row.name_en), row.at, row.note, row.read_at,
                              Bilingual(row.from_name, row.from_name_en) if row.from_name else None) for row in rows)

    def mark_read(self, copy_ids: Iterable[str], by: Actor) -> int:
        """Say that copies sent to oneself were read; how many were not before. Raises NotFound for others' copies."""
        parts, ids = self._parts, list(dict.fromkeys(copy_ids))
        with parts.database.transaction() as connection:
            mine = connection.execute(select(CarbonCopy.id, CarbonCopy.read_at).where(
                CarbonCopy.id.in_(ids), CarbonCopy.person_id == by.person_id)).all()
            if len(mine) != len(ids):
                raise NotFound(what="page")
            unread = [row.id for row in mine if row.read_at is None]
            connection.execute(update(CarbonCopy.__table__).where(CarbonCopy.id.in_(unread))
                               .values(read_at=parts.clock.now()))
            return len(unread)
