"""Putting tokens somewhere: starting a run, returning, jumping."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from engine.bpmn.activities import EventSubProcess
from engine.bpmn.events import Attached, Catch
from engine.bpmn.failures import NotWaiting, RunFailed
from engine.bpmn.gateways import Gateway
from engine.bpmn.tokens import ROOT, STARTED, WAITING, Scope, ScopeSpec, Token

if TYPE_CHECKING:
    from engine.bpmn.nodes import Node
    from engine.bpmn.run import ProcessRun


def begin(run: ProcessRun, entry: str | None, payload: Mapping[str, Any] | None) -> None:
    """The first tokens of a run: at its none start events, or at ``entry`` as if its event had just happened."""
    graph = run.model.graph
    if payload:
        run.variables.update(payload)
        run.dirty = True
    if entry is None:
        if not graph.starts:
            raise RunFailed(run.model.key, "unknown_entry", wanted="none")
        run.open_scope(None, graph)
        return
    node = graph.task_specs.get(entry)
    if node is None or not any(start.element_id == entry for start in run.model.start_events):
        raise RunFailed(run.model.key, "unknown_entry", wanted=entry)
    scope = Scope(run, graph, ROOT, None)
    run.touch(scope)
    if run.arm_events(scope):
        run.bring(run.make(scope, node, notes={"through": 1} if isinstance(node, Catch) else None))
        for other in getattr(node, "beside", ()):
            run.bring(run.make(scope, graph.task_specs[other]))


def move(run: ProcessRun, cancel: list[str], to: list[str]) -> list[str]:
    """Call off and go on elsewhere. Scopes that are left empty close; scopes around a target open."""
    targets = [target(run, element_id) for element_id in to]
    tokens = []
    for token_id in cancel:
        if token_id not in run.tokens:
            raise NotWaiting(token_id)
        tokens.append(run.tokens[token_id])
    homes = [_home(run, spec, tokens) for spec, _ in targets]
    held = {scope.id for scope in homes if scope is not None for scope in around(scope)}
    for token in tokens:
        if token.alive:
            _call_off(run, token, held)
    made = []
    for (spec, node), home in zip(targets, homes):
        scope = home if home is not None and home.id in run.scopes else open_scope(run, spec)
        _sweep(run, scope, node)
        token = run.make(scope, node, notes={"through": 1} if isinstance(node, Gateway) else None)
        run.bring(token)
        made.append(token.id)
    return made


def target(run: ProcessRun, element_id: str) -> tuple[ScopeSpec, Node]:
    for spec in specs(run.model.graph):
        node = spec.task_specs.get(element_id)
        if node is not None and not isinstance(node, (Attached, EventSubProcess)):
            return spec, node
    reason = "not_a_target" if element_id in run.model.elements else "unknown_element"
    raise RunFailed(element_id, reason, wanted=element_id)


def specs(graph: ScopeSpec) -> Iterator[ScopeSpec]:
    """A process and all sub-processes in it."""
    yield graph
    for node in graph.task_specs.values():
        inner = getattr(node, "inner", None)
        if inner is not None:
            yield from specs(inner)


def _home(run: ProcessRun, spec: ScopeSpec, tokens: list[Token]) -> Scope | None:
    """The live scope of ``spec``: one around a token that is called off, or else the only one there is."""
    for token in tokens:
        for scope in around(token.scope):
            if scope.spec is spec:
                return scope
    live = [scope for scope in run.scopes.values() if scope.spec is spec]
    return live[0] if live else None


def around(scope: Scope | None) -> Iterator[Scope]:
    while scope is not None:
        yield scope
        scope = scope.parent


def _call_off(run: ProcessRun, token: Token, held: set[str]) -> None:
    """Cancel a token and whatever becomes empty by it, up to a scope that is still needed."""
    body = token.notes.get("of")
    scope, group = token.scope, token.group
    token.cancel()
    for other in list(scope.tasks.values()) if group is not None else ():
        if other.group == group:
            other.cancel()
    if body in run.tokens and not any(other.notes.get("of") == body for other in scope.tasks.values()):
        token = run.tokens[body]
        token.cancel()
    if scope.owner is None or scope.id in held or scope.id not in run.scopes:
        return
    if all(isinstance(other.task_spec, Attached) for other in scope.tasks.values()):
        _call_off(run, scope.owner, held)


def open_scope(run: ProcessRun, spec: ScopeSpec) -> Scope:
    """Open the scope of ``spec``, and those around it, without starting what they would start with."""
    live = [scope for scope in run.scopes.values() if scope.spec is spec]
    if live:
        return live[0]
    if spec.parent is None:
        scope = Scope(run, spec, ROOT, None)
        run.touch(scope)
        return scope
    outer = open_scope(run, spec.parent)
    node = outer.spec.task_specs[spec.name]
    if node.repetition is not None:
        raise RunFailed(spec.name, "not_a_target", wanted=spec.name)
    owner = run.make(outer, node)
    run.enter(owner)
    run.arm_boundaries(owner)
    owner._set_state(STARTED)
    scope = Scope(run, spec, owner.id, owner)
    run.touch(scope)
    run.arm_events(scope)
    return scope


def _sweep(run: ProcessRun, scope: Scope, node: Node) -> None:
    """Tokens held at a join that the moved token will bring again are dropped."""
    for held in list(scope.tasks.values()):
        gateway = held.task_spec
        if held.state != WAITING or not isinstance(gateway, Gateway) or gateway is node:
            continue
        reached = scope.spec.reaches(node.name, gateway.name)
        if held.flow in reached:
            held.cancel()
    run.touch(scope)
