"""Two at the same rows on PostgreSQL: one waits for the other, and they never wait in a circle.

Where it matters who comes first, a bystander holds a row until both are known to wait. Nothing is done again here, so
that a circle is seen.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest
from sqlalchemy import Connection, create_engine, delete, insert, select, text, update
from sqlalchemy.engine import make_url

from engine import SYSTEM, BihuanError, Bilingual, MovableClock, ProcessEngine, Settings, database
from engine.authorization import Actor
from engine.incidents import settling
from engine.models.identity import Notice, Person
from engine.models.notices import NoticeChannel, NoticeDelivery
from engine.models.runtime import Incident, Job, ProcessInstance, TaskCandidate, UserTask
from engine.notices import sending
from engine.tasks import finishing
from engine.values import loads
from tests.engine.house import CONTENT, House, at, content
from tests.engine.test_data_stores import REGISTER

pytestmark = pytest.mark.postgresql
CROSSING = """<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"
 xmlns:camunda="http://camunda.org/schema/1.0/bpmn" id="d_{key}" targetNamespace="http://bihuan.example/tests">
  <message id="S" name="{sends}"/>
  <message id="W" name="{waits}"/>
  <process id="{key}" name="{key}" isExecutable="true">
    <startEvent id="start"/>
    <userTask id="write" name="write"><extensionElements><camunda:properties>
      <camunda:property name="bihuan:role" value="agent"/></camunda:properties></extensionElements></userTask>
    <intermediateThrowEvent id="tell"><messageEventDefinition messageRef="S"/></intermediateThrowEvent>
    <intermediateCatchEvent id="heard"><messageEventDefinition messageRef="W"/></intermediateCatchEvent>
    <endEvent id="end"/>
    <sequenceFlow id="a" sourceRef="start" targetRef="write"/>
    <sequenceFlow id="b" sourceRef="write" targetRef="tell"/>
    <sequenceFlow id="c" sourceRef="tell" targetRef="heard"/>
    <sequenceFlow id="d" sourceRef="heard" targetRef="end"/>
  </process>
</definitions>
"""
LEVEL = "      - {id: level, label: {zh: 级别, en: Level}, type: int}\n".encode()


@pytest.fixture(scope="module")
def house(postgresql_server: str) -> Iterator[House]:
    """One house for all these stories, each with cases of its own."""
    admin = create_engine(postgresql_server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text("CREATE DATABASE t_locks TEMPLATE bihuan_template"))
    url = make_url(postgresql_server).set(database="t_locks").render_as_string(hide_password=False)
    clock = MovableClock(at(7, 1))
    engine = ProcessEngine(Settings(database_url=url, secret_key="for tests only"), clock)
    made = House(engine, clock)
    engine.deployments.deploy(content("note") | {
        f"t/{key}.bpmn": CROSSING.format(key=key, sends=sends, waits=waits).encode()
        for key, sends, waits in (("asks", "question", "answer"), ("answers", "answer", "question"))}, SYSTEM)
    yield made
    engine.close()
    with admin.connect() as connection:
        connection.execute(text("DROP DATABASE t_locks WITH (FORCE)"))
    admin.dispose()


@pytest.fixture(autouse=True)
def nothing_is_done_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "AGAIN", 0)


class Acts:
    """Acts under way, each in a thread; ``done`` or the code of its refusal."""

    def __init__(self, house: House):
        self.house, self.results, self.threads = house, {}, []

    def begin(self, name: str, act: Callable[[], Any], *, waits: bool = True) -> None:
        """Begin an act; with ``waits`` come back once it waits for a lock."""
        thread = threading.Thread(target=self._run, args=(name, act), daemon=True)
        self.threads.append(thread)
        thread.start()
        while waits and thread.is_alive() and self._waiting() < len(self.threads):
            threading.Event().wait(0.01)

    def _run(self, name: str, act: Callable[[], Any]) -> None:
        try:
            act()
            self.results[name] = "done"
        except BihuanError as error:
            self.results[name] = error.code
        except BaseException as error:  # noqa: BLE001 - told by the assertion
            self.results[name] = repr(error)

    def _waiting(self) -> int:
        with self.house.engine.database.reading() as connection:
            return connection.scalar(text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
                                          "AND wait_event_type = 'Lock'")) or 0

    def ended(self) -> dict[str, str]:
        for thread in self.threads:
            thread.join(timeout=60)
        return self.results


@contextmanager
def bystander(house: House) -> Iterator[Connection]:
    """A transaction of somebody else that ends with the block."""
    with house.engine.database.engine.begin() as connection:
        yield connection


def meeting(monkeypatch: pytest.MonkeyPatch, where: Any, name: str, *, before: bool) -> None:
    """Let two threads that come to a function wait for each other a moment, before or after it."""
    barrier, original = threading.Barrier(2), getattr(where, name)

    def wait() -> None:
        with suppress(threading.BrokenBarrierError):
            barrier.wait(timeout=0.5)

    def met(*arguments: Any, **named: Any) -> Any:
        if before:
            wait()
        found = original(*arguments, **named)
        if not before:
            wait()
        return found

    monkeypatch.setattr(where, name, met)


def test_two_cases_write_to_each_other(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each sends what the other one begins to wait for: both have sent before either begins to wait."""
    cases = [house.start("asks"), house.start("answers")]
    tasks = [house.task(case, "write") for case in cases]
    meeting(monkeypatch, finishing, "save", before=True)
    acts, by = Acts(house), house("li.na")
    for task in tasks:
        acts.begin(task, lambda task=task: house.engine.tasks.complete(task, None, by), waits=False)
    assert set(acts.ended().values()) == {"done"}
    house.work()
    assert [house.row(case).state for case in cases] == ["completed", "completed"]


