"""FEEL as a case sees it: its clock and zone, the working calendar of its unit, parameters, numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from engine import feel
from engine.calendar import WorkingCalendar, calendar_functions
from engine.errors import BihuanError
from engine.live import Live


class ExpressionFailed(BihuanError):
    """An expression that could not be evaluated, or that left a decision open."""

    code, http_status = "expression_failed", 422
    zh = "表达式 {text} 无法计算：{why_zh}"
    en = "The expression {text} could not be evaluated: {why_en}"


class NullCondition(ExpressionFailed):
    """A condition that is neither true nor false: never a silent wrong turn."""

    code = "null_condition"
    zh = "条件 {text} 既不为真也不为假：{why_zh}"
    en = "The condition {text} is neither true nor false: {why_en}"


class Expressions:
    """Evaluates the texts of one case at one moment. ``text`` comes without its leading ``=``."""

    def __init__(self, now: datetime, live: Live, unit_id: str | None, zone: str, pack: str = "",
                 functions: Mapping[str, Callable[..., Any]] | None = None):
        self._now, self._live, self._unit, self._pack = now, live, unit_id, pack
        unit = live.units.get(unit_id or "")
        self.zone = ZoneInfo((unit.zone if unit else "") or zone)
        self.calendar: WorkingCalendar = live.calendar(unit_id, self.zone)
        self._more = dict(functions or {})
        self._functions: dict[str, Any] | None = None
        self._parameters: dict[str, Any] | None = None

    def now(self) -> datetime:
        """The moment of this step, in the zone of the case's unit."""
        return self._now.astimezone(self.zone)

    @property
    def functions(self) -> dict[str, Any]:
        """What expressions may call besides FEEL's own: working time and what the caller declared."""
        if self._functions is None:
            self._functions = {**calendar_functions(self.calendar, self.now), **self._more}
        return self._functions

    @property
    def parameters(self) -> dict[str, Any]:
        """The parameters of the pack as they hold in the case's unit."""
        if self._parameters is None:
            self._parameters = self._live.parameters(self._pack, self._unit)
        return self._parameters

    def evaluate(self, text: str, variables: Mapping[str, Any]) -> Any:
        """The value of ``text``; FEEL's null where something is missing. Raises :class:`ExpressionFailed`."""
        try:
            return feel.evaluate(text, self._scope(text, variables), clock=self.now, functions=self.functions)
        except feel.FeelError as error:
            raise ExpressionFailed(text=text, why_zh=error.sentence("zh"), why_en=error.sentence("en")) from error

    def condition(self, text: str, variables: Mapping[str, Any]) -> bool:
        """Whether ``text`` is true. Raises :class:`NullCondition` when it is neither true nor false, naming what was
        missing, :class:`ExpressionFailed` when it cannot be evaluated at all."""
        scope = self._scope(text, variables)
        try:
            return feel.condition(text, scope, clock=self.now, functions=self.functions)
        except feel.NullCondition as error:
            raise NullCondition(text=text, missing="、".join(error.missing), why_zh=error.sentence("zh"),
                                why_en=error.sentence("en")) from error
        except feel.FeelError as error:
            raise ExpressionFailed(text=text, why_zh=error.sentence("zh"), why_en=error.sentence("en")) from error

    def value(self, text: str | None, variables: Mapping[str, Any]) -> Any:
        """An attribute's value: literal, or FEEL where it starts with ``=``."""
        if text is None or not text.startswith("="):
            return text
        return self.evaluate(text[1:], variables)

    def _scope(self, text: str, variables: Mapping[str, Any]) -> Mapping[str, Any]:
        if "parameters" in text and "parameters" not in variables:
            return {**variables, "parameters": self.parameters}
        return variables
