"""What a person does with notices: read them, choose the channels that carry them outside, try a channel."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, delete, func, insert, or_, select, update

from engine import live as live_data
from engine.authorization import ADMINISTRATOR, Actor, require
from engine.cards import Bilingual
from engine.connectors import ConnectorFailure
from engine.connectors import robots as robot
from engine.connectors.addresses import email_address
from engine.connectors.outbound import check_url
from engine.database import done_again
from engine.errors import FieldError, Invalid, NotFound
from engine.ids import new_id
from engine.models.identity import Notice
from engine.models.notices import NoticeChannel
from engine.models.runtime import Job
from engine.notices import sending
from engine.notices.words import GROUPS, group_of, sentence

COUNTED_TO = 100
KINDS = ("mail", "wecom", "dingtalk", "feishu", "webhook")
_TIME = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d\Z")


@dataclass(frozen=True, slots=True)
class NoticeCard:
    """A notice as its person reads it."""

    id: str
    at: datetime
    code: str
    group: str
    sentence: Bilingual
    read_at: datetime | None
    task_id: str | None
    case_number: str
    draft_id: str = ""
    """The draft of a process that it is about."""


@dataclass(frozen=True, slots=True)
class NoticePage:
    """Notices, the newest first; ``following`` is where the next page begins."""

    notices: tuple[NoticeCard, ...]
    unread: int
    following: str | None


@dataclass(frozen=True, slots=True)
class ChannelCard:
    """A channel; of robots' keys only the end is shown. ``unit`` is the key of the unit whose robot it is."""

    id: str
    kind: str
    address: str
    groups: tuple[str, ...]
    quiet_from: str
    quiet_until: str
    digest: str
    active: bool
    failure: str
    unit: str | None
    unit_name: Bilingual | None


