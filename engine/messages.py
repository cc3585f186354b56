"""Messages and signals between cases: to the one right receiver, once; early messages wait for their time to live.

Delivery to another case is always a job, so that no transaction ever locks two roots. Sender and receiver of a name
come one after the other, so that none misses the other: a step takes the turns of all names that it sends or begins to
wait for at once and in their order, so that two cases that write to each other never wait in a circle.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    Connection,
    Select,
    String,
    Text,
    and_,
    bindparam,
    cast,
    delete,
    false,
    func,
    insert,
    literal,
    null,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY

from engine.bpmn import Wait
from engine.correlation import ANY, fits, mark_of, marks_within
from engine.errors import BihuanError, Invalid
from engine.family import Family, Member
from engine.ids import new_id
from engine.models.messages import BufferedMark, BufferedMessage
from engine.models.repository import StartSubscription
from engine.models.runtime import EventSubscription, Job

Post = Callable[[dict[str, Any]], Any]


def _heard(*marked: Any) -> Any:
    """Who hears messages: elements that wait for them, and processes that they start, by ``process_key``."""
    names = bindparam("the_names", expanding=True)
    return select(
        EventSubscription.root_id, EventSubscription.instance_id, EventSubscription.element_id,
        EventSubscription.element_instance_id, EventSubscription.slot, EventSubscription.keys,
        EventSubscription.suspended, cast(null(), String(200)).label("process_key"), EventSubscription.name,
    ).where(EventSubscription.kind == "message", EventSubscription.name.in_(names), *marked).union_all(
        select(cast(null(), String(26)), cast(null(), String(26)), StartSubscription.element_id,
               cast(null(), String(64)), literal(0), cast(null(), Text), false(), StartSubscription.process_key,
               StartSubscription.name).where(StartSubscription.kind == "message", StartSubscription.name.in_(names)))


_HEARD_BY_ALL = _heard()
_HEARD = _heard(EventSubscription.mark.in_(bindparam("the_marks", expanding=True)))


class TwoReceivers(BihuanError):
    """A message that two cases would take is refused to its sender. No conflict: trying again does not help."""

    code, http_status = "two_receivers", 409
    zh = "消息“{name}”有 {count} 个案件在等，请用关联键指明一个。"
    en = "{count} cases wait for the message “{name}”; say which one by its keys."


RESERVED = frozenset({"case", "parameters"})
"""Variables that belong to the engine."""


class ReservedVariable(Invalid):
    """A variable that belongs to the engine."""

    code = "reserved_variable"
    zh = "变量名 {name} 由系统保留。"
    en = "The variable name {name} is reserved."


def refuse_reserved(names: Iterable[str]) -> None:
    """Raise :class:`ReservedVariable` when one of ``names`` belongs to the engine."""
    for name in names:
        if name in RESERVED:
            raise ReservedVariable(name=name)


@dataclass(frozen=True, slots=True)
class Thrown:
    """A message on its way to the end of its step; ``told`` is the detail of its entry in the history."""

    name: str
    keys: Mapping[str, Any]
    payload: Mapping[str, Any]
    told: dict[str, Any]


def throw(family: Family, member: Member, element_id: str, data: Mapping[str, Any]) -> None:
    """A drawing sends a message: it finds its receiver at the end of the step (:func:`send`)."""
    put(family, data["name"], data.get("correlation") or {}, data.get("payload") or {}, instance_id=member.id,
        element_id=element_id, definition_id=member.definition.id)


def put(family: Family, name: str, keys: Mapping[str, Any], payload: Mapping[str, Any], how: str = "",
        **place: Any) -> None:
    """Let a message go at the end of the step, told at ``place``. Raises :class:`ReservedVariable`."""
    refuse_reserved(payload)
    family.record.tell("message_sent", root_id=family.root_id, **place, name=name, keys=dict(keys), how=how)
    family.thrown.append(Thrown(name, keys, payload, family.record.entries[-1]["detail"]))


def send(family: Family, come: Iterable[tuple[Member, Wait]]) -> None:
    """Route what was thrown in this step; called before its rows change. ``come`` are the waits that begin.

    Raises :class:`TwoReceivers`.
    """
    names = {one.name for one in family.thrown} | {wait.detail["name"] for _, wait in come if wait.kind == "message"}
    _take_turns(family.connection, names)
    if family.thrown:
        thrown, family.thrown = family.thrown, []
        how = _routed(family.parts, family.connection, family.now, thrown, family.root_row["unit_id"],
                      family.outgoing.append)
        for one, word in zip(thrown, how):
            one.told["how"] = word


def route(parts: Any, connection: Connection, now: datetime, name: str, keys: Mapping[str, Any],
          payload: Mapping[str, Any]) -> str:
    """Find the receiver of a message and write the job that delivers it; the last thing that a transaction does.

    Returns ``delivered``, ``started`` or ``buffered``. Raises :class:`TwoReceivers`, :class:`ReservedVariable`.
    """
    refuse_reserved(payload)
    _take_turns(connection, [name])
    return _routed(parts, connection, now, [Thrown(name, keys, payload, {})], None, _poster(connection))[0]


def foreseen(connection: Connection, name: str, keys: Mapping[str, Any]) -> str:
    """What would become of a message now (as :func:`route` tells it), before it is sent. Raises TwoReceivers."""
    receiver, = _receivers(connection, [Thrown(name, keys, {}, {})])
    return "buffered" if receiver is None else "delivered" if receiver.process_key is None else "started"


def _routed(parts: Any, connection: Connection, now: datetime, thrown: Sequence[Thrown], unit: str | None,
            post: Post) -> list[str]:
    """What becomes of messages. A case that one starts belongs to ``unit``; ``post`` takes the rows of the jobs that
    bring them. One statement, two more where some are kept."""
    kept, how = [], []
    for one, row in zip(thrown, _receivers(connection, thrown)):
        content = {"name": one.name, "keys": dict(one.keys), "payload": dict(one.payload)}
        if row is None:
            kept.append({"id": new_id(now), **content, "sent_at": now,
                         "expires_at": now + timedelta(hours=parts.settings.message_ttl_hours)})
            how.append("buffered")
        elif row.process_key is not None:
            post(_job(parts, now, "start", content | {"process_key": row.process_key, "unit": unit},
                      element_id=row.element_id))
            how.append("started")
        else:
            post(_job(parts, now, "message", content, root_id=row.root_id, instance_id=row.instance_id,
                      element_id=row.element_id, element_instance_id=row.element_instance_id, slot=row.slot,
                      suspended=row.suspended))
            how.append("delivered")
    if kept:  # with the marks by which whoever comes to wait finds them
        connection.execute(insert(BufferedMessage.__table__), kept)
        connection.execute(insert(BufferedMark.__table__), [
            {"message_id": row["id"], "mark": mark, "name": row["name"]} for row in kept
            for mark in marks_within(row["keys"])])
    return how


def _receivers(connection: Connection, thrown: Sequence[Thrown]) -> list[Any]:
    """For each message the one element that waits for it, else the one process that it starts, else nothing."""
    marks = {mark for one in thrown for mark in marks_within(one.keys)}
    heard = connection.execute(_HEARD_BY_ALL if ANY in marks else _HEARD, {
        "the_names": sorted({one.name for one in thrown}), "the_marks": sorted(marks)}).all()
    return [_receiver(one, [row for row in heard if row.name == one.name]) for one in thrown]


def _receiver(message: Thrown, heard: list[Any]) -> Any:
    waiting = [row for row in heard if row.process_key is None and fits(row.keys, message.keys)]
    found = waiting or [row for row in heard if row.process_key is not None]
    if len(found) > 1:
        raise TwoReceivers(name=message.name, count=len(found))
    return found[0] if found else None


def take_early(family: Family, come: list[tuple[Member, Wait]]) -> None:
    """Give waiting elements the messages that came before them: one each, the earliest first. Turns are taken."""
    waits = [(member, wait, wait.detail.get("correlation") or {}) for member, wait in come if wait.kind == "message"]
    if not waits:
        return
    early = family.connection.execute(_early({(wait.detail["name"], mark_of(keys)) for _, wait, keys in waits})
                                      .where(BufferedMessage.expires_at > family.now)).all()
    taken: dict[str, dict[str, Any]] = {}
    for member, wait, keys in waits:
        found = next((row for row in early if row.id not in taken and row.name == wait.detail["name"]
                      and fits(keys, row.keys)), None)
        if found is not None:
            taken[found.id] = _job(
                family.parts, family.now, "message",
                {"name": found.name, "keys": found.keys, "payload": found.payload}, root_id=family.root_id,
                instance_id=member.id, element_id=wait.element_id, element_instance_id=wait.id,
                slot=wait.detail.get("index", 0))
    if taken:
        family.connection.execute(insert(Job.__table__), list(taken.values()))
        family.connection.execute(delete(BufferedMessage.__table__).where(BufferedMessage.id.in_(list(taken))))


def _early(wanted: set[tuple[str, str]]) -> Select:
    """The early messages that waits with these names and marks may take."""
    marks: dict[str, set[str]] = {}
    for name, mark in sorted(wanted):
        marks.setdefault(name, {ANY}).add(mark)
    marked = select(BufferedMark.message_id).where(or_(*(
        and_(BufferedMark.name == name, BufferedMark.mark.in_(sorted(some))) for name, some in marks.items())))
    return (select(BufferedMessage.id, BufferedMessage.name, BufferedMessage.keys, BufferedMessage.payload)
            .where(BufferedMessage.id.in_(marked)).order_by(BufferedMessage.sent_at, BufferedMessage.id))


def broadcast(family: Family, member: Member, data: Mapping[str, Any]) -> None:
    """A drawing throws a signal: a job for every other instance that waits for it, and for every process it starts."""
    spread(family.parts, family.connection, family.now, data["name"], data.get("payload") or {}, but=member.id)
    family.record.tell("signal_sent", root_id=family.root_id, instance_id=member.id, definition_id=member.definition.id,
                       name=data["name"])


def spread(parts: Any, connection: Connection, now: datetime, name: str, payload: Mapping[str, Any],
           but: str = "") -> int:
    """Write the jobs that bring a signal to all who wait for it; returns how many. Raises :class:`ReservedVariable`."""
    refuse_reserved(payload)
    content = {"name": name, "payload": dict(payload)}
    waiting = connection.execute(
        select(EventSubscription.root_id, EventSubscription.instance_id, EventSubscription.suspended)
        .where(EventSubscription.kind == "signal", EventSubscription.name == name,
               EventSubscription.instance_id != but).distinct()).all()
    starts = connection.execute(
        select(StartSubscription.process_key, StartSubscription.element_id)
        .where(StartSubscription.kind == "signal", StartSubscription.name == name)).all()
    jobs = [_job(parts, now, "signal", content, root_id=row.root_id, instance_id=row.instance_id,
                 suspended=row.suspended) for row in waiting]
    jobs += [_job(parts, now, "start", content | {"process_key": row.process_key}, element_id=row.element_id)
             for row in starts]
    if jobs:
        connection.execute(insert(Job.__table__), jobs)
    return len(jobs)


def _take_turns(connection: Connection, names: Iterable[str]) -> None:
    """Let senders and receivers of these names come one after the other; one statement."""
    if names and connection.dialect.name == "postgresql":
        connection.execute(_TURNS, {"the_names": sorted(names)})


_NAME = func.unnest(bindparam("the_names", type_=ARRAY(Text))).column_valued("name")
_TURNS = select(func.pg_advisory_xact_lock(func.hashtextextended(_NAME, 0)))


def _job(parts: Any, now: datetime, kind: str, payload: Mapping[str, Any], **columns: Any) -> dict[str, Any]:
    return {"id": new_id(now), "kind": kind, "due_at": now, "root_id": None, "instance_id": None, "element_id": "",
            "element_instance_id": "", "slot": 0, "task_id": None, "payload": dict(payload),
            "retries": parts.settings.job_retries, "tries": 0, "suspended": False, "owner": None, "locked_until": None,
            "created_at": now} | columns


def _poster(connection: Connection) -> Post:
    """Writes a job at once."""
    return lambda row: connection.execute(insert(Job.__table__), row)
