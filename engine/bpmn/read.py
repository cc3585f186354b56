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
_cache: OrderedDict[tuple[str, str], list[ProcessModel]] = OrderedDict()
_lock = Lock()


def read_models(xml: bytes, file: str = "") -> list[ProcessModel]:
    """The executable processes of a drawing, compiled once per content.

    Raises :class:`~engine.errors.Refused` with every problem found.
    """
    raw = xml.encode() if isinstance(xml, str) else xml
    key = (hashlib.sha256(raw).hexdigest(), file)
    with _lock:
        if key in _cache:
            _cache.move_to_end(key)
            return list(_cache[key])
    root = read_xml(xml, file)
    errors = [problem for problem in lint(root, file) if problem.severity == "error"]
    if errors:
        raise Refused(errors)
    models = parse(root, file)
    with _lock:
        _cache[key] = models
        while len(_cache) > KEPT:
            _cache.popitem(last=False)
    return list(models)


def check_models(xml: bytes, file: str = "") -> list[Problem]:
    """Everything that is wrong or doubtful about a drawing; never raises."""
    try:
        root = read_xml(xml, file)
    except Refused as refused:
        return list(refused.problems)
    problems = list(lint(root, file))
    if not any(problem.severity == "error" for problem in problems):
        try:
            parse(root, file)
        except Refused as refused:
            problems += refused.problems
    return problems
