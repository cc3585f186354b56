"""Passwords: one's own, a first one from the administrator, a new one by a link sent to one's e-mail address."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any

from argon2 import PasswordHasher
from sqlalchemy import Connection, func, insert, select, update

from engine.authorization import ADMINISTRATOR, Actor, require
from engine.errors import BihuanError, FieldError, Invalid
from engine.models.accounts import PasswordLink
from engine.models.identity import Person
from engine.notices import letters
from engine.people.actors import administrator, person_id
from engine.people.password_rules import one_time, require_good
from engine.people.signing_in import end_sessions

ONE_TIME_DAYS = 7
"""Days in which a one-time password has to be used."""
QUICK = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1)
"""For one-time passwords, which are random and soon over: an import makes a thousand of them in one request."""
LINK_HOURS = 2
LINKS_AN_HOUR = 3
"""Links one person may be sent within an hour."""


class PasswordLinkOver(BihuanError):
    """The link to a new password is unknown, used, or too old."""

    code, http_status = "password_link_over", 410
    zh = "这个链接已经失效，请重新申请。"
    en = "This link is no longer valid; please ask for another."


class Passwords:
    """The verbs around passwords."""

    _parts: Any
    _hasher: Any

    def set_password(self, login: str, password: str, by: Actor) -> None:
        """Set a password; the person signs in again everywhere, and chooses another if somebody else chose this one.

        Raises WeakPassword.
        """
        require(by.login == login or by.system or by.holds(ADMINISTRATOR), "修改密码", "change the password")
        require_good(password, login)
        with self._parts.database.transaction() as connection:
            person = person_id(connection, login)
            self._keep(connection, person, password, first=by.login != login and not by.system)
            end_sessions(connection, person)
            self._parts.note(connection, by, "password_set", login=login)

    def change_password(self, old: str, password: str, by: Actor, *, keep: str = "") -> None:
        """Change one's own password, proving that one knows the old one. Other browsers are signed out; the one with
        the secret ``keep`` stays. Raises Invalid at ``old``, WeakPassword, SignInPaused."""
        now = self._parts.clock.now()
        with self._parts.database.transaction() as connection:
            self._refuse_paused(connection, now, by.login, "")  # type: ignore[attr-defined]
            hashed = connection.scalar(select(Person.password).where(Person.id == by.person_id)) or self._nobody  # type: ignore[attr-defined]
        if not self._verify(hashed, old):  # type: ignore[attr-defined]
            with self._parts.database.transaction() as connection:
                self._count_failure(connection, now, by.login)  # type: ignore[attr-defined]
            raise Invalid([FieldError("old", "wrong_password", "现在的密码不对。",
                                      "This is not the present password.")])
        require_good(password, by.login)
        if password == old:
            raise Invalid([FieldError("password", "same_password", "新密码与现在的一样。",
                                      "The new password is the old one.")])
        with self._parts.database.transaction() as connection:
            self._keep(connection, by.person_id, password)
            end_sessions(connection, by.person_id, but=keep)
            self._parts.note(connection, by, "password_set", login=by.login)

    def reset_password(self, login: str, by: Actor) -> str:
        """A one-time password for somebody, to be told to that person and changed at the next sign-in."""
        administrator(by)
        password = one_time()
        with self._parts.database.transaction() as connection:
            person = person_id(connection, login)
            self._keep(connection, person, password, first=True,
                       until=self._parts.clock.now() + timedelta(days=ONE_TIME_DAYS))
            end_sessions(connection, person)
            self._parts.note(connection, by, "password_reset", login=login)
        return password

    @property
    def sends_links(self) -> bool:
        """Whether a forgotten password can be renewed by e-mail here."""
        return bool(self._parts.settings.smtp_host)

    def ask_password_link(self, login: str, address: str = "") -> None:
        """Have a link sent to the e-mail address of a login. Nothing tells whether there is such a person.

        Raises SignInPaused for an address that asks too often.
        """
        now, wanted = self._parts.clock.now(), login.strip().lower()[:320]
        with self._parts.database.transaction() as connection:
            self._refuse_paused(connection, now, "", address)  # type: ignore[attr-defined]
            self._count(connection, now, f"address {address}", self._parts.settings.sign_in_address_failures,  # type: ignore[attr-defined]
                        now - timedelta(minutes=self._parts.settings.sign_in_pause_minutes))
            found = connection.execute(select(Person.id, Person.login, Person.email, Person.lang).where(
                (Person.login == wanted) | (func.lower(Person.email) == wanted), Person.email != "",
                Person.left_at.is_(None)).limit(2)).all()
            if len(found) != 1 or not self.sends_links:
                return
            recent = connection.scalar(select(func.count()).select_from(PasswordLink).where(
                PasswordLink.person_id == found[0].id, PasswordLink.made_at > now - timedelta(hours=1)))
            if recent >= LINKS_AN_HOUR:
                return
            token = letters.post(self._parts, connection, now, found[0], "password_link", hours=LINK_HOURS)
            connection.execute(insert(PasswordLink.__table__).values(
                token_hash=_hash(token), person_id=found[0].id, made_at=now,
                expires_at=now + timedelta(hours=LINK_HOURS)))
            self._parts.note(connection, None, "password_link_sent", login=found[0].login, address=address)

    def password_link(self, token: str) -> str:
        """The login a link is for. Raises PasswordLinkOver."""
        with self._parts.database.reading() as connection:
            return self._link(connection, token).login

    def set_password_by_link(self, token: str, password: str) -> str:
        """Set a new password through a link, once; returns the login. Raises PasswordLinkOver, WeakPassword."""
        now = self._parts.clock.now()
        with self._parts.database.transaction() as connection:
            row = self._link(connection, token)
            require_good(password, row.login)
            if not connection.execute(update(PasswordLink.__table__).where(
                    PasswordLink.token_hash == row.token_hash, PasswordLink.used_at.is_(None))
                    .values(used_at=now)).rowcount:
                raise PasswordLinkOver()
            self._keep(connection, row.person_id, password)
            end_sessions(connection, row.person_id)
            self._parts.note(connection, None, "password_set", login=row.login, how="link")
            return row.login

    def _link(self, connection: Connection, token: str) -> Any:
        row = connection.execute(
            select(PasswordLink.token_hash, PasswordLink.person_id, Person.login)
            .join(Person, Person.id == PasswordLink.person_id)
            .where(PasswordLink.token_hash == _hash(token), PasswordLink.used_at.is_(None), Person.left_at.is_(None),
                   PasswordLink.expires_at > self._parts.clock.now())).first()
        if row is None:
            raise PasswordLinkOver()
        return row

    def _keep(self, connection: Connection, person: str, password: str, *, first: bool = False,
              until: Any = None) -> None:
        hasher = QUICK if until is not None else self._hasher
        connection.execute(update(Person.__table__).where(Person.id == person).values(
            password=hasher.hash(password), must_change_password=first, password_until=until))


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
