"""A case under its lock: the instances of one family, their runs, and what this transaction changes about them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection, Row, bindparam, select

from engine.authorization import Actor
from engine.bpmn import ProcessRun, Wait
from engine.decisions import CaseEnvironment
from engine.definitions import Definition
from engine.errors import Conflict, NotFound
from engine.expressions import Expressions
from engine.history import Record
from engine.ids import new_id
from engine.live import Live
from engine.models.identity import LiveVersion
from engine.models.runtime import ProcessInstance, UserTask
from engine.records.registers import DataStores
from engine.sealing import last_four
from engine.values import dumps, loads

INSTANCE_COLUMNS = tuple(ProcessInstance.__table__.columns)
CHANGING = ("state", "case_state", "ended_at", "outcome", "run_state", "variables", "suspended_at")
"""Columns of an instance that a step changes, besides those that lists show."""
CASE_COLUMNS = ("customer", "customer_initials", "phone", "severity", "gist", "promised_at", "facts")
"""The columns of a root that lists show and search."""
FOUND_BY = ("phone_mark", "phone_last4")
"""Columns that follow from its telephone number (:func:`phone_marks`)."""


class CasePaused(Conflict):
    """Nothing can be done while the case is suspended."""

    code = "case_suspended"
    zh = "案件已挂起，恢复后才能办理。"
    en = "The case is suspended; it can be worked on once it is resumed."


@dataclass
class Member:
    """One instance of the family. ``row`` holds its columns; ``before`` the waits that rows of the database show."""

    row: dict[str, Any]
    definition: Definition
    run: ProcessRun
    environment: CaseEnvironment
    before: dict[tuple[str, int], Wait] = field(default_factory=dict)
    visits: dict[str, tuple[str, str, datetime]] = field(default_factory=dict)
    new: bool = False
    touched: bool = False
    previous_step: str = ""
    was: dict[str, Any] = field(default_factory=dict)
    """The columns that a step changes, as they stood when it began."""

    @property
    def id(self) -> str:
        return self.row["id"]

    @property
    def is_root(self) -> bool:
        return self.row["parent_id"] is None

    def state_text(self) -> str:
        """What is saved of the run: the seam's state and the visits not yet left."""
        open_visits = {key: [element, kind, at.isoformat()] for key, (element, kind, at) in self.visits.items()}
        return orjson.dumps([self.run.state(), open_visits]).decode()


@dataclass(frozen=True, slots=True)
class Restart:
    """A called process that is called again begins at ``element_id``, and with ``stop`` ends with that step."""

    element_id: str
    variables: dict[str, Any]
    columns: dict[str, Any]
    stop: bool = False


@dataclass
class Routes:
    """What a return or its end says about rows that come in this transaction.

    ``given`` are columns of the task that comes at (instance, element), ``revived`` those of the one that comes back
    at (instance, element instance), ``restarts`` where called processes begin, by (caller, call activity).
    ``left_as`` is the outcome of visits that are called off; ``skipped`` are steps that a rule did.
    """

    given: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    revived: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    restarts: dict[tuple[str, str], Restart] = field(default_factory=dict)
    left_as: str = "cancelled"
    skipped: set[tuple[str, str]] = field(default_factory=set)


class Family:
    """The members that this transaction has loaded; others of the same case stay untouched under the same lock."""

    def __init__(self, parts: Any, connection: Connection, live: Live, by: Actor, now: datetime, root: dict[str, Any]):
        self.parts, self.connection, self.live, self.by, self.now = parts, connection, live, by, now
        self.root_row = root
        self.record = Record(now, by.person_id or None)
        self.members: dict[str, Member] = {}
        self.outgoing: list[dict[str, Any]] = []
        self.thrown: list[Any] = []
        """Messages that find their receivers at the end of the step (:func:`engine.messages.send`)."""
        self.task_ids: dict[tuple[str, str], str] = {}
        self.columns_at_lock = {name: root[name] for name in CASE_COLUMNS}
        self.open_tasks: int | None = None
        """How many tasks of the case are open, where that is known."""
        self.new_tasks: list[dict[str, Any]] = []
        self.completing: dict[tuple[str, str], dict[str, Any]] = {}  # role and due_at of the task, for its visit
        self.routes = Routes()
        self.was = _standing(root)

    @property
    def root_id(self) -> str:
        return self.root_row["id"]

    def member(self, instance_id: str) -> Member:
        """The instance with this id, restored on first use. Raises :class:`NotFound`."""
        found = self.members.get(instance_id)
        if found is not None:
            return found
        if instance_id == self.root_id:
            return self.adopt(self.root_row)
        row = self.connection.execute(_MEMBER, {"the_id": instance_id}).first()
        if row is None or row.root_id != self.root_id:
            raise NotFound(what=instance_id)
        return self.adopt(dict(row._mapping))

    def adopt(self, row: dict[str, Any]) -> Member:
        """Restore an instance from its row."""
        definition = self.parts.definitions.get(self.connection, row["definition_id"])
        environment = self.environment(definition, row)
        variables = loads(row["variables"])
        state, visits = orjson.loads(row["run_state"])
        run = ProcessRun.restore(definition.model, environment, state, variables)
        member = Member(row, definition, run, environment, before=_keyed(run.waits()),
                        visits=read_visits(visits), was=self.was if row is self.root_row else _standing(row))
        self.members[member.id] = member
        return member

    def create(self, row: dict[str, Any], definition: Definition, variables: dict[str, Any], entry: str | None = None,
               payload: dict[str, Any] | None = None) -> Member:
        """Add a new instance; ``entry`` is the start event, ``payload`` the message that started it."""
        environment = self.environment(definition, row)
        run = ProcessRun.start(definition.model, environment, variables, entry=entry, payload=payload)
        member = Member(row, definition, run, environment, new=True, touched=True)
        self.members[member.id] = member
        return member

    def job(self, kind: str, due_at: datetime, payload: dict[str, Any], **columns: Any) -> dict[str, Any]:
        """The columns of a new job of this case."""
        return {"id": new_id(self.now), "kind": kind, "due_at": due_at, "root_id": self.root_id, "instance_id": None,
                "element_id": "", "element_instance_id": "", "slot": 0, "task_id": None, "payload": payload,
                "retries": self.parts.settings.job_retries, "tries": 0,
                "suspended": self.root_row["state"] == "suspended", "owner": None,
                "locked_until": None, "created_at": self.now} | columns

    def environment(self, definition: Definition, row: dict[str, Any]) -> CaseEnvironment:
        """What expressions and decision tables of this instance see."""
        expressions = Expressions(self.now, self.live, row["unit_id"], self.parts.settings.zone, definition.pack,
                                  functions=self.parts.functions(self.connection))
        stores = DataStores(self.parts.registers, self.connection, self.now.astimezone(expressions.zone),
                            self.by.login, row.get("case_number") or self.root_row.get("case_number") or "")
        return CaseEnvironment(expressions, definition, stores)


