"""What people without an account leave behind: how often they came, and which of their links were taken back."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from engine.models.base import Base, Moment


class PublicVisit(Base):
    """How often a public page was asked for since ``began_at``, by address or by link.

    ``subject`` is a keyed hash, so that no address of a customer is kept.
    """

    __tablename__ = "public_visit"
    subject: Mapped[str] = mapped_column(String(64), primary_key=True)
    began_at: Mapped[datetime] = mapped_column(Moment, index=True)
    visits: Mapped[int] = mapped_column(Integer)


class RevokedLink(Base):
    """A customer's link that somebody took back, by the hash of its token."""

    __tablename__ = "revoked_link"
    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    root_id: Mapped[str] = mapped_column(ForeignKey("process_instance.id", ondelete="CASCADE"), index=True)
    by: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(Moment)
