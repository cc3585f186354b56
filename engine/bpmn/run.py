"""A running process: what may be said to it, and what it says."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from engine.bpmn import going_back, loop, mapping, move, state, timers
from engine.bpmn import waits as waiting
from engine.bpmn.activities import CallActivity, SubProcess, UserTask
from engine.bpmn.events import Catch, is_armed
from engine.bpmn.failures import NotWaiting, RunFailed
from engine.bpmn.going_back import Walk
from engine.bpmn.migrate import Migration
from engine.bpmn.model import ProcessModel
from engine.bpmn.tokengame import RunEvent, TokenGame
from engine.bpmn.tokens import ROOT, STARTED, WAITING, Token
from engine.bpmn.waits import Wait

if TYPE_CHECKING:
    from engine.bpmn.environment import Environment


class ProcessRun(TokenGame):
    """One run of a process. It knows no database, no user and no clock of its own.

    Every verb only moves tokens; call :meth:`advance` afterwards. After an exception throw the run away and restore
    the last saved state. Element instance ids are decimal numbers as text, unique within the run and never reused.
    """

    @classmethod
    def start(cls, model: ProcessModel, environment: Environment, variables: dict[str, Any], *,
              entry: str | None = None, payload: Mapping[str, Any] | None = None) -> ProcessRun:
        """A new run, at its none start event or at ``entry`` (the element id of one of ``model.start_events``)."""
        run = cls(model, environment, variables)
        move.begin(run, entry, payload)
        return run

    @classmethod
    def restore(cls, model: ProcessModel, environment: Environment, saved: str,
                variables: dict[str, Any]) -> ProcessRun:
        """The run that :meth:`state` saved. ``variables`` (of the instance) become the run's own."""
        run = cls(model, environment, variables)
        state.load(run, saved)
        return run

    @classmethod
    def migrate(cls, old: ProcessModel, new: ProcessModel, environment: Environment, saved: str,
                variables: dict[str, Any], mapping: Mapping[str, str] | None = None) -> ProcessRun:
        """The run that was saved under ``old``, going on under ``new``; ``mapping``: old element ids to new ones.

        Raises :class:`RunFailed` naming the element that has no place in ``new``.
        """
        return cls.moved(Migration(old, new, mapping or {}), environment, saved, variables)

    @classmethod
    def moved(cls, migration: Migration, environment: Environment, saved: str,
              variables: dict[str, Any]) -> ProcessRun:
        """As :meth:`migrate`, by what is made once for many runs."""
        run = cls(migration.new, environment, variables)
        migration.into(run, saved)
        return run

    def advance(self, budget: int = 3000) -> int:
        """Fire due timers and run to the next wait state; returns the number of steps.

        Raises :class:`StepBudgetExceeded` or :class:`RunFailed`; the caller rolls back.
        """
        return loop.advance(self, budget)

    def step(self) -> bool:
        """One step of :meth:`advance`; false when at rest."""
        return loop.step(self)

    # -- looking

    @property
    def next_due(self) -> datetime | None:
        """When the next timer is due."""
        timer = self.router.next_timer()
        return timers.from_micros(timer[0]) if timer is not None else None

    @property
    def at_rest(self) -> bool:
        """Whether nothing would move before something is said or falls due."""
        return self.ended or not (self.ready or self.touched or self.dirty)

    def waits(self) -> list[Wait]:
        """What the run waits for, oldest first."""
        return list(waiting.waits(self))

    def held(self) -> list[str]:
        """Element ids of the joins that hold tokens."""
        return sorted({token.task_spec.name for token in self.tokens.values()
                       if token.state == WAITING and not is_armed(token)})

    def stuck(self) -> list[str]:
        """The joins at which all that is left of the run waits for tokens that nothing can bring; else empty."""
        held = self.held()
        if not held or self.ended or any("away" in token.notes for token in self.tokens.values()) or self.waits():
            return []
        return held

    def take_events(self) -> list[RunEvent]:
        """What happened since this was last called, in order."""
        events, self.events = self.events, []
        return events

    def state(self) -> str:
        """Everything but the variables of the instance, as compact JSON."""
        return state.dump(self)

    def scope_variables(self, element_instance_id: str | None = None) -> dict[str, Any]:
        """All variables as an expression at this element instance sees them (``None``: those of the instance)."""
        token = self._token(element_instance_id) if element_instance_id is not None else None
        return dict(self.view(token))

    # -- saying

    def set_variables(self, values: Mapping[str, Any], at: str | None = None) -> None:
        """Set variables of the instance, or local ones of the element instance ``at``."""
        target = self.variables if at is None else self._token(at).notes.setdefault("vars", {})
        target.update(values)
        self.dirty = True

    def take_inputs(self, element_instance_id: str) -> dict[str, Any]:
        """Evaluate the inputs of a service task that waits anew, over the variables as they are now."""
        token = self._token(element_instance_id)
        for name, _ in token.task_spec.takes:
            token.notes["vars"].pop(name, None)  # the old value would hide the variable of the same name
        mapping.take_in(token)
        self.touch(token.scope)
        self.dirty = True
        return {name: token.notes["vars"].get(name) for name, _ in token.task_spec.takes}

    def complete(self, element_instance_id: str, values: Mapping[str, Any] | None = None) -> None:
        """A user task, service job or called process is done. ``values`` are written as variables; of a called
        process they are its variables at its end, of which only what ``camunda:out`` names comes back.
        """
        token = self._token(element_instance_id)
        node = token.task_spec
        if token.state != STARTED or not isinstance(node, (UserTask, SubProcess)) or "away" in token.notes:
            raise NotWaiting(element_instance_id)
        if isinstance(node, SubProcess):
            self._complete_ad_hoc(token)
            return
        written = dict(values or {})
        if isinstance(node, CallActivity):
            written = mapping.returned(token, written)
        self.assign(token, written)
        token.complete()

    def fire(self, element_instance_id: str, index: int = 0) -> None:
        """A timer fires now, whether due or not."""
        token = self._armed(element_instance_id, index, "timer")
        if str(index) not in token.notes.get("due", {}):
            raise NotWaiting(element_instance_id)
        self.router.tick(token, index)

    def shift_timers(self, by: timedelta) -> None:
        """Move what is due by a duration or cycle (after a suspension); dates that a drawing names stay."""
        self.router.shift(by)

    def deliver(self, element_instance_id: str, payload: Mapping[str, Any] | None = None, index: int = 0) -> None:
        """A message or signal for this one subscription."""
        token = self._armed(element_instance_id, index, "message", "signal")
        token.task_spec.hit(token, index, dict(payload or {}))

    def signal(self, name: str, payload: Mapping[str, Any] | None = None) -> int:
        """A signal for all that wait for it here; returns how many."""
        return self.router.signal(name, dict(payload or {}))

    def error(self, element_instance_id: str, code: str, payload: Mapping[str, Any] | None = None) -> bool:
        """The activity fails with a BPMN error; false if nothing catches it (then the run has ended)."""
        token = self._token(element_instance_id)
        return self.router.error(token.scope, token, code, dict(payload or {}))

    def escalate(self, element_instance_id: str, code: str, payload: Mapping[str, Any] | None = None) -> bool:
        """The activity escalates; false if nothing catches it."""
        token = self._token(element_instance_id)
        return self.router.escalation(token.scope, token, code, dict(payload or {}))

    def start_adhoc(self, element_instance_id: str, element_id: str) -> None:
        """A person begins activity ``element_id`` of an ad-hoc sub-process."""
        token = self._token(element_instance_id)
        wait = next((wait for wait in self.waits() if wait.id == token.id and wait.kind == "adhoc"), None)
        if wait is None:
            raise NotWaiting(element_instance_id)
        if element_id not in wait.detail["choices"]:
            raise RunFailed(token.task_spec.name, "not_a_target", wanted=element_id)
        scope = self.scopes[token.id]
        self.bring(self.make(scope, scope.spec.task_specs[element_id]))

    def move(self, cancel: Iterable[str], to: Iterable[str]) -> list[str]:
        """Call off element instances and go on at other elements; returns the ids of the new element instances."""
        return move.move(self, list(cancel), list(to))

    def walk_back(self, element_id: str, element_instance_id: str, passed: Collection[str]) -> Walk:
        """From an earlier element to what came of it; see :mod:`engine.bpmn.going_back`. Nothing changes.

        ``passed`` are the elements left since that visit. Raises :class:`RunFailed` where one cannot go back to.
        """
        return Walk(self, element_id, self._token(element_instance_id), passed)

    def called_off(self, walk: Walk) -> set[str]:
        """Ids of the element instances that :meth:`go_back` would call off."""
        return set(going_back.called_off(self, walk.behind()))

    def go_back(self, walk: Walk) -> None:
        """Call off what stands behind an earlier element and begin there again."""
        going_back.go_back(self, walk)

    def detour(self, walk: Walk, back: tuple[str, str]) -> None:
        """Do an earlier element again beside what goes on. The ``left`` event of it carries ``back``."""
        going_back.detour(self, walk, list(back))

    def go_away(self, element_instance_id: str) -> None:
        """A user task rests while an earlier step is done again."""
        going_back.go_away(self, element_instance_id)

    def come_back(self, element_instance_id: str) -> bool:
        """A resting user task waits again; false if it is gone."""
        return going_back.come_back(self, element_instance_id)

    def begin_at(self, element_id: str, *, stop: bool = False) -> None:
        """A run that has just been started begins at ``element_id``; with ``stop`` it ends with that."""
        going_back.begin_at(self, element_id, stop=stop)

    def cancel(self, outcome: str = "cancelled") -> None:
        """Call off everything."""
        self.end(outcome)

    # -- inside

    def _complete_ad_hoc(self, token: Token) -> None:
        scope = self.scopes.get(token.id)
        if scope is None or scope.spec.ad_hoc is None:
            raise NotWaiting(token.id)
        scope.to_do.clear()
        scope.satisfied = True
        for other in list(scope.tasks.values()):
            other.cancel()
        self.touch(scope)

    def _token(self, element_instance_id: str) -> Token:
        token = self.tokens.get(element_instance_id)
        if token is None or element_instance_id == ROOT:
            raise NotWaiting(element_instance_id)
        return token

    def _armed(self, element_instance_id: str, index: int, *kinds: str) -> Token:
        token = self._token(element_instance_id)
        node = token.task_spec
        if not isinstance(node, Catch) or not is_armed(token) or not 0 <= index < len(node.definitions) \
                or node.definitions[index].kind not in kinds or not node.expects(token, index):
            raise NotWaiting(element_instance_id)
        return token
