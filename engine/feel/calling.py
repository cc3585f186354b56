"""Calling function values: FEEL's own, built-in ones and those of the host."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping, Sequence
from types import MethodType
from typing import Any

from .limits import charge
from .values import FarDate, Function

_MISSING = object()
# What a function may raise for arguments that do not fit: FEEL's answer to these is null.
NULL_ERRORS = (TypeError, ValueError, ArithmeticError, LookupError)


def invoke(function: Function, arguments: Sequence[Any]) -> Any:
    """The value of a call; None where the arguments do not fit. Errors of FEEL (limits, assertions) pass through."""
    charge(function.steps + cost(arguments))
    try:
        value = function.call(*arguments)
    except NULL_ERRORS:
        return None
    if type(value) is str or type(value) is list:
        charge(cost((value,)) - 1)  # what is built is kept: a long string for each round of a loop adds up
    return value


def invoke_named(function: Function, named: Mapping[str, Any], _: Any = None) -> Any:
    """The value of a call with named arguments; None where the names do not fit."""
    arguments = positional(function, named)
    return None if arguments is None else invoke(function, arguments)


def positional(function: Function, named: Mapping[str, Any]) -> list[Any] | None:
    """The arguments in order, for the first list of parameters that has all names; None where none has."""
    for parameters in [function.params, *function.forms]:
        names = [parameter.rstrip("?") for parameter in parameters]
        needed = [parameter for parameter in parameters if not parameter.endswith("?")]
        if set(named) <= set(names) and set(needed) <= set(named):
            arguments = [named.get(name, _MISSING) for name in names]
            while arguments and arguments[-1] is _MISSING:
                arguments.pop()
            return [None if argument is _MISSING else argument for argument in arguments]
    return None


def cost(arguments: Sequence[Any]) -> int:
    """The steps for walking the arguments once."""
    steps = 1
    for argument in arguments:
        if type(argument) is list:
            steps += len(argument) // 4
        elif type(argument) is str:
            steps += len(argument) // 64
    return steps


def host_function(name: str, given: Function | Callable[..., Any]) -> Function:
    """A function of the host as a FEEL value; a plain callable's parameters are named as in Python, ``_`` as blank."""
    if isinstance(given, Function):
        return given
    own = isinstance(given, MethodType)  # looked at once for all objects it is bound to
    try:
        parameters, variadic = _parameters(given.__func__ if isinstance(given, MethodType) else given)
    except TypeError:  # an object that has no hash
        parameters, variadic = _parameters.__wrapped__(given)

    def call(*arguments: Any) -> Any:
        if any(isinstance(argument, FarDate) for argument in arguments):
            return None  # what only an evaluation can hold
        return given(*arguments)

    return Function(parameters[1:] if own else parameters, call, None, name, variadic=variadic)


@functools.lru_cache(maxsize=256)
def _parameters(function: Callable[..., Any]) -> tuple[list[str], bool]:
    """The names of its parameters (``?`` after one that may be left out), and whether it takes any number."""
    try:
        found = list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):  # some callables written in C tell nothing
        return [], True
    names = [
        parameter.name.replace("_", " ") + ("" if parameter.default is parameter.empty else "?")
        for parameter in found
        if parameter.kind in (parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD)
    ]
    return names, any(parameter.kind is parameter.VAR_POSITIONAL for parameter in found)
