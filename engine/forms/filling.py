"""A form being filled: submitted values read, defaults and computed fields settled, visibility decided.

Shared by checking and showing, so that both see the same values.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from engine.errors import FieldError
from engine.forms.declaration import option_of
from engine.forms.field import Field, Option
from engine.forms.form import EDIT, HIDE, Form, Permissions
from engine.forms.formula import Evaluate, Formula
from engine.forms.frame import Frame
from engine.forms.rows import not_editable, read_rows, settle_rows, unknown_field
from engine.forms.types.base import clean
from engine.forms.types.reference import Reference
from engine.forms.words import Wrong


class Filling:
    """The values of one form on their way from what is stored and submitted to what will be stored."""

    def __init__(self, form: Form, stored: Mapping[str, Any] | None, variables: Mapping[str, Any], evaluate: Evaluate,
                 frame: Frame, permissions: Permissions):
        self.form, self.evaluate, self.frame, self.permissions = form, evaluate, frame, permissions
        self.stored: dict[str, Any] = {**form.blank(), **(stored or {})}
        self.values = {name: _copied(value) for name, value in self.stored.items()}
        self.context: dict[str, Any] = {**variables, **self.values}
        self.touched: set[str] = set()
        self.hidden: set[str] = set()
        """Fields that are not visible as things stand."""
        self.sent_rows: dict[str, list[Mapping[str, Any]]] = {}
        """Of each submitted table the rows as they came, one for each row that was read."""
        self._told: dict[tuple[str, str], FieldError] = {}
        self._passing: dict[tuple[str, str], FieldError] = {}
        self._records: dict[str, dict[str, Any]] = {}

    # ---- what is wrong

    @property
    def errors(self) -> tuple[FieldError, ...]:
        """What is wrong so far, in the order of the form."""
        order = {name: index for index, name in enumerate(self.form.fields)}
        found = list({**self._told, **self._passing}.values())
        return tuple(sorted(found, key=lambda one: order.get(one.path.partition(".")[0], -1)))

    def tell(self, path: str, wrong: Wrong) -> None:
        """Note ``wrong`` at ``path``; the first of its code counts."""
        path = ".".join([path, *(str(step) for step in wrong.path)])
        self._told.setdefault((path, wrong.code), FieldError(path, wrong.code, wrong.zh, wrong.en))

    def wrong_at(self, path: str) -> bool:
        return any(told == path or told.startswith(path + ".") for told, _ in {**self._told, **self._passing})

    # ---- reading what was submitted

    def take(self, submitted: Any) -> None:
        """Read ``submitted`` (field id → text, JSON or value)."""
        if not isinstance(submitted, Mapping):
            self.tell("", Wrong("type", "提交的内容不完整。", "What was submitted is incomplete."))
            return
        for name, raw in submitted.items():
            if name not in self.form.fields:
                self.tell(clean(name)[:60], unknown_field(name))
                continue
            one = self.resolved(self.form.fields[name], name, self.context)
            if self._fixed(one):
                if not self._unchanged(one, raw):
                    self.tell(name, not_editable())
                continue
            self.touched.add(name)
            self.values[name] = self.context[name] = self.read(one, name, raw, self.stored.get(name))

    def read(self, one: Field, path: str, raw: Any, stored: Any) -> Any:
        """The value of what was submitted at ``path``; what cannot be read is noted and reads as ``None``."""
        try:
            if stored is not None and self._same_text(one, raw, stored):
                return _copied(stored)
            if one.is_table:
                rows = one.type.parse(raw, one, self.frame)
                return read_rows(self, one, rows, stored or []) if rows else None
            if isinstance(one.type, Reference):
                return self._reference(one, path, raw)
            return one.type.parse(raw, one, self.frame)
        except Wrong as wrong:
            self.tell(path, wrong)
            return None

    def _reference(self, one: Field, path: str, raw: Any) -> Any:
        found = one.type.found(raw, one, self.frame)  # type: ignore[attr-defined]
        if found is None:
            return None
        self._records[path] = found
        return {key: found[key] for key in ("register", "id", "label")}

    def _fixed(self, one: Field) -> bool:
        return one.compute is not None or self.permissions.of(one.id) != EDIT

    def _unchanged(self, one: Field, raw: Any) -> bool:
        """Whether what was sent for a field that is not to be edited is what it holds anyway."""
        if self.permissions.of(one.id) == HIDE:
            return _blank(raw)  # anything else would tell by its answer what the field holds
        value = self.stored.get(one.id)
        if value is None:
            return _blank(raw) or one.compute is not None and self._same_text(one, raw, self._computed(one))
        if self._same_text(one, raw, value):
            return True
        other = Filling(self.form, None, {}, self.evaluate, self.frame, self.permissions)
        if other.read(one, one.id, raw, value) == value and not other.errors:
            return True
        return one.compute is not None and self._same_text(one, raw, self._computed(one))

    def _computed(self, one: Field) -> Any:
        """What a program may have shown for a computed field from the stored values."""
        if one.compute is None or one.compute.draws:
            return None
        return self._value_of(one, one.id, one.compute, self.context)

    def _same_text(self, one: Field, raw: Any, value: Any) -> bool:
        """Whether ``raw`` is what an input for ``value`` shows: nobody typed anything then."""
        if value is None or one.is_table or not isinstance(raw, str) or not raw:
            return False
        shown = {one.type.text(value, one, self.frame)}
        return raw in (shown | {one.type.mask(value, one, self.frame)} if one.personal else shown)

    # ---- settling defaults, computed fields and visibility

    def settle(self) -> None:
        """Bring defaults, computed fields and visibility up to date until nothing changes any more."""
        self._fill_from_records()
        for _ in range(len(self.form.fields) + 3):
            self._passing = {}
            if not self._pass():
                return
        self.tell("", Wrong("unsettled", "表单的计算没有稳定的结果。", "The computations of the form do not settle."))

    def _pass(self) -> bool:
        changed = False
        for section in self.form.sections:
            shown = self.flag(section.visible, section.id, self.context, any(map(self._was_seen, section.fields)))
            for one in section.fields:
                visible = shown and self.flag(one.visible, one.id, self.context, self._was_seen(one))
                changed |= (one.id in self.hidden) == visible
                (self.hidden.discard if visible else self.hidden.add)(one.id)
                changed |= self._settle_field(one, visible)
        return changed

    def _was_seen(self, one: Field) -> bool:
        """Whether an earlier step filled the field in: then it was visible, even if nobody can tell any more."""
        return self.permissions.of(one.id) != EDIT and self.stored.get(one.id) is not None

    def _settle_field(self, one: Field, visible: bool) -> bool:
        old, owns = self.values.get(one.id), self.permissions.of(one.id) == EDIT
        if not visible and owns:
            new = None  # what nobody can see is not kept, so that a changed mind leaves nothing behind
        else:
            new = self.settled(one, one.id, old, self.context, owns)
        changed = new != old or type(new) is not type(old)
        if changed:
            self.values[one.id] = self.context[one.id] = new
        return settle_rows(self, one) | changed if one.is_table and visible else changed

    def settled(self, one: Field, path: str, value: Any, context: Mapping[str, Any], owns: bool) -> Any:
        """The value of a field or cell with its default or computation applied; ``owns``: this task may edit it."""
        if one.compute is not None:
            return self._settle_computed(one, path, value, context, owns)
        if value is None and owns and path not in self.touched:
            return self.initial(one, path, context)
        return value

    def _settle_computed(self, one: Field, path: str, value: Any, context: Mapping[str, Any], owns: bool) -> Any:
        assert one.compute is not None
        if one.compute.draws:
            return value
        if one.compute.stamps or one.id in one.compute.words:
            if not owns:
                return value
            context = {**context, one.id: self._before(path)}  # its own name means what it held before
        if not owns and value is not None and not one.compute.words & self._moving:
            return value  # nothing it follows can change at this task
        return self._value_of(one, path, one.compute, context)

    @cached_property
    def _moving(self) -> frozenset[str]:
        """Fields whose values may change at this task: those it may edit, and what is computed from them."""
        moving = {name for name in self.form.fields if self.permissions.of(name) == EDIT}
        computed = [(one.id, one.compute.words) for one in self.form.fields.values() if one.compute is not None]
        while more := [name for name, words in computed if name not in moving and words & moving]:
            moving.update(more)
        return frozenset(moving)

    def _before(self, path: str) -> Any:
        """What ``path`` held when this filling began."""
        value: Any = self.stored
        for step in path.split("."):
            if isinstance(value, list):
                value = value[int(step)] if int(step) < len(value) else None
            else:
                value = (value or {}).get(step)
        return value

    def initial(self, one: Field, path: str, context: Mapping[str, Any]) -> Any:
        """The default of a field or cell."""
        if isinstance(one.default, Formula):
            return None if one.default.draws else self._value_of(one, path, one.default, context)
        return None if one.default is None else self._typed(one, path, one.default)

    def draw(self) -> bool:
        """Draw the numbers that are still missing; only once nothing is wrong, because a number drawn is gone."""
        drawn = False
        for one in self.form.fields.values():
            text = one.compute or one.default
            if (isinstance(text, Formula) and text.draws and self.values.get(one.id) is None
                    and one.id not in self.hidden and self.permissions.of(one.id) == EDIT):
                self.values[one.id] = self.context[one.id] = self._value_of(one, one.id, text, self.context)
                drawn = True
        return drawn

    def _value_of(self, one: Field, path: str, text: Formula, context: Mapping[str, Any]) -> Any:
        return self._typed(one, path, self.ask(text, path, context))

    def _typed(self, one: Field, path: str, value: Any) -> Any:
        if value is None:
            return None
        try:
            if one.is_table:
                rows = one.type.parse(value, one, self.frame) or []
                return [{column.id: self._typed(column, f"{path}.{index}.{column.id}", row.get(column.id))
                         for column in one.columns} for index, row in enumerate(rows)] or None
            return one.type.computed(value, self.resolved(one, path, self.context), self.frame)
        except Wrong as wrong:
            self._passing[path, wrong.code] = FieldError(path, wrong.code, wrong.zh, wrong.en)
            return None

    def _fill_from_records(self) -> None:
        """Copy columns of chosen records into the fields that are filled from them and were left empty."""
        for path, record in self._records.items():
            name, _, cell = path.partition(".")
            row, _, column = cell.partition(".")
            one, held, fields = self.form.fields[name], self.values, self.form.fields
            if column:  # within a table the record fills cells of its own row
                held, fields = held[name][int(row)], {inner.id: inner for inner in one.columns}
                one = fields[column]
            for target, source in (one.attribute("fill") or {}).items():
                if held.get(target) is None and not (self._fixed(fields[target]) and not column):
                    held[target] = self._typed(fields[target], target, (record.get("values") or {}).get(source))
                    if not column:
                        self.context[target] = held[target]

    # ---- asking formulas

    def flag(self, value: bool | Formula, path: str, context: Mapping[str, Any], when_unknown: bool = False) -> bool:
        """A ``required``, ``visible`` or ``readonly`` as things stand; null counts as ``when_unknown``."""
        if not isinstance(value, Formula):
            return bool(value)
        answer = self.ask(value, path, context)
        return when_unknown if answer is None else answer is True

    def ask(self, text: Formula, path: str, context: Mapping[str, Any]) -> Any:
        """The value of a formula; one that fails is told at ``path`` and gives null."""
        try:
            return self.evaluate(text.text, context)
        except Exception as error:
            if not hasattr(error, "sentence"):
                raise
            self._passing[path, "formula"] = FieldError(
                path, "formula", f"这一项的计算出错：{error.sentence('zh')}",
                f"The computation of this field failed: {error.sentence('en')}")
            return None

    def resolved(self, one: Field, path: str, context: Mapping[str, Any]) -> Field:
        """``one`` with formulas of its limits and options evaluated and its limits in the type of its values."""
        limits = {name: one.attributes[name] for name in ("min", "max") if one.attributes.get(name) is not None}
        if not limits and one.options_formula is None:
            return one
        found = {}
        for name, limit in limits.items():
            value = self.ask(limit, path, context) if isinstance(limit, Formula) else limit
            try:
                found[name] = None if value is None else one.type.parse(value, one, self.frame)
            except Wrong:
                found[name] = None
        return one.resolved(found, self._options(one, path, context))

    def _options(self, one: Field, path: str, context: Mapping[str, Any]) -> tuple[Option, ...] | None:
        if one.options_formula is None:
            return None
        offered = self.ask(one.options_formula, path, context)
        items = offered if isinstance(offered, (list, tuple)) else () if offered is None else (offered,)
        return tuple(option_of(item) for item in items if not isinstance(item, dict) or "id" in item)


def _copied(value: Any) -> Any:
    """Rows are changed while they settle; what is stored is not."""
    if isinstance(value, list):
        return [dict(one) if isinstance(one, dict) else one for one in value]
    return value


def _blank(raw: Any) -> bool:
    return raw is None or raw == "" or raw == [] or raw == {}
