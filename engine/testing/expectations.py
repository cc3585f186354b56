"""What a story expects of its case: open tasks, state, variables, escalations, messages, incidents, its end."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import select

from engine.cards import Bilingual
from engine.models.history import HistoryEntry
from engine.models.identity import Person
from engine.models.runtime import ProcessInstance, UserTask
from engine.registers import MOST
from engine.testing.matching import at_path, multiset_difference, same
from engine.testing.world import moment, value_of


def check(story: Any, case_id: str, expected: Mapping[str, Any]) -> list[Bilingual]:
    """The differences, each a sentence; an empty list where all is as expected."""
    wrong: list[Bilingual] = []
    for key, examine in _EXAMINERS.items():
        if key in expected:
            wrong += examine(story, case_id, expected[key], bool(expected.get("at_least")))
    return wrong


def _head(story: Any, case_id: str) -> Any:
    with story.engine.database.reading() as connection:
        return connection.execute(
            select(ProcessInstance.case_state, ProcessInstance.ended_at, ProcessInstance.state)
            .where(ProcessInstance.id == case_id)).one()


def _state(story: Any, case_id: str, expected: str, at_least: bool) -> list[Bilingual]:  # noqa: ARG001
    actual = _head(story, case_id).case_state
    return [] if actual == expected else [Bilingual(f"状态是 {actual!r}，应为 {expected!r}",
                                                    f"the state is {actual!r}, expected {expected!r}")]


def _ended(story: Any, case_id: str, expected: bool, at_least: bool) -> list[Bilingual]:  # noqa: ARG001
    row = _head(story, case_id)
    return [] if (row.ended_at is not None) == expected else [Bilingual(f"案件状态是 {row.state}",
                                                                       f"the case is {row.state}")]


def _tasks(story: Any, case_id: str, expected: list[dict[str, Any]], at_least: bool) -> list[Bilingual]:
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
        names = [row.element_id for row in rows]
        why = (_task_differs(story, want, near[0]) if near else None) or Bilingual(f"现有待办 {names}",
                                                                                  f"open are {names}")
        wrong.append(Bilingual(f"没有待办 {dict(want)}：{why.zh}", f"no task {dict(want)}: {why.en}"))
    if left and not at_least and not wrong:
        names = [row.element_id for row in left]
        wrong.append(Bilingual(f"另有待办 {names}", f"open besides: {names}"))
    return wrong


def _task_differs(story: Any, want: dict[str, Any], row: Any) -> Bilingual | None:
    process, _, element = want["element"].rpartition("/")
    if element != row.element_id or process not in ("", row.process_key):
        return Bilingual(f"它是 {row.process_key}/{row.element_id}", f"it is {row.process_key}/{row.element_id}")
    if "role" in want and want["role"] != row.role:
        return Bilingual(f"它的岗位是 {row.role!r}", f"its role is {row.role!r}")
    if "assignee" in want and want["assignee"] != row.login:
        return Bilingual(f"它的办理人是 {row.login!r}", f"its assignee is {row.login!r}")
    if "level" in want and want["level"] != row.escalation_level:
        return Bilingual(f"它的升级级别是 {row.escalation_level}", f"its level is {row.escalation_level}")
    due = want.get("due")
    if "due" in want and row.due_at != (moment(due, story.engine.settings.zone) if due else None):
        at = row.due_at.isoformat() if row.due_at else None
        return Bilingual(f"它的期限是 {at or '无'}", f"it is due {at or 'never'}")
    return None


def _variables(story: Any, case_id: str, expected: dict[str, Any], at_least: bool) -> list[Bilingual]:  # noqa: ARG001
    variables = story.variables(case_id)
    wrong = []
    for path, raw in expected.items():
        actual, want = at_path(variables, path), value_of(story.engine, raw, variables)
        if want != actual and not same(want, actual, story.engine.settings.zone):
            wrong.append(Bilingual(f"{path} 是 {actual!r}，应为 {want!r}", f"{path} is {actual!r}, expected {want!r}"))
    return wrong


def _escalations(story: Any, case_id: str, expected: list[dict[str, Any]], at_least: bool) -> list[Bilingual]:
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
            were = [(r.element_id, r.detail["level"], r.detail["role"], r.at.isoformat()) for r in rows]
            wrong.append(Bilingual(f"没有升级 {dict(want)}；有 {were}",
                                   f"no escalation {dict(want)}; there were {were}"))
    if left and not at_least and not wrong:
        more = [(row.element_id, row.detail["level"]) for row in left]
        wrong.append(Bilingual(f"另有升级 {more}", f"escalated besides: {more}"))
    return wrong


def _escalation_fits(story: Any, want: dict[str, Any], row: Any) -> bool:
    return (want["element"] == row.element_id and want.get("level", row.detail["level"]) == row.detail["level"]
            and want.get("role", row.detail["role"]) == row.detail["role"]
            and ("at" not in want or moment(want["at"], story.engine.settings.zone) == row.at))


def _messages(story: Any, case_id: str, expected: list[dict[str, Any]], at_least: bool) -> list[Bilingual]:  # noqa: ARG001
    """Messages since the last time they were looked at: all those named must be among them, none for an empty list."""
    sent, story.sent = story.sent, []
    outside = [one for one in sent if one["connector"] != "register"]
    if not expected:
        were = [(one["connector"], one["to"]) for one in outside]
        return [Bilingual(f"发出了 {were}", f"sent: {were}")] if outside else []
    want = [f"{one['connector']}:{one.get('to', '')}" for one in expected]
    have = []
    for one in outside:
        to = one["to"] if isinstance(one["to"], list) else [one["to"]]
        have += [f"{one['connector']}:{target}" for target in to] + [f"{one['connector']}:"]
    missing, _ = multiset_difference(want, have)
    were = sorted(set(have))
    wrong = [Bilingual(f"没有发出 {missing}；发出的有 {were}",
                       f"not sent: {missing}; sent were {were}")] if missing else []
    for one in expected:
        if "text" in one and not any(one["text"] in (sent_one["text"] or "") for sent_one in outside):
            wrong.append(Bilingual(f"没有消息写着 {one['text']!r}", f"no message says {one['text']!r}"))
    return wrong


def _incidents(story: Any, case_id: str, expected: list[dict[str, Any]], at_least: bool) -> list[Bilingual]:
    rows = story.incidents(case_id)
    want = [f"{one.get('element', '')}:{one.get('code', '')}" for one in expected]
    have = [f"{row.element_id if any('element' in one for one in expected) else ''}:"
            f"{row.code if any('code' in one for one in expected) else ''}" for row in rows]
    missing, besides = multiset_difference(want, have)
    if missing or (besides and not at_least):
        were = [(row.element_id, row.code, row.params) for row in rows]
        return [Bilingual(f"异常有 {were}", f"incidents are {were}")]
    return []


def _records(story: Any, case_id: str, expected: dict[str, Any], at_least: bool) -> list[Bilingual]:  # noqa: ARG001
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
                    wrong.append(Bilingual(f"{register} 中没有记录 {dict(row)}；有 {seen}",
                                           f"no record {dict(row)} in {register}; there are {seen}"))
    return wrong


_EXAMINERS: dict[str, Callable[[Any, str, Any, bool], list[str]]] = {
    "state": _state, "ended": _ended, "tasks": _tasks, "variables": _variables, "escalations": _escalations,
    "messages": _messages, "incidents": _incidents, "records": _records}
