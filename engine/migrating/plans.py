"""Plans as rows: made, worked off by a job heap by heap, taken back the same way."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, literal, select, update

from engine.authorization import SYSTEM, Actor
from engine.cards import Bilingual
from engine.errors import Conflict
from engine.ids import new_id
from engine.migrating.batches import HEAP, Heap, heaps
from engine.migrating.route import Route
from engine.migrating.taking_back import TakingBack
from engine.models.identity import Person
from engine.models.runtime import Job, ProcessInstance
from engine.models.studio import MigrationItem, MigrationPlan

SLICE_SECONDS = 2.0
"""How long a worker stays with one plan before it looks what else is due."""
ITEM, PLAN = MigrationItem.__table__, MigrationPlan.__table__


class NothingToMove(Conflict):
    """No instance runs on the chosen versions."""

    code = "nothing_to_move"
    zh = "所选版本上没有在办的案件。"
    en = "No case runs on the chosen versions."


def begin(parts: Any, connection: Connection, by: Actor, *, process_key: str, sources: list[str], target: str,
          mapping: Mapping[str, Mapping[str, str]], note: str) -> str:
    """Write a plan with an item for each running instance of the versions ``sources``, and its job. Its id."""
    now = parts.clock.now()
    plan = new_id(now)
    connection.execute(insert(PLAN).values(
        id=plan, process_key=process_key, target_id=target, state="running", made_at=now, made_by=by.person_id,
        note=note, mapping={key: dict(value) for key, value in mapping.items()}))
    running = select(literal(plan), ProcessInstance.id, ProcessInstance.root_id, ProcessInstance.definition_id,
                     literal("waiting"), literal("")).where(ProcessInstance.definition_id.in_(sources),
                                                            ProcessInstance.ended_at.is_(None))
    made = connection.execute(insert(ITEM).from_select(
        ["plan_id", "instance_id", "root_id", "source_id", "state", "mark"], running))
    if not made.rowcount:
        raise NothingToMove()
    _enqueue(parts, connection, plan, by)
    return plan


def begin_taking_back(parts: Any, connection: Connection, plan: str, by: Actor) -> None:
    """Mark a plan as being taken back, and write the job that does it."""
    connection.execute(update(PLAN).where(PLAN.c.id == plan).values(state="taking_back", ended_at=None))
    _enqueue(parts, connection, plan, by)


def _enqueue(parts: Any, connection: Connection, plan: str, by: Actor) -> None:
    now = parts.clock.now()
    connection.execute(insert(Job.__table__).values(
        id=new_id(now), kind="migrate", due_at=now, payload={"plan": plan, "by": by.person_id},
        retries=parts.settings.job_retries, tries=0, suspended=False, created_at=now))


def work(parts: Any, job: Row[Any], owner: str) -> None:
    """Work off a plan for a while; the job waits for its next turn until nothing is left. Each heap is a
    transaction."""
    plan_id, began = job.payload["plan"], time.monotonic()
    with parts.database.reading() as connection:
        plan = connection.execute(select(PLAN).where(PLAN.c.id == plan_id)).first()
        by = _actor(connection, job.payload["by"])
        routes = routes_of(parts, connection, plan) if plan is not None else {}
    size = HEAP
    while plan is not None and time.monotonic() - began < SLICE_SECONDS:
        with parts.database.transaction() as connection:
            if not _mine(parts, connection, job, owner):
                return
            parts.database.give_way(connection)
            wanted = _left(connection, plan, size)
            if not wanted:
                _finish(parts, connection, plan, job)
                return
            heap = Heap(parts, connection, by, parts.clock.now(), wanted)
            _act(heap, plan, routes)
            heap.write(plan.id)
            size = HEAP if heap.results else 1  # all are locked by others: wait for one
    with parts.database.transaction() as connection:
        statement = (delete(Job.__table__) if plan is None else
                     update(Job.__table__).values(owner=None, locked_until=None, due_at=parts.clock.now()))
        connection.execute(statement.where(Job.id == job.id, Job.owner == owner))


def _act(heap: Heap, plan: Row[Any], routes: Mapping[str, Route]) -> None:
    if plan.state == "running":
        heap.move(routes, plan.note, plan.id)
        return
    kept: dict[str, tuple[Any, str]] = {}
    for row in heap.connection.execute(select(ITEM.c.root_id, ITEM.c.before, ITEM.c.mark).where(
            ITEM.c.plan_id == plan.id, ITEM.c.root_id.in_(list(heap.wanted)))):
        if row.before is not None or row.root_id not in kept:
            kept[row.root_id] = (row.before, row.mark)
    TakingBack(heap, kept, plan.target_id, plan.id).go()


def _left(connection: Connection, plan: Row[Any], cases: int) -> dict[str, set[str]]:
    """The instances of the next cases that have no result yet, by root."""
    state = "waiting" if plan.state == "running" else "moved"
    roots = (select(ITEM.c.root_id).where(ITEM.c.plan_id == plan.id, ITEM.c.state == state).distinct()
             .order_by(ITEM.c.root_id).limit(cases))
    return heaps([(row.root_id, row.instance_id) for row in connection.execute(
        select(ITEM.c.root_id, ITEM.c.instance_id).where(
            ITEM.c.plan_id == plan.id, ITEM.c.state == state, ITEM.c.root_id.in_(roots)))])


def _mine(parts: Any, connection: Connection, job: Row[Any], owner: str) -> bool:
    """Keep the job for as long as another heap may take."""
    until = parts.clock.now() + timedelta(seconds=parts.settings.job_lock_seconds)
    return bool(connection.execute(update(Job.__table__).where(Job.id == job.id, Job.owner == owner)
                                   .values(locked_until=until)).rowcount)


def _finish(parts: Any, connection: Connection, plan: Row[Any], job: Row[Any]) -> None:
    state = "done" if plan.state == "running" else "taken_back"
    connection.execute(update(PLAN).where(PLAN.c.id == plan.id).values(state=state, ended_at=parts.clock.now()))
    connection.execute(delete(Job.__table__).where(Job.id == job.id))


def routes_of(parts: Any, connection: Connection, plan: Row[Any]) -> dict[str, Route]:
    """The routes of a plan by source version."""
    new = parts.definitions.get(connection, plan.target_id)
    return {source: Route(parts.definitions.get(connection, source), new, mapping)
            for source, mapping in plan.mapping.items()}


def _actor(connection: Connection, person_id: str) -> Actor:
    """Who asked for it, as the history names that person."""
    row = connection.execute(select(Person.id, Person.login, Person.name, Person.name_en)
                             .where(Person.id == person_id)).first()
    return Actor(row.id, row.login, Bilingual(row.name, row.name_en)) if row is not None else SYSTEM


def counts(connection: Connection, plans: list[str]) -> dict[str, dict[str, int]]:
    """Items by state, for each plan."""
    found: dict[str, dict[str, int]] = {plan: {} for plan in plans}
    for row in connection.execute(select(ITEM.c.plan_id, ITEM.c.state, func.count().label("n"))
                                  .where(ITEM.c.plan_id.in_(plans)).group_by(ITEM.c.plan_id, ITEM.c.state)):
        found[row.plan_id][row.state] = row.n
    return found
