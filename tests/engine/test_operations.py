"""The table of operations against the engine: for every verb, who may and who may not, in which states, and what else.

Each test is made from a row of :data:`engine.operations.OPERATIONS`. The tasks are prepared once, a database for each
state, and copied for each test; what people are to them is written down here, apart from the engine.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from engine import SYSTEM, Bilingual, MovableClock, NotFound, NotPermitted, ProcessEngine, Settings
from engine.errors import PersonLeft, ReasonNeeded
from engine.family import CasePaused
from engine.models.history import HistoryEntry
from engine.models.identity import Notice
from engine.operations import OPERATION, OPERATIONS, STATES, Operation
from engine.standing import NotNow, SwitchedOff
from engine.tasks import AlreadyDone, AlreadyTaken
from tests.engine.house import House, content
from tests.engine.test_statement_budget import STATEMENTS, Meter

NOW = datetime(2026, 4, 7, 1, 0, tzinfo=UTC)
ARRANGED: dict[str, tuple[str, ...]] = {
    "held": ("held",), "offered": ("offered",), "lent": ("lent",), "joint": ("joint",), "before": ("held", "before"),
    "arranged": ("held", "arranged"), "submitted": ("held", "submitted")}
"""The databases, and the states of their task."""
ALWAYS = {
    "li.na": {"decider", "candidate", "reader"}, "ma.hong": {"candidate", "reader"}, "he.wai": {"starter", "reader"},
    "zhou.min": {"supervisor", "reader"}, "root": {"administrator", "reader"}, "xu.shen": {"auditor"},
    "chen.yu": set()}
"""What people are to the task in every state; who completed the step before, a colleague, who started the case …"""
MORE = {
    "offered": {"wang.fang": {"candidate", "reader"}},
    "held": {"wang.fang": {"assignee", "candidate", "reader"}},
    "lent": {"wang.fang": {"owner", "candidate", "reader"}, "sun.li": {"assignee", "borrower", "reader"}},
    "joint": {"wang.fang": {"asker", "candidate", "reader"}, "gao.lei": {"signer", "supervisor", "reader"}},
    "before": {"wang.fang": {"assignee", "asker", "candidate", "reader"},
               "gao.lei": {"signer", "supervisor", "reader"}},
    "arranged": {"wang.fang": {"assignee", "asker", "candidate", "reader"}, "gao.lei": {"supervisor", "reader"}},
    "submitted": {"wang.fang": {"assignee", "asker", "candidate", "reader"},
                  "gao.lei": {"signer", "supervisor", "reader"}},
}
WHY = "有原因"
Act = Callable[["World", Any, str], Any]
CALLS: dict[str, Act] = {
    "claim": lambda w, by, _: w.act.claim(w.one, by),
    "release": lambda w, by, _: w.act.release(w.one, by),
    "save_draft": lambda w, by, _: w.act.save_draft(w.one, {"decision": "approve"}, by),
    "complete": lambda w, by, _: w.act.complete(w.one, {"decision": "approve"}, by),
    "transfer": lambda w, by, why: w.act.transfer(w.one, w.receiver, why, by),
    "delegate": lambda w, by, why: w.act.delegate(w.one, w.receiver, why, by),
    "hand_back": lambda w, by, why: w.act.hand_back(w.one, why, by),
    "take_back_delegation": lambda w, by, _: w.act.take_back_delegation(w.one, by),
    "reassign": lambda w, by, why: w.act.reassign(w.one, w.receiver, why, by),
    "take_over": lambda w, by, why: w.act.take_over(w.one, why, by),
    "add_signers": lambda w, by, why: w.act.add_signers(w.one, [w.receiver], w.position, why, by),
    "remove_signer": lambda w, by, why: w.act.remove_signer(w.one, "gao.lei", why, by),
    "sign": lambda w, by, _: w.act.sign(w.one, "agree", "同意", by),
    "send_copy": lambda w, by, _: w.act.send_copy(w.one, [w.receiver], "", by),
    "urge": lambda w, by, _: w.act.urge(w.one, "", by),
    "snooze": lambda w, by, _: w.act.snooze(w.one, NOW + timedelta(hours=5), by),
    "seen": lambda w, by, _: w.act.seen(w.one, by),
    "return_to": lambda w, by, why: w.act.return_to(w.one, "write", why, by),
    "extend": lambda w, by, why: w.act.extend(w.one, NOW + timedelta(days=2), why, by),
    "pause_clock": lambda w, by, why: w.act.pause_clock(w.one, why, by),
    "escalate": lambda w, by, why: w.act.escalate(w.one, why, by),
    "comment": lambda w, by, _: w.act.comment(w.case, "看一下", by, mentions=[w.receiver]),
}
"""The verbs on an open task and its case that are done by one call. The others are told in stories of their own, for
each wants something done before: a copy to read, a reminder to take back, a completion to pull back."""
STORIES = {
    "mark_read", "take_back_urge", "pull_back", "resume_clock", "answered", "cancel", "terminate", "suspend", "resume",
    "jump", "substitute", "end_substitution", "hand_over"}
ROWS = [row for row in OPERATIONS if row.verb in CALLS]
DONE_ALREADY = (AlreadyTaken, NotNow)


class World(House):
    """A copy of a prepared database: the task, its case, and somebody to whom things are given."""

    receiver, state, case, one = "tang.li", "held", "", ""

    @property
    def act(self) -> Any:
        """The verbs on tasks."""
        return self.engine.tasks

    @property
    def position(self) -> str:
        """The position in which a further signer may be added."""
        return {"arranged": "after", "submitted": "after", "joint": "joint"}.get(self.state, "before")

    def standings(self, login: str) -> set[str]:
        return MORE[self.state].get(login) or ALWAYS.get(login, set())

    def people(self) -> list[str]:
        return sorted({*ALWAYS, *MORE[self.state]})

    def one_who_may(self, row: Operation) -> str | None:
        """Somebody with one of the row's standings, best the one the verb is meant for."""
        return next((login for standing in row.who for login in sorted(self.people(), key="he.wai".__ne__)
                     if standing in self.standings(login)), None)


