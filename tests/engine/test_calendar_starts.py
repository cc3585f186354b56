"""Cases that the calendar starts: on time, once, and for whom."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

from sqlalchemy import select, update

from engine import SYSTEM, ProcessEngine
from engine.models.repository import CalendarTick
from engine.models.runtime import Job, ProcessInstance
from tests.engine.house import House, content


def started(house: House) -> list[datetime]:
    return [row.started_at for row in house.rows(select(ProcessInstance.started_at).order_by(ProcessInstance.id))]


def test_cron_starts_a_case_by_the_fifth_of_every_month(house: House) -> None:
    house.deploy("monthly")
    assert [row.due_at for row in house.jobs("start")] == [datetime(2026, 5, 5, 1, 0, tzinfo=UTC)], "09:00 in Shanghai"
    house.after(days=27)
    assert started(house) == []
    house.after(days=40)
    assert started(house) == [datetime(2026, month, 5, 1, 0, tzinfo=UTC) for month in (5, 6)]
    case = house.rows(select(ProcessInstance.__table__))[0]
    assert case.started_by is None and house.open(case.id) == ["look"]
    assert house.variables(case.id)["scheduled_for"] == datetime(2026, 5, 5, 1, 0, tzinfo=UTC)
    assert len(house.jobs("start")) == 1


def test_a_repetition_keeps_to_the_end_of_the_month_and_ends(house: House) -> None:
    house.deploy("month_end")
    house.after(days=150)
    days = [row.due_at for row in house.rows(select(CalendarTick.due_at).order_by(CalendarTick.due_at))]
    assert [day.date().isoformat() for day in days] == ["2026-04-30", "2026-05-30", "2026-06-30"]
    assert {day.hour for day in days} == {10}, "18:00 in Shanghai"
    assert house.jobs("start") == []


def test_of_missed_ticks_only_the_last_is_made_up_for(house: House) -> None:
    house.deploy("monthly")
    house.clock.set(datetime(2026, 8, 20, tzinfo=UTC))
    house.work()
    assert [row.due_at.month for row in house.rows(select(CalendarTick.due_at))] == [8]
    assert house.count(ProcessInstance) == 1
    assert [row.due_at for row in house.jobs("start")] == [datetime(2026, 9, 5, 1, 0, tzinfo=UTC)]


def test_two_workers_start_one_case(house: House) -> None:
    house.deploy("monthly")
    house.clock.set(datetime(2026, 5, 5, 1, 0, tzinfo=UTC))
    job, = house.jobs("start")
    other = ProcessEngine(house.engine.settings, house.clock)
    barrier = threading.Barrier(2)

    def work(engine: ProcessEngine, owner: str) -> None:
        barrier.wait()
        engine.jobs.run_due(owner=owner)

    threads = [threading.Thread(target=work, args=pair) for pair in ((house.engine, "w1"), (other, "w2"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert house.count(ProcessInstance) == 1 and len(house.jobs("start")) == 1
    house.engine.jobs.run(job, "w1")  # a worker taken for dead comes back with the same tick
    assert house.count(ProcessInstance) == 1
    other.close()


def test_the_same_tick_written_twice_starts_one_case(house: House) -> None:
    house.deploy("monthly")
    job, = house.jobs("start")
    house.clock.set(job.due_at)
    with house.engine.database.transaction() as connection:
        connection.execute(Job.__table__.insert().values(dict(job._mapping) | {"id": "1" * 26}))
    house.work()
    assert house.count(ProcessInstance) == 1


def test_a_case_for_each_unit_of_a_kind(house: House) -> None:
    house.deploy("each_unit")
    house.after(days=1)
    cases = house.rows(select(ProcessInstance.id, ProcessInstance.unit_id))
    assert sorted(house.variables(row.id)["unit"] for row in cases) == ["north", "south"]
    assert len({row.unit_id for row in cases}) == 2
    assert sorted(row.unit_id for row in house.tasks()) == sorted(row.unit_id for row in cases)


def test_a_case_for_each_holder_of_a_role(house: House) -> None:
    house.deploy("each_holder")
    house.engine.identity.leave("wang.fang", house("root"))
    house.after(days=1)
    holders = sorted(house.variables(row.id)["holder"] for row in house.rows(select(ProcessInstance.id)))
    assert holders == sorted([house("li.na").person_id, house("chen.yu").person_id])


def test_each_of_several_cases_of_a_tick_is_started_by_a_job_of_its_own(house: House) -> None:
    house.deploy("each_unit")
    house.clock.set(house.jobs("start")[0].due_at)
    house.engine.jobs.run_due()
    assert house.count(ProcessInstance) == 0 and house.count(CalendarTick) == 2
    first, *_rest = [job for job in house.jobs("start") if not job.element_instance_id]
    with house.engine.database.transaction() as connection:
        connection.execute(update(Job).where(Job.id == first.id).values(payload=first.payload | {"process_key": "?"}))
    house.work()
    assert house.count(ProcessInstance) == 1, "one that cannot be started holds up no other"


def test_a_new_version_takes_over_the_calendar(house: House) -> None:
    house.deploy("monthly")
    old, = house.jobs("start")
    files = content("monthly")
    files["t/monthly.bpmn"] = files["t/monthly.bpmn"].replace(b"0 9 5 * *", b"0 9 8 * *")
    house.engine.deployments.deploy(files, SYSTEM)
    assert [row.due_at.day for row in house.jobs("start")] == [8]
    with house.engine.database.transaction() as connection:  # a worker wrote the old version's next tick meanwhile
        connection.execute(Job.__table__.insert().values(dict(old._mapping)))
    house.after(days=32)
    assert [moment.astimezone(UTC).day for moment in started(house)] == [8, 8]
    assert [row.due_at.day for row in house.jobs("start")] == [8]


def test_a_worker_that_looks_early_starts_nothing(house: House) -> None:
    house.deploy("monthly")
    house.clock.move(timedelta(days=1))
    assert house.work() == 0 and started(house) == []
