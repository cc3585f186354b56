"""Tables: rows of cells with errors at table.row.column, computed cells, read-only cells."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from engine.forms import draft

ITEMS = (
    "id: items, type: table, required: true, columns: ["
    "{id: name, type: text, required: true, label: {zh: 品名, en: Name}}, "
    "{id: quantity, type: int, min: 1, label: {zh: 数量, en: Quantity}}, "
    "{id: price, type: money, label: {zh: 单价, en: Price}}, "
    "{id: sum, type: money, compute: '=quantity * price', label: {zh: 金额, en: Sum}}]"
)


def test_cells_are_read_and_computed_row_by_row_and_summed_above(declare, submit):
    form = declare(ITEMS, "id: total, type: money, compute: '=sum(items.sum)'")
    outcome = submit(
        form,
        {"items": [{"name": "地板", "quantity": "2", "price": "1.5"}, {"name": "门", "quantity": "1", "price": "1万"}]},
    )
    assert [row["sum"] for row in outcome.values["items"]] == [Decimal("3.00"), Decimal("10000.00")]
    assert outcome.values["total"] == Decimal("10003.00")


def test_every_wrong_cell_has_a_message_of_its_own(declare, submit, codes):
    form = declare(ITEMS)
    outcome = submit(
        form, {"items": [{"name": "a", "quantity": "0"}, {"name": "", "quantity": "x"}, {"name": "c", "colour": "red"}]}
    )
    assert sorted(codes(outcome)) == [
        ("items.0.quantity", "too_small"),
        ("items.1.name", "required"),
        ("items.1.quantity", "not_a_number"),
        ("items.2.colour", "unknown_field"),
    ]


def test_blank_rows_are_left_out_and_a_required_table_needs_one(declare, submit, codes):
    form = declare(ITEMS)
    assert codes(submit(form, {"items": [{"name": "", "quantity": ""}]})) == [("items", "required")]
    assert codes(submit(form, {"items": []})) == [("items", "required")]
    assert len(submit(form, {"items": [{"name": ""}, {"name": "a"}]}).values["items"]) == 1


def test_conditions_of_a_column_see_the_row_first(declare, submit, codes):
    form = declare(
        "id: kind, type: text",
        "id: t, type: table, columns: ["
        "{id: kind, type: text, label: {zh: 类, en: Kind}}, "
        "{id: why, type: text, required: '=kind = \"x\"', label: {zh: 因, en: Why}}]",
    )
    assert codes(submit(form, {"kind": "y", "t": [{"kind": "x"}, {"kind": "y"}]})) == [("t.0.why", "required")]


def test_a_rule_of_a_column_is_asked_for_every_row(declare, submit, codes):
    form = declare(
        "id: promised, type: date",
        "id: steps, type: table, columns: [{use: action}]",
        rest="rules:\n  - {field: steps.due, refuse_if: '=due > promised', "
        "message: {zh: 晚于承诺期限。, en: Too late.}}\n",
    )
    row = {"action": "a", "owner": "li.na"}
    outcome = submit(
        form, {"promised": "2026-04-09", "steps": [row | {"due": "2026-04-09"}, row | {"due": "2026-04-10"}]}
    )
    assert codes(outcome) == [("steps.1.due", "rule")]


def test_read_only_cells_keep_their_values_even_when_a_row_above_goes(declare, submit, codes):
    form = declare(
        "id: t, type: table, columns: [{id: no, type: int, readonly: true, label: {zh: 号, en: No}}, "
        "{id: a, type: text, label: {zh: 甲, en: A}}]"
    )
    stored = {"t": [{"no": 1, "a": "x"}, {"no": 2, "a": "y"}]}
    assert submit(form, {"t": [{"no": "2", "a": "z"}]}, stored=stored).values == {"t": [{"no": 2, "a": "z"}]}
    assert codes(submit(form, {"t": [{"no": "3", "a": "z"}]}, stored=stored)) == [("t.0.no", "not_editable")]


KEPT = (
    "id: t, type: table, columns: [{id: no, type: int, readonly: true, label: {zh: 号, en: No}}, "
    "{id: a, type: text, label: {zh: 甲, en: A}}]"
)


def test_cells_that_were_not_sent_stay_with_the_row_they_came_from(declare, submit):
    form, stored = declare(KEPT), {"t": [{"no": 1, "a": "x"}, {"no": 2, "a": "y"}]}
    sent = {"t": [{"__from__": "1", "a": "z"}, {"__from__": "", "a": "new"}, {"__from__": "99", "a": "odd"}]}
    assert submit(form, sent, stored=stored).values["t"] == [
        {"no": 2, "a": "z"},
        {"no": None, "a": "new"},
        {"no": None, "a": "odd"},
    ]
    assert submit(form, {"t": [{"a": "z"}]}, stored=stored).values["t"] == [{"no": 1, "a": "z"}]


def test_a_row_that_is_emptied_and_holds_nothing_else_goes(declare, submit):
    form, stored = declare(KEPT), {"t": [{"no": None, "a": "x"}, {"no": 2, "a": "y"}]}
    sent = {"t": [{"__from__": "0", "a": ""}, {"__from__": "1", "a": ""}]}
    assert submit(form, sent, stored=stored).values["t"] == [{"no": 2, "a": None}]


def test_a_page_knows_where_its_rows_come_from_and_a_draft_keeps_it(declare, page, now):
    form, stored = declare(KEPT), {"t": [{"no": 1, "a": "x"}, {"no": 2, "a": "y"}]}
    assert page(form, stored=stored).fields[0].origins == ("0", "1")
    kept = draft(form, {"t": [{"__from__": "1", "a": "z"}, {"__from__": "", "a": "new"}]}, now=now)
    again = page(form, stored=stored, entered=kept).fields[0]
    assert again.origins == ("1", "")
    assert [[cell.text for cell in row] for row in again.rows] == [["2", "z"], ["", "new"]]


def test_a_table_the_task_may_only_read_must_come_unchanged(declare, submit, codes):
    form = declare(ITEMS, rest="tasks:\n  t: {items: read}\n")
    stored = submit(form, {"items": [{"name": "a", "quantity": "2", "price": "3"}]}).values
    options = {"stored": stored, "permissions": form.permissions("t")}
    assert submit(form, {"items": [{"name": "a", "quantity": "2", "price": "3.00", "sum": "6.00"}]}, **options).ok
    assert codes(submit(form, {"items": [{"name": "b", "quantity": "2", "price": "3"}]}, **options)) == [
        ("items", "not_editable")
    ]


def test_defaults_fill_new_rows(declare, submit):
    form = declare(
        "id: t, type: table, columns: [{id: day, type: date, default: '=today()', label: {zh: 日, en: Day}}, "
        "{id: a, type: text, label: {zh: 甲, en: A}}]"
    )
    assert submit(form, {"t": [{"a": "x"}, {"a": "y", "day": ""}]}).values["t"] == [
        {"day": date(2026, 4, 7), "a": "x"},
        {"day": None, "a": "y"},
    ]


@pytest.mark.parametrize(
    ("limits", "rows", "code"),
    [("min_rows: 2", 1, "too_few_rows"), ("max_rows: 2", 3, "too_many_rows"), ("min_rows: 1", 501, "too_many_rows")],
)
def test_the_number_of_rows_is_bounded(declare, submit, codes, limits, rows, code):
    form = declare(f"id: t, type: table, {limits}, columns: [{{id: a, type: int, label: {{zh: 甲, en: A}}}}]")
    assert codes(submit(form, {"t": [{"a": "1"}] * rows})) == [("t", code)]


def test_a_reference_in_a_row_fills_the_cells_of_its_row(declare, submit):
    class Products:
        def record(self, register, key):
            return {"register": register, "id": key, "label": f"P{key}", "values": {"price": Decimal(key)}}

    form = declare(
        "id: t, type: table, columns: [{id: product, type: ref, register: product, fill: {price: price}, "
        "label: {zh: 品, en: P}}, {id: price, type: money, label: {zh: 价, en: Price}}]"
    )
    rows = submit(form, {"t": [{"product": "7"}, {"product": "8", "price": "5"}]}, lookup=Products()).values["t"]
    assert [row["price"] for row in rows] == [Decimal("7.00"), Decimal("5.00")]
