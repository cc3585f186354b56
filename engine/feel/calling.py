"""Calling function values: FEEL's own, built-in ones and those of the host."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from .limits import charge
from .values import Function

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
    parameters = []
    variadic = False
    try:
        found = list(inspect.signature(given).parameters.values())
    except (TypeError, ValueError):  # some callables written in C tell nothing
        found = []
        variadic = True
    for parameter in found:
        if parameter.kind is parameter.VAR_POSITIONAL:
            variadic = True
        elif parameter.kind in (parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD):
            optional = "" if parameter.default is parameter.empty else "?"
            parameters.append(parameter.name.replace("_", " ") + optional)
    return Function(parameters, given, None, name, variadic=variadic)
