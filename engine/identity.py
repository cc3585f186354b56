"""People, units and roles; signing in with a password."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import cached_property
from math import ceil
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from sqlalchemy import Connection, delete, insert, select, update

from engine.authorization import ADMINISTRATOR, Actor, represented_by, require
from engine.cards import Bilingual, PersonCard
from engine.errors import BihuanError, Invalid, NotFound
from engine.ids import new_id
from engine.live import changed
from engine.models.identity import LiveVersion, OrgUnit, Person, RoleHolding, SignInAttempt
from engine.substitutions import Substitutions

MIN_PASSWORD = 8


class SignInFailed(BihuanError):
    """Wrong login or password: the same sentence for both."""

    code, http_status = "sign_in_failed", 401
    zh = "账号或密码不对。"
    en = "The account or the password is not right."


class SignInPaused(BihuanError):
    """Too many failures."""

    code, http_status = "sign_in_paused", 429
    zh = "尝试次数过多，请 {minutes} 分钟后再试，或联系管理员。"
    en = "Too many attempts; try again in {minutes} minutes, or ask the administrator."


class Identity(Substitutions):
    """The verbs around people."""

    def __init__(self, parts: Any):
        self._parts = parts
        self._hasher = PasswordHasher()

    @cached_property
    def _nobody(self) -> str:
        """The hash that a login without a person is compared with, so that both take the same time."""
        return self._hasher.hash("nobody's password")

    def sign_in(self, login: str, password: str, address: str = "") -> Actor:
        """The actor behind a login and its password. Raises SignInFailed, SignInPaused. Always costs one hash."""
        now = self._parts.clock.now()
        subject = login.strip().lower()
        with self._parts.database.transaction() as connection:
            self._refuse_paused(connection, subject, now)
            row = connection.execute(select(Person.id, Person.password, Person.left_at)
                                     .where(Person.login == subject)).first()
        good = self._verify(row.password if row and row.password else self._nobody, password)
        with self._parts.database.transaction() as connection:
            if row is None or row.left_at is not None or not row.password or not good:
                self._count_failure(connection, subject, now)
                failed = True
            else:
                connection.execute(delete(SignInAttempt.__table__).where(SignInAttempt.subject == subject))
                self._parts.note(connection, None, "signed_in", login=subject, address=address)
                failed = False
        if failed:
            raise SignInFailed()
        return self.actor(row.id)

    def actor(self, person_id: str) -> Actor:
        """The actor for a person who is signed in: two reads. Raises NotFound for one who left."""
        with self._parts.database.reading() as connection:
            return _actor(self._parts, connection, Person.id == person_id)

    def actor_by_login(self, login: str) -> Actor:
        """The actor with this login, for the command line, the demo and scenarios."""
        with self._parts.database.reading() as connection:
            return _actor(self._parts, connection, Person.login == login)

    def people(self) -> list[PersonCard]:
        """Everybody who is still there, by unit and name."""
        with self._parts.database.reading() as connection:
            live = self._parts.live.at(connection)
            roles: dict[str, list[Bilingual]] = {}
            for person, role in connection.execute(select(RoleHolding.person_id, RoleHolding.role)
                                                   .order_by(RoleHolding.role)):
                roles.setdefault(person, []).append(live.role_name(role))
            rows = connection.execute(select(Person.id, Person.login, Person.name, Person.name_en, Person.unit_id)
                                      .where(Person.left_at.is_(None)).order_by(Person.unit_id, Person.login)).all()
            return [PersonCard(row.id, row.login, Bilingual(row.name, row.name_en),
                               live.units[row.unit_id].name if row.unit_id in live.units else None,
                               tuple(dict.fromkeys(roles.get(row.id, ())))) for row in rows]

    def create_unit(self, key: str, name: Bilingual, by: Actor, *, parent: str | None = None, kind: str = "department",
                    calendar: Any = None, zone: str = "") -> str:
        """Add an org unit below ``parent`` (a unit's key); returns its id. A unit that exists is brought up to date."""
        _administrator(by)
        now = self._parts.clock.now()
        with self._parts.database.transaction() as connection:
            above = _unit_id(connection, parent) if parent else None
            columns = {"parent_id": above, "kind": kind, "name": name.zh, "name_en": name.en, "calendar": calendar,
                       "zone": zone}
            found = connection.scalar(select(OrgUnit.id).where(OrgUnit.key == key))
            if found is None:
                found = new_id(now)
                connection.execute(insert(OrgUnit.__table__).values(id=found, key=key, **columns))
            else:
                connection.execute(update(OrgUnit.__table__).where(OrgUnit.id == found).values(columns))
            changed(connection)
            return found

    def create_person(self, login: str, name: Bilingual, by: Actor, *, unit: str | None = None, password: str = "",
                      roles: Iterable[tuple[str, str]] = (), email: str = "", phone: str = "", lang: str = "zh") -> str:
        """Add a person with roles as (role, unit key); returns the id. Raises Invalid for a login that is taken."""
        _administrator(by)
        now = self._parts.clock.now()
        login = login.strip().lower()
        if password and len(password) < MIN_PASSWORD:
            raise WeakPassword(length=MIN_PASSWORD)
        with self._parts.database.transaction() as connection:
            if not login or connection.scalar(select(Person.id).where(Person.login == login)):
                raise LoginTaken(login=login)
            person = new_id(now)
            connection.execute(insert(Person.__table__).values(
                id=person, login=login, name=name.zh, name_en=name.en, email=email, phone=phone, lang=lang,
                unit_id=_unit_id(connection, unit) if unit else None, created_at=now,
                password=self._hasher.hash(password) if password else "", session_version=0))
            self._grant(connection, person, roles)
            self._parts.note(connection, by, "person_created", login=login)
            changed(connection)
            return person

    def set_roles(self, login: str, roles: Iterable[tuple[str, str]], by: Actor) -> None:
        """Replace the roles of a person by (role, unit key) pairs."""
        _administrator(by)
        with self._parts.database.transaction() as connection:
            person = _person_id(connection, login)
            connection.execute(delete(RoleHolding.__table__).where(RoleHolding.person_id == person))
            granted = self._grant(connection, person, roles)
            self._parts.note(connection, by, "roles_set", login=login,
                             roles=[f"{role}@{unit}" for role, unit in granted])
            changed(connection)

    def set_password(self, login: str, password: str, by: Actor) -> None:
        """Set a password; signed-in browsers of that person sign in again."""
        require(by.login == login or by.system or by.holds(ADMINISTRATOR), "修改密码", "change the password")
        if len(password) < MIN_PASSWORD:
            raise WeakPassword(length=MIN_PASSWORD)
        with self._parts.database.transaction() as connection:
            person = _person_id(connection, login)
            connection.execute(update(Person.__table__).where(Person.id == person).values(
                password=self._hasher.hash(password), session_version=Person.session_version + 1))
            self._parts.note(connection, by, "password_set", login=login)

    def leave(self, login: str, by: Actor) -> None:
        """A person leaves: no sign-in, no roles, claimed tasks go back to their roles."""
        from engine.models.runtime import TaskCandidate, UserTask

        _administrator(by)
        now = self._parts.clock.now()
        with self._parts.database.transaction() as connection:
            person = _person_id(connection, login)
            connection.execute(update(Person.__table__).where(Person.id == person).values(
                left_at=now, session_version=Person.session_version + 1))
            connection.execute(delete(RoleHolding.__table__).where(RoleHolding.person_id == person))
            held = select(UserTask.id).where(UserTask.assignee_id == person)
            connection.execute(update(TaskCandidate.__table__).where(TaskCandidate.task_id.in_(held))
                               .values(unclaimed=True))
            connection.execute(update(UserTask.__table__).where(UserTask.assignee_id == person)
                               .values(assignee_id=None, claimed_at=None))
            self._parts.note(connection, by, "person_left", login=login)
            changed(connection)

    def session(self, person_id: str) -> int:
        """The version of a person's sessions: a cookie with an older one is signed out. Raises NotFound."""
        with self._parts.database.reading() as connection:
            version = connection.scalar(select(Person.session_version)
                                        .where(Person.id == person_id, Person.left_at.is_(None)))
            if version is None:
                raise NotFound(what="person")
            return version

    def _grant(self, connection: Connection, person: str, roles: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
        pairs = list(dict.fromkeys(roles))
        rows = [{"person_id": person, "role": role, "unit_id": _unit_id(connection, unit)} for role, unit in pairs]
        if rows:
            connection.execute(insert(RoleHolding.__table__), rows)
        return pairs

    def _verify(self, hashed: str, password: str) -> bool:
        try:
            return self._hasher.verify(hashed, password)
        except (VerifyMismatchError, InvalidHashError):
            return False

    def _refuse_paused(self, connection: Connection, subject: str, now: datetime) -> None:
        until = connection.scalar(select(SignInAttempt.locked_until).where(SignInAttempt.subject == subject))
        if until is not None and until > now:
            raise SignInPaused(minutes=ceil((until - now).total_seconds() / 60))

    def _count_failure(self, connection: Connection, subject: str, now: datetime) -> None:
        settings, table = self._parts.settings, SignInAttempt.__table__
        statement = self._parts.database.insert(table).values(subject=subject, failures=1, last_at=now)
        failures = connection.scalar(statement.on_conflict_do_update(
            index_elements=["subject"], set_={"failures": table.c.failures + 1, "last_at": now})
            .returning(table.c.failures))
        if failures % settings.sign_in_failures == 0:
            connection.execute(update(table).where(table.c.subject == subject).values(
                locked_until=now + timedelta(minutes=settings.sign_in_pause_minutes)))


class LoginTaken(Invalid):
    """A login that is empty or somebody else's."""

    code = "login_taken"
    zh = "账号“{login}”为空或已被使用。"
    en = "The login “{login}” is empty or taken."


class WeakPassword(Invalid):
    """A password that is too short."""

    code = "weak_password"
    zh = "密码至少 {length} 个字符。"
    en = "A password has at least {length} characters."


def _administrator(by: Actor) -> None:
    require(by.system or by.holds(ADMINISTRATOR), "管理人员和岗位", "manage people and roles")


def _actor(parts: Any, connection: Connection, which: Any) -> Actor:
    """Two reads; whom the person stands in for is live data, whose version comes with the first."""
    version = select(LiveVersion.version).scalar_subquery().label("live_version")
    row = connection.execute(select(Person.id, Person.login, Person.name, Person.name_en, Person.unit_id, Person.lang,
                                    version).where(which, Person.left_at.is_(None))).first()
    if row is None:
        raise NotFound(what="person")
    held = connection.execute(select(RoleHolding.role, RoleHolding.unit_id)
                              .where(RoleHolding.person_id == row.id)).all()
    live = parts.live.at(connection, row.live_version or 0)
    return Actor(row.id, row.login, Bilingual(row.name, row.name_en), tuple((r.role, r.unit_id) for r in held),
                 row.unit_id, row.lang, represents=represented_by(live, row.id, parts.clock.now()))


def _unit_id(connection: Connection, key: str) -> str:
    found = connection.scalar(select(OrgUnit.id).where(OrgUnit.key == key))
    if found is None:
        raise NotFound(what=key)
    return found


def _person_id(connection: Connection, login: str) -> str:
    found = connection.scalar(select(Person.id).where(Person.login == login))
    if found is None:
        raise NotFound(what=login)
    return found
