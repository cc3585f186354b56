"""The task specifications of SpiffWorkflow, mended: what every flow node has in common."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from SpiffWorkflow.specs.base import TaskSpec

from engine.bpmn import mapping
from engine.bpmn.model import Element, Flow, Text

if TYPE_CHECKING:
    from engine.bpmn.events import Catch
    from engine.bpmn.mapping import DataAssociation
    from engine.bpmn.multi_instance import Repetition
    from engine.bpmn.tokens import ScopeSpec, Token


class Node(TaskSpec):
    """A flow node. The flow a token takes is chosen when it leaves, and only then is the next token made."""

    activity = False

    def __init__(self, scope: ScopeSpec, element: Element):
        super().__init__(scope, element.id)
        self.element = element
        self.flows: tuple[Flow, ...] = ()
        self.incoming: tuple[str, ...] = ()
        self.boundaries: list[Catch] = []
        self.handler: str | None = None
        """The activity that compensates this one."""
        self.for_compensation = False
        self.start_quantity = self.completion_quantity = 1
        self.repetition: Repetition | None = None
        self.takes: tuple[tuple[str, Text], ...] = ()
        """``camunda:inputParameter``: local variables of the activity."""
        self.gives: tuple[tuple[str, Text], ...] = ()
        self.reads: tuple[DataAssociation, ...] = ()
        self.writes: tuple[DataAssociation, ...] = ()
        self.locals: tuple[str, ...] = ()
        """Names of its data outputs."""

    @property
    def scope_spec(self) -> ScopeSpec:
        return self._wf_spec

    # -- the hooks of SpiffWorkflow

    def _predict(self, *_args: Any, **_options: Any) -> None:
        """Nothing is predicted."""

    def test(self) -> None:
        """Any node may have no way in or out."""

    def _update_hook(self, token: Token) -> bool:
        """A token arrives: true if it can run at once."""
        if self.start_quantity > 1 and "counted" not in token.notes and not self._counted(token):
            return False
        return self.arrive(token)

    def _on_ready_hook(self, token: Token) -> None:
        token.process.enqueue(token)

    def _run_hook(self, token: Token) -> bool | None:
        return self.work(token)

    def _on_complete_hook(self, token: Token) -> None:
        self.leave(token)

    def _on_cancel(self, token: Token) -> None:
        token.process.cancelled(token)

    # -- what kinds of nodes differ in

    def arrive(self, token: Token) -> bool:
        """Called once for a token that comes in; false if it has to wait."""
        token.process.enter(token)
        return True

    def work(self, token: Token) -> bool | None:  # noqa: ARG002
        """Do it; ``None`` if it waits for somebody else to call ``complete``."""
        return True

    def leave(self, token: Token) -> None:
        """Called when the token is done: tell it and hand on."""
        token.process.left(token, "completed")
        self.follow(token)

    def follow(self, token: Token) -> None:
        """Make the tokens that go on from here."""
        process = token.process
        for flow in self.take(token):
            for _ in range(self.completion_quantity):
                process.flow(token, flow)

    def take(self, token: Token) -> Sequence[Flow]:
        """The flows to take: all without condition, and those whose condition holds or else the default."""
        if not any(flow.condition is not None or flow.default for flow in self.flows):
            return self.flows
        default = [flow for flow in self.flows if flow.default]
        plain = [flow for flow in self.flows if flow.condition is None and not flow.default]
        chosen = [flow for flow in self.flows if flow.condition is not None and not flow.default
                  and token.process.holds(token, flow, fallback=bool(default))]
        return plain + (chosen or default)

    def _counted(self, token: Token) -> bool:
        """Wait until ``startQuantity`` tokens are there; the last one takes the others with it."""
        held = [other for other in token.scope.at(self.name) if "box" in other.notes]
        if len(held) + 1 < self.start_quantity:
            token.notes["box"] = 1
            token.park()
            return False
        for other in held[:self.start_quantity - 1]:
            token.process.consume(other)
        token.notes["counted"] = 1
        return True


class Pass(Node):
    """Does nothing."""


class Start(Node):
    """A start event: a token here was set going by whoever opened the scope."""

    def leave(self, token: Token) -> None:
        mapping.give_parameters(token)
        super().leave(token)