def noted_task(house: House, holder: str) -> str:
    task = house.task(house.start("note"), "write")
    house.engine.tasks.claim(task, house(holder))
    return task


def test_somebody_leaves_while_a_supervisor_passes_the_task_on(house: House) -> None:
    house.engine.identity.create_person("du.juan", Bilingual("杜鹃"), SYSTEM, unit="north_desk",
                                        roles=[("agent", "north_desk")])
    task, acts, chief = noted_task(house, "du.juan"), Acts(house), house("zhou.min")
    with bystander(house) as connection:
        connection.execute(select(TaskCandidate.role).where(TaskCandidate.task_id == task).with_for_update())
        acts.begin("leaves", lambda: house.engine.identity.leave("du.juan", SYSTEM))
        acts.begin("passed", lambda: house.engine.tasks.reassign(task, "wang.fang", "忙", chief))
    assert acts.ended() == {"leaves": "done", "passed": "done"}
    row, = [one for one in house.tasks() if one.id == task]
    assert row.assignee_id == house("wang.fang").person_id


def test_a_task_given_to_somebody_in_the_moment_of_leaving_is_given_back(house: House) -> None:
    house.engine.identity.create_person("qu.yuan", Bilingual("屈原"), SYSTEM, unit="north_desk",
                                        roles=[("agent", "north_desk")])
    task, gone = house.task(house.start("note"), "write"), house("qu.yuan").person_id
    house.engine.identity.leave("qu.yuan", SYSTEM)
    with house.engine.database.transaction() as connection:
        connection.execute(update(UserTask).where(UserTask.id == task).values(
            assignee_id=gone, claimed_at=house.clock.now()))
    house.engine.jobs.sweep()
    row, = [one for one in house.tasks() if one.id == task]
    assert row.assignee_id is None
    house.engine.tasks.claim(task, house("li.na"))


def incident_of(house: House, case: str) -> str:
    with house.engine.database.transaction() as connection:
        connection.execute(insert(Job).values(
            id="j" + case[1:], kind="notice", due_at=at(9, 1), root_id=case, instance_id=case, payload={}, retries=0,
            created_at=at(7, 1)))
        connection.execute(insert(Incident).values(id="i" + case[1:], job_id="j" + case[1:], root_id=case,
                                                   instance_id=case, code="unexpected", params={}, at=at(7, 1)))
    return "i" + case[1:]


@pytest.mark.parametrize(("verb", "words", "expected"), [
    ("annotate", ("一", "二"), ["done", "done"]), ("retry", (), ["conflict", "done"])])
def test_two_at_one_incident(house: House, monkeypatch: pytest.MonkeyPatch, verb: str, words: tuple[str, ...],
                             expected: list[str]) -> None:
    """Both notes are kept, and it is settled once."""
    incident = incident_of(house, house.start("note"))
    meeting(monkeypatch, settling.Settling, "_open", before=False)
    acts, by, act = Acts(house), house("zhou.min"), getattr(house.engine.incidents, verb)
    for number in range(2):
        acts.begin(str(number), lambda number=number: act(incident, *words[number:number + 1], by), waits=False)
    assert sorted(acts.ended().values()) == expected
    row, = house.rows(select(Incident.notes, Incident.resolved_at).where(Incident.id == incident))
    assert sorted(one["text"] for one in row.notes or ()) == sorted(words)
    assert (row.resolved_at is not None) == (verb == "retry")


