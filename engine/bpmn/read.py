"""Reading drawings: hardened, checked, and cached by content."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from threading import Lock

from engine.bpmn.lint import lint
from engine.bpmn.model import ProcessModel
from engine.bpmn.parser import parse
from engine.errors import Problem, Refused
from engine.xml import read_xml

KEPT = 256
"""Files whose models are kept in memory."""
Looked = tuple[tuple[Problem, ...], tuple[ProcessModel, ...] | None]
_cache: OrderedDict[tuple[str, str], Looked] = OrderedDict()
_lock = Lock()


def read_models(xml: bytes, file: str = "") -> list[ProcessModel]:
    """The executable processes of a drawing, compiled once per content.

    Raises :class:`~engine.errors.Refused` with every problem found.
    """
    problems, models = _looked(xml, file)
    if models is None:
        raise Refused([problem for problem in problems if problem.severity == "error"])
    return list(models)


def check_models(xml: bytes, file: str = "") -> list[Problem]:
    """Everything that is wrong or doubtful about a drawing; never raises."""
    return list(_looked(xml, file)[0])


def _looked(xml: bytes, file: str) -> Looked:
    """All problems of a drawing, and its processes where none of them is an error."""
    raw = xml.encode() if isinstance(xml, str) else xml
    key = (hashlib.sha256(raw).hexdigest(), file)
    with _lock:
        if key in _cache:
            _cache.move_to_end(key)
            return _cache[key]
    found = _look(xml, file)
    with _lock:
        _cache[key] = found
        while len(_cache) > KEPT:
            _cache.popitem(last=False)
    return found


def _look(xml: bytes, file: str) -> Looked:
    try:
        root = read_xml(xml, file)
    except Refused as refused:
        return refused.problems, None
    problems = tuple(lint(root, file))
    if any(problem.severity == "error" for problem in problems):
        return problems, None
    try:
        return problems, tuple(parse(root, file))
    except Refused as refused:
        return problems + refused.problems, None
