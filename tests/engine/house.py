"""A small organisation with small processes, and the words in which the stories of these tests are told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from engine import SYSTEM, Actor, Bilingual, MovableClock, ProcessEngine, StartedCard
from engine.models.history import ElementVisit, HistoryEntry
from engine.models.identity import Notice, Person
from engine.models.runtime import Incident, Job, ProcessInstance, UserTask
from engine.values import loads

CONTENT = Path(__file__).parent / "content"

UNITS = (("hq", None, "company"), ("north", "hq", "branch"), ("north_desk", "north", "desk"), ("south", "hq", "branch"))
PEOPLE = {
    "li.na": ("李娜", "Li Na", "north_desk", ("agent",)),
    "wang.fang": ("王芳", "Wang Fang", "north_desk", ("agent",)),
    "chen.yu": ("陈宇", "Chen Yu", "south", ("agent",)),
    "zhou.min": ("周敏", "Zhou Min", "north", ("supervisor",)),
    "liu.jun": ("刘军", "Liu Jun", "hq", ("director",)),
    "gao.lei": ("高磊", "Gao Lei", "hq", ("president",)),
    "xu.shen": ("许审", "Xu Shen", "hq", ("auditor",)),
    "root": ("管理员", "Administrator", "hq", ("system_admin",)),
    "he.wai": ("何外", "He Wai", "south", ()),
}


def content(*names: str) -> dict[str, bytes]:
    """The files of a deployment: the drawings named, with the pack and all forms."""
    files = {f"t/{name}.bpmn": (CONTENT / f"{name}.bpmn").read_bytes() for name in names}
    files["t/pack.yaml"] = (CONTENT / "pack.yaml").read_bytes()
    return files | {f"forms/t/{path.name}": path.read_bytes() for path in sorted((CONTENT / "forms").iterdir())}


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of the month in which the stories begin, in UTC."""
    return datetime(2026, 4, day, hour, minute, tzinfo=UTC)


class House:
    """An engine with people in units; every word is one act or one look."""

    def __init__(self, engine: ProcessEngine, clock: MovableClock):
        self.engine, self.clock = engine, clock
        for key, parent, kind in UNITS:
            engine.identity.create_unit(key, Bilingual(key, key), SYSTEM, parent=parent, kind=kind)
        for login, (zh, en, unit, roles) in PEOPLE.items():
            engine.identity.create_person(login, Bilingual(zh, en), SYSTEM, unit=unit,
                                          roles=[(role, unit) for role in roles])

    # -- acts

    def deploy(self, *names: str) -> Any:
        return self.engine.deployments.deploy(content(*names), SYSTEM)

    def __call__(self, login: str) -> Actor:
        """The person."""
        return self.engine.identity.actor_by_login(login)

    def start(self, key: str, by: str = "li.na", **more: Any) -> str:
        """A new case by somebody, whoever may start it; its id."""
        return self.started(key, by, **more).case_id

    def started(self, key: str, by: str = "li.na", **more: Any) -> StartedCard:
        return self.engine.instances.start(key, replace(self(by), system=True), **more)

    def complete(self, case: str, element: str, by: str = "li.na", values: Mapping[str, Any] | None = None) -> Any:
        return self.engine.tasks.complete(self.task(case, element), values, self(by))

    def work(self, limit: int = 100) -> int:
        """A worker does all that is due now; how many jobs it took."""
        done = 0
        while done < limit:
            taken = self.engine.jobs.run_due(owner="w1")
            if not taken:
                return done
            done += taken
        raise AssertionError("the worker does not come to rest")

    def after(self, **duration: float) -> datetime:
        """Time goes by, and a worker does what falls due on the way, in its order."""
        goal = self.clock.now() + timedelta(**duration)
        for _ in range(200):
            due = self.engine.jobs.next_due()
            if due is None or due > goal:
                break
            self.clock.set(max(due, self.clock.now()))
            self.work()
        self.clock.set(goal)
        self.work()
        return goal

    # -- looks

    def rows(self, statement: Any) -> list[Any]:
        with self.engine.database.reading() as connection:
            return list(connection.execute(statement).all())

    def tasks(self, case: str | None = None) -> list[Any]:
        query = select(UserTask).order_by(UserTask.created_at, UserTask.id)
        return self.rows(query if case is None else query.where(UserTask.root_id == case))

    def open(self, case: str | None = None) -> list[str]:
        """The elements of the open tasks."""
        return [row.element_id for row in self.tasks(case)]

    def task(self, case: str, element: str) -> str:
        """The id of the open task at an element."""
        found = [row.id for row in self.tasks(case) if row.element_id == element]
        assert len(found) == 1, f"open are {self.open(case)}, wanted {element}"
        return found[0]

    def row(self, case: str) -> Any:
        return self.rows(select(ProcessInstance.__table__).where(ProcessInstance.id == case))[0]

    def variables(self, instance: str) -> dict[str, Any]:
        return loads(self.row(instance).variables)

    def family(self, case: str) -> list[Any]:
        return self.rows(select(ProcessInstance.__table__).where(ProcessInstance.root_id == case)
                         .order_by(ProcessInstance.started_at, ProcessInstance.id))

    def jobs(self, *kinds: str) -> list[Any]:
        query = select(Job.__table__).order_by(Job.due_at, Job.id)
        return self.rows(query.where(Job.kind.in_(kinds)) if kinds else query)

    def incidents(self) -> list[Any]:
        return self.rows(select(Incident.__table__).order_by(Incident.at))

    def verbs(self, case: str) -> list[str]:
        return [row.verb for row in self.rows(select(HistoryEntry.verb).where(HistoryEntry.root_id == case)
                                              .order_by(HistoryEntry.id))]

    def visits(self, case: str, outcome: str = "completed") -> list[str]:
        return [row.element_id for row in self.rows(
            select(ElementVisit.element_id).where(ElementVisit.root_id == case, ElementVisit.outcome == outcome)
            .order_by(ElementVisit.id))]

    def count(self, model: Any, *where: Any) -> int:
        return self.rows(select(func.count()).select_from(model).where(*where))[0][0]

    def notices(self) -> list[tuple[str, str]]:
        """(login, code) of every notice, in order."""
        return [(row.login, row.code) for row in self.rows(
            select(Person.login, Notice.code).join(Person, Person.id == Notice.person_id).order_by(Notice.id))]

    def escalations(self, case: str) -> list[tuple[str, int, str, datetime]]:
        """(verb, level, role, when) of every deadline step of a case."""
        return [(row.verb, row.detail["level"], row.detail["role"], row.at) for row in self.rows(
            select(HistoryEntry.verb, HistoryEntry.detail, HistoryEntry.at)
            .where(HistoryEntry.root_id == case, HistoryEntry.verb.in_(("reminded", "escalated")))
            .order_by(HistoryEntry.id))]
