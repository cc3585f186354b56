"""Working on tasks: claim, release, draft, complete, and what a person is told when another was faster."""

from __future__ import annotations

import threading
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select, update

from engine import Actor, Conflict, Invalid, NotFound, NotPermitted, ProcessEngine
from engine.models.history import ElementVisit, FormFilled, HistoryEntry
from engine.models.runtime import Job, OnceToken, ProcessInstance, TaskDraft, UserTask
from engine.tasks import AlreadyDone, AlreadyTaken
from engine.tasks.open_task import CasePaused
from tests.engine.house import House

NOTE = {"customer": "恒泰装饰", "phone": "13862156621", "amount": "12.50", "severity": "grave"}


@pytest.fixture
def noted(house: House) -> House:
    house.deploy("note", "timed", "named")
    return house


def test_a_task_goes_from_person_to_person_to_the_end(noted: House) -> None:
    case = noted.start("note")
    done = noted.complete(case, "write", values=NOTE)
    assert [step.element_id for step in done.next_tasks] == ["approve"]
    assert (done.ended, done.next_task_id) == (False, None)
    again = noted.complete(case, "approve", "zhou.min", {"decision": "return"})
    assert [step.element_id for step in again.next_tasks] == ["write"]
    assert noted.complete(case, "write", values={"customer": "恒泰"}).ended is False
    assert noted.complete(case, "approve", "zhou.min", {"decision": "approve"}).ended is True
    row = noted.row(case)
    assert (row.state, row.outcome, row.case_state, row.customer, row.severity) == (
        "completed", "completed", "judged", "恒泰", "grave")
    assert noted.open(case) == [] and noted.jobs() == []
    assert noted.variables(case)["note_form"]["amount"] == Decimal("12.50"), "what is not sent stays"
    assert noted.count(FormFilled, FormFilled.root_id == case) == 4
    assert noted.verbs(case) == ["started", "completed", "completed", "completed", "completed", "ended"]


def test_a_claimed_task_belongs_to_one_person(noted: House) -> None:
    case = noted.start("note")
    task = noted.task(case, "write")
    noted.engine.tasks.claim(task, noted("li.na"))
    noted.engine.tasks.claim(task, noted("li.na"))  # again: nothing happens
    noted.clock.move(timedelta(seconds=2))
    with pytest.raises(AlreadyTaken) as claim:
        noted.engine.tasks.claim(task, noted("wang.fang"))
    assert claim.value.http_status == 409
    assert claim.value.sentence("zh") == "李娜 2 秒前已认领这一步。"
    assert claim.value.sentence("en") == "Li Na claimed this step 2 s ago."
    with pytest.raises(AlreadyTaken):
        noted.engine.tasks.complete(task, NOTE, noted("wang.fang"))
    assert [row.assignee_id for row in noted.tasks(case)] == [noted("li.na").person_id]
    assert noted.verbs(case) == ["started", "claimed"]


def test_a_released_task_is_there_for_the_others(noted: House) -> None:
    case = noted.start("note")
    task = noted.task(case, "write")
    noted.engine.tasks.claim(task, noted("li.na"))
    with pytest.raises(NotPermitted):
        noted.engine.tasks.release(task, noted("wang.fang"))
    noted.engine.tasks.release(task, noted("li.na"))
    noted.engine.tasks.claim(task, noted("wang.fang"))
    assert noted.engine.boards.inbox(noted("wang.fang")).rows[0].id == task
    assert noted.verbs(case) == ["started", "claimed", "released", "claimed"]


@pytest.mark.parametrize("login", ["chen.yu", "zhou.min", "xu.shen", "he.wai"])
def test_who_is_no_candidate_can_neither_claim_nor_complete(noted: House, login: str) -> None:
    case = noted.start("note")
    task = noted.task(case, "write")
    with pytest.raises(NotPermitted) as refused:
        noted.engine.tasks.claim(task, noted(login))
    assert refused.value.http_status == 403
    assert refused.value.sentence("en") == "You are not permitted to do this: claim write a note."
    with pytest.raises(NotPermitted):
        noted.engine.tasks.complete(task, NOTE, noted(login))
    assert noted.open(case) == ["write"] and noted.verbs(case) == ["started"]


