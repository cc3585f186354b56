"""Cases by the heap: several in one transaction, each behind a savepoint, each with a result of its own.

A case that somebody else has locked is left for the next heap, so that nothing ever waits while it holds locks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, update
from sqlalchemy.exc import OperationalError

from engine.authorization import Actor
from engine.bpmn import RunFailed
from engine.cards import Bilingual
from engine.errors import BihuanError
from engine.family import Family, lock, lock_free
from engine.migrating import rows as row_books
from engine.migrating.moving import Move, bind
from engine.migrating.reasons import failure
from engine.migrating.route import Route
from engine.models.studio import MigrationItem

HEAP = 25
"""Cases in one transaction."""


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one instance. ``reason`` is code and parameters; ``before`` and ``mark`` serve to take it back."""

    instance_id: str
    state: str
    reason: dict[str, Any] | None = None
    before: dict[str, Any] | None = None
    mark: str = ""


@dataclass
class Heap:
    """What is done to a heap of cases: ``wanted`` are the ids of instances by root."""

    parts: Any
    connection: Connection
    by: Actor
    now: datetime
    wanted: Mapping[str, set[str]]
    results: list[Result] = field(default_factory=list)

    def families(self) -> list[Family]:
        """The cases that could be locked; a single one is waited for."""
        roots = sorted(self.wanted)
        if len(roots) == 1:
            return [lock(self.parts, self.connection, roots[0], self.by, self.now)]
        return lock_free(self.parts, self.connection, roots, self.by, self.now)

    def move(self, routes: Mapping[str, Route], note: str, plan: str, *, trial: bool = False) -> None:
        """Move them; a ``trial`` writes nothing that stays."""
        families = self.families()
        before = row_books.read(self.connection, [family.root_id for family in families]) if families else {}
        moved: dict[str, tuple[Move, list[str]]] = {}
        for family in families:
            move = Move(family, before[family.root_id], routes, self.wanted[family.root_id], note, plan)
            gone = self.wanted[family.root_id] - move.routes.keys()
            self.results += [Result(one, "refused", {"code": "left_already"}) for one in gone]
            if not move.moving:
                continue
            reason, done = self._attempt(move.go, keep=not trial, routes=move.routes.values())
            if reason is not None:
                self.results += [Result(one, "refused", reason) for one in move.routes]
            elif done:
                moved[family.root_id] = (move, done)
        if trial or not moved:
            self.results += [Result(one, "moved") for _, done in moved.values() for one in done]
            return
        bind(self.connection, [move for move, _ in moved.values()])
        after = row_books.read(self.connection, list(moved))
        for root, (move, done) in moved.items():
            kept = row_books.difference(before[root], after[root]) if move.reversible else None
            mark = row_books.mark(after[root])
            self.results += [Result(one, "moved", None, kept if one == done[0] else None, mark) for one in done]

    def _attempt(self, act: Callable[[], Any], *, keep: bool = True,
                 routes: Iterable[Route] = ()) -> tuple[dict[str, Any] | None, Any]:
        """Do it behind a savepoint: why it failed, or what it gives."""
        savepoint = self.connection.begin_nested()
        try:
            found = act()
        except BihuanError as error:
            savepoint.rollback()
            return reason_of(error, list(routes)), None
        except OperationalError:
            raise
        except Exception as error:  # noqa: BLE001 - one case stops no other
            savepoint.rollback()
            self.parts.log.exception("a case was not moved")
            return {"code": "unexpected", "params": {"error": type(error).__name__}}, None
        savepoint.commit() if keep else savepoint.rollback()
        return None, found

    def attempt(self, act: Callable[[], Any]) -> tuple[dict[str, Any] | None, Any]:
        """As :meth:`_attempt`, for what else is done to a heap."""
        return self._attempt(act)

    def write(self, plan: str) -> None:
        """Keep the results: one statement."""
        if self.results:
            self.connection.execute(_RESULT, [{
                "the_plan": plan, "the_instance": one.instance_id, "new_state": one.state, "new_at": self.now,
                "new_reason": one.reason, "new_before": one.before, "new_mark": one.mark} for one in self.results])


class Undone(Exception):
    """Ends the transaction of a trial."""


def attempt_all(parts: Any, by: Actor, wanted: Mapping[str, set[str]], routes: Mapping[str, Route]) -> list[Result]:
    """Try to move cases as it will be done, and keep nothing of it."""
    results: list[Result] = []
    roots = sorted(wanted)
    for at in range(0, len(roots), HEAP):
        results += _tried(parts, by, {root: wanted[root] for root in roots[at:at + HEAP]}, routes)
    return results


def _tried(parts: Any, by: Actor, wanted: Mapping[str, set[str]], routes: Mapping[str, Route]) -> list[Result]:
    results: list[Result] = []
    try:
        with parts.database.transaction() as connection:
            heap = Heap(parts, connection, by, parts.clock.now(), wanted, results)
            heap.move(routes, "", "", trial=True)
            raise Undone()
    except Undone:
        return results


def reason_of(error: BihuanError, routes: Sequence[Route] = ()) -> dict[str, Any]:
    """An error as code and parameters, and in words with the names of steps, which only the routes know."""
    plain = {key: value if isinstance(value, (str, int, bool, type(None))) else str(value)
             for key, value in error.params.items()}
    said = (failure(routes, error) if isinstance(error, RunFailed)
            else Bilingual(error.sentence("zh"), error.sentence("en")))
    return {"code": error.code, "params": plain, "zh": said.zh, "en": said.in_("en")}


def heaps(items: Sequence[tuple[str, str]]) -> dict[str, set[str]]:
    """(root, instance) pairs by root."""
    found: dict[str, set[str]] = {}
    for root, instance in items:
        found.setdefault(root, set()).add(instance)
    return found


_RESULT = (update(MigrationItem.__table__)
           .where(MigrationItem.__table__.c.plan_id == bindparam("the_plan"),
                  MigrationItem.__table__.c.instance_id == bindparam("the_instance"))
           .values({name: bindparam("new_" + name) for name in ("state", "at", "reason", "before", "mark")}))
