"""Single sign-on: the person behind an identity at a provider that the web has verified (OpenID Connect)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from engine.authorization import Actor
from engine.case_columns import initials
from engine.errors import NotPermitted
from engine.ids import new_id
from engine.live import changed
from engine.models.accounts import ExternalIdentity
from engine.models.identity import Person
from engine.people.actors import actor_of, administrator, person_id, unit_id
from engine.people.directory import login_fits


class UnknownHere(NotPermitted):
    """The provider knows somebody whom this installation does not know."""

    code = "unknown_here"
    zh = "统一登录成功，但这里没有对应的账号。请联系管理员。"
    en = "The provider knows you, but there is no account of yours here. Please ask the administrator."


class Providers:
    """The verbs around identities at providers; a part of :class:`~engine.identity.Identity`."""

    _parts: Any

    def sign_in_with(self, issuer: str, subject: str, *, email: str = "", email_verified: bool = False, name: str = "",
                     login: str = "", address: str = "") -> Actor:
        """The actor behind a verified identity: known by its subject; else by a verified e-mail address that exactly
        one person has, who is not known to this provider by another subject; else created, where the settings say so.

        Raises UnknownHere.
        """
        now = self._parts.clock.now()
        with self._parts.database.transaction() as connection:
            person = self._known(connection, issuer, subject, now)
            if person is None:
                person = (self._by_email(connection, issuer, email) if email and email_verified else None) \
                    or self._created(connection, email if email_verified else "", name, login, now)
                connection.execute(insert(ExternalIdentity.__table__).values(
                    issuer=issuer, subject=subject, person_id=person, email=email, created_at=now, used_at=now))
                self._parts.note(connection, None, "provider_linked", person=person, issuer=issuer)
            there = connection.scalar(select(Person.login).where(Person.id == person, Person.left_at.is_(None)))
            if there is None:
                raise UnknownHere()
            connection.execute(update(Person.__table__).where(Person.id == person).values(signed_in_at=now))
            found, _must_change = actor_of(self._parts, connection, Person.id == person)
            self._parts.note(connection, found, "signed_in", login=there, address=address, issuer=issuer)
            return found

    def unlink_provider(self, login: str, issuer: str, by: Actor) -> None:
        """Forget who a person is at a provider; the next sign-in there is matched anew."""
        administrator(by)
        table = ExternalIdentity.__table__
        with self._parts.database.transaction() as connection:
            connection.execute(table.delete().where(
                table.c.person_id == person_id(connection, login), table.c.issuer == issuer))
            self._parts.note(connection, by, "provider_unlinked", login=login, issuer=issuer)

    def _known(self, connection: Connection, issuer: str, subject: str, now: datetime) -> str | None:
        return connection.execute(
            update(ExternalIdentity.__table__)
            .where(ExternalIdentity.issuer == issuer, ExternalIdentity.subject == subject).values(used_at=now)
            .returning(ExternalIdentity.__table__.c.person_id)).scalar()

    def _by_email(self, connection: Connection, issuer: str, email: str) -> str | None:
        found = connection.execute(select(Person.id).where(
            func.lower(Person.email) == email.strip().lower(), Person.left_at.is_(None)).limit(2)).scalars().all()
        if len(found) != 1:
            return None
        other = connection.scalar(select(ExternalIdentity.subject).where(
            ExternalIdentity.issuer == issuer, ExternalIdentity.person_id == found[0]).limit(1))
        return None if other else found[0]  # an address that was given to somebody else opens nobody's account

    def _created(self, connection: Connection, email: str, name: str, login: str, now: datetime) -> str:
        settings = self._parts.settings
        login = (login or email).strip().lower()
        taken = connection.scalar(select(Person.id).where(Person.login == login))
        if not settings.oidc_create or taken or not login_fits(login):
            raise UnknownHere()
        made, shown = new_id(now), (name.strip() or login)[:200]
        connection.execute(insert(Person.__table__).values(
            id=made, login=login, name=shown, name_en="" if not shown.isascii() else shown, email=email[:320],
            initials=initials(shown), created_at=now, lang="zh", password="",
            unit_id=unit_id(connection, settings.oidc_unit) if settings.oidc_unit else None))
        self._parts.note(connection, None, "person_created", login=login, after={"name": shown, "email": email})
        changed(connection)
        return made
