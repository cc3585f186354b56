"""The job table: acquire what is due, run it, retry with back-off, give up and make an incident.

A service call stands *between* two transactions: the first takes the job, the second tells the run the answer. A
worker that dies in between loses the job when its lock runs out, and the call is made again under the same key.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, or_, select, update

from engine import job_kinds, leaving, sweeping
from engine.authorization import SYSTEM
from engine.errors import BihuanError, Conflict
from engine.family import lock
from engine.history import Record
from engine.ids import new_id
from engine.migrating import plans as migrating
from engine.models.runtime import Incident, Job
from engine.notices import letters, sending
from engine.privacy import retention

MAX_BACKOFF = timedelta(hours=4)
AFTER_CONFLICT = timedelta(seconds=1)
"""Pause of a job whose case was changed by somebody else, so that no worker turns in a circle."""
BETWEEN_EXPIRIES = timedelta(days=1)
"""Pause between two looks for personal values that have had their time."""


class Jobs:
    """What workers do; see :mod:`engine.worker` for the loop."""

    def __init__(self, parts: Any):
        self._parts = parts
        self._expired_at: datetime | None = None

    def run_due(self, limit: int | None = None, owner: str = "here") -> int:
        """Acquire and run due jobs, at most ``limit``; returns how many were taken."""
        rows = self.acquire(owner, limit or self._parts.settings.worker_batch)
        for row in rows:
            self.run(row, owner)
        return len(rows)

    def sweep(self) -> int:
        """Delete what has had its time (see :mod:`engine.sweeping`), once a day personal values, too; how many went."""
        now = self._parts.clock.now()
        with self._parts.database.transaction() as connection:
            self._parts.database.take_turns(connection, "sweep")
            gone = sweeping.sweep(connection, now)
        with self._parts.database.transaction() as connection:
            for person in leaving.stragglers(connection):
                leaving.hold_cases(connection, person)
                leaving.give_back(connection, self._parts.live.at(connection), Record(now, None), person)
        if self._expired_at is None or now - self._expired_at >= BETWEEN_EXPIRIES:
            self._expired_at = now
            gone += retention.expire(self._parts)
        return gone

    def next_due(self) -> datetime | None:
        """The moment of the earliest job that can run, whenever that is."""
        with self._parts.database.reading() as connection:
            return connection.scalar(select(Job.due_at).where(Job.retries > 0, Job.suspended.is_(False))
                                     .order_by(Job.due_at).limit(1))

    def acquire(self, owner: str, limit: int) -> list[Row[Any]]:
        """Take due jobs for ``owner``, the earliest first: one statement, one transaction."""
        now = self._parts.clock.now()
        due = (select(Job.id).where(Job.due_at <= now, Job.retries > 0, Job.suspended.is_(False),
                                    or_(Job.locked_until.is_(None), Job.locked_until < now))
               .order_by(Job.due_at, Job.id).limit(limit))
        if not self._parts.database.is_sqlite:
            due = due.with_for_update(skip_locked=True)
        until = now + timedelta(seconds=self._parts.settings.job_lock_seconds)
        with self._parts.database.transaction() as connection:
            rows = connection.execute(
                update(Job.__table__).where(Job.id.in_(due)).values(owner=owner, locked_until=until)
                .returning(*Job.__table__.columns)).all()
        return sorted(rows, key=lambda row: (row.due_at, row.id))

    def run(self, job: Row[Any], owner: str) -> None:
        """Run one acquired job; whatever goes wrong costs a try or becomes an incident, and is not raised."""
        try:
            self._perform(job, owner)
        except Conflict:
            self._release(job, owner)  # somebody was faster: costs no retry
        except BihuanError as error:
            retryable = getattr(error, "retryable", True)
            self._failed(job, owner, error.code, error.params, retryable)
        except Exception as error:  # noqa: BLE001 - a worker goes on, whatever a single job does
            self._parts.log.exception("job failed", job=job.id, kind=job.kind)
            self._failed(job, owner, "unexpected", {"error": type(error).__name__, "text": str(error)[:500]})

    def _perform(self, job: Row[Any], owner: str) -> None:
        if job.kind == "start":
            job_kinds.start(self._parts, job, owner)
            return
        if job.kind in ("dispatch", "deliver"):
            send = sending.dispatch if job.kind == "dispatch" else sending.deliver
            send(self._parts, job, owner)
            return
        if job.kind == "studio":
            self._parts.studio.runs.work(job, owner)
            return
        if job.kind == "migrate":
            migrating.work(self._parts, job, owner)
            return
        if job.kind == "letter":
            letters.send(self._parts, job, owner)
            return
        answer = job_kinds.call(self._parts, job) if job.kind in ("service", "notice") else None
        with self._parts.database.transaction() as connection:
            family = lock(self._parts, connection, job.root_id, SYSTEM, self._parts.clock.now())
            own = (Job.id == job.id, Job.owner == owner)
            if family.root_row["state"] == "suspended" and answer is None:
                connection.execute(update(Job.__table__).where(*own).values(
                    owner=None, locked_until=None, suspended=True))  # since it was written: it waits for the case
                return
            if not connection.execute(delete(Job.__table__).where(*own)).rowcount:
                return  # gone with its task, or taken over by another worker
            job_kinds.advance(family, job, answer)

    def _release(self, job: Row[Any], owner: str) -> None:
        with self._parts.database.transaction() as connection:
            connection.execute(update(Job.__table__).where(Job.id == job.id, Job.owner == owner)
                               .values(owner=None, locked_until=None, due_at=self._parts.clock.now() + AFTER_CONFLICT))

    def _failed(self, job: Row[Any], owner: str, code: str, params: dict[str, Any], retryable: bool = True) -> None:
        """One try less; none left, and an incident stands for the job."""
        now = self._parts.clock.now()
        left = max(0, job.retries - 1) if retryable else 0
        pause = min(MAX_BACKOFF, timedelta(seconds=self._parts.settings.job_backoff_seconds * 2 ** min(job.tries, 12)))
        with self._parts.database.transaction() as connection:
            done = connection.execute(
                update(Job.__table__).where(Job.id == job.id, Job.owner == owner)
                .values(owner=None, locked_until=None, retries=left, tries=job.tries + 1, due_at=now + pause))
            if done.rowcount and left == 0:
                _give_up(connection, now, job, code, params)


def _give_up(connection: Connection, now: datetime, job: Row[Any], code: str, params: dict[str, Any]) -> None:
    connection.execute(insert(Incident.__table__).values(
        id=new_id(now), job_id=job.id, root_id=job.root_id, instance_id=job.instance_id, element_id=job.element_id,
        code=code, params=_plain(params), tries=job.tries + 1, at=now))


def _plain(params: dict[str, Any]) -> dict[str, Any]:
    return {key: value if isinstance(value, (str, int, bool, type(None))) else str(value)
            for key, value in params.items()}
