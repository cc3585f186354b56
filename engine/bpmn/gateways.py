"""Gateways: where the ways part and meet."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from engine.bpmn.failures import RunFailed
from engine.bpmn.model import Flow
from engine.bpmn.nodes import Node

if TYPE_CHECKING:
    from engine.bpmn.tokens import Scope, Token


class Gateway(Node):
    """What all gateways share: nothing is told of a token that only waits to be joined."""

    def arrive(self, token: Token) -> bool:
        if len(self.incoming) > 1 and "through" not in token.notes:
            token.park()
            if not self.join(token):
                return False
        token.process.enter(token)
        return True

    def join(self, token: Token) -> bool:  # noqa: ARG002
        """Whether the token goes through now."""
        return True

    def merge(self, token: Token, tokens: Sequence[Token]) -> bool:
        """``token`` goes on for all of ``tokens``."""
        for other in tokens:
            if other is not token:
                token.process.consume(other)
        return True

    def _default(self) -> list[Flow]:
        return [flow for flow in self.flows if flow.default]

    def _holds(self, token: Token, flow: Flow) -> bool:
        return token.process.holds(token, flow, fallback=bool(self._default()))

    def _some(self, chosen: Sequence[Flow]) -> Sequence[Flow]:
        if self.flows and not chosen:
            raise RunFailed(self.name, "no_flow")
        return chosen


class Exclusive(Gateway):
    """Takes the first flow whose condition holds, in the order of the file."""

    def take(self, token: Token) -> Sequence[Flow]:
        for flow in self.flows:
            if not flow.default and self._holds(token, flow):
                return [flow]
        return self._some(self._default())


class Parallel(Gateway):
    """Waits for one token on each incoming flow; more tokens on one flow stay for the next time."""

    def join(self, token: Token) -> bool:
        first: dict[str | None, Token] = {}
        for other in token.scope.at(self.name):
            first.setdefault(other.flow, other)
        if not all(flow in first for flow in self.incoming):
            return False
        return self.merge(token, [first[flow] for flow in self.incoming])

    def take(self, token: Token) -> Sequence[Flow]:  # noqa: ARG002
        return self.flows


class Inclusive(Gateway):
    """Takes all flows whose condition holds. As a join it is looked at when nothing else can move."""

    def join(self, token: Token) -> bool:  # noqa: ARG002
        return False

    def take(self, token: Token) -> Sequence[Flow]:
        chosen = [flow for flow in self.flows if not flow.default and self._holds(token, flow)]
        return self._some(chosen or self._default())

    def due(self, scope: Scope, tokens: Sequence[Token]) -> bool:
        """BPMN 2.0, 13.4.3: it fires unless some other token can reach an empty incoming flow and none that is
        filled already (paths through the gateway itself do not count)."""
        mine = scope.at(self.name)
        filled = {token.flow for token in mine}
        for token in tokens:
            if token.task_spec is self:
                continue
            reached = scope.spec.reaches(token.task_spec.name, self.name)
            if reached and not reached & filled:
                return False
        return bool(mine)

    def fire(self, scope: Scope) -> None:
        """Go on for the first token of each flow; what came twice by one flow waits for the next time."""
        first: dict[str | None, Token] = {}
        for token in scope.at(self.name):
            first.setdefault(token.flow, token)
        tokens = list(first.values())
        self.merge(tokens[0], tokens)
        tokens[0].process.enter(tokens[0])
        tokens[0]._ready()


class Complex(Inclusive):
    """Fires when its activation condition holds (``activationCount``: tokens that have come); the rest is swallowed."""

    activation: str | None = None

    def join(self, token: Token) -> bool:
        scope, fired = token.scope, token.scope.fired
        if self.name in fired:
            token.process.consume(token)
            fired[self.name] -= 1
            if fired[self.name] <= 0:
                del fired[self.name]
            return False
        held = scope.at(self.name)
        if self.activation is not None:
            come = {"activationCount": len(held)}
            if not token.process.condition(token, self.activation, come):
                return False
        missing = len(self.incoming) - len(held)
        if missing > 0:
            fired[self.name] = missing
        return self.merge(token, held)

    def due(self, scope: Scope, tokens: Sequence[Token]) -> bool:  # noqa: ARG002
        return False


class EventGateway(Gateway):
    """Arms all events behind it; the first that happens takes the token, the others are called off."""

    def follow(self, token: Token) -> None:
        for flow in self.flows:
            token.process.flow(token, flow, group=token.id)
