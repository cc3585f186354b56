"""What taking back a decision needs (撤回): how the rows stood before it, kept until anything else happens.

:func:`kept` writes it into ``process_instance.undo`` in the same ``UPDATE`` that saves the step, so that a completion
costs no statement more. Any other change of the case empties the column of its root; so what is there is the last
thing that happened to the case's runs. Claims of the tasks that followed show in those tasks' own revisions.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from engine.family import Family, Member
from engine.values import dumps, loads

KEPT_OF_TASK = ("id", "assignee_id", "claimed_at", "created_at", "due_at", "due_sort", "warn_at", "first_due_at",
                "clock_started_at", "paused_at", "deadline", "escalation_level", "priority", "owner_id", "came_from",
                "came_by", "straight_to", "returned_by", "returned_why", "follow_up_at")
"""Columns of a task's row that come back with it; the others follow from its case."""
IRREVOCABLE = {"message_sent": "message", "signal_sent": "signal"}
"""History entries of what has left the case for good."""


def completed_of(family: Family) -> dict[str, Any] | None:
    """The one completion of a person in this transaction, as its history entry; none if there is none or more."""
    found = [entry for entry in family.record.entries if entry["verb"] == "completed" and entry["by"]]
    return found[0] if len(found) == 1 else None


def kept(family: Family, changed: list[Member], new: list[str], removed: list[dict[str, Any]]) -> dict[str, str | None]:
    """The column ``undo`` of each changed instance (by id); all empty unless a person completed one task.

    ``new`` are the instances called in this step, ``removed`` the rows of tasks that went.
    """
    entry = completed_of(family)
    ids = {member.id for member in changed} | {family.root_id}
    if entry is None or not family.parts.settings.pull_back_minutes:
        return dict.fromkeys(ids)
    found: dict[str, str | None] = {member.id: dumps(member.was) for member in changed}
    found[family.root_id] = dumps({
        "row": family.was, "by": entry["by"], "behalf": entry["on_behalf_of"], "task": entry["task_id"],
        "at": family.now, "members": [member.id for member in changed], "new": new,
        "made": [row["id"] for row in family.new_tasks],
        "removed": [{"instance_id": row["instance_id"], "element_instance_id": row["element_instance_id"]}
                    | {name: row[name] for name in KEPT_OF_TASK} for row in removed],
        "irrevocable": _irrevocable(family, removed)})
    return found


def _irrevocable(family: Family, removed: list[dict[str, Any]]) -> list[str]:
    """What cannot be called back of this step: ``message``, ``signal``, ``register``, ``signed``."""
    told = {IRREVOCABLE[entry["verb"]] for entry in family.record.entries if entry["verb"] in IRREVOCABLE}
    wrote = any(member.environment.stores is not None and member.environment.stores.wrote
                for member in family.members.values())
    signed = any(row["signing"] for row in removed)
    return sorted(told | ({"register"} if wrote else set()) | ({"signed"} if signed else set()))


def read(text: str | None) -> dict[str, Any] | None:
    """What :func:`kept` wrote, or nothing."""
    return loads(text) if text else None


def in_time(undo: dict[str, Any], now: datetime, minutes: int) -> bool:
    """Whether a decision was taken no longer ago than the setting allows."""
    return (now - undo["at"]).total_seconds() <= minutes * 60
