"""Tokens of customers' links: made from the installation's secret, so that none can be guessed; what stands behind one.

A link to an answer is kept as a row with the hash of its token. A link to follow a case needs none: its token is the
case's id with a signature, good while the case is open and ``link_days`` after it.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, select
from sqlalchemy.orm import aliased

from engine.errors import BihuanError, NotFound
from engine.models.identity import PublicLink
from engine.models.public import RevokedLink
from engine.models.repository import ProcessDefinition
from engine.models.runtime import ProcessInstance
from engine.settings import Settings

FOLLOW = "{follow_link}"
"""What a text message or letter says in the place of the link by which the customer follows the case."""
_FOLLOWS = re.compile(r"f([0-9A-Za-z]{26})([0-9a-f]{64})")


class LinkExpired(BihuanError):
    """The link has had its time, or nobody waits for its answer any more."""

    code, http_status = "link_expired", 410
    zh = "链接已失效。请联系为您服务的人员。"
    en = "This link is no longer valid. Please contact the person who serves you."


class LinkUsed(BihuanError):
    """The link was answered before."""

    code, http_status = "link_used", 410
    zh = "您已经答复过，谢谢。如需更正，请联系我们的客服。"
    en = "You have answered already, thank you. To correct something, please contact our service."


class LinkRevoked(BihuanError):
    """The link was taken back."""

    code, http_status = "link_revoked", 410
    zh = "这个链接已被收回，不再有效。"
    en = "This link was taken back and is not valid any more."


def hashed(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def signed(settings: Settings, text: str) -> str:
    """The signature of ``text`` under the installation's secret, 64 hexadecimal digits."""
    return hmac.new(settings.secret_key.encode() or b"unset", text.encode(), hashlib.sha256).hexdigest()


def follow_token(settings: Settings, root_id: str) -> str:
    """The token by which a customer follows a case."""
    return f"f{root_id}{signed(settings, f'follow:{root_id}')}"


def address(settings: Settings, token: str) -> str:
    """The whole address of a customer's link."""
    return f"{settings.public_url.rstrip('/')}/p/{token}"


def followed(settings: Settings, token: str) -> str | None:
    """The id of the case that a token follows; none where it is of another kind, or forged."""
    found = _FOLLOWS.fullmatch(token)
    if found is None or not hmac.compare_digest(found[2], signed(settings, f"follow:{found[1]}")):
        return None
    return found[1]


def followed_case(parts: Any, connection: Connection, token: str, now: datetime) -> Row[Any]:
    """The case behind a token to follow it, with its pack. Raises NotFound, LinkRevoked, LinkExpired."""
    root_id = followed(parts.settings, token)
    row = connection.execute(
        select(ProcessInstance.id, ProcessInstance.case_number, ProcessInstance.case_state, ProcessInstance.state,
               ProcessInstance.started_at, ProcessInstance.ended_at, ProcessInstance.promised_at,
               ProcessInstance.unit_id, ProcessInstance.definition_id, ProcessDefinition.pack,
               RevokedLink.at.label("revoked_at"))
        .join(ProcessDefinition, ProcessDefinition.id == ProcessInstance.definition_id)
        .outerjoin(RevokedLink, RevokedLink.token_hash == hashed(token))
        .where(ProcessInstance.id == root_id)).first() if root_id else None
    if row is None:
        raise NotFound(what="link")
    if row.revoked_at is not None:
        raise LinkRevoked()
    if row.ended_at is not None and row.ended_at + timedelta(days=parts.settings.link_days) <= now:
        raise LinkExpired()
    return row


def answered_link(connection: Connection, token: str) -> Row[Any]:
    """The link to an answer behind a token, with its case. Raises NotFound, LinkRevoked."""
    root, owner = aliased(ProcessInstance), aliased(ProcessInstance)
    row = connection.execute(
        select(*PublicLink.__table__.columns, root.case_number, root.ended_at.label("case_ended_at"),
               owner.definition_id, owner.variables, owner.unit_id, RevokedLink.at.label("revoked_at"))
        .join(root, root.id == PublicLink.root_id).join(owner, owner.id == PublicLink.instance_id)
        .outerjoin(RevokedLink, RevokedLink.token_hash == PublicLink.token_hash)
        .where(PublicLink.token_hash == hashed(token))).first()
    if row is None:
        raise NotFound(what="link")
    if row.revoked_at is not None:
        raise LinkRevoked()
    return row
