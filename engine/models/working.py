"""What people do around a task: signers, copies, reminders, comments, phrases, saved views, presence, substitution."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, Numeric, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from engine.models.base import ID, Base, Moment, SealedText, Values


class TaskSigner(Base):
    """A person asked to sign under one user task: before or after its assignee (加签), or jointly (会签).

    ``waiting`` until the turn comes, ``open`` while in the signer's inbox; ``due_sort`` is the task's, for that list.
    ``closed`` rows are of a round of signing that is over.
    """

    __tablename__ = "task_signer"
    id: Mapped[str] = mapped_column(ID, primary_key=True)
    task_id: Mapped[str] = mapped_column(ForeignKey("user_task.id", ondelete="CASCADE"), index=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"))
    position: Mapped[str] = mapped_column(String(8))
    turn: Mapped[int] = mapped_column(Integer, default=0)
    weight: Mapped[Decimal] = mapped_column(Numeric(9, 2), default=Decimal(1))
    state: Mapped[str] = mapped_column(String(8))
    outcome: Mapped[str] = mapped_column(String(100), default="")
    opinion: Mapped[str] = mapped_column(SealedText, default="")
    signature: Mapped[Any] = mapped_column(Values, nullable=True)
    asked_by: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[datetime] = mapped_column(Moment)
    decided_at: Mapped[datetime | None] = mapped_column(Moment)
    decided_by: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    due_sort: Mapped[datetime] = mapped_column(Moment)
    closed: Mapped[bool] = mapped_column(default=False)

    __table_args__ = (
        CheckConstraint("position in ('before', 'after', 'joint')", name="position_known"),
        CheckConstraint("state in ('waiting', 'open', 'agreed', 'refused', 'removed', 'spared')", name="state_known"),
        CheckConstraint("(state in ('agreed', 'refused')) = (decided_at is not null)", name="decided_has_a_moment"),
        Index("ix_task_signer_inbox", "person_id", "state", "due_sort", "task_id"),
    )


class CarbonCopy(Base):
    """A case brought to somebody's notice (抄送), and whether it was read (已阅)."""

    __tablename__ = "carbon_copy"
    id: Mapped[str] = mapped_column(ID, primary_key=True)
    root_id: Mapped[str] = mapped_column(ForeignKey("process_instance.id", ondelete="CASCADE"), index=True)
    task_id: Mapped[str | None] = mapped_column(ID)
    element_id: Mapped[str] = mapped_column(String(200), default="")
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"))
    by: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(Moment)
    note: Mapped[str] = mapped_column(Text, default="")
    read_at: Mapped[datetime | None] = mapped_column(Moment)

    __table_args__ = (Index("ix_carbon_copy_inbox", "person_id", "read_at", "id"),)


class Urge(Base):
    """A reminder by a person (催办). It goes out by a job some seconds later, so that taking it back is real."""

    __tablename__ = "urge"
    id: Mapped[str] = mapped_column(ID, primary_key=True)
    root_id: Mapped[str] = mapped_column(ForeignKey("process_instance.id", ondelete="CASCADE"), index=True)
    task_id: Mapped[str] = mapped_column(ID, index=True)
    by: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(Moment)
    note: Mapped[str] = mapped_column(Text, default="")
    to_leader: Mapped[bool] = mapped_column(default=False)
    sent_at: Mapped[datetime | None] = mapped_column(Moment)
    taken_back_at: Mapped[datetime | None] = mapped_column(Moment)
    read_at: Mapped[datetime | None] = mapped_column(Moment)


class Comment(Base):
    """A word about a case (沟通): internal, or visible to the customer. ``reply_to`` is the question it answers."""

    __tablename__ = "comment"
    id: Mapped[str] = mapped_column(ID, primary_key=True)
    root_id: Mapped[str] = mapped_column(ForeignKey("process_instance.id", ondelete="CASCADE"))
    task_id: Mapped[str | None] = mapped_column(ID)
    element_id: Mapped[str] = mapped_column(String(200), default="")
    by: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(Moment)
    text: Mapped[str] = mapped_column(SealedText)
    public: Mapped[bool] = mapped_column(default=False)
    reply_to: Mapped[str | None] = mapped_column(ForeignKey("comment.id", ondelete="CASCADE"))
    reply_by: Mapped[datetime | None] = mapped_column(Moment)

    __table_args__ = (Index("ix_comment_case", "root_id", "id"),)


