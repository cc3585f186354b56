"""The armed events of a run, and who gets what is thrown."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from engine.bpmn import timers
from engine.bpmn.definitions import EventDefinition
from engine.bpmn.events import Catch, EventStart
from engine.bpmn.failures import RunFailed
from engine.bpmn.tokens import WAITING

if TYPE_CHECKING:
    from engine.bpmn.run import ProcessRun
    from engine.bpmn.tokens import Scope, Token


class Router:
    """One table of everything that waits for an event."""

    def __init__(self, process: ProcessRun):
        self.process = process
        self.armed: dict[str, Token] = {}
        self._next: tuple[int, Token, int] | None = None
        self._stale = True

    # -- arming

    def arm(self, token: Token) -> None:
        """Wait for all definitions of the token's node from now on."""
        self.armed[token.id] = token
        self._stale = True
        process, node = self.process, token.task_spec
        if any(definition.kind == "message" for definition in node.definitions) \
                and (keys := process.correlation(token, {})):
            token.notes["match"] = keys
        for index, definition in enumerate(node.definitions):
            if definition.kind == "timer":
                token.notes.setdefault("due", {})[str(index)] = self._timer(token, definition)
            elif definition.key is not None and definition.key.feel:
                token.notes.setdefault("keys", {})[str(index)] = process.value(token, definition.key)
        for index, definition in enumerate(node.definitions):
            if definition.kind == "conditional" and token.state == WAITING:
                self._check(token, index, definition)

    def disarm(self, token: Token) -> None:
        """It waits no longer."""
        if self.armed.pop(token.id, None) is not None:
            self._stale = True
            for note in ("due", "keys", "cond", "seen", "match"):
                token.notes.pop(note, None)

    def restored(self, token: Token) -> None:
        """A token that was armed when it was saved."""
        self.armed[token.id] = token

    def _timer(self, token: Token, definition: EventDefinition) -> list[Any]:
        node = token.task_spec
        once = not isinstance(node, Catch) or node.interrupting
        value = self.process.value(token, definition.text)
        now = self.process.now()
        try:
            if definition.timer == "cycle" and isinstance(value, str) and not value.lstrip().upper().startswith("R"):
                due = self.process.environment.next_tick(value, now)
                return [timers.to_micros(due), 1 if once else -1, f"cron:{value}", timers.to_micros(now), 1]
            return timers.armed(definition.timer, value, now, once=once)
        except (timers.BadTimer, AttributeError, OverflowError):
            raise RunFailed(node.name, "bad_timer", value=value) from None

    # -- time

    def next_timer(self) -> tuple[int, Token, int] | None:
        """The timer that is due first: (microseconds, token, index)."""
        if self._stale:
            self._next = min(((state[0], token, int(index)) for token in self.armed.values()
                              for index, state in token.notes.get("due", {}).items()),
                             key=lambda entry: (entry[0], entry[1].number, entry[2]), default=None)
            self._stale = False
        return self._next

    def tick(self, token: Token, index: int) -> None:
        """The timer fires now."""
        now = self.process.now()
        due = token.notes["due"]
        state = self._again(due.pop(str(index)), now)
        if state is not None:
            due[str(index)] = state
        elif not due:
            del token.notes["due"]
        self._stale = True
        token.task_spec.hit(token, index)

    def shift(self, by: timedelta) -> None:
        """All durations and cycles are due ``by`` later; moments that a drawing names stay."""
        micros = by // timedelta(microseconds=1)
        for token in self.armed.values():
            for index, state in token.notes.get("due", {}).items():
                if token.task_spec.definitions[int(index)].timer != "date":
                    state[0] += micros
                    state[3] += micros
        self._stale = True

    def _again(self, state: list[Any], now: Any) -> list[Any] | None:
        if isinstance(state[2], str) and state[2].startswith("cron:"):
            if state[1] == 1:
                return None
            due = self.process.environment.next_tick(state[2][5:], max(now, timers.from_micros(state[0])))
            return [timers.to_micros(due), *state[1:]]
        return timers.ticked(state, now)

    # -- conditions

    def check_conditions(self) -> None:
        """A variable was set: events whose condition has become true happen."""
        for token in list(self.armed.values()):
            for index, definition in enumerate(token.task_spec.definitions):
                if definition.kind == "conditional" and token.state == WAITING and token.id in self.armed:
                    self._check(token, index, definition)

    def _check(self, token: Token, index: int, definition: EventDefinition) -> None:
        state = token.notes.setdefault("cond", [])
        before = index in state
        holds = self.process.evaluate(token, definition.condition or "false") is True
        if holds and not before:
            state.append(index)
            token.task_spec.hit(token, index)
        elif before and not holds:
            state.remove(index)

    # -- what is thrown

    def throw(self, token: Token, definition: EventDefinition, payload: dict[str, Any], *,
              at: Token | None = None) -> None:
        """``token`` throws; ``at``: the activity at whose own boundary it may be caught."""
        process = self.process
        key = process.value(token, definition.key) if definition.key is not None else None
        if definition.kind == "message":
            process.tell("message_thrown", token, {
                "name": key, "payload": payload, "correlation": process.correlation(token, payload)})
        elif definition.kind == "signal":
            process.tell("signal_thrown", token, {"name": key, "payload": payload})
            self.signal(key, payload)
        elif definition.kind == "error":
            self.error(token.scope, at, key, payload, source=token)
        elif definition.kind == "escalation":
            self.escalation(token.scope, at, key, payload, source=token)

    def key_of(self, token: Token, index: int) -> Any:
        """The name that definition ``index`` of an armed token waits for."""
        definition = token.task_spec.definitions[index]
        if definition.key is None:
            return None
        return token.notes.get("keys", {}).get(str(index)) if definition.key.feel else definition.key.source

    def waiting(self, kind: str, key: Any = None) -> Iterator[tuple[Token, int]]:
        """Armed events of one kind (and name), oldest first."""
        for token in list(self.armed.values()):
            for index, definition in enumerate(token.task_spec.definitions):
                if definition.kind == kind and token.id in self.armed and (key is None
                                                                           or self.key_of(token, index) == key):
                    yield token, index

    def signal(self, name: Any, payload: dict[str, Any] | None) -> int:
        """All that wait for it now get it."""
        count = 0
        for token, index in list(self.waiting("signal", name)):
            if token.id in self.armed:
                token.task_spec.hit(token, index, payload)
                count += 1
        return count

    def error(self, scope: Scope, at: Token | None, code: Any, payload: dict[str, Any] | None = None,
              source: Token | None = None) -> bool:
        """An error goes outwards to its handler; uncaught it ends the run."""
        found = self._handler(scope, at, "error", code)
        if found is not None:
            self._catch(found, code, payload, "errorCodeVariable")
            return True
        self.process.tell("error_uncaught", source or at, {"code": code, "payload": payload or {}})
        self.process.end(f"error:{code}" if code is not None else "error:")
        return False

    def escalation(self, scope: Scope, at: Token | None, code: Any, payload: dict[str, Any] | None = None,
                   source: Token | None = None) -> bool:
        """An escalation goes outwards to its handler; uncaught it changes nothing."""
        found = self._handler(scope, at, "escalation", code)
        if found is None:
            self.process.tell("escalation_uncaught", source or at, {"code": code, "payload": payload or {}})
            return False
        self._catch(found, code, payload, "escalationCodeVariable")
        return True

    def cancel_of(self, owner: Token) -> None:
        """A transaction was cancelled: its cancel boundary event takes over, or it just ends."""
        body = self.process.body_of(owner)
        for token, index in self.waiting("cancel"):
            if token.host == body.id:
                token.task_spec.hit(token, index)
                return
        body.cancel()

    def _catch(self, found: tuple[Token, int], code: Any, payload: dict[str, Any] | None, variable: str) -> None:
        token, index = found
        attributes = token.task_spec.definitions[index].attributes
        values = dict(payload or {})
        if attributes.get(variable):
            values[attributes[variable]] = code
        message = attributes.get("errorMessageVariable")
        if message:
            values[message] = (payload or {}).get("message")
        token.task_spec.hit(token, index, values)

    def _handler(self, scope: Scope, at: Token | None, kind: str, code: Any) -> tuple[Token, int] | None:
        """The innermost handler: boundary events of the activity, event sub-processes of its scope, then outwards."""
        handler = None
        while True:
            armed = [(token, index) for token, index in self.waiting(kind)
                     if token.scope is scope and self.key_of(token, index) in (None, code)]
            armed.sort(key=lambda entry: self.key_of(*entry) is None)
            if at is not None:
                body = self.process.body_of(at)
                for token, index in armed:
                    if token.host is not None and token.host == body.id:
                        return token, index
            for token, index in armed:
                if isinstance(token.task_spec, EventStart) and token.task_spec.handler_node != handler:
                    return token, index
            if scope.owner is None:
                return None
            at, scope, handler = scope.owner, scope.owner.scope, scope.owner.task_spec.name
