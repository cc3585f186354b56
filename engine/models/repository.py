"""What was deployed: content by its hash, versions of processes, the pack as it is now."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from engine.models.base import ID, Base, Moment

SHA = String(64)


class Resource(Base):
    """A file by its content: equal content is kept once."""

    __tablename__ = "resource"
    sha256: Mapped[str] = mapped_column(SHA, primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)


class Deployment(Base):
    """One act of publishing."""

    __tablename__ = "deployment"
    id: Mapped[str] = mapped_column(ID, primary_key=True)
    at: Mapped[datetime] = mapped_column(Moment)
    by: Mapped[str] = mapped_column(String(100))
    note: Mapped[str] = mapped_column(Text, default="")


class ProcessDefinition(Base):
    """A version of a process; never changed once written. ``content_hash`` covers drawing, forms and decisions."""

    __tablename__ = "process_definition"
    id: Mapped[str] = mapped_column(ID, primary_key=True)
    key: Mapped[str] = mapped_column(String(200))
    version: Mapped[int] = mapped_column(Integer)
    version_tag: Mapped[str | None] = mapped_column(String(200))
    name: Mapped[str] = mapped_column(String(400))
    name_en: Mapped[str] = mapped_column(String(400), default="")
    pack: Mapped[str] = mapped_column(String(100), default="")
    content_hash: Mapped[str] = mapped_column(SHA)
    deployment_id: Mapped[str] = mapped_column(ForeignKey("deployment.id"))
    number_prefix: Mapped[str] = mapped_column(String(20), default="")
    startable: Mapped[bool] = mapped_column(default=False)
    startable_by: Mapped[str] = mapped_column(Text, default="")

    __table_args__ = (
        UniqueConstraint("key", "version"),
        CheckConstraint("version >= 1", name="version_from_one"),
    )


class DefinitionPart(Base):
    """Which content belongs to a version: its drawing (``bpmn``), forms (``form``, with the field
    ``groups`` they use) and decision tables (``dmn``)."""

    __tablename__ = "definition_part"
    definition_id: Mapped[str] = mapped_column(ForeignKey("process_definition.id", ondelete="CASCADE"),
                                               primary_key=True)
    kind: Mapped[str] = mapped_column(String(10), primary_key=True)
    key: Mapped[str] = mapped_column(String(200), primary_key=True)
    file: Mapped[str] = mapped_column(String(400))
    sha256: Mapped[str] = mapped_column(ForeignKey("resource.sha256"))

    __table_args__ = (CheckConstraint("kind in ('bpmn', 'form', 'dmn', 'groups')", name="kind_known"),)


class Pack(Base):
    """A pack as it is now: roles, parameters, deadlines. Live: it counts for tasks created later."""

    __tablename__ = "pack"
    key: Mapped[str] = mapped_column(String(100), primary_key=True)
    sha256: Mapped[str] = mapped_column(ForeignKey("resource.sha256"))
    updated_at: Mapped[datetime] = mapped_column(Moment)


class RegisterDeclaration(Base):
    """The declaration of a register as it is now; its records stand in the table ``reg_<key>``."""

    __tablename__ = "register_declaration"
    key: Mapped[str] = mapped_column(String(100), primary_key=True)
    sha256: Mapped[str] = mapped_column(ForeignKey("resource.sha256"))
    groups_sha256: Mapped[str | None] = mapped_column(ForeignKey("resource.sha256"))
    updated_at: Mapped[datetime] = mapped_column(Moment)


class StartSubscription(Base):
    """A start event of the newest version of a process that waits for a message, a signal or the calendar."""

    __tablename__ = "start_subscription"
    id: Mapped[str] = mapped_column(ID, primary_key=True)
    definition_id: Mapped[str] = mapped_column(ForeignKey("process_definition.id"))
    process_key: Mapped[str] = mapped_column(String(200))
    element_id: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(10))
    name: Mapped[str] = mapped_column(String(400), default="")

    __table_args__ = (
        UniqueConstraint("process_key", "element_id", "kind", "name"),
        CheckConstraint("kind in ('message', 'signal', 'timer')", name="kind_known"),
        Index("ix_start_subscription_event", "kind", "name"),
    )


class CalendarTick(Base):
    """A moment for which a calendar start was made: unique, so that no tick starts two cases."""

    __tablename__ = "calendar_tick"
    process_key: Mapped[str] = mapped_column(String(200), primary_key=True)
    element_id: Mapped[str] = mapped_column(String(200), primary_key=True)
    holder: Mapped[str] = mapped_column(String(200), primary_key=True, default="")
    due_at: Mapped[datetime] = mapped_column(Moment, primary_key=True)
    instance_id: Mapped[str | None] = mapped_column(ID)
