"""The people of the house: finding, adding, changing, roles in units, leaving and coming back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, delete, exists, false, func, insert, or_, select, update

from engine import leaving
from engine.authorization import ADMINISTRATOR, Actor
from engine.cards import Bilingual, PersonCard
from engine.case_columns import initials
from engine.connectors.addresses import email_address
from engine.errors import FieldError, Invalid, NotFound
from engine.history import Record
from engine.ids import new_id
from engine.live import Live, changed
from engine.models.accounts import ExternalIdentity
from engine.models.identity import Person, RoleHolding, SignInAttempt
from engine.models.runtime import UserTask
from engine.people.actors import administrator, keep_an_administrator, looks_into_people, person_id, unit_id
from engine.people.cards import PeoplePage, PersonLine, PersonRecord
from engine.people.password_rules import require_good
from engine.people.signing_in import end_sessions

LINE = (Person.id, Person.login, Person.name, Person.name_en, Person.unit_id, Person.left_at, Person.email,
        Person.must_change_password, Person.signed_in_at)
EDITED = ("name", "name_en", "email", "phone", "lang", "unit")
"""What a page changes of a person, besides the roles."""


class LoginTaken(Invalid):
    """A login that is empty, malformed or somebody else's."""

    code = "login_taken"
    zh = "账号“{login}”为空或已被使用。"
    en = "The login “{login}” is empty or taken."

    def __init__(self, login: str):
        words = (self.zh.format(login=login), self.en.format(login=login))
        super().__init__([FieldError("login", self.code, *words)], login=login)


