"""Types: those of FEEL and those a file declares; whether a value is of one, and the conversions DMN allows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from engine import feel

from .model import Definitions, ItemDefinition

if TYPE_CHECKING:
    from .run import Run

KINDS = {
    "number": "number", "string": "string", "boolean": "boolean", "date": "date", "time": "time",
    "date and time": "date and time", "dateTime": "date and time",
    "days and time duration": "days and time duration", "dayTimeDuration": "days and time duration",
    "years and months duration": "years and months duration",
    "yearMonthDuration": "years and months duration", "context": "context", "list": "list", "function": "function",
    # as Camunda 7 spells numbers
    "integer": "number", "long": "number", "double": "number", "float": "number", "decimal": "number",
}
"""typeRef -> kind of a FEEL value."""

WHOLE = frozenset(("integer", "long"))
"""The typeRefs that hold whole numbers."""


class ValueType:
    """A resolved typeRef: ``kind`` is that of a simple type, '' for Any, ``item`` the definition where it is declared.

    ``base`` is the type it narrows, ``components`` those of a context, ``result`` that of what its functions return.
    """

    __slots__ = ("name", "kind", "whole", "item", "base", "components", "allowed", "result")

    def __init__(self, name: str, kind: str = "", item: ItemDefinition | None = None):
        self.name, self.kind, self.item, self.whole = name, kind, item, name in WHOLE
        self.base: ValueType | None = None
        self.components: dict[str, ValueType] | None = None
        self.allowed: feel.UnaryTest | None = None
        self.result: ValueType | None = None

    @property
    def of_functions(self) -> bool:
        """Is this a type of functions?"""
        return self.kind == "function" or (self.item is not None and self.item.function)

    def holds(self, value: Any, scope: feel.Scope) -> bool:
        """Is ``value`` of this type? Null is of every type."""
        if value is None:
            return True
        if self.item is None:
            return not self.kind or feel.kind(value) == self.kind
        if not self.item.collection:
            return self._holds_one(value, scope)
        if not isinstance(value, list):
            return False
        scope.run.tick(len(value))
        return all(self._holds_one(one, scope) for one in value)

    def _holds_one(self, value: Any, scope: feel.Scope) -> bool:
        if value is None:
            return True
        if self.item.function:
            return feel.kind(value) == "function"
        if self.components is not None:
            return isinstance(value, dict) and all(
                name in value and part.holds(value[name], scope) for name, part in self.components.items())
        if self.base is not None and not self.base.holds(value, scope):
            return False
        return self.allowed is None or self.allowed.within(value, scope) is True

    def coerce(self, value: Any, scope: feel.Scope, run: Run, name: str = "") -> Any:
        """``value`` as this type: a list of one is unpacked, one is packed into a list, a date is its midnight in UTC.

        Null where nothing fits; ``run`` notes it under ``name``.
        """
        if value is None or self.holds(value, scope):
            return value
        if isinstance(value, list):
            if len(value) == 1 and self.holds(value[0], scope):
                return value[0]
        elif self.holds([value], scope):
            return [value]
        if self.kind == "date and time" and feel.kind(value) == "date":
            return datetime(value.year, value.month, value.day, tzinfo=UTC)
        run.note("note_type", name=name, value=shown(value), type=self.name)
        return None

    def allowed_text(self) -> str:
        """The text of the unary tests that bound this type, '' where there are none."""
        if self.item is None:
            return ""
        return self.item.constraint or self.item.allowed or (self.base.allowed_text() if self.base else "")

    def simple_kind(self) -> str:
        """The kind of FEEL value in the end, '' where it is not a simple one."""
        if self.item is None:
            return self.kind
        if self.item.collection or self.components is not None or self.base is None:
            return ""
        return self.base.simple_kind()

    def shape(self, depth: int = 4) -> Any:
        """What FEEL's analysis may know of values of this type: a kind, a dictionary of shapes, a list of one."""
        if self.item is None:
            return self.kind or "any"
        if depth == 0 or self.of_functions:
            return "any"
        if self.components is not None:
            one: Any = {name: part.shape(depth - 1) for name, part in self.components.items()}
        else:
            one = self.base.shape(depth - 1) if self.base is not None else "any"
        return [one] if self.item.collection else one


class Types:
    """The types of a family of files, resolved once each by (namespace, typeRef)."""

    def __init__(self, family: Mapping[str, Definitions]):
        self.family = family
        self._known: dict[tuple[str, str], ValueType | None] = {}

    def find(self, namespace: str, reference: str) -> ValueType | None:
        """The type ``reference`` as seen in the file of ``namespace``; None where nothing defines it."""
        reference = reference.strip().removeprefix("feel:")
        key = (namespace, reference)
        if key not in self._known:
            found = self._item(namespace, reference)
            if found is not None:
                self._known[key] = self._declared(*found)
            elif reference == "Any":
                self._known[key] = ValueType(reference)
            elif reference in KINDS:
                self._known[key] = ValueType(reference, KINDS[reference])
            else:
                _, colon, rest = reference.partition(":")
                self._known[key] = self.find(namespace, rest) if colon else None
        return self._known[key]

    def _item(self, namespace: str, name: str) -> tuple[str, ItemDefinition] | None:
        definitions = self.family.get(namespace)
        if definitions is None:
            return None
        if name in definitions.items:
            return namespace, definitions.items[name]
        for one in definitions.imports:
            other = self.family.get(one.namespace)
            if not one.name and other is not None and name in other.items:
                return one.namespace, other.items[name]
            if one.name and name.startswith(one.name + "."):
                found = self._item(one.namespace, name[len(one.name) + 1:])
                if found is not None:
                    return found
        return None

    def _declared(self, namespace: str, item: ItemDefinition) -> ValueType:
        key = (namespace, item.name)
        if self.family[namespace].items.get(item.name) is item and isinstance(self._known.get(key), ValueType):
            return self._known[key]
        made = ValueType(item.name, item=item)
        if self.family[namespace].items.get(item.name) is item:
            self._known[key] = made
        if item.components is not None:
            made.components = {part.name: self._declared(namespace, part) for part in item.components}
        elif item.type == item.name:
            made.base = ValueType(item.type, KINDS.get(item.type, ""))
        elif item.type:
            made.base = self.find(namespace, item.type)
        if item.result:
            made.result = self.find(namespace, item.result)
        text = item.constraint or item.allowed
        if text:
            try:
                made.allowed = feel.unary(text)
            except feel.FeelError:
                made.allowed = None
        return made

    def instance_of(self, namespace: str, scope: feel.Scope) -> Callable[[Any, str], bool | None]:
        """FEEL's question ``instance of`` for declared types, ``namespace`` being where names are looked up first."""
        order = (namespace, *(other for other in self.family if other != namespace))

        def answer(value: Any, name: str) -> bool | None:
            for one in order:
                found = self.find(one, name)
                if found is not None:
                    return value is not None and found.holds(value, scope)
            return None
        return answer


def shown(value: Any, limit: int = 60) -> str:
    """``value`` as a person may read it in a sentence."""
    if isinstance(value, str):
        written = '"' + value[:limit] + '"'
    elif isinstance(value, float):
        written = repr(value)
    else:
        written = feel.text(value)
    return written if len(written) <= limit else written[: limit - 1] + "…"
