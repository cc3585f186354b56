"""Simulations of a draft: asked for with the people one has in mind, carried on by workers, looked at, stopped."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from engine import live_files
from engine.authorization import Actor
from engine.cards import Bilingual
from engine.errors import FieldError, Invalid
from engine.ids import new_id
from engine.live import Live
from engine.models.history import ElementVisit
from engine.models.identity import Person
from engine.models.repository import ProcessDefinition
from engine.models.runtime import Job
from engine.models.studio import StudioRun
from engine.simulation import running
from engine.simulation.content import of_files
from engine.simulation.study import numbers
from engine.studio.rows import changing, looking
from engine.studio.runs import ENDED, Runs

KIND = "simulation"
DAYS, SEEDS = 30, 5
"""The period that is replayed and the seeds of each variant, unless said otherwise."""
MOST_DAYS, MOST_SEEDS, MOST_PEOPLE, MOST_MINUTES = 92, 10, 500, 6000
BETWEEN_LOOKS = 0.7
"""Seconds between two looks at whether somebody stopped the run."""


@dataclass(frozen=True, slots=True)
class RoleLine:
    """A role of the draft: how many did its work in the period, how many hold it; ``external`` are customers."""

    role: str
    name: Bilingual
    active: int
    holders: int
    external: bool


@dataclass(frozen=True, slots=True)
class StepLine:
    """A step that people do: ``place`` is ``process|element``; ``done`` in the period (0: a new one); ``outcomes`` are
    the decisions of its form."""

    place: str
    element_id: str
    name: Bilingual
    role: str
    done: int
    outcomes: tuple[tuple[str, Bilingual], ...] = ()


@dataclass(frozen=True, slots=True)
class SimulationRun:
    """A run as the page shows it; ``result`` as :mod:`engine.simulation.running` makes it, without the replications.
    ``outdated``: the draft changed since."""

    id: str
    state: str
    done: int
    total: int
    asked_at: datetime
    asked_by: Bilingual
    ended_at: datetime | None
    inputs: Mapping[str, Any]
    result: Mapping[str, Any]
    outdated: bool

    @property
    def ended(self) -> bool:
        return self.state in ENDED


@dataclass(frozen=True, slots=True)
class SimulationSetup:
    """What may be set before a simulation, and the last run."""

    roles: tuple[RoleLine, ...]
    steps: tuple[StepLine, ...]
    run: SimulationRun | None


class Simulations:
    """The verbs of simulations. Looking is for owners and auditors, running for owners."""

    def __init__(self, parts: Any, runs: Runs):
        self._parts, self._runs = parts, runs
        runs.register(KIND, self._carry_on)

    def setup(self, draft_id: str, by: Actor) -> SimulationSetup:
        """Roles and steps of the draft with what happened at them in the last 30 days, and the last run.

        Raises NotFound, and Refused where the draft cannot be read.
        """
        looking(by)
        parts = self._parts
        with parts.database.reading() as connection:
            key = live_files.process_of(connection, draft_id)
            files = live_files.files_of(connection, draft_id)
            run = _last(connection, draft_id)
            done, workers = _happened(connection, parts.clock.now() - timedelta(days=DAYS))
            live = parts.live.at(connection)
        processes = of_files(files, live, lambda _key: None)
        reached = _reached(processes.changed, key)
        steps = tuple(_step_line(processes.changed[one], element, done) for one in reached
                      for element in processes.changed[one].model.elements.values() if element.kind == "userTask")
        named = {role.strip() for line in steps if not line.role.startswith("=") for role in line.role.split(",")}
        active = _by_role(live, [workers.get(one, {}) for one in reached])
        visited = {role for one in reached for roles in workers.get(one, {}).values() for role in roles}
        roles = tuple(RoleLine(role, processes.live.role_name(role), len(active.get(role, ())),
                               sum(role in person.roles for person in live.people.values()),
                               bool((declared := processes.live.roles.get(role)) and declared.external))
                      for role in sorted((named | visited) - {""}))
        return SimulationSetup(roles, steps, _card(run, files) if run else None)

    def run(self, draft_id: str, by: Actor, *, people: Mapping[str, int] | None = None,
            minutes: Mapping[str, float] | None = None, outcomes: Mapping[str, Mapping[str, float]] | None = None,
            days: int = DAYS, seeds: int = SEEDS) -> str:
        """Ask for a simulation; the id of the run. ``people`` by role, ``minutes`` and ``outcomes`` by place.

        Raises Invalid with a sentence per field, Refused where the draft cannot be read.
        """
        changing(by)
        inputs = {"people": dict(people or {}), "minutes": dict(minutes or {}),
                  "outcomes": {place: dict(some) for place, some in (outcomes or {}).items()}, "days": days,
                  "seeds": seeds}
        _check(inputs)
        parts = self._parts
        with parts.database.transaction() as connection:
            files = live_files.files_of(connection, draft_id)
            of_files(files, parts.live.at(connection), lambda _key: None)
            connection.execute(update(StudioRun).where(  # one at a time: the older one no longer says what is asked
                StudioRun.draft_id == draft_id, StudioRun.kind == KIND, StudioRun.state.not_in(ENDED))
                .values(state="stopped", ended_at=parts.clock.now()))
            run_id = self._runs.begin(connection, draft_id, KIND, by, files=live_files.fingerprint(files),
                                      total=len(running.plan(inputs)) * running.PIECE, inputs=inputs)
            self._runs.hand_on(connection, run_id)
        return run_id

    def progress(self, draft_id: str, by: Actor) -> SimulationRun | None:
        """The last run of a draft, if there is one."""
        looking(by)
        with self._parts.database.reading() as connection:
            row = _last(connection, draft_id)
            return _card(row, live_files.files_of(connection, draft_id)) if row else None

    def stop(self, run_id: str, by: Actor) -> None:
        """Stop a run; what it found so far stays."""
        changing(by)
        self._runs.end(run_id, "stopped")

    # -- a worker's part

    def _carry_on(self, run_id: str) -> None:
        """One replication; the next one is a job of its own, so that no worker is held for long."""
        with self._parts.database.reading() as connection:
            row = self._runs.row(connection, run_id)
        look = _Look(self._runs, row)
        result, done, total = running.step(self._parts, row, look)
        if not look.on:
            return
        told = self._runs.note(run_id, done=done * running.PIECE, total=total * running.PIECE, result=result)
        if done >= total:
            self._runs.end(run_id, "done")
        elif told:
            with self._parts.database.transaction() as connection:
                self._next(connection, run_id)


    def _next(self, connection: Connection, run_id: str) -> None:
        """The job of the next piece, beside the one that is being done."""
        now, settings = self._parts.clock.now(), self._parts.settings
        connection.execute(insert(Job.__table__).values(
            id=new_id(now), kind="studio", due_at=now, element_id="", element_instance_id="", slot=0,
            payload={"run": run_id}, retries=settings.job_retries, tries=0, suspended=False, created_at=now))


class _Look:
    """Tells how far a piece is, and hears whether the run was stopped."""

    def __init__(self, runs: Runs, row: Row[Any]):
        self._runs, self._row, self._looked, self.on = runs, row, time.monotonic(), True

    def __call__(self, share: float) -> bool:
        if time.monotonic() - self._looked >= BETWEEN_LOOKS:
            self._looked = time.monotonic()
            begun = self._row.done // running.PIECE * running.PIECE
            self.on = self._runs.note(self._row.id, done=begun + int(share * (running.PIECE - 1)),
                                      total=self._row.total, result=self._row.result)
        return self.on


def _check(inputs: Mapping[str, Any]) -> None:
    wrong = [FieldError(f"people.{role}", "range", f"请填写 1 至 {MOST_PEOPLE} 的整数。",
                        f"Give a whole number from 1 to {MOST_PEOPLE}.")
             for role, number in inputs["people"].items() if not 1 <= number <= MOST_PEOPLE]
    wrong += [FieldError(f"minutes.{place}", "range", f"请填写 1 至 {MOST_MINUTES} 分钟。",
                         f"Give 1 to {MOST_MINUTES} minutes.")
              for place, number in inputs["minutes"].items() if not 1 <= number <= MOST_MINUTES]
    wrong += [FieldError(f"outcomes.{place}", "range", "比例应为 0 至 100，且不全为 0。",
                         "Shares lie from 0 to 100 and are not all 0.")
              for place, some in inputs["outcomes"].items()
              if not all(0 <= share <= 100 for share in some.values()) or not any(some.values())]
    for name, most in (("days", MOST_DAYS), ("seeds", MOST_SEEDS)):
        if not 1 <= inputs[name] <= most:
            wrong.append(FieldError(name, "range", f"请填写 1 至 {most} 的整数。",
                                    f"Give a whole number from 1 to {most}."))
    if wrong:
        raise Invalid(wrong)


def _last(connection: Connection, draft_id: str) -> Row[Any] | None:
    return connection.execute(
        select(StudioRun.__table__, Person.name, Person.name_en).join(Person, Person.id == StudioRun.asked_by)
        .where(StudioRun.draft_id == draft_id, StudioRun.kind == KIND)
        .order_by(StudioRun.asked_at.desc(), StudioRun.id.desc()).limit(1)).first()


def _card(row: Row[Any], files: Mapping[str, bytes]) -> SimulationRun:
    kept = row.result or {}
    known = kept.get("format") == running.FORMAT or "error" in kept
    result = {name: numbers(value) for name, value in kept.items() if name != "replications"} if known else {}
    return SimulationRun(row.id, row.state, row.done, row.total, row.asked_at, Bilingual(row.name, row.name_en),
                         row.ended_at, numbers(row.inputs), result, live_files.fingerprint(files) != row.files)


def _happened(connection: Connection, since: datetime) -> tuple[dict[tuple[str, str], int],
                                                                 dict[str, dict[str, set[str]]]]:
    """Completed tasks by (process, element), and by process who did them in which roles, since a moment. One statement.
    """
    rows = connection.execute(
        select(ProcessDefinition.key, ElementVisit.element_id, ElementVisit.role, ElementVisit.by, func.count())
        .join(ProcessDefinition, ProcessDefinition.id == ElementVisit.definition_id)
        .where(ElementVisit.kind == "userTask", ElementVisit.outcome == "completed", ElementVisit.left_at >= since)
        .group_by(ProcessDefinition.key, ElementVisit.element_id, ElementVisit.role, ElementVisit.by)).all()
    done: dict[tuple[str, str], int] = {}
    workers: dict[str, dict[str, set[str]]] = {}
    for key, element, role, by, count in rows:
        done[key, element] = done.get((key, element), 0) + count
        if by:
            workers.setdefault(key, {}).setdefault(by, set()).add(role)
    return done, workers


def _by_role(live: Live, workers: Iterable[Mapping[str, set[str]]]) -> dict[str, set[str]]:
    """Who worked, by the roles they hold; those who are gone by the roles they worked in."""
    found: dict[str, set[str]] = {}
    for several in workers:
        for person, roles in several.items():
            there = live.people_by_id.get(person)
            for role in there.roles if there is not None and there.roles else roles:
                found.setdefault(role, set()).add(person)
    return found


def _reached(changed: Mapping[str, Any], key: str) -> list[str]:
    """The process itself and those that it calls, as far as they are of the draft, in the order of calling."""
    found, todo = [], [key]
    while todo:
        one = todo.pop(0)
        if one in changed and one not in found:
            found.append(one)
            todo += changed[one].model.called_elements
    return found


def _step_line(definition: Any, element: Any, done: Mapping[tuple[str, str], int]) -> StepLine:
    form = definition.forms.get(element.attributes.get("formKey", ""))
    field = form.outcome_field if form is not None else None
    outcomes = tuple((str(option.id), Bilingual(option.label.zh, option.label.en)) for option in field.options
                     ) if field is not None else ()
    return StepLine(f"{definition.key}|{element.id}", element.id, definition.element_name(element.id),
                    element.attributes.get("candidateGroups") or element.property("bihuan:role") or "",
                    done.get((definition.key, element.id), 0), outcomes)
