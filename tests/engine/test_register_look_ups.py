"""What expressions ask of registers: several at once, each once in a step, and null for what is no question."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Connection, event

from engine import SYSTEM, NotFound, feel
from tests.engine.house import House
from tests.engine.test_register_book import kept  # noqa: F401  (three customers)


class Asking:
    """Expressions over the registers of a house within one step, and the statements they caused."""

    def __init__(self, house: House, connection: Connection):
        self.functions = house.engine.registers.functions(connection)
        house.engine.registers.stores(connection)  # the declarations are known, as they are after the first step
        self.statements: list[str] = []
        event.listen(connection, "before_cursor_execute", lambda *given: self.statements.append(given[2]))

    def __call__(self, text: str) -> Any:
        return feel.evaluate(text, {}, clock=lambda: None, functions=self.functions)  # type: ignore[arg-type,return-value]


BOTH = 'look up({key: {register: "client", match: {level: "key"}}, visits: {register: "visit"}})'


def test_several_look_ups_are_one_statement_and_the_same_one_is_asked_once(kept: House) -> None:  # noqa: F811
    with kept.engine.database.reading() as connection:
        ask = Asking(kept, connection)
        found = ask(BOTH)
        assert ask(BOTH) == found and len(ask.statements) == 1
        assert found == {"key": ask('records("client", {level: "key"})'), "visits": []}
        assert [one["level"] for one in found["key"]] == ["key"] * len(found["key"]) != []


def test_a_record_that_a_form_refers_to_is_not_read_again_by_its_number(kept: House) -> None:  # noqa: F811
    registers = kept.engine.registers
    with kept.engine.database.reading() as connection:
        ask = Asking(kept, connection)
        numbers = [one["id"] for one in ask('records("client")')]
        referred = registers.references(connection, {"client": numbers})
        before = len(ask.statements)
        assert [ask(f'record("client", {{id: {number}}}).phone') for number in numbers] == [
            referred["client", number]["values"]["phone"] for number in numbers]
        assert len(ask.statements) == before


def test_what_was_read_is_read_again_after_a_step_has_written(kept: House) -> None:  # noqa: F811
    registers = kept.engine.registers
    with kept.engine.database.transaction() as connection:
        ask = Asking(kept, connection)
        store = registers.store(connection, "client")
        number = ask('record("client", {code: "C1"}).id')
        assert ask(f'record("client", {{id: {number}}}).level') == "key"
        store.save(connection, {"level": "general"}, by=SYSTEM.login, at=kept.clock.now(), record_id=number)
        registers.wrote(connection)
        assert ask(f'record("client", {{id: {number}}}).level') == "general"


@pytest.mark.parametrize("text", ['records("client", "C1")', 'record("client", 7)', 'look up("client")', "look up([])",
                                  'look up({a: {register: "client", match: "C1"}})', 'look up({a: "client"})',
                                  'record("client", {id: "²"})'])
def test_what_is_no_question_has_no_answer(kept: House, text: str) -> None:  # noqa: F811
    with kept.engine.database.reading() as connection:
        assert Asking(kept, connection)(text) is None


def test_a_register_there_is_none_is_not_found(kept: House) -> None:  # noqa: F811
    with kept.engine.database.reading() as connection, pytest.raises(NotFound):
        Asking(kept, connection)('look up({a: {register: "nowhere"}})')
