"""Random people, random operations: what one act is, and what must hold after it."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

import orjson
from sqlalchemy import select

from engine import Actor
from engine.authorization import candidate_ways
from engine.deadlines import NEVER
from engine.models.history import HistoryEntry
from engine.models.runtime import EventSubscription, Job, ProcessInstance, TaskCandidate, UserTask
from engine.models.working import TaskSigner
from engine.values import loads
from tests.engine.house import House
from tests.engine.test_invariants import keep_the_rules

PEOPLE = ("li.na", "wang.fang", "chen.yu", "zhou.min", "liu.jun", "root", "xu.shen", "he.wai")
LIKELY = ("li.na", "wang.fang", "zhou.min")
VALUES: dict[str, dict[str, Any]] = {
    "write": {"customer": "恒泰"}, "judge": {"decision": "return"}, "note_down": {"how": "fine", "text": "x"}}
ON_TASKS = ("claim", "release", "complete", "transfer", "delegate", "hand_back", "take_back_delegation", "reassign",
            "take_over", "add_signers", "remove_signer", "sign", "return_to", "extend", "pause_clock", "resume_clock",
            "escalate", "snooze", "urge", "send_copy", "save_draft", "comment")
ON_CASES = ("pull_back", "suspend", "resume", "jump", "cancel", "terminate")
ELSE = ("wait", "work", "start", "substitute", "end_substitution", "hand_over", "rule")
OFTEN = ("claim", "complete", "complete", "complete", "return_to", "pull_back", "work", "sign", "resume", "wait")


SUPERVISING = ("reassign", "take_over", "extend", "pause_clock", "resume_clock", "suspend", "jump", "rule", "hand_over",
               "terminate", "resume")
HOLDERS = ("return_to", "delegate", "transfer", "release", "hand_back", "take_back_delegation", "snooze")
"""What only whoever has a task does; while nobody has it, it is claimed first."""


def chosen(house: House, seed: int) -> tuple[str, str, int]:
    """(verb, login, number) of the next act: mostly by somebody who may, on a task that is there."""
    dice = random.Random(seed)
    verb = dice.choice((*OFTEN, *OFTEN, *OFTEN, *ON_TASKS, *ON_CASES[:4], *ELSE))
    if dice.random() < 0.01:
        verb = dice.choice(ON_CASES[4:])
    number = dice.randrange(1000)
    rows = house.tasks()
    if dice.random() < 0.25 or not rows:
        return verb, dice.choice(PEOPLE), number
    if verb in SUPERVISING:
        return verb, dice.choice(("zhou.min", "root")), number
    logins = {house(login).person_id: login for login in PEOPLE}
    row = rows[number % len(rows)]
    signers = [one.person_id for one in house.rows(select(TaskSigner.person_id).where(
        TaskSigner.task_id == row.id, TaskSigner.state == "open"))]
    if verb == "sign" and signers:
        return verb, logins[dice.choice(signers)], number
    if verb == "sign" or (verb in HOLDERS and row.assignee_id is None):
        verb = "claim" if row.assignee_id is None else "complete"
    if verb in ("hand_back", "take_back_delegation") and row.owner_id is None:
        verb = "delegate"
    if verb == "pull_back":
        last = house.rows(select(HistoryEntry.by).where(HistoryEntry.verb == "completed")
                          .order_by(HistoryEntry.id.desc()).limit(1))
        return verb, logins.get(last[0].by if last else "", "li.na"), number
    if verb == "take_back_delegation" and row.owner_id:
        return verb, logins[row.owner_id], number
    if row.assignee_id is not None:
        return verb, logins[row.assignee_id], number
    return verb, "zhou.min" if row.role == "supervisor" else dice.choice(LIKELY[:2]), number


class Stranger(Exception):
    """Nothing is there to do this to."""


class Random:
    """The acts; ``number`` chooses among what there is, so that a story can be made smaller."""

    def __init__(self, house: House):
        self.house, self.tasks, self.instances = house, house.engine.tasks, house.engine.instances

    def do(self, verb: str, login: str, number: int) -> None:
        by = self.house(login)
        if verb in ON_TASKS:
            self._on_task(verb, by, number)
        elif verb in ON_CASES:
            self._on_case(verb, by, number)
        else:
            getattr(self, "_" + verb)(by, number)

    def _on_task(self, verb: str, by: Actor, number: int) -> None:
        rows = self.house.tasks()
        if not rows:
            raise Stranger
        row = rows[number % len(rows)]
        other = PEOPLE[number % len(PEOPLE)]
        now = self.house.clock.now()
        arguments: dict[str, tuple[Any, ...]] = {
            "complete": (VALUES.get(row.element_id),), "save_draft": (VALUES.get(row.element_id, {}),),
            "transfer": (other, "试"), "reassign": (other, "试"), "delegate": (other, "试"), "take_over": ("试",),
            "hand_back": ("试",), "extend": (now + timedelta(hours=1 + number % 5), "试"), "pause_clock": ("试",),
            "resume_clock": ("试",), "escalate": ("试",), "urge": ("试",), "send_copy": ([other], "试"),
            "add_signers": ([other, PEOPLE[(number + 1) % 3]], ("before", "after", "joint")[number % 3], "试"),
            "remove_signer": (other, "试"), "snooze": (now + timedelta(hours=2),),
            "sign": (("agree", "agree", "refuse")[number % 3], "试")}
        if verb == "return_to":
            self._return(row, by, number)
        elif verb == "comment":
            self.tasks.comment(row.root_id, "试", by, mentions=[other])
        else:
            getattr(self.tasks, verb)(row.id, *arguments.get(verb, ()), by)

    def _return(self, row: Any, by: Actor, number: int) -> None:
        found = self.tasks.return_targets(row.id, by)
        if not found:
            raise Stranger
        target = found[number % len(found)]
        before = {task.id: task.element_id for task in self.house.tasks(row.root_id)}
        straight = bool(number // 7 % 2)
        self.tasks.return_to(row.id, target.element_id, "试", by, straight=straight, instance_id=target.instance_id)
        after = {task.id for task in self.house.tasks(row.root_id)}
        gone = sorted(element for task, element in before.items() if task not in after and task != row.id)
        assert gone == ([] if straight else sorted(step.element_id for step in target.cancels)), "as the preview said"
        assert row.id not in after

    def _on_case(self, verb: str, by: Actor, number: int) -> None:
        cases = self.house.rows(select(ProcessInstance.id).where(ProcessInstance.parent_id.is_(None))
                                .order_by(ProcessInstance.id))
        case = cases[number % len(cases)].id
        if verb == "pull_back":
            may = self.tasks.may_pull_back(case, by)
            self.tasks.pull_back(case, by)
            assert may, "what may be pulled back is what can be"
        elif verb == "jump":
            targets = self.instances.jump_targets(case, by)
            step = targets.leave[number % len(targets.leave)]
            into = [one.element_id for one in targets.enter if one.instance_id == step.instance_id]
            self.instances.jump(case, [step.element_instance_id], [into[number % len(into)]], "试", by,
                                step.instance_id)
        else:
            getattr(self.instances, verb)(case, "试", by)

    def _wait(self, by: Actor, number: int) -> None:  # noqa: ARG002
        self.house.clock.move(timedelta(minutes=31 * (number % 9 + 1)))

    def _work(self, by: Actor, number: int) -> None:  # noqa: ARG002
        self.house.work()

    def _start(self, by: Actor, number: int) -> None:
        self.house.start("many_ways", by.login)

    def _substitute(self, by: Actor, number: int) -> None:
        now = self.house.clock.now()
        self.house.engine.identity.substitute(by.login, PEOPLE[number % len(PEOPLE)], now, now + timedelta(hours=5),
                                              None, "试", by)

    def _end_substitution(self, by: Actor, number: int) -> None:
        found = self.house.engine.identity.substitutions(by)
        if not found:
            raise Stranger
        self.house.engine.identity.end_substitution(found[number % len(found)].id, by)

    def _hand_over(self, by: Actor, number: int) -> None:
        self.house.engine.identity.hand_over(LIKELY[number % 3], PEOPLE[number % len(PEOPLE)], "试", by)

    def _rule(self, by: Actor, number: int) -> None:
        self.house.engine.rules.save("engine_tests", "distribution", "agent", {
            "distribute": ("claim", "round_robin", "least_loaded")[number % 3]}, by)


def snapshot(house: House) -> dict[str, tuple[Any, ...]]:
    """What the history must tell of when it changes."""
    return {row.id: (row.assignee_id, row.owner_id, row.due_at, row.escalation_level, row.signing,
                     row.paused_at is not None) for row in house.tasks()}


def history_tells(house: House, before: dict[str, tuple[Any, ...]], known: set[str]) -> None:
    """Every task that came, went or changed has an entry that is not yet ``known``, or its case one that moved all."""
    entries = [row for row in house.rows(select(HistoryEntry.id, HistoryEntry.task_id, HistoryEntry.root_id,
                                                HistoryEntry.verb)) if row.id not in known]
    named = {row.task_id for row in entries}
    moved = {row.root_id for row in entries}
    roots = {row.id: row.root_id for row in house.tasks()}
    for task, now in snapshot(house).items():
        if task in before and before[task] != now:
            assert task in named or roots[task] in {row.root_id for row in entries if row.verb == "resumed"}, \
                f"{before[task]} became {now}"
        elif task not in before:
            assert roots[task] in moved
    for task in before.keys() - roots.keys():
        assert task in named, "a task that went is named"


def entries(house: House) -> set[str]:
    return {row.id for row in house.rows(select(HistoryEntry.id))}


def one_owner(house: House) -> None:
    """An open task has exactly one of: an assignee, an offer, signers; its copies are in step with it."""
    offers: dict[str, list[Any]] = {}
    for row in house.rows(select(TaskCandidate.__table__)):
        offers.setdefault(row.task_id, []).append(row)
    signers: dict[str, list[Any]] = {}
    for row in house.rows(select(TaskSigner.__table__).where(TaskSigner.closed.is_(False))):
        signers.setdefault(row.task_id, []).append(row)
    live = {row.id for row in house.rows(select(UserTask.id))}
    assert offers.keys() <= live and signers.keys() <= live, "no orphans"
    clocks = {row.task_id: row for row in house.rows(select(Job.__table__).where(Job.kind == "deadline"))}
    assert house.count(Job, Job.kind == "deadline") == len(clocks), "one clock a task"
    for task in house.tasks():
        mine = offers.get(task.id, [])
        open_ones = [one for one in signers.get(task.id, []) if one.state == "open"]
        assert {one.unclaimed for one in mine} <= {task.assignee_id is None and task.signing != "joint"}
        assert all((one.due_sort, one.root_id) == (task.due_sort, task.root_id) for one in mine)
        assert all(one.due_sort == task.due_sort for one in signers.get(task.id, []))
        if task.signing == "joint":
            assert task.assignee_id is None and open_ones
        else:
            assert task.assignee_id is not None or any(one.unclaimed for one in mine), "somebody can go on"
        if task.signing in ("before",) or task.submitted is not None:
            assert open_ones, "whom it waits for is asked"
        assert task.owner_id is None or task.owner_id != task.assignee_id
        stopped = task.paused_at is not None or task.due_at is None
        assert not (stopped and task.id in clocks) and task.due_sort == (NEVER if stopped else task.due_at)


def nothing_is_stuck(house: House) -> None:
    """A case that goes on waits for something; one that has ended holds nothing; who rests is waited for."""
    rows = house.rows(select(ProcessInstance.__table__))
    live = {row.root_id for row in rows if row.id == row.root_id and row.ended_at is None}
    waited = {row.root_id for model in (UserTask, Job, EventSubscription)
              for row in house.rows(select(model.root_id).where(model.root_id.is_not(None)))}
    assert live <= waited, "something is to come"
    open_rows = {row.root_id for model in (UserTask, EventSubscription) for row in house.rows(select(model.root_id))}
    assert open_rows <= live, "nothing is open after the end"
    away, back = set(), set()
    for row in rows:
        if row.ended_at is None:
            for token in loads(orjson.loads(row.run_state)[0])["t"]:
                notes = token[8] if len(token) > 8 and token[8] else {}
                away |= {(row.id, token[0])} if "away" in notes else set()
                back |= {tuple(notes["back"])} if "back" in notes else set()
    assert away <= back, "who rests is brought back by somebody"


def counts_are_exact(house: House, login: str) -> None:
    """The inbox tells at once what is there."""
    by = house(login)
    with house.engine.database.reading() as connection:
        ways = candidate_ways(by, house.engine.live.at(connection))
    found = {row.task_id for row in house.rows(select(TaskCandidate.__table__).where(TaskCandidate.unclaimed))
             if any((row.role, row.unit_id) == (role, unit) and (processes is None or row.process_key in processes)
                    for role, unit, processes in ways)}
    assert house.engine.boards.counts(by)["unclaimed"] == len(found)


def all_holds(house: House, login: str) -> None:
    keep_the_rules(house)
    one_owner(house)
    nothing_is_stuck(house)
    counts_are_exact(house, login)