class Directory:
    """The verbs around people; a part of :class:`~engine.identity.Identity`."""

    _parts: Any
    _hasher: Any

    def people(self) -> list[PersonCard]:
        """Everybody who is still there, by unit and name."""
        with self._parts.database.reading() as connection:
            live = self._parts.live.at(connection)
            rows = connection.execute(select(*LINE).where(Person.left_at.is_(None))
                                      .order_by(Person.unit_id, Person.login)).all()
            held = {person.id: person.holdings for person in live.people.values()}
            return [PersonCard(row.id, row.login, Bilingual(row.name, row.name_en), _unit(live, row.unit_id),
                               tuple(dict.fromkeys(live.role_name(role) for role, _ in held.get(row.id, ()))))
                    for row in rows]

    def find_people(self, by: Actor, search: str = "", *, unit: str = "", role: str = "", left: bool = False,
                    after: str = "", limit: int = 50) -> PeoplePage:
        """People by login, name, pinyin initials, e-mail; in a unit and below, with a role; those who left if asked.

        ``after`` is the login the page before ended with. For administrators and auditors.
        """
        looks_into_people(by)
        with self._parts.database.reading() as connection:
            live = self._parts.live.at(connection)
            query = select(*LINE).where(Person.left_at.is_not(None) if left else Person.left_at.is_(None))
            for word in search.lower().split()[:5]:
                query = query.where(or_(
                    Person.login.contains(word, autoescape=True), func.lower(Person.name_en).contains(
                        word, autoescape=True), Person.name.contains(word, autoescape=True),
                    Person.initials.contains(word, autoescape=True), func.lower(Person.email) == word))
            if unit:
                top = live.units_by_key.get(unit)
                query = query.where(Person.unit_id.in_(live.subtree(top.id)) if top else false())
            if role:
                query = query.where(exists().where(RoleHolding.person_id == Person.id, RoleHolding.role == role))
            total = connection.scalar(select(func.count()).select_from(query.subquery())) or 0
            rows = connection.execute(query.where(Person.login > after).order_by(Person.login).limit(limit + 1)).all()
            paused = self._paused(connection, [row.login for row in rows])
            lines = tuple(_line(live, row, paused) for row in rows[:limit])
            return PeoplePage(lines, total, rows[limit - 1].login if len(rows) > limit else None)

    def person(self, login: str, by: Actor) -> PersonRecord:
        """All that administrators see of a person. Raises NotFound."""
        looks_into_people(by)
        with self._parts.database.reading() as connection:
            live = self._parts.live.at(connection)
            row = connection.execute(select(*LINE, Person.phone, Person.lang, Person.created_at)
                                     .where(Person.login == login)).first()
            if row is None:
                raise NotFound(what="person")
            held = connection.execute(select(RoleHolding.role, RoleHolding.unit_id)
                                      .where(RoleHolding.person_id == row.id).order_by(RoleHolding.role)).all()
            known = connection.execute(select(ExternalIdentity.issuer, ExternalIdentity.email)
                                       .where(ExternalIdentity.person_id == row.id)).all()
            tasks = connection.scalar(select(func.count()).select_from(UserTask)
                                      .where(UserTask.assignee_id == row.id)) or 0
            return PersonRecord(
                _line(live, row, self._paused(connection, [row.login])), row.phone, row.lang, row.created_at,
                tuple((one.role, live.units[one.unit_id].key) for one in held if one.unit_id in live.units),
                tuple((one.issuer, one.email) for one in known), tasks,
                live.units[row.unit_id].key if row.unit_id in live.units else "")

    def _paused(self, connection: Connection, logins: list[str]) -> frozenset[str]:
        return frozenset(connection.scalars(select(SignInAttempt.subject).where(
            SignInAttempt.subject.in_(logins), SignInAttempt.locked_until > self._parts.clock.now())))

    def create_person(self, login: str, name: Bilingual, by: Actor, *, unit: str | None = None, password: str = "",
                      roles: Iterable[tuple[str, str]] = (), email: str = "", phone: str = "", lang: str = "zh") -> str:
        """Add a person with roles as (role, unit key); returns the id. Raises LoginTaken, WeakPassword, Invalid.

        A ``password`` given by an administrator has to be changed at the first sign-in.
        """
        administrator(by)
        now = self._parts.clock.now()
        login = login.strip().lower()
        if password:
            require_good(password, login)
        values = {"name": name.zh, "name_en": name.en, "email": email, "phone": phone, "lang": lang}
        _check(values)
        with self._parts.database.transaction() as connection:
            if not login_fits(login) or connection.scalar(select(Person.id).where(Person.login == login)):
                raise LoginTaken(login)
            person = new_id(now)
            connection.execute(insert(Person.__table__).values(
                id=person, login=login, unit_id=unit_id(connection, unit) if unit else None, created_at=now,
                password=self._hasher.hash(password) if password else "", must_change_password=not by.system,
                initials=initials(name.zh), **values))
            granted = self._grant(connection, person, roles)
            self._parts.note(connection, by, "person_created", login=login,
                             after=values | {"unit": unit or "", "roles": _told(granted)})
            changed(connection)
            return person

    def save_person(self, login: str, values: Mapping[str, Any], by: Actor) -> None:
        """Change what is known of a person (:data:`EDITED`; ``unit`` is a key). Raises Invalid, NotFound."""
        administrator(by)
        values = {name: values[name] for name in EDITED if name in values}
        _check(values)
        with self._parts.database.transaction() as connection:
            live = self._parts.live.at(connection)
            person = person_id(connection, login)
            row = connection.execute(select(Person.name, Person.name_en, Person.email, Person.phone, Person.lang,
                                            Person.unit_id).where(Person.id == person)).one()
            columns = {name: value for name, value in values.items() if name != "unit"}
            if "name" in columns:
                columns["initials"] = initials(columns["name"])
            if "unit" in values:
                columns["unit_id"] = unit_id(connection, values["unit"]) if values["unit"] else None
            before = dict(row._mapping) | {"unit": live.units[row.unit_id].key if row.unit_id in live.units else ""}
            new = {name: value for name, value in values.items() if before.get(name) != value}
            if new:
                connection.execute(update(Person.__table__).where(Person.id == person).values(columns))
                self._parts.note(connection, by, "person_changed", login=login, after=new,
                                 before={name: before.get(name) for name in new})
                changed(connection)

    def set_roles(self, login: str, roles: Iterable[tuple[str, str]], by: Actor) -> None:
        """Replace the roles of a person by (role, unit key) pairs; a change signs the person out everywhere.

        Raises LastAdministrator, NotFound for a unit there is none.
        """
        administrator(by)
        pairs = list(dict.fromkeys(roles))
        with self._parts.database.transaction() as connection:
            live, person = self._parts.live.at(connection), person_id(connection, login)
            before = sorted((role, live.units[unit].key) for role, unit in connection.execute(
                select(RoleHolding.role, RoleHolding.unit_id).where(RoleHolding.person_id == person)))
            if ADMINISTRATOR not in {role for role, _ in pairs}:
                keep_an_administrator(connection, person)
            connection.execute(delete(RoleHolding.__table__).where(RoleHolding.person_id == person))
            granted = self._grant(connection, person, pairs)
            if sorted(granted) == before:
                return
            end_sessions(connection, person)
            self._parts.note(connection, by, "roles_set", login=login, roles=_told(granted),
                             before={"roles": _told(before)}, after={"roles": _told(granted)})
            changed(connection)

    def leave(self, login: str, by: Actor) -> None:
        """A person leaves: no sign-in, no roles, claimed tasks go back to their roles. Raises LastAdministrator."""
        administrator(by)
        now = self._parts.clock.now()
        with self._parts.database.transaction() as connection:
            person = person_id(connection, login)
            leaving.hold_cases(connection, person)
            keep_an_administrator(connection, person)
            held = connection.execute(delete(RoleHolding.__table__).where(RoleHolding.person_id == person)
                                      .returning(RoleHolding.__table__.c.role)).scalars().all()
            connection.execute(update(Person.__table__).where(Person.id == person).values(left_at=now))
            end_sessions(connection, person)
            leaving.give_back(connection, self._parts.live.at(connection), Record(now, by.person_id or None), person)
            self._parts.note(connection, by, "person_left", login=login, before={"roles": "; ".join(sorted(held))})
            changed(connection)

    def come_back(self, login: str, by: Actor) -> None:
        """A person who left is there again, without roles and without a password."""
        administrator(by)
        with self._parts.database.transaction() as connection:
            person = person_id(connection, login)
            connection.execute(update(Person.__table__).where(Person.id == person).values(left_at=None, password=""))
            self._parts.note(connection, by, "person_back", login=login)
            changed(connection)

    def set_language(self, lang: str, by: Actor) -> None:
        """The language a person reads and gets messages in."""
        if lang in ("zh", "en"):
            with self._parts.database.transaction() as connection:
                connection.execute(update(Person.__table__).where(Person.id == by.person_id).values(lang=lang))

    def _grant(self, connection: Connection, person: str, roles: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
        pairs = list(dict.fromkeys(roles))
        rows = [{"person_id": person, "role": role, "unit_id": unit_id(connection, unit)} for role, unit in pairs]
        if rows:
            connection.execute(insert(RoleHolding.__table__), rows)
        return pairs


def login_fits(login: str) -> bool:
    """Whether a login can be one: letters, digits, Chinese characters, ``.``, ``-``, ``_``, ``@``; 100 at most."""
    return 0 < len(login) <= 100 and all(one.isalnum() or one in ".-_@" for one in login)


def person_errors(values: Mapping[str, Any]) -> list[FieldError]:
    """What is wrong with the fields of a person."""
    wrong = []
    if "name" in values and not str(values["name"]).strip():
        wrong.append(FieldError("name", "required", "请填写姓名。", "Please enter the name."))
    for name, most in (("name", 200), ("name_en", 200), ("email", 320), ("phone", 40)):
        if len(str(values.get(name) or "")) > most:
            wrong.append(FieldError(name, "too_long", f"最多 {most} 个字符。", f"At most {most} characters."))
    if values.get("email") and email_address(str(values["email"])) is None:
        wrong.append(FieldError("email", "not_an_email", "邮箱地址不对，例如 name@example.com。",
                                "This is not an e-mail address, such as name@example.com."))
    if values.get("lang", "zh") not in ("zh", "en"):
        wrong.append(FieldError("lang", "unknown_language", "语言只能是 zh 或 en。", "The language is zh or en."))
    return wrong


def _check(values: Mapping[str, Any]) -> None:
    wrong = person_errors(values)
    if wrong:
        raise Invalid(wrong)


def _told(pairs: Iterable[tuple[str, str]]) -> str:
    return "; ".join(f"{role}@{unit}" for role, unit in sorted(pairs))


def _unit(live: Live, unit: str | None) -> Bilingual | None:
    return live.units[unit].name if unit in live.units else None


def _line(live: Live, row: Any, paused: frozenset[str]) -> PersonLine:
    held = live.people[row.login].holdings if row.login in live.people else ()
    return PersonLine(row.id, row.login, Bilingual(row.name, row.name_en), _unit(live, row.unit_id),
                      tuple(dict.fromkeys(live.role_name(role) for role, _ in held)), row.email,
                      row.must_change_password, row.signed_in_at, row.left_at, row.login in paused)
