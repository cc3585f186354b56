"""Signing in with a password, staying signed in, being signed out; throttled by login and by address."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from math import ceil
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from sqlalchemy import Connection, case, delete, insert, select, update

from engine.authorization import ADMINISTRATOR, Actor, require
from engine.errors import BihuanError
from engine.models.accounts import BrowserSession
from engine.models.identity import Person, SignInAttempt
from engine.people.actors import actor_of, person_id
from engine.people.cards import BrowserCard


class SignInFailed(BihuanError):
    """Wrong login or password: the same sentence for both."""

    code, http_status = "sign_in_failed", 401
    zh = "账号或密码不对。"
    en = "The account or the password is not right."


class SignInPaused(BihuanError):
    """Too many failures of a login, or from an address."""

    code, http_status = "sign_in_paused", 429
    zh = "尝试次数过多，请 {minutes} 分钟后再试，或联系管理员。"
    en = "Too many attempts; try again in {minutes} minutes, or ask the administrator."


class FirstPasswordOver(BihuanError):
    """A one-time password was right, but comes too late."""

    code, http_status = "first_password_over", 401
    zh = "一次性密码已经过期，请联系管理员重新设置。"
    en = "The one-time password is no longer valid; ask the administrator for a new one."


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who is signed in in a browser, and whether a password of one's own has to come first."""

    actor: Actor
    must_change_password: bool


