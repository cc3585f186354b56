"""Signed links: a customer confirms, signs or rates without signing in.

The token is unguessable (HMAC of the job that made it under the installation's secret), only its hash is kept, it
expires, and what comes through it is a message to the case that waits for it. Recording a case and following one
without signing in are in :mod:`engine.public.intake` and :mod:`engine.public.following`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, update

from engine import messages
from engine.cards import Bilingual, PublicView
from engine.database import done_again
from engine.errors import Invalid, NotFound
from engine.expressions import Expressions
from engine.family import hold
from engine.forms import validate, view
from engine.history import Record
from engine.models.identity import PublicLink
from engine.numbers import next_number
from engine.public.following import PublicFollowing
from engine.public.intake import PublicIntake, PublicLookup, privacy_notice
from engine.public.sent import PublicSent
from engine.public.tokens import LinkExpired, LinkUsed, address, answered_link, hashed, signed
from engine.values import loads


def make(family: Any, job: Row[Any], inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Create the link of a ``public_link`` job, once however often the job runs; returns ``{url, expires_at}``."""
    settings = family.parts.settings
    token = signed(settings, f"link:{job.id}")
    valid = inputs.get("valid")
    expires = family.now + (valid if isinstance(valid, timedelta) else timedelta(days=settings.link_days))
    family.connection.execute(family.parts.database.insert(PublicLink.__table__).values(
        token_hash=hashed(token), root_id=family.root_id, instance_id=job.instance_id, element_id=job.element_id,
        purpose=str(inputs.get("purpose", "confirm")), form_key=str(inputs.get("form", "")),
        message=str(inputs.get("message", "")), created_at=family.now, expires_at=expires, text="",
    ).on_conflict_do_nothing())
    return {"url": address(settings, token), "expires_at": expires}


@done_again
class PublicLinks(PublicIntake, PublicFollowing, PublicSent):
    """What stands behind ``/p/<token>``."""

    def __init__(self, parts: Any):
        self._parts = parts

    def open(self, token: str, lang: str = "zh", entered: Mapping[str, Any] | None = None) -> PublicView:
        """What the customer sees; ``entered`` is what was typed and refused. Raises NotFound,
        LinkExpired, LinkRevoked."""
        parts, now = self._parts, self._parts.clock.now()
        with parts.database.transaction() as connection:
            row = answered_link(connection, token)
            if row.opened_at is None:
                connection.execute(update(PublicLink.__table__).where(PublicLink.token_hash == row.token_hash)
                                   .values(opened_at=now))
                self._tell(connection, row, "link_opened")
            if row.used_at is None and (row.expires_at <= now or (row.case_ended_at is not None and row.message)):
                raise LinkExpired()
            form, scope, expressions = self._surroundings(connection, row, now)
            shown = view(form, stored=scope.get(form.key) or {}, variables=scope, evaluate=expressions.evaluate,
                         now=expressions.now(), permissions=self._permissions(form, row), lang=lang, entered=entered)
            return PublicView(token, row.purpose, row.case_number, Bilingual(form.title.zh, form.title.en), shown,
                              row.expires_at, done=row.used_at is not None,
                              privacy=privacy_notice(expressions.parameters))

    def attach(self, token: str, name: str, data: bytes) -> dict[str, Any]:
        """Keep a file that the customer adds, for those who see the case. Raises NotFound, LinkExpired, TooLarge."""
        with self._parts.database.reading() as connection:
            row = answered_link(connection, token)
            if row.used_at is not None:
                raise LinkUsed()
            if row.expires_at <= self._parts.clock.now():
                raise LinkExpired()
        return self._parts.files.put(name, data, None, root_id=row.root_id)

    def submit(self, token: str, values: Mapping[str, Any]) -> None:
        """Take what the customer filled in, once. Raises NotFound, LinkExpired, LinkUsed, LinkRevoked, Invalid."""
        parts, now = self._parts, self._parts.clock.now()
        with parts.database.transaction() as connection:
            row = answered_link(connection, token)
            hold(connection, [row.root_id])
            if row.case_ended_at is not None and row.message:
                raise LinkExpired()  # nobody waits for the answer any more
            used = connection.execute(
                update(PublicLink.__table__).where(PublicLink.token_hash == row.token_hash,
                                                   PublicLink.used_at.is_(None), PublicLink.expires_at > now)
                .values(used_at=now)).rowcount
            if not used:
                raise LinkUsed() if row.used_at is not None else LinkExpired()
            form, scope, expressions = self._surroundings(connection, row, now)
            expressions.functions["next number"] = lambda prefix: next_number(parts, connection, prefix,
                                                                              expressions.now())
            outcome = validate(form, values, stored=scope.get(form.key) or {}, variables=scope, now=expressions.now(),
                               evaluate=expressions.evaluate, permissions=self._permissions(form, row),
                               lookup=PublicLookup(parts, connection, row.root_id))
            if outcome.errors:
                raise Invalid(outcome.errors)
            record = Record(now, None)
            record.filled(root_id=row.root_id, instance_id=row.instance_id, element_id=row.element_id,
                          definition_id=row.definition_id, form_key=form.key, values=outcome.values)
            record.write(connection)
            self._tell(connection, row, "link_used", purpose=row.purpose)
            if row.message:
                messages.route(parts, connection, now, row.message, {"case_number": row.case_number},
                               {form.key: outcome.values} | outcome.sets)

    def _surroundings(self, connection: Connection, row: Any, now: datetime) -> tuple[Any, dict[str, Any], Expressions]:
        definition = self._parts.definitions.get(connection, row.definition_id)
        form = definition.forms.get(row.form_key)
        if form is None:
            raise NotFound(what="form")
        expressions = Expressions(now, self._parts.live.at(connection), row.unit_id, self._parts.settings.zone,
                                  definition.pack)
        expressions.functions["next number"] = lambda _prefix: None
        scope = loads(row.variables) | {"user": None, "parameters": expressions.parameters}
        return form, scope, expressions

    @staticmethod
    def _permissions(form: Any, row: Any) -> Any:
        return form.permissions("public" if "public" in form.tasks else row.element_id)

    def _tell(self, connection: Connection, row: Any, verb: str, **detail: Any) -> None:
        record = Record(self._parts.clock.now(), None)
        record.tell(verb, root_id=row.root_id, instance_id=row.instance_id, element_id=row.element_id,
                    definition_id=row.definition_id, **detail)
        record.write(connection)
