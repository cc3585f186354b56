"""Boxed expressions, compiled once into steps ``step(scope, run) -> value``.

A step never raises for what FEEL calls null: it notes why and answers None. Limits and refusals
(:class:`~engine.feel.FeelLimitError`, :class:`~engine.dmn.sentences.DecisionError`) pass through.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine import feel

from . import model as m
from .run import Run
from .sentences import DecisionError
from .types import Types, ValueType

Step = Callable[[feel.Scope, Run], Any]
Names = frozenset[str]
CALL_STEPS = 15
"""What calling a function of the file costs in steps."""
FunctionMaker = Callable[[Callable[[], feel.Scope], Run], Any]


class Room:
    """Where a box is compiled: the file's namespace, the types it sees, the names its parts may carry.

    ``members`` are the names of several words after a dot or in a filter (components of types, entries, columns).
    """

    __slots__ = ("namespace", "types", "members", "owner")

    def __init__(self, namespace: str, types: Types, members: Names, owner: str = ""):
        self.namespace, self.types, self.members, self.owner = namespace, types, members, owner

    def type(self, reference: str) -> ValueType | None:
        """The type a typeRef means here; None where there is none."""
        return self.types.find(self.namespace, reference) if reference else None

    def typed(self, step: Step, reference: str, name: str = "") -> Step:
        """``step`` with its value brought to the type ``reference``."""
        type_ = self.type(reference)
        if type_ is None or (type_.item is None and not type_.kind):
            return step
        title = name or self.owner
        return lambda scope, run: type_.coerce(step(scope, run), scope, run, title)


def nothing(scope: feel.Scope, run: Run) -> Any:  # noqa: ARG001 - a step
    """The step of what is not there."""
    return None


def compile_box(box: m.Box | None, names: Names, room: Room) -> Step:
    """The step of ``box``, ``names`` being in scope."""
    if box is None:
        return nothing
    step = COMPILERS[type(box)](box, names, room)
    type_ = room.type(box.type)
    if isinstance(box, m.FunctionDefinition) and type_ is not None and not type_.of_functions:
        return step  # the type is that of the result, and the function sees to it
    return room.typed(step, box.type)


def compile_text(literal: m.Literal, names: Names, room: Room) -> Step:
    """The step of a FEEL text; a broken one is null and says so."""
    if literal.language:
        return refusing("decision_language", name=room.owner, language=literal.language)
    if not literal.text.strip():
        return nothing
    try:
        expression = feel.compile(literal.text, names | room.members)
    except feel.FeelError as error:
        return _broken(room.owner, error)
    run_text = expression.within

    def step(scope: feel.Scope, run: Run) -> Any:  # noqa: ARG001 - a step
        return run_text(scope)
    return step


def refusing(code: str, **params: Any) -> Step:
    """A step that raises :class:`~engine.dmn.sentences.DecisionError` when it is reached, not before."""

    def step(scope: feel.Scope, run: Run) -> Any:  # noqa: ARG001 - a step
        raise DecisionError(code, **params)
    return step


def _broken(owner: str, error: feel.FeelError) -> Step:
    reasons = {"reason_zh": error.sentence("zh"), "reason_en": error.sentence("en")}

    def step(scope: feel.Scope, run: Run) -> Any:  # noqa: ARG001 - a step
        return run.note("note_syntax", name=owner, **reasons)
    return step


def _context(box: m.BoxedContext, names: Names, room: Room) -> Step:
    rows, seen = [], names
    for entry in box.entries:
        part = room.typed(compile_box(entry.box, seen | ({entry.name} if entry.name else set()), room), entry.type,
                          entry.name or "")
        rows.append((entry.name, part))
        if entry.name:
            seen = seen | {entry.name}

    def step(scope: feel.Scope, run: Run) -> Any:
        values: dict[str, Any] = {}
        inner = scope.child(values)
        for name, part in rows:
            value = part(inner, run)
            if name is None:
                return value
            values[name] = value
        return values
    return step


def _list(box: m.BoxedList, names: Names, room: Room) -> Step:
    parts = [compile_box(item, names, room) for item in box.items]
    return lambda scope, run: [part(scope, run) for part in parts]


def _relation(box: m.Relation, names: Names, room: Room) -> Step:
    rows = [[(column.name, room.typed(compile_box(cell, names, room), column.type, column.name))
             for column, cell in zip(box.columns, row)] for row in box.rows]
    return lambda scope, run: [{name: cell(scope, run) for name, cell in row} for row in rows]


def function_maker(box: m.FunctionDefinition, names: Names, room: Room) -> FunctionMaker:
    """``make(scope_of, run) -> feel.Function``: the function of a definition, closed over a scope given when called."""
    if box.kind.upper() != "FEEL":
        refused = refusing("decision_function_kind", name=room.owner, kind=box.kind)
        return lambda scope_of, run: refused(scope_of(), run)
    parameters = [parameter.name for parameter in box.parameters]
    types = [room.type(parameter.type) for parameter in box.parameters]
    result = room.type(box.type)
    if result is not None and result.of_functions:
        result = result.result
    body = compile_box(box.body, names | set(parameters), room)

    def make(scope_of: Callable[[], feel.Scope], run: Run) -> Any:
        def call(*arguments: Any) -> Any:
            if len(arguments) != len(parameters):
                return None
            run.enter_call()
            try:
                scope = scope_of()
                scope.run.tick(CALL_STEPS)
                values = bind(parameters, types, arguments, scope, run)
                if values is None:
                    return None
                value = body(scope.child(values), run)
                return value if result is None else result.coerce(value, scope, run, room.owner)
            finally:
                run.leave_call()
        return feel.Function(parameters, call)
    return make


def bind(parameters: list[str], types: list[ValueType | None], arguments: tuple[Any, ...], scope: feel.Scope,
         run: Run) -> dict[str, Any] | None:
    """Parameters to values; None where a value does not fit its type (the call is then null)."""
    values: dict[str, Any] = {}
    for name, type_, argument in zip(parameters, types, arguments):
        value = argument if type_ is None else type_.coerce(argument, scope, run, name)
        if value is None and argument is not None:
            return None
        values[name] = value
    return values


def _function(box: m.FunctionDefinition, names: Names, room: Room) -> Step:
    make = function_maker(box, names, room)
    return lambda scope, run: make(lambda: scope, run)


def _invocation(box: m.Invocation, names: Names, room: Room) -> Step:
    function = compile_box(box.function, names, room)
    bindings = [(entry.name or "", room.typed(compile_box(entry.box, names, room), entry.type, entry.name or ""))
                for entry in box.bindings]

    def step(scope: feel.Scope, run: Run) -> Any:
        called = function(scope, run)
        if feel.kind(called) != "function":
            return run.note("note_name", decision=room.owner, name=getattr(box.function, "text", "").strip())
        return feel.invoke_named(called, {name: part(scope, run) for name, part in bindings})
    return step


def _conditional(box: m.Conditional, names: Names, room: Room) -> Step:
    condition, then, otherwise = (compile_box(part, names, room) for part in (box.condition, box.then, box.otherwise))

    def step(scope: feel.Scope, run: Run) -> Any:
        answer = condition(scope, run)
        if answer is not None and not isinstance(answer, bool):
            return None
        return (then if answer is True else otherwise)(scope, run)
    return step


def _iterator(box: m.Iterator, names: Names, room: Room) -> Step:
    source = compile_box(box.source, names, room)
    body = compile_box(box.body, names | {box.variable, "partial"}, room)
    variable = box.variable

    def values(scope: feel.Scope, run: Run, results: list[Any]) -> bool:
        items = feel.iterable(source(scope, run), scope.run)
        if items is None:
            return False
        for item in items:
            scope.run.tick(1 + len(results) // 8)
            results.append(body(scope.child({variable: item, "partial": list(results)}), run))
        return True

    def step(scope: feel.Scope, run: Run) -> Any:
        results: list[Any] = []
        if not values(scope, run, results):
            return None
        return results if box.kind == "for" else _quantified(results, box.kind == "some")
    return step


def _quantified(results: list[Any], stop: bool) -> bool | None:
    """Three-valued ``some`` (``stop`` True) and ``every`` (False)."""
    if any(one is not None and not isinstance(one, bool) for one in results):
        return None
    if stop in results:
        return stop
    return None if None in results else not stop


def _filter(box: m.Filter, names: Names, room: Room) -> Step:
    source = compile_box(box.source, names, room)
    match = compile_box(box.match, names | {"item"}, room)

    def step(scope: feel.Scope, run: Run) -> Any:
        found = source(scope, run)
        if found is None:
            return None
        items = found if isinstance(found, list) else [found]
        kept = []
        for item in items:
            scope.run.tick()
            answer = match(scope.child({**(item if isinstance(item, dict) else {}), "item": item}), run)
            if feel.kind(answer) == "number":
                return _at(items, int(answer))
            if answer is not None and not isinstance(answer, bool):
                return None
            if answer is True:
                kept.append(item)
        return kept
    return step


def _at(items: list[Any], index: int) -> Any:
    """FEEL's index: from 1, negative from the end, null outside."""
    if 0 < index <= len(items):
        return items[index - 1]
    return items[index] if -len(items) <= index < 0 else None


COMPILERS: dict[type, Callable[[Any, Names, Room], Step]] = {
    m.Literal: compile_text, m.BoxedContext: _context, m.Invocation: _invocation, m.BoxedList: _list,
    m.Relation: _relation, m.FunctionDefinition: _function, m.Conditional: _conditional, m.Iterator: _iterator,
    m.Filter: _filter,
}
