"""Functions of numbers, in decimal128."""

from __future__ import annotations

from collections.abc import Callable
from decimal import (
    ROUND_CEILING,
    ROUND_DOWN,
    ROUND_FLOOR,
    ROUND_HALF_DOWN,
    ROUND_HALF_EVEN,
    ROUND_HALF_UP,
    ROUND_UP,
    Context,
    Decimal,
)
from typing import Any

from ..arithmetic import negate
from ..times import MICROSECOND
from ..values import DECIMAL128, kind, number, whole
from .registry import builtin, overloaded

_SCALES = range(-6111, 6177)


def rounded(value: Any, scale: Any, mode: str) -> Any:
    """``value`` at ``scale`` digits after the point (negative: before it)."""
    digits = whole(scale)
    if digits is None or digits not in _SCALES:
        return None
    found = Decimal(value)
    exponent = found.as_tuple().exponent
    if isinstance(exponent, int) and -exponent <= digits:
        return value
    context = Context(prec=6200, rounding=mode, Emin=-6200, Emax=6200)
    return DECIMAL128.plus(found.quantize(Decimal(1).scaleb(-digits, context), context=context))


def _rounding(name: str, parameters: str, mode: str) -> None:
    builtin(name, parameters, "number", steps=1)(lambda value, scale=0: rounded(value, scale, mode))


_rounding("decimal", "n: number, scale: number", ROUND_HALF_EVEN)
_rounding("floor", "n: number, scale?: number", ROUND_FLOOR)
_rounding("ceiling", "n: number, scale?: number", ROUND_CEILING)
_rounding("round up", "n: number, scale: number", ROUND_UP)
_rounding("round down", "n: number, scale: number", ROUND_DOWN)
_rounding("round half up", "n: number, scale: number", ROUND_HALF_UP)
_rounding("round half down", "n: number, scale: number", ROUND_HALF_DOWN)
_rounding("round", "n: number, scale: number", ROUND_HALF_EVEN)


@overloaded("abs", ["n: any"], "any")
def _abs(*arguments: Any) -> Any:
    if len(arguments) != 1:
        return None
    value = arguments[0]
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    what = kind(value)
    if what == "years and months duration":
        return negate(value) if value.months < 0 else value
    if what == "days and time duration":
        return negate(value) if value < 0 * MICROSECOND else value
    found = number(value)
    return None if found is None else negate(found) if found < 0 else found


@builtin("modulo", "dividend: number, divisor: number", "number", steps=1)
def _modulo(a: Any, b: Any) -> Any:
    """With the sign of the divisor."""
    if b == 0:
        return None
    if type(a) is int and type(b) is int:
        return a % b
    a, b = Decimal(a), Decimal(b)
    times = DECIMAL128.divide(a, b).to_integral_value(rounding=ROUND_FLOOR)
    return DECIMAL128.subtract(a, DECIMAL128.multiply(b, times))


def _real(name: str, function: Callable[[Decimal], Decimal], minimum: Callable[[Decimal], bool]) -> None:
    def apply(value: Any) -> Any:
        found = Decimal(value)
        result = function(found) if minimum(found) else None
        return result if result is not None and result.is_finite() else None

    builtin(name, "number: number", "number", steps=30)(apply)


_real("sqrt", DECIMAL128.sqrt, lambda value: value >= 0)
_real("log", DECIMAL128.ln, lambda value: value > 0)
_real("exp", DECIMAL128.exp, lambda _: True)


def _remainder_of_two(value: Any) -> Any:
    """0 or 1 of an integer, None for any other number."""
    found = Decimal(value)
    if found.adjusted() > 40:  # such a number ends in zeros
        return 0
    return None if found != found.to_integral_value() else int(found) % 2


@builtin("odd", "number: number", "boolean")
def _odd(value: Any) -> bool | None:
    rest = _remainder_of_two(value)
    return None if rest is None else rest == 1


@builtin("even", "number: number", "boolean")
def _even(value: Any) -> bool | None:
    rest = _remainder_of_two(value)
    return None if rest is None else rest == 0
