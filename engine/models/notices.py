"""Where notices go outside the application: channels by choice of a person or for a unit, and what is to be sent."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from engine.models.base import ID, Base, Moment, Values


class NoticeChannel(Base):
    """A way to reach a person (own choice) or the robot of a unit's group; its id is also that of its sending job.

    ``address`` is an e-mail address, a robot's key or a URL; ``secret`` signs DingTalk's and webhooks' messages.
    ``groups`` lists the groups of notices that go this way. ``quiet_from`` to ``quiet_until`` ("22:00") nothing is
    sent; ``digest`` is ``now``, ``hourly`` or a time of day.
    """

    __tablename__ = "notice_channel"
    id: Mapped[str] = mapped_column(ID, primary_key=True)
    person_id: Mapped[str | None] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    unit_id: Mapped[str | None] = mapped_column(ForeignKey("org_unit.id"), index=True)
    kind: Mapped[str] = mapped_column(String(10))
    address: Mapped[str] = mapped_column(Text)
    secret: Mapped[str] = mapped_column(Text, default="")
    groups: Mapped[Any] = mapped_column(Values)
    quiet_from: Mapped[str] = mapped_column(String(5), default="")
    quiet_until: Mapped[str] = mapped_column(String(5), default="")
    digest: Mapped[str] = mapped_column(String(6), default="now")
    active: Mapped[bool] = mapped_column(default=True)
    failed_at: Mapped[datetime | None] = mapped_column(Moment)
    failure: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(Moment)

    __table_args__ = (
        CheckConstraint("kind in ('mail', 'wecom', 'dingtalk', 'feishu', 'webhook')", name="kind_known"),
        CheckConstraint("(person_id is null) <> (unit_id is null)", name="of_a_person_or_a_unit"),
    )


class NoticeDelivery(Base):
    """One notice on its way through one channel; all that are due go out as one message."""

    __tablename__ = "notice_delivery"
    notice_id: Mapped[str] = mapped_column(ForeignKey("notice.id", ondelete="CASCADE"), primary_key=True)
    channel_id: Mapped[str] = mapped_column(ForeignKey("notice_channel.id", ondelete="CASCADE"), primary_key=True)
    due_at: Mapped[datetime] = mapped_column(Moment)
    sent_at: Mapped[datetime | None] = mapped_column(Moment)
    outcome: Mapped[str] = mapped_column(String(8), default="")

    __table_args__ = (
        CheckConstraint("outcome in ('', 'sent', 'failed', 'dropped')", name="outcome_known"),
        UniqueConstraint("channel_id", "notice_id"),
        Index("ix_notice_delivery_waiting", "channel_id", "sent_at", "due_at"),
    )
