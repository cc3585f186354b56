"""One case goes on under another version: its runs are put into the new drawings, and its rows made to match.

All instances of the case for which there is a route move, or none. The root is locked by whoever calls.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, update

from engine import case_columns, facts, search_values
from engine.bpmn import ProcessRun, RunFailed, Wait
from engine.errors import Conflict
from engine.family import CasePaused, Family, Member, keyed_waits
from engine.migrating.route import Route
from engine.migrating.rows import Rows, instances
from engine.migrating.task_changes import TaskRow
from engine.models.identity import PublicLink
from engine.models.runtime import Incident, Job, ProcessInstance, UserTask
from engine.models.working import SearchValue
from engine.undoing import IRREVOCABLE
from engine.wait_state import refuse_if_due, save, settle

NOT_KEPT = {*IRREVOCABLE, "called", "ended"}
"""Entries of the history after which a move cannot be taken back."""


class CallUnderWay(Conflict):
    """A connector is at work for a step whose call the new version changes."""

    code = "call_under_way"
    zh = "“{element}”正在调用外部系统，稍后再迁。"
    en = "“{element}” is calling an outside system just now; move it later."


class LinkIsOut(Conflict):
    """A customer has a link to a form that the new version does not have."""

    code = "link_is_out"
    zh = "已发给客户的链接要填“{form}”，新版本没有这张表单。"
    en = "A customer has a link to the form “{form}”, which the new version does not have."


class Move:
    """One case on its way. ``routes`` are by the id of the source version, ``ids`` the instances that are to move."""

    def __init__(self, family: Family, rows: Rows, routes: Mapping[str, Route], ids: set[str], note: str, plan: str):
        self.family, self.rows, self.note, self.plan = family, rows, note, plan
        self.moving = [(row, routes[row["definition_id"]]) for row in instances(rows)
                       if row["id"] in ids and row["definition_id"] in routes]
        self.routes = {row["id"]: route for row, route in self.moving}
        self.reversible = True

    def go(self) -> list[str]:
        """Move the case; returns the ids of the instances that moved. Raises RunFailed, CasePaused, CallUnderWay,
        LinkIsOut, TimerIsDue; then nothing may be kept of the transaction."""
        family = self.family
        self._refuse_links()
        members = [self._swapped(row, route) for row, route in self.moving]
        calls = [change for member in members for change in self._calls(member)]
        self._settle(members)
        tasks = [TaskRow(family, *found) for found in self._tasks(members)]
        family.outgoing += [job for task in tasks for job in task.jobs]
        found = self._search(members)
        for member in members:
            route = self.routes[member.id]
            family.record.tell("migrated", root_id=family.root_id, instance_id=member.id, reason=self.note,
                               definition_id=route.new.id, old=route.old.version, new=route.new.version,
                               plan=self.plan)
        told = {entry["verb"] for entry in family.record.entries}
        self.reversible = not (NOT_KEPT & told or any(m.new for m in family.members.values()) or any(
            m.environment.stores is not None and m.environment.stores.wrote for m in family.members.values()))
        save(family)
        self._write(members, tasks, calls)
        self._write_search(found)
        return [member.id for member in members]

    def _refuse_links(self) -> None:
        for row in self.rows["public_link"]:
            route = self.routes.get(row["instance_id"])
            if route is not None and row["form_key"] in route.forms_gone and row["used_at"] is None \
                    and row["expires_at"] > self.family.now:
                raise LinkIsOut(form=route.old.forms[row["form_key"]].title.zh)

    def _swapped(self, row: dict[str, Any], route: Route) -> Member:
        """The instance restored, with its run put into the new drawing."""
        family = self.family
        member = family.adopt(family.root_row if row["id"] == family.root_id else row)
        saved = member.run.state()
        environment = family.environment(route.new, row)
        member.run = ProcessRun.moved(route.migration, environment, saved, member.run.variables)
        member.definition, member.environment = route.new, environment
        member.visits = {key: (route.name(element), kind, at) for key, (element, kind, at) in member.visits.items()
                         if key in member.run.tokens}
        member.touched = True
        return member

    def _settle(self, members: list[Member]) -> None:
        """Let go on what the new drawing sets going; while a case is suspended nothing may."""
        family = self.family
        moving = [member for member in members if not member.run.at_rest]
        came = any(key not in member.before for member in members for key in keyed_waits(member))
        if (moving or came) and family.root_row["state"] == "suspended":
            raise CasePaused()
        if moving:
            for member in moving:
                refuse_if_due(family, member)
            settle(family, *moving)
        for member in members:
            stuck = member.run.stuck()
            if stuck:
                raise RunFailed(stuck[0], "stuck")
        for member in members:
            self._renew_subscriptions(member)
        if any(route.lists_differ for route in self.routes.values()):
            case_columns.derive(family)

    def _renew_subscriptions(self, member: Member) -> None:
        """What listens for another message than before, or at an element of another name, gets a new row."""
        for key, wait in keyed_waits(member).items():
            old = member.before.get(key)
            if old is not None and old.kind == wait.kind and wait.kind in ("message", "signal") and (
                    (old.element_id, old.detail.get("name"), old.detail.get("correlation"))
                    != (wait.element_id, wait.detail.get("name"), wait.detail.get("correlation"))):
                member.before[key] = replace(old, detail=old.detail | {"due": datetime.min})

    def _tasks(self, members: list[Member]) -> list[tuple[Member, Wait, dict[str, Any], Route]]:
        """The open tasks that stay open."""
        waits = {(member.id, key[0]): (member, wait) for member in members
                 for key, wait in keyed_waits(member).items() if wait.kind == "user" and key in member.before}
        return [(*waits[row["instance_id"], row["element_instance_id"]], row, self.routes[row["instance_id"]])
                for row in self.rows["user_task"] if (row["instance_id"], row["element_instance_id"]) in waits]

    def _calls(self, member: Member) -> list[dict[str, Any]]:
        """New payloads of the jobs of service tasks that the new drawing calls otherwise."""
        route, found = self.routes[member.id], []
        for key, old in member.before.items():
            if old.kind != "service" or key[0] not in member.run.tokens or not route.calls_anew(old.element_id):
                continue
            member.run.set_variables({}, at=key[0])
            inputs = member.run.take_inputs(key[0])
            job = next((row for row in self.rows["job"] if row["kind"] == "service" and row["instance_id"] == member.id
                        and row["element_instance_id"] == key[0]), None)
            if job is None:
                continue
            if job["owner"] is not None and job["locked_until"] > self.family.now:
                raise CallUnderWay(element=route.old.element_name(old.element_id).zh)
            element = route.new.model.elements[route.name(old.element_id)]
            found.append({"the_id": job["id"], "new_payload": {"topic": element.attributes.get("topic", ""),
                                                               "inputs": inputs}})
        return found

    def _search(self, members: list[Member]) -> tuple[dict[str, Any], set[str]]:
        """Rows of search fields that the new versions declare, and names that none declares any more."""
        family, come, gone = self.family, {}, set()
        declared = {one.name for row in instances(self.rows) if row["id"] not in self.routes
                    for one in family.parts.definitions.get(family.connection, row["definition_id"]).searched}
        for member in members:
            route, zone = self.routes[member.id], member.environment.expressions.zone
            declared |= {one.name for one in route.new.searched}
            gone |= route.searched_no_more
            for one in route.searched_anew:
                form = member.run.variables.get(one.form_key)
                row = search_values.row_of(one, form.get(one.field.id) if isinstance(form, Mapping) else None, zone)
                if row is not None:
                    come[one.name] = row
        gone = {name for name in gone if name not in declared}
        if come or gone:
            values = {name: next(value for value in row.values() if value is not None) for name, row in come.items()}
            family.root_row["facts"] = facts.replaced(family.root_row["facts"] or "", values | dict.fromkeys(gone))
        return come, gone

    def _write_search(self, found: tuple[dict[str, Any], set[str]]) -> None:
        come, gone = found
        family, table = self.family, SearchValue.__table__
        if gone or come:
            family.connection.execute(delete(table).where(table.c.root_id == family.root_id,
                                                          table.c.field.in_({*gone, *come})))
        if come:
            family.connection.execute(table.insert(), [{"root_id": family.root_id, "field": name} | row
                                                       for name, row in come.items()])

    def _write(self, members: list[Member], tasks: list[TaskRow], calls: list[dict[str, Any]]) -> None:
        connection = self.family.connection
        for task in tasks:
            task.write([row for row in self.rows["task_candidate"] if row["task_id"] == task.row["id"]])
        if calls:
            connection.execute(_PAYLOAD, calls)
        for member in members:
            self._rename(self.routes[member.id], member.id)

    def _rename(self, route: Route, instance_id: str) -> None:
        """Rows beside that name an element: jobs, open incidents, links, tasks that go straight back to one."""
        if not route.mapping:
            return
        connection = self.family.connection
        for model, name in ((Job, "job"), (Incident, "incident")):
            named = [{"the_id": row["id"], "new_element": route.name(row["element_id"])} for row in self.rows[name]
                     if row["instance_id"] == instance_id and row["element_id"] in route.mapping
                     and (name == "job" or row["resolved_at"] is None)]
            if named:
                connection.execute(_RENAME[model], named)
        links = [{"the_id": row["token_hash"], "new_element": route.name(row["element_id"])}
                 for row in self.rows["public_link"]
                 if row["instance_id"] == instance_id and row["element_id"] in route.mapping]
        if links:
            connection.execute(_RENAME_LINK, links)
        for row in self.rows["user_task"]:
            back = row["straight_to"]
            if back and back["instance_id"] == instance_id and back["element_id"] in route.mapping:
                name = route.new.element_name(route.name(back["element_id"]))
                connection.execute(update(UserTask.__table__).where(UserTask.id == row["id"]).values(
                    straight_to=back | {"element_id": route.name(back["element_id"]), "name": name.zh,
                                        "name_en": name.en}))


def _by_id(model: Any, key: str = "id", **columns: str) -> Any:
    return (update(model.__table__).where(model.__table__.c[key] == bindparam("the_id"))
            .values({name: bindparam(parameter) for name, parameter in columns.items()}))


_DEFINITION = _by_id(ProcessInstance, definition_id="new_id")


def bind(connection: Connection, moves: Iterable[Move]) -> None:
    """Bind the instances of cases that moved to their new versions: one statement for all."""
    connection.execute(_DEFINITION, [{"the_id": instance, "new_id": route.new.id} for move in moves
                                     for instance, route in move.routes.items()])


_PAYLOAD = _by_id(Job, payload="new_payload")
_RENAME_LINK = _by_id(PublicLink, "token_hash", element_id="new_element")
_RENAME = {model: _by_id(model, element_id="new_element") for model in (Job, Incident)}
