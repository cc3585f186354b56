"""Compensation: what was completed is undone, last first.

A scope logs its completed activities: ``{"a": activity, "h": handler, "log": log of its own scope, "vars": …}``, only
where there is something to undo. A throwing event takes the entries out of the log (so nothing is undone twice), and
the loop starts the handlers one after the other. A completed sub-process is undone by opening its scope again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.bpmn.definitions import EventDefinition
from engine.bpmn.tokens import STARTED

if TYPE_CHECKING:
    from engine.bpmn.tokens import Scope, Token


def record(token: Token, inner: list[dict[str, Any]], has_event: bool) -> None:
    """An activity was completed: log it if there is something to undo. ``inner``: the log of its own scope."""
    node = token.task_spec
    if not (node.handler or inner or has_event) or node.for_compensation:
        return
    entry: dict[str, Any] = {"a": node.name}
    if inner:
        entry["log"] = inner
    if local := token.notes.get("vars"):
        entry["vars"] = local
    token.scope.log.append(entry)


def throw(token: Token, definition: EventDefinition) -> bool:
    """Begin to undo; true if the throwing event has to wait."""
    from engine.bpmn.activities import EventSubProcess

    scope = token.scope
    if definition.kind == "cancel":
        for other in list(scope.tasks.values()):
            if other is not token:
                other.cancel()
    elif scope.owner is not None and isinstance(scope.owner.task_spec, EventSubProcess):
        scope = scope.owner.scope
    begin(token, scope, definition.activity, definition.kind)
    if definition.wait:
        return True
    _go_ahead(token)
    return True


def begin(token: Token, scope: Scope, activity: str | None, kind: str) -> None:
    """``token`` will see to it that what ``scope`` has logged (of ``activity`` alone, if given) is undone."""
    todo = [entry for entry in scope.log if activity is None or entry["a"] == activity]
    scope.log[:] = [entry for entry in scope.log if entry not in todo]
    token.notes["todo"] = todo
    token.notes["undoes"] = scope.id
    token.notes["then"] = kind
    token.process.touch(token.scope)


def drive(token: Token) -> bool:
    """Start the next handler of a throwing token; true if something moved."""
    process, notes = token.process, token.notes
    scope = process.scopes[notes["undoes"]]
    if any(other.notes.get("for") == token.id for other in scope.tasks.values()):
        return False
    if notes["todo"]:
        _undo(token, scope, notes["todo"].pop())
        return True
    then = notes.pop("then")
    del notes["todo"], notes["undoes"]
    owner = token.scope.owner
    if then == "cancel" and owner is not None:
        process.left(token, "completed")
        process.consume(token)
        process.router.cancel_of(owner)
    elif "ahead" in notes:
        process.consume(token)
    else:
        token.complete()
    return True


def _undo(token: Token, scope: Scope, entry: dict[str, Any]) -> None:
    """Run the handler of one entry, or open its scope again."""
    process, activity = token.process, scope.spec.task_specs[entry["a"]]
    notes: dict[str, Any] = {"for": token.id}
    if entry.get("vars"):
        notes["vars"] = dict(entry["vars"])
    if activity.handler:
        handler = scope.spec.task_specs[activity.handler]
    else:
        handler = activity
        notes["undo"] = entry.get("log", [])
    process.bring(process.make(scope, handler, notes=notes))


def reopen(token: Token, scope: Scope) -> None:
    """The scope of a completed sub-process is open again, only to be undone."""
    process, spec = token.process, scope.spec
    scope.log = token.notes["undo"]
    token.notes["undo"] = True
    if spec.compensation_start:
        handler = spec.task_specs[spec.compensation_start]
        process.bring(process.make(scope, handler, notes={"trigger": handler.triggered_by}))
        return
    worker = process.make(scope, spec.undoer, flow=None)
    worker._set_state(STARTED)
    worker.notes["ahead"] = 1
    begin(worker, scope, None, "compensate")


def _go_ahead(token: Token) -> None:
    """Nobody waits: the way goes on while the token stays behind to see to the undoing."""
    token.process.left(token, "completed")
    token.task_spec.follow(token)
    token.notes["ahead"] = 1