def _standing(row: dict[str, Any]) -> dict[str, Any]:
    return {name: row.get(name) for name in (*CHANGING, *CASE_COLUMNS)}


def read_visits(saved: dict[str, Any]) -> dict[str, tuple[str, str, datetime]]:
    """The visits not yet left, as :meth:`Member.state_text` saves them."""
    return {key: (element, kind, datetime.fromisoformat(at)) for key, (element, kind, at) in saved.items()}


_MEMBER = select(*INSTANCE_COLUMNS).where(ProcessInstance.id == bindparam("the_id"))


def _keyed(waits: Any) -> dict[tuple[str, int], Wait]:
    return {(wait.id, wait.detail.get("index", 0)): wait for wait in waits}


def keyed_waits(member: Member) -> dict[tuple[str, int], Wait]:
    """The waits of a run now, by (element instance id, slot); none once it has ended."""
    return {} if member.run.ended else _keyed(member.run.waits())


def lock(parts: Any, connection: Connection, root_id: str | None, by: Actor, now: datetime) -> Family:
    """Lock a case by its root's row and return its family.

    One statement; raises :class:`NotFound`. The lock leaves the
    key alone (``FOR NO KEY UPDATE``): another case may write a job for this one while it is locked.
    """
    return _family(parts, connection, connection.execute(_LOCK_ROOT, {"the_id": root_id}).first(), by, now)


def lock_of_task(parts: Any, connection: Connection, task_id: str, by: Actor, now: datetime) -> Family:
    """Lock the case that an open task belongs to. One statement; raises :class:`NotFound` for a task that is gone."""
    return _family(parts, connection, connection.execute(_LOCK_TASK, {"the_id": task_id}).first(), by, now)


def lock_free(parts: Any, connection: Connection, root_ids: Sequence[str], by: Actor, now: datetime) -> list[Family]:
    """Lock those of several cases that nobody else has locked, in the order of their ids: one statement.

    It never waits, so that several locks in one transaction cannot block each other.
    """
    return [_family(parts, connection, row, by, now)
            for row in connection.execute(_LOCK_FREE, {"the_ids": list(root_ids)}).all()]


def hold(connection: Connection, root_ids: Iterable[str]) -> None:
    """Lock cases whose rows are written without their runs, in the order of their ids; waits for each.

    One statement. Whoever writes anything of a case holds it before any other row.
    """
    wanted = sorted(set(root_ids))
    if wanted:
        connection.execute(_HOLD, {"the_ids": wanted})


_HOLD = (select(ProcessInstance.id).where(ProcessInstance.id.in_(bindparam("the_ids", expanding=True)))
         .order_by(ProcessInstance.id).with_for_update(of=ProcessInstance, key_share=True))


def _locking(which: Any) -> Any:
    """Made once: building a statement costs more than running it."""
    version = select(LiveVersion.version).scalar_subquery().label("live_version")
    return (select(*INSTANCE_COLUMNS, version).where(ProcessInstance.id == which)
            .with_for_update(of=ProcessInstance, key_share=True))


_LOCK_ROOT = _locking(bindparam("the_id"))
_LOCK_FREE = (select(*INSTANCE_COLUMNS, select(LiveVersion.version).scalar_subquery().label("live_version"))
              .where(ProcessInstance.id.in_(bindparam("the_ids", expanding=True))).order_by(ProcessInstance.id)
              .with_for_update(of=ProcessInstance, key_share=True, skip_locked=True))
_LOCK_TASK = _locking(select(UserTask.root_id).where(UserTask.id == bindparam("the_id")).scalar_subquery())


def _family(parts: Any, connection: Connection, row: Row[Any] | None, by: Actor, now: datetime) -> Family:
    if row is None:
        raise NotFound(what="case")
    columns = dict(row._mapping)
    live = parts.live.at(connection, columns.pop("live_version") or 0)
    return Family(parts, connection, live, by, now, columns)


def instance_values(member: Member) -> dict[str, Any]:
    """The columns of an instance as they are to be saved."""
    return member.row | {"run_state": member.state_text(), "variables": dumps(member.run.variables)} | phone_marks(
        member.row["phone"])


def phone_marks(phone: str) -> dict[str, str]:
    """The columns by which a telephone number is found; the first is bound as its keyed hash."""
    return {"phone_mark": phone, "phone_last4": last_four(phone)}
