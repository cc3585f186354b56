"""Make the rows match the runs: instances, user tasks, jobs, subscriptions, history. The last act of every step."""

from __future__ import annotations

from typing import Any

from sqlalchemy import bindparam, delete, insert, tuple_, update

from engine import case_columns, messages, search_values, task_rows, undoing
from engine.bpmn import Wait
from engine.correlation import mark_of
from engine.family import CASE_COLUMNS, CHANGING, FOUND_BY, Family, Member, instance_values, keyed_waits, phone_marks
from engine.models.runtime import EventSubscription, Job, ProcessInstance, UserTask


def save(family: Family) -> None:
    """Make the rows match the runs: instances, user tasks, jobs, subscriptions, history."""
    gone: list[tuple[Member, Wait]] = []
    come: list[tuple[Member, Wait]] = []
    for member in family.members.values():
        if member.touched:
            waits = keyed_waits(member)
            gone += [(member, wait) for key, wait in member.before.items() if _changed(wait, waits.get(key))]
            come += [(member, wait) for key, wait in waits.items() if _changed(wait, member.before.get(key))]
            member.before = waits
    messages.send(family, come)
    removed = _remove(family, gone)
    if family.open_tasks is not None:
        family.open_tasks -= len(removed)
    tasks = task_rows.made_for(family, [(m, w) for m, w in come if w.kind == "user"])
    _save_instances(family, removed)
    task_rows.insert_for(family, tasks)
    _insert_jobs(family, come)
    _subscribe(family, [(m, w) for m, w in come if w.kind in ("message", "signal")])
    case_columns.copy_to_tasks(family)
    search_values.save(family)
    family.record.write(family.connection)


def _changed(wait: Wait, other: Wait | None) -> bool:
    """Whether the row of ``wait`` cannot stand for ``other``: another kind, or a timer with another moment."""
    return other is None or wait.kind != other.kind or wait.detail.get("due") != other.detail.get("due")


def _save_instances(family: Family, removed: list[dict[str, Any]]) -> None:
    """Save the instances that are new or changed, and the root's columns in any case: one statement for all."""
    new = [member for member in family.members.values() if member.new]
    old = [member for member in family.members.values() if member.touched and not member.new]
    undo = undoing.kept(family, old, [member.id for member in new], removed)
    changed = [instance_values(member) | {"undo": undo[member.id]} for member in old]
    if family.root_id not in {member.id for member in (*new, *old)}:  # its columns may change though its run does not
        root = family.root_row
        changed.append(root | phone_marks(root["phone"]) | {"undo": undo[family.root_id]})
    made = [instance_values(member) for member in new]
    if not made:
        family.connection.execute(_UPDATE, [{"new_" + name: row[name] for name in _CHANGING} | {"the_id": row["id"]}
                                            for row in changed])
    else:
        statement = family.parts.database.insert(_TABLE)
        if changed:
            statement = statement.on_conflict_do_update(
                index_elements=["id"], set_={name: statement.excluded[name] for name in _CHANGING} | _COUNTED)
        family.connection.execute(statement, made + changed)
    for member in new:
        member.new = False


# Statements of the hot path are made once: making one costs more than running it.
_TABLE = ProcessInstance.__table__
_CHANGING = (*CHANGING, *CASE_COLUMNS, *FOUND_BY, "undo")
_COUNTED = {"revision": _TABLE.c.revision + 1}
_UPDATE = (update(_TABLE).where(_TABLE.c.id == bindparam("the_id"))
           .values({name: bindparam("new_" + name) for name in _CHANGING} | _COUNTED))


_DELETE_TASKS = (
    delete(UserTask.__table__)
    .where(UserTask.__table__.c.instance_id.in_(bindparam("the_instances", expanding=True)),
           tuple_(UserTask.__table__.c.instance_id, UserTask.__table__.c.element_instance_id)
           .in_(bindparam("the_waits", expanding=True)))
    .returning(*UserTask.__table__.columns))
_DELETE_SLOTS = {
    model: delete(model.__table__).where(
        model.__table__.c.instance_id.in_(bindparam("the_instances", expanding=True)),
        model.__table__.c.kind.in_(kinds),
        tuple_(model.__table__.c.instance_id, model.__table__.c.element_instance_id, model.__table__.c.slot)
        .in_(bindparam("the_slots", expanding=True)))
    for kinds, model in ((("timer", "service"), Job), (("message", "signal"), EventSubscription))}


def _remove(family: Family, gone: list[tuple[Member, Wait]]) -> list[dict[str, Any]]:
    """Delete the rows of what no longer waits; deadlines of a task go with it by foreign key, drafts stay.

    Returns the rows of the tasks.
    """
    removed = _remove_tasks(family, [(member, wait) for member, wait in gone if wait.kind == "user"])
    for kinds, model in ((("timer", "service"), Job), (("message", "signal"), EventSubscription)):
        slots = [(member.id, wait.id, wait.index) for member, wait in gone if wait.kind in kinds]
        if slots:  # messages on their way to the same element are jobs, too: they stay
            family.connection.execute(_DELETE_SLOTS[model], {"the_instances": list({slot[0] for slot in slots}),
                                                             "the_slots": slots})
    return removed


def _remove_tasks(family: Family, gone: list[tuple[Member, Wait]]) -> list[dict[str, Any]]:
    """Delete user tasks; of those that nobody completed or returned the history says that they were withdrawn."""
    if not gone:
        return []
    ended = {entry["task_id"] for entry in family.record.entries if entry["verb"] in ("completed", "returned")}
    rows = family.connection.execute(_DELETE_TASKS, {
        "the_instances": list({member.id for member, _ in gone}),
        "the_waits": [(member.id, wait.id) for member, wait in gone]}).all()
    for row in rows:
        if row.id not in ended:
            family.record.tell("withdrawn", root_id=family.root_id, instance_id=row.instance_id, task_id=row.id,
                               definition_id=row.definition_id, element_id=row.element_id, form_key=row.form_key,
                               name=row.name, name_en=row.name_en)
    return [dict(row._mapping) for row in rows]


def _insert_jobs(family: Family, come: list[tuple[Member, Wait]]) -> None:
    rows = [_job(family, member, wait) for member, wait in come if wait.kind in ("timer", "service")]
    rows += family.outgoing
    family.outgoing = []
    if rows:
        family.connection.execute(insert(Job.__table__), rows)


def _job(family: Family, member: Member, wait: Wait) -> dict[str, Any]:
    timer = wait.kind == "timer"
    payload = {} if timer else {"topic": wait.detail.get("topic", ""), "inputs": wait.detail.get("inputs") or {}}
    return family.job(wait.kind, wait.detail["due"] if timer else family.now, payload, instance_id=member.id,
                      element_id=wait.element_id, element_instance_id=wait.id, slot=wait.detail.get("index", 0))


def _subscribe(family: Family, come: list[tuple[Member, Wait]]) -> None:
    if not come:
        return
    family.connection.execute(insert(EventSubscription.__table__), [{
        "instance_id": member.id, "element_instance_id": wait.id, "slot": wait.detail.get("index", 0),
        "root_id": family.root_id, "element_id": wait.element_id, "kind": wait.kind, "name": wait.detail["name"],
        "keys": wait.detail.get("correlation") or {}, "mark": mark_of(wait.detail.get("correlation") or {}),
        "suspended": family.root_row["state"] == "suspended",
    } for member, wait in come])
    messages.take_early(family, come)
