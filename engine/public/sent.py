"""What was sent to the customer of a case, and taking back the links in it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select

from engine.authorization import Actor, may_intervene, require, sees_case
from engine.customer_data import reads_personal_of
from engine.errors import NotFound
from engine.live import Live
from engine.masking import masked_but, masked_phone, masked_text
from engine.models.identity import PublicLink, SentMessage
from engine.models.public import RevokedLink
from engine.models.repository import ProcessDefinition
from engine.models.runtime import ProcessInstance
from engine.public.tokens import follow_token, hashed

_LINK = re.compile(r"https?://\S*?/p/([0-9A-Za-z]{64,120})")


@dataclass(frozen=True, slots=True)
class SentCard:
    """A message that went out; ``text`` without its link, ``token`` that link's where the reader may open it."""

    at: datetime
    connector: str
    to: str
    before: str
    token: str
    after: str


@dataclass(frozen=True, slots=True)
class SentView:
    """The messages of a case that were recorded, the newest first."""

    messages: tuple[SentCard, ...]
    may_revoke: bool


class PublicSent:
    """The verbs; each is one transaction."""

    _parts: Any

    def sent(self, case: str, by: Actor) -> SentView:
        """The messages to the customer of a case (its id): for supervisors, in the demonstration for all who see it.

        Only the demonstration shows where a link leads: whoever opens it answers as the customer. Raises NotFound,
        NotPermitted.
        """
        parts = self._parts
        with parts.database.reading() as connection:
            live, row = _case(parts, connection, case, by)
            steers = may_intervene(by, row.unit_id, live, row.process_key)
            require(steers or parts.settings.demo, "查看发给客户的消息", "see what was sent to the customer")
            full = reads_personal_of(connection, live, by, case)
            found = connection.execute(
                select(SentMessage.at, SentMessage.connector, SentMessage.to, SentMessage.text)
                .where(SentMessage.root_id == case).order_by(SentMessage.at.desc(), SentMessage.key).limit(50)).all()
            ours = str(live.parameters(row.pack, row.unit_id).get("service_phone") or "")
        return SentView(tuple(_card(one, full, ours, parts.settings.demo) for one in found), steers)

    def revoke(self, case: str, by: Actor) -> int:
        """Take back all links of a case that are still good, that to follow it included; returns how many.

        For supervisors. Raises NotFound, NotPermitted.
        """
        parts, now = self._parts, self._parts.clock.now()
        with parts.database.transaction() as connection:
            live, row = _case(parts, connection, case, by)
            require(may_intervene(by, row.unit_id, live, row.process_key), "收回客户链接",
                    "take back the customer's links")
            good = connection.scalars(select(PublicLink.token_hash).where(
                PublicLink.root_id == case, PublicLink.used_at.is_(None), PublicLink.expires_at > now)).all()
            gone = set(connection.scalars(select(RevokedLink.token_hash).where(RevokedLink.root_id == case)))
            tokens = sorted({*good, hashed(follow_token(parts.settings, case))} - gone)
            if tokens:
                connection.execute(insert(RevokedLink.__table__), [
                    {"token_hash": one, "root_id": case, "by": by.person_id or None, "at": now} for one in tokens])
                parts.note(connection, by, "link_revoked", root_id=case, count=len(tokens))
            return len(tokens)


def _case(parts: Any, connection: Connection, case: str, by: Actor) -> tuple[Live, Row[Any]]:
    live = parts.live.at(connection)
    row = connection.execute(
        select(ProcessInstance.id, ProcessInstance.unit_id, ProcessInstance.process_key, ProcessDefinition.pack)
        .join(ProcessDefinition, ProcessDefinition.id == ProcessInstance.definition_id)
        .where(ProcessInstance.id == case, sees_case(by, live))).first()
    if row is None:
        raise NotFound(what="case")
    return live, row


def _card(one: Row[Any], full: bool, ours: str, opens: bool) -> SentCard:
    found = _LINK.search(one.text)
    before, after = (one.text[:found.start()], one.text[found.end():]) if found else (one.text, "")
    to = one.to if full else masked_text(one.to) if "@" in one.to else masked_phone(one.to)
    if not full:
        before, after = masked_but(before, ours), masked_but(after, ours)
    return SentCard(one.at, one.connector, to, before, (found[1] if opens else "…") if found else "", after)
