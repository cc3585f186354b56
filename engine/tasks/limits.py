"""How many open tasks a person may have: asked when one more is claimed."""

from __future__ import annotations

from sqlalchemy import func, select

from engine.authorization import Actor
from engine.errors import Conflict
from engine.models.runtime import UserTask
from engine.task_rules import limit_of
from engine.tasks.open_task import OpenTask


class OverLimit(Conflict):
    """The person has as many open tasks as the rule allows."""

    code = "over_limit"
    zh = "你手上已有 {count} 件待办（上限 {limit}），办完一些再认领。"
    en = "You have {count} open tasks already (limit {limit}); finish some before you claim another."


def refuse_over_limit(task: OpenTask, by: Actor) -> None:
    """Raise :class:`OverLimit`; a statement only where ``bihuan:work_limit`` holds."""
    family, row = task.family, task.row
    limit = limit_of(family, family.member(row.instance_id), row.element_id, row.role)
    if limit is None:
        return
    count = family.connection.scalar(select(func.count()).select_from(UserTask)
                                     .where(UserTask.assignee_id == by.person_id)) or 0
    if count >= limit:
        raise OverLimit(count=count, limit=limit)
