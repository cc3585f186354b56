"""The loop: run what is ready, fire what is due, and when all is at rest see what that means."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.bpmn import compensation, timers
from engine.bpmn.events import EventStart
from engine.bpmn.failures import StepBudgetExceeded
from engine.bpmn.gateways import Complex, Inclusive
from engine.bpmn.tokens import STARTED, WAITING, Scope, Token

if TYPE_CHECKING:
    from engine.bpmn.tokengame import TokenGame


def advance(game: TokenGame, budget: int) -> int:
    """Run to the next rest; returns the number of steps. Raises :class:`StepBudgetExceeded`.

    A wide multi-instance is no endless loop: what its instances need is allowed on top, once per activity.
    """
    game.visits.clear()
    game.allowance.clear()
    steps = 0
    while step(game):
        steps += 1
        if steps > budget and steps > budget + sum(game.allowance.values()):
            often = game.visits.most_common(1)
            raise StepBudgetExceeded(often[0][0] if often else "", budget)
    return steps


def step(game: TokenGame) -> bool:
    """One step: a timer, a condition, a token, or what rest brings. False if nothing can move."""
    if game.ended:
        return False
    if _fire_due(game):
        _close_ended(game)
        return True
    if game.dirty:
        game.dirty = False
        game.router.check_conditions()
    _close_ended(game)
    if game.ended:
        return False
    token = game.next_ready()
    if token is not None:
        game.visits[token.task_spec.name] += 1
        token.run()
        _close_ended(game)
        return True
    return _settle(game)


def _fire_due(game: TokenGame) -> bool:
    timer = game.router.next_timer()
    if timer is None or timer[0] > timers.to_micros(game.environment.now()):
        return False
    game.visits[timer[1].task_spec.name] += 1
    game.router.tick(timer[1], timer[2])
    return True


def _close_ended(game: TokenGame) -> None:
    """Scopes without tokens are over; the innermost first. The touched ones stay so for the inclusive joins."""
    again = True
    while again and not game.ended:
        again = False
        for scope_id in list(game.touched):
            scope = game.scopes.get(scope_id)
            if scope is not None and _is_over(scope):
                _finish(game, scope)
                again = True


def _is_over(scope: Scope) -> bool:
    if scope.to_do or any(not isinstance(token.task_spec, EventStart) for token in scope.tasks.values()):
        return False
    rule = scope.spec.ad_hoc
    return rule is None or not rule.chosen or scope.satisfied


def _finish(game: TokenGame, scope: Scope) -> None:
    for token in list(scope.tasks.values()):
        token.cancel()
    if scope.owner is None:
        game.end(game.ending)
    else:
        game.visits[scope.owner.task_spec.name] += 1
        scope.owner.complete()


def _settle(game: TokenGame) -> bool:
    """Nothing is ready: compensation, inclusive joins, the next activity of an ad-hoc sub-process."""
    scopes = [game.scopes[scope_id] for scope_id in game.touched if scope_id in game.scopes]
    for scope in sorted(scopes, key=lambda scope: (-scope.depth, int(scope.id))):
        if _settle_scope(game, scope):
            return True
    game.touched.clear()
    return False


def _settle_scope(game: TokenGame, scope: Scope) -> bool:
    for token in list(scope.tasks.values()):
        if token.state == STARTED and "todo" in token.notes and compensation.drive(token):
            return True
    tokens = [token for token in scope.tasks.values() if not isinstance(token.task_spec, EventStart)]
    seen: set[str] = set()
    for token in tokens:
        node = token.task_spec
        if token.state == WAITING and isinstance(node, Inclusive) and node.name not in seen:
            seen.add(node.name)
            if node.due(scope, tokens):
                game.visits[node.name] += 1
                node.fire(scope)
                return True
    _reset_complex(scope, tokens)
    if scope.to_do and not any(token.task_spec.activity for token in tokens):
        following = scope.spec.task_specs[scope.to_do.pop(0)]
        game.bring(game.make(scope, following))
        return True
    return False


def _reset_complex(scope: Scope, tokens: list[Token]) -> None:
    """A complex gateway that waits for tokens that can no longer come begins anew."""
    for name in list(scope.fired):
        gateway = scope.spec.task_specs[name]
        assert isinstance(gateway, Complex)
        if not any(token.task_spec is gateway or scope.spec.reaches(token.task_spec.name, name) for token in tokens):
            del scope.fired[name]
