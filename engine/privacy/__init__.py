"""What the law on personal data asks for: tell a person what is known, erase it, hold it, let it go in time."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, select

from engine.authorization import Actor
from engine.cards import Bilingual
from engine.database import done_again
from engine.errors import Conflict
from engine.family import hold
from engine.live import Live
from engine.models.repository import ProcessDefinition
from engine.privacy.blanking import blank_case
from engine.privacy.cards import Erased, PersonFound, RetentionCard
from engine.privacy.export import packed
from engine.privacy.finding import sought
from engine.privacy.holds import Held, Holds
from engine.privacy.permits import may_look, may_manage, reason_of
from engine.privacy.retention import expire
from engine.registers import erase, unname

__all__ = ["Held", "Privacy", "StillOpen"]


class StillOpen(Conflict):
    """Cases of the person are still worked on."""

    code = "person_has_open_cases"
    zh = "此人还有办理中的案件（{numbers}），请先办结或撤销，再删除个人信息。"
    en = "Cases of this person are still open ({numbers}); finish or cancel them before the data is erased."


@done_again
class Privacy(Holds):
    """The verbs around what is known of a person who is no user: customers, clients, retailers."""

    def __init__(self, parts: Any):
        self._parts = parts

    def find(self, by: Actor, *, phone: str = "", register: str = "", record_id: int | None = None) -> PersonFound:
        """Where a person is known, by telephone number or a record. Raises NotPermitted, Invalid, NotFound."""
        with self._parts.database.reading() as connection:
            self._permit(connection, by, "查找客户的个人信息", "look for what is known of a customer")
            return sought(self._parts, connection, phone, register, record_id)

    def export(self, by: Actor, reason: str, *, phone: str = "", register: str = "",
               record_id: int | None = None) -> bytes:
        """All that is known of a person, as a ZIP; that it was taken out stands in the history of every case."""
        why, parts = reason_of(reason), self._parts
        with parts.database.transaction() as connection:
            self._permit(connection, by, "导出客户的个人信息", "take out what is known of a customer")
            person = sought(parts, connection, phone, register, record_id)
            for case in person.cases:
                parts.note(connection, by, "person_exported", root_id=case.id, reason=why)
            parts.note(connection, by, "person_exported", reason=why, cases=len(person.cases),
                       records=[f"{one.register} {one.id}" for one in person.records])
            return packed(parts, connection, person)

    def erase(self, by: Actor, reason: str, *, phone: str = "", register: str = "",
              record_id: int | None = None) -> Erased:
        """Erase what is known of a person; the history of the cases stays, with the name masked.

        Cases under a legal hold stay as they are. Raises NotPermitted, Invalid without a reason, :class:`Held` where a
        hold stands on the person, :class:`StillOpen` while a case is open.
        """
        why, parts, now = reason_of(reason), self._parts, self._parts.clock.now()
        with parts.database.transaction() as connection:
            parts.database.take_turns(connection, "privacy")
            self._permit(connection, by, "删除客户的个人信息", "erase what is known of a customer")
            person = sought(parts, connection, phone, register, record_id)
            if person.held:
                raise Held()
            if person.open_cases:
                raise StillOpen(numbers="、".join(case.number for case in person.open_cases[:5]))
            going = [case for case in person.cases if not case.held]
            hold(connection, [case.id for case in going])
            for case in going:
                blank_case(parts, connection, case.id, now)
                parts.note(connection, by, "erased", root_id=case.id, reason=why)
            for one in person.records:
                stores = parts.registers.stores(connection)
                erase(stores[one.register], connection, one.id, by=by.login, at=now)
                for other in stores.values():
                    unname(other, connection, one.register, one.id)
                parts.note(connection, by, "erased", reason=why, register=one.register, record=one.id)
            return Erased(len(person.records), len(going),
                          tuple(case.number for case in person.cases if case.held))

    def expire(self) -> int:
        """Blank what has had its time (:mod:`engine.privacy.retention`); for workers."""
        return expire(self._parts)

    def periods(self, by: Actor) -> tuple[RetentionCard, ...]:
        """The registers and forms (of the newest versions) that declare how long they keep personal values."""
        parts = self._parts
        with parts.database.reading() as connection:
            live = parts.live.at(connection)
            may_look(by, live)
            found = [RetentionCard(key, _words(store.register.title), True, store.register.retention)
                     for key, store in parts.registers.stores(connection).items() if store.register.retention]
            forms = {form.key: form for form in _forms(parts, connection, live) if form.retention}
            return (*sorted(found, key=lambda one: one.key),
                    *(RetentionCard(key, _words(form.title), False, form.retention)
                      for key, form in sorted(forms.items())))

    def _permit(self, connection: Connection, by: Actor, zh: str, en: str) -> None:
        may_manage(by, self._parts.live.at(connection), zh, en)


def _words(title: Any) -> Bilingual:
    return Bilingual(title.zh, title.en)


def _forms(parts: Any, connection: Connection, live: Live) -> list[Any]:
    ids = connection.scalars(select(ProcessDefinition.id).where(ProcessDefinition.id.in_(live.newest.values())))
    return [form for one in ids for form in parts.definitions.get(connection, one).forms.values()]
