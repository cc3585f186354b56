"""What has been: append-only. ``ElementVisit`` is typed, for statistics; ``HistoryEntry`` says who did what, why."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Float, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from engine.models.base import ID, Base, Moment, SealedText, SealedValues


class ElementVisit(Base):
    """One visit of an element, written when it is left. ``seconds`` is the time between entering and leaving."""

    __tablename__ = "element_visit"
    id: Mapped[str] = mapped_column(ID, primary_key=True)
    root_id: Mapped[str] = mapped_column(ID)
    instance_id: Mapped[str] = mapped_column(ID)
    definition_id: Mapped[str] = mapped_column(ID)
    element_id: Mapped[str] = mapped_column(String(200))
    element_instance_id: Mapped[str] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(40))
    entered_at: Mapped[datetime] = mapped_column(Moment)
    left_at: Mapped[datetime] = mapped_column(Moment)
    seconds: Mapped[float] = mapped_column(Float)
    outcome: Mapped[str] = mapped_column(String(40))
    by: Mapped[str | None] = mapped_column(String(26))
    role: Mapped[str] = mapped_column(String(100), default="")
    due_at: Mapped[datetime | None] = mapped_column(Moment)

    __table_args__ = (
        Index("ix_element_visit_case", "root_id", "left_at"),
        Index("ix_element_visit_element", "definition_id", "element_id", "left_at"),
        Index("ix_element_visit_person", "by", "left_at"),
        Index("ix_element_visit_left", "left_at"),
    )


class HistoryEntry(Base):
    """Who did what to which case, when, for whom and why; ``detail`` holds old and new values, codes and parameters.

    Both are sealed: words of people stand in them. Nothing in them changes afterwards, but for what an erasure blanks.
    """

    __tablename__ = "history_entry"
    id: Mapped[str] = mapped_column(ID, primary_key=True)
    at: Mapped[datetime] = mapped_column(Moment)
    root_id: Mapped[str | None] = mapped_column(ID)
    instance_id: Mapped[str | None] = mapped_column(ID)
    task_id: Mapped[str | None] = mapped_column(ID)
    definition_id: Mapped[str | None] = mapped_column(ID)
    element_id: Mapped[str] = mapped_column(String(200), default="")
    verb: Mapped[str] = mapped_column(String(40))
    by: Mapped[str | None] = mapped_column(String(26))
    on_behalf_of: Mapped[str | None] = mapped_column(String(26))
    reason: Mapped[str] = mapped_column(SealedText, default="")
    detail: Mapped[Any] = mapped_column(SealedValues)

    __table_args__ = (
        Index("ix_history_entry_case", "root_id", "at"),
        Index("ix_history_entry_person", "by", "verb", "at"),
        Index("ix_history_entry_task", "task_id"),
    )


class FormFilled(Base):
    """A form as it was submitted. Personal values stand here, not in the append-only entry, so that they can go."""

    __tablename__ = "form_filled"
    id: Mapped[str] = mapped_column(ID, primary_key=True)
    at: Mapped[datetime] = mapped_column(Moment)
    root_id: Mapped[str] = mapped_column(ID)
    instance_id: Mapped[str] = mapped_column(ID)
    task_id: Mapped[str | None] = mapped_column(ID)
    definition_id: Mapped[str] = mapped_column(ID)
    element_id: Mapped[str] = mapped_column(String(200))
    form_key: Mapped[str] = mapped_column(String(200))
    by: Mapped[str | None] = mapped_column(String(26))
    values: Mapped[Any] = mapped_column(SealedValues)
    erased_at: Mapped[datetime | None] = mapped_column(Moment)

    __table_args__ = (Index("ix_form_filled_case", "root_id", "at"),
                      Index("ix_form_filled_form", "definition_id", "form_key"))
