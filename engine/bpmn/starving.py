"""Whether tokens could come to wait at a join for ever: the ways a scope may go, walked without variables.

Every condition may hold or not; a token that waits may go on. Only one token moves at a time, the first that can: which
of several moves first changes nothing about where all end. Sub-processes are single steps; what begins beside the
ordinary way (non-interrupting events) is left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import combinations

from engine.bpmn.events import Attached, Boundary, Throw
from engine.bpmn.fitting import Fitting
from engine.bpmn.gateways import Complex, EventGateway, Exclusive, Gateway, Inclusive, Parallel
from engine.bpmn.marking import Marking, Place
from engine.bpmn.model import Flow
from engine.bpmn.nodes import Node
from engine.bpmn.tokens import ScopeSpec

MOST = 3_000
"""States looked at; beyond them nothing is claimed."""
FEW = 4
"""Ways out of an inclusive gateway of which every combination is tried."""
Held = tuple[str, str]
State = tuple[Held, ...]
"""Tokens as (node, the flow by which it is held at a join, or empty), sorted."""


class Joins:
    """The joins of a new drawing, as tokens of the old one find them."""

    def __init__(self, fitting: Fitting):
        self.fitting = fitting
        old, new, name = fitting.old, fitting.new, fitting.name
        self._same = len(old.flows) == len(new.flows) and {
            (name(flow.source), name(flow.target)) for flow in old.flows.values()} == {
            (flow.source, flow.target) for flow in new.flows.values()}
        self._known: dict[str, list[tuple[str, str, str]]] = {}

    def held(self, place: Place) -> bool:
        """Whether a token waits at a join."""
        return place.waits and isinstance(self.fitting.before.get(place.element_id), Gateway)

    def flow(self, flow_id: str) -> str | None:
        """The flow of the new drawing that stands for one of the old: the same, or one between the same elements."""
        old, new, name = self.fitting.old, self.fitting.new, self.fitting.name
        flow, same = old.flows.get(flow_id), new.flows.get(flow_id)
        ends = (name(flow.source), name(flow.target)) if flow is not None else None
        if same is not None and (ends is None or same.target == ends[1]):
            return same.id
        return next((other.id for other in new.flows.values() if (other.source, other.target) == ends), None)

    def starving(self, marking: Marking, dropped: set[str]) -> list[tuple[str, str, str]]:
        """Joins that may wait for ever from where the tokens stand, as those of the old drawing did not: (old element,
        reason, join)."""
        if self._same:
            return []
        if marking.key not in self._known:
            self._known[marking.key] = [
                (places[0].element_id, "join_starves", join) for spec, old, places in self._inside(marking, dropped)
                if (join := self._starves(spec, old, places)) is not None]
        return self._known[marking.key]

    def _inside(self, marking: Marking, dropped: set[str]) -> Iterator[tuple[ScopeSpec, ScopeSpec, list[Place]]]:
        """The open scopes with their tokens: of repeated activities and event gateways one for all."""
        found: dict[str, list[Place]] = {}
        groups: set[str] = set()
        for place in marking.places:
            listens = isinstance(self.fitting.before[place.element_id], Attached) and place.waits
            if place.id in dropped or listens or "of" in place.notes or place.group in groups:
                continue
            groups |= {place.group} if place.group else set()
            found.setdefault(place.scope, []).append(place)
        for scope_id, places in found.items():
            owner = marking.by_id.get(scope_id)
            if owner is None:
                yield self.fitting.new.graph, self.fitting.old.graph, places
            else:
                name = self.fitting.name(owner.element_id)
                yield self.fitting.after[name].inner, self.fitting.before[owner.element_id].inner, places

    def _starves(self, spec: ScopeSpec, old: ScopeSpec, places: list[Place]) -> str | None:
        if spec.ad_hoc is not None or any("box" in place.notes for place in places):
            return None
        now = [(_at(spec, self.fitting.name(one.element_id), one),
                (self.flow(one.flow) or "") if self.held(one) and one.flow else "") for one in places]
        then = [(_at(old, one.element_id, one), (one.flow or "") if self.held(one) else "") for one in places]
        for events in (False, True):
            join = starved(spec, now, events=events)
            if join is not None and starved(spec, at_start(spec), events=events) is None and starved(
                    old, then, events=events) is None:  # a drawing that may starve from its start leaves no telling
                return join
        return None


def _at(spec: ScopeSpec, name: str, place: Place) -> str:
    """The node at which a token counts: of several behind an event gateway, that gateway."""
    if not place.group:
        return name
    return next((node.name for node in spec.task_specs.values()
                 if isinstance(node, EventGateway) and any(flow.target == name for flow in node.flows)), name)


def starved(spec: ScopeSpec, tokens: Iterable[Held], *, events: bool = True) -> str | None:
    """A join at which tokens may be left for ever, from these tokens on; nothing where there is none, or no telling.

    ``events``: what interrupts an activity may happen as well.
    """
    begin = tuple(sorted(tokens))
    todo, seen = [begin], {begin}
    while todo:
        state = todo.pop()
        following = list(_following(spec, state, events))
        if not following and state:
            return next((node for node, flow in state if flow), None)
        for other in following:
            if other not in seen:
                if len(seen) >= MOST:
                    return None
                seen.add(other)
                todo.append(other)
    return None


def at_start(spec: ScopeSpec) -> State:
    """The tokens with which a scope begins."""
    return tuple(sorted((name, "") for name in spec.starts))


def _following(spec: ScopeSpec, state: State, events: bool) -> Iterator[State]:
    """What may come next."""
    for index, (name, flow) in enumerate(state):
        node = spec.task_specs[name]
        rest = state[:index] + state[index + 1:]
        if flow:
            if isinstance(node, Parallel):
                joined = _joined(node, state)
                if joined is not None:
                    yield from _go_on(spec, node, joined, events)
                    return
            continue
        yield from _go_on(spec, node, rest, events)
        return
    for index, (name, _) in enumerate(state):  # nothing else moves: inclusive joins are looked at
        node = spec.task_specs[name]
        if isinstance(node, Inclusive) and _is_due(spec, node, state):
            yield from _go_on(spec, node, tuple(one for one in state if one[0] != name), events)
            return
        if isinstance(node, Complex):
            yield from _go_on(spec, node, state[:index] + state[index + 1:], events)
            return


def _joined(node: Node, state: State) -> State | None:
    """The state without one token of each flow into a join; nothing while one is missing."""
    left = list(state)
    for flow in node.incoming:
        if (node.name, flow) not in left:
            return None
        left.remove((node.name, flow))
    return tuple(left)


def _is_due(spec: ScopeSpec, node: Node, state: State) -> bool:
    filled = {flow for name, flow in state if name == node.name}
    for name, _ in state:
        reached = spec.reaches(name, node.name) if name != node.name else frozenset()
        if reached and not reached & filled:
            return False
    return True


def _go_on(spec: ScopeSpec, node: Node, rest: State, events: bool) -> Iterator[State]:
    """The states after a token has left ``node``."""
    if isinstance(node, Throw) and any(one.kind in ("terminate", "error", "cancel") for one in node.definitions):
        yield ()
        return
    for boundary in node.boundaries if events else ():
        if isinstance(boundary, Boundary) and boundary.interrupting:
            yield _arrived(spec, rest, boundary.flows)
    for flows in _ways(node):
        yield _arrived(spec, rest, flows)


def _ways(node: Node) -> Iterator[tuple[Flow, ...]]:
    flows = node.flows
    if isinstance(node, (Exclusive, EventGateway)) and flows:
        yield from ((flow,) for flow in flows)
        return
    sure = tuple(flow for flow in flows if flow.condition is None and not flow.default)
    maybe = tuple(flow for flow in flows if flow not in sure)
    if isinstance(node, Inclusive):
        sure, maybe = (), flows
    if not maybe or isinstance(node, Parallel):
        yield flows
        return
    sizes = range(0 if sure else 1, len(maybe) + 1) if len(maybe) <= FEW else (1, len(maybe))
    for size in sizes:
        for chosen in combinations(maybe, size):
            yield sure + chosen


def _arrived(spec: ScopeSpec, rest: State, flows: Iterable[Flow]) -> State:
    """The state with a token at the end of each flow."""
    come = []
    for flow in flows:
        node = spec.task_specs[flow.target]
        held = isinstance(node, Gateway) and not isinstance(node, (Exclusive, EventGateway)) and len(node.incoming) > 1
        come.append((flow.target, flow.id if held else ""))
    return tuple(sorted((*rest, *come)))