class SigningIn:
    """The verbs around signing in."""

    _parts: Any

    @cached_property
    def _hasher(self) -> PasswordHasher:
        return PasswordHasher()

    @cached_property
    def _nobody(self) -> str:
        """The hash that a login without a person is compared with, so that both take the same time."""
        return self._hasher.hash("nobody's password")

    def sign_in(self, login: str, password: str, address: str = "") -> Actor:
        """The actor behind a login and its password; always costs one hash.

        Raises SignInFailed, SignInPaused, FirstPasswordOver.
        """
        now, subject = self._parts.clock.now(), login.strip().lower()[:100]
        with self._parts.database.transaction() as connection:
            self._refuse_paused(connection, now, subject, address)
            row = connection.execute(select(Person.id, Person.password, Person.left_at, Person.password_until)
                                     .where(Person.login == subject)).first()
        good = self._verify(row.password if row and row.password else self._nobody, password)
        with self._parts.database.transaction() as connection:
            if row is None or row.left_at is not None or not row.password or not good:
                self._count_failure(connection, now, subject, address)
                failed: BihuanError | None = SignInFailed()
            elif row.password_until is not None and row.password_until <= now:
                failed = FirstPasswordOver()
            else:
                failed = None
                connection.execute(delete(SignInAttempt.__table__).where(SignInAttempt.subject == subject))
                connection.execute(update(Person.__table__).where(Person.id == row.id).values(signed_in_at=now))
                found, _must_change = actor_of(self._parts, connection, Person.id == row.id)
                self._parts.note(connection, found, "signed_in", login=subject, address=address)
        if failed:
            raise failed
        return found

    def begin_session(self, person: str, *, address: str = "", browser: str = "", how: str = "password") -> str:
        """A browser stays signed in for this person; returns the secret that its cookie carries.

        ``how`` is ``password``, ``provider`` or ``demo``. Every sign-in has a secret of its own.
        """
        now, secret = self._parts.clock.now(), secrets.token_urlsafe(32)
        with self._parts.database.transaction() as connection:
            connection.execute(insert(BrowserSession.__table__).values(
                secret_hash=_hash(secret), person_id=person, began_at=now, address=address[:64], browser=browser[:200],
                expires_at=self._until(now, now), how=how))
        return secret

    def keep_session(self, secret: str) -> None:
        """Somebody is at work in this browser: the time until an idle one is signed out begins anew."""
        now, mine = self._parts.clock.now(), BrowserSession.secret_hash == _hash(secret)
        with self._parts.database.transaction() as connection:
            began = connection.scalar(select(BrowserSession.began_at).where(mine, BrowserSession.expires_at > now))
            if began is not None:
                connection.execute(update(BrowserSession.__table__).where(mine).values(
                    expires_at=self._until(began, now)))

    def _until(self, began: datetime, acted: datetime) -> datetime:
        """How long a browser stays signed in that began and was last at work at these moments."""
        settings = self._parts.settings
        longest = began + timedelta(hours=settings.session_hours)
        return min(longest, acted + timedelta(minutes=settings.idle_minutes)) if settings.idle_minutes else longest

    def signed_in(self, secret: str) -> SignedIn:
        """Who is signed in with this secret: two reads. Raises NotFound once it is over, ended, or the person left."""
        with self._parts.database.reading() as connection:
            here = select(BrowserSession.person_id).where(
                BrowserSession.secret_hash == _hash(secret), BrowserSession.expires_at > self._parts.clock.now())
            actor, must_change = actor_of(self._parts, connection, Person.id == here.scalar_subquery())
            return SignedIn(actor, must_change)

    def end_session(self, secret: str) -> None:
        """Sign this browser out; a copy of its cookie is of no use afterwards."""
        with self._parts.database.transaction() as connection:
            connection.execute(delete(BrowserSession.__table__).where(BrowserSession.secret_hash == _hash(secret)))

    def browsers(self, by: Actor, current: str = "") -> list[BrowserCard]:
        """Where the actor is signed in, the newest first; ``current`` is the secret of the browser that asks."""
        with self._parts.database.reading() as connection:
            rows = connection.execute(
                select(*BrowserSession.__table__.columns)
                .where(BrowserSession.person_id == by.person_id, BrowserSession.expires_at > self._parts.clock.now())
                .order_by(BrowserSession.began_at.desc())).all()
            return [BrowserCard(row.began_at, row.expires_at, row.address, row.browser,
                                row.secret_hash == _hash(current)) for row in rows]

    def sign_out_everywhere(self, login: str, by: Actor) -> int:
        """End all sessions of a person, one's own or as an administrator; returns how many there were."""
        require(by.login == login or by.system or by.holds(ADMINISTRATOR), "退出他人的登录", "sign others out")
        with self._parts.database.transaction() as connection:
            count = end_sessions(connection, person_id(connection, login))
            self._parts.note(connection, by, "signed_out_everywhere", login=login, browsers=count)
            return count

    def unlock(self, login: str, by: Actor) -> None:
        """End the pause of a login after too many failures."""
        require(by.system or by.holds(ADMINISTRATOR), "解除锁定", "unlock accounts")
        with self._parts.database.transaction() as connection:
            person_id(connection, login)
            connection.execute(delete(SignInAttempt.__table__).where(SignInAttempt.subject == login))
            self._parts.note(connection, by, "unlocked", login=login)

    def _verify(self, hashed: str, password: str) -> bool:
        try:
            return self._hasher.verify(hashed, password[:1000])
        except (VerifyMismatchError, InvalidHashError):
            return False

    def _refuse_paused(self, connection: Connection, now: datetime, *subjects: str) -> None:
        """Raise SignInPaused while the login or the address is paused."""
        login, address = subjects
        until = connection.scalar(
            select(SignInAttempt.locked_until).where(SignInAttempt.subject.in_([login, f"address {address}"]),
                                                     SignInAttempt.locked_until > now)
            .order_by(SignInAttempt.locked_until.desc()).limit(1))
        if until is not None:
            raise SignInPaused(minutes=ceil((until - now).total_seconds() / 60))

    def _count_failure(self, connection: Connection, now: datetime, login: str, address: str = "") -> None:
        """One failure more: of the login, and of the address, whose count begins anew after a quiet pause."""
        settings = self._parts.settings
        self._count(connection, now, login, settings.sign_in_failures, None)
        if address:
            pause = timedelta(minutes=settings.sign_in_pause_minutes)
            self._count(connection, now, f"address {address}", settings.sign_in_address_failures, now - pause)

    def _count(self, connection: Connection, now: datetime, subject: str, most: int, since: datetime | None) -> None:
        table = SignInAttempt.__table__
        more = table.c.failures + 1 if since is None else case((table.c.last_at < since, 1), else_=table.c.failures + 1)
        statement = self._parts.database.insert(table).values(subject=subject, failures=1, last_at=now)
        failures = connection.scalar(statement.on_conflict_do_update(
            index_elements=["subject"], set_={"failures": more, "last_at": now}).returning(table.c.failures))
        if failures % most == 0:
            connection.execute(update(table).where(table.c.subject == subject).values(
                locked_until=now + timedelta(minutes=self._parts.settings.sign_in_pause_minutes)))
            self._parts.note(connection, None, "sign_in_paused", login=subject)


def end_sessions(connection: Connection, person: str, but: str = "") -> int:
    """Sign a person out everywhere, but for the browser with the secret ``but``; one statement."""
    return connection.execute(delete(BrowserSession.__table__).where(
        BrowserSession.person_id == person, BrowserSession.secret_hash != _hash(but))).rowcount


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()

