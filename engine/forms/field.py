"""A field of a form, as declared."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from engine.forms.formula import Formula
from engine.forms.types.base import FieldType
from engine.forms.words import NOTHING, Words, words_of


@dataclass(frozen=True, slots=True)
class Option:
    """One value that can be chosen; ``id`` (text or whole number) is what is kept."""

    id: str | int
    label: Words


@dataclass(frozen=True, slots=True)
class Field:
    """What a form says about one field. ``required``, ``visible`` and ``readonly`` are a bool or a formula."""

    id: str
    label: Words
    type: FieldType
    required: bool | Formula = False
    visible: bool | Formula = True
    readonly: bool | Formula = False
    default: Any = None
    compute: Formula | None = None
    help: Words = NOTHING
    personal: bool = False
    options: tuple[Option, ...] = ()
    options_formula: Formula | None = None
    columns: tuple[Field, ...] = ()
    attributes: Mapping[str, Any] = field(default_factory=dict, hash=False)
    line: int = 0

    def attribute(self, name: str, default: Any = None) -> Any:
        """A declared attribute of the type (``min``, ``max_length``, ``register`` …)."""
        value = self.attributes.get(name)
        return default if value is None else value

    def words(self, name: str) -> Words:
        """A bilingual attribute."""
        return words_of(self.attributes.get(name))

    def resolved(self, attributes: Mapping[str, Any], options: tuple[Option, ...] | None = None) -> Field:
        """This field with formulas among its attributes replaced by their present values."""
        return replace(self, attributes={**self.attributes, **attributes},
                       options=self.options if options is None else options)

    def formulas(self) -> Iterator[tuple[str, Formula]]:
        """Every formula with the name of its attribute, those of columns as ``columns.<id>.<attribute>``."""
        for name in ("required", "visible", "readonly", "default", "compute"):
            if isinstance(getattr(self, name), Formula):
                yield name, getattr(self, name)
        if self.options_formula is not None:
            yield "values", self.options_formula
        for name, value in self.attributes.items():
            if isinstance(value, Formula):
                yield name, value
        for column in self.columns:
            for name, value in column.formulas():
                yield f"columns.{column.id}.{name}", value

    @property
    def holds_personal(self) -> bool:
        """Whether the field, or a column of it, is personal."""
        return self.personal or any(column.personal for column in self.columns)

    @property
    def is_table(self) -> bool:
        return bool(self.columns)
