"""The studio: the files that are live, drafts of them, runs that a draft is tried by, plans that move running cases."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from engine.models.base import ID, Base, Moment, SealedValues, Values
from engine.models.repository import SHA

PATH = String(400)


class LiveFile(Base):
    """A file of the content as it is live now: what ``bihuan pull`` writes and what a draft begins from."""

    __tablename__ = "live_file"
    path: Mapped[str] = mapped_column(PATH, primary_key=True)
    sha256: Mapped[str] = mapped_column(ForeignKey("resource.sha256"))
    deployment_id: Mapped[str] = mapped_column(ForeignKey("deployment.id"))


class DeploymentFile(Base):
    """A file that a deployment changed; without content where it took the file away."""

    __tablename__ = "deployment_file"
    deployment_id: Mapped[str] = mapped_column(ForeignKey("deployment.id"), primary_key=True)
    path: Mapped[str] = mapped_column(PATH, primary_key=True)
    sha256: Mapped[str | None] = mapped_column(ForeignKey("resource.sha256"))


class Draft(Base):
    """Files being changed around one process. One person edits at a time; ``wanted_by`` asks to take over."""

    __tablename__ = "draft"
    id: Mapped[str] = mapped_column(ID, primary_key=True)
    process_key: Mapped[str] = mapped_column(String(200), index=True)
    pack: Mapped[str] = mapped_column(String(100))
    title: Mapped[str] = mapped_column(String(400))
    state: Mapped[str] = mapped_column(String(12), default="open")
    created_at: Mapped[datetime] = mapped_column(Moment)
    created_by: Mapped[str] = mapped_column(ForeignKey("person.id"))
    changed_at: Mapped[datetime] = mapped_column(Moment)
    changed_by: Mapped[str] = mapped_column(ForeignKey("person.id"))
    editor_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    editor_seen_at: Mapped[datetime | None] = mapped_column(Moment)
    wanted_by: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    submitted_at: Mapped[datetime | None] = mapped_column(Moment)
    submitted_by: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    note: Mapped[str] = mapped_column(Text, default="")
    deployment_id: Mapped[str | None] = mapped_column(ForeignKey("deployment.id"))

    __table_args__ = (
        CheckConstraint("state in ('open', 'submitted', 'published', 'discarded')", name="state_known"),
        CheckConstraint("(state = 'published') = (deployment_id is not null)", name="published_as_something"),
        Index("ix_draft_state", "state", "changed_at"),
    )


class DraftFile(Base):
    """A file as the draft has it. ``base_sha256``: the live content it began from, none for a new file.

    ``sha256`` is empty where the draft takes the file away. ``revision`` counts its saves.
    """

    __tablename__ = "draft_file"
    draft_id: Mapped[str] = mapped_column(ForeignKey("draft.id", ondelete="CASCADE"), primary_key=True)
    path: Mapped[str] = mapped_column(PATH, primary_key=True)
    sha256: Mapped[str | None] = mapped_column(ForeignKey("resource.sha256"))
    base_sha256: Mapped[str | None] = mapped_column(SHA)
    revision: Mapped[int] = mapped_column(Integer, default=1)
    changed_at: Mapped[datetime] = mapped_column(Moment)
    changed_by: Mapped[str] = mapped_column(ForeignKey("person.id"))


class StudioRun(Base):
    """Something long that a draft is tried by, done by a job: its scenarios, or a simulation; with its progress."""

    __tablename__ = "studio_run"
    id: Mapped[str] = mapped_column(ID, primary_key=True)
    draft_id: Mapped[str] = mapped_column(ForeignKey("draft.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    state: Mapped[str] = mapped_column(String(8), default="waiting")
    done: Mapped[int] = mapped_column(Integer, default=0)
    total: Mapped[int] = mapped_column(Integer, default=0)
    asked_at: Mapped[datetime] = mapped_column(Moment)
    asked_by: Mapped[str] = mapped_column(ForeignKey("person.id"))
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
    files: Mapped[str] = mapped_column(SHA, default="")
    """A hash over the draft's files when it was asked for: whether the result still speaks of them."""
    inputs: Mapped[Any] = mapped_column(Values)
    result: Mapped[Any] = mapped_column(Values, nullable=True)

    __table_args__ = (
        CheckConstraint("kind in ('scenarios', 'simulation')", name="kind_known"),
        CheckConstraint("state in ('waiting', 'running', 'done', 'failed', 'stopped')", name="state_known"),
    )


class Sandbox(Base):
    """A case played in the studio: the steps taken so far, told as a scenario; replayed, never kept as a case."""

    __tablename__ = "sandbox"
    id: Mapped[str] = mapped_column(ID, primary_key=True)
    draft_id: Mapped[str] = mapped_column(ForeignKey("draft.id", ondelete="CASCADE"), index=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"))
    changed_at: Mapped[datetime] = mapped_column(Moment)
    revision: Mapped[int] = mapped_column(Integer, default=1)
    scenario: Mapped[Any] = mapped_column(Values)


class MigrationPlan(Base):
    """Moving running cases from some versions of a process to another: the map of elements, and how far it is."""

    __tablename__ = "migration_plan"
    id: Mapped[str] = mapped_column(ID, primary_key=True)
    process_key: Mapped[str] = mapped_column(String(200), index=True)
    target_id: Mapped[str] = mapped_column(ForeignKey("process_definition.id"))
    state: Mapped[str] = mapped_column(String(12), default="planned")
    made_at: Mapped[datetime] = mapped_column(Moment)
    made_by: Mapped[str] = mapped_column(ForeignKey("person.id"))
    note: Mapped[str] = mapped_column(Text, default="")
    mapping: Mapped[Any] = mapped_column(Values)
    """By source definition id: old element id -> new element id."""
    ended_at: Mapped[datetime | None] = mapped_column(Moment)

    __table_args__ = (
        CheckConstraint("state in ('planned', 'running', 'done', 'taking_back', 'taken_back')", name="state_known"),
    )


class MigrationItem(Base):
    """One instance of a plan: where it came from, what became of it, and what it was before (to take it back)."""

    __tablename__ = "migration_item"
    plan_id: Mapped[str] = mapped_column(ForeignKey("migration_plan.id", ondelete="CASCADE"), primary_key=True)
    instance_id: Mapped[str] = mapped_column(ForeignKey("process_instance.id", ondelete="CASCADE"), primary_key=True)
    root_id: Mapped[str] = mapped_column(ID)
    source_id: Mapped[str] = mapped_column(ForeignKey("process_definition.id"))
    state: Mapped[str] = mapped_column(String(12), default="waiting")
    at: Mapped[datetime | None] = mapped_column(Moment)
    reason: Mapped[Any] = mapped_column(Values, nullable=True)
    """Why it was not moved, or not taken back: code and parameters, worded when shown."""
    before: Mapped[Any] = mapped_column(SealedValues, nullable=True)
    """What the move changed in the rows of the case, to take it back; on the first item of a case alone."""
    mark: Mapped[str] = mapped_column(String(64), default="")
    """What the instance looked like right after the move: it is untouched while it still does."""

    __table_args__ = (
        CheckConstraint("state in ('waiting', 'moved', 'refused', 'taken_back', 'kept')", name="state_known"),
        Index("ix_migration_item_state", "plan_id", "state"),
    )
