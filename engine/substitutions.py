"""Substitution (离岗代理): one person acts for another for a time, in all processes or in the named ones.

A substitute sees, claims and works on what the absent person could, and the history says on whose behalf. Substitution
is never passed on: who acts for a substitute acts for that person alone. A signature is given by oneself only.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.orm import aliased

from engine import notices
from engine.authorization import ADMINISTRATOR, Actor, only_looks, require, require_acting, supervised_units
from engine.cards import Bilingual
from engine.errors import FieldError, Invalid, NotFound, PersonLeft, ReasonNeeded
from engine.ids import new_id
from engine.live import Live, LivePerson, changed
from engine.models.identity import Person
from engine.models.working import Substitution


@dataclass(frozen=True, slots=True)
class SubstitutionCard:
    """One substitution; ``processes`` empty means all. ``state``: coming, active, over."""

    id: str
    person: Bilingual
    person_login: str
    substitute: Bilingual
    substitute_login: str
    from_at: datetime
    until_at: datetime
    processes: tuple[str, ...]
    reason: str
    state: str


class Substitutions:
    """The verbs; a part of :class:`~engine.identity.Identity`."""

    _parts: Any

    def substitutions(self, by: Actor) -> list[SubstitutionCard]:
        """Those that concern the actor or people of units supervised, of an administrator all; the newest first."""
        person, other, now = aliased(Person), aliased(Person), self._parts.clock.now()
        query = (select(*Substitution.__table__.columns, person.name.label("name"), person.name_en.label("name_en"),
                        person.login, other.name.label("other"), other.name_en.label("other_en"),
                        other.login.label("other_login"))
                 .join(person, person.id == Substitution.person_id)
                 .join(other, other.id == Substitution.substitute_id)
                 .order_by(Substitution.from_at.desc(), Substitution.id.desc()).limit(500))
        with self._parts.database.reading() as connection:
            live = self._parts.live.at(connection)
            units = supervised_units(by, live)
            if units is not None:
                below = [one.id for one in live.people.values() if one.unit_id in units]
                query = query.where(Substitution.person_id.in_([by.person_id, *below])
                                    | (Substitution.substitute_id == by.person_id))
            return [_card(row, now) for row in connection.execute(query)]

    def substitute(self, person: str, substitute: str, from_at: datetime, until_at: datetime,
                   processes: Iterable[str] | None, reason: str, by: Actor) -> str:
        """Let ``substitute`` act for ``person`` (logins) from a moment to another; returns the id.

        A person may do this for oneself; supervisors of that person's unit and administrators for others. Raises
        ReasonNeeded, PersonLeft, BadPeriod, SubstituteAway, NotPermitted.
        """
        if not reason.strip():
            raise ReasonNeeded()
        now = self._parts.clock.now()
        if not from_at < until_at or until_at <= now:
            raise BadPeriod("until_at")
        with self._parts.database.transaction() as connection:
            self._parts.database.take_turns(connection, "substitutions")  # none is passed on, by two at once neither
            live = self._parts.live.at(connection)
            away, acting = there(connection, live, person, "person"), there(connection, live, substitute, "substitute")
            _may(by, away, live)
            if away.id == acting.id:
                raise OneselfAway()
            if any(one.person_id == acting.id and one.from_at < until_at and from_at < one.until_at
                   for one in live.substitutions):
                raise SubstituteAway(acting.name)
            made, named = new_id(now), sorted(set(processes or ()))
            connection.execute(insert(Substitution.__table__).values(
                id=made, person_id=away.id, substitute_id=acting.id, from_at=from_at, until_at=until_at,
                processes=named or None, reason=reason, by=by.person_id or None, created_at=now))
            self._tell(connection, by, away, acting, from_at, until_at)
            self._parts.note(connection, by, "substituted", reason=reason, person=person, substitute=substitute,
                             from_at=from_at, until_at=until_at, processes=named)
            changed(connection)
            return made

    def _tell(self, connection: Connection, by: Actor, away: LivePerson, acting: LivePerson, from_at: datetime,
              until_at: datetime) -> None:
        now, zone = self._parts.clock.now(), ZoneInfo(self._parts.settings.zone)
        days = {"from_day": from_at.astimezone(zone).date(), "until_day": until_at.astimezone(zone).date()}
        for person, other, code in ((acting, away, "substituted"), (away, acting, "substitution_made")):
            if person.id != by.person_id:
                notices.tell(connection, now, [person.id], code, who=other.name.zh, who_en=other.name.in_("en"), **days)

    def end_substitution(self, substitution_id: str, by: Actor) -> None:
        """End a substitution now; what was claimed meanwhile stays where it is. Raises NotFound, NotPermitted."""
        require_acting(by)
        now = self._parts.clock.now()
        with self._parts.database.transaction() as connection:
            live = self._parts.live.at(connection)
            row = connection.execute(select(Substitution.person_id, Substitution.substitute_id, Person.login,
                                            Substitution.ended_at)
                                     .join(Person, Person.id == Substitution.person_id)
                                     .where(Substitution.id == substitution_id)).first()
            if row is None:
                raise NotFound(what="substitution")
            away = live.people_by_id.get(row.person_id)
            if away is not None:
                _may(by, away, live)
            if row.ended_at is None:
                connection.execute(update(Substitution.__table__).where(Substitution.id == substitution_id)
                                   .values(ended_at=now))
                name = away.name if away is not None else Bilingual(row.login)
                notices.tell(connection, now, {row.substitute_id} - {by.person_id}, "substitution_ended", who=name.zh,
                             who_en=name.in_("en"))
                self._parts.note(connection, by, "substitution_ended", person=row.login)
                changed(connection)


def there(connection: Connection, live: Live, login: str, field: str = "to") -> LivePerson:
    """The person with a login who is still there. Raises PersonLeft at ``field``, NotFound for one who never was."""
    person = live.people.get(login.strip().lower())
    if person is not None:
        return person
    name = connection.scalar(select(Person.name).where(Person.login == login.strip().lower()))
    raise PersonLeft(name, field) if name else NotFound(what="person")


def _may(by: Actor, away: LivePerson, live: Live) -> None:
    units = supervised_units(by, live)
    require(by.system or by.person_id == away.id or by.holds(ADMINISTRATOR)
            or (not only_looks(by) and (units is None or away.unit_id in units)),
            f"为 {away.name.zh} 设置代理", f"appoint a substitute for {away.name.in_('en')}")


def _card(row: Any, now: datetime) -> SubstitutionCard:
    state = "over" if row.ended_at is not None or row.until_at <= now else "coming" if row.from_at > now else "active"
    return SubstitutionCard(row.id, Bilingual(row.name, row.name_en), row.login, Bilingual(row.other, row.other_en),
                            row.other_login, row.from_at, row.until_at, tuple(row.processes or ()), row.reason, state)


class BadPeriod(Invalid):
    """A period that ends before it begins, or has passed."""

    code = "bad_period"
    zh = "结束时间应晚于开始时间，并且在现在之后。"
    en = "The end must lie after the beginning, and in the future."

    def __init__(self, field: str):
        super().__init__([FieldError(field, self.code, self.zh, self.en)])


class OneselfAway(Invalid):
    """Nobody stands in for oneself."""

    code = "oneself_away"
    zh = "代理人不能是本人。"
    en = "Nobody can be their own substitute."

    def __init__(self) -> None:
        super().__init__([FieldError("substitute", self.code, self.zh, self.en)])


class SubstituteAway(Invalid):
    """The substitute is away as well; substitution is not passed on."""

    code = "substitute_away"
    zh = "{name} 在这段时间里也由他人代理；代理不能转给第三人，请另选一位。"
    en = "{name} is away in that time as well; substitution is not passed on, please choose somebody else."

    def __init__(self, name: Bilingual):
        zh, en = self.zh.format(name=name.zh), self.en.format(name=name.in_("en"))
        super().__init__([FieldError("substitute", self.code, zh, en)], name=name.zh, name_en=name.in_("en"))
