"""Each field type: what people and programs submit, what it becomes, what is refused, how it is shown and masked."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from engine.forms import FieldType, add_type, field_type, type_names
from engine.forms.types import _types

ENUM = "type: enum, values: [{id: a, zh: 甲, en: A}, {id: 1, zh: 一, en: One}, no]"
SHANGHAI = ZoneInfo("Asia/Shanghai")
SHA = "a" * 64
PHOTO = {"sha256": SHA, "name": "现场.jpg", "type": "image/jpeg", "size": 1000}


@pytest.mark.parametrize(
    ("declared", "submitted", "value"),
    [
        ("type: text", "  中 文 ", "中 文"),
        ("type: text", "a\r\nb", "a b"),
        ("type: text", "a\x00\u202eb", "ab"),
        ("type: text", "", None),
        ("type: text", 13800000000, "13800000000"),
        ("type: longtext", "a\r\nb", "a\nb"),
        ("type: int", "1,860", 1860),
        ("type: int", "１２", 12),
        ("type: int", "3.0", 3),
        ("type: int", "-2", -2),
        ("type: number", "1.50", Decimal("1.5")),
        ("type: number", "100", Decimal("100")),
        ("type: number", " ", None),
        ("type: money", "1.86万", Decimal("18600.00")),
        ("type: money", "¥18,600", Decimal("18600.00")),
        ("type: money", "￥1,234,567.8元", Decimal("1234567.80")),
        ("type: money", "2亿", Decimal("200000000.00")),
        ("type: money", 5, Decimal("5.00")),
        ("type: money", 0.1, Decimal("0.10")),
        ("type: money", "0", Decimal("0.00")),
        ("type: percent", "12.5%", Decimal("12.5")),
        ("type: percent", "100", Decimal("100")),
        ("type: date", "2026-04-07", date(2026, 4, 7)),
        ("type: date", "2026/4/7", date(2026, 4, 7)),
        ("type: date", "2026年4月7日", date(2026, 4, 7)),
        ("type: date", date(2026, 4, 7), date(2026, 4, 7)),
        ("type: datetime", "2026-04-07T09:30", datetime(2026, 4, 7, 9, 30, tzinfo=SHANGHAI)),
        ("type: datetime", "2026-04-07 09:30:15", datetime(2026, 4, 7, 9, 30, 15, tzinfo=SHANGHAI)),
        ("type: datetime", "2026-04-07T01:30:00Z", datetime(2026, 4, 7, 9, 30, tzinfo=SHANGHAI)),
        ("type: datetime", "2026年4月7日 9:30", datetime(2026, 4, 7, 9, 30, tzinfo=SHANGHAI)),
        ("type: time", "14:00", time(14)),
        ("type: time", "9:05", time(9, 5)),
        ("type: month", "2026-4", "2026-04"),
        ("type: month", "2026年12月", "2026-12"),
        ("type: bool", "on", True),
        ("type: bool", "否", False),
        ("type: bool", False, False),
        ("type: bool", "", None),
        (ENUM, "a", "a"),
        (ENUM, "1", 1),
        (ENUM, 1, 1),
        (ENUM, "no", "no"),
        (ENUM.replace("enum", "multi"), ["no", "a"], ["a", "no"]),
        (ENUM.replace("enum", "multi"), "a", ["a"]),
        (ENUM.replace("enum", "multi"), [], None),
        ("type: phone", "138 1234 6621", "13812346621"),
        ("type: phone", "+86-138-1234-6621", "13812346621"),
        ("type: phone", "0571-87654321", "0571-87654321"),
        ("type: phone", "02112345678", "02112345678"),
        ("type: email", " a.b@Example.COM ", "a.b@example.com"),
        ("type: contact", "a@b.cn", "a@b.cn"),
        ("type: contact", "13812346621", "13812346621"),
        ("type: idno", "11010519491231002x", "11010519491231002X"),
        ("type: ref, register: client", "7", {"register": "client", "id": 7, "label": "7"}),
        (
            "type: ref, register: client",
            '{"register":"client","id":7,"label":"恒泰"}',
            {"register": "client", "id": 7, "label": "恒泰"},
        ),
        ("type: user", "li.na", {"login": "li.na", "name": "li.na"}),
        ("type: user", {"login": "li.na", "name": "李娜", "roles": ["x"]}, {"login": "li.na", "name": "李娜"}),
        ("type: file", PHOTO, PHOTO),
        ("type: file", "", None),
        ("type: 'file', max_files: 3", [PHOTO], [PHOTO]),
        ("type: table, columns: [{id: a, type: int, label: {zh: 甲, en: A}}]", [{"a": "1"}, {"a": ""}], [{"a": 1}]),
    ],
)
def test_what_is_submitted_becomes_a_value(declare, submit, declared, submitted, value):
    outcome = submit(declare(f"id: a, {declared}"), {"a": submitted})
    assert outcome.errors == ()
    assert outcome.values["a"] == value
    assert type(outcome.values["a"]) is type(value)


@pytest.mark.parametrize(
    ("declared", "submitted", "code"),
    [
        ("type: text", "x" * 201, "too_long"),
        ("type: longtext", "x" * 4001, "too_long"),
        ("type: text", ["a"], "type"),
        ("type: text", True, "type"),
        ("type: text, min_length: 3", "ab", "too_short"),
        ("type: text, pattern: '[A-Z]{2}'", "ABC", "pattern"),
        ("type: int", "1.5", "decimals"),
        ("type: int", "a", "not_a_number"),
        ("type: int", True, "not_a_number"),
        ("type: int", "1,86", "not_a_number"),
        ("type: number", "NaN", "not_a_number"),
        ("type: number", "1e5", "not_a_number"),
        ("type: number", "--1", "not_a_number"),
        ("type: number", "1.1234567", "decimals"),
        ("type: number, decimals: 1", "1.25", "decimals"),
        ("type: number", "1" * 16, "too_large"),
        ("type: number", "1" * 41, "not_a_number"),
        ("type: number, min: 2", "1", "too_small"),
        ("type: number, max: 2", "3", "too_large"),
        ("type: money", "1.005", "decimals"),
        ("type: money", "-1", "too_small"),
        ("type: percent", "101", "too_large"),
        ("type: percent", "-1", "too_small"),
        ("type: date", "2026-02-30", "not_a_date"),
        ("type: date", "7.4.2026", "not_a_date"),
        ("type: date", "0000-01-01", "not_a_date"),
        ("type: date, past: true", "2026-04-08", "in_future"),
        ("type: date, future: true", "2026-04-06", "in_past"),
        ("type: date, min: '2026-05-01'", "2026-04-08", "too_early"),
        ("type: date, max: '=today()'", "2026-04-08", "too_late"),
        ("type: datetime", "2026-04-07", "not_a_datetime"),
        ("type: datetime", "2026-04-07T25:00", "not_a_datetime"),
        ("type: datetime, past: true", "2026-04-07T09:01", "in_future"),
        ("type: datetime, future: true", "2026-04-06T23:59", "in_past"),
        ("type: time", "24:00", "not_a_time"),
        ("type: time, max: '18:00'", "18:01", "too_late"),
        ("type: month", "2026-13", "not_a_month"),
        ("type: month, past: true", "2026-05", "in_future"),
        ("type: bool", "maybe", "not_a_bool"),
        (ENUM, "b", "not_offered"),
        (ENUM.replace("enum", "multi"), ["a", "b"], "not_offered"),
        ("type: phone", "12812346621", "not_a_phone"),
        ("type: phone", "1381234662", "not_a_phone"),
        ("type: phone", "0571-123", "not_a_phone"),
        ("type: email", "a@b", "not_an_email"),
        ("type: email", "a@b.cn\r\nBcc: c@d.cn", "not_an_email"),
        ("type: contact", "x", "not_a_contact"),
        ("type: idno", "110105194912310021", "not_an_idno"),
        ("type: idno", "11010519491331002X", "not_an_idno"),
        ("type: idno", "123", "not_an_idno"),
        ("type: ref, register: client", {"register": "member", "id": 1}, "not_a_reference"),
        ("type: ref, register: client", {"register": "client"}, "not_a_reference"),
        ("type: user", 7, "not_a_user"),
        ("type: file", "x", "not_a_file"),
        ("type: file", [PHOTO, PHOTO], "too_many_files"),
        ("type: file, accept: [pdf]", PHOTO, "file_type"),
        ("type: file", PHOTO | {"type": "application/x-sh"}, "file_type"),
        ("type: file, max_mb: 1", PHOTO | {"size": 1_000_001}, "file_too_large"),
        ("type: 'file', max_files: 2", [PHOTO] * 3, "too_many_files"),
        ("type: signature", {"method": "pad", "signer": "李"}, "not_a_signature"),
        ("type: signature", {"method": "sworn", "signer": "李", "file": PHOTO}, "not_a_signature"),
        ("type: signature", {"file": PHOTO, "signed_at": "2026-04-07T09:01"}, "in_future"),
        ("type: table, columns: [{id: a, type: int, label: {zh: 甲, en: A}}]", {"a": "1"}, "not_a_table"),
        (
            "type: table, max_rows: 1, columns: [{id: a, type: int, label: {zh: 甲, en: A}}]",
            [{"a": "1"}] * 2,
            "too_many_rows",
        ),
    ],
)
def test_what_cannot_be_a_value_is_refused_at_the_field(declare, submit, codes, declared, submitted, code):
    assert codes(submit(declare(f"id: a, {declared}"), {"a": submitted})) == [("a", code)]


def test_a_limit_is_told_with_its_unit_in_each_language(declare, submit):
    form = declare("id: a, type: number, max: 96, unit: {zh: 小时, en: hours}", "id: b, type: money, max: 18600")
    hours, money = submit(form, {"a": "97", "b": "2万"}).errors
    assert (hours.zh, hours.en) == ("不能大于 96 小时。", "Must not be more than 96 hours.")
    assert money.zh == "不能大于 ¥18,600.00。"


def test_the_present_moment_is_past_and_today_is_future(declare, submit):
    form = declare("id: a, type: datetime, past: true", "id: b, type: date, future: true")
    assert submit(form, {"a": "2026-04-07T09:00", "b": "2026-04-07"}).ok


def test_a_signature_carries_who_how_and_when(declare, submit, now):
    form = declare("id: a, type: signature")
    signed = submit(form, {"a": {"file": PHOTO, "signer": " 王先生 ", "method": "pad"}}).values["a"]
    assert signed == {"file": PHOTO, "method": "pad", "signed_at": now, "signer": "王先生"}
    witnessed = submit(form, {"a": {"method": "witness", "signer": "周敏", "signed_at": "2026-04-06T10:00"}}).values[
        "a"
    ]
    assert (witnessed["file"], witnessed["signed_at"].hour) == (None, 10)
    assert submit(form, {"a": {"method": "pad", "file": "", "signer": ""}}).values["a"] is None


@pytest.mark.parametrize(
    ("declared", "value", "zh", "en"),
    [
        ("type: money", Decimal("18600.00"), "¥18,600.00", "¥18,600.00"),
        ("type: money", Decimal("-1.5"), "-¥1.50", "-¥1.50"),
        ("type: number, unit: {zh: 小时, en: hours}", Decimal("1860.5"), "1,860.5 小时", "1,860.5 hours"),
        ("type: percent", Decimal("12.5"), "12.5%", "12.5%"),
        ("type: int", 1860, "1,860", "1,860"),
        ("type: bool", True, "是", "Yes"),
        (ENUM, "a", "甲", "A"),
        (ENUM, None, "–", "–"),
        (ENUM.replace("enum", "multi"), ["a", 1], "甲、一", "A, One"),
        ("type: date", date(2026, 4, 7), "2026-04-07", "2026-04-07"),
        ("type: datetime", datetime(2026, 4, 7, 1, 30, tzinfo=ZoneInfo("UTC")), "2026-04-07 09:30", "2026-04-07 09:30"),
        ("type: user", {"login": "li.na", "name": "李娜"}, "李娜", "李娜"),
        ("type: ref, register: client", {"register": "client", "id": 7, "label": "恒泰"}, "恒泰", "恒泰"),
        ("type: file", PHOTO, "现场.jpg", "现场.jpg"),
        ("type: text", None, "–", "–"),
        ("type: time", time(14), "14:00", "14:00"),
    ],
)
def test_a_value_is_shown_in_the_language_of_the_reader(declare, page, declared, value, zh, en):
    form = declare(f"id: a, {declared}")
    assert [page(form, stored={"a": value}, lang=lang).fields[0].display for lang in ("zh", "en")] == [zh, en]


@pytest.mark.parametrize(
    ("declared", "value", "masked"),
    [
        ("type: phone", "13812346621", "138****6621"),
        ("type: phone", "0571-87654321", "0571****21"),
        ("type: email", "lina@example.com", "l***@example.com"),
        ("type: contact", "13812346621", "138****6621"),
        ("type: idno", "11010519491231002X", "110***2X"),
        ("type: text", "王小明", "王***"),
        ("type: text", "王", "***"),
        ("type: date", date(1980, 1, 2), "1980***"),
        ("type: money", Decimal("5.00"), "***"),
        ("type: bool", True, "***"),
        ("type: longtext", "地址", "地***"),
        ("type: ref, register: client", {"register": "client", "id": 7, "label": "恒泰"}, "恒***"),
    ],
)
def test_personal_values_are_masked_for_those_who_may_not_see_them(declare, page, declared, value, masked):
    form = declare(f"id: a, personal: true, {declared}")
    hidden = page(form, stored={"a": value}, permissions=form.permissions(None).reading(), unmask=False).fields[0]
    assert (hidden.display, hidden.masked, hidden.value, hidden.text) == (masked, True, None, "")
    open_to = page(form, stored={"a": value}, permissions=form.permissions(None).reading()).fields[0]
    assert (open_to.masked, open_to.value) == (False, value)


def test_who_may_edit_a_personal_value_sees_it(declare, page):
    form = declare("id: a, type: phone, personal: true")
    shown = page(form, stored={"a": "13812346621"}, unmask=False).fields[0]
    assert (shown.text, shown.masked) == ("13812346621", False)


@pytest.mark.parametrize("name", type_names())
def test_a_stored_value_survives_being_shown_and_sent_back(declare, submit, page, name):
    values = {
        "text": "a",
        "longtext": "a\nb",
        "int": 1860,
        "number": Decimal("1.5"),
        "money": Decimal("18600.00"),
        "percent": Decimal("12.5"),
        "date": date(2026, 4, 7),
        "datetime": datetime(2026, 4, 7, 9, 30, 15, tzinfo=SHANGHAI),
        "time": time(14),
        "month": "2026-04",
        "bool": False,
        "enum": "a",
        "multi": ["a"],
        "phone": "13812346621",
        "email": "a@b.cn",
        "contact": "a@b.cn",
        "idno": "11010519491231002X",
        "user": {"login": "a", "name": "a"},
        "ref": {"register": "client", "id": 7, "label": "7"},
        "file": PHOTO,
        "table": [{"x": 1}],
        "signature": {
            "file": PHOTO,
            "method": "pad",
            "signed_at": datetime(2026, 4, 7, 8, tzinfo=SHANGHAI),
            "signer": "王",
        },
    }
    more = {
        "enum": ", values: [a]",
        "multi": ", values: [a]",
        "ref": ", register: client",
        "table": ", columns: [{id: x, type: int, label: {zh: 甲, en: A}}]",
    }
    form = declare(f"id: a, type: {name}{more.get(name, '')}")
    shown = page(form, stored={"a": values[name]}).fields[0]
    sent = [{"x": shown.rows[0][0].text}] if name == "table" else shown.text or values[name]
    outcome = submit(form, {"a": sent}, stored={"a": values[name]})
    assert (outcome.errors, outcome.values["a"]) == ((), values[name])


def test_a_package_can_add_a_type_but_not_replace_one(declare, submit):
    class Plate(FieldType):
        name = "plate"
        attributes = frozenset({"province"})

        def parse(self, raw, field, frame):  # noqa: ARG002
            return str(raw).upper() or None

    add_type(Plate)
    try:
        form = declare("id: a, type: plate, province: 苏")
        assert submit(form, {"a": "苏e12345"}).values == {"a": "苏E12345"}
        with pytest.raises(ValueError, match="plate"):
            add_type(Plate)
    finally:
        del _types()["plate"]
    assert field_type("plate") is None
