"""A form as a page shows it: every decision taken here, so that a template only renders."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from engine.errors import FieldError
from engine.forms.field import Field
from engine.forms.filling import Filling
from engine.forms.form import EDIT, EDIT_ALL, HIDE, Form, Permissions, Section
from engine.forms.formula import Evaluate, Formula
from engine.forms.frame import Frame, Lookup
from engine.forms.types import MISSING
from engine.forms.types.table import ORIGIN

NEW_ROW = "__row__"
"""Stands for the row number in the paths of ``FieldView.columns``: the page copies them to add a row."""


@dataclass(frozen=True, slots=True)
class OptionView:
    """One value that can be chosen; ``id`` is the text to submit."""

    id: str
    label: str
    selected: bool
    number: bool = False
    """Whether the value kept is a number."""


@dataclass(frozen=True, slots=True)
class FieldView:
    """One field to render. ``path`` is the name of its input; ``text`` what the input holds, ``display`` what to read.

    ``readonly``: show ``display`` and no input. ``visible`` false: render hidden, the browser may reveal it.
    ``automatic``: the server fills it in on completion. ``formulas``: FEEL that the browser may evaluate, by
    ``required``, ``visible``, ``readonly``, ``compute``. A table has ``columns`` (a blank row, paths with
    ``__row__``), ``rows``, and for each row one of ``origins``: sent back as the cell ``__from__``, it tells which
    stored row this was, so that cells that cannot be edited stay with their row.
    """

    id: str
    path: str
    label: str
    type: str
    value: Any
    text: str
    display: str
    required: bool
    visible: bool
    readonly: bool
    help: str = ""
    error: str = ""
    errors: tuple[str, ...] = ()
    options: tuple[OptionView, ...] = ()
    outcome: bool = False
    personal: bool = False
    masked: bool = False
    automatic: bool = False
    several: bool = False
    formulas: Mapping[str, str] = field(default_factory=dict)
    attributes: Mapping[str, Any] = field(default_factory=dict)
    columns: tuple[FieldView, ...] = ()
    rows: tuple[tuple[FieldView, ...], ...] = ()
    origins: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SectionView:
    """One card of the form; ``state`` is done, wrong, open or read."""

    id: str
    title: str
    visible: bool
    state: str
    fields: tuple[FieldView, ...]
    formulas: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RuleView:
    """A rule across fields that the browser may check as well."""

    path: str
    refuse_if: str
    message: str


@dataclass(frozen=True, slots=True)
class FormView:
    """A form to render. ``errors`` are those of no field in sight; ``context`` the variables its FEEL texts name,
    ``now`` the moment at which it stands so, in the zone of the case."""

    key: str
    title: str
    sections: tuple[SectionView, ...]
    errors: tuple[str, ...] = ()
    rules: tuple[RuleView, ...] = ()
    context: Mapping[str, Any] = field(default_factory=dict)
    outcome: FieldView | None = None
    readonly: bool = False
    now: datetime | None = None

    @property
    def fields(self) -> tuple[FieldView, ...]:
        return tuple(one for section in self.sections for one in section.fields)

    @property
    def wrong(self) -> tuple[FieldView, ...]:
        """Fields and cells with errors, for the summary on top."""
        cells = [cell for one in self.fields for row in one.rows for cell in row]
        return tuple(one for one in (*self.fields, *cells) if one.error)


def view(form: Form, *, variables: Mapping[str, Any], evaluate: Evaluate, now: datetime,
         stored: Mapping[str, Any] | None = None, entered: Mapping[str, Any] | None = None,
         permissions: Permissions = EDIT_ALL, lookup: Lookup | None = None, lang: str = "zh",
         errors: Iterable[FieldError] = (), unmask: bool = True) -> FormView:
    """``form`` as it stands: ``stored`` values, over them ``entered`` ones (a draft, or a submission that was refused).

    ``errors`` are those of :func:`~engine.forms.validate`. Fields hidden at this task are left out altogether. With
    ``unmask`` false, personal values that are only read are masked.
    """
    filling = Filling(form, stored, variables, evaluate, Frame(now, lookup), permissions)
    if entered:
        filling.take({name: raw for name, raw in entered.items() if name in form.fields})
    filling.settle()
    return _Looking(form, filling, entered or {}, tuple(errors), "en" if lang.startswith("en") else "zh",
                    unmask).form_view(variables)


class _Looking:
    """Builds the views of one form."""

    def __init__(self, form: Form, filling: Filling, entered: Mapping[str, Any], errors: tuple[FieldError, ...],
                 lang: str, unmask: bool):
        self.form, self.filling, self.entered, self.lang, self.unmask = form, filling, entered, lang, unmask
        self.errors: dict[str, tuple[str, ...]] = {}
        for error in errors:
            self.errors[error.path] = (*self.errors.get(error.path, ()), error.sentence(lang))
        self.secret = frozenset(name for name in form.fields if filling.permissions.of(name) == HIDE)

    def form_view(self, variables: Mapping[str, Any]) -> FormView:
        sections = tuple(found for found in map(self.section, self.form.sections) if found.fields)
        views = {one.id: one for section in sections for one in section.fields}
        used = self._words()
        shown = {cell.path for one in views.values() for cell in (one, *(cell for row in one.rows for cell in row))}
        outcome = self.form.outcome_field
        return FormView(
            key=self.form.key, title=self.form.title.in_language(self.lang), sections=sections,
            errors=tuple(text for path, texts in self.errors.items() if path not in shown for text in texts),
            rules=tuple(RuleView(rule.field, rule.refuse_if.text, rule.message.in_language(self.lang))
                        for rule in self.form.rules if self._public(rule.refuse_if)),
            context={name: value for name, value in variables.items() if name in used and name not in views},
            outcome=views.get(outcome.id) if outcome else None, readonly=all(one.readonly for one in views.values()),
            now=self.filling.frame.now)

    def section(self, section: Section) -> SectionView:
        fields = tuple(self.field(one) for one in section.fields if one.id not in self.secret)
        visible = self.filling.flag(section.visible, section.id, self.filling.context)
        seen = [one for one in fields if one.visible]
        cells = [cell for one in seen for row in one.rows for cell in row]
        if any(one.error for one in (*seen, *cells)):
            state = "wrong"
        elif all(one.readonly for one in seen):
            state = "read"
        else:
            state = "open" if any(one.required and one.value in (None, []) for one in (*seen, *cells)) else "done"
        formulas = {"visible": section.visible.text} if isinstance(section.visible, Formula) and self._public(
            section.visible) else {}
        return SectionView(section.id, section.title.in_language(self.lang), visible, state, fields, formulas)

    def field(self, one: Field) -> FieldView:
        filling = self.filling
        editable = filling.permissions.of(one.id) == EDIT and one.compute is None
        shown = self._view(one, one.id, filling.values.get(one.id), filling.context, editable,
                           self.entered.get(one.id), one.id not in filling.hidden)
        return self._with_rows(one, shown) if one.is_table else shown

    def _with_rows(self, one: Field, table: FieldView) -> FieldView:
        sent = self.filling.sent_rows.get(one.id)
        typed = sent if sent is not None else [{ORIGIN: number} for number in range(len(table.value or ()))]
        rows = tuple(self._cells(one, str(number), row, typed[number], not table.readonly)
                     for number, row in enumerate(table.value or ()))
        blank = {column.id: self.filling.initial(column, f"{one.id}.{NEW_ROW}.{column.id}", self.filling.context)
                 for column in one.columns}
        value = [{cell.id: cell.value for cell in row} for row in rows] if not self.unmask and rows else table.value
        return replace(table, rows=rows, value=value, columns=self._cells(one, NEW_ROW, blank, {}, not table.readonly),
                       origins=tuple(str(row.get(ORIGIN, number)) for number, row in enumerate(typed)))

    def _cells(self, one: Field, index: str, row: Mapping[str, Any], typed: Mapping[str, Any],
               editable: bool) -> tuple[FieldView, ...]:
        context = {**self.filling.context, **row}
        return tuple(self._view(
            column, f"{one.id}.{index}.{column.id}", row.get(column.id), context, editable and column.compute is None,
            typed.get(column.id), self.filling.flag(column.visible, column.id, context)) for column in one.columns)

    def _view(self, declared: Field, path: str, value: Any, context: Mapping[str, Any], editable: bool, typed: Any,
              visible: bool) -> FieldView:
        filling, kind = self.filling, declared.type
        one = filling.resolved(declared, path, context)
        readonly = not editable or filling.flag(one.readonly, path, context)
        masked = one.personal and readonly and not self.unmask and value is not None
        show = functools.partial(kind.display, value, one, filling.frame, self.lang)
        text = "" if masked else kind.text(value, one, filling.frame)
        if value is None and isinstance(typed, (str, int)) and not readonly and not isinstance(typed, bool):
            text = str(typed)  # what was typed and could not be read is shown again, to be mended
        messages = self.errors.get(path, ())
        return FieldView(
            id=one.id, path=path, label=one.label.in_language(self.lang), type=kind.name,
            value=None if masked else value, text=text,
            display=kind.mask(value, one, filling.frame) if masked else show(),
            required=not readonly and filling.flag(one.required, path, context), visible=visible, readonly=readonly,
            help=one.help.in_language(self.lang), error=messages[0] if messages else "", errors=messages,
            options=self._options(one, value), outcome=bool(one.attribute("outcome")), personal=one.personal,
            masked=masked, automatic=_automatic(one) and value is None, several=kind.several,
            formulas=self._formulas(declared), attributes=self._attributes(one))

    def _options(self, one: Field, value: Any) -> tuple[OptionView, ...]:
        chosen = value if isinstance(value, list) else [value]
        return tuple(OptionView(str(option.id), option.label.in_language(self.lang), option.id in chosen,
                                isinstance(option.id, int))
                     for option in one.options)

    def _attributes(self, one: Field) -> dict[str, Any]:
        """The attributes an input element needs, limits as its text."""
        found = {name: value for name, value in one.attributes.items()
                 if value is not None and name not in ("min", "max", "outcome") and not isinstance(value, Formula)}
        for name in ("min", "max"):
            if one.attribute(name) is not None:
                found[name] = one.type.text(one.attribute(name), one, self.filling.frame)
        if isinstance(found.get("unit"), Mapping):
            found["unit"] = one.words("unit").in_language(self.lang)
        return found

    def _formulas(self, one: Field) -> dict[str, str]:
        return {name: text.text for name, text in ((name, getattr(one, name)) for name in
                ("required", "visible", "readonly", "compute")) if isinstance(text, Formula) and self._public(text)}

    def _public(self, text: Formula) -> bool:
        """Whether a browser may see and evaluate the formula: it names no hidden field and draws no number."""
        return not text.draws and not text.words & self.secret

    def _words(self) -> frozenset[str]:
        used: set[str] = set()
        for one in self.form.expressions:
            if one.attribute.rpartition(".")[2] not in ("default", "sets", "values") and self._public(one.formula):
                used |= one.formula.words
        return frozenset(used)


def _automatic(one: Field) -> bool:
    text = one.compute or one.default
    return isinstance(text, Formula) and text.draws


@dataclass(frozen=True, slots=True)
class PrintLine:
    """One field on paper: its label and what stands there; a table has ``columns`` and ``rows`` of text."""

    id: str
    label: str
    type: str
    display: str
    value: Any
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class PrintView:
    """A form for paper: sections of lines; ``signed`` tells whether every signature field is signed."""

    key: str
    title: str
    sections: tuple[tuple[str, tuple[PrintLine, ...]], ...]
    signed: bool


def print_view(form: Form, *, stored: Mapping[str, Any], variables: Mapping[str, Any], evaluate: Evaluate,
               now: datetime, permissions: Permissions = EDIT_ALL, lang: str = "zh", unmask: bool = False) -> PrintView:
    """``form`` with its ``stored`` values for paper; personal data is masked unless ``unmask``."""
    seen = view(form, variables=variables, evaluate=evaluate, now=now, stored=stored,
                permissions=permissions.reading(), lang=lang, unmask=unmask)
    sections = tuple((section.title, tuple(_line(one) for one in section.fields if one.visible))
                     for section in seen.sections if section.visible)
    lines = [line for _, found in sections for line in found]
    return PrintView(seen.key, seen.title, tuple((title, found) for title, found in sections if found),
                     all(line.value is not None for line in lines if line.type == "signature"))


def _line(one: FieldView) -> PrintLine:
    blank = "" if one.type in ("signature", "longtext") else MISSING
    return PrintLine(one.id, one.label, one.type, blank if one.value is None and not one.masked else one.display,
                     one.value, tuple(column.label for column in one.columns),
                     tuple(tuple(cell.display for cell in row) for row in one.rows))
