"""Quantities: whole numbers, numbers, money, percent. All but whole numbers are exact decimals."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any

from engine.forms.frame import Frame
from engine.forms.types.base import MISSING, FieldType, masked, narrow, scalar
from engine.forms.words import Wrong

if TYPE_CHECKING:
    from engine.forms.field import Field

LARGEST = Decimal(10) ** 15
"""Quantities stay below this, so that every database can keep them."""
_NUMBER = re.compile(r"([-+]?)((?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)?(?:\.[0-9]+)?)(万|亿|千)?\Z")
_TIMES = {None: 1, "千": 1_000, "万": 10_000, "亿": 100_000_000}


def quantity(raw: Any, around: str = "") -> Decimal | None:
    """``1,860``, ``1.86万``, ``１８６０`` and numbers as an exact decimal; signs of ``around`` may stand beside it."""
    if raw is None or isinstance(raw, Decimal):
        return raw
    if isinstance(raw, bool):
        raise _not_a_number()
    if isinstance(raw, (int, float)):
        return Decimal(repr(raw))
    text = narrow(raw).replace(" ", "").replace("−", "-").strip(around)
    if not text:
        return None
    found = _NUMBER.match(text) if len(text) <= 40 else None
    if found is None or not found[2]:
        raise _not_a_number()
    return Decimal(found[1] + found[2].replace(",", "")) * _TIMES[found[3]]


def plain_text(value: Decimal | int) -> str:
    """The digits of ``value`` without exponent."""
    return format(value, "f") if isinstance(value, Decimal) else str(value)


class Number(FieldType):
    """An exact decimal with at most ``decimals`` (6) places, between ``min`` and ``max``."""

    name = "number"
    attributes = frozenset({"min", "max", "decimals", "unit"})
    storage = "decimal"
    places = 6
    lowest: Decimal | None = None
    highest: Decimal | None = None
    around = ""

    def parse(self, raw: Any, field: Field, frame: Frame) -> Any:  # noqa: ARG002
        value = quantity(scalar(raw), self.around)
        if value is None:
            return None
        if not value.is_finite() or abs(value) >= LARGEST:
            raise Wrong("too_large", "数字太大。", "The number is too large.")
        return self.shape(value, field)

    def computed(self, raw: Any, field: Field, frame: Frame) -> Any:
        value = quantity(scalar(raw), self.around)
        if value is None or not value.is_finite() or abs(value) >= LARGEST:
            return self.parse(value, field, frame)
        places = field.attribute("decimals", self.places)
        return self.parse(value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP), field, frame)

    def shape(self, value: Decimal, field: Field) -> Any:
        places = field.attribute("decimals", self.places)
        exact = value.normalize()
        if -exact.as_tuple().exponent > places:  # type: ignore[operator]
            raise Wrong("decimals", f"最多 {places} 位小数。", f"At most {places} decimal places.")
        return exact if exact.as_tuple().exponent <= 0 else exact.quantize(Decimal(1))  # type: ignore[operator]

    def check(self, value: Any, field: Field, frame: Frame) -> Iterable[Wrong]:
        lowest, highest = field.attribute("min", self.lowest), field.attribute("max", self.highest)
        if lowest is not None and value < lowest:
            zh, en = (self.display(lowest, field, frame, lang) for lang in ("zh", "en"))
            yield Wrong("too_small", f"不能小于 {zh}。", f"Must not be less than {en}.")
        if highest is not None and value > highest:
            zh, en = (self.display(highest, field, frame, lang) for lang in ("zh", "en"))
            yield Wrong("too_large", f"不能大于 {zh}。", f"Must not be more than {en}.")

    def text(self, value: Any, field: Field, frame: Frame) -> str:  # noqa: ARG002
        return "" if value is None else plain_text(value) if isinstance(value, (Decimal, int)) else str(value)

    def display(self, value: Any, field: Field, frame: Frame, lang: str) -> str:
        if not isinstance(value, (Decimal, int)):
            return super().display(value, field, frame, lang)
        unit = field.words("unit").in_language(lang)
        return f"{value:,f}".strip() + (f" {unit}" if unit else "")

    def mask(self, value: Any, field: Field, frame: Frame) -> str:
        return masked(self.text(value, field, frame), 0)


class Int(Number):
    """A whole number."""

    name = "int"
    attributes = frozenset({"min", "max", "unit"})
    storage = "int"
    places = 0

    def shape(self, value: Decimal, field: Field) -> int:  # noqa: ARG002
        if value != value.to_integral_value():
            raise Wrong("decimals", "只能填整数。", "Only whole numbers are possible.")
        return int(value)

    def display(self, value: Any, field: Field, frame: Frame, lang: str) -> str:
        if isinstance(value, int) and not isinstance(value, bool):
            value = Decimal(value)
        return super().display(value, field, frame, lang)


class Money(Number):
    """Yuan with two places, not negative unless ``min`` says so. ``1.86万`` and ``¥18,600`` are understood."""

    name = "money"
    attributes = frozenset({"min", "max"})
    storage = "money"
    places = 2
    lowest = Decimal(0)
    around = "¥￥元"

    def shape(self, value: Decimal, field: Field) -> Decimal:  # noqa: ARG002
        cents = value.quantize(Decimal("0.01"))
        if cents != value:
            raise Wrong("decimals", "金额最多两位小数。", "Money has at most two decimal places.")
        return cents

    def display(self, value: Any, field: Field, frame: Frame, lang: str) -> str:  # noqa: ARG002
        if not isinstance(value, (Decimal, int)):
            return MISSING if value is None else str(value)
        return f"{'-' if value < 0 else ''}¥{abs(Decimal(value)):,.2f}"


class Percent(Number):
    """A share from 0 to 100 (the number before the sign, so 12.5 is 12.5 %)."""

    name = "percent"
    attributes = frozenset({"min", "max", "decimals"})
    lowest, highest = Decimal(0), Decimal(100)
    around = "%"

    def display(self, value: Any, field: Field, frame: Frame, lang: str) -> str:  # noqa: ARG002
        if not isinstance(value, (Decimal, int)):
            return MISSING if value is None else str(value)
        return f"{plain_text(value)}%"


def _not_a_number() -> Wrong:
    return Wrong("not_a_number", "请填数字，例如 1860 或 1.86万。", "Please enter a number, such as 1860.")
