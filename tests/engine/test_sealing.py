"""What is said of people is sealed at rest, found by whole numbers and last digits, and moves to a newer key."""

from __future__ import annotations

import pytest
from sqlalchemy import insert, text
from sqlalchemy.exc import IntegrityError

from engine import SYSTEM, ProcessEngine, Settings
from engine.models.runtime import UserTask
from engine.sealing import Keys, Sealed, plain_form
from tests.engine.house import House, content
from tests.engine.test_register_book import CLIENT

PHONE, NAME = "13862156621", "恒泰装饰"
TABLES = ("process_instance", "form_filled", "task_draft", "job", "user_task")


def on_disk(house: House, *tables: str) -> str:
    """What somebody reads who has the tables and no key."""
    with house.engine.database.reading() as connection:
        return repr([connection.execute(text(f"SELECT * FROM {table}")).all() for table in tables or TABLES])


@pytest.fixture
def case(small_house: House) -> str:
    small_house.deploy("note")
    made = small_house.start("note")
    small_house.complete(made, "write", "li.na", {"customer": NAME, "phone": PHONE, "amount": 7})
    return made


def test_what_people_write_about_a_case_stands_nowhere_in_the_clear(small_house: House, case: str) -> None:
    small_house.engine.tasks.comment(case, f"{NAME}的王先生下午再来", small_house("zhou.min"))
    small_house.engine.instances.cancel(case, f"{NAME}撤回了", small_house("root"))
    assert NAME not in on_disk(small_house, "comment", "history_entry", "notice", "incident", "form_filled", "job")
    page = repr(small_house.engine.boards.case(case, small_house("root")))
    assert "撤回了" in page
    assert "王先生" in small_house.engine.tasks.comments(case, small_house("root"))[0].text


def test_a_telephone_number_stands_nowhere_in_the_clear(small_house: House, case: str) -> None:
    assert PHONE not in on_disk(small_house) and PHONE[3:] not in on_disk(small_house)
    assert small_house.variables(case)["note_form"]["phone"] == PHONE
    assert small_house.row(case).phone == PHONE


@pytest.mark.parametrize("asked", [PHONE, "138 6215 6621", "+86 138-6215-6621", PHONE[-4:]])
def test_a_case_is_found_by_the_whole_number_and_by_its_last_four_digits(small_house: House, case: str,
                                                                         asked: str) -> None:
    found = small_house.engine.boards.cases(small_house("root"), asked)
    assert [one.id for one in found] == [case]


@pytest.mark.parametrize("asked", [PHONE[:8], PHONE[1:], "6622", "13862156622"])
def test_parts_and_other_numbers_find_nothing(small_house: House, case: str, asked: str) -> None:
    assert small_house.engine.boards.cases(small_house("root"), asked) == ()


def test_another_key_opens_nothing(small_house: House, case: str) -> None:
    with pytest.raises(Sealed, match="BIHUAN_DATA_KEY"):
        Keys("another").open(Keys("one").seal("secret"))
    bent = Keys("one").seal("secret")[:-6] + "AAAAA="
    with pytest.raises(Sealed):
        Keys("one").open(bent)


def test_the_same_text_is_sealed_differently_each_time_and_marked_alike() -> None:
    keys = Keys("one")
    assert keys.seal("x") != keys.seal("x")
    assert keys.mark("138 0000 1111") == keys.mark("13800001111") != Keys("two").mark("13800001111")
    assert Keys("two", "one").open(keys.seal("x")) == "x"
    assert plain_form(" Li@Example.com ") == "li@example.com"


def test_without_keys_text_stays_plain_and_is_found_as_well() -> None:
    none = Keys()
    assert none.seal("x") == "x" and none.open("x") == "x" and none.mark("x")


def test_resealing_moves_everything_to_the_newest_key(small_house: House, case: str) -> None:
    # given an installation that gets a key of its own, the secret key having sealed so far
    newer = Settings(database_url=small_house.engine.settings.database_url, secret_key="for tests only",
                     data_key="of its own")
    engine = ProcessEngine(newer, small_house.clock)
    house = small_house
    house.engine = engine
    assert [one.id for one in engine.boards.cases(house("root"), PHONE)] == [case]
    # when it reseals
    assert engine.reseal() > 0
    # then the old key is not needed any more, the case is found, and there is nothing left to do
    assert engine.reseal() == 0
    engine.close()
    alone = ProcessEngine(Settings(database_url=newer.database_url, data_key="of its own"), small_house.clock)
    house.engine = alone
    assert house.row(case).phone == PHONE
    assert [one.id for one in alone.boards.cases(house("root"), PHONE)] == [case]
    alone.close()


def test_a_fault_of_the_database_tells_the_log_no_values(small_house: House, case: str) -> None:
    with pytest.raises(IntegrityError) as told, small_house.engine.database.transaction() as connection:
        connection.execute(insert(UserTask.__table__).values(id=PHONE))
    assert PHONE not in str(told.value)


def test_resealing_brings_the_records_of_registers_under_the_newest_key(small_house: House) -> None:
    # given a register under the first key
    files = content("note") | {"forms/registers/client.yaml": CLIENT.encode()}
    small_house.engine.deployments.deploy(files, SYSTEM)
    small_house.engine.registers.save("client", {"code": "C1", "name": NAME, "phone": PHONE}, SYSTEM)
    assert NAME not in on_disk(small_house, "reg_client", "reg__history")
    url = small_house.engine.settings.database_url
    both = ProcessEngine(Settings(database_url=url, secret_key="for tests only", data_key="of its own"),
                         small_house.clock)
    # when the house reseals under a newer one
    assert both.reseal() > 0 and both.reseal() == 0
    both.close()
    # then the records are found without the old one, by number, part of the name and initials
    alone = ProcessEngine(Settings(database_url=url, data_key="of its own"), small_house.clock)
    for asked in (PHONE, PHONE[-4:], NAME[1:3], "htzs"):
        assert [one["label"] for one in alone.registers.search("client", asked, SYSTEM)] == [NAME]
    with alone.database.reading() as connection:
        assert alone.registers.store(connection, "client").history(connection, 1)[0].changes["phone"] == (None, PHONE)
    alone.close()
