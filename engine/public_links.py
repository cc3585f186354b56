"""Signed links: a customer confirms, signs or rates without signing in.

The token is unguessable (HMAC of the job that made it under the installation's secret), only its hash is kept, it
expires, and what comes through it is a message to the case that waits for it.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, select, update
from sqlalchemy.orm import aliased

from engine import messages
from engine.cards import Bilingual, PublicView
from engine.errors import BihuanError, Invalid, NotFound
from engine.expressions import Expressions
from engine.forms import validate, view
from engine.forms_filled import Lookup
from engine.history import Record
from engine.models.identity import PublicLink
from engine.models.runtime import ProcessInstance
from engine.numbers import next_number
from engine.values import loads


class LinkExpired(BihuanError):
    """The link is over, or was used."""

    code, http_status = "link_expired", 410
    zh = "链接已失效。请联系为您服务的人员。"
    en = "This link is no longer valid. Please contact the person who serves you."


def make(family: Any, job: Row[Any], inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Create the link of a ``public_link`` job, once however often the job runs; returns ``{url, expires_at}``."""
    settings = family.parts.settings
    token = hmac.new(settings.secret_key.encode() or b"unset", f"link:{job.id}".encode(), hashlib.sha256).hexdigest()
    valid = inputs.get("valid")
    expires = family.now + (valid if isinstance(valid, timedelta) else timedelta(days=settings.link_days))
    family.connection.execute(family.parts.database.insert(PublicLink.__table__).values(
        token_hash=_hash(token), root_id=family.root_id, instance_id=job.instance_id, element_id=job.element_id,
        purpose=str(inputs.get("purpose", "confirm")), form_key=str(inputs.get("form", "")),
        message=str(inputs.get("message", "")), created_at=family.now, expires_at=expires, text="",
    ).on_conflict_do_nothing())
    return {"url": f"{settings.public_url.rstrip('/')}/p/{token}", "expires_at": expires}


class PublicLinks:
    """What stands behind ``/p/<token>``."""

    def __init__(self, parts: Any):
        self._parts = parts

    def open(self, token: str, lang: str = "zh", entered: Mapping[str, Any] | None = None) -> PublicView:
        """What the customer sees; ``entered`` is what was typed and refused. Raises NotFound, LinkExpired."""
        parts, now = self._parts, self._parts.clock.now()
        with parts.database.transaction() as connection:
            row = self._row(connection, token)
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
                              row.expires_at, done=row.used_at is not None)

    def attach(self, token: str, name: str, data: bytes) -> dict[str, Any]:
        """Keep a file that the customer adds, for those who see the case. Raises NotFound, LinkExpired, TooLarge."""
        with self._parts.database.reading() as connection:
            row = self._row(connection, token)
            if row.used_at is not None or row.expires_at <= self._parts.clock.now():
                raise LinkExpired()
        return self._parts.files.put(name, data, None, root_id=row.root_id)

    def submit(self, token: str, values: Mapping[str, Any]) -> None:
        """Take what the customer filled in, once. Raises NotFound, LinkExpired, Invalid."""
        parts, now = self._parts, self._parts.clock.now()
        with parts.database.transaction() as connection:
            row = self._row(connection, token)
            if row.case_ended_at is not None and row.message:
                raise LinkExpired()  # nobody waits for the answer any more
            used = connection.execute(
                update(PublicLink.__table__).where(PublicLink.token_hash == row.token_hash,
                                                   PublicLink.used_at.is_(None), PublicLink.expires_at > now)
                .values(used_at=now)).rowcount
            if not used:
                raise LinkExpired()
            form, scope, expressions = self._surroundings(connection, row, now)
            expressions.functions["next number"] = lambda prefix: next_number(parts, connection, prefix,
                                                                              expressions.now())
            outcome = validate(form, values, stored=scope.get(form.key) or {}, variables=scope, now=expressions.now(),
                               evaluate=expressions.evaluate, permissions=self._permissions(form, row),
                               lookup=Lookup(_Reader(parts, connection)))
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

    def _row(self, connection: Connection, token: str) -> Row[Any]:
        root, owner = aliased(ProcessInstance), aliased(ProcessInstance)
        row = connection.execute(
            select(*PublicLink.__table__.columns, root.case_number, root.ended_at.label("case_ended_at"),
                   owner.definition_id, owner.variables, owner.unit_id)
            .join(root, root.id == PublicLink.root_id).join(owner, owner.id == PublicLink.instance_id)
            .where(PublicLink.token_hash == _hash(token))).first()
        if row is None:
            raise NotFound(what="link")
        return row

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


class _Reader:
    """What :class:`~engine.forms_filled.Lookup` needs of a family."""

    def __init__(self, parts: Any, connection: Connection):
        self.parts, self.connection, self.live = parts, connection, parts.live.at(connection)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
