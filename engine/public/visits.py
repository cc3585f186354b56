"""How often somebody without an account may ask: counted in rows, so that any number of web processes agree."""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime, timedelta
from math import ceil
from typing import Any

from sqlalchemy import Connection, case, literal

from engine.errors import BihuanError
from engine.models.public import PublicVisit

WINDOW = timedelta(minutes=10)
BY_ADDRESS, BY_LINK, BY_WRITER = 300, 60, 20
"""Requests in a window: from one address (a shop's network is one), by one link, and those that write or upload."""


class TooOften(BihuanError):
    """A public page was asked for too often; nothing was done."""

    code, http_status = "too_often", 429
    zh = "操作过于频繁，请 {minutes} 分钟后再试。"
    en = "That was too often. Please try again in {minutes} minutes."


def count(parts: Any, address: str, link: str, *, writes: bool = False) -> None:
    """Count a request from ``address`` by ``link``: a customer's token, or none for a page that all may open.

    One transaction of its own: what is refused afterwards was still asked for. Raises TooOften.
    """
    subjects = [(f"address:{address}", BY_ADDRESS)]
    if link:
        subjects.append((f"link:{link}", BY_LINK))
    if writes:
        subjects.append((f"writes:{link or address}", BY_WRITER))
    now = parts.clock.now()
    with parts.database.transaction() as connection:
        waits = [_counted(parts, connection, now, subject, most) for subject, most in subjects]
    longest = max(waits)
    if longest > timedelta():
        raise TooOften(minutes=ceil(longest / timedelta(minutes=1)))


def _counted(parts: Any, connection: Connection, now: datetime, subject: str, most: int) -> timedelta:
    """How long the subject has to wait; nothing while it may go on."""
    key = hmac.new(parts.settings.secret_key.encode() or b"unset", subject.encode(), hashlib.sha256).hexdigest()
    over, at = PublicVisit.began_at <= now - WINDOW, literal(now, PublicVisit.began_at.type)
    row = connection.execute(
        parts.database.insert(PublicVisit.__table__).values(subject=key, began_at=now, visits=1)
        .on_conflict_do_update(index_elements=["subject"], set_={
            "began_at": case((over, at), else_=PublicVisit.began_at),
            "visits": case((over, 1), else_=PublicVisit.visits + 1)})
        .returning(PublicVisit.began_at, PublicVisit.visits)).one()
    return row.began_at + WINDOW - now if row.visits > most else timedelta()
