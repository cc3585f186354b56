"""What people, customers and connectors answer in a simulated case: what they answered in the same case last month,
else what they answered in another, else a default.

The values are given to the engine to decide by and shown nowhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from engine.bpmn import Wait, written_names
from engine.definitions import Definition
from engine.expressions import ExpressionFailed
from engine.forms import Form
from engine.forms.field import Field
from engine.forms.formula import Formula
from engine.simulation.past import Filling

if TYPE_CHECKING:
    from engine.simulation.case import Member, SimulatedCase
    from engine.simulation.replication import Replication

PLAIN: Mapping[str, Any] = {"int": 0, "number": Decimal(0), "money": Decimal(0), "percent": Decimal(0), "bool": False}
"""What a field holds that no case of last month had; others stay empty."""


def at_start(member: Member) -> None:
    """The form of the start event, as it was submitted."""
    for start in member.definition.model.start_events:
        element = member.definition.model.elements.get(start.element_id)
        form = member.definition.forms.get(element.attributes.get("formKey", "")) if element else None
        found = _own(member, start.element_id, form, 1) if form is not None else None
        if form is not None and found is not None:
            values = {**form.blank(), **found.values}
            scope = member.run.scope_variables()
            member.run.set_variables({form.key: values} | shared(form, values, member, scope))


def submit(world: Replication, case: SimulatedCase, member: Member, wait: Wait, number: int,
           skipped_as: str | None = None) -> None:
    """Complete a task with a form that was once submitted there, or as a rule skipped it."""
    form = form_of(member, wait)
    member.completed[wait.element_id] += skipped_as is None
    if form is None:
        member.run.complete(wait.id, {})
        return
    scope = member.run.scope_variables(wait.id)
    stored = scope.get(form.key)
    values = {**form.blank(), **(stored if isinstance(stored, dict) else {})}
    known, told = entered(world, case, member, wait.element_id, form, number)
    values |= told
    if skipped_as is not None and form.outcome_field is not None:
        values[form.outcome_field.id] = skipped_as
    written = shared(form, values, member, scope)
    if not known:  # defaults must not undo what the case knows already
        written = {name: value for name, value in written.items() if scope.get(name) is None}
    member.run.complete(wait.id, {form.key: values} | written)


def form_of(member: Member, wait: Wait) -> Form | None:
    """The form of a task."""
    element = member.definition.model.elements[wait.element_id]
    key = member.environment.expressions.value(element.attributes.get("formKey"), member.run.scope_variables(wait.id))
    return member.definition.forms.get(key or "")


def entered(world: Replication, case: SimulatedCase, member: Member, element_id: str, form: Form,
            number: int) -> tuple[bool, dict[str, Any]]:
    """What is submitted at the ``number``-th task of a step in its case (from 1), and whether anybody ever submitted it
    there; a decision set by hand wins."""
    place = (member.definition.key, element_id)
    found = _own(member, element_id, form, member.completed[element_id])
    if found is None:
        others = world.past.fillings(place, form.key)
        found = world.draws.one(others, case.arrival.number, *place, number, "form") if others else None
    values = {name: value for name, value in found.values.items() if name in form.fields} if found else {}
    permitted = form.permissions(element_id)
    for name, one in form.fields.items():
        if (found is None or name not in found.values) and permitted.of(name) == "edit":
            values[name] = default(one)
    outcome = form.outcome_field
    chosen = world.chosen(place, case.arrival.number, number) if outcome is not None else None
    if outcome is not None and chosen in {str(option.id) for option in outcome.options}:
        values[outcome.id] = chosen
    return found is not None, values


def _own(member: Member, element_id: str, form: Form, number: int) -> Filling | None:
    mine = [one for one in (member.past.fillings.get(element_id, ()) if member.past else ())
            if one.form_key == form.key]
    return mine[number - 1] if 0 < number <= len(mine) else None


def default(one: Field) -> Any:
    """A value for a field that last month did not know: its own default, the first option, nought, no."""
    if one.default is not None and not isinstance(one.default, Formula):
        return one.default
    if one.type.name == "enum" and one.options:
        return one.options[0].id
    return PLAIN.get(one.type.name)


def shared(form: Form, values: Mapping[str, Any], member: Member, scope: Mapping[str, Any]) -> dict[str, Any]:
    """The shared variables that a form sets."""
    expressions = member.environment.expressions
    seen = {**scope, form.key: dict(values), **values, "user": {"login": "", "name": "", "roles": []},
            "parameters": expressions.parameters}
    found = {}
    for name, formula in form.sets.items():
        try:
            value = expressions.evaluate(formula.text, seen)
        except ExpressionFailed:
            value = None
        found[name] = _last(member, name) if value is None else value
    return {name: value for name, value in found.items() if value is not None}


def answered(member: Member, wait: Wait) -> None:
    """A connector is done: nothing was called; what its outputs held last month stands for what it would have said."""
    member.run.set_variables({"result": {}}, at=wait.id)
    outputs = member.definition.model.elements[wait.element_id].outputs
    member.run.complete(wait.id)
    missing = {name: value for name in outputs
               if member.run.variables.get(name) is None and (value := _last(member, name)) is not None}
    if missing:
        member.run.set_variables(missing)


def received(member: Member) -> dict[str, Any]:
    """The content of a message from outside: what the case knows at its end and nothing in its drawing writes."""
    past = from_outside(member.past.variables, member.definition) if member.past else {}
    return {name: value for name, value in past.items() if member.run.variables.get(name) is None}


def from_outside(variables: Mapping[str, Any], definition: Definition | None) -> dict[str, Any]:
    """The variables of a case that came with its start or with messages: neither its drawing nor its forms write them.
    """
    if definition is None:
        return dict(variables)
    written = {"case", "parameters", *written_names(definition.model), *definition.forms,
               *(name for form in definition.forms.values() for name in form.sets)}
    return {name: value for name, value in variables.items() if name not in written and value is not None}


def _last(member: Member, name: str) -> Any:
    return member.past.variables.get(name) if member.past else None