class Mention(Base):
    """A person asked in a comment (@). Open until that person has replied or has said that it is read."""

    __tablename__ = "mention"
    comment_id: Mapped[str] = mapped_column(ForeignKey("comment.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), primary_key=True)
    root_id: Mapped[str] = mapped_column(ID)
    reply_sort: Mapped[datetime] = mapped_column(Moment)
    answered_at: Mapped[datetime | None] = mapped_column(Moment)

    __table_args__ = (Index("ix_mention_inbox", "person_id", "answered_at", "reply_sort", "comment_id"),)


class Phrase(Base):
    """A canned phrase (常用语) of a person, or of everybody in a unit; ``{客户}`` and the like are filled in."""

    __tablename__ = "phrase"
    id: Mapped[str] = mapped_column(ID, primary_key=True)
    person_id: Mapped[str | None] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    unit_id: Mapped[str | None] = mapped_column(ForeignKey("org_unit.id"), index=True)
    form_key: Mapped[str] = mapped_column(String(200), default="")
    text: Mapped[str] = mapped_column(Text)
    position: Mapped[int] = mapped_column(Integer, default=0)

    __table_args__ = (CheckConstraint("(person_id is null) <> (unit_id is null)", name="of_a_person_or_a_unit"),)


class SavedView(Base):
    """A view of the inbox with a name (常用视图): a person's own, or shared with a unit."""

    __tablename__ = "saved_view"
    id: Mapped[str] = mapped_column(ID, primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    unit_id: Mapped[str | None] = mapped_column(ForeignKey("org_unit.id"), index=True)
    name: Mapped[str] = mapped_column(String(100))
    name_en: Mapped[str] = mapped_column(String(100), default="")
    icon: Mapped[str] = mapped_column(String(40), default="")
    query: Mapped[Any] = mapped_column(Values)
    position: Mapped[int] = mapped_column(Integer, default=0)
    created_at: Mapped[datetime] = mapped_column(Moment)


class Presence(Base):
    """Who has a task open on a screen; a row that was not renewed for a minute counts no more."""

    __tablename__ = "presence"
    task_id: Mapped[str] = mapped_column(ForeignKey("user_task.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    seen_at: Mapped[datetime] = mapped_column(Moment)
    editing: Mapped[bool] = mapped_column(default=False)


class Substitution(Base):
    """One person acts for another (离岗代理) from a moment to another, in all processes or the named ones."""

    __tablename__ = "substitution"
    id: Mapped[str] = mapped_column(ID, primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    substitute_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    from_at: Mapped[datetime] = mapped_column(Moment)
    until_at: Mapped[datetime] = mapped_column(Moment)
    processes: Mapped[Any] = mapped_column(Values, nullable=True)
    reason: Mapped[str] = mapped_column(Text, default="")
    by: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime] = mapped_column(Moment)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)

    __table_args__ = (CheckConstraint("from_at < until_at", name="ends_after_it_began"),
                      CheckConstraint("person_id <> substitute_id", name="nobody_for_oneself"))


class RuleValue(Base):
    """An overridden rule of a pack, for a unit or (empty unit) for all: a deadline row or a role's escalation chain."""

    __tablename__ = "rule_value"
    pack: Mapped[str] = mapped_column(String(100), primary_key=True)
    kind: Mapped[str] = mapped_column(String(12), primary_key=True)
    key: Mapped[str] = mapped_column(String(100), primary_key=True)
    unit_id: Mapped[str] = mapped_column(String(26), primary_key=True, default="")
    value: Mapped[Any] = mapped_column(Values)
    changed_at: Mapped[datetime] = mapped_column(Moment)
    changed_by: Mapped[str] = mapped_column(String(100))

    __table_args__ = (CheckConstraint("kind in ('deadline', 'escalation', 'distribution')", name="kind_known"),)


class SearchValue(Base):
    """A business field that a process declares for searching (``bihuan:search``), one row per case and field."""

    __tablename__ = "search_value"
    root_id: Mapped[str] = mapped_column(ForeignKey("process_instance.id", ondelete="CASCADE"), primary_key=True)
    field: Mapped[str] = mapped_column(String(100), primary_key=True)
    text: Mapped[str | None] = mapped_column(String(400))
    number: Mapped[Decimal | None] = mapped_column(Numeric(18, 2))
    instant: Mapped[datetime | None] = mapped_column(Moment)

    __table_args__ = (Index("ix_search_value_text", "field", "text", "root_id"),
                      Index("ix_search_value_number", "field", "number", "root_id"),
                      Index("ix_search_value_instant", "field", "instant", "root_id"))