def test_a_channel_is_deleted_while_its_delivery_ends(house: House) -> None:
    by = house("wang.fang")
    channel = house.engine.notices.save_channel({"kind": "wecom", "address": "https://qyapi.weixin.qq.com/cgi-bin/"
                                                 "webhook/send?key=693a91f6-7xxx-4bc4-97a0-0ec2sifa5aaa"}, by)
    now = house.clock.now()
    with house.engine.database.transaction() as connection:
        connection.execute(insert(Notice).values(id="n-locks", person_id=by.person_id, at=now, code="urged", params={}))
        connection.execute(insert(NoticeDelivery).values(notice_id="n-locks", channel_id=channel, due_at=now))
        connection.execute(insert(Job).values(id=channel, kind="deliver", due_at=now, payload={}, retries=5, owner="w",
                                              locked_until=now, created_at=now))
        job = connection.execute(select(Job.__table__).where(Job.id == channel)).one()
        row = connection.execute(select(NoticeChannel.__table__).where(NoticeChannel.id == channel)).one()
    acts = Acts(house)
    with bystander(house) as connection:
        connection.execute(select(Job.id).where(Job.id == channel).with_for_update())
        acts.begin("sent", lambda: sending._finish(house.engine, job, "w", row, {"sent": ["n-locks"]}, None,
                                                          now))
        acts.begin("deleted", lambda: house.engine.notices.delete_channel(channel, by))
    assert acts.ended() == {"sent": "done", "deleted": "done"}
    assert house.count(NoticeChannel, NoticeChannel.id == channel) == house.count(Job, Job.id == channel) == 0


@pytest.mark.parametrize(("again", "expected", "points"), [(0, "conflict", 50), (1, "done", 60)])
def test_two_cases_add_to_one_record(house: House, monkeypatch: pytest.MonkeyPatch, again: int, expected: str,
                                     points: int) -> None:
    """What one adds is never lost, and the other adds to it, without its person being asked to try again."""
    monkeypatch.setattr(database, "AGAIN", again)
    house.engine.deployments.deploy({"t/loyalty.bpmn": (CONTENT / "loyalty.bpmn").read_bytes(),
                                     "forms/registers/member.yaml": REGISTER}, SYSTEM)
    phone, acts = f"1390000000{again}", Acts(house)
    record = house.engine.registers.save("member", {"phone": phone, "points": 5}, SYSTEM)
    with bystander(house) as connection:
        store = house.engine.registers.store(connection, "member")
        connection.execute(store.table.update().where(store.table.c.id == record.id).values(
            points=50, row_version=record.version + 1))
        acts.begin("adds", lambda: house.engine.instances.start("loyalty", SYSTEM, variables={"phone": phone}))
    assert acts.ended() == {"adds": expected}
    with house.engine.database.reading() as connection:
        found = store.get(connection, record.id)
    assert found is not None and found.values["points"] == points


def test_work_is_handed_over_that_is_just_done(house: House) -> None:
    task, acts, told = noted_task(house, "li.na"), Acts(house), []
    with bystander(house) as connection:
        root = connection.scalar(delete(UserTask).where(UserTask.id == task).returning(UserTask.root_id))
        connection.execute(update(ProcessInstance).where(ProcessInstance.id == root).values(gist=""))
        acts.begin("handed", lambda: told.extend(
            house.engine.identity.hand_over("li.na", "wang.fang", "离职", house("root"))))
    assert acts.ended() == {"handed": "done"}
    assert [(row.ok, row.sentence.zh) for row in told if row.id == task] == [(False, "这一件刚刚已经办理或转给别人。")]


def test_a_page_looks_at_a_task_that_is_just_completed(house: House) -> None:
    task, acts, by = noted_task(house, "li.na"), Acts(house), house("zhou.min")
    with bystander(house) as connection:
        connection.execute(delete(UserTask).where(UserTask.id == task))
        acts.begin("looks", lambda: house.engine.tasks.seen(task, by))
    assert acts.ended() == {"looks": "already_done"}


@pytest.mark.parametrize(("again", "expected"), [(0, "clashed"), (1, "login_taken")])
def test_the_same_login_is_made_twice_at_once(house: House, monkeypatch: pytest.MonkeyPatch, again: int,
                                              expected: str) -> None:
    """A second look tells what it is."""
    monkeypatch.setattr(database, "AGAIN", again)
    acts, login = Acts(house), f"su.shi{again}"
    with bystander(house) as connection:
        connection.execute(insert(Person).values(id=login, login=login, name="苏轼", created_at=at(7, 1)))
        acts.begin("second", lambda: house.engine.identity.create_person(login, Bilingual("苏轼"), SYSTEM))
    assert acts.ended() == {"second": expected}


def test_registers_are_widened_while_a_case_reads_both(house: House) -> None:
    """The case has read the second register when the deployment comes, and then wants the first."""
    files = {f"forms/registers/{key}.yaml": REGISTER.replace(b"register: member", f"register: {key}".encode())
             for key in ("bonus", "stamp")}
    house.engine.deployments.deploy(files, SYSTEM)
    acts = Acts(house)
    with bystander(house) as connection:
        connection.execute(text("SELECT count(*) FROM reg_stamp"))
        acts.begin("deployed", lambda: house.engine.deployments.deploy(
            {path: raw + LEVEL for path, raw in files.items()}, SYSTEM))
        connection.execute(text("SELECT count(*) FROM reg_bonus"))
    assert acts.ended() == {"deployed": "done"}
    with house.engine.database.reading() as connection:
        assert connection.execute(text("SELECT level FROM reg_stamp")).all() == []