@done_again
class Notices:
    """The verbs; each is one transaction."""

    groups = GROUPS
    """What people choose by: the groups of notices with their names."""

    def __init__(self, parts: Any):
        self._parts = parts

    def one(self, notice_id: str, by: Actor) -> NoticeCard:
        """One notice of the actor. Raises :class:`NotFound`."""
        with self._parts.database.reading() as connection:
            row = connection.execute(select(*Notice.__table__.columns).where(
                Notice.id == notice_id, Notice.person_id == by.person_id)).first()
        if row is None:
            raise NotFound(what="notice")
        return self._card(row)

    def _card(self, row: Any) -> NoticeCard:
        said = sentence(row.code, row.params, ZoneInfo(self._parts.settings.zone))
        return NoticeCard(row.id, row.at, row.code, group_of(row.code), said, row.read_at, row.task_id,
                          str(row.params.get("case_number") or ""), str(row.params.get("draft") or ""))

    def page(self, by: Actor, after: str | None = None, limit: int = 50) -> NoticePage:
        """The actor's notices, the newest first; ``after`` is the id of the last one seen."""
        query = select(*Notice.__table__.columns).where(Notice.person_id == by.person_id)
        if after:
            query = query.where(Notice.id < after)
        with self._parts.database.reading() as connection:
            rows = connection.execute(query.order_by(Notice.id.desc()).limit(limit + 1)).all()
            unread = self._unread(connection, by)
        cards = tuple(self._card(row) for row in rows[:limit])
        return NoticePage(cards, unread, rows[limit - 1].id if len(rows) > limit else None)

    def unread(self, by: Actor) -> int:
        """How many notices the actor has not read, up to 100."""
        with self._parts.database.reading() as connection:
            return self._unread(connection, by)

    @staticmethod
    def _unread(connection: Any, by: Actor) -> int:
        some = select(Notice.id).where(Notice.person_id == by.person_id, Notice.read_at.is_(None)).limit(COUNTED_TO)
        return connection.scalar(select(func.count()).select_from(some.subquery())) or 0

    def read(self, ids: Iterable[str] | None, by: Actor) -> None:
        """Mark notices of the actor as read; ``None`` marks all."""
        statement = update(Notice.__table__).where(Notice.person_id == by.person_id, Notice.read_at.is_(None))
        if ids is not None:
            statement = statement.where(Notice.id.in_(list(ids)))
        with self._parts.database.transaction() as connection:
            connection.execute(statement.values(read_at=self._parts.clock.now()))

    # -- channels

    def units_of_robots(self, by: Actor) -> tuple[tuple[str, Bilingual], ...]:
        """The units (key, name) whose robots the actor may set up."""
        if not by.holds(ADMINISTRATOR):
            return ()
        with self._parts.database.reading() as connection:
            return tuple((unit.key, unit.name) for unit in self._parts.live.at(connection).units.values())

    def channels(self, by: Actor) -> tuple[ChannelCard, ...]:
        """The actor's channels; an administrator also sees the robots of units."""
        with self._parts.database.reading() as connection:
            live = self._parts.live.at(connection)
            rows = connection.execute(select(*NoticeChannel.__table__.columns).where(self._of(by))
                                      .order_by(NoticeChannel.unit_id, NoticeChannel.created_at)).all()
        return tuple(ChannelCard(
            row.id, row.kind, _shown(row), tuple(row.groups), row.quiet_from, row.quiet_until, row.digest, row.active,
            row.failure, live.units[row.unit_id].key if row.unit_id else None,
            live.units[row.unit_id].name if row.unit_id else None) for row in rows)

    @staticmethod
    def _of(by: Actor) -> ColumnElement[bool]:
        mine = NoticeChannel.person_id == by.person_id
        return or_(mine, NoticeChannel.unit_id.is_not(None)) if by.holds(ADMINISTRATOR) else mine

    def save_channel(self, values: Mapping[str, Any], by: Actor, channel_id: str | None = None) -> str:
        """Add or change a channel; ``values`` are named like the columns of ``NoticeChannel``.

        ``unit`` (key) makes it the robot of a unit, which only an administrator may set up. An empty address or secret
        leaves what is there. Raises Invalid with a message per field, NotFound.
        """
        parts, now = self._parts, self._parts.clock.now()
        with parts.database.transaction() as connection:
            live = parts.live.at(connection)
            old = connection.execute(select(*NoticeChannel.__table__.columns)
                                     .where(NoticeChannel.id == channel_id, self._of(by))).first()
            if channel_id and old is None:
                raise NotFound(what="channel")
            named = live.units_by_key.get(values.get("unit"))
            unit = named.id if named else None
            if unit or (old is not None and old.unit_id):
                require(by.holds(ADMINISTRATOR), "设置部门的通知机器人", "set up the robot of a unit")
            row = self._checked(values, old)
            if old is None:
                channel_id = new_id(now)
                connection.execute(insert(NoticeChannel.__table__).values(
                    id=channel_id, person_id=None if unit else by.person_id, unit_id=unit, created_at=now, **row))
            else:
                connection.execute(update(NoticeChannel.__table__).where(NoticeChannel.id == old.id)
                                   .values(failure="", failed_at=None, **row))
            live_data.changed(connection)
            parts.note(connection, by, "channel_saved", kind=row["kind"], channel=channel_id, active=row["active"])
            return channel_id or ""

    def _checked(self, values: Mapping[str, Any], old: Any) -> dict[str, Any]:
        errors: list[FieldError] = []
        kind = old.kind if old is not None else str(values.get("kind") or "")
        if kind not in KINDS:
            raise Invalid(fields=(FieldError("kind", "required", "请选择渠道。", "Choose a channel."),))
        given = str(values.get("address") or "").strip()
        address = self._address(kind, given) if given or old is None else old.address
        if not address:
            errors.append(FieldError("address", "invalid", *_ADDRESS_WORDS[kind]))
        groups = [group for group in values.get("groups") or () if group in GROUPS]
        row = {"kind": kind, "address": address or "", "groups": groups,
               "secret": str(values.get("secret") or "") or (old.secret if old is not None else ""),
               "quiet_from": str(values.get("quiet_from") or ""), "quiet_until": str(values.get("quiet_until") or ""),
               "digest": str(values.get("digest") or "now"), "active": bool(values.get("active", True))}
        for name in ("quiet_from", "quiet_until"):
            if row[name] and not _TIME.match(row[name]):
                errors.append(FieldError(name, "invalid", "请填写时间，例如 22:00。", "Enter a time such as 22:00."))
        if bool(row["quiet_from"]) != bool(row["quiet_until"]):
            name = "quiet_until" if row["quiet_from"] else "quiet_from"
            errors.append(FieldError(name, "required", "免打扰要有开始和结束。", "Quiet hours need both ends."))
        if row["digest"] not in ("now", "hourly") and not _TIME.match(row["digest"]):
            errors.append(FieldError("digest", "invalid", "请选择发送方式。", "Choose how to send."))
        if errors:
            raise Invalid(fields=tuple(errors))
        return row

    def _address(self, kind: str, text: str) -> str | None:
        if kind == "mail":
            return email_address(text)
        if kind != "webhook":
            return robot.robot_key(kind, text)
        try:
            check_url(text, self._parts.outbound.allowed)
        except ConnectorFailure as error:
            wrong = FieldError("address", error.code, error.sentence("zh"), error.sentence("en"))
            raise Invalid(fields=(wrong,)) from None
        return text

    def delete_channel(self, channel_id: str, by: Actor) -> None:
        """Take a channel away with what it has not sent yet. Raises :class:`NotFound`.

        E-mail is switched off instead: the row says that this person does not want any.
        """
        with self._parts.database.transaction() as connection:
            mine = (NoticeChannel.id == channel_id, self._of(by))
            if connection.execute(select(NoticeChannel.id).where(*mine)).first() is not None:
                connection.execute(delete(Job.__table__).where(Job.id == channel_id))  # first, as a delivery does
            gone = connection.execute(delete(NoticeChannel.__table__)
                                      .where(*mine, NoticeChannel.kind != "mail")).rowcount
            gone = gone or connection.execute(
                update(NoticeChannel.__table__).where(*mine).values(active=False)).rowcount
            if not gone:
                raise NotFound(what="channel")
            live_data.changed(connection)
            self._parts.note(connection, by, "channel_deleted", channel=channel_id)

    def try_channel(self, channel_id: str, by: Actor) -> None:
        """Send a notice through a channel now. Raises NotFound, and ConnectorFailure with the reason."""
        parts = self._parts
        with parts.database.reading() as connection:
            row = connection.execute(select(*NoticeChannel.__table__.columns)
                                     .where(NoticeChannel.id == channel_id, self._of(by))).first()
        if row is None:
            raise NotFound(what="channel")
        sending.trial(parts, row, by.lang)


def _shown(row: Any) -> str:
    """The address of a channel as a page shows it: keys of robots are secrets."""
    if row.kind == "mail":
        return row.address
    if row.kind == "webhook":
        return row.address.split("?")[0]
    return "····" + row.address[-4:]


_ADDRESS_WORDS = {
    "mail": ("请填写邮箱地址。", "Enter an e-mail address."),
    "wecom": ("请粘贴企业微信机器人的地址或 key。", "Paste the address or the key of the WeCom robot."),
    "dingtalk": ("请粘贴钉钉机器人的地址或 access_token。", "Paste the address or the token of the DingTalk robot."),
    "feishu": ("请粘贴飞书机器人的地址。", "Paste the address of the Feishu robot."),
    "webhook": ("请填写网址。", "Enter an address."),
}
