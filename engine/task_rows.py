"""What a user task's row is made of: name, form, role and candidates, assignee, priority, deadline."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import insert

from engine import case_columns, deadlines, notices, signers, task_rules
from engine.authorization import Actor, candidate_pairs
from engine.bpmn import Wait
from engine.family import Family, Member
from engine.ids import new_id
from engine.models.runtime import TaskCandidate, UserTask

DEFAULT_PRIORITY = 50
_Row = tuple[dict[str, Any], list[dict[str, Any]], str | None, deadlines.TaskClock]


@dataclass
class Made:
    """Rows to come: of tasks, of whom they are offered to, of jobs; and who is asked to sign which."""

    tasks: list[dict[str, Any]] = field(default_factory=list)
    candidates: list[dict[str, Any]] = field(default_factory=list)
    jobs: list[dict[str, Any]] = field(default_factory=list)
    joint: list[tuple[dict[str, Any], Any]] = field(default_factory=list)


def made_for(family: Family, come: list[tuple[Member, Wait]]) -> Made:
    """The rows of user tasks that began to wait, with candidates and deadline jobs."""
    made, logins, clocks = Made(), {}, []
    for member, wait in come:
        row, offers, login, clock = _row(family, member, wait)
        asked = signers.drawn(family, member, wait, row)
        clocks.append(clock)
        made.tasks.append(row)
        made.candidates += offers
        if asked:
            made.joint.append((row, asked))
        elif login:
            logins[row["id"]] = login
    _assign(family, made.tasks, logins)
    held = {row["id"] for row in made.tasks if row["assignee_id"] is not None or row["signing"]}
    made.candidates = [offer | {"unclaimed": offer["task_id"] not in held} for offer in made.candidates]
    for (member, _wait), row, clock in zip(come, made.tasks, clocks):
        back = (member.id, row["element_instance_id"]) in family.routes.revived
        made.jobs += (deadlines.rearmed(family, row, member.environment.expressions.calendar) if back
                      else deadlines.first_job(family, row, clock))
        family.task_ids[member.id, row["element_instance_id"]] = row["id"]
    family.new_tasks += made.tasks
    return made


def insert_for(family: Family, made: Made) -> None:
    """Insert what was made: two statements, three more where a drawing names signers."""
    if not made.tasks:
        return
    family.connection.execute(insert(UserTask.__table__), made.tasks)
    if made.candidates:
        family.connection.execute(insert(TaskCandidate.__table__), made.candidates)
    for row, asked in made.joint:
        signers.ask(family, row, asked, family.by.person_id)
    family.outgoing += made.jobs
    heard = [row for row in made.tasks if row["assignee_id"] is not None or (
        family.live.offers_heard and not row["signing"])]
    family.outgoing += notices.announce(family.now, heard, family.by.person_id or None)


def _row(family: Family, member: Member, wait: Wait) -> _Row:
    element = member.definition.model.elements[wait.element_id]
    scope = member.run.scope_variables(wait.id)
    value = member.environment.expressions.value
    login = task_rules.login_of(member, element, scope)
    rules = task_rules.ruled(family, member, element, task_rules.roles_of(member, element, scope), login)
    roles = rules.roles
    clock = deadlines.clock_of(family, member, element, scope)
    row = {
        "id": new_id(family.now), "instance_id": member.id, "root_id": family.root_id,
        "definition_id": member.definition.id, "process_key": member.definition.key, "element_id": wait.element_id,
        "element_instance_id": wait.id, "name": element.name or wait.element_id, "name_en": element.name_en,
        "form_key": value(element.attributes.get("formKey"), scope), "role": roles[0] if roles else "",
        "assignee_id": None, "claimed_at": None, "created_at": family.now,
        "suspended": family.root_row["state"] == "suspended",
        "priority": priority_of(value(element.attributes.get("priority"), scope)),
        "due_at": clock.due_at, "due_sort": clock.due_at or deadlines.NEVER, "warn_at": clock.warn_at,
        "clock_started_at": clock.started_at, "deadline": clock.rule, "escalation_level": 0,
        "came_from": member.previous_step, "came_by": family.by.person_id or None,
        "case_number": family.root_row["case_number"], "unit_id": family.root_row["unit_id"], "revision": 0,
        "first_due_at": clock.due_at, "paused_at": None, "owner_id": None, "straight_to": None, "returned_by": None,
        "returned_why": "", "follow_up_at": None, "signing": "", "sign_rule": "", "submitted": None,
    } | case_columns.task_columns(family.root_row)
    _ruled(family, member, element, row, rules, login)
    _routed(family, row)
    offers = [(role, unit) for role in roles if (unit := family.live.offered_at(role, family.root_row["unit_id"]))]
    if not offers and not (login and login in family.live.people):
        offers = family.live.supervisors_near(family.root_row["unit_id"])  # a task that nobody would see is no task
    return row, [{"task_id": row["id"], "role": role, "unit_id": unit, "due_sort": row["due_sort"], "unclaimed": True,
                  "process_key": row["process_key"], "severity": row["severity"], "root_id": row["root_id"],
                  "facts": row["facts"]}
                 for role, unit in offers], login, clock


def _ruled(family: Family, member: Member, element: Any, row: dict[str, Any], rules: task_rules.Ruled,
           login: str | None) -> None:
    """Whom the rules give a task to, told in the history."""
    person, told = rules.person_id, rules.told
    if person is None and not (login and login in family.live.people) and row["role"]:
        person, how = task_rules.distributed(family, member, element, rules.roles)
        told = (*told, how) if how else told
    if person is not None:
        row |= {"assignee_id": person, "claimed_at": family.now}
    for entry in told:
        family.record.tell("rule_applied", root_id=family.root_id, instance_id=member.id, task_id=row["id"],
                           definition_id=member.definition.id, element_id=element.id, name=row["name"],
                           name_en=row["name_en"], **entry)


def priority_of(value: Any) -> int:
    """A priority from 0 to 100; the usual one where the drawing says none that can be read."""
    try:
        return min(100, max(0, int(value)))
    except (TypeError, ValueError):
        return DEFAULT_PRIORITY


def _assign(family: Family, tasks: list[dict[str, Any]], logins: dict[str, str]) -> None:
    """Give tasks whose drawing names a person to that person, if still there; otherwise they wait for the role."""
    if not logins:
        return
    for row in tasks:
        person = family.live.people.get(logins.get(row["id"], ""))
        if person is not None and row["assignee_id"] is None:
            row["assignee_id"], row["claimed_at"] = person.id, family.now


def _routed(family: Family, row: dict[str, Any]) -> None:
    """Columns that a return gives a task, or that a task which comes back had; its person must still be there."""
    revived = family.routes.revived.get((row["instance_id"], row["element_instance_id"]))
    row |= revived or family.routes.given.get((row["instance_id"], row["element_id"])) or {}
    if row["assignee_id"] not in family.live.people_by_id:
        row |= {"assignee_id": None, "claimed_at": None, "owner_id": None}
    if row["owner_id"] not in family.live.people_by_id:
        row["owner_id"] = None
    row["due_sort"] = deadlines.NEVER if row["paused_at"] else row["due_at"] or deadlines.NEVER


def first_for(family: Family, by: Actor) -> str | None:
    """The first new task that ``by`` has or may claim; joint ones are for their signers."""
    pairs = set(candidate_pairs(by, family.live))
    for row in (one for one in family.new_tasks if not one["signing"]):
        offers = {(row["role"], family.live.offered_at(row["role"], row["unit_id"]))}
        if row["assignee_id"] == by.person_id or (row["assignee_id"] is None and offers & pairs):
            return row["id"]
    return None
