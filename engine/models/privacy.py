"""Legal holds: what must not be erased, by whom it was said, and until when."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from engine.models.base import ID, Base, Marked, Moment, SealedText


class LegalHold(Base):
    """A hold on a case, or on a person by telephone number; while it stands nothing of theirs is erased."""

    __tablename__ = "legal_hold"
    id: Mapped[str] = mapped_column(ID, primary_key=True)
    root_id: Mapped[str | None] = mapped_column(ID, index=True)
    case_number: Mapped[str] = mapped_column(String(60), default="")
    phone: Mapped[str] = mapped_column(SealedText, default="")
    phone_mark: Mapped[str] = mapped_column(Marked, default="", index=True)
    reason: Mapped[str] = mapped_column(Text)
    set_at: Mapped[datetime] = mapped_column(Moment)
    set_by: Mapped[str] = mapped_column(ForeignKey("person.id"))
    lifted_at: Mapped[datetime | None] = mapped_column(Moment)
    lifted_by: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    lifted_why: Mapped[str] = mapped_column(Text, default="")

    __table_args__ = (
        CheckConstraint("(root_id is null) = (phone <> '')", name="of_a_case_or_a_person"),
        CheckConstraint("(lifted_at is null) = (lifted_by is null)", name="lifted_by_somebody"),
    )
