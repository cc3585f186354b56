"""A case that was played, told as an entry of a scenario file: what is given, the steps, and where they lead."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from engine.models.runtime import ProcessInstance, UserTask
from engine.testing.play import Play

MOST_TASKS = 20


def told_as_scenario(play: Play, given: dict[str, Any]) -> dict[str, Any]:
    """``process``, ``given`` and ``steps`` with a last one that expects what is there now."""
    steps = [dict(step) for step in play.steps]
    outcome = where_it_stands(play)
    if outcome:
        steps.append({"expect": outcome})
    return {"process": play.process, "given": given, "steps": steps}


def where_it_stands(play: Play) -> dict[str, Any]:
    """What an ``expect`` says of the last case: state, whether it ended, its open tasks."""
    if not play.story.last:
        return {}
    with play.engine.database.reading() as connection:
        case = connection.execute(select(ProcessInstance.case_state, ProcessInstance.ended_at)
                                  .where(ProcessInstance.id == play.story.last)).one()
        tasks = connection.execute(
            select(UserTask.element_id, UserTask.role).where(UserTask.root_id == play.story.last)
            .order_by(UserTask.created_at, UserTask.id).limit(MOST_TASKS)).all()
    found: dict[str, Any] = {"state": case.case_state} if case.case_state else {}
    if case.ended_at is not None:
        return found | {"ended": True}
    return found | {"tasks": [{"element": task.element_id} | ({"role": task.role} if task.role else {})
                              for task in tasks]}


def acting(given: dict[str, Any], steps: list[dict[str, Any]]) -> dict[str, Any]:
    """``given`` with those people alone who do something in ``steps``, or get something to do."""
    logins = {login for step in steps for login in (
        step.get("by"), (step.get("operate") or {}).get("by"), step.get("to"), step.get("signer"),
        *step.get("people", ()))}
    people = {login: person for login, person in (given.get("people") or {}).items() if login in logins}
    return given | {"people": people}
