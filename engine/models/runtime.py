"""What is live: instances, user tasks, jobs, subscriptions. Rows are made to match the runs after every step."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
    and_,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from engine.models.base import ID, Base, Marked, Moment, SealedText, SealedValues, Values

ELEMENT = String(200)
ALARMED = ("warn_at", "due_at", "unit_id", "assignee_id", "role", "process_key", "escalation_level", "promised_at")
_SNOOZED = text("follow_up_at IS NOT NULL")
_WAITS = text("signing = 'before' OR submitted IS NOT NULL")
_RUNS = text("suspended IS false AND paused_at IS NULL")


class ProcessInstance(Base):
    """A process instance. A *case* is a root; its row is the lock of the family. ``run_state`` is the seam's, opaque.

    ``undo`` is how the row stood before the completion that changed it last (see :mod:`engine.undoing`); every other
    change empties it. The columns from ``customer`` on are the case's search and list columns, derived from variables
    by the properties of its process; they stand on roots only. Sealed are ``run_state``, ``variables`` and the phone,
    found by its mark and last digits.
    """

    __tablename__ = "process_instance"
    id: Mapped[str] = mapped_column(ID, primary_key=True)
    root_id: Mapped[str] = mapped_column(ForeignKey("process_instance.id"), index=True)
    parent_id: Mapped[str | None] = mapped_column(ForeignKey("process_instance.id"))
    parent_wait: Mapped[str | None] = mapped_column(String(64))
    definition_id: Mapped[str] = mapped_column(ForeignKey("process_definition.id"), index=True)
    process_key: Mapped[str] = mapped_column(String(200))
    case_number: Mapped[str | None] = mapped_column(String(60), unique=True)
    business_key: Mapped[str | None] = mapped_column(String(200), index=True)
    state: Mapped[str] = mapped_column(String(12))
    case_state: Mapped[str] = mapped_column(String(60), default="")
    unit_id: Mapped[str | None] = mapped_column(ForeignKey("org_unit.id"))
    started_by: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    started_at: Mapped[datetime] = mapped_column(Moment)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
    suspended_at: Mapped[datetime | None] = mapped_column(Moment)
    outcome: Mapped[str | None] = mapped_column(String(200))
    run_state: Mapped[str] = mapped_column(SealedText)
    variables: Mapped[str] = mapped_column(SealedText)
    revision: Mapped[int] = mapped_column(Integer, default=0)
    undo: Mapped[str | None] = mapped_column(SealedText)
    customer: Mapped[str] = mapped_column(String(200), default="")
    customer_initials: Mapped[str] = mapped_column(String(60), default="")
    phone: Mapped[str] = mapped_column(SealedText, default="")
    phone_mark: Mapped[str] = mapped_column(Marked, default="", index=True)
    phone_last4: Mapped[str] = mapped_column(String(4), default="")
    severity: Mapped[str] = mapped_column(String(40), default="")
    gist: Mapped[str] = mapped_column(String(400), default="")
    promised_at: Mapped[datetime | None] = mapped_column(Moment)
    facts: Mapped[str] = mapped_column(Text, default="")

    __table_args__ = (
        CheckConstraint("state in ('active', 'suspended', 'completed', 'cancelled', 'failed')", name="state_known"),
        CheckConstraint("(parent_id is null) = (id = root_id)", name="root_has_no_parent"),
        CheckConstraint("(state in ('active', 'suspended')) = (ended_at is null)", name="ended_has_a_moment"),
        CheckConstraint("(case_number is null) = (parent_id is not null)", name="roots_are_numbered"),
        Index("ix_process_instance_open", "state", "started_at"),
        Index("ix_process_instance_started", "started_at"),
        Index("ix_process_instance_ended", "ended_at"),
        Index("ix_process_instance_starter", "started_by", "id"),
    )


class UserTask(Base):
    """An open user task; gone when it is done (its visit is in the history). Case columns are copies for lists.

    ``owner_id`` lent it to the assignee and gets it back (委派). ``signing`` says which signers it waits for
    (:class:`~engine.models.working.TaskSigner`), ``sign_rule`` what decides, ``submitted`` what was submitted while
    signers after it have their say. ``straight_to`` is where a returned task goes on when it is done (退回后直达).
    ``first_due_at`` is the due moment before any extension; until ``follow_up_at`` its assignee's list hides it.
    """

    __tablename__ = "user_task"
    id: Mapped[str] = mapped_column(ID, primary_key=True)
    instance_id: Mapped[str] = mapped_column(ForeignKey("process_instance.id", ondelete="CASCADE"))
    root_id: Mapped[str] = mapped_column(ForeignKey("process_instance.id", ondelete="CASCADE"), index=True)
    definition_id: Mapped[str] = mapped_column(ForeignKey("process_definition.id"))
    process_key: Mapped[str] = mapped_column(String(200))
    element_id: Mapped[str] = mapped_column(ELEMENT)
    element_instance_id: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(400))
    name_en: Mapped[str] = mapped_column(String(400), default="")
    form_key: Mapped[str | None] = mapped_column(String(200))
    role: Mapped[str] = mapped_column(String(100), default="")
    assignee_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    claimed_at: Mapped[datetime | None] = mapped_column(Moment)
    created_at: Mapped[datetime] = mapped_column(Moment)
    suspended: Mapped[bool] = mapped_column(default=False)
    priority: Mapped[int] = mapped_column(Integer, default=50)
    due_at: Mapped[datetime | None] = mapped_column(Moment)
    due_sort: Mapped[datetime] = mapped_column(Moment)
    warn_at: Mapped[datetime | None] = mapped_column(Moment)
    clock_started_at: Mapped[datetime | None] = mapped_column(Moment)
    deadline: Mapped[str] = mapped_column(String(40), default="")
    escalation_level: Mapped[int] = mapped_column(Integer, default=0)
    first_due_at: Mapped[datetime | None] = mapped_column(Moment)
    paused_at: Mapped[datetime | None] = mapped_column(Moment)
    owner_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    signing: Mapped[str] = mapped_column(String(8), default="")
    sign_rule: Mapped[str] = mapped_column(String(20), default="")
    submitted: Mapped[Any] = mapped_column(SealedValues, nullable=True)
    straight_to: Mapped[Any] = mapped_column(Values, nullable=True)
    returned_by: Mapped[str | None] = mapped_column(String(26))
    returned_why: Mapped[str] = mapped_column(SealedText, default="")
    follow_up_at: Mapped[datetime | None] = mapped_column(Moment)
    came_from: Mapped[str] = mapped_column(ELEMENT, default="")
    came_by: Mapped[str | None] = mapped_column(String(26))
    case_number: Mapped[str] = mapped_column(String(60))
    customer: Mapped[str] = mapped_column(String(200), default="")
    customer_initials: Mapped[str] = mapped_column(String(60), default="")
    phone_last4: Mapped[str] = mapped_column(String(4), default="")
    severity: Mapped[str] = mapped_column(String(40), default="")
    gist: Mapped[str] = mapped_column(String(400), default="")
    promised_at: Mapped[datetime | None] = mapped_column(Moment)
    facts: Mapped[str] = mapped_column(Text, default="")
    unit_id: Mapped[str | None] = mapped_column(ForeignKey("org_unit.id"))
    revision: Mapped[int] = mapped_column(Integer, default=0)

    __table_args__ = (
        UniqueConstraint("instance_id", "element_instance_id"),
        CheckConstraint("(assignee_id is null) = (claimed_at is null)", name="claimed_by_somebody"),
        CheckConstraint("escalation_level between 0 and 3", name="level_known"),
        CheckConstraint("signing in ('', 'before', 'after', 'joint')", name="signing_known"),
        CheckConstraint("owner_id is null or assignee_id is not null", name="lent_to_somebody"),
        Index("ix_user_task_mine", "assignee_id", "due_sort", "id", "process_key", "severity"),
        Index("ix_user_task_lent", "owner_id", "due_sort", "id"),
        Index("ix_user_task_snoozed", "assignee_id", "follow_up_at", postgresql_where=_SNOOZED, sqlite_where=_SNOOZED),
        Index("ix_user_task_waits", "assignee_id", postgresql_where=_WAITS, sqlite_where=_WAITS),
        Index("ix_user_task_due", "due_at"),
        Index("ix_user_task_alarm", text("coalesce(warn_at, due_at)"), postgresql_where=_RUNS, sqlite_where=_RUNS,
              postgresql_include=ALARMED),
        Index("ix_user_task_case_number", "case_number"),
    )


class TaskCandidate(Base):
    """A role in a unit that may claim a task: holders within the unit's subtree, looked up when listing.

    ``unclaimed``, ``process_key``, ``severity`` and ``facts`` (:mod:`engine.facts`) are copies: with them a page of
    unclaimed tasks is one index range, whatever it is filtered by.
    """

    __tablename__ = "task_candidate"
    task_id: Mapped[str] = mapped_column(ForeignKey("user_task.id", ondelete="CASCADE"), primary_key=True)
    role: Mapped[str] = mapped_column(String(100), primary_key=True)
    unit_id: Mapped[str] = mapped_column(ForeignKey("org_unit.id"), primary_key=True)
    due_sort: Mapped[datetime] = mapped_column(Moment)
    unclaimed: Mapped[bool] = mapped_column(default=True)
    process_key: Mapped[str] = mapped_column(String(200))
    severity: Mapped[str] = mapped_column(String(40), default="")
    root_id: Mapped[str] = mapped_column(ID)
    facts: Mapped[str] = mapped_column(Text, default="")

    __table_args__ = (Index("ix_task_candidate_inbox", "role", "unit_id", "unclaimed", "due_sort", "task_id",
                            "process_key", "severity", "facts"),)


class TaskDraft(Base):
    """What a person typed into a form and has not submitted; kept when the task goes, so that nothing is lost."""

    __tablename__ = "task_draft"
    task_id: Mapped[str] = mapped_column(ID, primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    root_id: Mapped[str] = mapped_column(ID, index=True)
    form_key: Mapped[str] = mapped_column(String(200))
    values: Mapped[Any] = mapped_column(SealedValues)
    saved_at: Mapped[datetime] = mapped_column(Moment)


class Job(Base):
    """Something to be done at a moment, written in the transaction that causes it. The table is the truth.

    ``retries`` counts the tries left; none left and an incident stands for it. ``owner``/``locked_until`` say which
    worker has it; one that died loses it when the time is over. The id is the idempotency key of what the job calls.
    """

    __tablename__ = "job"
    id: Mapped[str] = mapped_column(ID, primary_key=True)
    kind: Mapped[str] = mapped_column(String(12))
    due_at: Mapped[datetime] = mapped_column(Moment)
    root_id: Mapped[str | None] = mapped_column(ForeignKey("process_instance.id", ondelete="CASCADE"), index=True)
    instance_id: Mapped[str | None] = mapped_column(ForeignKey("process_instance.id", ondelete="CASCADE"))
    element_id: Mapped[str] = mapped_column(ELEMENT, default="")
    element_instance_id: Mapped[str] = mapped_column(String(64), default="")
    slot: Mapped[int] = mapped_column(Integer, default=0)
    task_id: Mapped[str | None] = mapped_column(ForeignKey("user_task.id", ondelete="CASCADE"), index=True)
    payload: Mapped[Any] = mapped_column(SealedValues)
    retries: Mapped[int] = mapped_column(Integer, default=5)
    tries: Mapped[int] = mapped_column(Integer, default=0)
    suspended: Mapped[bool] = mapped_column(default=False)
    owner: Mapped[str | None] = mapped_column(String(80))
    locked_until: Mapped[datetime | None] = mapped_column(Moment)
    created_at: Mapped[datetime] = mapped_column(Moment)

    __table_args__ = (
        CheckConstraint("kind in ('timer', 'service', 'deadline', 'message', 'signal', 'notice', 'start', "
                        "'dispatch', 'deliver', 'letter', 'urge', 'migrate', 'studio')",
                        name="kind_known"),
        CheckConstraint("retries >= 0", name="retries_not_negative"),
        CheckConstraint("(owner is null) = (locked_until is null)", name="owner_has_a_lock"),
        CheckConstraint("kind <> 'deadline' or task_id is not null", name="deadline_of_a_task"),
        Index("ix_job_due", "due_at"),
        Index("ix_job_element", "instance_id", "element_instance_id"),
    )


class Incident(Base):
    """Something that needs a person. Stored as code and parameters, worded when shown."""

    __tablename__ = "incident"
    id: Mapped[str] = mapped_column(ID, primary_key=True)
    job_id: Mapped[str | None] = mapped_column(ForeignKey("job.id", ondelete="SET NULL"))
    root_id: Mapped[str | None] = mapped_column(ForeignKey("process_instance.id", ondelete="CASCADE"), index=True)
    instance_id: Mapped[str | None] = mapped_column(ForeignKey("process_instance.id", ondelete="CASCADE"))
    element_id: Mapped[str] = mapped_column(ELEMENT, default="")
    code: Mapped[str] = mapped_column(String(60))
    params: Mapped[Any] = mapped_column(SealedValues)
    tries: Mapped[int] = mapped_column(Integer, default=0)
    at: Mapped[datetime] = mapped_column(Moment)
    resolved_at: Mapped[datetime | None] = mapped_column(Moment)
    resolved_by: Mapped[str | None] = mapped_column(String(100))
    resolution: Mapped[str] = mapped_column(Text, default="")
    notes: Mapped[Any] = mapped_column(SealedValues, nullable=True)

    __table_args__ = (Index("ix_incident_open", "resolved_at", "at"),)


def incident_is_open() -> ColumnElement[bool]:
    """The predicate of incidents that need a person: not settled, and the job they stand for is still wanted."""
    return and_(Incident.resolved_at.is_(None), Incident.job_id.is_not(None))


class EventSubscription(Base):
    """An element of a running case that waits for a message (with its keys) or a signal.

    ``mark`` is that of its keys (:mod:`engine.correlation`), by which a message finds it among many.
    """

    __tablename__ = "event_subscription"
    instance_id: Mapped[str] = mapped_column(ForeignKey("process_instance.id", ondelete="CASCADE"), primary_key=True)
    element_instance_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    slot: Mapped[int] = mapped_column(Integer, primary_key=True)
    root_id: Mapped[str] = mapped_column(ForeignKey("process_instance.id", ondelete="CASCADE"), index=True)
    element_id: Mapped[str] = mapped_column(ELEMENT)
    kind: Mapped[str] = mapped_column(String(10))
    name: Mapped[str] = mapped_column(String(400))
    keys: Mapped[Any] = mapped_column(Values)
    mark: Mapped[str] = mapped_column(String(32), default="")
    suspended: Mapped[bool] = mapped_column(default=False)

    __table_args__ = (
        CheckConstraint("kind in ('message', 'signal')", name="kind_known"),
        Index("ix_event_subscription_heard", "kind", "name", "mark"),
    )


class Counter(Base):
    """The last number drawn for a prefix on a day."""

    __tablename__ = "counter"
    prefix: Mapped[str] = mapped_column(String(20), primary_key=True)
    day: Mapped[str] = mapped_column(String(8), primary_key=True)
    value: Mapped[int] = mapped_column(Integer)


class OnceToken(Base):
    """The one-time token of a page that starts something: a double click finds it used."""

    __tablename__ = "once_token"
    token: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[str] = mapped_column(String(26))
    result: Mapped[str | None] = mapped_column(String(26))
    used_at: Mapped[datetime] = mapped_column(Moment, index=True)
