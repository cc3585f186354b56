"""A process told as a story: start it, do what waits, move the clock, look at what has been passed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from engine.bpmn import ProcessModel, ProcessRun, RunEvent, Wait, read_models
from engine.clock import MovableClock
from engine.errors import BihuanError
from engine.feel import evaluate

HERE = Path(__file__).parent
START = datetime(2026, 4, 7, 1, 0, tzinfo=UTC)


class NullCondition(BihuanError):
    """The environment's refusal of a condition that is neither true nor false."""

    code, zh, en = "null_condition", "条件没有结果。", "the condition has no result."


class World:
    """The environment of a story: a movable clock, FEEL, one decision, one data store."""

    def __init__(self) -> None:
        self.clock = MovableClock(START)
        self.store: dict[str, Any] = {}

    def now(self) -> datetime:
        return self.clock.now()

    def evaluate(self, text: str, variables: Any) -> Any:
        return evaluate(text, variables, clock=self.clock.now)

    def condition(self, text: str, variables: Any) -> bool:
        value = self.evaluate(text, variables)
        if not isinstance(value, bool):
            raise NullCondition(text=text)
        return value

    def decide(self, element: Any, variables: Any) -> tuple[Any, Any]:
        return f"{element.attributes['decisionRef']} of {variables['n']}", ["rule 1"]

    def read_store(self, store: str, element: Any, variables: Any) -> Any:  # noqa: ARG002
        return self.store.get(store)

    def write_store(self, store: str, element: Any, value: Any, variables: Any) -> None:  # noqa: ARG002
        self.store[store] = value


class Story:
    """One run. In mode ``saved`` it is saved and loaded again whenever it rests, in mode ``torn`` after each step."""

    def __init__(self, mode: str):
        self.mode = mode
        self.world = World()
        self.events: list[RunEvent] = []
        self.largest = 0
        self.run: ProcessRun

    def read(self, name: str, key: str = "p") -> ProcessModel:
        """The process ``key`` of the file ``name.bpmn`` beside the tests."""
        models = read_models((HERE / f"{name}.bpmn").read_bytes(), f"{name}.bpmn")
        self.model = next(model for model in models if model.key == key)
        return self.model

    def start(self, name: str, entry: str | None = None, payload: dict[str, Any] | None = None,
              **variables: Any) -> Story:
        """Given: a run of that file, at rest."""
        self.read(name)
        self.run = ProcessRun.start(self.model, self.world, dict(variables), entry=entry, payload=payload)
        return self.go()

    def go(self) -> Story:
        """Run to the next rest."""
        if self.mode == "torn":
            self.reload()
            for _ in range(30_000):
                if not self.run.step():
                    break
                self.reload()
        else:
            self.run.advance()
            if self.mode == "saved":
                self.reload()
        self.events += self.run.take_events()
        return self

    def reload(self) -> None:
        """Save, forget, load."""
        self.events += self.run.take_events()
        saved = self.run.state()
        self.largest = max(self.largest, len(saved))
        self.run = ProcessRun.restore(self.model, self.world, saved, self.run.variables)
        assert self.run.state() == saved

    # -- when

    def wait_for(self, element_id: str, kind: str | None = None) -> Wait:
        """The oldest wait at an element."""
        return next(wait for wait in self.run.waits()
                    if wait.element_id == element_id and kind in (None, wait.kind))

    def complete(self, *element_ids: str, **values: Any) -> Story:
        for element_id in element_ids:
            self.run.complete(self.wait_for(element_id).id, values)
            self.go()
        return self

    def message(self, name: str, **payload: Any) -> Story:
        wait = next(wait for wait in self.run.waits() if wait.kind == "message" and wait.detail["name"] == name)
        self.run.deliver(wait.id, payload, wait.index)
        return self.go()

    def signal(self, name: str, **payload: Any) -> Story:
        self.run.signal(name, payload)
        return self.go()

    def later(self, **duration: float) -> Story:
        self.world.clock.move(timedelta(**duration))
        return self.go()

    def error(self, element_id: str, code: str, **payload: Any) -> Story:
        self.run.error(self.wait_for(element_id).id, code, payload)
        return self.go()

    def move(self, cancel: list[str], to: list[str]) -> Story:
        self.run.move([self.wait_for(name).id for name in cancel], to)
        return self.go()

    # -- then

    @property
    def open(self) -> list[str]:
        """What people and services are to do, in alphabetical order."""
        return sorted(wait.element_id for wait in self.run.waits() if wait.kind in ("user", "service", "call"))

    @property
    def passed(self) -> list[str]:
        """The untyped tasks that were completed, in order."""
        return [event.element_id for event in self.events if event.kind == "left"
                and event.data["outcome"] == "completed" and self.model.elements[event.element_id].kind == "task"]

    def told(self, kind: str) -> list[RunEvent]:
        """Events of one kind."""
        return [event for event in self.events if event.kind == kind]

    @property
    def ended(self) -> bool:
        return self.run.ended
