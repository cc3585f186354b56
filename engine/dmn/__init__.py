"""DMN: decisions drawn as tables and boxed expressions, evaluated in FEEL; pure (clock and functions are given).

    decide(xml, "Discount", {"amount": 1500})                              -> 0.1
    model = read_model(xml, "discount.dmn");  model.decide("Discount", …)  -> Decided(value, fired, notes, …)
    check(xml, "discount.dmn")                                             -> [Problem, …]
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from hashlib import sha256
from threading import Lock
from typing import Any

from engine.clock import SystemClock

from .decisions import Decided, DecisionModel
from .family import read_family
from .findings import check
from .run import Clock, FiredRule, Note
from .sentences import DecisionError

__all__ = ["Decided", "DecisionError", "DecisionModel", "FiredRule", "Note", "check", "decide", "read_model"]

MAX_CACHED = 64
"""Models that :func:`decide` keeps compiled."""

_cache: OrderedDict[bytes, DecisionModel] = OrderedDict()
_lock = Lock()


def read_model(xml: bytes | str, file: str = "", imports: Mapping[str, bytes | str] | None = None) -> DecisionModel:
    """Read and compile a file; ``imports`` maps file names to the XML of models it may import.

    Raises :class:`~engine.errors.Refused` for what is not DMN 1.1 to 1.5 or goes round in a circle. Broken expressions
    are null when evaluated: :func:`check` finds them before.
    """
    return DecisionModel(read_family(xml, file, imports))


def decide(dmn_xml: bytes | str, decision: str | None, inputs: Mapping[str, Any], *,
           imports: Mapping[str, bytes | str] | None = None, service: str | None = None, clock: Clock | None = None,
           functions: Mapping[str, Any] | None = None) -> Any:
    """The value of ``decision`` (id or name) in ``dmn_xml`` for ``inputs``, as :meth:`DecisionModel.decide`.

    A convenience for people and programs: without ``clock`` the machine's is read, in UTC. Cases take their clock from
    the engine and call :meth:`DecisionModel.decide`, which reads none.
    """
    clock = SystemClock().now if clock is None else clock
    return _compiled(dmn_xml, imports).decide(decision, inputs, clock=clock, functions=functions, service=service).value


def _compiled(xml: bytes | str, imports: Mapping[str, bytes | str] | None) -> DecisionModel:
    digest = sha256()
    for part in (xml, *(text for pair in sorted((imports or {}).items()) for text in pair)):
        raw = part.encode() if isinstance(part, str) else part
        digest.update(len(raw).to_bytes(8, "big") + raw)
    key = digest.digest()
    with _lock:
        if key in _cache:
            _cache.move_to_end(key)
            return _cache[key]
    model = read_model(xml, "", imports)
    with _lock:
        _cache[key] = model
        while len(_cache) > MAX_CACHED:
            _cache.popitem(last=False)
    return model
