"""Long things that a draft is tried by: begun by a person, carried on by a worker, looked at while they run."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, or_, select, update

from engine.authorization import Actor
from engine.errors import BihuanError, NotFound
from engine.ids import new_id
from engine.models.runtime import Job
from engine.models.studio import StudioRun

ENDED = ("done", "failed", "stopped")
KEPT = 5
"""Ended runs of a kind that a draft keeps."""
HAND, HELD = "page", timedelta(minutes=2)
"""The owner of a job that a page works on for a moment, and how long it may."""
LOCKED = timedelta(minutes=30)
"""How long a worker may take for one run before another takes it up."""


class Runs:
    """What workers do with runs. ``kinds`` of run are told by those who begin them."""

    def __init__(self, parts: Any):
        self._parts = parts
        self._kinds: dict[str, Callable[[str], None]] = {}

    def register(self, kind: str, carry_on: Callable[[str], None]) -> None:
        """Say who carries a kind of run on, given its id; it ends the run with :meth:`end`."""
        self._kinds[kind] = carry_on

    def begin(self, connection: Connection, draft_id: str, kind: str, by: Actor, *, files: str, total: int = 0,
              inputs: Any = None) -> str:
        """A new run, waiting; its id. ``files`` is the fingerprint of the draft's files. Older ended ones go."""
        now = self._parts.clock.now()
        old = (select(StudioRun.id).where(StudioRun.draft_id == draft_id, StudioRun.kind == kind,
                                          StudioRun.state.in_(ENDED))
               .order_by(StudioRun.asked_at.desc(), StudioRun.id.desc()).offset(KEPT))
        connection.execute(delete(StudioRun.__table__).where(StudioRun.id.in_(list(connection.scalars(old)))))
        made = new_id(now)
        connection.execute(insert(StudioRun.__table__).values(
            id=made, draft_id=draft_id, kind=kind, state="waiting", done=0, total=total, asked_at=now,
            asked_by=by.person_id, files=files, inputs=inputs or {}, result=None))
        return made

    def hand_on(self, connection: Connection, run_id: str) -> None:
        """Let a worker carry a run on, or a page that asks for it first (:meth:`lend_a_hand`)."""
        now = self._parts.clock.now()
        connection.execute(insert(Job.__table__).values(
            id=run_id, kind="studio", due_at=now, root_id=None, instance_id=None, element_id="",
            element_instance_id="", slot=0, task_id=None, payload={"run": run_id}, retries=1, tries=0, suspended=False,
            owner=None, locked_until=None, created_at=now))

    def row(self, connection: Connection, run_id: str) -> Row[Any]:
        """A run. Raises NotFound."""
        row = connection.execute(select(StudioRun.__table__).where(StudioRun.id == run_id)).first()
        if row is None:
            raise NotFound(what="page")
        return row

    def note(self, run_id: str, *, done: int, total: int, result: Any) -> bool:
        """Tell how far a run is; ``False`` where it was stopped meanwhile."""
        with self._parts.database.transaction() as connection:
            told = connection.execute(
                update(StudioRun.__table__).where(StudioRun.id == run_id, StudioRun.state.not_in(ENDED))
                .values(state="running", done=done, total=total, result=result))
        return bool(told.rowcount)

    def end(self, run_id: str, state: str, result: Any = None) -> None:
        """End a run that has not ended (``done``, ``failed``, ``stopped``); without ``result`` it keeps what it has."""
        values = {"state": state, "ended_at": self._parts.clock.now()} | ({} if result is None else {"result": result})
        with self._parts.database.transaction() as connection:
            connection.execute(update(StudioRun.__table__).where(StudioRun.id == run_id,
                                                                 StudioRun.state.not_in(ENDED)).values(**values))

    def lend_a_hand(self, run_id: str, carry_on: Callable[[], bool]) -> None:
        """Carry a run on for a moment if no worker has it; ``carry_on`` tells whether it has ended."""
        now = self._parts.clock.now()
        free = or_(Job.owner.is_(None), Job.locked_until < now)
        with self._parts.database.transaction() as connection:
            mine = connection.execute(update(Job.__table__).where(Job.id == run_id, free).values(
                owner=HAND, locked_until=now + HELD)).rowcount
        if not mine:
            return
        ended = False
        try:
            ended = carry_on()
        finally:
            with self._parts.database.transaction() as connection:
                ours = (Job.id == run_id) & (Job.owner == HAND)
                connection.execute(delete(Job.__table__).where(ours) if ended else update(Job.__table__).where(ours)
                                   .values(owner=None, locked_until=None))

    def work(self, job: Row[Any], owner: str) -> None:
        """A worker carries on with the run of a job."""
        run_id = job.payload["run"]
        with self._parts.database.transaction() as connection:
            row = connection.execute(select(StudioRun.kind, StudioRun.state).where(StudioRun.id == run_id)).first()
            connection.execute(update(Job.__table__).where(Job.id == job.id, Job.owner == owner)
                               .values(locked_until=self._parts.clock.now() + LOCKED))
        if row is not None and row.state not in ENDED:
            self._carry_on(row.kind, run_id)
        with self._parts.database.transaction() as connection:
            connection.execute(delete(Job.__table__).where(Job.id == job.id, Job.owner == owner))

    def _carry_on(self, kind: str, run_id: str) -> None:
        try:
            self._kinds[kind](run_id)
        except BihuanError as error:
            self.end(run_id, "failed", {"error": {"zh": error.sentence("zh"), "en": error.sentence("en")}})
        except Exception:
            self._parts.log.exception("studio run failed", run=run_id)
            self.end(run_id, "failed", {"error": {"zh": "运行时出错，请再试一次。",
                                                  "en": "Something went wrong. Please try again."}})