def test_who_comes_too_late_is_told_by_whom_and_keeps_what_was_typed(noted: House) -> None:
    case = noted.start("note")
    task = noted.task(case, "write")
    noted.complete(case, "write", "li.na", NOTE)
    noted.clock.move(timedelta(seconds=2))
    with pytest.raises(AlreadyDone) as late:
        noted.engine.tasks.complete(task, NOTE | {"customer": "另一个"}, noted("wang.fang"))
    assert late.value.http_status == 409
    assert late.value.sentence("zh") == "李娜 2 秒前已提交这一步。你填的内容已存为草稿。"
    assert late.value.sentence("en") == "Li Na submitted this step 2 s ago. What you entered is kept as a draft."
    kept = noted.rows(select(TaskDraft.person_id, TaskDraft.values))
    assert [(row.person_id, row.values["customer"]) for row in kept] == [(noted("wang.fang").person_id, "另一个")]
    assert noted.variables(case)["note_form"]["customer"] == NOTE["customer"]
    with pytest.raises(AlreadyDone):
        noted.engine.tasks.claim(task, noted("wang.fang"))


def test_a_task_that_nobody_completed_says_so_when_it_is_gone(noted: House) -> None:
    case = noted.start("note")
    task = noted.task(case, "write")
    noted.engine.instances.cancel(case, "客户撤回", noted("zhou.min"))
    noted.clock.move(timedelta(minutes=3))
    with pytest.raises(AlreadyDone) as gone:
        noted.engine.tasks.complete(task, NOTE, noted("li.na"))
    assert gone.value.sentence("zh").startswith("周敏 3 分钟前已结束这一步")
    assert gone.value.sentence("en").startswith("Zhou Min ended this step 3 min ago")
    assert noted.count(TaskDraft) == 1


def test_a_task_that_never_was_is_not_found(noted: House) -> None:
    for verb in (noted.engine.tasks.claim, noted.engine.tasks.release):
        with pytest.raises(NotFound):
            verb("0" * 26, noted("li.na"))
    with pytest.raises(NotFound):
        noted.engine.tasks.complete("0" * 26, NOTE, noted("li.na"))
    with pytest.raises(NotFound):
        noted.engine.tasks.save_draft("0" * 26, NOTE, noted("li.na"))


def test_a_draft_is_kept_and_goes_with_the_submission(noted: House) -> None:
    case = noted.start("note")
    task = noted.task(case, "write")
    noted.engine.tasks.claim(task, noted("li.na"))
    noted.engine.tasks.save_draft(task, {"customer": "恒"}, noted("li.na"))
    noted.engine.tasks.save_draft(task, {"customer": "恒泰", "amount": "no number"}, noted("li.na"))
    view = noted.engine.boards.task(task, noted("li.na"))
    assert view.draft_restored and view.row.has_draft
    assert noted.count(TaskDraft) == 1
    noted.complete(case, "write", values=NOTE)
    assert noted.count(TaskDraft) == 0


def test_drafts_are_for_those_who_may_see_the_task(noted: House) -> None:
    task = noted.task(noted.start("note"), "write")
    with pytest.raises(NotFound):
        noted.engine.tasks.save_draft(task, {"customer": "x"}, noted("he.wai"))
    assert noted.count(TaskDraft) == 0


def test_a_refused_form_changes_nothing(noted: House) -> None:
    case = noted.start("note")
    before = noted.row(case)
    with pytest.raises(Invalid) as refused:
        noted.complete(case, "write", values={"customer": "", "phone": "12", "amount": "twelve"})
    assert refused.value.http_status == 422
    assert {field.path for field in refused.value.fields} == {"customer", "phone", "amount"}
    assert all(field.zh and field.en for field in refused.value.fields)
    assert noted.row(case) == before and noted.verbs(case) == ["started"]
    assert noted.tasks(case)[0].assignee_id is None


def test_nothing_is_done_on_a_suspended_case(noted: House) -> None:
    case = noted.start("note")
    task = noted.task(case, "write")
    noted.engine.instances.suspend(case, "等资料", noted("zhou.min"))
    for act in (lambda: noted.engine.tasks.claim(task, noted("li.na")),
                lambda: noted.engine.tasks.complete(task, NOTE, noted("li.na"))):
        with pytest.raises(CasePaused):
            act()
    noted.engine.instances.resume(case, "资料齐", noted("zhou.min"))
    assert noted.complete(case, "write", values=NOTE).case_id == case
    assert noted.verbs(case) == ["started", "suspended", "resumed", "completed"]


def test_a_due_timer_beats_a_completion(noted: House) -> None:
    case = noted.start("timed")
    noted.clock.move(timedelta(hours=2))
    with pytest.raises(Conflict) as beaten:
        noted.complete(case, "wait")
    assert beaten.value.code == "timer_is_due"
    noted.work()
    assert noted.open(case) == [] and noted.visits(case, "cancelled") == ["wait"]


