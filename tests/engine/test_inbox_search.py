"""Business fields that a process declares: kept with the case, found by value and range, counted; what is refused."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import event

from engine import InboxPage, NotFound
from engine.checking.files import check_content, read_content
from engine.models.working import SearchValue
from tests.engine.house import House, content


@pytest.fixture
def orders(house: House) -> House:
    house.deploy("order", "note")
    return house


@pytest.fixture
def desk(small_house: House) -> House:
    small_house.deploy("order", "note")
    return small_house


def ordered(house: House, **values: Any) -> str:
    """An order that was taken; its next step waits for an agent, or for the supervisor if it is dear."""
    case = house.start("order")
    house.complete(case, "take", values=values)
    return case


def found(house: House, view: str = "unclaimed", login: str = "li.na", **filters: str) -> list[str]:
    return [row.case_id for row in page(house, view, login, **filters).rows]


def page(house: House, view: str = "unclaimed", login: str = "li.na", **filters: str) -> InboxPage:
    named = {name.replace("f_", "f."): value for name, value in filters.items()}
    return house.engine.boards.inbox(house(login), view, named)


def test_three_business_filters_at_once(orders: House) -> None:
    cheap = ordered(orders, channel="phone", price="120", wanted_on="2026-04-20", model="A-100%")
    other = ordered(orders, channel="phone", price="999.99", wanted_on="2026-05-02", model="B_7")
    ordered(orders, channel="letter", price="120", wanted_on="2026-04-20")
    orders.start("note")
    assert set(found(orders, f_channel="phone")) == {cheap, other}
    assert found(orders, f_channel="phone", f_price="100..500", f_wanted="2026-04-20..2026-04-30") == [cheap]
    assert found(orders, f_channel="phone", f_price="500..", f_wanted="..2026-05-02") == [other]
    assert found(orders, f_price="120", f_channel="letter|phone", f_wanted="2026-04-20", search="A-100%") == [cheap]
    assert page(orders, f_channel="phone", f_price="100..500").total == 1
    assert page(orders, f_channel="phone").counts["unclaimed"] == 4, "the counts of views are not narrowed"


@pytest.mark.parametrize("filters", [
    {"f_price": "cheap"}, {"f_price": "1..x"}, {"f_price": ".."}, {"f_price": "NaN"}, {"f_price": "1e400"},
    {"f_wanted": "soon"}, {"f_wanted": "9999-12-31"}, {"f_wanted": "2026-02-30.."}, {"f_channel": "|"},
    {"f_nothing": "x"}, {"f_channel": "' or 1=1 --"}, {"version": "x"}, {"due": "never"}, {"since": "ever"},
    {"unit": "elsewhere"}, {"role": "'"}, {"search": "%"}, {"search": "no such thing"}])
def test_what_cannot_be_meant_finds_nothing_and_fails_nowhere(desk: House, filters: dict[str, str]) -> None:
    ordered(desk, channel="phone", price="120", wanted_on="2026-04-20", model="plain")
    assert found(desk, **filters) == []
    assert desk.engine.boards.facets(desk("li.na"), "unclaimed", {"severity": "x"})


def test_a_filter_that_does_not_exist_is_said_to(desk: House) -> None:
    with pytest.raises(NotFound):
        desk.engine.boards.inbox(desk("li.na"), "unclaimed", {"colour": "blue"})
    with pytest.raises(NotFound):
        desk.engine.boards.inbox(desk("li.na"), "unclaimed", {}, sort="password")


def test_text_is_found_at_the_beginning_of_a_business_field(desk: House) -> None:
    case = ordered(desk, customer="苏州恒泰", model="DD20260310")
    for text in ("DD2026", "恒泰", "szht", desk.row(case).case_number.lower()):
        assert found(desk, search=text) == [case], text
    assert found(desk, search="0310") == []


def test_texts_longer_than_the_line_keeps_are_told_apart(desk: House) -> None:
    first, second = (ordered(desk, model="长" * 70 + end, channel="phone") for end in "ab")
    assert found(desk, f_model="长" * 70 + "a") == [first] and found(desk, f_model="长" * 70 + "b") == [second]
    assert found(desk, f_model="长" * 70) == []
    odd = ordered(desk, model="a|b=c#d", price="-0.00")
    assert found(desk, search="a/b:c") == [odd]


def test_rows_are_written_where_a_field_changed_and_only_there(orders: House) -> None:
    case = ordered(orders, channel="phone", price="120", urgent="true")
    assert kept(orders, case) == {"channel": "phone", "price": 120, "urgent": "true"}
    told: list[str] = []
    event.listen(orders.engine.database.engine, "before_cursor_execute", lambda *more: told.append(more[2]))
    orders.complete(case, "price", values={"price": "150", "urgent": "true"})
    assert kept(orders, case) == {"channel": "phone", "price": 150, "urgent": "true"}
    assert sum("INSERT INTO search_value" in text for text in told) == 1
    told.clear()
    orders.complete(case, "decide", "zhou.min", {"decision": "return"})
    assert not [text for text in told if "INSERT INTO search_value" in text], "nothing changed, nothing is written"
    orders.complete(case, "take", values={"channel": "", "price": "2000"})
    assert kept(orders, case) == {"channel": None, "price": 2000, "urgent": "true"}


def kept(house: House, case: str) -> dict[str, Any]:
    return {row.field: row.text if row.number is None else row.number for row in house.rows(
        SearchValue.__table__.select().where(SearchValue.root_id == case))}


def test_other_filters_and_orders(desk: House) -> None:
    first = ordered(desk, customer="乙")
    desk.after(days=1)
    second = ordered(desk, customer="甲")
    note = desk.start("note")
    assert set(found(desk, since="today")) == {second, note}
    assert found(desk, since="week", process="order") == [first, second]
    assert found(desk, version="1", process="order,note", role="agent", unit=desk.row(first).unit_id, due="none") == \
        [first, second, note]
    inbox = desk.engine.boards.inbox
    for sort, order in (("-since", [note, second, first]), ("since", [first, second, note])):
        assert [row.case_id for row in inbox(desk("li.na"), "unclaimed", sort=sort).rows] == order
    by_number = inbox(desk("li.na"), "unclaimed", {"process": "order"}, sort="-number").rows
    assert [row.case_id for row in by_number] == [second, first]


@pytest.mark.parametrize("sort", ["due", "-due", "since", "-since", "customer", "-customer", "number", "severity",
                                  "step", "-priority"])
def test_pages_in_every_order_follow_without_gap_or_repetition(orders: House, sort: str) -> None:
    for number in range(7):
        ordered(orders, customer=f"客户{number % 3}", channel="phone")
    seen: list[str] = []
    after = None
    for _ in range(9):
        part = orders.engine.boards.inbox(orders("li.na"), "unclaimed", {"f.channel": "phone"}, after, 3, sort)
        seen += [row.id for row in part.rows]
        assert part.total == 7
        after = part.next
        if after is None:
            break
    assert len(seen) == len(set(seen)) == 7


def test_facets_count_what_the_filters_find(orders: House) -> None:
    ordered(orders, channel="phone", price="120", urgent="true")
    ordered(orders, channel="phone", price="130", urgent="false")
    ordered(orders, channel="letter", price="140")
    orders.start("note")

    def counted(**filters: str) -> dict[str, dict[str, int]]:
        named = {name.replace("f_", "f."): value for name, value in filters.items()}
        return {facet.name: {value.value: value.count for value in facet.values}
                for facet in orders.engine.boards.facets(orders("li.na"), "unclaimed", named)}

    every = counted()
    assert every["process"] == {"order": 3, "note": 1} and every["f.channel"] == {"phone": 2, "letter": 1}
    assert every["since"] == {"today": 4} and every["due"] == {"none": 4} and every["role"] == {"agent": 4}
    narrowed = counted(f_channel="phone")
    assert narrowed["process"] == {"order": 2} and narrowed["f.urgent"] == {"true": 1, "false": 1}
    titles = {facet.name: (facet.kind, facet.title.en)
              for facet in orders.engine.boards.facets(orders("li.na"), "unclaimed")}
    assert titles["f.price"] == ("number", "Price") and titles["f.wanted"] == ("instant", "Wanted on")


def test_filters_are_worded_as_the_forms_word_them(desk: House) -> None:
    told = desk.engine.boards.chosen({"f.channel": "phone|letter", "due": "late", "f.urgent": "true"})
    assert [(title.en, words.en) for title, words in (told["f.channel"], told["due"], told["f.urgent"])] == [
        ("Channel", "Phone, Letter"), ("Due", "Overdue"), ("Urgent", "Yes")]
    assert told["f.channel"][1].zh == "电话、来信"


@pytest.mark.parametrize(("declared", "said"), [
    ("nothing.channel", "not used by this process"), ("order_form.chanel", "Did you mean channel?"),
    ("order_form", "not in the form"), ("a b = order_form.channel", "is no name"),
    (", ".join(f"n{number} = order_form.model" for number in range(13)), "at most 12")])
def test_a_declaration_that_will_not_do_is_told(declared: str, said: str) -> None:
    files = content("order")
    files["t/order.bpmn"] = files["t/order.bpmn"].replace(
        b"order_form.channel, order_form.price, wanted = order_form.wanted_on, order_form.urgent, order_form.model",
        declared.encode())
    problems = [one for one in check_content(read_content(files)) if one.code == "search_field"]
    assert said in problems[0].en and problems[0].element == "order"


def test_personal_and_long_fields_cannot_be_declared() -> None:
    files = content("order")
    files["forms/t/order_form.yaml"] = files["forms/t/order_form.yaml"].replace(
        b"type: text}", b"type: text, personal: true}")
    problems = [one for one in check_content(read_content(files)) if one.code == "search_field"]
    assert [one.severity for one in problems] == ["error"]
