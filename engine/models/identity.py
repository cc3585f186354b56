"""People, org units, roles held in units, and what sign-in needs."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from engine.models.base import ID, Base, Moment, SealedText, SealedValues, Values


class OrgUnit(Base):
    """A unit of the organisation's tree; calendar and zone are inherited downwards where empty."""

    __tablename__ = "org_unit"
    id: Mapped[str] = mapped_column(ID, primary_key=True)
    key: Mapped[str] = mapped_column(String(100), unique=True)
    parent_id: Mapped[str | None] = mapped_column(ForeignKey("org_unit.id"))
    kind: Mapped[str] = mapped_column(String(40), default="department")
    name: Mapped[str] = mapped_column(String(200))
    name_en: Mapped[str] = mapped_column(String(200), default="")
    calendar: Mapped[Any] = mapped_column(Values, nullable=True)
    zone: Mapped[str] = mapped_column(String(60), default="")


class Person(Base):
    """A person who signs in. ``password`` is an argon2 hash; ``left_at`` ends everything they may do.

    ``initials`` are those of the name in pinyin; ``password_until`` limits a one-time password.
    """

    __tablename__ = "person"
    id: Mapped[str] = mapped_column(ID, primary_key=True)
    login: Mapped[str] = mapped_column(String(100), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    name_en: Mapped[str] = mapped_column(String(200), default="")
    email: Mapped[str] = mapped_column(String(320), default="")
    phone: Mapped[str] = mapped_column(String(40), default="")
    unit_id: Mapped[str | None] = mapped_column(ForeignKey("org_unit.id"))
    password: Mapped[str] = mapped_column(String(200), default="")
    lang: Mapped[str] = mapped_column(String(5), default="zh")
    created_at: Mapped[datetime] = mapped_column(Moment)
    left_at: Mapped[datetime | None] = mapped_column(Moment)
    initials: Mapped[str] = mapped_column(String(60), default="")
    must_change_password: Mapped[bool] = mapped_column(default=False)
    password_until: Mapped[datetime | None] = mapped_column(Moment)
    signed_in_at: Mapped[datetime | None] = mapped_column(Moment)


class RoleHolding(Base):
    """A person holds a role in a unit (and so for the units around it that have nobody nearer)."""

    __tablename__ = "role_holding"
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    role: Mapped[str] = mapped_column(String(100), primary_key=True)
    unit_id: Mapped[str] = mapped_column(ForeignKey("org_unit.id"), primary_key=True)

    __table_args__ = (Index("ix_role_holding_role", "role", "unit_id"),)


class SignInAttempt(Base):
    """Failed sign-ins of a login or an address, for throttling by any number of web processes."""

    __tablename__ = "sign_in_attempt"
    subject: Mapped[str] = mapped_column(String(340), primary_key=True)
    failures: Mapped[int] = mapped_column(Integer, default=0)
    last_at: Mapped[datetime] = mapped_column(Moment)
    locked_until: Mapped[datetime | None] = mapped_column(Moment)


class ParameterValue(Base):
    """An overridden parameter of a pack, for a unit or (empty unit) for all."""

    __tablename__ = "parameter_value"
    pack: Mapped[str] = mapped_column(String(100), primary_key=True)
    name: Mapped[str] = mapped_column(String(100), primary_key=True)
    unit_id: Mapped[str] = mapped_column(String(26), primary_key=True, default="")
    value: Mapped[Any] = mapped_column(Values)
    changed_at: Mapped[datetime] = mapped_column(Moment)
    changed_by: Mapped[str] = mapped_column(String(100))


class LiveVersion(Base):
    """One row: counts changes of people, units, packs and parameters, so that cached copies know when they are old."""

    __tablename__ = "live_version"
    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    version: Mapped[int] = mapped_column(Integer)

    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)


class Notice(Base):
    """A notice in the application for one person; without a person it is for the robots of units alone."""

    __tablename__ = "notice"
    id: Mapped[str] = mapped_column(ID, primary_key=True)
    person_id: Mapped[str | None] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    at: Mapped[datetime] = mapped_column(Moment)
    root_id: Mapped[str | None] = mapped_column(ID)
    task_id: Mapped[str | None] = mapped_column(ID)
    code: Mapped[str] = mapped_column(String(60))
    params: Mapped[Any] = mapped_column(SealedValues)
    read_at: Mapped[datetime | None] = mapped_column(Moment)

    __table_args__ = (Index("ix_notice_person", "person_id", "read_at", "at"),)


class SentMessage(Base):
    """What went out to a customer by a recording provider: the demo and the tests read it instead of a phone."""

    __tablename__ = "sent_message"
    key: Mapped[str] = mapped_column(String(80), primary_key=True)
    connector: Mapped[str] = mapped_column(String(40))
    at: Mapped[datetime] = mapped_column(Moment)
    root_id: Mapped[str | None] = mapped_column(ID, index=True)
    to: Mapped[str] = mapped_column(SealedText)
    text: Mapped[str] = mapped_column(SealedText)


class FileObject(Base):
    """A file by its content (SHA-256); ``type`` was decided by looking at the content."""

    __tablename__ = "file_object"
    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    size: Mapped[int] = mapped_column(Integer)
    type: Mapped[str] = mapped_column(String(100))
    at: Mapped[datetime] = mapped_column(Moment)


class FileChunk(Base):
    """A megabyte of a file."""

    __tablename__ = "file_chunk"
    sha256: Mapped[str] = mapped_column(ForeignKey("file_object.sha256", ondelete="CASCADE"), primary_key=True)
    part: Mapped[int] = mapped_column(Integer, primary_key=True)
    data: Mapped[bytes] = mapped_column()


class FileUse(Base):
    """Who brought a file to which case, under which name."""

    __tablename__ = "file_use"
    id: Mapped[str] = mapped_column(ID, primary_key=True)
    sha256: Mapped[str] = mapped_column(ForeignKey("file_object.sha256"), index=True)
    root_id: Mapped[str | None] = mapped_column(ID, index=True)
    task_id: Mapped[str | None] = mapped_column(ID)
    name: Mapped[str] = mapped_column(String(255))
    at: Mapped[datetime] = mapped_column(Moment)
    by: Mapped[str | None] = mapped_column(String(26))


class PublicLink(Base):
    """A link by which a customer signs or confirms without signing in; only the hash of its token is kept."""

    __tablename__ = "public_link"
    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    root_id: Mapped[str] = mapped_column(ForeignKey("process_instance.id", ondelete="CASCADE"), index=True)
    instance_id: Mapped[str] = mapped_column(ID)
    element_id: Mapped[str] = mapped_column(String(200))
    purpose: Mapped[str] = mapped_column(String(20))
    form_key: Mapped[str] = mapped_column(String(200))
    message: Mapped[str] = mapped_column(String(400), default="")
    created_at: Mapped[datetime] = mapped_column(Moment)
    expires_at: Mapped[datetime] = mapped_column(Moment)
    used_at: Mapped[datetime | None] = mapped_column(Moment)
    opened_at: Mapped[datetime | None] = mapped_column(Moment)
    text: Mapped[str] = mapped_column(Text, default="")

    __table_args__ = (UniqueConstraint("instance_id", "element_id", "purpose", "created_at"),)
