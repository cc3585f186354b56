"""The files that are live, by path, and what a draft makes of them: kept by every deployment, overlaid by drafts.

Mechanism for verbs: everything takes the connection of the verb's transaction. Contents never change under their hash,
so they are kept in memory whatever database they came from.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from threading import Lock
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select

from engine.errors import NotFound
from engine.models.repository import (
    DefinitionPart,
    Pack,
    ProcessDefinition,
    RegisterDeclaration,
    Resource,
)
from engine.models.studio import DeploymentFile, Draft, DraftFile, LiveFile
from engine.sketches import Sketch, called_by, home_of, known, meeting, needs, sketch

KEPT_BYTES = 64_000_000
"""Bytes of content kept in memory by one process."""
_kept: OrderedDict[str, bytes] = OrderedDict()
_size = 0
_lock = Lock()


# --- contents
def sha_of(content: bytes) -> str:
    """The hash a content is kept under."""
    return hashlib.sha256(content).hexdigest()


def keep(database: Any, connection: Connection, contents: Iterable[bytes]) -> None:
    """Keep contents under their hashes; those that are there already cost nothing. One statement."""
    rows = [{"sha256": sha_of(one), "content": one} for one in {sha_of(one): one for one in contents}.values()]
    if rows:
        connection.execute(database.insert(Resource.__table__).on_conflict_do_nothing(), rows)


def contents(connection: Connection, shas: Iterable[str], given: Mapping[str, bytes] | None = None) -> dict[str, bytes]:
    """Contents by their hashes; those in memory are not asked for again. One statement at most.

    ``given`` are contents (hash -> content) that are not kept anywhere, such as what an editor has not saved yet.
    """
    wanted = set(shas)
    with _lock:
        found = {sha: _kept[sha] for sha in wanted if sha in _kept}
    found |= {sha: content for sha, content in (given or {}).items() if sha in wanted}
    missing = wanted - found.keys()
    if missing:
        rows = connection.execute(select(Resource.sha256, Resource.content).where(Resource.sha256.in_(missing))).all()
        for row in rows:
            found[row.sha256] = bytes(row.content)
            _remember(row.sha256, found[row.sha256])
    return found


def _remember(sha: str, content: bytes) -> None:
    global _size
    with _lock:
        if sha not in _kept:
            _kept[sha] = content
            _size += len(content)
        while _size > KEPT_BYTES:
            _size -= len(_kept.popitem(last=False)[1])


# --- what is live
def live(connection: Connection) -> dict[str, str]:
    """Path -> hash of every live file. One statement."""
    return dict(connection.execute(select(LiveFile.path, LiveFile.sha256)).all())


def record(database: Any, connection: Connection, deployment_id: str, files: Mapping[str, bytes | None]) -> set[str]:
    """Make ``files`` live (``None`` takes one away); returns the paths that changed, also kept with the deployment."""
    before = live(connection)
    kept = {path: content for path, content in files.items() if content is not None}
    keep(database, connection, kept.values())
    now = {path: sha_of(content) for path, content in kept.items()}
    gone = [path for path, content in files.items() if content is None and path in before]
    moved = {path: sha for path, sha in now.items() if before.get(path) != sha}
    if moved:
        statement = database.insert(LiveFile.__table__)
        connection.execute(
            statement.on_conflict_do_update(index_elements=["path"], set_={
                "sha256": statement.excluded.sha256, "deployment_id": statement.excluded.deployment_id}),
            [{"path": path, "sha256": sha, "deployment_id": deployment_id} for path, sha in moved.items()])
    if gone:
        connection.execute(delete(LiveFile).where(LiveFile.path.in_(gone)))
    rows = [{"deployment_id": deployment_id, "path": path, "sha256": sha}
            for path, sha in [*moved.items(), *((path, None) for path in gone)]]
    if rows:
        connection.execute(insert(DeploymentFile.__table__), rows)
    return {*moved, *gone}


def recover(connection: Connection) -> int:
    """Fill the live files of a database that was deployed before they were kept; returns how many were found.

    Drawings, forms and tables come from the newest versions, packs and registers from what is live; scenarios were
    never kept, the next deployment brings them.
    """
    if connection.scalar(select(func.count()).select_from(LiveFile)):
        return 0
    newest = (select(ProcessDefinition.key, func.max(ProcessDefinition.version).label("version"))
              .group_by(ProcessDefinition.key).subquery())
    parts = connection.execute(
        select(DefinitionPart.file, DefinitionPart.sha256, ProcessDefinition.deployment_id, ProcessDefinition.pack)
        .join(ProcessDefinition, ProcessDefinition.id == DefinitionPart.definition_id)
        .join(newest, (newest.c.key == ProcessDefinition.key) & (newest.c.version == ProcessDefinition.version))
        .order_by(ProcessDefinition.deployment_id)).all()
    if not parts:
        return 0
    rows = {row.file: (row.sha256, row.deployment_id) for row in parts}
    folders = {row.pack: row.file.rpartition("/")[0] for row in parts if row.file.endswith(".bpmn")}
    last = parts[-1].deployment_id
    for pack, sha in connection.execute(select(Pack.key, Pack.sha256)):
        rows[f"{folders.get(pack, f'processes/{pack}')}/pack.yaml"] = (sha, last)
    for register, sha in connection.execute(select(RegisterDeclaration.key, RegisterDeclaration.sha256)):
        rows[f"forms/registers/{register}.yaml"] = (sha, last)
    connection.execute(insert(LiveFile.__table__), [
        {"path": path, "sha256": sha, "deployment_id": deployment} for path, (sha, deployment) in rows.items()])
    return len(rows)


# --- what a draft makes of it
def overlaid(connection: Connection, draft_id: str) -> dict[str, str]:
    """Path -> hash of every file as it would be if the draft were live. Two statements."""
    found = live(connection)
    for path, sha in connection.execute(select(DraftFile.path, DraftFile.sha256)
                                        .where(DraftFile.draft_id == draft_id)):
        if sha is None:
            found.pop(path, None)
        else:
            found[path] = sha
    return found


def sketches(connection: Connection, files: Mapping[str, str],
             given: Mapping[str, bytes] | None = None) -> dict[str, Sketch]:
    """What each file (path -> hash) says it is and names; a content is loaded the first time it is met."""
    new = {path: sha for path, sha in files.items() if known(path, sha) is None}
    loaded = contents(connection, new.values(), given) if new else {}
    return {path: sketch(path, sha, loaded.get(sha, b"")) for path, sha in sorted(files.items())}


def process_of(connection: Connection, draft_id: str) -> str:
    """The key of the process a draft is about. Raises NotFound."""
    key = connection.scalar(select(Draft.process_key).where(Draft.id == draft_id))
    if key is None:
        raise NotFound(what="draft")
    return key


def files_of(connection: Connection, draft_id: str) -> dict[str, bytes]:
    """The files a draft is about with all they need, live overlaid by the draft (path -> content).

    These are its drawing, the drawings it calls, their forms and decision tables, the field groups, every
    ``pack.yaml``, the registers that any of them names, the scenarios beside the drawing with the processes they start,
    and whatever else the draft changed. Raises NotFound.
    """
    key = process_of(connection, draft_id)
    files = overlaid(connection, draft_id)
    changed = set(connection.scalars(select(DraftFile.path).where(DraftFile.draft_id == draft_id)))
    sketched = sketches(connection, files)
    return with_registers(connection, files, sketched, about(sketched, key) | (changed & files.keys()))


def tried_files(connection: Connection, draft_id: str) -> dict[str, bytes]:
    """What :func:`files_of` gives, with the scenarios of all other processes that meet what the draft changes, and what
    these need: what must pass before the draft is published. Raises NotFound."""
    key = process_of(connection, draft_id)
    before, files = live(connection), overlaid(connection, draft_id)
    sketched = sketches(connection, files)
    changed = {path for path in files if files[path] != before.get(path)}
    paths, met = about(sketched, key) | changed, meeting(sketched, changed)
    keys = {one for path in met for one in sketched[path].keys}
    for path, one in sketched.items():
        if one.kind == "scenario" and not keys.isdisjoint(one.calls):
            homes = {home for name in one.calls if (home := home_of(sketched, name))}
            paths |= {path, *homes, *called_by(sketched, homes)}
    drawings = {path for path in paths if sketched[path].kind == "drawing"}
    return with_registers(connection, files, sketched, paths | needs(sketched, drawings))


def of_process(connection: Connection, process: str) -> dict[str, bytes]:
    """What :func:`files_of` gives for a draft of ``process`` that has changed nothing."""
    files = live(connection)
    sketched = sketches(connection, files)
    return with_registers(connection, files, sketched, about(sketched, process))


def loaded(connection: Connection, files: Mapping[str, str], paths: Iterable[str],
           given: Mapping[str, bytes] | None = None) -> dict[str, bytes]:
    """The contents at ``paths`` of ``files`` (path -> hash)."""
    wanted = {path: files[path] for path in sorted(paths)}
    found = contents(connection, wanted.values(), given)
    return {path: found[sha] for path, sha in wanted.items()}


def with_registers(connection: Connection, files: Mapping[str, str], sketched: Mapping[str, Sketch],
                   paths: Iterable[str], given: Mapping[str, bytes] | None = None) -> dict[str, bytes]:
    """The contents at ``paths``, and the registers whose key stands in any of them, and those that these name."""
    registers = {key.encode(): path for path, one in sketched.items() if one.kind == "register" for key in one.keys}
    found, todo = {}, set(paths)
    while todo:
        fresh = loaded(connection, files, todo, given)
        found |= fresh
        todo = {path for key, path in registers.items()
                if path not in found and any(key in content for content in fresh.values())}
    return found


def about(sketched: Mapping[str, Sketch], process: str) -> set[str]:
    """The paths that a process needs in order to be run alone, its scenarios included."""
    home = home_of(sketched, process)
    own = {home} if home else set()
    beside = {path for path in (f"{home.rpartition('.')[0]}.scenario.yaml" if home else "",) if path in sketched}
    started = {path for key in set().union(*(sketched[path].calls for path in beside))
               if (path := home_of(sketched, key))}
    own |= started
    drawings = own | called_by(sketched, own)
    shared = {path for path, one in sketched.items() if one.kind in ("pack", "groups")}
    return drawings | needs(sketched, drawings) | shared | beside


def fingerprint(files: Mapping[str, bytes]) -> str:
    """A hash over files with their paths: the same as long as nothing in them changed."""
    return sha_of("\n".join(f"{path} {sha_of(content)}" for path, content in sorted(files.items())).encode())
