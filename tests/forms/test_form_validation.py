"""Submitting a form: required, visible, read-only, computed, default, rules, what is set, permission per task."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from engine.forms import draft

CHANNEL = "id: channel, type: enum, values: [phone, letter], required: true"


class People:
    """Looks up two customers, one agent and one photo."""

    clients = {7: {"name": "恒泰", "phone": "13812346621"}, 8: {"name": "新世界", "phone": None}}

    def record(self, register, key):
        key = {"C-7": 7}.get(key, key)
        values = self.clients.get(key) if register == "client" else None
        return {"register": register, "id": key, "label": values["name"], "values": values} if values else None

    def user(self, login, role):
        return {"login": login, "name": "李娜"} if login == "li.na" and role in (None, "complaint_agent") else None

    def file(self, sha256):
        return {"sha256": sha256, "type": "image/png", "size": 5} if sha256 == "b" * 64 else None


def test_a_required_field_is_asked_for_and_a_condition_decides(declare, submit, codes):
    form = declare(CHANNEL, "id: recording, type: text, required: '=channel = \"phone\"'")
    assert codes(submit(form, {})) == [("channel", "required")]
    assert codes(submit(form, {"channel": "phone", "recording": " "})) == [("recording", "required")]
    assert submit(form, {"channel": "letter"}).ok


def test_no_is_an_answer_to_a_required_question(declare, submit, codes):
    form = declare("id: reached, type: bool, required: true")
    assert submit(form, {"reached": "false"}).values == {"reached": False}
    assert codes(submit(form, {"reached": ""})) == [("reached", "required")]


def test_what_is_not_visible_is_neither_asked_for_nor_kept(declare, submit):
    form = declare(CHANNEL, "id: letter, type: text, required: true, visible: '=channel = \"letter\"'")
    outcome = submit(form, {"channel": "phone", "letter": "旧内容"}, stored={"channel": "letter", "letter": "旧内容"})
    assert (outcome.errors, outcome.values) == ((), {"channel": "phone", "letter": None})


def test_a_field_of_another_step_keeps_its_value_even_when_it_is_not_visible_now(declare, submit):
    form = declare(
        CHANNEL, "id: letter, type: text, visible: '=channel = \"letter\"'", rest="tasks:\n  t: {letter: read}\n"
    )
    outcome = submit(form, {"channel": "phone"}, stored={"letter": "原件"}, permissions=form.permissions("t"))
    assert outcome.values == {"channel": "phone", "letter": "原件"}


def test_a_hidden_section_hides_its_fields(declare, submit):
    form = declare(
        CHANNEL,
        rest="  - id: t\n    title: {zh: 二, en: Two}\n    visible: '=channel = \"letter\"'\n    fields:\n"
        "      - {id: x, type: text, required: true, label: {zh: 一, en: One}}\n",
    )
    assert submit(form, {"channel": "phone"}).ok
    assert not submit(form, {"channel": "letter"}).ok


def test_a_condition_that_is_null_counts_as_no(declare, submit):
    form = declare(
        "id: a, type: text, required: '=nothing.there > 1'", "id: b, type: text, visible: '=nothing.there > 1'"
    )
    assert submit(form, {"b": "x"}).values == {"a": None, "b": None}


def test_a_default_fills_what_was_never_answered_but_not_what_was_emptied(declare, submit):
    form = declare("id: day, type: date, default: '=today()'", "id: n, type: int, default: 3")
    assert submit(form, {}).values == {"day": date(2026, 4, 7), "n": 3}
    assert submit(form, {"day": "", "n": "5"}).values == {"day": None, "n": 5}
    assert submit(form, {}, stored={"n": 4}).values["n"] == 4


def test_a_default_may_follow_another_field(declare, submit):
    form = declare("id: b, type: int, default: '=a * 2'", "id: a, type: int, default: 3")
    assert submit(form, {}).values == {"b": 6, "a": 3}


def test_computed_fields_are_computed_by_the_server_and_rounded_to_their_type(declare, submit, codes):
    form = declare(
        "id: price, type: money",
        "id: total, type: money, compute: '=price / 3'",
        "id: twice, type: money, compute: '=total * 2'",
    )
    outcome = submit(form, {"price": "100"})
    assert (outcome.values["total"], outcome.values["twice"]) == (Decimal("33.33"), Decimal("66.66"))
    assert submit(form, {"price": "100", "total": "33.33"}).ok, "the browser may have computed the same"
    assert codes(submit(form, {"price": "100", "total": "1"})) == [("total", "not_editable")]


def test_a_computation_that_fails_is_told_at_its_field(declare, submit, codes):
    form = declare("id: a, type: int, compute: '=\"x\"'")
    assert codes(submit(form, {})) == [("a", "not_a_number")]


def test_who_and_when_are_stamped_only_by_the_task_that_owns_the_field(declare, submit, now):
    form = declare(
        "id: note, type: text",
        "use: approval",
        rest="tasks:\n  plan: {'*': hide, note: edit}\n  approve: {note: read}\n",
    )
    planned = submit(form, {"note": "方案"}, permissions=form.permissions("plan"))
    assert planned.values == {"note": "方案", "decision": None, "opinion": None, "approver": None, "approved_at": None}
    done = submit(form, {"decision": "approve"}, stored=planned.values, permissions=form.permissions("approve"))
    assert (done.values["approver"], done.values["approved_at"]) == ({"login": "li.na", "name": "李娜"}, now)
    assert done.decision == "approve"


def test_a_pure_computation_runs_even_where_its_field_is_only_read(declare, submit):
    form = declare(
        "id: n, type: int", "id: twice, type: int, compute: '=n * 2'", rest="tasks:\n  t: {'*': read, n: edit}\n"
    )
    assert submit(form, {"n": "4"}, stored={"n": 1, "twice": 2}, permissions=form.permissions("t")).values["twice"] == 8


def test_a_computation_that_follows_nothing_this_task_can_change_keeps_its_value(declare, submit):
    form = declare(
        "id: version, type: int, compute: '=plan_version'", "id: a, type: int", rest="tasks:\n  t: {version: read}\n"
    )
    options = {"permissions": form.permissions("t"), "variables": {"plan_version": 2}}
    assert submit(form, {"a": "1"}, stored={"version": 1}, **options).values["version"] == 1
    assert submit(form, {"a": "1"}, stored={}, **options).values["version"] == 2


def test_a_computation_that_names_itself_means_what_was_there_before(declare, submit):
    form = declare("use: contact")
    call = {"contact_at": "2026-04-07T08:00", "channel": "phone", "reached": "false"}
    first = submit(form, call)
    second = submit(form, call, stored=first.values)
    assert (first.values["attempt_no"], second.values["attempt_no"]) == (1, 2)


@pytest.mark.parametrize("attribute", ["default", "compute"])
def test_a_number_is_drawn_once_and_only_when_all_is_well(declare, submit, numbers, attribute):
    form = declare(f"id: no, type: text, {attribute}: '=next number(\"CL\")'", "id: a, type: int, required: true")
    assert not submit(form, {}).ok
    assert numbers == []
    first = submit(form, {"a": "1"})
    assert first.values["no"] == "CL-20260407-001"
    again = submit(form, {"a": "2"}, stored=first.values)
    assert (again.values["no"], numbers) == ("CL-20260407-001", ["CL-20260407-001"])


def test_a_number_is_drawn_by_the_step_that_owns_it_and_by_no_other(declare, submit, numbers):
    form = declare(
        "id: no, type: text, default: '=next number(\"CL\")'",
        "id: kind, type: text",
        "id: extra, type: text, visible: '=kind = \"x\"', default: '=next number(\"EX\")'",
        rest="tasks:\n  t: {no: read}\n",
    )
    assert submit(form, {}, permissions=form.permissions("t")).values == {"no": None, "kind": None, "extra": None}
    assert submit(form, {"kind": "x"}).values == {"no": "CL-20260407-001", "kind": "x", "extra": "EX-20260407-002"}
    assert len(numbers) == 2


def test_a_changed_read_only_field_is_refused_and_an_unchanged_one_is_not(declare, submit, codes):
    form = declare("id: amount, type: money", "id: note, type: text", rest="tasks:\n  t: {amount: read}\n")
    options = {"stored": {"amount": Decimal("5.00")}, "permissions": form.permissions("t")}
    assert codes(submit(form, {"amount": "6"}, **options)) == [("amount", "not_editable")]
    assert submit(form, {"amount": "5.00", "note": "a"}, **options).ok
    assert submit(form, {"amount": 5, "note": "a"}, **options).ok
    assert submit(form, {"note": "a"}, **options).values["amount"] == Decimal("5.00")


def test_a_field_read_only_by_formula_keeps_its_value(declare, submit, codes):
    form = declare("id: kind, type: text", "id: a, type: int, readonly: '=kind = \"x\"', default: 3")
    assert codes(submit(form, {"kind": "x", "a": "4"})) == [("a", "not_editable")]
    assert submit(form, {"kind": "x", "a": "3"}).ok
    assert submit(form, {"kind": "y", "a": "4"}).values["a"] == 4
    assert submit(form, {"kind": "x", "a": ""}, stored={"a": 9}).errors != ()


def test_a_hidden_field_may_not_come_at_all_not_even_unchanged(declare, submit, codes):
    form = declare("id: secret, type: text", rest="tasks:\n  t: {secret: hide}\n")
    options = {"stored": {"secret": "s"}, "permissions": form.permissions("t")}
    assert codes(submit(form, {"secret": "s"}, **options)) == [("secret", "not_editable")]
    assert submit(form, {"secret": ""}, **options).values == {"secret": "s"}


def test_unknown_fields_and_nonsense_are_refused(declare, submit, codes):
    form = declare("id: a, type: text")
    assert codes(submit(form, {"a": "1", "__class__": "x"})) == [("__class__", "unknown_field")]
    assert codes(submit(form, ["a"])) == [("", "type")]


def test_a_rule_is_told_at_its_field_unless_that_is_wrong_already(declare, submit, codes):
    form = declare(
        "id: start, type: date",
        "id: due, type: date",
        rest="rules:\n  - {field: due, refuse_if: '=due < start', "
        "message: {zh: 完成日期早于开始日期。, en: Due before start.}}\n",
    )
    wrong = submit(form, {"start": "2026-04-07", "due": "2026-04-06"})
    assert codes(wrong) == [("due", "rule")]
    assert wrong.errors[0].zh == "完成日期早于开始日期。"
    assert codes(submit(form, {"start": "2026-04-07", "due": "x"})) == [("due", "not_a_date")]
    assert submit(form, {"start": "2026-04-07"}).ok, "null is not true"


def test_a_rule_is_not_asked_where_nobody_could_see_its_message(declare, submit, codes):
    form = declare(
        "id: a, type: int",
        "id: b, type: int, visible: '=a > 5'",
        rest="rules:\n  - {field: b, refuse_if: '=b = null', message: {zh: 缺, en: Missing}}\ntasks:\n  t: {b: hide}\n",
    )
    assert submit(form, {"a": "1"}).ok
    assert submit(form, {"a": "9"}, permissions=form.permissions("t")).ok
    assert codes(submit(form, {"a": "9"})) == [("b", "rule")]


def test_shared_variables_are_set_from_the_values(declare, submit):
    form = declare("id: a, type: int", rest="sets: {double: '=a * 2', who: '=user.login'}\n")
    assert submit(form, {"a": "2"}).sets == {"double": 4, "who": "li.na"}
    assert submit(form, {"a": "x"}).sets == {}


def test_a_null_overwrites_a_shared_variable_only_where_its_field_can_be_emptied(declare, submit):
    form = declare("id: a, type: int", "id: b, type: int", rest="sets: {x: '=a'}\ntasks:\n  t: {a: read}\n")
    assert submit(form, {"a": ""}).sets == {"x": None}
    assert submit(form, {"b": "1"}, permissions=form.permissions("t")).sets == {}


def test_fields_win_over_variables_of_the_same_name(declare, submit):
    form = declare("id: amount, type: int", "id: big, type: bool, compute: '=amount > limit'")
    assert submit(form, {"amount": "5"}, variables={"amount": 100, "limit": 10}).values["big"] is False


def test_a_reference_is_looked_up_and_fills_what_was_left_empty(declare, submit, codes):
    form = declare(
        "id: customer, type: ref, register: client, fill: {name: name, phone: phone}",
        "id: name, type: text",
        "id: phone, type: phone",
    )
    outcome = submit(form, {"customer": "C-7", "name": "另名"}, lookup=People())
    assert outcome.values == {
        "customer": {"register": "client", "id": 7, "label": "恒泰"},
        "name": "另名",
        "phone": "13812346621",
    }
    assert codes(submit(form, {"customer": "99"}, lookup=People())) == [("customer", "no_such_record")]


def test_a_person_must_exist_and_hold_the_role(declare, submit, codes):
    form = declare("id: owner, type: user, role: complaint_agent", "id: boss, type: user, role: leader")
    assert codes(submit(form, {"owner": "li.na", "boss": "li.na"}, lookup=People())) == [("boss", "no_such_user")]
    assert submit(form, {"owner": "li.na"}, lookup=People()).values["owner"] == {"login": "li.na", "name": "李娜"}


def test_of_a_file_the_store_decides_the_type_and_size(declare, submit, codes):
    form = declare("id: photo, type: file, accept: [image]")
    claimed = {"sha256": "b" * 64, "name": "p.png", "type": "image/gif", "size": 0}
    assert submit(form, {"photo": claimed}, lookup=People()).values["photo"] == {
        "sha256": "b" * 64,
        "name": "p.png",
        "type": "image/png",
        "size": 5,
    }
    assert codes(submit(form, {"photo": claimed | {"sha256": "c" * 64}}, lookup=People())) == [
        ("photo", "no_such_file")
    ]


def test_a_masked_value_sent_back_changes_nothing(declare, submit):
    form = declare("id: phone, type: phone, personal: true")
    assert submit(form, {"phone": "138****6621"}, stored={"phone": "13812346621"}).values["phone"] == "13812346621"


def test_a_planned_day_that_has_passed_since_is_not_asked_again(declare, submit, codes):
    form = declare("id: due, type: date, future: true")
    assert submit(form, {"due": "2026-04-01"}, stored={"due": date(2026, 4, 1)}).ok
    assert codes(submit(form, {"due": "2026-04-02"}, stored={"due": date(2026, 4, 1)})) == [("due", "in_past")]


def test_limits_and_choices_may_follow_other_values(declare, submit, codes):
    form = declare(
        "id: total, type: int",
        "id: part, type: int, max: '=total'",
        "id: kind, type: enum, values: '=parameters.kinds'",
    )
    variables = {"parameters": {"kinds": ["a", {"id": "b", "zh": "乙", "en": "B"}]}}
    assert submit(form, {"total": "5", "part": "5", "kind": "b"}, variables=variables).ok
    assert codes(submit(form, {"total": "5", "part": "6", "kind": "c"}, variables=variables)) == [
        ("part", "too_large"),
        ("kind", "not_offered"),
    ]


def test_stored_values_are_left_as_they_were(declare, submit):
    form = declare("id: t, type: table, columns: [{id: a, type: int, label: {zh: 甲, en: A}}]")
    stored = {"t": [{"a": 1}]}
    submit(form, {"t": [{"a": "2"}]}, stored=stored)
    assert stored == {"t": [{"a": 1}]}


def test_all_messages_come_at_once_in_the_order_of_the_form(declare, submit, codes):
    form = declare("id: a, type: int, required: true", "id: b, type: phone", "id: c, type: date")
    assert codes(submit(form, {"c": "x", "b": "y"})) == [("a", "required"), ("b", "not_a_phone"), ("c", "not_a_date")]


def test_a_draft_keeps_what_was_typed_and_drops_what_does_not_belong(declare, now, page):
    form = declare(
        "id: a, type: money",
        "id: b, type: date",
        "id: c, type: int, compute: '=1'",
        "id: d, type: text",
        "id: t, type: table, columns: [{id: x, type: int, label: {zh: 甲, en: A}}]",
        rest="tasks:\n  k: {d: read}\n",
    )
    kept = draft(
        form,
        {"a": "1.86万", "b": "下周", "c": "5", "d": "x", "zzz": "1", "t": [{"x": "1"}, {"x": "二"}]},
        now=now,
        permissions=form.permissions("k"),
    )
    assert kept == {"a": Decimal("18600.00"), "b": "下周", "t": [{"x": 1}, {"x": "二"}]}
    shown = {one.id: one for one in page(form, entered=kept).fields}
    assert (shown["a"].text, shown["b"].text) == ("18600.00", "下周")
    assert [row[0].text for row in shown["t"].rows] == ["1", "二"]
