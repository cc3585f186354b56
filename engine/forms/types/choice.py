"""Choices: yes or no, one of several, several of several."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from engine.forms.frame import Frame
from engine.forms.types.base import MISSING, FieldType, clean, scalar
from engine.forms.words import Wrong

if TYPE_CHECKING:
    from engine.forms.field import Field

_YES = frozenset({"true", "1", "yes", "on", "y", "是", "真"})
_NO = frozenset({"false", "0", "no", "off", "n", "否", "假"})


class Bool(FieldType):
    """Yes or no; empty is neither, so a required one must be answered."""

    name = "bool"
    storage = "bool"

    def parse(self, raw: Any, field: Field, frame: Frame) -> bool | None:  # noqa: ARG002
        raw = scalar(raw)
        if raw is None or isinstance(raw, bool):
            return raw
        text = clean(raw).lower()
        if not text:
            return None
        if text in _YES or text in _NO:
            return text in _YES
        raise Wrong("not_a_bool", "请选择是或否。", "Please choose yes or no.")

    def text(self, value: Any, field: Field, frame: Frame) -> str:  # noqa: ARG002
        return "" if value is None else str(value).lower()

    def display(self, value: Any, field: Field, frame: Frame, lang: str) -> str:  # noqa: ARG002
        if not isinstance(value, bool):
            return MISSING if value is None else str(value)
        return {("zh", True): "是", ("zh", False): "否", ("en", True): "Yes", ("en", False): "No"}[lang[:2], value]

    def mask(self, value: Any, field: Field, frame: Frame) -> str:  # noqa: ARG002
        return "***"


class Enum(FieldType):
    """One of ``values``, kept as the id. ``outcome: true`` shows them as the decision buttons of the task."""

    name = "enum"
    attributes = frozenset({"values", "outcome"})

    def parse(self, raw: Any, field: Field, frame: Frame) -> str | int | None:  # noqa: ARG002
        raw = scalar(raw)
        text = "" if raw is None else clean(raw)
        if not text:
            return None
        for option in field.options:
            if str(option.id) == text:
                return option.id
        raise _not_offered(text)

    def display(self, value: Any, field: Field, frame: Frame, lang: str) -> str:  # noqa: ARG002
        if value is None or value == "":
            return MISSING
        return next((option.label.in_language(lang) for option in field.options if option.id == value), str(value))

    def mask(self, value: Any, field: Field, frame: Frame) -> str:  # noqa: ARG002
        return "***"

    def declare(self, field: Field) -> Iterable[Wrong]:
        if not field.options and not field.options_formula:
            yield Wrong("values_missing", "需要 values（可选的值）。", "values (what can be chosen) is needed.")
        ids = [str(option.id) for option in field.options]
        for twice in sorted({one for one in ids if ids.count(one) > 1}):
            yield Wrong("values_repeated", f"可选值“{twice}”重复。", f'The value "{twice}" is repeated.', ("values",))


class Multi(Enum):
    """Several of ``values``, kept as a list of ids in the declared order."""

    name = "multi"
    attributes = frozenset({"values"})
    storage = "json"
    several = True

    def parse(self, raw: Any, field: Field, frame: Frame) -> list[str | int] | None:
        if isinstance(raw, dict):
            raise Wrong("type", "请从列表中选择。", "Please choose from the list.")
        items = raw if isinstance(raw, (list, tuple, set)) else [raw]
        chosen = {one for one in (Enum.parse(self, item, field, frame) for item in items) if one is not None}
        return [option.id for option in field.options if option.id in chosen] or None

    def text(self, value: Any, field: Field, frame: Frame) -> str:  # noqa: ARG002
        return ",".join(str(one) for one in value or ()) if not isinstance(value, str) else value

    def display(self, value: Any, field: Field, frame: Frame, lang: str) -> str:
        if not isinstance(value, (list, tuple)):
            return super().display(value, field, frame, lang)
        return ("、" if lang == "zh" else ", ").join(Enum.display(self, one, field, frame, lang) for one in value)


def _not_offered(text: str) -> Wrong:
    return Wrong("not_offered", f"“{text[:40]}”不在可选范围内。", f'"{text[:40]}" cannot be chosen here.')
