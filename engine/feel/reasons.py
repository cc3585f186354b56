"""Why something is null: an expression evaluated once more, with an ear at every part."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from . import nodes as n
from .compiler import Run, compiled
from .errors import shortened
from .limits import MAX_STEPS, Clock, Evaluation, Scope, Types, measured
from .names import spelled
from .sentences import worded
from .values import FarDate, kind

_MOST = 20  # reasons kept
_LOGICAL = {n.And: "and", n.Or: "or"}


@dataclass(frozen=True, slots=True)
class Reason:
    """One part that is null, and why: ``code`` and ``params`` of a sentence, ``position`` in the text."""

    code: str
    position: int
    params: Mapping[str, Any] = field(default_factory=dict, hash=False)

    def sentence(self, lang: str = "zh") -> str:
        return worded(self.code, self.params, lang)


@dataclass(frozen=True, slots=True)
class Reasons:
    """All that was found, in the order of evaluation."""

    all: tuple[Reason, ...] = ()

    @property
    def missing(self) -> tuple[str, ...]:
        """Names that were not there: ``amount``, or ``customer.level`` for an entry."""
        names = []
        for reason in self.all:
            if reason.code == "missing_name":
                names.append(reason.params["name"])
            elif reason.code == "missing_entry":
                names.append(f"{reason.params['name']}.{reason.params['entry']}")
        return tuple(dict.fromkeys(names))

    @property
    def unknown_functions(self) -> tuple[str, ...]:
        """Functions that were called and are not there."""
        return tuple(dict.fromkeys(r.params["name"] for r in self.all if r.code == "unknown_function"))

    def sentence(self, lang: str = "zh") -> str:
        """All sentences, each once."""
        return (" " if lang.startswith("en") else "").join(dict.fromkeys(reason.sentence(lang) for reason in self.all))


def explained(
    text: str,
    node: n.Node,
    variables: Mapping[str, Any],
    *,
    clock: Clock | None = None,
    functions: Mapping[str, Any] | None = None,
    types: Types | None = None,
    max_steps: int = MAX_STEPS,
) -> tuple[Any, Reasons]:
    """The value of ``node`` and the reasons of what is null in it."""
    trace = _Trace(text)
    with Evaluation(variables, clock, functions, types, max_steps) as evaluation:
        value = measured(trace.compile(node)(evaluation))
    return (None if isinstance(value, FarDate) else value), Reasons(tuple(trace.reasons))


class _Trace:
    """Compiles nodes so that each keeps its last value, and a null whose parts are not null tells why."""

    def __init__(self, text: str):
        self.text = text
        self.reasons: list[Reason] = []
        self.last: dict[int, Any] = {}
        self.called: set[int] = set()

    def compile(self, node: n.Node) -> Run:
        if isinstance(node, (n.Call, n.NamedCall)):
            self.called.add(id(node.function))
        run = compiled(node, self.compile)

        def listening(scope: Scope | None) -> Any:
            told = len(self.reasons)
            value = run(scope)  # type: ignore[arg-type]
            self.last[id(node)] = value
            if value is None and scope is not None and len(self.reasons) == told < _MOST:
                self._tell(node, scope)
            return value

        return listening

    def _tell(self, node: n.Node, scope: Scope) -> None:
        """Add the reason why ``node`` is null although its parts told none."""
        if isinstance(node, n.Constant):
            return
        if isinstance(node, n.Name):
            code, params = self._of_name(node, scope)
        elif isinstance(node, n.Path):
            code, params = self._of_path(node)
        elif isinstance(node, (n.Compare, n.Arithmetic)):
            code = "not_comparable" if isinstance(node, n.Compare) else "not_computable"
            params = {"op": node.op, "left": self._kind(node.left), "right": self._kind(node.right)}
        elif isinstance(node, (n.And, n.Or)):
            strange = [self._kind(part) for part in node.parts if not isinstance(self.last.get(id(part)), bool)]
            code, params = "not_logical", {"op": _LOGICAL[type(node)], "kind": (strange or ["null"])[0]}
        elif isinstance(node, (n.Call, n.NamedCall)):
            code, params = self._of_call(node)
        elif isinstance(node, n.Filter) and isinstance(self.last.get(id(node.condition)), int):
            code, params = "no_item", {"index": self.last[id(node.condition)]}
        elif isinstance(node, n.Moment):
            code, params = "no_moment", {"text": node.text}
        else:
            code, params = "null_part", {"text": shortened(self.text[node.at :], 40)}
        self.reasons.append(Reason(code, node.at, params))

    def _kind(self, node: n.Node) -> str:
        return kind(self.last.get(id(node)))

    def _of_name(self, node: n.Name, scope: Scope) -> tuple[str, dict[str, Any]]:
        params = {"name": node.name}
        if id(node) in self.called:
            return "unknown_function", params
        here: Scope | None = scope
        while here is not None:
            if node.name in here.vars:
                return "null_name", params
            here = here.parent
        return "missing_name", params

    def _of_path(self, node: n.Path) -> tuple[str, dict[str, Any]]:
        source = self.last.get(id(node.source))
        path = spelled(node.source)
        if isinstance(source, dict) and node.name in source:
            return "null_name", {"name": f"{path}.{node.name}"}
        return "missing_entry", {"name": path, "entry": node.name}

    def _of_call(self, node: n.Call | n.NamedCall) -> tuple[str, dict[str, Any]]:
        arguments = [a[1] if isinstance(a, tuple) else a for a in node.arguments]
        kinds = ", ".join(self._kind(argument) for argument in arguments)
        return "null_result", {"name": spelled(node.function), "kinds": kinds}
