"""What strangers and mistakes send: a clear error with its status in both languages, and nothing changed."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import event

from engine import SYSTEM, BihuanError, Invalid, NotFound
from engine.database import AGAIN, DatabaseBusy
from engine.jobs import Jobs
from engine.models.history import FormFilled
from engine.models.runtime import ProcessInstance
from tests.engine.house import House


@pytest.fixture
def noted(house: House) -> House:
    house.deploy("note", "timed", "linked", "broken_flow")
    return house


@pytest.mark.parametrize("values", [
    {"customer": "x" * 41}, {"customer": ["a", "b"]}, {"customer": {"$": "decimal", "v": "1"}},
    {"customer": "恒泰", "amount": "1e999"}, {"customer": "恒泰", "amount": "NaN"}, {"customer": "恒泰", "amount": -1},
    {"customer": "恒泰", "amount": "1.005"}, {"customer": "恒泰", "severity": "unheard of"},
    {"customer": "恒泰", "severity": ["grave"]}, {"customer": "恒泰", "phone": "call me"}, {"customer": None}, {},
])
def test_a_form_value_of_a_wrong_type_is_told_at_its_field(noted: House, values: dict[str, Any]) -> None:
    case = noted.start("note")
    before = noted.row(case)
    with pytest.raises(BihuanError) as refused:
        noted.complete(case, "write", values=values)
    assert refused.value.http_status == 422
    assert refused.value.fields
    assert all(error.zh and error.en and error.zh != error.en for error in refused.value.fields)
    assert noted.row(case) == before and noted.open(case) == ["write"] and noted.count(FormFilled) == 0


def test_fields_that_the_form_does_not_have_are_refused(noted: House) -> None:
    case = noted.start("note")
    with pytest.raises(Invalid) as refused:
        noted.complete(case, "write", values={"customer": "恒泰", "case": "mine", "no_such_field": 1})
    assert {error.path for error in refused.value.fields} == {"case", "no_such_field"}
    assert noted.variables(case)["case"]["id"] == case


@pytest.mark.parametrize("identifier", ["", "x", "0" * 26, "' or 1=1 --", "案" * 50])
def test_ids_of_strangers_are_not_found(noted: House, identifier: str) -> None:
    engine, by = noted.engine, noted("root")
    for act in (lambda: engine.tasks.claim(identifier, by), lambda: engine.tasks.complete(identifier, {}, by),
                lambda: engine.tasks.save_draft(identifier, {}, by), lambda: engine.boards.task(identifier, by),
                lambda: engine.boards.case(identifier, by), lambda: engine.instances.start(identifier, by),
                lambda: engine.instances.cancel(identifier, "x", by), lambda: engine.deployments.diagram(identifier),
                lambda: engine.incidents.retry(identifier, by), lambda: engine.files.open(identifier, by),
                lambda: engine.public.open(identifier)):
        with pytest.raises(NotFound):
            act()
    assert noted.count(ProcessInstance) == 0


def test_texts_that_the_database_cannot_hold_are_told_as_such(noted: House) -> None:
    acts = (lambda: noted.engine.boards.inbox(noted("li.na"), "unclaimed", {"search": "\x00"}),
            lambda: noted.engine.boards.case("\x00", noted("root")),
            lambda: noted.start("note", business_key="x" * 500))
    for act in acts:
        try:
            act()
        except BihuanError as error:  # what SQLite can hold it takes
            assert error.http_status in (404, 422)


def test_variables_that_cannot_be_kept_start_nothing(noted: House) -> None:
    with pytest.raises((BihuanError, TypeError)):
        noted.start("note", variables={"x": object()})
    assert noted.count(ProcessInstance) == 0


def test_a_deadlock_is_told_as_busy_and_costs_a_job_nothing(noted: House) -> None:
    if noted.engine.database.is_sqlite:
        return

    case = noted.start("timed")

    def deadlock(connection: Any, cursor: Any, statement: str, *_: Any) -> None:  # noqa: ARG001
        if statement.startswith("DELETE FROM job") and armed:
            armed.pop()
            cursor.execute("DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '40P01'; END $$")

    armed = [1] * (AGAIN + 1)
    event.listen(noted.engine.database.engine, "before_cursor_execute", deadlock)
    with pytest.raises(DatabaseBusy) as busy:
        noted.complete(case, "wait")
    assert busy.value.http_status == 503
    assert noted.open(case) == ["wait"]
    armed.append(1)
    noted.after(minutes=10)
    assert [row.retries for row in noted.jobs("timer")] == [5, 5]
    noted.after(minutes=1)
    assert noted.variables(case)["nudges"] == 1 and isinstance(noted.engine.jobs, Jobs)


def test_a_message_without_receiver_is_kept_not_refused(noted: House) -> None:
    assert noted.engine.instances.correlate("no-such-message", {"x": 1}, {"y": [1, {"$": "z"}]}, SYSTEM) == "buffered"
