"""A saved run goes on under another version of its drawing.

Tokens stay where they are (under the new id where ``mapping`` says so); timers that are running keep their due moment.
Boundary events, event sub-processes and alternatives behind an event gateway that the new drawing adds are armed, those
it has dropped are called off. :meth:`Migration.review` says beforehand what would happen, by the state alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine.bpmn import state
from engine.bpmn.events import Attached, EventStart
from engine.bpmn.failures import RunFailed
from engine.bpmn.fitting import Fitting
from engine.bpmn.gateways import Complex, EventGateway, Gateway, Inclusive, Parallel
from engine.bpmn.marking import Marking, Place
from engine.bpmn.model import ProcessModel
from engine.bpmn.starving import Joins
from engine.bpmn.tokens import ROOT, WAITING, ScopeSpec, Token

if TYPE_CHECKING:
    from engine.bpmn.run import ProcessRun


@dataclass(frozen=True, slots=True)
class Review:
    """What moving a state would do. ``problems``: (old element, reason, new element); ``arms`` and ``drops`` are events
    that begin and cease to listen; ``stirs``: tokens would go on at once."""

    problems: tuple[tuple[str, str, str], ...]
    arms: tuple[str, ...]
    drops: tuple[str, ...]
    stirs: bool


class Migration:
    """From one model to another; ``mapping``: old element id to new, for those that differ.

    Raises :class:`RunFailed` where a token has no place in the new drawing. Made once for many runs.
    """

    def __init__(self, old: ProcessModel, new: ProcessModel, mapping: Mapping[str, str]):
        self.old, self.new = old, new
        self.fitting = Fitting(old, new, mapping)
        self.name = self.fitting.name
        self.before, self.after = self.fitting.before, self.fitting.after
        self.joins = Joins(self.fitting)

    def into(self, run: ProcessRun, saved: str) -> None:
        """Put a saved state of the old model into a fresh run of the new one."""
        marking = Marking(saved)
        if marking.ended:
            state.fill(run, marking.state)
            return
        found, dropped = marking.state, self._dropped(marking)
        for element_id, reason, wanted in self._problems(marking, dropped):
            raise RunFailed(element_id, reason, wanted=wanted)
        fresh = self._fresh(marking, dropped)
        found["t"] = [self._moved(row) for row in found["t"] if row[0] not in dropped]
        for scope in found.get("s", {}).values():
            self._scope(scope)
        state.fill(run, found)
        touched = set(run.touched)
        self._arm(run, fresh)
        if not self._stir(run) and not run.ready and not run.ended:
            run.touched.clear()  # that something listens moves nothing
            run.touched.update(touched)

    def review(self, saved: str) -> Review:
        """What :meth:`into` would do with a state; nothing is evaluated."""
        return self.review_of(Marking(saved))

    def review_of(self, marking: Marking) -> Review:
        """As :meth:`review`, of a state already read."""
        if marking.ended:
            return Review((), (), (), stirs=False)
        dropped = self._dropped(marking)
        problems = tuple(dict.fromkeys(self._problems(marking, dropped)))
        if problems:
            return Review(problems, (), (), stirs=False)
        arms = tuple(dict.fromkeys(name for _, name, _ in self._fresh(marking, dropped)))
        drops = tuple(dict.fromkeys(marking.by_id[one].element_id for one in sorted(dropped, key=int)))
        stirs = any(place.waits and isinstance(self.before[place.element_id], Gateway) for place in marking.places)
        return Review((), arms, drops, stirs)

    # -- what has a place

    def _dropped(self, marking: Marking) -> set[str]:
        """Ids of the tokens that only listen and have nothing to listen for in the new drawing."""
        gone = {place.id for place in marking.places if place.waits
                and isinstance(self.before.get(place.element_id), Attached)
                and self.fitting.code(place.element_id) is not None}
        for members in _groups(marking):
            lost = {place.id for place in members if self.fitting.code(place.element_id) is not None}
            gone |= lost if len(lost) < len(members) else set()
        return gone

    def _problems(self, marking: Marking, dropped: set[str]) -> Iterator[tuple[str, str, str]]:
        seen: dict[tuple[str, str], str] = {}
        for place in marking.places:
            if place.id in dropped:
                continue
            name = self.name(place.element_id)
            code = self.fitting.code(place.element_id)
            if code is not None:
                yield place.element_id, code, name
            elif place.flow is not None and self.joins.held(place) and self.joins.flow(place.flow) is None:
                yield place.element_id, "lost_branch", place.flow
            elif seen.setdefault((name, place.scope), place.element_id) != place.element_id:
                yield place.element_id, "two_at_one", name
        if all(self.fitting.code(place.element_id) is None for place in marking.places if place.id not in dropped):
            yield from self.joins.starving(marking, dropped)

    # -- moving what is saved

    def _moved(self, row: list[Any]) -> list[Any]:
        row = row + [None] * (9 - len(row))
        row[1] = self.name(row[1])
        if row[4] is not None:
            row[4] = self.joins.flow(row[4])
        if row[8]:
            if "todo" in row[8]:
                row[8]["todo"] = self._log(row[8]["todo"])
            if "trigger" in row[8]:
                row[8]["trigger"] = self.name(row[8]["trigger"])
        return row

    def _scope(self, scope: dict[str, Any]) -> None:
        if "log" in scope:
            scope["log"] = self._log(scope["log"])
        if "fired" in scope:
            scope["fired"] = {self.name(name): count for name, count in scope["fired"].items()
                              if isinstance(self.after.get(self.name(name)), Complex)}
        if "todo" in scope:
            scope["todo"] = [self.name(name) for name in scope["todo"] if self.name(name) in self.after]

    def _log(self, entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """What can still be undone: the new drawing has the activity, and says how."""
        kept = []
        for entry in entries:
            node, inner = self.after.get(self.name(entry["a"])), self._log(entry.get("log", []))
            spec = getattr(node, "inner", None)
            if node is None or not (node.handler or (spec is not None and (inner or spec.compensation_start))):
                continue
            kept.append({key: value for key, value in entry.items() if key != "log"} | {"a": node.name}
                        | ({"log": inner} if inner else {}))
        return kept

    # -- what listens anew

    def _fresh(self, marking: Marking, dropped: set[str]) -> list[tuple[str, str, str]]:
        """Events that begin to listen, as (token or scope they belong to, element, kind of place)."""
        found: list[tuple[str, str, str]] = []
        known = self.fitting.replaced
        for place in marking.places:
            node = self.after[self.name(place.element_id)] if place.id not in dropped else None
            if node is not None and "in" in place.notes and not {"of", "undo"} & place.notes.keys():
                found += [(place.id, one.name, "host") for one in node.boundaries if one.name not in known]
        for scope_id, spec in self._scopes(marking, dropped):
            found += [(scope_id, start, "scope") for start in spec.event_starts if start not in known]
        for members in _groups(marking):
            left = [place for place in members if place.id not in dropped]
            targets = {self.name(place.element_id) for place in left}
            for node in self.after.values():
                ways = {flow.target: flow.id for flow in node.flows} if isinstance(node, EventGateway) else {}
                if left and targets <= ways.keys():
                    found += [(left[0].id, flow, "group") for target, flow in ways.items() if target not in known]
        return found

    def _scopes(self, marking: Marking, dropped: set[str]) -> Iterator[tuple[str, ScopeSpec]]:
        """The open scopes in which events may listen, with what the new drawing holds there."""
        inside: dict[str, list[Place]] = {ROOT: []}
        for place in marking.places:
            if place.id not in dropped:
                inside.setdefault(place.scope, []).append(place)
        for scope_id, places in inside.items():
            owner = marking.by_id.get(scope_id)
            if (owner is not None and "undo" in owner.notes) or any(self._interrupts(place) for place in places):
                continue
            yield scope_id, self.new.graph if owner is None else self.after[self.name(owner.element_id)].inner

    def _interrupts(self, place: Place) -> bool:
        """Whether an event sub-process that called off everything else in its scope is at work here."""
        trigger = self.before.get(place.notes.get("trigger", ""))
        return isinstance(trigger, EventStart) and trigger.interrupting

    def _arm(self, run: ProcessRun, fresh: list[tuple[str, str, str]]) -> None:
        for token in list(run.router.armed.values()):
            _name_keys(run, token)
        for beside, name, kind in fresh:
            if kind == "scope":
                scope = run.scopes.get(beside)
                event = run.make(scope, scope.spec.task_specs[name]) if scope is not None else None
            else:
                token = run.tokens.get(beside)
                event = self._beside(run, token, name, kind) if token is not None else None
            if event is not None:
                run.bring(event)

    def _beside(self, run: ProcessRun, token: Token, name: str, kind: str) -> Token:
        specs = token.scope.spec.task_specs
        if kind == "host":
            event = run.make(token.scope, specs[name])
            event.host = token.id
            return event
        event = run.make(token.scope, specs[self.new.flows[name].target], flow=name)
        event.group = token.group
        return event

    def _stir(self, run: ProcessRun) -> bool:
        """Joins look again at what they hold: the new drawing may ask for less. True if the run has to go on."""
        stirred = False
        for token in list(run.tokens.values()):
            node = token.task_spec
            if token.id not in run.tokens or token.state != WAITING or not isinstance(node, Gateway):
                continue
            if isinstance(node, Inclusive):
                beside = [one for one in token.scope.tasks.values() if not isinstance(one.task_spec, EventStart)]
                if node.due(token.scope, beside):
                    run.touch(token.scope)
                    stirred = True
            elif not isinstance(node, Parallel) or node.join(token):
                run.enter(token)
                token._ready()
                stirred = True
        return stirred


def _groups(marking: Marking) -> list[list[Place]]:
    """The events behind an event gateway, of which the first that happens takes the token."""
    found: dict[str, list[Place]] = {}
    for place in marking.places:
        if place.group:
            found.setdefault(place.group, []).append(place)
    return list(found.values())


def _name_keys(run: ProcessRun, token: Token) -> None:
    """What a running event listens for, where the new drawing says it by an expression and the old did not."""
    for index, definition in enumerate(token.task_spec.definitions):
        keys = token.notes.get("keys", {})
        if definition.key is not None and definition.key.feel and str(index) not in keys:
            token.notes.setdefault("keys", {})[str(index)] = run.value(token, definition.key)
