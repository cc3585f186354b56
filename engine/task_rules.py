"""Rules that need no drawing: nobody holds the role, the starter would decide on the own case, the same person twice
in a row, who gets a task, and how many at once.

Each is a property of a step, of its lane or of its process; without it nothing changes. What a rule did is told in the
history as ``rule_applied``, a step it skipped as ``skipped``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import func, select

from engine.authorization import substitutes_of
from engine.bpmn import RunFailed, Wait
from engine.family import Family, Member, keyed_waits
from engine.live import Live, LivePerson
from engine.models.runtime import Counter, UserTask

NOBODY = ("supervisor", "starter", "person", "skip", "incident")
STARTER = ("self", "skip", "leader")
SAME = ("ask", "skip")
DISTRIBUTE = ("claim", "round_robin", "least_loaded")
MOST_SKIPS = 50
"""Steps skipped by rules in one go; more are a drawing that turns in a circle."""


@dataclass(frozen=True, slots=True)
class Ruled:
    """What the rules make of a step: the roles it is offered to, a person who gets it, or the outcome to skip it with.

    ``told`` are the entries for the history.
    """

    roles: tuple[str, ...]
    person_id: str | None = None
    skip: str | None = None
    told: tuple[dict[str, Any], ...] = field(default=())


def text_of(member: Member, element: Any, name: str) -> str:
    """A rule of a step: its own, its lane's, or its process's."""
    return (element.property(name) or member.definition.model.properties.get(name) or "").strip()


def login_of(member: Member, element: Any, scope: dict[str, Any]) -> str | None:
    """The login that ``camunda:assignee`` of a step gives, known or not."""
    login = member.environment.expressions.value(element.attributes.get("assignee"), scope)
    login = login.get("login") if isinstance(login, dict) else login
    return str(login) if login else None


def roles_of(member: Member, element: Any, scope: dict[str, Any]) -> list[str]:
    """``camunda:candidateGroups`` of the step, else ``bihuan:role`` of the step or its innermost lane."""
    text = element.attributes.get("candidateGroups") or element.property("bihuan:role")
    value = member.environment.expressions.value(text, scope)
    if value is None:
        if text:
            raise RunFailed(element.id, "no_role", text=text)
        return []
    named = value if isinstance(value, list) else str(value).split(",")
    return list(dict.fromkeys(str(role).strip() for role in named if str(role).strip()))


def ruled(family: Family, member: Member, element: Any, roles: list[str], login: str | None) -> Ruled:
    """Apply the rules to a step that begins, in this order: nobody, starter, same person."""
    found = Ruled(tuple(roles))
    for apply in (_nobody, _starter, _same):
        found = apply(family, member, element, found, login)
        if found.skip is not None:
            return found
    return found


def skip(family: Family, member: Member) -> bool:
    """Complete the steps that a rule skips; true if there were any."""
    if member.run.ended or not _has_rules(member):
        return False
    done = False
    for key, wait in keyed_waits(member).items():
        if wait.kind != "user" or key in member.before or (member.id, wait.id) in family.routes.skipped:
            continue
        if (member.id, wait.element_id) in family.routes.given:
            continue  # a person sent it back here
        done = _skip_one(family, member, wait) or done
    return done


def _skip_one(family: Family, member: Member, wait: Wait) -> bool:
    element = member.definition.model.elements[wait.element_id]
    scope = member.run.scope_variables(wait.id)
    found = ruled(family, member, element, roles_of(member, element, scope), login_of(member, element, scope))
    if found.skip is None:
        return False
    family.routes.skipped.add((member.id, wait.id))
    if len(family.routes.skipped) > MOST_SKIPS:
        raise RunFailed(element.id, "too_many_skips", limit=MOST_SKIPS)
    form_key = member.environment.expressions.value(element.attributes.get("formKey"), scope)
    form = member.definition.forms.get(form_key or "")
    values, outcome = {}, found.skip
    if form is not None and form.outcome_field is not None:
        outcome = outcome or _first_value(form.outcome_field)
        stored = scope.get(form.key)
        values = {form.key: {**(stored if isinstance(stored, dict) else {}), form.outcome_field.id: outcome}}
    name = member.definition.element_name(element.id)
    family.record.tell("skipped", root_id=family.root_id, instance_id=member.id, element_id=element.id,
                       definition_id=member.definition.id, name=name.zh, name_en=name.en, outcome=outcome,
                       **found.told[-1])
    member.run.complete(wait.id, values)
    return True


def _first_value(field: Any) -> str:
    return str(field.options[0].id) if field.options else ""


def _has_rules(member: Member) -> bool:
    names = ("bihuan:nobody", "bihuan:starter_is_approver", "bihuan:same_person")
    return any(name in member.definition.model.properties for name in names) or any(
        element.kind == "userTask" and any(element.property(name) for name in names)
        for element in member.definition.model.elements.values())


def _nobody(family: Family, member: Member, element: Any, found: Ruled, login: str | None) -> Ruled:
    rule, _, more = text_of(member, element, "bihuan:nobody").partition(":")
    live = family.live
    if not rule or (login and login in live.people) or any(live.role_units.get(role) for role in found.roles):
        return found
    told = {"rule": "nobody", "how": rule, "role": found.roles[0] if found.roles else ""}
    if rule == "supervisor":
        chain = [role for one in found.roles for role in live.escalation(member.definition.pack, one,
                                                                         family.root_row["unit_id"])]
        held = [role for role in chain if live.role_units.get(role)]
        return replace(found, roles=tuple(held[:1]) or found.roles, told=(*found.told, told | {"to": held[:1]}))
    if rule == "starter":
        return replace(found, person_id=family.root_row["started_by"], told=(*found.told, told))
    if rule == "person" and more in live.people:
        return replace(found, person_id=live.people[more].id, told=(*found.told, told))
    if rule == "skip":
        return replace(found, skip=more, told=(*found.told, told))
    if rule == "incident":
        raise RunFailed(element.id, "no_role", text=", ".join(found.roles))
    return found


def _starter(family: Family, member: Member, element: Any, found: Ruled, login: str | None) -> Ruled:
    rule, _, more = text_of(member, element, "bihuan:starter_is_approver").partition(":")
    starter = family.live.people_by_id.get(family.root_row["started_by"] or "")
    if rule not in ("skip", "leader") or starter is None or not _would_do(family, starter, found, login):
        return found
    told = {"rule": "starter_is_approver", "how": rule, "person": starter.login}
    if rule == "skip":
        return replace(found, skip=more, told=(*found.told, told))
    role = found.roles[0] if found.roles else ""
    chain = [one for one in family.live.escalation(member.definition.pack, role, family.root_row["unit_id"])
             if family.live.role_units.get(one) and one not in starter.roles]
    return replace(found, roles=(chain[0],), told=(*found.told, told | {"to": chain[:1]})) if chain else found


def _same(family: Family, member: Member, element: Any, found: Ruled, login: str | None) -> Ruled:
    rule, _, more = text_of(member, element, "bihuan:same_person").partition(":")
    person = family.live.people_by_id.get(family.by.person_id)
    decided = [entry for entry in family.record.entries if entry["verb"] == "completed"]
    if rule != "skip" or person is None or not decided or not _would_do(family, person, found, login):
        return found
    told = {"rule": "same_person", "how": rule, "person": person.login}
    return replace(found, skip=more or decided[-1]["detail"].get("outcome", ""), told=(*found.told, told))


def _would_do(family: Family, person: LivePerson, found: Ruled, login: str | None) -> bool:
    if found.person_id or login in family.live.people:
        return person.id == found.person_id or person.login == login
    return any(person.id == one.id for role in found.roles
               for one in holders_near(family.live, role, family.root_row["unit_id"]))


def holders_near(live: Live, role: str, unit_id: str | None) -> Iterator[LivePerson]:
    """The people whom a task for ``role`` is offered to in a unit, by login; no statement."""
    offered = live.offered_at(role, unit_id)
    for login in sorted(live.people):
        person = live.people[login]
        if any(held == role and offered in live.path(unit) for held, unit in person.holdings):
            yield person


def distributed(family: Family, member: Member, element: Any,
                roles: tuple[str, ...]) -> tuple[str | None, dict[str, Any]]:
    """Who gets a task by ``bihuan:distribute``, and what the history says of it; nobody: it waits to be claimed.

    Whoever is away, or has as many open tasks as ``bihuan:work_limit`` allows, gets none. One statement for the loads,
    one for whose turn it is.
    """
    rule = _distribution(family, member, element, roles)
    how = rule.get("distribute", "claim")
    if how not in ("round_robin", "least_loaded"):
        return None, {}
    live, unit = family.live, family.root_row["unit_id"]
    people = {one.id: one for role in roles for one in holders_near(live, role, unit)
              if not substitutes_of(live, one.id, family.now, member.definition.key)}
    limit = rule.get("work_limit")
    loads = dict.fromkeys(people, 0)
    if people and (how == "least_loaded" or limit):
        loads |= dict(family.connection.execute(
            select(UserTask.assignee_id, func.count()).where(UserTask.assignee_id.in_(people))
            .group_by(UserTask.assignee_id)).all())
    for row in family.new_tasks:
        if row["assignee_id"] in loads:
            loads[row["assignee_id"]] += 1
    free = [person for person in people if not limit or loads[person] < limit]
    told = {"rule": "distribute", "how": how, "of": len(people), "free": len(free)}
    if not free:
        return None, told if people else {}
    if how == "least_loaded":
        free = [person for person in free if loads[person] == min(loads[one] for one in free)]
    chosen = free[0] if len(free) == 1 else free[_turn(family, member, element) % len(free)]
    name = people[chosen].name
    return chosen, told | {"person": people[chosen].login, "person_name": name.zh, "person_name_en": name.in_("en"),
                           "load": loads[chosen]}


def _distribution(family: Family, member: Member, element: Any, roles: tuple[str, ...]) -> dict[str, Any]:
    """The rule of a step: its properties, else what a process owner set for its role."""
    how, limit = text_of(member, element, "bihuan:distribute"), text_of(member, element, "bihuan:work_limit")
    changed = family.live.rule(member.definition.pack, "distribution", roles[0], family.root_row["unit_id"]
                               ) if roles else None
    rule = dict(changed or {})
    if how:
        rule["distribute"] = how
    if limit.isdigit():
        rule["work_limit"] = int(limit)
    return rule


def limit_of(family: Family, member: Member, element_id: str, role: str) -> int | None:
    """How many open tasks a person may have when claiming this one; none: as many as they like."""
    element = member.definition.model.elements[element_id]
    return _distribution(family, member, element, (role,) if role else ()).get("work_limit")


def _turn(family: Family, member: Member, element: Any) -> int:
    """The next turn at a step, counted across all cases of the process."""
    name = f"{member.definition.key}/{element.id}".encode()
    table = Counter.__table__
    statement = family.parts.database.insert(table).values(
        prefix="turn:" + hashlib.sha256(name).hexdigest()[:14], day="", value=0)
    statement = statement.on_conflict_do_update(index_elements=["prefix", "day"], set_={"value": table.c.value + 1})
    return int(family.connection.scalar(statement.returning(table.c.value)) or 0)
