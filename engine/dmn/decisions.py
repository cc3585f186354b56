"""A compiled model: its requirement graph is walked, each decision taken at most once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from engine import feel
from engine.feel.limits import measured

from . import model as m
from . import tables  # noqa: F401 - registers the compiler of decision tables
from .boxes import Names, Room, Step, bind, compile_box, function_maker
from .family import Family, Key
from .run import Clock, FiredRule, Note, Run
from .sentences import DecisionError
from .types import Types

_MISSING = object()
MAX_STEPS = 100_000
"""Steps one taking of a decision may cost, all its expressions, tables and calls together."""
SERVICE_STEPS = 40
"""What calling a decision service costs in steps, and taking a decision."""


@dataclass(frozen=True, slots=True)
class Decided:
    """What came out: the value, the rules that fired (at most 1,000, ``fired_count`` counts all), why parts are null.

    ``rows`` are the results of the decision's own table, a dictionary of output names each (empty where its logic is no
    table); :meth:`mapped` gives them the four shapes of ``camunda:mapDecisionResult``.
    """

    value: Any
    fired: tuple[FiredRule, ...] = ()
    notes: tuple[Note, ...] = ()
    rows: tuple[Mapping[str, Any], ...] = ()
    fired_count: int = 0
    is_table: bool = False

    def mapped(self, how: str = "resultList") -> Any:
        """The result as ``singleEntry``, ``singleResult``, ``collectEntries`` or ``resultList``.

        Raises :class:`~engine.dmn.sentences.DecisionError` when a single one is wanted and there are several.
        """
        if not self.is_table:
            rows = [{"result": self.value}]
        else:
            rows = [dict(row) for row in self.rows]
        if how == "resultList":
            return rows
        if how == "collectEntries":
            return [_only(row) for row in rows]
        if how not in ("singleEntry", "singleResult"):
            raise DecisionError("decision_mapping_unknown", mapping=how)
        if len(rows) > 1:
            raise DecisionError("decision_result_several", count=len(rows), mapping=how)
        if not rows:
            return None
        return _only(rows[0]) if how == "singleEntry" else rows[0]


def _only(row: Mapping[str, Any]) -> Any:
    if len(row) != 1:
        raise DecisionError("decision_entries_several", names=", ".join(row))
    return next(iter(row.values()))


class DecisionModel:
    """A family of files compiled once; immutable afterwards, so that any number of threads may use it."""

    def __init__(self, family: Family):
        self.family, self.types = family, Types(family.members)
        spaced = family.spaced_names()
        self._steps: dict[Key, Step] = {}
        self._makers: dict[Key, Callable[..., Any]] = {}
        for namespace, file in family.members.items():
            for decision in file.decisions.values():
                room = Room(namespace, self.types, spaced, decision.name)
                step = compile_box(decision.box, self.names(namespace, decision.requirements), room)
                self._steps[namespace, decision.id] = room.typed(step, decision.type, decision.name)
            for knowledge in file.knowledge.values():
                room = Room(namespace, self.types, spaced, knowledge.name)
                function = knowledge.function or m.FunctionDefinition(parameters=(), body=None)
                names = self.names(namespace, knowledge.requirements)
                self._makers[namespace, knowledge.id] = function_maker(function, names, room)

    @property
    def decisions(self) -> tuple[m.Decision, ...]:
        """The decisions of the main file, in its order."""
        return tuple(self.family.main.decisions.values())

    @property
    def input_names(self) -> tuple[str, ...]:
        """The names of the inputs that the main file draws."""
        return tuple(element.name for element in self.family.main.inputs.values())

    def names(self, namespace: str, needs: m.Requirements) -> Names:
        """The names an element with these requirements sees."""
        found = set()
        for part, hrefs in (("input", needs.inputs), ("decision", needs.decisions), ("knowledge", needs.knowledge),
                            ("service", needs.knowledge)):
            for href in hrefs:
                pair = getattr(self.family, part)(namespace, href)
                if pair is not None:
                    home, element = pair
                    found.add(self.family.import_name(namespace, home) or getattr(element, "variable", element.name))
        return frozenset(found)

    # ---- the door
    def decide(self, decision: str | None, inputs: Mapping[str, Any], *, clock: Clock | None = None,
               functions: Mapping[str, Any] | None = None, service: str | None = None,
               max_steps: int = MAX_STEPS) -> Decided:
        """Take ``decision`` (id or name), or ask the decision service ``service`` (then its output of that name).

        Raises :class:`~engine.dmn.sentences.DecisionError` for an unknown decision, hits that the policy forbids,
        inputs outside their allowed values, and limits. Whatever FEEL calls null is None, and a note says why.
        """
        evaluation = feel.Evaluation(clock=clock, functions=functions, max_steps=max_steps)
        run = Run(inputs, evaluation)
        evaluation.types = self.types.instance_of(self.family.main.namespace, evaluation.scope({}))
        try:
            with evaluation:
                if service is not None:
                    return self._served(service, decision, run)
                key, found = self._named(decision or "")
                value = measured(self._take(key, run))
        except feel.FeelLimitError as error:
            raise DecisionError("decision_limit", decision=decision or service, reason_zh=error.sentence("zh"),
                                reason_en=error.sentence("en")) from error
        except feel.FeelError as error:  # an assertion written in FEEL
            raise DecisionError("decision_refused", decision=decision or service, reason_zh=error.sentence("zh"),
                                reason_en=error.sentence("en")) from error
        return Decided(value, tuple(run.fired), tuple(run.notes), tuple(run.rows.get(key, ())), run.fired_count,
                       isinstance(found.box, m.DecisionTable))

    def _named(self, wanted: str) -> tuple[Key, m.Decision]:
        main = self.family.main
        found = main.decisions.get(wanted) or next(
            (one for one in main.decisions.values() if wanted in (one.name, one.variable)), None)
        if found is None:
            raise DecisionError("decision_not_found", decision=wanted)
        return (main.namespace, found.id), found

    def _served(self, wanted: str, output: str | None, run: Run) -> Decided:
        main = self.family.main
        service = main.services.get(wanted) or next(
            (one for one in main.services.values() if one.name == wanted), None)
        if service is None:
            raise DecisionError("service_not_found", service=wanted)
        value = measured(self._serve(main.namespace, service, run))
        if output and len(service.outputs) > 1 and isinstance(value, dict):
            value = value.get(output)
        return Decided(value, tuple(run.fired), tuple(run.notes), (), run.fired_count)

    # ---- the requirement graph
    def _given(self, namespace: str, name: str, run: Run) -> Any:
        """The input ``name`` of a file: by its name, by ``import.name``, or within the contexts of its imports."""
        if namespace != self.family.main.namespace:
            for path in self.family.paths(namespace):
                dotted = ".".join((*path, name))
                if dotted in run.inputs:
                    return run.inputs[dotted]
                group: Any = run.inputs
                for part in path:
                    group = group.get(part) if isinstance(group, dict) else None
                if isinstance(group, dict) and name in group:
                    return group[name]
        return run.inputs.get(name, _MISSING)

    def _input(self, namespace: str, element: m.InputData, run: Run, scope: feel.Scope) -> Any:
        key = (namespace, "input " + element.id)
        if key not in run.memo:
            value = self._given(namespace, element.name, run)
            if value is _MISSING:
                run.note("note_input_missing", name=element.name)
                value = None
            type_ = self.types.find(namespace, element.type) if element.type else None
            run.memo[key] = value if type_ is None else type_.coerce(value, scope, run, element.name)
        return run.memo[key]

    def _take(self, key: Key, run: Run) -> Any:
        """The value of a decision; taken once a run. One that was given to a service is not taken."""
        if key in run.memo:
            return run.memo[key]
        namespace, decision = key[0], self.family.members[key[0]].decisions[key[1]]
        run.evaluation.tick(SERVICE_STEPS)
        if key in run.given:
            given = self._given(namespace, decision.name, run)
            type_ = self.types.find(namespace, decision.type) if decision.type else None
            value = None if given is _MISSING else given
            if type_ is not None:
                value = type_.coerce(value, run.evaluation.scope({}), run, decision.name)
        else:
            if decision.box is None:
                run.note("note_no_logic", name=decision.name)
            base = run.inputs if self.family.unbound(namespace, decision) else {}
            scope = self._scope(namespace, decision.requirements, run, base)
            run.current.append((decision.id, decision.name, namespace))
            value = self._steps[key](scope, run)
            run.current.pop()
        run.memo[key] = value
        return value

    def _scope(self, namespace: str, needs: m.Requirements, run: Run, base: Mapping[str, Any]) -> feel.Scope:
        """The scope of an element: what it requires, imported things under the name of their import."""
        values: dict[str, Any] = dict(base)
        scope = run.evaluation.scope(values)
        for part, hrefs in (("input", needs.inputs), ("decision", needs.decisions), ("knowledge", needs.knowledge),
                            ("service", needs.knowledge)):
            for href in hrefs:
                pair = getattr(self.family, part)(namespace, href)
                if pair is None:
                    continue
                home, element = pair
                name, value = self._required(part, home, element, run, scope)
                prefix = self.family.import_name(namespace, home)
                if not prefix:
                    values[name] = value
                elif isinstance(values.get(prefix), dict) and values[prefix] is not base.get(prefix):
                    values[prefix][name] = value
                else:
                    values[prefix] = {name: value}
        return scope

    def _required(self, part: str, home: str, element: Any, run: Run, scope: feel.Scope) -> tuple[str, Any]:
        if part == "input":
            return element.name, self._input(home, element, run, scope)
        if part == "decision":
            return element.variable, self._take((home, element.id), run)
        if part == "knowledge":
            return element.name, self._knowledge(home, element, run)
        return element.name, self._service_function(home, element, run)

    def _knowledge(self, namespace: str, knowledge: m.KnowledgeModel, run: Run) -> Any:
        """The function of a business knowledge model; its own requirements are looked up when it is first called."""
        if knowledge.function is None:
            return None
        scopes: list[feel.Scope] = []

        def scope() -> feel.Scope:
            if not scopes:
                scopes.append(self._scope(namespace, knowledge.requirements, run, {}))
            return scopes[0]
        return self._makers[namespace, knowledge.id](scope, run)

    # ---- decision services
    def _serve(self, namespace: str, service: m.DecisionOffer, run: Run) -> Any:
        """The outputs of a service: the bare value of a single one, else a context. Input decisions are never taken."""
        for href in service.input_decisions:
            pair = self.family.decision(namespace, href)
            if pair is not None:
                run.given.add((pair[0], pair[1].id))
        values = {}
        for href in service.outputs:
            pair = self.family.decision(namespace, href)
            if pair is not None:
                values[pair[1].variable] = self._take((pair[0], pair[1].id), run)
        value = next(iter(values.values())) if len(values) == 1 else values
        type_ = self.types.find(namespace, service.type) if service.type else None
        if type_ is not None and type_.of_functions:
            type_ = type_.result
        return value if type_ is None else type_.coerce(value, run.evaluation.scope({}), run, service.name)

    def _service_function(self, namespace: str, service: m.DecisionOffer, run: Run) -> Any:
        pairs = [self.family.input(namespace, href) for href in service.input_data]
        pairs += [self.family.decision(namespace, href) for href in service.input_decisions]
        found = [pair for pair in pairs if pair is not None]
        names = [element.name for _, element in found]
        types = [self.types.find(home, element.type) if element.type else None for home, element in found]

        def call(*arguments: Any) -> Any:
            if len(arguments) != len(names):
                return None
            run.enter_call()
            try:
                run.evaluation.tick(SERVICE_STEPS)
                values = bind(names, types, arguments, run.evaluation.scope({}), run)
                return None if values is None else self._serve(namespace, service, run.nested(values))
            finally:
                run.leave_call()
        return feel.Function(names, call)
