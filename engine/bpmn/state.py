"""Saving: only what is alive, as compact JSON. Specifications are never saved, they come from the drawing.

``{"v": 1, "n": counter, "t": [token …], "s": {scope: …}}``; a token is ``[id, node, scope, state, flow, host, group,
order, notes]`` without what is empty at its end. The variables of the instance are saved by the caller.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine import values
from engine.bpmn.events import is_armed
from engine.bpmn.failures import RunFailed
from engine.bpmn.tokens import READY, ROOT, Scope, ScopeSpec, Token

if TYPE_CHECKING:
    from engine.bpmn.tokengame import TokenGame

VERSION = 1


def dump(game: TokenGame) -> str:
    """The state of a run."""
    check(game)
    state: dict[str, Any] = {"v": VERSION, "n": game.counter}
    if game.outcome is not None:
        return values.dumps(state | {"x": game.outcome})
    if game.ending != "completed":
        state["e"] = game.ending
    if game.dirty:
        state["d"] = 1
    if game.touched and not _at_rest(game):
        state["u"] = sorted(game.touched, key=int)
    state["t"] = [_token(token) for token in sorted(game.tokens.values(), key=lambda token: token.number)]
    scopes = {scope.id: kept for scope in game.scopes.values() if (kept := _scope(scope)) or scope.id == ROOT}
    if scopes != {ROOT: {}}:
        state["s"] = scopes
    return values.dumps(state)


def load(game: TokenGame, text: str) -> None:
    """Put the tokens of a saved state into a fresh run."""
    fill(game, values.loads(text))


def fill(game: TokenGame, state: dict[str, Any]) -> None:
    """As :func:`load`, of a state already read."""
    if state.get("v") != VERSION:
        raise RunFailed(game.model.key, "broken_state")
    game.counter = state["n"]
    game.outcome = state.get("x")
    if game.outcome is not None:
        return
    game.ending = state.get("e", "completed")
    game.dirty = bool(state.get("d"))
    scopes: dict[str, Any] = state.get("s", {})
    root = Scope(game, game.model.graph, ROOT, None)
    _fill(root, scopes.get(ROOT, {}))
    opened = {row[2] for row in state["t"]} | set(scopes)
    for row in state["t"]:
        _restore(game, row, scopes, opened)
    game.ready.sort()
    game.touched.update(state.get("u", ()))
    check(game)


def check(game: TokenGame) -> None:
    """The invariants of the token game; a broken one is a fault of ours."""
    for token in game.tokens.values():
        assert game.scopes.get(token.scope.id) is token.scope, f"{token.id}: a token has a live scope"
        assert token.host is None or token.host in game.tokens, f"{token.id}: host {token.host}"
        for name in ("of", "for"):
            pointed = token.notes.get(name)
            assert pointed is None or pointed in game.tokens, f"{token.id}: {name} {pointed}"
        undoes = token.notes.get("undoes")
        assert undoes is None or undoes in game.scopes, f"{token.id}: undoes {undoes}"
    for scope in game.scopes.values():
        assert scope.owner is None or scope.owner.id in game.tokens, f"{scope.id}: a scope has a live owner"


def _at_rest(game: TokenGame) -> bool:
    return not game.touched


def _token(token: Token) -> list[Any]:
    row = [token.id, token.task_spec.name, token.scope.id, token.state, token.flow, token.host, token.group,
           token.order if token.state == READY else None, token.notes or None]
    while row[-1] is None:
        row.pop()
    return row


def _scope(scope: Scope) -> dict[str, Any]:
    kept = {"log": scope.log, "fired": scope.fired, "todo": scope.to_do, "done": scope.satisfied}
    return {name: value for name, value in kept.items() if value}


def _fill(scope: Scope, kept: dict[str, Any]) -> None:
    scope.log = kept.get("log", [])
    scope.fired = kept.get("fired", {})
    scope.to_do = kept.get("todo", [])
    scope.satisfied = kept.get("done", False)


def _restore(game: TokenGame, row: list[Any], scopes: dict[str, Any], opened: set[str]) -> None:
    token_id, node_id, scope_id, state, flow, host, group, order, notes = row + [None] * (9 - len(row))
    scope = game.scopes.get(scope_id)
    node = scope.spec.task_specs.get(node_id) if scope is not None else None
    if scope is None or node is None:
        raise RunFailed(node_id, "unknown_element", wanted=node_id)
    token = Token(game, scope, node, token_id, flow)
    token._set_state(state)
    token.host, token.group, token.order = host, group, order or 0
    if notes:
        token.internal_data = notes
    if state == READY:
        game.ready.append((token.order, token_id))
    elif is_armed(token):
        game.router.restored(token)
    inner: ScopeSpec | None = getattr(node, "inner", None)
    if inner is not None and (token_id in opened or _is_open(token)):
        _fill(Scope(game, inner, token_id, token), scopes.get(token_id, {}))


def _is_open(token: Token) -> bool:
    """Whether the sub-process at this token is open though no token lives in it (an ad-hoc one may be)."""
    from engine.bpmn.tokens import STARTED

    return token.state == STARTED and not ("loop" in token.notes and "of" not in token.notes)
