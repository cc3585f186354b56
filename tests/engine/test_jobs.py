"""Timers and service calls: once, with patience, and with an incident when patience ends."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from engine import SYSTEM, Conflict, Invalid, NotPermitted, Settings
from engine.connectors import Connector, ConnectorFailure, Input
from engine.errors import ReasonNeeded
from engine.incidents import StepWaits
from engine.models.history import HistoryEntry
from engine.models.identity import SentMessage
from tests.engine.house import House


class Probe(Connector):
    """Answers, or fails as it is told; remembers who called."""

    name = "probe"
    inputs = (Input("n", "数", "Number"),)

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.fails: list[Exception] = []
        self.during: Any = None

    def call(self, inputs: Mapping[str, Any], key: str, context: Any) -> dict[str, Any]:  # noqa: ARG002
        self.calls.append(key)
        if self.during:
            self.during()
        if self.fails:
            raise self.fails.pop(0)
        return {"answer": inputs.get("n")} if inputs.get("n") != "unknown" else {"bpmn_error": "no-such-customer"}


@pytest.fixture
def probe(house: House) -> Probe:
    made = Probe()
    house.engine.connectors.add(made)
    house.deploy("service", "timed", "note", "window", "notified", "broken_flow")
    return made


def test_a_service_is_called_once_and_its_answer_kept(house: House, probe: Probe) -> None:
    case = house.start("service", variables={"n": 7})
    job = house.jobs()[0]
    assert (job.kind, job.element_id) == ("service", "probe") and house.open(case) == []
    assert house.work() == 1
    assert probe.calls == [job.id], "the job's id is the idempotency key"
    assert house.variables(case)["answer"] == 7 and house.open(case) == ["look"]
    assert house.work() == 0 and house.jobs() == []


def test_an_answer_may_be_an_error_of_the_drawing(house: House, probe: Probe) -> None:
    case = house.start("service", variables={"n": "unknown"})
    house.work()
    assert house.open(case) == ["mend"] and probe.fails == []


def test_failures_cost_tries_with_growing_pauses_until_a_person_is_needed(house: House, probe: Probe) -> None:
    probe.fails = [ConnectorFailure("unreachable", retryable=True, what="probe", why="no route")] * 6
    case = house.start("service", variables={"n": 7})
    begun, pauses = house.clock.now(), []
    for _ in range(5):
        assert house.engine.jobs.run_due(owner="w1") == 1
        due = house.jobs()[0].due_at
        pauses.append((due - house.clock.now()).total_seconds())
        assert house.engine.jobs.run_due(owner="w1") == 0, "not before its pause is over"
        house.clock.set(due)
    assert pauses == [30, 60, 120, 240, 480] and begun < house.clock.now()
    assert len(probe.calls) == 5 and len(set(probe.calls)) == 1
    incident, = house.incidents()
    assert (incident.code, incident.root_id, incident.element_id, incident.tries) == ("unreachable", case, "probe", 5)
    card, = house.engine.incidents.list(house("zhou.min"))
    assert card.sentence.zh == "连接不上 probe：no route" and card.sentence.en == "probe cannot be reached: no route"
    assert house.engine.jobs.run_due(owner="w1") == 0, "it rests until a person looks at it"


def test_a_person_lets_it_run_again_from_an_incident(house: House, probe: Probe) -> None:
    probe.fails = [ConnectorFailure("refused", retryable=False, what="probe", why="bad number")]
    case = house.start("service", variables={"n": 7})
    house.work()
    incident, = house.incidents()
    assert house.jobs()[0].retries == 0, "what a person has to look at is not tried again"
    for login in ("li.na", "xu.shen", "chen.yu"):
        with pytest.raises(NotPermitted):
            house.engine.incidents.retry(incident.id, house(login))
    house.engine.incidents.retry(incident.id, house("zhou.min"))
    house.work()
    assert house.open(case) == ["look"] and len(probe.calls) == 2
    assert house.engine.incidents.list(house("zhou.min")) == []
    with pytest.raises(Conflict):
        house.engine.incidents.retry(incident.id, house("zhou.min"))


def test_an_incident_is_settled_with_a_reason(house: House, probe: Probe) -> None:
    probe.fails = [ConnectorFailure("refused", retryable=False, what="probe", why="bad number")]
    case = house.start("service", variables={"n": 7})
    house.work()
    incident, = house.incidents()
    with pytest.raises(ReasonNeeded):
        house.engine.incidents.resolve(incident.id, " ", house("zhou.min"))
    with pytest.raises(StepWaits):
        house.engine.incidents.resolve(incident.id, "电话处理了", house("zhou.min"))
    house.engine.instances.cancel(case, "撤诉", house("zhou.min"))
    assert house.jobs() == [] and house.engine.incidents.list(house("zhou.min")) == []


def test_a_failed_step_is_skipped_with_a_result(house: House, probe: Probe) -> None:
    probe.fails = [ConnectorFailure("refused", retryable=False, what="probe", why="bad number")]
    case = house.start("service", variables={"n": 7})
    house.work()
    incident, = house.incidents()
    with pytest.raises(NotPermitted):
        house.engine.incidents.skip(incident.id, "电话问到了", house("li.na"))
    house.engine.incidents.skip(incident.id, "电话问到了", house("zhou.min"), {"answer": 8})
    assert (house.open(case), house.variables(case)["answer"], house.jobs()) == (["look"], 8, [])
    assert {"skipped", "incident_resolved"} <= set(house.verbs(case))
    with pytest.raises(Conflict):
        house.engine.incidents.skip(incident.id, "又一次", house("zhou.min"))


def test_data_is_mended_and_the_step_tried_again(house: House, probe: Probe) -> None:
    probe.fails = [ConnectorFailure("refused", retryable=False, what="probe", why="bad number")]
    case = house.start("service", variables={"n": 7})
    house.work()
    incident, = house.incidents()
    change = house.engine.incidents.change_data
    assert house.engine.incidents.data(incident.id, house("zhou.min"))["n"] == 7
    for values, field in (({"m": "1"}, "m"), ({"n": "1 +"}, "n"), ({"case": "null"}, "case")):
        with pytest.raises(Invalid) as caught:
            change(incident.id, values, "号码不对", house("zhou.min"))
        assert [error.path for error in caught.value.fields] == [field]
    with pytest.raises(ReasonNeeded):
        change(incident.id, {"n": "9"}, "", house("zhou.min"))
    assert house.variables(case)["n"] == 7, "nothing half done"
    change(incident.id, {"n": "n + 2"}, "号码不对", house("zhou.min"))
    house.work()
    assert (house.open(case), house.variables(case)["answer"]) == (["look"], 9)
    entry = next(entry for entry in house.rows(select(HistoryEntry)) if entry.verb == "data_changed")
    assert (entry.reason, entry.detail) == ("号码不对", {"before": {"n": 7}, "after": {"n": 9}})


def test_incidents_are_grouped_by_cause_annotated_and_settled_in_bulk(house: House, probe: Probe) -> None:
    probe.fails = [ConnectorFailure("refused", retryable=False, what="probe", why="bad number")] * 3
    for _ in range(3):
        house.start("service", variables={"n": 7})
    house.work()
    verbs, boss = house.engine.incidents, house("zhou.min")
    assert [(code, count) for code, _words, count in verbs.groups(boss)] == [("refused", 3)]
    first = verbs.list(boss)[0]
    verbs.annotate(first.id, "供应商在查", boss)
    assert [note["text"] for note in verbs.list(boss)[0].notes] == ["供应商在查"]
    rows = verbs.many("retry", [card.id for card in verbs.list(boss)] + ["nobody"], boss)
    assert [row.ok for row in rows] == [True, True, True, False]
    assert verbs.groups(boss) == [] and verbs.settled_lately(boss) == 3
    house.work()
    assert house.open() == ["look"] * 3


def test_an_incident_of_a_case_that_was_cancelled_needs_nobody(house: House, probe: Probe) -> None:
    probe.fails = [ConnectorFailure("refused", retryable=False, what="probe", why="bad number")]
    case = house.start("service", variables={"n": 7})
    house.work()
    house.engine.instances.cancel(case, "撤诉", house("zhou.min"))
    assert house.engine.incidents.list(SYSTEM) == []
    assert [waiting.kind for waiting in house.engine.boards.case(case, house("zhou.min")).waiting] == []


def test_a_program_error_is_an_incident_too(house: House, probe: Probe) -> None:
    probe.fails = [ZeroDivisionError("x")] * 5
    house.start("service", variables={"n": 7})
    for _ in range(5):
        house.work()
        house.clock.move(timedelta(hours=4))
    assert [row.code for row in house.incidents()] == ["unexpected"]


def test_a_topic_without_connector_is_told_at_once(house: House) -> None:
    house.deploy("service")
    house.start("service", variables={"n": 7})
    house.work()
    incident, = house.incidents()
    assert incident.code == "not_configured" and incident.params["what"] == "probe"


def test_a_completion_that_cannot_go_on_is_refused_and_nothing_is_lost(house: House, probe: Probe) -> None:
    assert probe.calls == []
    case = house.start("broken-flow")
    before = house.row(case)
    with pytest.raises(Exception) as failed:
        house.complete(case, "write")
    assert failed.value.http_status == 422 and failed.value.sentence("zh") != failed.value.sentence("en")
    assert house.row(case) == before and house.open(case) == ["write"]


def test_a_conflict_costs_no_try(house: House, probe: Probe) -> None:
    case = house.start("service", variables={"n": 7})
    probe.fails = [Conflict()]
    assert house.engine.jobs.run_due(owner="w1") == 1
    job, = house.jobs()
    assert (job.retries, job.tries, job.owner) == (5, 0, None)
    assert house.engine.jobs.run_due(owner="w1") == 0, "it does not turn in a circle"
    house.after(seconds=1)
    assert house.open(case) == ["look"]


def test_the_job_of_a_dead_worker_goes_to_another(house: House, probe: Probe) -> None:
    case = house.start("service", variables={"n": 7})
    dead = house.engine.jobs.acquire("dead", 10)
    assert len(dead) == 1
    house.clock.move(timedelta(seconds=299))
    assert house.engine.jobs.run_due(owner="w2") == 0
    house.clock.move(timedelta(seconds=2))
    assert house.engine.jobs.run_due(owner="w2") == 1
    assert house.open(case) == ["look"]
    house.engine.jobs.run(dead[0], "dead")  # it was only slow, and comes back
    assert house.open(case) == ["look"] and probe.calls == [dead[0].id] * 2, "called again under the same key"
    assert house.verbs(case).count("called") == 1


def test_a_case_cancelled_during_the_call_is_left_alone(house: House, probe: Probe) -> None:
    case = house.start("service", variables={"n": 7})
    probe.during = lambda: house.engine.instances.cancel(case, "撤诉", house("zhou.min"))
    house.work()
    assert house.row(case).state == "cancelled" and house.open(case) == [] and house.jobs() == []
    assert house.incidents() == []


def test_durations_cycles_and_dates_fire_once_each(house: House, probe: Probe) -> None:
    assert probe.calls == []
    case = house.start("timed")
    assert [(row.element_id, row.due_at.strftime("%H:%M")) for row in house.jobs("timer")] == [
        ("nudge", "01:10"), ("late", "03:00")]
    house.after(minutes=25)
    assert house.variables(case)["nudges"] == 2 and house.open(case) == ["wait"]
    house.after(minutes=30)
    assert house.variables(case)["nudges"] == 3, "three times and no more"
    assert [row.element_id for row in house.jobs("timer")] == ["late"]
    house.after(minutes=65)
    assert house.open(case) == [] and house.visits(case, "cancelled") == ["wait"]
    assert [row.due_at for row in house.jobs("timer")] == [datetime(2026, 4, 10, 1, 0, tzinfo=UTC)]
    house.after(days=3)
    assert house.open(case) == ["afterwards"] and house.jobs() == []
    assert house.verbs(case).count("timer_fired") == 5


def test_a_worker_that_comes_late_makes_up_for_one_tick_of_a_cycle(house: House, probe: Probe) -> None:
    assert probe.calls == []
    case = house.start("timed")
    house.clock.move(timedelta(minutes=25))
    house.work()
    assert house.variables(case)["nudges"] == 1 and house.open(case) == ["wait"]
    assert [row.due_at.strftime("%H:%M") for row in house.jobs("timer")] == ["01:30", "03:00"]
    house.after(hours=1)
    assert house.variables(case)["nudges"] == 2


def test_a_completed_task_takes_its_timers_with_it(house: House, probe: Probe) -> None:
    assert probe.calls == []
    case = house.start("timed")
    house.complete(case, "wait")
    assert house.jobs() == [] and house.row(case).state == "completed"


def test_a_job_acquired_before_a_suspension_waits_for_its_end(house: House, probe: Probe) -> None:
    assert probe.calls == []
    case = house.start("timed")
    house.clock.move(timedelta(hours=2))
    taken = [row for row in house.engine.jobs.acquire("w1", 10) if row.element_id == "late"]
    house.engine.instances.suspend(case, "等资料", house("zhou.min"))
    house.engine.jobs.run(taken[0], "w1")
    assert house.open(case) == ["wait"]
    assert house.work() == 0
    house.engine.instances.resume(case, "资料齐", house("zhou.min"))
    house.after(seconds=1)
    assert house.open(case) == []


def test_two_workers_share_what_is_due(house: House, probe: Probe) -> None:
    assert probe.calls == []
    for _ in range(5):
        house.start("timed")
    house.clock.move(timedelta(minutes=10))
    first, second = house.engine.jobs.acquire("w1", 3), house.engine.jobs.acquire("w2", 3)
    assert (len(first), len(second)) == (3, 2)
    assert {row.id for row in first}.isdisjoint(row.id for row in second)


def test_a_message_outside_the_contact_window_waits_and_its_step_goes_on(house: House, probe: Probe) -> None:
    assert probe.calls == []
    house.clock.set(datetime(2026, 4, 7, 14, 0, tzinfo=UTC))  # 22:00 in Shanghai
    case = house.start("window")
    house.work()
    assert house.open(case) == ["look"] and house.count(SentMessage) == 0
    notice, = house.jobs("notice")
    assert notice.due_at == datetime(2026, 4, 8, 0, 0, tzinfo=UTC), "08:00 in Shanghai"
    house.after(hours=10)
    assert [(row.to, row.at) for row in house.rows(select(SentMessage.to, SentMessage.at))] == [
        ("13800000000", datetime(2026, 4, 8, 0, 0, tzinfo=UTC))]
    assert house.jobs() == []


def test_a_message_inside_the_contact_window_goes_out_at_once(house: House, probe: Probe) -> None:
    assert probe.calls == []
    house.start("window")
    house.work()
    assert house.count(SentMessage) == 1 and house.jobs("notice") == []


def test_a_notice_reaches_the_holders_of_the_role_nearest_to_the_case(house: House, probe: Probe) -> None:
    assert probe.calls == []
    house.start("notified")
    house.work()
    assert sorted(house.notices()) == [("li.na", "notice"), ("wang.fang", "notice")]


def test_a_process_that_is_missing_when_called_is_an_incident(house: House) -> None:
    """The case must not stand still in silence."""
    house.deploy("late_call", "called")
    case = house.start("late_call", variables={"which": "no-such-process"})
    for _ in range(5):
        house.after(hours=4)
    assert house.row(case).state == "active"
    assert [(row.code, row.element_id) for row in house.incidents()] == [("not_found", "soon")]
    card, = house.engine.incidents.list(SYSTEM)
    assert card.sentence.zh == "没有找到no-such-process。" and card.sentence.en == "no-such-process was not found."


def test_the_number_of_tries_and_the_pause_are_settings() -> None:
    made = Settings.from_environ({"BIHUAN_JOB_RETRIES": "2", "BIHUAN_JOB_BACKOFF_SECONDS": "5"})
    assert (made.job_retries, made.job_backoff_seconds) == (2, 5)
    with pytest.raises(ValueError, match="BIHUAN_JOB_RETRIES"):
        Settings.from_environ({"BIHUAN_JOB_RETRIES": "many"})
