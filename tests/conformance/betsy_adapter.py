"""Our engine as the runner of the betsy suite wants it: deploy a file, start instances, move a clock.

Script tasks of the suite become service tasks, as our scripts would be jobs of workers: their tokens are done by the
suite's own ``Host`` between two advances. The run is saved as text and restored at every wait state unless the option
``straight`` is given. The adapter is the world around a run: it carries messages, signals and calls between instances.

    python run_betsy.py --files files --adapter betsy_adapter --revised      # this folder and the project on the path
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.metadata import version as version_of
from typing import Any

import neutral
from adapters.base import EngineAdapter
from lxml import etree

from engine.bpmn import ProcessRun, read_models
from engine.feel import evaluate
from engine.values import dumps, loads

BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
TOPIC = "{http://camunda.org/schema/1.0/bpmn}topic"
START = datetime(2026, 1, 5, 8, tzinfo=UTC)
SLOW = {"WAIT_TEN_SECONDS", "CREATE_TIMESTAMP_LOG_1", "CREATE_TIMESTAMP_LOG_2"}
"""Scripts that take ten seconds."""


class World:
    """What a run needs from outside."""

    def __init__(self, adapter: BihuanAdapter) -> None:
        self.adapter = adapter

    def now(self) -> datetime:
        return self.adapter.clock

    def evaluate(self, text: str, variables: dict[str, Any]) -> Any:
        if text in neutral.TOKENS:                       # only global script tasks keep their scripts
            self.adapter.script(text, variables)
            return None
        return evaluate(text, variables, clock=self.now)

    def condition(self, text: str, variables: dict[str, Any]) -> bool:
        value = self.evaluate(text, variables)
        if not isinstance(value, bool):
            raise ValueError(f"{text} is {value!r}, neither true nor false")
        return value

    def decide(self, element: Any, variables: dict[str, Any]) -> tuple[Any, Any]:
        raise NotImplementedError(element)


@dataclass
class Instance:
    """One process instance: its run and, when it was called, who waits for it."""

    run: ProcessRun
    caller: tuple[Instance, str] | None = None


class BihuanAdapter(EngineAdapter):
    dialect, scripts = "feel", "service"

    def version(self) -> str:
        return "Bihuan on SpiffWorkflow " + version_of("SpiffWorkflow")

    # -- what the suite asks for

    def deploy(self, bpmn_path: str) -> None:
        with open(bpmn_path, "rb") as file:
            root = etree.fromstring(file.read())
        for task in root.iter(BPMN + "serviceTask"):
            if (task.get("implementation") or "").startswith("betsy:"):
                task.set(TOPIC, task.attrib.pop("implementation").removeprefix("betsy:"))
        for task in root.iter(BPMN + "globalScriptTask"):
            if (task.findtext(BPMN + "script") or "").strip() in neutral.TOKENS:
                task.set("scriptLanguage", "feel")
        self.data = {task.get("id"): _data(task) for task in root.iter(BPMN + "serviceTask")}
        self.models = {model.key: model for model in read_models(etree.tostring(root), bpmn_path)}
        if not self.models:
            raise ValueError("no executable process")
        self.clock, self.world = START, World(self)
        self.instances: list[Instance] = []
        self.early: list[tuple[str, Any]] = []
        self.jobs: dict[tuple[int, str], datetime] = {}
        self.failed = False

    def start(self, process_id: str, variables: dict[str, Any]) -> None:
        self._create(process_id, variables)
        self._settle()

    def advance(self, ms: int) -> None:
        until = self.clock + timedelta(milliseconds=ms)
        self._settle()
        while (due := self._next_due()) is not None and due <= until:
            self.clock = max(due, self.clock)
            self._settle()
        self.clock = until
        self._settle()

    def uncaught_error(self) -> bool:
        return self.failed

    # -- the world

    def _create(self, key: str, variables: dict[str, Any], **more: Any) -> Instance:
        run = ProcessRun.start(self.models[key], self.world, variables, entry=more.get("entry"),
                               payload=more.get("payload"))
        self.instances.append(Instance(run, more.get("caller")))
        return self.instances[-1]

    def _next_due(self) -> datetime | None:
        moments = [one.run.next_due for one in self.instances if not one.run.ended] + list(self.jobs.values())
        return min((moment for moment in moments if moment is not None), default=None)

    def _settle(self) -> None:
        """Let everything happen that can happen now."""
        moved = [True]
        while any(moved) or self._offer_early():
            moved = [self._step(number) for number in range(len(self.instances))]

    def _step(self, number: int) -> bool:
        instance = self.instances[number]
        run = instance.run
        if run.ended and not instance.caller:
            return False
        moved = run.advance() > 0
        self._carry(instance)
        if run.ended:
            return self._report(instance) or moved
        self._save(instance)
        return self._work(number, instance) or moved

    def _save(self, instance: Instance) -> None:
        run = instance.run
        if "straight" not in self.options:
            instance.run = ProcessRun.restore(run.model, self.world, run.state(), loads(dumps(run.variables)))

    def _work(self, number: int, instance: Instance) -> bool:
        """Do one job of the instance, or start the process that it calls."""
        called = {key for one in self.instances if one.caller and one.caller[0] is instance for key in [one.caller[1]]}
        for wait in instance.run.waits():
            if wait.kind == "call" and wait.id not in called:
                self._create(wait.detail["called_key"], dict(wait.detail["inputs"]), caller=(instance, wait.id))
                return True
            if wait.kind == "service" and self._ready(number, wait.id, wait.detail["topic"]):
                self._job(instance, wait)
                return True
        return False

    def _ready(self, number: int, key: str, token: str) -> bool:
        if token not in SLOW:
            return True
        return self.jobs.setdefault((number, key), self.clock + timedelta(seconds=10)) <= self.clock

    def _job(self, instance: Instance, wait: Any) -> None:
        self.jobs.pop((self.instances.index(instance), wait.id), None)
        run, reads, writes = instance.run, *self.data[wait.element_id]
        seen, written, errors = run.scope_variables(wait.id), {}, []

        def get(name: str) -> Any:
            names = [name, *reads] if name == "data" else [name]
            return next((seen[one] for one in names if seen.get(one) is not None), None)

        def put(name: str, value: Any) -> None:
            written.update(dict.fromkeys([name, *writes] if name == "data" else [name], value))

        self.script(wait.detail["topic"], get=get, put=put, throw=errors.append)
        if errors:
            run.error(wait.id, errors[0])
        else:
            run.complete(wait.id, written)

    def script(self, token: str, variables: dict[str, Any] | None = None, *, get: Any = None, put: Any = None,
               throw: Any = None) -> None:
        """Let the suite's host do one script; one that takes time began ten seconds ago."""
        passed = timedelta(seconds=10 if token in SLOW else 0)
        moment = [(self.clock - passed).timestamp()]
        self.host.exec_script(token, get or (variables or {}).get, put, throw, lambda: moment[0],
                              lambda seconds: moment.__setitem__(0, moment[0] + seconds))

    def _report(self, instance: Instance) -> bool:
        """A called instance has ended: its caller goes on."""
        if instance.caller is None:
            return False
        (caller, key), instance.caller = instance.caller, None
        outcome = instance.run.outcome
        if caller.run.ended:
            return False
        if outcome.startswith("error:"):
            caller.run.error(key, outcome.removeprefix("error:"))
        else:
            caller.run.complete(key, dict(instance.run.variables))
        return True

    def _carry(self, sender: Instance) -> None:
        """Take what ``sender`` threw to whoever waits for it."""
        for event in sender.run.take_events():
            name, payload = event.data.get("name"), event.data.get("payload")
            if event.kind == "message_thrown" and not self._message(name, payload):
                self.early.append((name, payload))
            elif event.kind == "signal_thrown":
                for other in self.instances:
                    if other is not sender and not other.run.ended:
                        other.run.signal(name, payload)
                for key, start in self._starts("signal", name):
                    self._create(key, {}, entry=start.element_id, payload=payload)
            elif event.kind == "escalation_uncaught" and sender.caller is not None:
                caller, key = sender.caller
                caller.run.escalate(key, event.data["code"], event.data["payload"])
            elif event.kind == "error_uncaught" and sender.caller is None:
                self.failed = True

    def _message(self, name: str, payload: Any) -> bool:
        for other in self.instances:
            for wait in other.run.waits() if not other.run.ended else ():
                if wait.kind == "message" and wait.detail["name"] == name:
                    other.run.deliver(wait.id, payload, wait.index)
                    return True
        for key, start in self._starts("message", name):
            self._create(key, {}, entry=start.element_id, payload=payload)
            return True
        return False

    def _starts(self, kind: str, name: str) -> list[tuple[str, Any]]:
        return [(key, start) for key, model in self.models.items() for start in model.start_events
                if start.kind == kind and start.key == name]

    def _offer_early(self) -> bool:
        """Messages that came before their receiver: they wait until somebody waits for them."""
        for one in list(self.early):
            if self._message(*one):
                self.early.remove(one)
                return True
        return False


def _data(task: etree._Element) -> tuple[list[str], list[str]]:
    """Ids of the data inputs and outputs of a task."""
    return tuple([one.get("id") for one in task.iter(BPMN + name)] for name in ("dataInput", "dataOutput"))


ADAPTER = BihuanAdapter
