"""Notices: told in the transaction that causes them, kept in the application, carried outside by jobs.

``tell`` writes the notice and a *dispatch* job. The dispatch looks up who wants which notices where, and for every
channel concerned makes sure that one *deliver* job stands at the right moment. A delivery takes everything that is due
on its channel and sends one message, so that hours without a worker end in one message each and not in a storm.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert

from engine.ids import new_id
from engine.models.identity import Notice
from engine.models.runtime import Job

RETRIES = 1_000_000
"""A delivery is tried until it succeeds or its channel is given up; a dead mail server delays and loses nothing."""


def tell(connection: Connection, now: datetime, people: Iterable[str], code: str, *, root_id: str | None = None,
         task_id: str | None = None, **params: Any) -> None:
    """Tell ``people`` (their ids): two statements, none where nobody is concerned. ``params`` are values, not words."""
    rows = [{"id": new_id(now), "person_id": person, "at": now, "root_id": root_id, "task_id": task_id, "code": code,
             "params": params, "read_at": None} for person in sorted(set(people))]
    if rows:
        connection.execute(insert(Notice.__table__), rows)
        connection.execute(insert(Job.__table__), [dispatch_job(now, {"notices": [row["id"] for row in rows]})])


def dispatch_job(now: datetime, payload: dict[str, Any]) -> dict[str, Any]:
    """The columns of the job that finds the channels of what ``payload`` tells."""
    return {"id": new_id(now), "kind": "dispatch", "due_at": now, "root_id": None, "instance_id": None,
            "element_id": "", "element_instance_id": "", "slot": 0, "task_id": None, "payload": payload,
            "retries": 5, "tries": 0, "suspended": False, "owner": None, "locked_until": None, "created_at": now}


def announce(now: datetime, tasks: list[dict[str, Any]], by: str | None) -> list[dict[str, Any]]:
    """The job that announces new tasks (rows of user tasks) to those who have them or may claim them; none, no job.

    ``by`` is who caused them and needs no telling.
    """
    told = [row["id"] for row in tasks if row["assignee_id"] is None or row["assignee_id"] != by]
    return [dispatch_job(now, {"tasks": told})] if told else []