def made(url: str, definitions: Any = None) -> World:
    world = object.__new__(World)
    world.clock = MovableClock(NOW)
    world.engine = ProcessEngine(Settings(database_url=url, secret_key="for tests only"), world.clock)
    if definitions is not None:
        world.engine.definitions = definitions
    return world


def arrange(world: World, state: str) -> None:
    """Bring the task into a state."""
    tasks, holder = world.engine.tasks, world("wang.fang")
    world.case = world.start("worked", "he.wai", unit="north_desk")
    world.complete(world.case, "write", "li.na", {"customer": "恒泰"})
    task = world.task(world.case, "check")
    if state != "offered":
        tasks.claim(task, holder)
    if state == "lent":
        tasks.delegate(task, "sun.li", "", holder)
    position = {"joint": "joint", "before": "before", "arranged": "after", "submitted": "after"}.get(state)
    if position:
        tasks.add_signers(task, ["gao.lei"], position, WHY, holder)
    if state == "submitted":
        tasks.complete(task, {"decision": "approve"}, holder)


@pytest.fixture(scope="module")
def prepared(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """A database for each state, one where all is switched off, and what was compiled."""
    folder, found, definitions = tmp_path_factory.mktemp("prepared"), {}, None
    for state in (*ARRANGED, "off"):
        path = folder / f"{state}.db"
        shutil.copy(sqlite_template, path)
        world = made(f"sqlite:///{path}", definitions)
        House.__init__(world, world.engine, world.clock)
        for login, unit, roles in (("ma.hong", "north_desk", ["agent"]), ("sun.li", "south", []),
                                   ("tang.li", "south", [])):
            world.engine.identity.create_person(login, Bilingual(login, login), SYSTEM, unit=unit,
                                                roles=[(role, unit) for role in roles])
        files = content("worked")
        if state == "off":
            switches = ", ".join("-" + row.verb for row in OPERATIONS if row.switchable)
            files["t/worked.bpmn"] = files["t/worked.bpmn"].replace(
                b'<startEvent id="start"/>', b'<extensionElements><camunda:properties><camunda:property '
                b'name="bihuan:operations" value="' + switches.encode() + b'"/></camunda:properties>'
                b'</extensionElements><startEvent id="start"/>', 1)
        world.engine.deployments.deploy(files, SYSTEM)
        arrange(world, "held" if state == "off" else state)
        definitions = definitions or world.engine.definitions
        world.engine.close()
        found[state] = path
    yield found | {"definitions": definitions}


@pytest.fixture
def world_in(prepared: dict[str, Any], tmp_path: Path) -> Callable[[str], Any]:
    numbers = count()

    @contextmanager
    def copied(state: str) -> Iterator[World]:
        path = tmp_path / f"{next(numbers)}.db"
        shutil.copy(prepared[state], path)
        world = made(f"sqlite:///{path}", prepared["definitions"])
        world.state = "held" if state == "off" else state
        task, = world.tasks()
        world.case, world.one = task.root_id, task.id
        yield world
        world.engine.close()
        path.unlink()

    return copied


def id_of(row: Operation) -> str:
    return row.verb


def fitting(row: Operation) -> str:
    """A state in which the verb is for somebody."""
    for state, words in ARRANGED.items():
        holders = [login for login, what in {**ALWAYS, **MORE[state]}.items() if what & set(row.who)]
        signs = row.verb not in ("remove_signer", "sign") or state in ("joint", "before", "submitted")
        if (row.on != "task" or set(words) <= set(row.states)) and holders and signs:
            return state
    raise AssertionError(row.verb)


def test_every_verb_has_its_call_or_its_story() -> None:
    assert set(CALLS) | STORIES == set(OPERATION) and not set(CALLS) & STORIES


@pytest.mark.parametrize("row", ROWS, ids=id_of)
def test_who_may_and_who_may_not(row: Operation, world_in: Any) -> None:
    """Whoever has one of the standings may, with the entry in the history and the notice; nobody else may."""
    state = fitting(row)
    with world_in(state) as world:
        before = world.count(HistoryEntry), world.count(Notice)
        for login in world.people():
            if world.standings(login).isdisjoint(row.who) and (row.verb, login) != ("seen", "xu.shen"):
                with pytest.raises((NotPermitted, NotFound)):
                    CALLS[row.verb](world, world(login), WHY)
        assert (world.count(HistoryEntry), world.count(Notice)) == before, "nothing half-done"
        may = [login for login in world.people() if not world.standings(login).isdisjoint(row.who)]
    assert may
    for login in may:
        with world_in(state) as world:
            before = world.count(HistoryEntry), world.count(Notice)
            with suppress(AlreadyTaken):  # a candidate of what somebody else has claimed
                if row.verb == "urge" and "assignee" in world.standings(login):
                    continue  # nobody reminds oneself
                CALLS[row.verb](world, world(login), WHY)
                assert world.count(HistoryEntry) > before[0] or not row.history
                entry = world.rows(select(HistoryEntry.__table__).order_by(HistoryEntry.id.desc()))
                assert not row.history or (row.history, world(login).person_id) in [(one.verb, one.by) for one in entry]
                if row.reason:
                    assert WHY in [one.reason for one in entry if one.verb == row.history]
                if row.told and row.verb not in ("complete", "sign", "urge", "return_to") and login != "gao.lei":
                    assert world.count(Notice) > before[1]


@pytest.mark.parametrize("row", [row for row in ROWS if row.on == "task"], ids=id_of)
def test_in_which_states(row: Operation, world_in: Any) -> None:
    """The state decides, for somebody who may: done, or a sentence that says what it waits for."""
    for state, words in ARRANGED.items():
        with world_in(state) as world:
            login = world.one_who_may(row)
            if login is None or (row.verb == "urge" and state in ("held", "lent", "arranged") and login == "wang.fang"):
                continue
            if row.verb in ("remove_signer", "sign") and state not in ("joint", "before", "submitted"):
                continue
            tolerated = set(words) <= set(row.states)
            if tolerated:
                with suppress(AlreadyTaken):
                    CALLS[row.verb](world, world(login), WHY)
            else:
                with pytest.raises(DONE_ALREADY) as refused:
                    CALLS[row.verb](world, world(login), WHY)
                assert refused.value.sentence("zh") and refused.value.sentence("en") and "{" not in str(refused.value)


@pytest.mark.parametrize("row", [row for row in ROWS if row.reason], ids=id_of)
def test_a_reason_where_others_are_concerned(row: Operation, world_in: Any) -> None:
    with world_in(fitting(row)) as world:
        before = world.count(HistoryEntry)
        for nothing in ("", "  \n"):
            with pytest.raises(ReasonNeeded) as asked:
                CALLS[row.verb](world, world(world.one_who_may(row)), nothing)
            assert asked.value.fields[0].path == "reason"
        assert world.count(HistoryEntry) == before, "nothing half-done"


@pytest.mark.parametrize("row", ROWS, ids=id_of)
def test_while_the_case_is_suspended(row: Operation, world_in: Any) -> None:
    with world_in(fitting(row)) as world:
        world.engine.instances.suspend(world.case, WHY, SYSTEM)
        act = lambda: CALLS[row.verb](world, world(world.one_who_may(row)), WHY)  # noqa: E731
        if row.suspended:
            act()
        else:
            with pytest.raises(CasePaused):
                act()


@pytest.mark.parametrize("row", [row for row in ROWS if row.verb not in ("save_draft", "comment", "send_copy")],
                         ids=id_of)
def test_on_a_task_that_is_gone(row: Operation, world_in: Any) -> None:
    with world_in(fitting(row)) as world:
        login = world.one_who_may(row)
        here, = world.tasks()
        world.engine.instances.move(world.case, [here.element_instance_id], ["file"], WHY, SYSTEM)
        with pytest.raises(AlreadyDone) as gone:
            CALLS[row.verb](world, world(login), WHY)
        assert gone.value.http_status == 409


@pytest.mark.parametrize("row", ROWS, ids=id_of)
def test_by_a_substitute(row: Operation, world_in: Any) -> None:
    """Who stands in may what the table allows, and the history names both."""
    if "administrator" in row.who and len(row.who) == 1:
        return
    with world_in(fitting(row)) as world:
        absent = next(login for standing in row.who for login in world.people() if standing in world.standings(login))
        world.engine.identity.substitute(absent, world.receiver, NOW, NOW + timedelta(days=1), None, "休假", SYSTEM)
        world.receiver, by = "chen.yu", world("tang.li")
        if row.verb == "urge" and "assignee" in world.standings(absent):
            return
        CALLS[row.verb](world, by, WHY)
        entry = world.rows(select(HistoryEntry.__table__).where(HistoryEntry.verb == row.history)
                           .order_by(HistoryEntry.id.desc()))
        if row.history and "reader" not in row.who:
            assert (entry[0].by, entry[0].on_behalf_of) == (by.person_id, world(absent).person_id)


@pytest.mark.parametrize("row", ROWS, ids=id_of)
def test_by_somebody_who_has_left_with_an_old_sign_in(row: Operation, world_in: Any) -> None:
    with world_in(fitting(row)) as world:
        by = world(world.one_who_may(row))
        world.engine.identity.leave(by.login, SYSTEM)
        with pytest.raises((NotPermitted, NotFound)):
            CALLS[row.verb](world, by, WHY)


@pytest.mark.parametrize("verb", ["transfer", "delegate", "reassign", "add_signers", "send_copy", "comment"])
def test_nothing_is_given_to_somebody_who_has_left(verb: str, world_in: Any) -> None:
    with world_in(fitting(OPERATION[verb])) as world:
        world.engine.identity.leave(world.receiver, SYSTEM)
        with pytest.raises(PersonLeft) as left:
            CALLS[verb](world, world(world.one_who_may(OPERATION[verb])), WHY)
        assert left.value.fields[0].path in ("to", "people", "mentions")


@pytest.mark.parametrize("row", [row for row in ROWS if row.switchable], ids=id_of)
def test_where_the_process_switches_it_off(row: Operation, world_in: Any) -> None:
    with world_in("off") as world:
        login = world.one_who_may(row)
        if login is None:
            return
        with pytest.raises(SwitchedOff):
            CALLS[row.verb](world, world(login), WHY)
        assert row.verb not in {one.verb for one in world.act.allowed(world.one, world(login))}


@pytest.mark.parametrize("row", ROWS, ids=id_of)
def test_it_costs_at_most_twelve_statements_and_one_commit(row: Operation, world_in: Any) -> None:
    with world_in(fitting(row)) as world:
        by, meter = world(world.one_who_may(row)), Meter()
        meter.attach(world.engine.database.engine)
        with meter.measured() as cost:
            CALLS[row.verb](world, by, WHY)
        assert len(cost.statements) <= STATEMENTS, "\n".join(cost.statements)
        assert cost.commits == 1


@pytest.mark.parametrize("state", ["joint", "submitted"])
def test_the_vote_that_decides_costs_no_more(state: str, world_in: Any) -> None:
    with world_in(state) as world:
        by, meter = world("gao.lei"), Meter()
        meter.attach(world.engine.database.engine)
        with meter.measured() as cost:
            world.act.sign(world.one, "agree", "同意", by)
        assert world.open(world.case) == ["file"]
        assert len(cost.statements) <= STATEMENTS, "\n".join(cost.statements)


def test_every_state_is_prepared() -> None:
    assert set(STATES) == {word for words in ARRANGED.values() for word in words}
