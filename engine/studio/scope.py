"""Which files a check of a draft is about, and which must be read besides to judge them as a whole check would."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection

from engine import live_files
from engine.checking.files import check_content
from engine.errors import Problem
from engine.reading import Content, read_content
from engine.sketches import Sketch, called_by, callers_of, home_of, naming, needs, users_of
from engine.studio.overlay import Overlay


@dataclass(frozen=True, slots=True)
class Scope:
    """``own``: paths of the drawings concerned; ``within``: the paths whose problems are told; ``paths``: all that must
    be read for that."""

    own: frozenset[str]
    within: frozenset[str]
    paths: frozenset[str]


@dataclass(frozen=True)
class Checked:
    """What was read for a check, and everything wrong with what it is about."""

    scope: Scope
    content: Content
    files: Mapping[str, bytes]
    sketched: Mapping[str, Sketch]
    problems: list[Problem]


def scope_of(sketched: Mapping[str, Sketch], process: str, changed: Collection[str], gone: Mapping[str, Sketch],
             *, publishing: bool = False) -> Scope:
    """A process with its forms and tables, whatever else was changed, and the processes that use that; read besides:
    who calls and is called, who uses the same forms and tables, and for a changed pack its other drawings.

    ``gone`` are the files taken away. Changed field groups concern every process: looked at when ``publishing``.
    """
    drawings = {path for path, one in sketched.items() if one.kind == "drawing"}
    there = {path for path in changed if path in sketched}
    own = ({home_of(sketched, process)} | there) & drawings | users_of(sketched, there) | naming(sketched, [
        key for one in gone.values() for key in one.keys])
    shared = {path for path, one in sketched.items() if one.kind in ("pack", "groups")}
    within = own | needs(sketched, own) | there
    if publishing and any(sketched[path].kind == "groups" for path in there):
        own = drawings
        within = own | {path for path, one in sketched.items() if one.kind in ("form", "register", "groups")}
    others = own | called_by(sketched, own, deep=False) | users_of(sketched, within)
    for path in there:
        if sketched[path].kind == "pack":
            others |= {one for one in drawings if one.rpartition("/")[0] == path.rpartition("/")[0]}
    others |= callers_of(sketched, [key for path in others for key in sketched[path].keys])
    return Scope(frozenset(own), frozenset(within), frozenset(within | others | needs(sketched, others) | shared))


def checked(connection: Connection, laid: Overlay, process: str, unsaved: Mapping[str, bytes] | None = None, *,
            publishing: bool = False) -> Checked:
    """Check a draft with what is not ``saved`` yet (path -> content)."""
    unsaved = unsaved or {}
    given = {live_files.sha_of(content): content for content in unsaved.values()}
    files = {**laid.files, **{path: live_files.sha_of(content) for path, content in unsaved.items()}}
    sketched = live_files.sketches(connection, files, given)
    gone = live_files.sketches(connection, {path: laid.live[path] for path in laid.live if path not in files})
    changed = {path for path in laid.changed | unsaved.keys() if files.get(path) != laid.live.get(path)}
    scope = scope_of(sketched, process, changed, gone, publishing=publishing)
    loaded = live_files.with_registers(connection, files, sketched, scope.paths, given)
    content = read_content(loaded)
    keys = {key for one in sketched.values() if one.kind == "drawing" for key in one.keys}
    problems = check_content(content, known=keys, within=scope.within)
    return Checked(scope, content, loaded, sketched, [*_lost(process, keys, gone), *problems])


def _lost(process: str, keys: Collection[str], gone: Mapping[str, Sketch]) -> list[Problem]:
    """Processes whose drawings are no longer there: what is live cannot be taken away, running cases need it."""
    lost = [(path, key) for path, one in gone.items() if one.kind == "drawing" for key in one.keys if key not in keys]
    found = [Problem("drawing_removed", f"流程“{key}”的流程图被删除；在用的流程不能删除。",
                     f"The drawing of the process {key!r} was removed; a live process cannot be taken away.",
                     file=path, element=key) for path, key in lost]
    if process not in keys and process not in {key for _path, key in lost}:
        found.append(Problem("no_drawing", f"草稿中没有流程“{process}”的流程图。",
                             f"The draft has no drawing of the process {process!r}.", element=process))
    return found