def test_a_timer_that_gave_up_holds_nobody_back(noted: House) -> None:
    case = noted.start("timed")
    with noted.engine.database.transaction() as connection:
        connection.execute(update(Job).where(Job.root_id == case).values(retries=0))
    noted.clock.move(timedelta(hours=2))
    assert noted.complete(case, "wait").ended is True


def test_a_visit_says_who_did_it_in_which_role_and_by_when(noted: House) -> None:
    noted.deploy("due")
    case = noted.start("due")
    noted.clock.move(timedelta(minutes=30))
    noted.complete(case, "by_duration")
    visit, = noted.rows(select(ElementVisit.__table__).where(ElementVisit.element_id == "by_duration"))
    assert (visit.by, visit.role) == (noted("li.na").person_id, "agent")
    assert (visit.seconds, visit.outcome) == (1800, "completed")
    assert visit.due_at - visit.entered_at == timedelta(hours=2)


def test_a_drawing_may_name_the_person(noted: House) -> None:
    case = noted.start("named", variables={"person": "wang.fang"})
    assert [row.assignee_id for row in noted.tasks(case)] == [noted("wang.fang").person_id]
    other = noted.start("named", variables={"person": "who.left"})
    assert [row.assignee_id for row in noted.tasks(other)] == [None], "without that person it waits for the role"
    noted.complete(other, "do", "li.na")


@pytest.mark.parametrize("number", [8])
def test_eight_threads_complete_one_task(noted: House, number: int) -> None:
    case = noted.start("note")
    task = noted.task(case, "write")
    people = [noted("li.na"), noted("wang.fang")]
    results: list[str] = []
    barrier = threading.Barrier(number)

    def complete(index: int) -> None:
        barrier.wait()
        try:
            noted.engine.tasks.complete(task, NOTE, people[index % 2])
            results.append("done")
        except Conflict as error:
            results.append(error.code)

    threads = [threading.Thread(target=complete, args=(index,)) for index in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert sorted(results) == ["already_done"] * 7 + ["done"]
    assert noted.open(case) == ["approve"]
    assert noted.visits(case).count("write") == 1
    assert noted.count(HistoryEntry, HistoryEntry.root_id == case, HistoryEntry.verb == "completed") == 1


def test_two_people_work_on_one_case_at_once(noted: House) -> None:
    """Both steps count, whoever is first: neither writes over what the other did."""
    noted.deploy("due")
    cases = [noted.start("due") for _ in range(4)]
    acts = [(noted.task(case, element), noted(login)) for case in cases
            for element, login in (("by_duration", "li.na"), ("by_date", "wang.fang"))]
    errors: list[BaseException] = []
    barrier = threading.Barrier(len(acts))

    def complete(task: str, by: Actor) -> None:
        barrier.wait()
        try:
            noted.engine.tasks.complete(task, None, by)
        except BaseException as error:  # noqa: BLE001 - told below
            errors.append(error)

    threads = [threading.Thread(target=complete, args=act) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert errors == []
    assert [noted.row(case).state for case in cases] == ["completed"] * 4
    assert [noted.visits(case).count("join") for case in cases] == [1] * 4
    assert [noted.verbs(case).count("ended") for case in cases] == [1] * 4


def test_a_double_click_makes_one_case(noted: House) -> None:
    cards = []
    barrier = threading.Barrier(4)

    def click() -> None:
        barrier.wait()
        cards.append(noted.engine.instances.start("note", noted("li.na"), once="page-1"))

    threads = [threading.Thread(target=click) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert len(cards) == 4 and len({card.case_id for card in cards}) == 1
    assert {card.next_task_id for card in cards} == {noted.task(cards[0].case_id, "write")}
    assert noted.count(ProcessInstance) == 1 and noted.count(OnceToken) == 1
    with pytest.raises(Conflict):
        noted.engine.instances.start("note", noted("wang.fang"), once="page-1")


def test_two_engines_on_one_database_agree(noted: House) -> None:
    other = ProcessEngine(noted.engine.settings, noted.clock)
    case = noted.start("note")
    other.tasks.complete(noted.task(case, "write"), NOTE, other.identity.actor_by_login("wang.fang"))
    noted.engine.identity.set_roles("liu.jun", [("supervisor", "hq")], by=noted("root"))
    other.tasks.claim(noted.task(case, "approve"), other.identity.actor_by_login("zhou.min"))
    other.close()
    assert noted.rows(select(UserTask.assignee_id))[0][0] == noted("zhou.min").person_id
