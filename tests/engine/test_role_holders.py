"""The look-up ``people(role)`` that expressions may call."""

from __future__ import annotations

from sqlalchemy import update

from engine.models.identity import Person
from tests.engine.house import PEOPLE, House


def test_people_are_those_who_hold_the_role_anywhere(house: House) -> None:
    with house.engine.database.reading() as connection:
        people = house.engine.functions(connection)["people"]
        assert people("agent") == [{"login": "chen.yu", "name": "陈宇"}, {"login": "li.na", "name": "李娜"},
                                   {"login": "wang.fang", "name": "王芳"}]
        assert people("nobody") == []


def test_people_without_a_role_are_all_who_have_not_left(house: House) -> None:
    with house.engine.database.transaction() as connection:
        connection.execute(update(Person.__table__).where(Person.login == "he.wai").values(left_at=house.clock.now()))
        logins = [one["login"] for one in house.engine.functions(connection)["people"]()]
    assert logins == sorted(set(PEOPLE) - {"he.wai"})
