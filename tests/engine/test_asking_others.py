"""A drawing starts another case and writes to one by service tasks, each in a transaction of its own."""

from __future__ import annotations

from sqlalchemy import select

from engine.models.messages import BufferedMessage
from engine.models.runtime import ProcessInstance
from tests.engine.house import House


def test_a_service_task_starts_another_case_and_sends_a_message(house: House) -> None:
    house.deploy("asks_others", "due")
    case = house.start("asks_others", variables={"wanted": "due"})
    house.work()
    assert house.incidents() == []
    assert house.open(case) == ["rest"] and house.variables(case)["how"] == "buffered"
    other = house.rows(select(ProcessInstance.__table__).where(ProcessInstance.process_key == "due"))[0]
    assert (other.business_key, house.variables(other.id)["n"], other.unit_id) == ("BK-1", 9, house.row(case).unit_id)
    kept = house.rows(select(BufferedMessage.__table__))[0]
    assert (kept.name, kept.keys, kept.payload) == ("hello", {"order": "A-7"}, {"text": "hi"})
    assert {"case_asked", "message_sent"} <= set(house.verbs(case))


def test_a_process_that_does_not_exist_is_an_incident_and_nothing_starts(house: House) -> None:
    house.deploy("asks_others")
    house.start("asks_others", variables={"wanted": "nowhere"})
    house.work()
    assert [(row.code, row.element_id) for row in house.incidents()] == [("input_wrong", "begin_other")]
    assert house.count(ProcessInstance) == 1
