"""What a page gets: every decision taken, so that a template only renders."""

from __future__ import annotations

from decimal import Decimal

from engine.forms import print_view

PLAN = (
    "id: method, type: enum, required: true, values: [{id: pay, zh: 赔偿, en: Pay}, {id: other, zh: 其他, en: Other}]",
    "id: amount, type: money, min: 1, visible: '=method = \"pay\"', required: '=method = \"pay\"', "
    "help: {zh: 元, en: Yuan}",
    "id: total, type: money, compute: '=amount * 2'",
    "id: secret, type: text",
    "id: note, type: text, visible: '=secret != null'",
)


def test_a_field_is_ready_to_render(declare, page):
    form = declare(*PLAN)
    method, amount, total, *_ = page(form, stored={"method": "pay", "amount": Decimal("18600.00")}, lang="en").fields
    assert (method.label, method.text, method.display, method.required) == ("One", "pay", "Pay", True)
    assert [(one.id, one.label, one.selected) for one in method.options] == [
        ("pay", "Pay", True),
        ("other", "Other", False),
    ]
    assert (amount.path, amount.text, amount.display, amount.help) == ("amount", "18600.00", "¥18,600.00", "Yuan")
    assert (amount.visible, amount.required, amount.readonly, amount.attributes["min"]) == (True, True, False, "1.00")
    assert (total.readonly, total.display) == (True, "¥37,200.00")
    assert amount.formulas == {"visible": 'method = "pay"', "required": 'method = "pay"'}


def test_hidden_fields_are_not_there_and_formulas_that_name_them_stay_on_the_server(declare, page):
    form = declare(*PLAN, rest="tasks:\n  t: {secret: hide}\n")
    shown = {one.id: one for one in page(form, permissions=form.permissions("t"), variables={"secret": "s"}).fields}
    assert "secret" not in shown
    assert shown["note"].formulas == {}


def test_the_browser_gets_only_the_variables_its_formulas_name(declare, page):
    form = declare("id: a, type: int, required: '=limit > 3'", "id: b, type: int, default: '=private'")
    assert page(form, variables={"limit": 5, "private": 7, "other": 1}).context == {"limit": 5}


def test_defaults_are_shown_when_the_form_is_first_opened_and_numbers_are_not_drawn(declare, page, numbers):
    form = declare(
        "id: day, type: date, default: '=today()'",
        "id: no, type: text, default: '=next number(\"CL\")', readonly: true",
    )
    day, no = page(form).fields
    assert (day.text, no.text, no.automatic, numbers) == ("2026-04-07", "", True, [])


def test_a_refused_submission_is_shown_again_with_its_messages(declare, submit, page):
    form = declare(*PLAN)
    entered = {"method": "pay", "amount": "很多", "note": "x"}
    refused = submit(form, entered)
    shown = page(form, entered=entered, errors=refused.errors)
    amount = shown.fields[1]
    assert (amount.text, amount.error) == ("很多", "请填数字，例如 1860 或 1.86万。")
    assert [one.id for one in shown.wrong] == ["amount"]
    assert shown.sections[0].state == "wrong"


def test_errors_of_no_field_in_sight_stand_on_top(declare, submit, page):
    form = declare("id: a, type: text")
    shown = page(form, errors=submit(form, {"zzz": "1"}).errors)
    assert shown.errors == ("表单没有“zzz”这一项。",)


def test_the_state_of_a_section_tells_what_is_left_to_do(declare, page):
    form = declare("id: a, type: text, required: true", rest="tasks:\n  t: {'*': read}\n")
    assert page(form).sections[0].state == "open"
    assert page(form, stored={"a": "x"}).sections[0].state == "done"
    assert page(form, stored={"a": "x"}, permissions=form.permissions("t")).sections[0].state == "read"


def test_a_table_has_rows_of_cells_and_a_blank_row_to_copy(declare, submit, page):
    form = declare(
        "id: t, type: table, columns: [{id: a, type: int, default: 7, label: {zh: 甲, en: A}}, "
        "{id: b, type: text, required: '=a > 1', label: {zh: 乙, en: B}}]"
    )
    entered = {"t": [{"a": "1"}, {"a": "x", "b": "y"}]}
    table = page(form, entered=entered, errors=submit(form, entered).errors).fields[0]
    assert [[cell.path for cell in row] for row in table.rows] == [["t.0.a", "t.0.b"], ["t.1.a", "t.1.b"]]
    assert (table.rows[1][0].text, table.rows[1][0].error) == ("x", "请填数字，例如 1860 或 1.86万。")
    assert [(cell.path, cell.text, cell.label) for cell in table.columns] == [
        ("t.__row__.a", "7", "甲"),
        ("t.__row__.b", "", "乙"),
    ]
    assert table.rows[0][1].formulas == {"required": "a > 1"}


def test_what_an_earlier_step_filled_in_is_shown_even_where_its_condition_cannot_be_told_any_more(declare, page):
    form = declare("id: wish, type: text, visible: '=disagreements > 0'", "id: n, type: int, compute: '=plan_version'")
    looking = form.permissions(None).reading()
    wish, n = page(form, stored={"wish": "换货", "n": 3}, permissions=looking).fields
    assert (wish.visible, n.display) == (True, "3")
    assert page(form, stored={}, permissions=looking).fields[0].visible is False
    assert (
        page(form, stored={"wish": "x"}, permissions=looking, variables={"disagreements": 0}).fields[0].visible is False
    )


def test_the_decision_buttons_are_the_outcome_field(declare, page):
    form = declare("use: approval")
    outcome = page(form, lang="en").outcome
    assert (outcome.id, [one.label for one in outcome.options]) == ("decision", ["Approve", "Return", "Reject"])


def test_paper_shows_values_and_leaves_room_for_what_is_missing(declare, submit, evaluate, now):
    form = declare(
        "id: name, type: text, personal: true",
        "id: opinion, type: longtext",
        "id: sign, type: signature",
        "id: hidden, type: text, visible: '=false'",
        "id: n, type: int",
        "id: t, type: table, columns: [{id: a, type: int, label: {zh: 甲, en: A}}]",
    )
    stored = submit(form, {"name": "王小明", "t": [{"a": "1000"}]}).values
    paper = print_view(form, stored=stored, variables={}, evaluate=evaluate, now=now)
    lines = {line.id: line for line in paper.sections[0][1]}
    assert {name: line.display for name, line in lines.items()} == {
        "name": "王***",
        "opinion": "",
        "sign": "",
        "n": "–",
        "t": "1 行",
    }
    assert (lines["t"].columns, lines["t"].rows, paper.signed) == (("甲",), (("1,000",),), False)
    open_paper = print_view(form, stored=stored, variables={}, evaluate=evaluate, now=now, unmask=True)
    assert open_paper.sections[0][1][0].display == "王小明"
