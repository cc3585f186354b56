"""Checking what was submitted, always on the server, and keeping drafts of what is not finished."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from engine.errors import FieldError
from engine.forms.checks import check
from engine.forms.field import Field
from engine.forms.filling import Filling
from engine.forms.form import EDIT, EDIT_ALL, Form, Permissions
from engine.forms.formula import Evaluate
from engine.forms.frame import Frame, Lookup
from engine.forms.types.base import clean
from engine.forms.types.table import MAX_ROWS, ORIGIN
from engine.forms.words import Wrong

MAX_DRAFT_TEXT = 20_000
"""Text of a draft that cannot be read as a value is kept up to this length, in characters."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a submission. With ``errors`` nothing may be kept; otherwise ``values`` are the whole form.

    ``sets`` are the shared variables to write, ``decision`` the value of the outcome field.
    """

    values: dict[str, Any]
    errors: tuple[FieldError, ...] = ()
    sets: dict[str, Any] = field(default_factory=dict)
    decision: str | int | None = None

    @property
    def ok(self) -> bool:
        return not self.errors


def validate(form: Form, submitted: Mapping[str, Any], *, variables: Mapping[str, Any], evaluate: Evaluate,
             now: datetime, stored: Mapping[str, Any] | None = None, permissions: Permissions = EDIT_ALL,
             lookup: Lookup | None = None) -> Outcome:
    """Check ``submitted`` (field id → text of a browser, JSON or values) against ``form``.

    ``stored`` is what the form holds already, ``variables`` what lies beneath the fields for FEEL (with ``user``,
    ``case``, ``parameters``), ``now`` an aware moment in the zone of the case. A field that is not submitted keeps its
    value or gets its default; fields the task may not edit, and computed ones, must come unchanged or not at all;
    fields that are not visible lose their values. Never raises for bad input: what is wrong is in ``Outcome.errors``.
    """
    filling = Filling(form, stored, variables, evaluate, Frame(now, lookup), permissions)
    filling.take(submitted)
    filling.settle()
    check(filling)
    if not filling.errors and filling.draw():
        filling.settle()
    sets = {} if filling.errors else _sets(form, filling)
    decision = filling.values.get(form.outcome_field.id) if form.outcome_field else None
    return Outcome(filling.values, filling.errors, sets, decision)


def _sets(form: Form, filling: Filling) -> dict[str, Any]:
    """Shared variables. A null is written only by a task that may edit a field the formula names: it cleared it."""
    found = {}
    for name, text in form.sets.items():
        value = filling.ask(text, name, filling.context)
        editable = any(filling.permissions.of(word) == EDIT for word in text.words if word in form.fields)
        if value is not None or editable:
            found[name] = value
    return found


def draft(form: Form, submitted: Mapping[str, Any], *, now: datetime, permissions: Permissions = EDIT_ALL,
          lookup: Lookup | None = None) -> dict[str, Any]:
    """What is worth keeping of an unfinished form: values where they can be read, else the text as typed.

    Unknown fields and those the task may not edit are left out; nothing is refused. Show it with
    ``view(entered=draft)``.
    """
    frame = Frame(now, lookup)
    kept = {}
    for name, raw in submitted.items() if isinstance(submitted, Mapping) else ():
        one = form.fields.get(name)
        if one is not None and one.compute is None and permissions.of(name) == EDIT:
            kept[name] = _leniently(one, raw, frame)
    return kept


def _leniently(one: Field, raw: Any, frame: Frame) -> Any:
    try:
        if not one.is_table:
            return one.type.parse(raw, one, frame)
        columns = {column.id: column for column in one.columns}
        return [{name: _leniently(columns[name], cell, frame) if name in columns else clean(cell)[:6]
                 for name, cell in row.items() if name in columns or name == ORIGIN}
                for row in (one.type.parse(raw, one, frame) or [])[:MAX_ROWS]] or None
    except Wrong:
        return clean(raw[:MAX_DRAFT_TEXT]) or None if isinstance(raw, str) else None
