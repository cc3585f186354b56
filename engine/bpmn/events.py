"""Events that wait and events that throw."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.bpmn import compensation, mapping
from engine.bpmn.definitions import EventDefinition
from engine.bpmn.nodes import Node
from engine.bpmn.tokens import WAITING

if TYPE_CHECKING:
    from engine.bpmn.tokens import Token


class Catch(Node):
    """An event that waits for one (or, ``parallel``, each) of its definitions."""

    interrupting = True

    def __init__(self, scope: Any, element: Any):
        super().__init__(scope, element)
        self.definitions: tuple[EventDefinition, ...] = ()
        self.parallel = False

    def arrive(self, token: Token) -> bool:
        token.process.enter(token)
        if not self.definitions or self.definitions[0].kind == "link" or "through" in token.notes:
            return True
        self.arm(token)
        return False

    def arm(self, token: Token) -> None:
        """Wait for all definitions from now on; a condition may hold already."""
        token.park()
        token.process.router.arm(token)

    def hit(self, token: Token, index: int, payload: dict[str, Any] | None = None) -> None:
        """Definition ``index`` happened."""
        if payload:
            token.process.assign(token, payload)
            token.process.assign(token, mapping.received(self, payload))
        if self.parallel:
            seen = token.notes.setdefault("seen", [])
            if index not in seen:
                seen.append(index)
            if len(seen) < len(self.definitions):
                return
            del token.notes["seen"]
        self.fire(token)

    def expects(self, token: Token, index: int) -> bool:
        """Whether definition ``index`` is still to come."""
        return index not in token.notes.get("seen", ())

    def fire(self, token: Token) -> None:
        """It happened altogether."""
        token.process.router.disarm(token)
        if token.group is not None:
            for other in list(token.scope.tasks.values()):
                if other is not token and other.group == token.group:
                    other.cancel()
            token.group = None
        token._ready()

    def leave(self, token: Token) -> None:
        mapping.give_parameters(token)
        super().leave(token)


class Receive(Catch):
    """A receive task: an activity that waits for a message."""

    activity = True

    def arrive(self, token: Token) -> bool:
        token.process.enter(token)
        if self.repetition is not None and "of" not in token.notes:
            token.process.arm_boundaries(token)
            return token.alive
        if not self.definitions or "through" in token.notes:
            return True
        token.process.arm_boundaries(token)
        if token.alive:
            self.arm(token)
        return False

    def work(self, token: Token) -> bool | None:
        if self.repetition is not None and "of" not in token.notes:
            return self.repetition.begin(token)
        return True

    def leave(self, token: Token) -> None:
        token.process.finish_activity(token)


class Attached(Catch):
    """What boundary events and starts of event sub-processes share: they are armed beside the ordinary way."""

    def arrive(self, token: Token) -> bool:
        self.arm(token)
        return False


class Boundary(Attached):
    """An event attached to an activity."""

    def fire(self, token: Token) -> None:
        """Call off the activity and go on; where nothing is interrupted a new token goes, and this one stays armed."""
        process = token.process
        if self.interrupting:
            goes, host = token, process.tokens.get(token.host or "")
            process.router.disarm(token)
            token.host = None
            token.notes.clear()
            if host is not None:
                host.cancel()
        else:
            goes = process.make(token.scope, self)
        process.enter(goes)
        goes._ready()


class EventStart(Attached):
    """The start of an event sub-process: armed in the scope around it, passed through inside."""

    handler_node: str = ""
    """The event sub-process."""

    def fire(self, token: Token) -> None:
        """Begin the handler; an interrupting one calls off everything else in its scope first."""
        process, scope = token.process, token.scope
        if self.interrupting:
            process.router.disarm(token)
            for other in list(scope.tasks.values()):
                if other is not token:
                    other.cancel()
            scope.to_do.clear()
            process.consume(token)
        handler = scope.spec.task_specs[self.handler_node]
        process.bring(process.make(scope, handler, notes={"trigger": self.name}))


class Throw(Node):
    """An event that throws all its definitions, or ends something: intermediate, end event or send task."""

    def __init__(self, scope: Any, element: Any):
        super().__init__(scope, element)
        self.definitions: tuple[EventDefinition, ...] = ()

    def work(self, token: Token) -> bool | None:
        process, waits = token.process, False
        for definition in self.definitions:
            if not token.alive:
                return True
            if definition.kind == "terminate":
                self._terminate(token)
            elif definition.kind in ("compensate", "cancel"):
                waits = compensation.throw(token, definition) or waits
            elif definition.kind != "link":
                process.router.throw(token, definition, self.payload(token))
        return None if waits and token.alive else True

    def payload(self, token: Token) -> dict[str, Any]:
        """What goes with it: its input parameters and data inputs."""
        return mapping.sent(token)

    def _terminate(self, token: Token) -> None:
        scope = token.scope
        for other in list(scope.tasks.values()):
            if other is not token:
                other.cancel()
        scope.to_do.clear()
        if scope.owner is None:
            token.process.ending = "terminated"


class SendTask(Throw):
    """A send task with a message: an activity that throws it."""

    activity = True

    def arrive(self, token: Token) -> bool:
        token.process.enter(token)
        token.process.arm_boundaries(token)
        return token.alive

    def work(self, token: Token) -> bool | None:
        if self.repetition is not None and "of" not in token.notes:
            return self.repetition.begin(token)
        return super().work(token)

    def leave(self, token: Token) -> None:
        token.process.finish_activity(token)


def is_armed(token: Token) -> bool:
    """Whether it waits for events."""
    return token.state == WAITING and isinstance(token.task_spec, Catch) and "box" not in token.notes
