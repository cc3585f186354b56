"""What lists show of a case, derived from its variables by the properties of its process."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from pypinyin import Style, lazy_pinyin
from sqlalchemy import select, update

from engine import search_values
from engine.expressions import ExpressionFailed
from engine.family import CASE_COLUMNS, Family, Member
from engine.models.runtime import TaskCandidate, UserTask

PROPERTIES = {"customer": "bihuan:customer", "phone": "bihuan:phone", "severity": "bihuan:severity",
              "gist": "bihuan:gist", "promised_at": "bihuan:promised_at"}
LIMITS = {"customer": 200, "phone": 40, "severity": 40, "gist": 400}


def derive(family: Family) -> None:
    """Set the root's case columns from the touched members: the last member that knows a value gives it."""
    for member in family.members.values():
        if member.touched:
            for column, name in PROPERTIES.items():
                text = member.definition.model.properties.get(name)
                if text:
                    _take(family, member, column, text)
    search_values.derive(family)


def _take(family: Family, member: Member, column: str, text: str) -> None:
    try:
        value = member.environment.expressions.value(text, member.run.variables)
    except ExpressionFailed:  # a list column is never a reason to stop a case
        return
    if value is None or value == family.root_row[column]:
        return
    if column == "promised_at":
        if isinstance(value, datetime):
            family.root_row[column] = value.astimezone(UTC)
        return
    family.root_row[column] = str(value)[:LIMITS[column]]
    if column == "customer":
        family.root_row["customer_initials"] = initials(family.root_row["customer"])


def initials(name: str) -> str:
    """The pinyin initials of a name, lower case: 王建国 -> wjg."""
    return "".join(lazy_pinyin(name, style=Style.FIRST_LETTER)).replace(" ", "").lower()[:60]


def task_columns(root: dict[str, Any]) -> dict[str, Any]:
    """The case columns as they stand on the case's tasks."""
    digits = "".join(ch for ch in root["phone"] if ch.isdigit())
    return {name: root[name] for name in CASE_COLUMNS if name != "phone"} | {"phone_last4": digits[-4:]}


def copy_to_tasks(family: Family) -> None:
    """Bring tasks that were there before up to date, when the case's columns changed in this transaction."""
    now = {name: family.root_row[name] for name in CASE_COLUMNS}
    none_left, family.open_tasks = family.open_tasks == 0, None  # new ones have the columns as they are
    if now != family.columns_at_lock and not none_left and family.root_row["state"] in ("active", "suspended"):
        told = family.connection.execute(update(UserTask.__table__).where(UserTask.root_id == family.root_id)
                                         .values(task_columns(family.root_row)))
        offered = ("severity", "facts")
        older = told.rowcount > len(family.new_tasks)  # those of this step were made with the columns as they are
        if older and any(now[name] != family.columns_at_lock[name] for name in offered):
            mine = select(UserTask.id).where(UserTask.root_id == family.root_id)
            family.connection.execute(update(TaskCandidate.__table__).where(TaskCandidate.task_id.in_(mine))
                                      .values({name: now[name] for name in offered}))
    family.columns_at_lock = now
