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
_USED = re.compile(rb"\b(?:use|register)\s*:\s*[\"']?([\w-]+)")
_STARTED = re.compile(rb"(?:process|start)\s*:\s*[\"']?([\w.-]+)")
SCENARIO = ".scenario.yaml"


@dataclass(frozen=True, slots=True)
class Sketch:
    """``kind``: drawing, table, form, register, groups, pack, scenario, or empty; ``keys`` are what the file declares,
    ``calls`` the processes it calls or starts (of a form: the field groups and registers it uses), ``words`` everything
    in it that could be the key of something."""

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
            used = frozenset(_words(_USED, content)) if kind in ("form", "register") else frozenset()
            return Sketch(kind, (key,) if key and kind != "groups" else (), used)
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


def users_of(sketches: Mapping[str, Sketch], paths: Iterable[str]) -> set[str]:
    """Paths of the drawings that name a form or table at ``paths``."""
    return naming(sketches, [key for path in paths if sketches[path].kind in ("form", "table")
                             for key in sketches[path].keys])


def naming(sketches: Mapping[str, Sketch], keys: Iterable[str]) -> set[str]:
    """Paths of the drawings that name one of ``keys``, or call it."""
    wanted = set(keys)
    return {path for path, one in sketches.items() if one.kind == "drawing"
            and not (wanted.isdisjoint(one.words) and wanted.isdisjoint(one.calls))}


def meeting(sketches: Mapping[str, Sketch], changed: Iterable[str]) -> set[str]:
    """Paths of the drawings that meet what stands at ``changed``: they name it or a form that uses it, they stand in
    its pack, or they call, however deep, a drawing that does."""
    there = {path: sketches[path] for path in changed if path in sketches}
    keys = {key for one in there.values() if one.kind in ("form", "table", "register") for key in one.keys}
    grouped = any(one.kind == "groups" for one in there.values())
    registers = {key for one in there.values() if one.kind == "register" for key in one.keys}
    keys |= {key for one in sketches.values() if one.kind == "form"
             and (grouped and one.calls or not registers.isdisjoint(one.calls)) for key in one.keys}
    folders = {path.rpartition("/")[0] for path, one in there.items() if one.kind == "pack"}
    found = naming(sketches, keys) | {path for path, one in sketches.items() if one.kind == "drawing" and (
        path in there or path.rpartition("/")[0] in folders)}
    todo = found
    while todo:
        todo = callers_of(sketches, [key for path in todo for key in sketches[path].keys]) - found
        found |= todo
    return found


def registers_of(sketches: Mapping[str, Sketch], paths: Iterable[str]) -> set[str]:
    """Paths of the registers that the drawings and forms at ``paths`` name."""
    named = set().union(*(sketches[path].words | sketches[path].calls for path in paths
                          if sketches[path].kind in ("drawing", "form")))
    return {path for path, one in sketches.items() if one.kind == "register" and not named.isdisjoint(one.keys)}


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
