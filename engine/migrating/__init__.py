"""Moving running cases to another version of their process: looked at for all, tried dry, done by a job, taken back.

Those who publish may do it; auditors look. A case that has a route moves as a whole under its root's lock.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, func, select

from engine.authorization import AUDITOR, Actor, may_deploy, require, require_acting
from engine.errors import Conflict, FieldError, Invalid, NotFound
from engine.migrating import plans, results
from engine.migrating.cards import MigrationCard, MigrationView, Prospect, RunningVersion
from engine.migrating.proposals import proposed
from engine.migrating.prospects import look, prospect
from engine.migrating.route import Route
from engine.models.repository import Deployment, ProcessDefinition
from engine.models.runtime import ProcessInstance
from engine.models.studio import MigrationPlan

KEPT_DAYS = 30
"""How long what a move changed is kept, and the move can be taken back."""
Mapped = Mapping[int, Mapping[str, str]]
"""By source version: old element id -> new element id, empty for "nowhere"."""


class NotTakenBack(Conflict):
    """The migration is under way, was taken back already, or is too long ago."""

    code = "not_taken_back"
    zh = "这次迁移现在不能撤回：正在进行、已撤回，或已超过 {days} 天。"
    en = "This migration cannot be taken back now: it is under way, was taken back, or is more than {days} days ago."


class Migrations:
    """The verbs; each is one transaction, and the moves are done by a job."""

    def __init__(self, parts: Any):
        self._parts = parts

    def versions(self, key: str, by: Actor) -> tuple[RunningVersion, ...]:
        """The versions of a process, newest first, with the instances running on each. Raises NotFound."""
        _looks(by)
        with self._parts.database.reading() as connection:
            return _versions(connection, key)

    def look(self, key: str, by: Actor, *, sources: Sequence[int] = (), target: int | None = None,
             mapping: Mapped | None = None, tried: bool = False) -> Prospect | None:
        """What a move would do to all running instances of the versions ``sources`` (all others, where none is named).

        Without ``mapping`` likely elements are proposed. ``tried``: cases for which their group does not tell are
        tried one by one, which writes nothing. Nothing where there is only one version or no instance to move. Raises
        Invalid for a mapping that does not fit, at ``map.<version>.<element>``.
        """
        _looks(by)
        if tried:
            require(may_deploy(by), "迁移在办案件", "move running cases")
        parts = self._parts
        with parts.database.reading() as connection:
            versions = _versions(connection, key)
            new, old = _chosen(versions, sources, target)
            if not old:
                return None
            routes = _routes(parts, connection, old, new, mapping)
            found = look(parts, connection, by, routes)
        if tried:
            found.attempt()
        with parts.database.reading() as connection:
            return prospect(connection, found, versions=versions, target=new, chosen=mapping or {}, tried=tried,
                            may_run=may_deploy(by))

    def begin(self, key: str, by: Actor, *, sources: Sequence[int], target: int, mapping: Mapped | None = None,
              note: str = "") -> str:
        """Move all running instances of ``sources`` to ``target`` by a job; returns the id of the migration.

        Raises Invalid without a note and for a mapping that does not fit, NothingToMove, NotFound.
        """
        require(may_deploy(by), "迁移在办案件", "move running cases")
        require_acting(by)
        if not note.strip():
            raise Invalid([FieldError("note", "note_needed", "请写明为什么迁移。", "Please say why the cases move.")])
        parts = self._parts
        with parts.database.transaction() as connection:
            new, old = _chosen(_versions(connection, key), sources, target)
            if not old:
                raise plans.NothingToMove()
            routes = _routes(parts, connection, old, new, mapping)
            plan = plans.begin(parts, connection, by, process_key=key, sources=list(routes), target=new.definition_id,
                               mapping={source: route.mapping for source, route in routes.items()},
                               note=note.strip()[:2000])
            parts.note(connection, by, "migration_begun", reason=note.strip(), process=key, plan=plan,
                       old=[one.version for one in old], new=new.version)
        return plan

    def take_back(self, plan_id: str, by: Actor) -> None:
        """Take a migration back by a job: cases untouched since stand as before, the others keep the reason.

        Raises NotTakenBack, NotFound.
        """
        require(may_deploy(by), "撤回迁移", "take a migration back")
        require_acting(by)
        parts = self._parts
        with parts.database.transaction() as connection:
            row = connection.execute(select(MigrationPlan.__table__).where(MigrationPlan.id == plan_id)
                                     .with_for_update()).first()
            if row is None:
                raise NotFound(what="page")
            if not _may_still(row, parts.clock.now()):
                raise NotTakenBack(days=KEPT_DAYS)
            plans.begin_taking_back(parts, connection, plan_id, by)
            parts.note(connection, by, "migration_called_back", process=row.process_key, plan=plan_id)

    def progress(self, plan_id: str, by: Actor, *, state: str = "", after: str = "") -> MigrationView:
        """A migration with what became of its cases, those in ``state`` alone where one is named; ``after`` a case
        number pages on. Raises NotFound."""
        _looks(by)
        with self._parts.database.reading() as connection:
            row = connection.execute(select(MigrationPlan.__table__).where(MigrationPlan.id == plan_id)).first()
            if row is None:
                raise NotFound(what="page")
            may = may_deploy(by) and _may_still(row, self._parts.clock.now())
            return results.view(connection, row, state, after, may)

    def listed(self, key: str, by: Actor, limit: int = 20) -> tuple[MigrationCard, ...]:
        """The migrations of a process, the latest first."""
        _looks(by)
        with self._parts.database.reading() as connection:
            rows = connection.execute(select(MigrationPlan.__table__).where(MigrationPlan.process_key == key)
                                      .order_by(MigrationPlan.id.desc()).limit(limit)).all()
            return results.cards(connection, rows)


def _looks(by: Actor) -> None:
    require(may_deploy(by) or by.holds(AUDITOR), "查看案件迁移", "look at migrations of cases")


def _may_still(row: Any, now: Any) -> bool:
    return row.state == "done" and row.ended_at is not None and now - row.ended_at <= timedelta(days=KEPT_DAYS)


def _versions(connection: Connection, key: str) -> tuple[RunningVersion, ...]:
    running = (select(ProcessInstance.definition_id, func.count().label("n"))
               .where(ProcessInstance.process_key == key, ProcessInstance.ended_at.is_(None))
               .group_by(ProcessInstance.definition_id).subquery())
    rows = connection.execute(
        select(ProcessDefinition.id, ProcessDefinition.version, Deployment.at, func.coalesce(running.c.n, 0).label("n"))
        .join(Deployment, Deployment.id == ProcessDefinition.deployment_id)
        .outerjoin(running, running.c.definition_id == ProcessDefinition.id)
        .where(ProcessDefinition.key == key).order_by(ProcessDefinition.version.desc())).all()
    if not rows:
        raise NotFound(what="process")
    return tuple(RunningVersion(row.id, row.version, row.at, row.n) for row in rows)


def _chosen(versions: Sequence[RunningVersion], sources: Sequence[int],
            target: int | None) -> tuple[RunningVersion, list[RunningVersion]]:
    """The version to move to, and those to move from: the ones named that have instances, else all that have."""
    new = next((one for one in versions if target in (None, one.version)), None)
    known = {one.version for one in versions}
    if new is None or any(one not in known for one in sources):
        raise NotFound(what="page")
    return new, [one for one in versions if one.running and one.version != new.version
                 and (not sources or one.version in sources)]


def _routes(parts: Any, connection: Connection, old: Sequence[RunningVersion], new: RunningVersion,
            mapping: Mapped | None) -> dict[str, Route]:
    definition = parts.definitions.get(connection, new.definition_id)
    routes, wrong = {}, []
    for one in old:
        source = parts.definitions.get(connection, one.definition_id)
        chosen = dict((mapping or {}).get(one.version, {}))
        wrong += _misfits(one.version, Route(source, definition, {key: to for key, to in chosen.items() if to}), chosen)
        full = proposed(source, definition, chosen)
        routes[one.definition_id] = Route(source, definition, full)
    if wrong:
        raise Invalid(wrong)
    return routes


def _misfits(version: int, route: Route, chosen: Mapping[str, str]) -> list[FieldError]:
    """Entries of a mapping that name what is not there, or what an element cannot become."""
    found = []
    for element_id, to in chosen.items():
        code = route.migration.fitting.between(element_id, to) if to else None
        if element_id not in route.old.model.elements or (to and to not in route.new.model.elements):
            found.append(FieldError(f"map.{version}.{element_id}", "unknown_element", "没有这个环节。",
                                    "There is no such element."))
        elif code is not None:
            name, other = route.old.element_name(element_id), route.new.element_name(to)
            found.append(FieldError(
                f"map.{version}.{element_id}", code, f"“{name.zh}”不能改到“{other.zh}”：种类、位置或重复方式不同。",
                f"“{name.in_('en')}” cannot become “{other.in_('en')}”: its kind, place or repetition differs."))
    return found


