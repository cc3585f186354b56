"""One scenario on its way: each step done in the engine, the clock moved over everything that falls due."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from engine import feel
from engine.authorization import SYSTEM, Actor
from engine.clock import MovableClock
from engine.errors import BihuanError, Invalid
from engine.models.runtime import Incident, ProcessInstance, UserTask
from engine.testing.expectations import check
from engine.testing.failing import StepFailed, joined
from engine.testing.reader import Scenario, verb_of
from engine.testing.task_steps import TaskSteps
from engine.testing.world import moment, value_of

if TYPE_CHECKING:
    from engine.process_engine import ProcessEngine

MOST_JOBS = 2000
"""Jobs one step may cause; more is a process that never rests."""

FARTHEST = timedelta(days=3653)
"""How far one step may move the clock."""


class Story(TaskSteps):
    """One scenario on its way."""

    def __init__(self, engine: ProcessEngine, clock: MovableClock, scenario: Scenario):
        self.engine, self.clock, self.scenario = engine, clock, scenario
        self.cases: dict[str, str] = {}
        self.last = ""
        self.sent: list[dict[str, Any]] = []
        """What went out since the story last looked."""
        self.log: list[dict[str, Any]] = []
        """All that went out."""
        self.until: float | None = None
        """When a step that still runs is stopped, by ``time.monotonic``."""

    def take(self, step: dict[str, Any]) -> None:
        """Do one step."""
        getattr(self, "_" + verb_of(step))(step)
        self.drain()

    def actor(self, login: str) -> Actor:
        return self.engine.identity.actor_by_login(login)

    def case_of(self, step: Mapping[str, Any]) -> str:
        name = step.get("in")
        if name is not None and name not in self.cases:
            raise StepFailed(f"没有叫 {name!r} 的案件", f"no case is called {name!r}")
        found = self.cases[name] if name is not None else self.last
        if not found:
            raise StepFailed("还没有发起案件", "no case was started yet")
        return found

    def variables(self, case_id: str) -> dict[str, Any]:
        from engine.values import loads

        with self.engine.database.reading() as connection:
            return loads(connection.scalar(select(ProcessInstance.variables).where(ProcessInstance.id == case_id)))

    def drain(self) -> None:
        """Run every job that is due at the present moment."""
        for _ in range(MOST_JOBS):
            rows = self.engine.jobs.acquire("story", 1)
            if not rows:
                return
            if self.until is not None and time.monotonic() > self.until:
                raise StepFailed("这一步运行太久，已停止：流程可能停不下来",
                                 "this step runs for too long and was stopped: the process may never come to rest")
            self._log(rows[0])
            self.engine.jobs.run(rows[0], "story")
        raise StepFailed(f"{MOST_JOBS} 个作业之后仍停不下来：流程可能在原地打转",
                         f"more than {MOST_JOBS} jobs without coming to rest: the process may turn in a circle")

    def _log(self, job: Any) -> None:
        if job.kind in ("service", "notice"):
            inputs = job.payload.get("inputs") or {}
            one = {"connector": job.payload.get("topic"), "to": inputs.get("to"), "at": self.clock.now(),
                   "text": inputs.get("text_zh") or inputs.get("text") or inputs.get("body") or ""}
            self.sent.append(one)
            self.log.append(one)

    def _start(self, step: dict[str, Any]) -> None:
        by = replace(self.actor(step["by"]), system=True)  # a called process may be told as a story of its own
        card = self.engine.instances.start(step["start"], by, unit=step.get("unit"),
                                           variables=value_of(self.engine, step.get("variables") or {}),
                                           form_values=value_of(self.engine, step.get("form") or {}))
        self.last = card.case_id
        self.cases[step.get("as") or card.case_number] = card.case_id

    def _adopt(self, step: dict[str, Any]) -> None:
        """Go on with a case that the calendar or another case started."""
        query = select(ProcessInstance.id).where(ProcessInstance.process_key == step["adopt"],
                                                 ProcessInstance.parent_id.is_(None),
                                                 ProcessInstance.id.not_in(self.cases.values()))
        with self.engine.database.reading() as connection:
            found = connection.scalar(query.order_by(ProcessInstance.id).limit(1))
        if found is None:
            raise StepFailed(f"没有自动发起的 {step['adopt']} 案件", f"nothing started a case of {step['adopt']}")
        self.last = self.cases[step.get("as") or found] = found

    def _claim(self, step: dict[str, Any]) -> None:
        self.engine.tasks.claim(self.task_of(step, step["claim"]), self.actor(step["by"]))

    def _release(self, step: dict[str, Any]) -> None:
        self.engine.tasks.release(self.task_of(step, step["release"]), self.actor(step["by"]))

    def _complete(self, step: dict[str, Any]) -> None:
        self.engine.tasks.complete(self.task_of(step, step["complete"]), self._form(step), self.actor(step["by"]))

    def _refuse(self, step: dict[str, Any]) -> None:
        wanted = step.get("error") or {}
        try:
            self.engine.tasks.complete(self.task_of(step, step["refuse"]), self._form(step), self.actor(step["by"]))
        except BihuanError as error:
            fields = [f.path for f in error.fields] if isinstance(error, Invalid) else []
            if "fields" in wanted and sorted(set(wanted["fields"])) != sorted(set(fields)):
                raise StepFailed(f"被退回的是 {fields}，应为 {wanted['fields']}",
                                 f"refused at {fields}, expected at {wanted['fields']}") from error
            if "code" in wanted and wanted["code"] not in (error.code, *self._codes(error)):
                raise StepFailed(f"被拒绝的原因是 {error.code}，应为 {wanted['code']}",
                                 f"refused with {error.code}, expected {wanted['code']}") from error
            return
        raise StepFailed(f"{step['refuse']} 被接受了，本应拒绝",
                         f"{step['refuse']} was accepted, though it should have been refused")

    @staticmethod
    def _codes(error: BihuanError) -> list[str]:
        return [f.code for f in error.fields] if isinstance(error, Invalid) else []

    def _form(self, step: dict[str, Any]) -> dict[str, Any]:
        return value_of(self.engine, step.get("form") or {}, self.variables(self.case_of(step)))

    def task_of(self, step: Mapping[str, Any], name: str) -> str:
        """The open task that a step means by ``name``. Raises StepFailed where none is open."""
        process, _, element = name.rpartition("/")
        with self.engine.database.reading() as connection:
            rows = connection.execute(
                select(UserTask.id, UserTask.element_id, UserTask.role, UserTask.process_key, UserTask.assignee_id)
                .where(UserTask.root_id == self.case_of(step)).order_by(UserTask.created_at, UserTask.id)).all()
        found = [row for row in rows if row.element_id == element and process in ("", row.process_key)
                 and step.get("role") in (None, row.role)]
        mine = self._for(found, step["by"]) if len(found) > 1 and "index" not in step else found
        found = mine or found
        number = step.get("index", 1)
        if len(found) < number:
            names = sorted({row.element_id for row in rows})
            raise StepFailed(f"没有待办 {name!r}；现有 {names}", f"no open task {name!r}; open are {names}")
        return found[number - 1].id

    def _for(self, rows: list[Any], login: str) -> list[Any]:
        by = self.actor(login)
        return [row for row in rows if row.assignee_id == by.person_id or (
            row.assignee_id is None and row.role in by.roles)]

    def _message(self, step: dict[str, Any]) -> None:
        what = step["message"]
        variables = self.variables(self.case_of(step)) if self.last else {}
        how = self.engine.instances.correlate(
            what["name"], value_of(self.engine, what.get("keys") or {}, variables),
            value_of(self.engine, what.get("payload") or {}, variables), SYSTEM)
        if how == "started":
            self.drain()
            with self.engine.database.reading() as connection:
                self.last = connection.scalar(select(ProcessInstance.id).where(ProcessInstance.parent_id.is_(None))
                                              .order_by(ProcessInstance.id.desc()).limit(1))
            self.cases[step.get("as") or self.last] = self.last

    def _signal(self, step: dict[str, Any]) -> None:
        what = step["signal"]
        self.engine.instances.signal(what["name"], value_of(self.engine, what.get("payload") or {}), SYSTEM)

    def _operate(self, step: dict[str, Any]) -> None:
        what, case = step["operate"], self.case_of(step)
        by, reason = self.actor(what["by"]), what.get("reason", "")
        if what["verb"] == "move":
            self._jump(case, what.get("cancel") or [], what.get("to") or [], reason, by)
        elif what["verb"] == "retry":
            for incident in self.engine.incidents.list(SYSTEM):
                self.engine.incidents.retry(incident.id, by)
        else:
            getattr(self.engine.instances, what["verb"])(case, reason, by)

    def _jump(self, case: str, cancel: list[str], to: list[str], reason: str, by: Actor) -> None:
        """Leave all that waits at elements and enter others, of the one instance in which they are."""
        known = self.engine.instances.jump_targets(case, by)
        leave = [one for one in known.leave if one.element_id in cancel]
        missing = set(cancel) - {one.element_id for one in leave}
        if missing:
            names = sorted({one.element_id for one in known.leave})
            raise StepFailed(f"没有停在 {sorted(missing)}；现停在 {names}",
                             f"nothing waits at {sorted(missing)}; waiting are {names}")
        home = next((one.instance_id for one in [*leave, *known.enter]
                     if one.element_id in ([leave[0].element_id] if leave else to)), None)
        self.engine.instances.jump(case, [one.element_instance_id for one in leave if one.instance_id == home], to,
                                   reason, by, instance_id=home)

    def _after(self, step: dict[str, Any]) -> None:
        by = feel.evaluate("duration(d)", {"d": step["after"]})
        if not isinstance(by, timedelta):
            raise StepFailed(f"{step['after']!r} 不是时长，例如 PT2H 或 P3D",
                             f"{step['after']!r} is no duration such as PT2H or P3D")
        self._move_to(self._within(lambda: self.clock.now() + by, step["after"]))

    def _at(self, step: dict[str, Any]) -> None:
        self._move_to(self._within(lambda: moment(step["at"], self.engine.settings.zone), step["at"]))

    def _within(self, goal: Callable[[], datetime], told: str) -> datetime:
        """A moment that can be gone to. Raises StepFailed for none, and for one that is years away."""
        try:
            found = goal()
        except (ValueError, OverflowError):
            found = None
        if found is None or found > self.clock.now() + FARTHEST:
            raise StepFailed(f"{told!r} 不是十年以内的时刻", f"{told!r} is no moment within ten years")
        return found

    def _move_to(self, goal: datetime) -> None:
        """Move the clock, stopping at everything that is due on the way."""
        if goal < self.clock.now():
            at = self.clock.now().isoformat()
            raise StepFailed(f"时钟已经走到 {at}", f"the clock is at {at} already")
        for _ in range(MOST_JOBS):
            due = self.engine.jobs.next_due()
            if due is None or due > goal:
                break
            self.clock.set(max(due, self.clock.now()))
            self.drain()
        self.clock.set(goal)
        self.drain()

    def _expect(self, step: dict[str, Any]) -> None:
        wrong = check(self, self.case_of(step), step["expect"])
        if wrong:
            told = joined(wrong)
            raise StepFailed(told.zh, told.en)

    def incidents(self, case_id: str) -> list[Any]:
        """The open incidents of a case."""
        with self.engine.database.reading() as connection:
            return list(connection.execute(select(Incident.element_id, Incident.code, Incident.params).where(
                Incident.root_id == case_id, Incident.resolved_at.is_(None))).all())
