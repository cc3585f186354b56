"""Which files a check of a draft is about, and which must be read besides to judge them as a whole check would."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection

from engine import live_files
from engine.checking import check_content
from engine.errors import Problem
from engine.reading import Content, read_content
from engine.sketches import Sketch, called_by, callers_of, home_of, needs


@dataclass(frozen=True, slots=True)
class Scope:
    """``within``: the paths whose problems are told; ``paths``: all that must be read for that."""

    within: frozenset[str]
    paths: frozenset[str]


def scope_of(sketched: Mapping[str, Sketch], process: str, changed: Collection[str]) -> Scope:
    """A process with its forms and tables, and whatever else was changed; read besides: who calls and is called, who
    uses the same forms and tables, and for a changed pack its other drawings."""
    home = home_of(sketched, process)
    own = {path for path in {home, *changed} if path and path in sketched and sketched[path].kind == "drawing"}
    within = own | needs(sketched, own) | {path for path in changed if path in sketched}
    others = own | called_by(sketched, own, deep=False) | users_of(sketched, within)
    for path in changed:
        if path in sketched and sketched[path].kind == "pack":
            others |= {one for one in sketched if sketched[one].kind == "drawing"
                       and one.rpartition("/")[0] == path.rpartition("/")[0]}
    others |= callers_of(sketched, [key for path in others for key in sketched[path].keys])
    shared = {path for path, one in sketched.items() if one.kind in ("pack", "groups")}
    return Scope(frozenset(within), frozenset(within | others | needs(sketched, others) | shared))


def users_of(sketched: Mapping[str, Sketch], paths: Collection[str]) -> set[str]:
    """Paths of the drawings that name a form or table at ``paths``."""
    keys = {key for path in paths if sketched[path].kind in ("form", "table") for key in sketched[path].keys}
    return {path for path, one in sketched.items() if one.kind == "drawing" and not keys.isdisjoint(one.words)}


@dataclass(frozen=True)
class Checked:
    """What was read for a check, and everything wrong with what it is about."""

    content: Content
    files: Mapping[str, bytes]
    sketched: Mapping[str, Sketch]
    problems: list[Problem]


def checked(connection: Connection, files: Mapping[str, str], process: str, changed: Collection[str],
            given: Mapping[str, bytes] | None = None) -> Checked:
    """Check the files (path -> hash) of a draft; ``given`` are contents by hash that are not saved."""
    sketched = live_files.sketches(connection, files, given)
    scope = scope_of(sketched, process, changed)
    loaded = live_files.with_registers(connection, files, sketched, scope.paths, given)
    content = read_content(loaded)
    keys = {key for one in sketched.values() if one.kind == "drawing" for key in one.keys}
    problems = check_content(content, known=keys, within=scope.within)
    if home_of(sketched, process) is None:
        problems.insert(0, Problem("no_drawing", f"草稿中没有流程“{process}”的流程图。",
                                   f"The draft has no drawing of the process {process!r}.", element=process))
    return Checked(content, loaded, sketched, problems)
