"""Activities: what takes its time, can be repeated, interrupted and compensated."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.bpmn import mapping
from engine.bpmn.failures import RunFailed
from engine.bpmn.model import Text
from engine.bpmn.nodes import Node

if TYPE_CHECKING:
    from engine.bpmn.tokens import ScopeSpec, Token


class Activity(Node):
    """The common life: boundary events armed, inputs mapped, the work, outputs mapped, on."""

    activity = True

    def arrive(self, token: Token) -> bool:
        token.process.enter(token)
        token.process.arm_boundaries(token)
        return token.alive

    def work(self, token: Token) -> bool | None:
        if self.repetition is not None and "of" not in token.notes and "undo" not in token.notes:
            return self.repetition.begin(token)
        mapping.take_in(token)
        return self.perform(token)

    def perform(self, token: Token) -> bool | None:  # noqa: ARG002
        """The work itself; ``None`` while somebody else does it."""
        return True

    def leave(self, token: Token) -> None:
        token.process.finish_activity(token)


class UserTask(Activity):
    """Work of a person."""

    wait = "user"

    def perform(self, token: Token) -> bool | None:  # noqa: ARG002
        return None


class ServiceTask(UserTask):
    """Work of a connector, done between two transactions."""

    wait = "service"


class CallActivity(UserTask):
    """Another process, run as an instance of its own by whoever runs us."""

    wait = "call"
    called: Text | None = None
    binding: str = "latest"
    version: Text | None = None
    business_key: Text | None = None
    ins: tuple[mapping.Passing, ...] = ()
    outs: tuple[mapping.Passing, ...] = ()

    def perform(self, token: Token) -> bool | None:
        """Everything handed to the called process is settled now and kept until it is done."""
        process = token.process
        key = process.value(token, self.called) if self.called else None
        if not isinstance(key, str) or not key:
            raise RunFailed(self.name, "expression", text=self.called.source if self.called else "",
                            cause_zh="没有得到流程标识。", cause_en="it gives no process key.")
        call: dict[str, Any] = {"key": key}
        if self.version is not None:
            version = process.value(token, self.version)
            call["version"] = int(version) if self.binding == "version" and str(version).isdigit() else version
        if self.business_key is not None:
            call["business_key"] = process.value(token, self.business_key)
        local = token.notes.get("vars", {})
        call["inputs"] = {read.target: local.get(read.target) for read in self.reads} \
            | mapping.passed(self.ins, process, token, process.view(token))
        token.notes["call"] = call
        return None


class ScriptTask(Activity):
    """One FEEL text whose value becomes one variable."""

    text: str = ""
    format: str = "feel"
    result: str | None = None

    def perform(self, token: Token) -> bool | None:
        if self.format != "feel":
            raise RunFailed(self.name, "not_runnable")
        value = token.process.evaluate(token, self.text)
        if self.result:
            token.process.assign(token, {self.result: value})
        return True


class BusinessRuleTask(Activity):
    """A decision, taken in line; its value comes shaped as ``camunda:mapDecisionResult`` says."""

    result: str | None = None

    def perform(self, token: Token) -> bool | None:
        process = token.process
        value, fired = process.decide(token)
        if self.result:
            process.assign(token, {self.result: value})
        elif isinstance(value, dict):
            process.assign(token, value)
        process.tell("decision", token, {"decision": self.element.attributes.get("decisionRef", ""),
                                         "fired": fired, "value": value})
        return True


class SubProcess(Activity):
    """A scope of its own: sub-process, transaction or ad-hoc."""

    inner: ScopeSpec

    def perform(self, token: Token) -> bool | None:
        token.process.open_scope(token, self.inner)
        return None


class EventSubProcess(SubProcess):
    """The handler of an event, inside the scope it belongs to; never compensated itself."""
