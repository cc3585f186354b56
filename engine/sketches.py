"""What a file says it is and what it names, read off its bytes: which files belong together, without parsing any.

A sketch may name too much (a form's key that is also somebody's name), never too little of what stands there in plain
letters; it decides which files are read properly, never what is wrong with them.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from threading import Lock

KEPT = 4000
"""Sketches kept in memory, by content."""
_PROCESS = re.compile(rb"<(?:[\w.-]+:)?process\b[^<>]*?\sid\s*=\s*[\"']([^\"']+)[\"']")
_CALLED = re.compile(rb"\scalledElement\s*=\s*[\"']([^\"']+)[\"']")
_DECISION = re.compile(rb"<(?:[\w.-]+:)?decision\b[^<>]*?\sid\s*=\s*[\"']([^\"']+)[\"']")
_WORD = re.compile(rb"[\"'>]\s*([A-Za-z_][\w.-]{0,199})\s*[\"'<]")
_DECLARED = re.compile(rb"^(form|register|groups|pack)\s*:[ \t]*[\"']?([^\s\"'#{]*)", re.MULTILINE)
_STARTED = re.compile(rb"(?:process|start)\s*:\s*[\"']?([\w.-]+)")
SCENARIO = ".scenario.yaml"


@dataclass(frozen=True, slots=True)
class Sketch:
    """``kind``: drawing, table, form, register, groups, pack, scenario, or empty; ``keys`` are what the file declares,
    ``calls`` the processes it calls or starts, ``words`` everything in it that could be the key of something."""

    kind: str
    keys: tuple[str, ...] = ()
    calls: frozenset[str] = frozenset()
    words: frozenset[str] = frozenset()


_kept: OrderedDict[tuple[str, str], Sketch] = OrderedDict()
_lock = Lock()


def sketch(path: str, sha256: str, content: bytes) -> Sketch:
    """The sketch of a file; ``sha256`` is that of its content."""
    kept = known(path, sha256)
    if kept is None:
        kept = _sketch(path, content)
        with _lock:
            _kept[(_suffix(path), sha256)] = kept
            while len(_kept) > KEPT:
                _kept.popitem(last=False)
    return kept


def known(path: str, sha256: str) -> Sketch | None:
    """The sketch of a content seen before; ``None`` for a new one."""
    return _kept.get((_suffix(path), sha256))


def _suffix(path: str) -> str:
    return SCENARIO if path.endswith(SCENARIO) else PurePosixPath(path).suffix


def _sketch(path: str, content: bytes) -> Sketch:
    suffix = _suffix(path)
    if suffix == ".bpmn":
        return Sketch("drawing", _words(_PROCESS, content), frozenset(_words(_CALLED, content)),
                      frozenset(_words(_WORD, content)))
    if suffix == ".dmn":
        return Sketch("table", _words(_DECISION, content), words=frozenset(_words(_WORD, content)))
    if suffix == SCENARIO:
        return Sketch("scenario", calls=frozenset(_words(_STARTED, content)))
    if suffix in (".yaml", ".yml"):
        found = _DECLARED.search(content)
        if found:
            kind, key = found[1].decode(), found[2].decode("utf-8", "replace")
            return Sketch(kind, (key,) if key and kind != "groups" else ())
        if PurePosixPath(path).name == "pack.yaml":
            return Sketch("pack")
    return Sketch("")


def _words(pattern: re.Pattern[bytes], content: bytes) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.decode("utf-8", "replace") for one in pattern.findall(content)))


def home_of(sketches: Mapping[str, Sketch], process: str) -> str | None:
    """The path of the drawing that declares a process."""
    return next((path for path, one in sketches.items() if one.kind == "drawing" and process in one.keys), None)


def callers_of(sketches: Mapping[str, Sketch], processes: Iterable[str]) -> set[str]:
    """Paths of the drawings that call one of ``processes`` by name."""
    wanted = set(processes)
    return {path for path, one in sketches.items() if one.kind == "drawing" and not wanted.isdisjoint(one.calls)}


def called_by(sketches: Mapping[str, Sketch], paths: Iterable[str], *, deep: bool = True) -> set[str]:
    """Paths of the drawings that those at ``paths`` call, and with ``deep`` those that these call, and so on."""
    homes = {key: path for path, one in sketches.items() if one.kind == "drawing" for key in one.keys}
    given = set(paths)
    found, todo = set(given), list(given)
    while todo:
        for key in sketches[todo.pop()].calls:
            home = homes.get(key)
            if home is not None and home not in found:
                found.add(home)
                if deep:
                    todo.append(home)
    return found - given


def needs(sketches: Mapping[str, Sketch], paths: Iterable[str]) -> set[str]:
    """Paths of the forms and decision tables that the drawings at ``paths`` name, and of the tables those ask."""
    declared: dict[str, list[str]] = {}
    for path, one in sketches.items():
        if one.kind in ("form", "table"):
            for key in one.keys:
                declared.setdefault(key, []).append(path)
    found: set[str] = set()
    todo = list(paths)
    while todo:
        for word in sketches[todo.pop()].words:
            for path in declared.get(word, ()):
                if path not in found:
                    found.add(path)
                    todo += [path] if sketches[path].kind == "table" else []
    return found
