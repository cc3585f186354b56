"""Messages that came before anybody waited for them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from engine.models.base import ID, Base, Moment, SealedValues, Values


class BufferedMessage(Base):
    """A message for which nobody waits yet; kept for its time to live."""

    __tablename__ = "buffered_message"
    id: Mapped[str] = mapped_column(ID, primary_key=True)
    name: Mapped[str] = mapped_column(String(400), index=True)
    keys: Mapped[Any] = mapped_column(Values)
    payload: Mapped[Any] = mapped_column(SealedValues)
    sent_at: Mapped[datetime] = mapped_column(Moment)
    expires_at: Mapped[datetime] = mapped_column(Moment, index=True)


class BufferedMark(Base):
    """A mark (:mod:`engine.correlation`) under which an element that begins to wait finds an early message."""

    __tablename__ = "buffered_mark"
    message_id: Mapped[str] = mapped_column(ForeignKey("buffered_message.id", ondelete="CASCADE"), primary_key=True)
    mark: Mapped[str] = mapped_column(String(32), primary_key=True)
    name: Mapped[str] = mapped_column(String(400))

    __table_args__ = (Index("ix_buffered_mark_found", "name", "mark"),)
