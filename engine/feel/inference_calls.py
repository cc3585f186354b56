"""Names and calls, as the inference meets them: what is known of them, and what cannot be right."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from . import nodes as n
from .builtins import BUILTINS, NOT_REPEATABLE
from .builtins.registry import KINDS
from .cursor import INSTEAD
from .names import spelled
from .shapes import ANY, Shape, kind_of_shape, member_shape, shape_of_type
from .times import read_date, read_datetime, read_duration, read_time
from .values import Function, kind

Tell = Callable[..., None]
OPEN = "\0"  # a scope that may hold further names: the items of a list nobody described
_READERS = {"date": read_date, "time": read_time, "date and time": read_datetime, "duration": read_duration}


class NamesAndCalls:
    """Looks names up and checks calls; :class:`~.inference.Inference` adds all other nodes."""

    def __init__(self, names: Mapping[str, Shape] | None, functions: Mapping[str, Function | None], tell: Tell):
        self.names, self.functions, self.tell = names, functions, tell
        self.scopes: list[Mapping[str, Shape]] = []

    def shape(self, node: n.Node) -> Shape:
        raise NotImplementedError

    # --- names
    def _lookup(self, name: str) -> Shape | None:
        for scope in reversed(self.scopes):
            if name in scope:
                return scope[name]
        if self.names is not None and name in self.names:
            return self.names[name]
        if name in self.functions or name in BUILTINS:
            return "function"
        if self.names is None or any(OPEN in scope for scope in self.scopes):
            return ANY
        return None

    def _of_name(self, node: n.Name) -> Shape:
        found = self._lookup(node.name)
        if found is None:
            slip = next((word for word in node.name.split() if word in INSTEAD), None)
            if slip is not None:
                self.tell("syntax_instead", node.at, found=slip, expected=INSTEAD[slip])
                return ANY
            known = [*(self.names or ()), *(name for scope in self.scopes for name in scope)]
            self._unknown("unknown_name", node.name, node.at, known)
            return ANY
        return found

    def _unknown(self, code: str, name: str, at: int, known: Iterable[str], **params: Any) -> None:
        near = nearest(params.get("entry", name), known)
        if near:
            self.tell(f"{code}_nearest", at, name=name, nearest=near, **params)
        else:
            self.tell(code, at, name=name, **params)

    def _of_path(self, node: n.Path) -> Shape:
        source = self.shape(node.source)
        found = member_shape(source, node.name)
        if found is not None:
            return found
        holder = source[0] if isinstance(source, list) else source
        known = list(holder) if isinstance(holder, dict) else []
        self._unknown("unknown_entry", spelled(node.source), node.at, known, entry=node.name)
        return ANY

    # --- calls
    def _of_call(self, node: n.Call | n.NamedCall) -> Shape:
        named = isinstance(node, n.NamedCall)
        shapes = {name: self.shape(value) for name, value in node.arguments} if named else {}
        given = list(shapes.values()) if named else [self.shape(argument) for argument in node.arguments]
        if not isinstance(node.function, n.Name):
            self.shape(node.function)
            return ANY
        name, at = node.function.name, node.function.at
        function = self._function(name, at)
        if function is None:
            return ANY
        if named:
            self._named(function, name, at, shapes)
        else:
            self._positional(function, name, at, given)
            if name in _READERS and len(node.arguments) == 1 and isinstance(node.arguments[0], n.Text):
                return self._read(name, node.arguments[0])
        return shape_of_type(function.result)

    def _read(self, name: str, literal: n.Text) -> Shape:
        """``duration("P1D")``: a literal can be read before it runs."""
        value = _READERS[name](literal.value)
        if value is None:
            self.tell("no_moment", literal.at, text=literal.value)
        return ANY if value is None else kind(value)

    def _function(self, name: str, at: int) -> Function | None:
        """The function called, None where nothing is known of it."""
        if any(name in scope for scope in self.scopes) or (self.names is not None and name in self.names):
            return None
        if name in self.functions:
            return self.functions[name]
        if name in BUILTINS:
            return BUILTINS[name]
        if name in NOT_REPEATABLE:
            self.tell("function_not_repeatable", at, name=name)
        elif not any(OPEN in scope for scope in self.scopes):
            self._unknown("unknown_function", name, at, [*self.functions, *BUILTINS])
        return None

    def _named(self, function: Function, name: str, at: int, given: Mapping[str, Shape]) -> None:
        forms = [function.params, *function.forms]
        known = {parameter.rstrip("?") for form in forms for parameter in form}
        for parameter in given:
            if parameter not in known:
                self.tell("argument_name", at, name=name, parameter=parameter, parameters=", ".join(function.params))

    def _positional(self, function: Function, name: str, at: int, given: list[Shape]) -> None:
        parameters = ", ".join(function.params)
        if not function.variadic:
            forms = [function.params, *function.forms]
            counts = [(sum(not p.endswith("?") for p in form), len(form)) for form in forms]
            if not any(low <= len(given) <= high for low, high in counts):
                self.tell("argument_count", at, name=name, count=len(given), parameters=parameters)
                return
        for parameter, type, shape in zip(function.params, function.accepts or (), given):
            wanted, found = type.rstrip("?"), kind_of_shape(shape)
            if wanted in ("any", "list") or found in (ANY, "null", "list", *KINDS.get(wanted, (found,))):
                continue
            self.tell("argument_type", at, name=name, parameter=parameter.rstrip("?"), expected=wanted, kind=found)


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name most like ``name``, if one is like it at all."""
    found = difflib.get_close_matches(name, [other for other in known if other != OPEN], 1, 0.7)
    return found[0] if found else None
