"""The row of an open user task under a new drawing of its step: name, form, whom it is offered to, its clock.

What runs stays as it runs: assignee, due moment, warnings and levels, signers, what was submitted. A step that had no
deadline gets the clock of the new drawing from now on; one that has none any more loses it.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, insert, update

from engine import deadlines, task_rules
from engine.bpmn import Wait
from engine.family import Family, Member
from engine.migrating.route import Route, TaskChange
from engine.models.runtime import Job, TaskCandidate, UserTask
from engine.task_rows import priority_of

Row = dict[str, Any]


class TaskRow:
    """An open task on its way: ``columns`` to write, ``offers`` to put in the place of those there are."""

    def __init__(self, family: Family, member: Member, wait: Wait, row: Row, route: Route):
        self.family, self.member, self.wait, self.row, self.route = family, member, wait, row, route
        self.change: TaskChange = route.task(row["element_id"])
        new = self.change.new
        self.columns: Row = {
            "definition_id": route.new.id, "element_id": new.id, "name": new.name or new.id, "name_en": new.name_en,
            "came_from": route.name(row["came_from"]), "revision": row["revision"] + 1}
        self.offers: list[tuple[str, str]] | None = None
        self.jobs: list[Row] = []
        self._change()

    def _change(self) -> None:
        change, new = self.change, self.change.new
        if not (change.form or change.offers or change.priority or change.clock):
            return
        scope = self.member.run.scope_variables(self.wait.id)
        value = self.member.environment.expressions.value
        if change.form:
            self.columns["form_key"] = value(new.attributes.get("formKey"), scope)
        if change.priority:
            self.columns["priority"] = priority_of(value(new.attributes.get("priority"), scope))
        if change.offers:
            self._offer(scope)
        if change.clock == "begins" and self.row["due_at"] is None:
            self._begin_clock(scope)
        elif change.clock == "stops":
            self.columns |= {"due_at": None, "due_sort": deadlines.NEVER, "warn_at": None, "clock_started_at": None,
                             "deadline": "", "first_due_at": None, "paused_at": None, "escalation_level": 0}

    def _offer(self, scope: dict[str, Any]) -> None:
        """The roles of the new drawing; who has claimed it keeps it."""
        family, member, element = self.family, self.member, self.change.new
        login = task_rules.login_of(member, element, scope)
        rules = task_rules.ruled(family, member, element, task_rules.roles_of(member, element, scope), login)
        self.columns["role"] = rules.roles[0] if rules.roles else ""
        person = rules.person_id or (family.live.people[login].id if login in family.live.people else None)
        if person is not None and self.row["assignee_id"] is None and not self.row["signing"]:
            self.columns |= {"assignee_id": person, "claimed_at": family.now}
        unit = family.root_row["unit_id"]
        offers = [(role, at) for role in rules.roles if (at := family.live.offered_at(role, unit))]
        if not offers and person is None:
            offers = family.live.supervisors_near(unit)
        self.offers = offers

    def _begin_clock(self, scope: dict[str, Any]) -> None:
        family = self.family
        clock = deadlines.clock_of(family, self.member, self.change.new, scope)
        if clock.due_at is None:
            return
        self.columns |= {"due_at": clock.due_at, "due_sort": clock.due_at, "warn_at": clock.warn_at,
                         "clock_started_at": clock.started_at, "deadline": clock.rule, "first_due_at": clock.due_at}
        self.jobs = deadlines.first_job(family, self.row | self.columns, clock)

    def write(self, offered: list[Row]) -> None:
        """Write it; ``offered`` are the rows of its offers so far. One to four statements."""
        connection, now = self.family.connection, self.row | self.columns
        connection.execute(update(UserTask.__table__).where(UserTask.id == self.row["id"]).values(self.columns))
        if self.change.clock == "stops":
            connection.execute(delete(Job.__table__).where(Job.task_id == self.row["id"], Job.kind == "deadline"))
        before = {(row["role"], row["unit_id"]) for row in offered}
        unclaimed = now["assignee_id"] is None and now["signing"] != "joint"
        if self.offers is not None and set(self.offers) != before:
            connection.execute(delete(TaskCandidate.__table__).where(TaskCandidate.task_id == self.row["id"]))
            if self.offers:
                copied = {name: now[name] for name in ("due_sort", "process_key", "severity", "root_id", "facts")}
                connection.execute(insert(TaskCandidate.__table__), [
                    copied | {"task_id": self.row["id"], "role": role, "unit_id": unit, "unclaimed": unclaimed}
                    for role, unit in dict.fromkeys(self.offers)])
        elif now["due_sort"] != self.row["due_sort"] or self.offers is not None:
            connection.execute(update(TaskCandidate.__table__).where(TaskCandidate.task_id == self.row["id"])
                               .values(due_sort=now["due_sort"], unclaimed=unclaimed))
