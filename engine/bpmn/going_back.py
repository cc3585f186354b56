"""Going back to an earlier element: what stands behind it is called off, or waits until it is done again.

*Behind* an element are the tokens that came from its last visit: those that a walk along the flows reaches, going on
only through elements that were left since (``passed``). So a loop in the drawing pulls in no branch beside.

There are two ways. :func:`go_back` calls off what stands behind and begins at the element; joins that had fired find
their other branches done. :func:`detour` calls off nothing: the token that goes back stays where it is, *away*, and the
element is done beside it; once that is left, however, the token waits again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

from engine.bpmn import move
from engine.bpmn.activities import UserTask
from engine.bpmn.events import is_armed
from engine.bpmn.failures import NotWaiting, RunFailed
from engine.bpmn.gateways import Parallel
from engine.bpmn.tokens import STARTED, WAITING, Scope, ScopeSpec, Token

if TYPE_CHECKING:
    from engine.bpmn.nodes import Node
    from engine.bpmn.run import ProcessRun


class Walk:
    """From an element along the flows, in the innermost live scope around both it and the token that goes back."""

    def __init__(self, run: ProcessRun, element_id: str, token: Token, passed: Collection[str]):
        self.run, self.passed = run, passed
        self.spec, self.node = move.target(run, element_id)
        self.scope, self.start, self.inside = _lifted(self.spec, self.node, token)
        self.flows: set[str] = set()
        self.reached: set[str] = set()
        self._walk()
        self.token = _lift(token, self.scope)

    @property
    def came_from_it(self) -> bool:
        """Whether the token that goes back stands behind the element at all."""
        return self.token in self.behind()

    @property
    def repeated(self) -> bool:
        """Whether the element, or what holds it, is done more than once."""
        return self.node.repetition is not None or self.start.repetition is not None

    def behind(self) -> list[Token]:
        """The tokens in the scope that came from the element's last visit; what is inside them goes with them."""
        found: dict[str, Token] = {}
        for token in self.scope.tasks.values():
            name = token.task_spec.name
            if token.host is not None or name not in self.reached:
                continue
            if is_armed(token) and "in" not in token.notes and token.flow is None:
                continue  # an event sub-process that only listens
            if token.state == WAITING and not is_armed(token) and token.flow not in self.flows:
                continue  # held at a join, but come by another branch
            body = self.run.body_of(token)
            found[body.id] = body
        return list(found.values())

    def others_done(self) -> list[tuple[Node, str]]:
        """Joins that had fired, with the ways into them that the element does not lead to: those count as done."""
        return [(node, flow) for node in self.scope.spec.task_specs.values()
                if isinstance(node, Parallel) and node.name in self.passed and node.name in self.reached
                and len(node.incoming) > 1 for flow in node.incoming if flow not in self.flows]

    def _walk(self) -> None:
        specs = self.scope.spec.task_specs
        todo, first = [self.start.name], True
        while todo:
            node = specs[todo.pop()]
            if not first and node.name == self.start.name:
                continue
            for boundary in node.boundaries:
                if boundary.name in self.passed and boundary.name not in self.reached:
                    self.reached.add(boundary.name)
                    todo.append(boundary.name)
            if first or node.name in self.passed:
                for flow in node.flows:
                    self.flows.add(flow.id)
                    if flow.target not in self.reached:
                        self.reached.add(flow.target)
                        todo.append(flow.target)
            first = False


def _lifted(spec: ScopeSpec, node: Node, token: Token) -> tuple[Scope, Node, bool]:
    """The innermost live scope around the token in which the element lies, and the node there that is or holds it."""
    around = {scope.spec.name: scope for scope in move.around(token.scope)}
    inside = False
    while spec.name not in around or around[spec.name].spec is not spec:
        if spec.parent is None:
            raise RunFailed(node.name, "not_a_target", wanted=node.name)
        node, spec, inside = spec.parent.task_specs[spec.name], spec.parent, True
        if node.repetition is not None:
            raise RunFailed(node.name, "not_a_target", wanted=node.name)
    return around[spec.name], node, inside


def _lift(token: Token, scope: Scope) -> Token:
    """The token of ``scope`` that is, or holds, this one; of a repeated activity its body."""
    while token.scope is not scope:
        owner = token.scope.owner
        if owner is None:
            raise NotWaiting(token.id)
        token = owner
    return token.process.body_of(token)


def called_off(run: ProcessRun, tokens: Collection[Token]) -> Iterator[str]:
    """Ids of the tokens that go when these are called off: they themselves, their instances, what is inside them."""
    for token in tokens:
        yield token.id
        hanging = [other for other in token.scope.tasks.values()
                   if other.notes.get("of") == token.id or other.host == token.id]
        inner = run.scopes.get(token.id)
        yield from called_off(run, [*hanging, *(inner.tasks.values() if inner is not None else ())])


def go_back(run: ProcessRun, walk: Walk) -> None:
    """Call off what stands behind the element and begin there."""
    made = move.move(run, [token.id for token in walk.behind()], [walk.node.name])
    scope = walk.scope if walk.scope.id in run.scopes else run.tokens[made[0]].scope
    for node, flow in walk.others_done():
        if scope.spec.task_specs.get(node.name) is node:
            run.bring(run.make(scope, node, flow=flow))


def detour(run: ProcessRun, walk: Walk, back: list[str]) -> None:
    """Do the element beside what goes on; ``back`` (instance, element instance) waits again once it is left."""
    before = set(run.tokens)
    scope = walk.scope if not walk.inside else move.open_scope(run, walk.spec)
    token = run.make(scope, walk.node)
    outer = _lift(token, walk.scope)
    assert outer.id not in before, "a detour opens what it needs"
    outer.notes["back"] = back
    token.notes["stop"] = 1
    run.bring(token)


def go_away(run: ProcessRun, element_instance_id: str) -> None:
    """A user task is not worked on until :func:`come_back`."""
    token = run._token(element_instance_id)
    if token.state != STARTED or not isinstance(token.task_spec, UserTask) or "away" in token.notes:
        raise NotWaiting(element_instance_id)
    token.notes["away"] = 1


def come_back(run: ProcessRun, element_instance_id: str) -> bool:
    """It waits again; false if it is gone meanwhile."""
    token = run.tokens.get(element_instance_id)
    return token is not None and token.notes.pop("away", None) is not None


def begin_at(run: ProcessRun, element_id: str, *, stop: bool) -> None:
    """A run that has just begun goes on at ``element_id`` instead; with ``stop`` it ends when that is done."""
    starts = [token.id for token in run.tokens.values() if not is_armed(token)]
    made = move.move(run, starts, [element_id])
    if stop:
        token = run.tokens[made[0]]
        token.notes["stop"] = 1
