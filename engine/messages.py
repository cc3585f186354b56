"""Messages and signals between cases: to the one right receiver, once; early messages wait for their time to live.

Delivery to another case is always a job, so that no transaction ever locks two roots.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    Connection,
    String,
    Text,
    bindparam,
    cast,
    delete,
    false,
    func,
    insert,
    literal,
    null,
    select,
)

from engine.bpmn import Wait
from engine.errors import BihuanError, Invalid
from engine.family import Family, Member
from engine.ids import new_id
from engine.models.repository import StartSubscription
from engine.models.runtime import BufferedMessage, EventSubscription, Job

Post = Callable[[dict[str, Any]], Any]
_HEARD = select(
    EventSubscription.root_id, EventSubscription.instance_id, EventSubscription.element_id,
    EventSubscription.element_instance_id, EventSubscription.slot, EventSubscription.keys, EventSubscription.suspended,
    cast(null(), String(200)).label("process_key"),
).where(EventSubscription.kind == "message", EventSubscription.name == bindparam("the_name")).union_all(select(
    cast(null(), String(26)), cast(null(), String(26)), StartSubscription.element_id, cast(null(), String(64)),
    literal(0), cast(null(), Text), false(), StartSubscription.process_key,
).where(StartSubscription.kind == "message", StartSubscription.name == bindparam("the_name")))
"""Who hears a message: elements that wait for it, and processes that it starts, by ``process_key``."""


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


def throw(family: Family, member: Member, element_id: str, data: Mapping[str, Any]) -> None:
    """A drawing sends a message."""
    name, keys, payload = data["name"], data.get("correlation") or {}, data.get("payload") or {}
    how = route(family.parts, family.connection, family.now, name, keys, payload, unit=family.root_row["unit_id"],
                post=family.outgoing.append)
    family.record.tell("message_sent", root_id=family.root_id, instance_id=member.id, element_id=element_id,
                       definition_id=member.definition.id, name=name, keys=dict(keys), how=how)


def route(parts: Any, connection: Connection, now: datetime, name: str, keys: Mapping[str, Any],
          payload: Mapping[str, Any], *, unit: str | None = None, post: Post | None = None) -> str:
    """Find the receiver of a message and write the job that delivers it; a case that it starts belongs to ``unit``.
    ``post`` takes the job's row where it is to be written with others.

    Returns ``delivered``, ``started`` or ``buffered``. Raises :class:`TwoReceivers`, :class:`ReservedVariable`.
    """
    refuse_reserved(payload)
    _order(connection, name)
    heard = connection.execute(_HEARD, {"the_name": name}).all()
    receivers = [row for row in heard if row.process_key is None and fits(row.keys, keys)]
    if len(receivers) > 1:
        raise TwoReceivers(name=name, count=len(receivers))
    content = {"name": name, "keys": dict(keys), "payload": dict(payload)}
    if receivers:
        row = receivers[0]
        _job(parts, connection, now, "message", content, post, root_id=row.root_id, instance_id=row.instance_id,
             element_id=row.element_id, element_instance_id=row.element_instance_id, slot=row.slot,
             suspended=row.suspended)
        return "delivered"
    start = [row for row in heard if row.process_key is not None]
    if len(start) > 1:
        raise TwoReceivers(name=name, count=len(start))
    if start:
        _job(parts, connection, now, "start", content | {"process_key": start[0].process_key, "unit": unit}, post,
             element_id=start[0].element_id)
        return "started"
    connection.execute(insert(BufferedMessage.__table__).values(
        id=new_id(now), name=name, keys=dict(keys), payload=dict(payload), sent_at=now,
        expires_at=now + timedelta(hours=parts.settings.message_ttl_hours)))
    return "buffered"


def fits(wanted: Mapping[str, Any], given: Mapping[str, Any]) -> bool:
    """Whether a subscription with the keys ``wanted`` takes a message sent with the keys ``given``."""
    return all(key in given and given[key] == value for key, value in wanted.items())


def take_early(family: Family, come: list[tuple[Member, Wait]]) -> None:
    """Give waiting elements the messages that came before them: one each, the earliest first."""
    waits = [(member, wait) for member, wait in come if wait.kind == "message"]
    if not waits:
        return
    names = {wait.detail["name"] for _, wait in waits}
    for name in sorted(names):
        _order(family.connection, name)
    early = family.connection.execute(
        select(BufferedMessage.id, BufferedMessage.name, BufferedMessage.keys, BufferedMessage.payload)
        .where(BufferedMessage.name.in_(names), BufferedMessage.expires_at > family.now)
        .order_by(BufferedMessage.sent_at, BufferedMessage.id)).all()
    taken: set[str] = set()
    for member, wait in waits:
        found = next((row for row in early if row.id not in taken and row.name == wait.detail["name"]
                      and fits(wait.detail.get("correlation") or {}, row.keys)), None)
        if found is None:
            continue
        taken.add(found.id)
        _job(family.parts, family.connection, family.now, "message",
             {"name": found.name, "keys": found.keys, "payload": found.payload}, root_id=family.root_id,
             instance_id=member.id, element_id=wait.element_id, element_instance_id=wait.id,
             slot=wait.detail.get("index", 0))
    if taken:
        family.connection.execute(delete(BufferedMessage.__table__).where(BufferedMessage.id.in_(taken)))


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
    for root_id, instance_id, suspended in waiting:
        _job(parts, connection, now, "signal", content, root_id=root_id, instance_id=instance_id,
             suspended=suspended)
    starts = connection.execute(
        select(StartSubscription.process_key, StartSubscription.element_id)
        .where(StartSubscription.kind == "signal", StartSubscription.name == name)).all()
    for process_key, element_id in starts:
        _job(parts, connection, now, "start", content | {"process_key": process_key}, element_id=element_id)
    return len(waiting) + len(starts)


def _order(connection: Connection, name: str) -> None:
    """Let sender and receiver of one message name come one after the other, so that none misses the other."""
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(name, 0))))


def _job(parts: Any, connection: Connection, now: datetime, kind: str, payload: Mapping[str, Any],
         post: Post | None = None, **columns: Any) -> None:
    row = {"id": new_id(now), "kind": kind, "due_at": now, "root_id": None, "instance_id": None, "element_id": "",
           "element_instance_id": "", "slot": 0, "task_id": None, "payload": dict(payload),
           "retries": parts.settings.job_retries, "tries": 0, "suspended": False, "owner": None, "locked_until": None,
           "created_at": now} | columns
    if post is not None:
        post(row)
    else:
        connection.execute(insert(Job.__table__), row)
