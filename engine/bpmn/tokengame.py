"""The token game: how tokens are made, move, open scopes and end."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from engine.bpmn import compensation, mapping
from engine.bpmn.activities import EventSubProcess, SubProcess
from engine.bpmn.failures import RunFailed
from engine.bpmn.model import Flow, ProcessModel
from engine.bpmn.nodes import Node
from engine.bpmn.router import Router
from engine.bpmn.tokens import COMPLETED, READY, ROOT, Scope, ScopeSpec, Token
from engine.bpmn.variables import Variables

if TYPE_CHECKING:
    from engine.bpmn.environment import Environment

DEEPEST = 40
"""Scopes within scopes, at most."""


@dataclass(frozen=True, slots=True)
class RunEvent:
    """Something that happened in a run. ``kind``: entered, left, flow, decision, message_thrown, signal_thrown,
    error_uncaught or escalation_uncaught."""

    kind: str
    element_id: str
    element_instance_id: str
    data: Mapping[str, Any] = field(default_factory=dict)


class TokenGame(Variables):
    """The moving parts of a run; :class:`~engine.bpmn.run.ProcessRun` puts the verbs on it."""

    def __init__(self, model: ProcessModel, environment: Environment, variables: dict[str, Any]):
        self.model = model
        self.environment = environment
        self.variables = variables
        self.tokens: dict[str, Token] = {}
        self.scopes: dict[str, Scope] = {}
        self.router = Router(self)
        self.ready: list[tuple[int, str]] = []
        self.touched: set[str] = set()
        self.events: list[RunEvent] = []
        self.counter = 0
        self.dirty = False
        self.outcome: str | None = None
        self.ending = "completed"
        self.visits: Counter[str] = Counter()
        self.allowance: dict[str, int] = {}
        """Steps allowed on top of the budget, per multi-instance activity."""

    @property
    def ended(self) -> bool:
        """Whether the run is over; :attr:`outcome` says how."""
        return self.outcome is not None

    def number(self) -> int:
        """The next number of the run's own order."""
        self.counter += 1
        return self.counter

    # -- telling

    def tell(self, kind: str, token: Token | None, data: Mapping[str, Any] | None = None) -> None:
        """Note an event for :meth:`~engine.bpmn.run.ProcessRun.take_events`."""
        element = token.task_spec.name if token is not None else ""
        self.events.append(RunEvent(kind, element, token.id if token is not None else "", data or {}))

    def enter(self, token: Token) -> None:
        """A token is at its element now."""
        if "in" in token.notes:
            return
        token.notes["in"] = 1
        self.tell("entered", token, self._place(token))

    def left(self, token: Token, outcome: str) -> None:
        """A token leaves its element; told once."""
        if token.notes.pop("in", None):
            back = {"back": token.notes["back"]} if "back" in token.notes else {}
            self.tell("left", token, {"outcome": outcome} | back | self._place(token))

    def _place(self, token: Token) -> dict[str, Any]:
        place: dict[str, Any] = {"parent": token.scope.id if token.scope.owner is not None else None}
        if "of" in token.notes:
            place["index"] = token.notes["i"]
            place["parent"] = token.notes["of"]
        elif token.task_spec.repetition is not None:
            place["body"] = True
        return place

    # -- tokens

    def make(self, scope: Scope, node: Node, *, flow: str | None = None,
             notes: dict[str, Any] | None = None) -> Token:
        """A new token at ``node``, not brought in yet."""
        token = Token(self, scope, node, str(self.number()), flow)
        if notes:
            token.notes.update(notes)
        return token

    def bring(self, token: Token) -> None:
        """Let the token arrive: it becomes ready or waits."""
        token.task_spec._update(token)
        self.touch(token.scope)

    def flow(self, source: Token, flow: Flow, group: str | None = None) -> None:
        """Take a sequence flow."""
        if self.ended:
            return
        if flow.id:
            self.tell("flow", source, {"flow": flow.id})
        token = self.make(source.scope, source.scope.spec.task_specs[flow.target], flow=flow.id)
        token.group = group
        self.bring(token)

    def enqueue(self, token: Token) -> None:
        """It will run when its turn comes."""
        token.order = self.number()
        heapq.heappush(self.ready, (token.order, token.id))

    def next_ready(self) -> Token | None:
        """The token that has been ready longest."""
        while self.ready:
            order, token_id = self.ready[0]
            token = self.tokens.get(token_id)
            if token is not None and token.state == READY and token.order == order:
                return token
            heapq.heappop(self.ready)
        return None

    def forget(self, token: Token) -> None:
        """A finished token leaves everything."""
        if self.tokens.pop(token.id, None) is None:
            return
        scope = token.scope
        del scope.tasks[token.id]
        self.router.disarm(token)
        self.touch(scope)
        undone = token.notes.get("for")
        if undone in self.tokens:
            self.touch(self.tokens[undone].scope)

    def touch(self, scope: Scope) -> None:
        """Something changed in ``scope``: look whether it has ended."""
        self.touched.add(scope.id)

    def consume(self, token: Token) -> None:
        """A token goes up in another one."""
        token.notes.pop("in", None)
        token._set_state(COMPLETED)
        self.forget(token)

    def cancelled(self, token: Token) -> None:
        """A token was called off: everything that hangs on it goes with it."""
        self.left(token, "cancelled")
        scope = self.scopes.get(token.id)
        if scope is not None:
            self.close(scope)
        hanging = token.task_spec.boundaries or token.task_spec.repetition is not None
        for other in list(token.scope.tasks.values()) if hanging else ():
            if other.host == token.id or other.notes.get("of") == token.id:
                other.cancel()
        if "undoes" in token.notes and (undoing := self.scopes.get(token.notes["undoes"])) is not None:
            for other in list(undoing.tasks.values()):
                if other.notes.get("for") == token.id:
                    other.cancel()
        self.forget(token)

    def body_of(self, token: Token) -> Token:
        """The token that boundary events hang on: of a repeated activity its body."""
        return self.tokens[token.notes["of"]] if "of" in token.notes else token

    # -- activities

    def arm_boundaries(self, token: Token) -> None:
        """All boundary events wait from the moment the activity begins; a condition may hold at once."""
        node = token.task_spec
        if not node.boundaries or "of" in token.notes or "undo" in token.notes:
            return
        made = []
        for boundary in node.boundaries:
            event = self.make(token.scope, boundary)
            event.host = token.id
            made.append(event)
        for event in made:
            if event.alive and token.alive:
                self.bring(event)

    def finish_activity(self, token: Token) -> None:
        """An activity is done: outputs, the log, its boundary events, and on."""
        node, scope = token.task_spec, self.scopes.get(token.id)
        body = node.repetition is not None and "of" not in token.notes and "undo" not in token.notes
        if not body:
            mapping.give_out(token)
        inner = scope.log if scope is not None else []
        if scope is not None:
            self._drop(scope)
        if not body and not isinstance(node, EventSubProcess) and "undo" not in token.notes:
            has_event = isinstance(node, SubProcess) and node.inner.compensation_start is not None
            compensation.record(token, inner, has_event)
        self.left(token, "completed")
        if node.boundaries and "of" not in token.notes:
            for other in list(token.scope.tasks.values()):
                if other.host == token.id:
                    other.cancel()
        if "of" in token.notes:
            node.repetition.merged(self.tokens[token.notes["of"]], token)
        elif "undo" not in token.notes:
            self._ad_hoc(token)
            if not self.ended and token.id in self.tokens and not {"back", "stop"} & token.notes.keys():
                node.follow(token)  # a detour leads nowhere: what went away for it waits again

    def _ad_hoc(self, token: Token) -> None:
        """After each activity of an ad-hoc sub-process its completion condition is asked."""
        scope, rule = token.scope, token.scope.spec.ad_hoc
        if rule is None or not rule.condition or not self.condition(token, rule.condition):
            return
        scope.to_do.clear()
        scope.satisfied = True
        if rule.cancel_rest:
            for other in list(scope.tasks.values()):
                if other is not token:
                    other.cancel()

    # -- scopes

    def open_scope(self, owner: Token | None, spec: ScopeSpec) -> Scope:
        """Begin a process or sub-process: its event sub-processes are armed first."""
        scope = Scope(self, spec, owner.id if owner is not None else ROOT, owner)
        if scope.depth > DEEPEST:
            raise RunFailed(spec.name, "nested_too_deep")
        self.touch(scope)
        if owner is not None and spec.data_objects:
            local = owner.notes.setdefault("vars", {})
            for name in spec.data_objects:
                local.setdefault(name, None)
        if owner is not None and isinstance(owner.notes.get("undo"), list):
            compensation.reopen(owner, scope)
            return scope
        if self.arm_events(scope):
            self._begin(scope, owner)
        return scope

    def arm_events(self, scope: Scope) -> bool:
        """Arm the starts of the event sub-processes of a scope; false if one of them interrupted it at once."""
        made = [self.make(scope, scope.spec.task_specs[start]) for start in scope.spec.event_starts]
        for token in made:
            if not token.alive:
                return False
            self.bring(token)
        return all(token.alive for token in made)

    def _begin(self, scope: Scope, owner: Token | None) -> None:
        spec, rule = scope.spec, scope.spec.ad_hoc
        starts = spec.starts
        if owner is not None and "trigger" in owner.notes:
            starts = (owner.notes["trigger"],)
        if rule is not None:
            if rule.chosen:
                return
            if rule.sequential:
                scope.to_do = list(starts[1:])
                starts = starts[:1]
        for start in starts:
            if scope.id in self.scopes:
                self.bring(self.make(scope, spec.task_specs[start]))

    def close(self, scope: Scope) -> None:
        """End a scope with all it holds, without going on."""
        for token in list(scope.tasks.values()):
            token.cancel()
        self._drop(scope)

    def _drop(self, scope: Scope) -> None:
        assert not scope.tasks, f"a completed scope has no tokens: {list(scope.tasks)}"
        scope.completed = True
        self.scopes.pop(scope.id, None)
        self.touched.discard(scope.id)

    def end(self, outcome: str) -> None:
        """The run is over, whatever is still open."""
        if self.ended:
            return
        root = self.scopes.get(ROOT)
        if root is not None:
            self.close(root)
        self.ready.clear()
        self.outcome = outcome
