"""A form, as declared: sections of fields, rules across them, what they set, and who may do what at which task."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from engine.forms.field import Field
from engine.forms.formula import Formula
from engine.forms.words import Words

EDIT, READ, HIDE = "edit", "read", "hide"


@dataclass(frozen=True, slots=True)
class Section:
    """A card of the form; ``visible`` is a bool or a formula."""

    id: str
    title: Words
    fields: tuple[Field, ...]
    visible: bool | Formula = True


@dataclass(frozen=True, slots=True)
class Rule:
    """Refuses values when ``refuse_if`` is true; ``field`` (or ``table.column``, then asked per row) shows why."""

    field: str
    refuse_if: Formula
    message: Words


@dataclass(frozen=True, slots=True)
class Permissions:
    """What may be done with each field at one task: ``edit``, ``read`` or ``hide``."""

    otherwise: str = EDIT
    fields: Mapping[str, str] = field(default_factory=dict, hash=False)

    def of(self, field_id: str) -> str:
        return self.fields.get(field_id, self.otherwise)

    def reading(self) -> Permissions:
        """The same with nothing to edit: for those who only look."""
        look = {name: READ if allowed == EDIT else allowed for name, allowed in self.fields.items()}
        return Permissions(READ if self.otherwise == EDIT else self.otherwise, look)


EDIT_ALL = Permissions()
READ_ALL = Permissions(READ)


@dataclass(frozen=True, slots=True)
class FormExpression:
    """A FEEL text of a form: where it stands and what it is for, so that a deployment can check its names."""

    field: str
    attribute: str
    formula: Formula


@dataclass(frozen=True)
class Form:
    """A form; the values filled in live in the variable named ``key``."""

    key: str
    title: Words
    sections: tuple[Section, ...]
    rules: tuple[Rule, ...] = ()
    sets: Mapping[str, Formula] = field(default_factory=dict)
    tasks: Mapping[str, Permissions] = field(default_factory=dict)
    file: str = ""
    retention: str = ""
    """How long personal values are kept after the end of the case, such as P3Y."""

    @cached_property
    def fields(self) -> Mapping[str, Field]:
        """All fields by id, in the declared order."""
        return {one.id: one for section in self.sections for one in section.fields}

    @cached_property
    def outcome_field(self) -> Field | None:
        """The field whose values are the decision buttons of the task."""
        return next((one for one in self.fields.values() if one.attribute("outcome")), None)

    @cached_property
    def personal_fields(self) -> frozenset[str]:
        """Paths (``field`` or ``table.column``) of personal data."""
        return frozenset({one.id for one in self.fields.values() if one.personal} | {
            f"{one.id}.{column.id}" for one in self.fields.values() for column in one.columns if column.personal})

    @cached_property
    def expressions(self) -> tuple[FormExpression, ...]:
        """Every FEEL text of the form."""
        found = [FormExpression(one.id, name, text) for one in self.fields.values() for name, text in one.formulas()]
        found += [FormExpression(section.id, "visible", section.visible) for section in self.sections
                  if isinstance(section.visible, Formula)]
        found += [FormExpression(rule.field, "refuse_if", rule.refuse_if) for rule in self.rules]
        return tuple(found + [FormExpression(name, "sets", text) for name, text in self.sets.items()])

    @cached_property
    def registers(self) -> frozenset[str]:
        """Keys of the registers that the fields refer to."""
        all_fields = [inner for one in self.fields.values() for inner in (one, *one.columns)]
        return frozenset(str(one.attribute("register")) for one in all_fields if one.attribute("register"))

    @cached_property
    def roles(self) -> frozenset[str]:
        """Roles that user fields name."""
        all_fields = [inner for one in self.fields.values() for inner in (one, *one.columns)]
        return frozenset(str(one.attribute("role")) for one in all_fields if one.attribute("role"))

    def permissions(self, element_id: str | None) -> Permissions:
        """What may be done at the task drawn as ``element_id``: everything where the form does not say."""
        return self.tasks.get(element_id or "", EDIT_ALL)

    def blank(self) -> dict[str, Any]:
        """Every field without a value."""
        return dict.fromkeys(self.fields)
