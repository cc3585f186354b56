"""The field types, and where others are added.

A package adds types by the entry point group ``bihuan.field_types``: each entry names a subclass of
:class:`~engine.forms.types.base.FieldType`. A type that is there already cannot be replaced.
"""

from __future__ import annotations

import functools
from importlib.metadata import entry_points

from engine.forms.types.base import MISSING, FieldType
from engine.forms.types.choice import Bool, Enum, Multi
from engine.forms.types.file import File, Signature
from engine.forms.types.identity import Contact, Email, IdentityNumber, Phone
from engine.forms.types.moment import Day, Moment, Month, TimeOfDay
from engine.forms.types.number import Int, Money, Number, Percent
from engine.forms.types.reference import Reference, User
from engine.forms.types.table import Table
from engine.forms.types.text import LongText, Text

__all__ = ["ENTRY_POINTS", "MISSING", "FieldType", "add_type", "field_type", "type_names"]

ENTRY_POINTS = "bihuan.field_types"

_BUILT_IN: tuple[type[FieldType], ...] = (
    Text, LongText, Int, Number, Money, Percent, Day, Moment, TimeOfDay, Month, Bool, Enum, Multi, Phone, Email,
    Contact, IdentityNumber, Reference, User, File, Signature, Table)


@functools.cache
def _types() -> dict[str, FieldType]:
    types = {kind.name: kind() for kind in _BUILT_IN}
    for entry in entry_points(group=ENTRY_POINTS):
        kind = entry.load()
        types.setdefault(kind.name, kind())
    return types


def field_type(name: str) -> FieldType | None:
    """The type called ``name``."""
    return _types().get(name)


def type_names() -> tuple[str, ...]:
    """The names of all types, the built-in ones first."""
    return tuple(_types())


def add_type(kind: type[FieldType]) -> None:
    """Add a type of this process (tests, single installations); raises ``ValueError`` when the name is taken."""
    if kind.name in _types():
        raise ValueError(f"there is a field type {kind.name} already")
    _types()[kind.name] = kind()
