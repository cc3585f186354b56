"""What a story expects of its case: open tasks, state, variables, escalations, messages, incidents, its end."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import select

from engine.models.history import HistoryEntry
from engine.models.identity import Person
from engine.models.runtime import ProcessInstance, UserTask
from engine.registers import MOST
from engine.testing.matching import at_path, multiset_difference, same
from engine.testing.world import moment, value_of


def check(story: Any, case_id: str, expected: Mapping[str, Any]) -> list[str]:
    """The differences, each a sentence; an empty list where all is as expected."""
    wrong: list[str] = []
    for key, examine in _EXAMINERS.items():
        if key in expected:
            wrong += examine(story, case_id, expected[key], bool(expected.get("at_least")))
    return wrong


def _head(story: Any, case_id: str) -> Any:
    with story.engine.database.reading() as connection:
        return connection.execute(
            select(ProcessInstance.case_state, ProcessInstance.ended_at, ProcessInstance.state)
            .where(ProcessInstance.id == case_id)).one()


def _state(story: Any, case_id: str, expected: str, at_least: bool) -> list[str]:  # noqa: ARG001
    actual = _head(story, case_id).case_state
    return [] if actual == expected else [f"the state is {actual!r}, expected {expected!r}"]


def _ended(story: Any, case_id: str, expected: bool, at_least: bool) -> list[str]:  # noqa: ARG001
    row = _head(story, case_id)
    return [] if (row.ended_at is not None) == expected else [f"the case is {row.state}"]


def _tasks(story: Any, case_id: str, expected: list[dict[str, Any]], at_least: bool) -> list[str]:
    with story.engine.database.reading() as connection:
        rows = connection.execute(
            select(UserTask.element_id, UserTask.process_key, UserTask.role, UserTask.due_at, UserTask.escalation_level,
                   Person.login).outerjoin(Person, Person.id == UserTask.assignee_id)
            .where(UserTask.root_id == case_id).order_by(UserTask.created_at, UserTask.id)).all()
    left, wrong = list(rows), []
    for want in expected:
        fitting = [row for row in left if not _task_differs(story, want, row)]
        if fitting:
            left.remove(fitting[0])
            continue
        near = [row for row in left if row.element_id == want["element"].rpartition("/")[2]]
        why = _task_differs(story, want, near[0]) if near else f"open are {[row.element_id for row in rows]}"
        wrong.append(f"no task {dict(want)}: {why}")
    if left and not at_least and not wrong:
        wrong.append(f"open besides: {[row.element_id for row in left]}")
    return wrong


def _task_differs(story: Any, want: dict[str, Any], row: Any) -> str:
    process, _, element = want["element"].rpartition("/")
    if element != row.element_id or process not in ("", row.process_key):
        return f"it is {row.process_key}/{row.element_id}"
    if "role" in want and want["role"] != row.role:
        return f"its role is {row.role!r}"
    if "assignee" in want and want["assignee"] != row.login:
        return f"its assignee is {row.login!r}"
    if "level" in want and want["level"] != row.escalation_level:
        return f"its level is {row.escalation_level}"
    due = want.get("due")
    if "due" in want and row.due_at != (moment(due, story.engine.settings.zone) if due else None):
        return f"it is due {row.due_at.isoformat() if row.due_at else 'never'}"
    return ""


def _variables(story: Any, case_id: str, expected: dict[str, Any], at_least: bool) -> list[str]:  # noqa: ARG001
    variables = story.variables(case_id)
    wrong = []
    for path, raw in expected.items():
        actual, want = at_path(variables, path), value_of(story.engine, raw, variables)
        if want != actual and not same(want, actual, story.engine.settings.zone):
            wrong.append(f"{path} is {actual!r}, expected {want!r}")
    return wrong


def _escalations(story: Any, case_id: str, expected: list[dict[str, Any]], at_least: bool) -> list[str]:
    with story.engine.database.reading() as connection:
        rows = connection.execute(
            select(HistoryEntry.element_id, HistoryEntry.detail, HistoryEntry.at)
            .where(HistoryEntry.root_id == case_id, HistoryEntry.verb == "escalated")
            .order_by(HistoryEntry.at, HistoryEntry.id)).all()
    left, wrong = list(rows), []
    for want in expected:
        fitting = [row for row in left if _escalation_fits(story, want, row)]
        if fitting:
            left.remove(fitting[0])
        else:
            wrong.append(f"no escalation {dict(want)}; there were "
                         f"{[(r.element_id, r.detail['level'], r.detail['role'], r.at.isoformat()) for r in rows]}")
    if left and not at_least and not wrong:
        wrong.append(f"escalated besides: {[(row.element_id, row.detail['level']) for row in left]}")
    return wrong


def _escalation_fits(story: Any, want: dict[str, Any], row: Any) -> bool:
    return (want["element"] == row.element_id and want.get("level", row.detail["level"]) == row.detail["level"]
            and want.get("role", row.detail["role"]) == row.detail["role"]
            and ("at" not in want or moment(want["at"], story.engine.settings.zone) == row.at))


def _messages(story: Any, case_id: str, expected: list[dict[str, Any]], at_least: bool) -> list[str]:  # noqa: ARG001
    """Messages since the last time they were looked at: all those named must be among them, none for an empty list."""
    sent, story.sent = story.sent, []
    outside = [one for one in sent if one["connector"] != "register"]
    if not expected:
        return [f"sent: {[(one['connector'], one['to']) for one in outside]}"] if outside else []
    want = [f"{one['connector']}:{one.get('to', '')}" for one in expected]
    have = []
    for one in outside:
        to = one["to"] if isinstance(one["to"], list) else [one["to"]]
        have += [f"{one['connector']}:{target}" for target in to] + [f"{one['connector']}:"]
    missing, _ = multiset_difference(want, have)
    wrong = [f"not sent: {missing}; sent were {sorted(set(have))}"] if missing else []
    for one in expected:
        if "text" in one and not any(one["text"] in (sent_one["text"] or "") for sent_one in outside):
            wrong.append(f"no message says {one['text']!r}")
    return wrong


def _incidents(story: Any, case_id: str, expected: list[dict[str, Any]], at_least: bool) -> list[str]:
    rows = story.incidents(case_id)
    want = [f"{one.get('element', '')}:{one.get('code', '')}" for one in expected]
    have = [f"{row.element_id if any('element' in one for one in expected) else ''}:"
            f"{row.code if any('code' in one for one in expected) else ''}" for row in rows]
    missing, besides = multiset_difference(want, have)
    if missing or (besides and not at_least):
        return [f"incidents are {[(row.element_id, row.code, row.params) for row in rows]}"]
    return []


def _records(story: Any, case_id: str, expected: dict[str, Any], at_least: bool) -> list[str]:  # noqa: ARG001
    """Register -> records that must be there: each with at least the values named, by path."""
    variables, zone, wrong = story.variables(case_id), story.engine.settings.zone, []
    with story.engine.database.reading() as connection:
        for register, rows in expected.items():
            found = [row.as_value() for row in story.engine.registers.store(connection, register)
                     .find(connection, limit=MOST)]
            for row in rows:
                wanted = value_of(story.engine, row, variables)
                if not any(all(want == at_path(one, path) or same(want, at_path(one, path), zone)
                               for path, want in wanted.items()) for one in found):
                    seen = [{path: at_path(one, path) for path in wanted} for one in found[:10]]
                    wrong.append(f"no record {dict(row)} in {register}; there are {seen}")
    return wrong


_EXAMINERS: dict[str, Callable[[Any, str, Any, bool], list[str]]] = {
    "state": _state, "ended": _ended, "tasks": _tasks, "variables": _variables, "escalations": _escalations,
    "messages": _messages, "incidents": _incidents, "records": _records}
