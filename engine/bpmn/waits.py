"""What a run is waiting for, as cards for whoever runs it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine.bpmn import timers
from engine.bpmn.activities import CallActivity, SubProcess, UserTask
from engine.bpmn.events import is_armed
from engine.bpmn.tokens import STARTED

if TYPE_CHECKING:
    from engine.bpmn.run import ProcessRun
    from engine.bpmn.tokens import Token


@dataclass(frozen=True, slots=True)
class Wait:
    """One thing a run waits for. ``kind``: user, service, call, timer, message, signal, conditional or adhoc; ``id``
    is the element instance, with ``detail['index']`` the definition of an event that has several. ``parent`` is the
    element instance of the sub-process around it (``None``: the process); ``loop`` is (index from 0, total)."""

    id: str
    element_id: str
    kind: str
    detail: dict[str, Any]
    parent: str | None = None
    loop: tuple[int, int] | None = None

    @property
    def index(self) -> int:
        """The definition of the event, 0 for everything else."""
        return self.detail.get("index", 0)


def waits(run: ProcessRun) -> Iterator[Wait]:
    """All of them, in the order in which they came."""
    for token in sorted(run.tokens.values(), key=lambda token: token.number):
        if token.state == STARTED:
            yield from _work(token)
        elif is_armed(token):
            yield from _events(run, token)


def _work(token: Token) -> Iterator[Wait]:
    node = token.task_spec
    if "todo" in token.notes or "away" in token.notes or ("loop" in token.notes and "of" not in token.notes):
        return
    if isinstance(node, UserTask):
        yield _wait(token, node.wait, _detail(token))
    elif isinstance(node, SubProcess) and node.inner.ad_hoc is not None and "undo" not in token.notes:
        scope = token.process.scopes[token.id]
        running = [other.task_spec.name for other in scope.tasks.values() if other.task_spec.activity]
        rule = node.inner.ad_hoc
        may = not (rule.sequential and running) and not scope.satisfied
        yield _wait(token, "adhoc", {"choices": list(node.inner.starts) if may else [], "running": running,
                                     "sequential": rule.sequential, "chosen": rule.chosen})


def _detail(token: Token) -> dict[str, Any]:
    node = token.task_spec
    if isinstance(node, CallActivity):
        call = token.notes["call"]
        return {"called_key": call["key"], "binding": node.binding,
                "version_tag": call.get("version") if node.binding == "versionTag" else None,
                "version": call.get("version") if node.binding == "version" else None,
                "inputs": call["inputs"], "business_key": call.get("business_key")}
    if node.wait == "service":
        attributes = node.element.attributes
        return {"topic": attributes.get("topic"), "type": attributes.get("type"),
                "inputs": {name: token.notes["vars"].get(name) for name, _ in node.takes}}
    return {}


def _events(run: ProcessRun, token: Token) -> Iterator[Wait]:
    router = run.router
    for index, definition in enumerate(token.task_spec.definitions):
        if not token.task_spec.expects(token, index):
            continue
        detail: dict[str, Any] = {"index": index, "attached_to": token.host}
        if definition.kind == "timer":
            state = token.notes.get("due", {}).get(str(index))
            if state is None:
                continue
            detail |= {"due": timers.from_micros(state[0]), "remaining": state[1], "every": state[2]}
        elif definition.kind == "message":
            detail |= {"name": router.key_of(token, index), "correlation": token.notes.get("match", {})}
        elif definition.kind == "signal":
            detail["name"] = router.key_of(token, index)
        elif definition.kind != "conditional":
            continue
        yield _wait(token, definition.kind, detail)


def _wait(token: Token, kind: str, detail: dict[str, Any]) -> Wait:
    loop = None
    if "of" in token.notes:
        body = token.process.tokens[token.notes["of"]]
        total = body.notes["loop"].get("n")
        loop = (token.notes["i"], total if total is not None else token.notes["i"] + 1)
    parent = token.scope.id if token.scope.owner is not None else None
    return Wait(token.id, token.task_spec.name, kind, detail, parent, loop)
