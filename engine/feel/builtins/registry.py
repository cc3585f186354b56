"""Declaring functions: one line says their parameters, what they accept and what they give.

    @builtin("substring", "string: string, start position: number, length?: number?", "string")

A parameter with ``?`` after its name may be left out, a type with ``?`` takes null, too. The same line serves the
checking of arguments, calls with named arguments, the static analysis and the reference page. ``declare`` is the same
for functions of the host.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from ..nodes import Type
from ..values import Function, kind, number

BUILTINS: dict[str, Function] = {}
BAD = object()

# What a declared type accepts, as kinds of values.
KINDS: dict[str, tuple[str, ...]] = {
    "string": ("string",),
    "number": ("number",),
    "boolean": ("boolean",),
    "list": ("list",),
    "context": ("context",),
    "range": ("range",),
    "function": ("function",),
    "date": ("date", "date and time"),
    "time": ("time",),
    "date and time": ("date and time",),
    "duration": ("days and time duration", "years and months duration"),
    "days and time duration": ("days and time duration",),
    "years and months duration": ("years and months duration",),
}
Call = TypeVar("Call", bound=Callable[..., Any])


def fitted(value: Any, type: str) -> Any:
    """``value`` for a parameter of ``type``: as it is, or coerced as DMN has it; BAD where it does not fit."""
    optional = type.endswith("?")
    name = type.rstrip("?")
    if name == "any":
        return value
    if value is None:
        return None if optional else BAD
    what, kinds = kind(value), KINDS[name]
    if what in kinds:
        found = number(value) if name == "number" else value
        return BAD if found is None else found
    if name == "list":
        return [value]
    if what == "list" and len(value) == 1 and kind(value[0]) in kinds:
        found = number(value[0]) if name == "number" else value[0]
        return BAD if found is None else found
    return BAD


def signature(text: str) -> tuple[list[str], list[str]]:
    """``"a: number, b?: string?"`` -> the names (``b?`` for an optional one) and the types."""
    names, types = [], []
    for part in filter(None, (part.strip() for part in text.split(","))):
        name, _, type = part.partition(":")
        names.append(name.strip())
        types.append(type.strip() or "any")
    return names, types


def declare(
    name: str, parameters: str, result: str, *, forms: Sequence[str] = (), steps: int = 0
) -> Callable[[Callable[..., Any]], Function]:
    """Make a Python callable a FEEL function ``name``; it is called only with arguments that fit, else gives null.

    ``forms`` are further lists of parameter names it may be called with, ``steps`` what a call costs.
    """
    names, types = signature(parameters)
    needed = sum(not parameter.endswith("?") for parameter in names)

    def made(function: Callable[..., Any]) -> Function:
        def call(*arguments: Any) -> Any:
            if not needed <= len(arguments) <= len(names):
                return None
            given = [fitted(argument, type) for argument, type in zip(arguments, types)]
            return None if BAD in given else function(*given)

        result_type = None if result == "any" else Type(result)
        other = [[part.strip() for part in form.split(",")] for form in forms]
        return Function(names, call, None, name, result_type, forms=other, steps=steps, accepts=types)

    return made


def builtin(
    name: str, parameters: str, result: str, *, forms: Sequence[str] = (), steps: int = 0
) -> Callable[[Call], Call]:
    """Enter a function among the built-in ones."""

    def enter(function: Call) -> Call:
        BUILTINS[name] = declare(name, parameters, result, forms=forms, steps=steps)(function)
        return function

    return enter


def overloaded(name: str, forms: Sequence[str], result: str, *, steps: int = 0) -> Callable[[Call], Call]:
    """Enter a function with several lists of parameters; it checks its arguments itself."""

    def enter(function: Call) -> Call:
        first, *others = [signature(form)[0] for form in forms]
        type = None if result == "any" else Type(result)
        BUILTINS[name] = Function(first, function, None, name, type, forms=others, steps=steps)
        return function

    return enter


def variadic(name: str, result: str, parameter: str = "list") -> Callable[[Call], Call]:
    """Enter a function of a list that may also be called with its items: ``min([1, 2])``, ``min(1, 2)``."""

    def enter(function: Call) -> Call:
        def call(*arguments: Any) -> Any:
            if not arguments or (len(arguments) == 1 and arguments[0] is None):
                return None
            single = arguments[0] if len(arguments) == 1 else list(arguments)
            return function(single if isinstance(single, list) else [single])

        type = None if result == "any" else Type(result)
        BUILTINS[name] = Function([parameter], call, None, name, type, variadic=True)
        return function

    return enter