def test_a_job_of_a_case_that_was_just_suspended_waits_for_it(house: House) -> None:
    """It is not asked again every second while the case rests."""
    case, chief = house.start("note"), house("zhou.min")
    with house.engine.database.transaction() as connection:
        connection.execute(insert(Job).values(
            id="m" + case[1:], kind="message", due_at=at(6, 1), root_id=case, instance_id=case, retries=5,
            payload={"name": "nobody-waits"}, created_at=at(6, 1)))
    job, = [one for one in house.engine.jobs.acquire("w", 50) if one.root_id == case]
    house.engine.instances.suspend(case, "等资料", chief)
    with house.engine.database.transaction() as connection:  # as one that another case wrote while it was suspended
        connection.execute(update(Job).where(Job.id == job.id).values(suspended=False))
    house.engine.jobs.run(job, "w")
    kept, = house.rows(select(Job.suspended, Job.owner, Job.retries).where(Job.id == job.id))
    assert (kept.suspended, kept.owner, kept.retries) == (True, None, 5)
    house.engine.instances.resume(case, "资料齐", chief)
    house.work()
    assert house.count(Job, Job.id == job.id) == 0


def test_a_verb_that_the_database_ended_is_done_again(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two transactions that do wait in a circle: the person who is ended for it never hears of it."""
    monkeypatch.setattr(database, "AGAIN", 3)
    cases = [house.start("note") for _ in range(2)]
    chief, began = house("zhou.min"), threading.Event()

    @database.done_again
    class Both:
        def hold(self, first: str, second: str, by: Actor) -> None:  # noqa: ARG002
            with house.engine.database.transaction() as connection:
                for case in (first, second):
                    connection.execute(update(ProcessInstance).where(ProcessInstance.id == case).values(gist=first))
                    began.wait(timeout=0.3)

    acts = Acts(house)
    acts.begin("one", lambda: Both().hold(cases[0], cases[1], chief), waits=False)
    acts.begin("other", lambda: Both().hold(cases[1], cases[0], chief), waits=False)
    assert acts.ended() == {"one": "done", "other": "done"}


def test_programs_that_begin_at_once_upgrade_one_after_the_other(house: House) -> None:
    acts = Acts(house)
    with bystander(house) as connection:
        house.engine.database.take_turns(connection, "upgrade")
        acts.begin("upgrade", house.engine.upgrade)
        assert acts.results == {}, "it waits for its turn"
    assert acts.ended() == {"upgrade": "done"}


def test_what_gives_way_is_not_waited_for(house: House) -> None:
    case = house.start("note")
    with bystander(house) as connection:
        connection.execute(select(ProcessInstance.id).where(ProcessInstance.id == case).with_for_update())
        began = time.monotonic()
        with pytest.raises(database.DatabaseBusy) as busy, house.engine.database.transaction() as other:
            house.engine.database.give_way(other)
            other.execute(update(ProcessInstance).where(ProcessInstance.id == case).values(gist=""))
    assert not busy.value.circle and time.monotonic() - began < 10


def test_sealing_anew_does_not_overwrite_what_a_step_writes(house: House) -> None:
    """The step has written and not ended when its rows come to be brought under the new key. (The last story here: the
    house's own engine does not have that key.)"""
    case, acts = house.start("note"), Acts(house)
    declared = REGISTER.replace(b": member", b": guest", 1).replace(b"type: text}", b"type: text, personal: true}")
    house.engine.deployments.deploy({"forms/registers/guest.yaml": declared}, SYSTEM)
    record = house.engine.registers.save("guest", {"phone": "13800000009", "name": "甲"}, SYSTEM)
    newer = ProcessEngine(Settings(database_url=house.engine.settings.database_url, secret_key="for tests only",
                                   data_key="of its own"), house.clock)
    with bystander(house) as connection:
        table = house.engine.registers.store(connection, "guest").table
        connection.execute(table.update().where(table.c.id == record.id).values(name="乙"))
        connection.execute(update(ProcessInstance).where(ProcessInstance.id == case).values(variables='{"new":1}'))
        acts.begin("sealed", newer.reseal)
    assert acts.ended() == {"sealed": "done"} and newer.reseal() == 0
    with newer.database.reading() as connection:
        kept = newer.registers.store(connection, "guest").get(connection, record.id)
        variables = connection.scalar(select(ProcessInstance.variables).where(ProcessInstance.id == case))
    assert kept is not None and kept.values["name"] == "乙" and loads(variables) == {"new": 1}
    newer.close()
