"""What expressions mean: numbers, three-valued logic, dates, names, functions of the host."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from engine import feel
from engine.feel import YearsMonths, evaluate

NONE = None


def value(text: str, **variables: object) -> object:
    return evaluate(text, variables)


# --- numbers
def test_decimal_fractions_are_exact() -> None:
    assert value("0.1 + 0.2 = 0.3") is True
    assert value("0.1 + 0.2") == Decimal("0.3")


def test_a_literal_beyond_all_range_is_null():
    assert value("1e999999") is None
    assert value("1e999999 > 3") is None
    assert value("sum(for i in 1..1000 return 0.1)") == 100


def test_numbers_have_34_digits_rounded_half_to_even() -> None:
    assert value("1 / 3") == Decimal("0." + "3" * 34)
    assert value("2 / 3") == Decimal("0." + "6" * 33 + "7")
    assert value("1234567890123456789012345678901234 + 0.5") == 1234567890123456789012345678901234
    assert value("1234567890123456789012345678901235 + 0.5") == 1234567890123456789012345678901236
    assert value("99999999999999999 * 99999999999999999") == 9999999999999999800000000000000001
    assert value("-0.12345678901234567890123456789012345") == Decimal("-0.1234567890123456789012345678901234")


def test_signs_and_absolute_values_keep_all_digits() -> None:
    assert value("-(1.234567890123456789012345678901234)") == Decimal("-1.234567890123456789012345678901234")
    assert value("abs(-1.234567890123456789012345678901234)") == Decimal("1.234567890123456789012345678901234")


def test_integers_stay_integers_and_compare_equal_to_decimals() -> None:
    assert type(value("2 + 3")) is int
    assert value("2.0 = 2") is True
    assert value("a = 2", a=Decimal("2.00")) is True


def test_a_float_of_a_stranger_counts_by_its_decimal_writing() -> None:
    assert value("a + b = 0.3", a=0.1, b=0.2) is True
    assert value("a > 1", a=float("nan")) is None
    for nan in (Decimal("NaN"), Decimal("sNaN")):
        for text in ("a > 1", "a = 1.5", "a < b", "a + 1", "a = a", "[a][item > 1][1]", "max(a, 1)", "-a", "string(a)"):
            assert value(text, a=nan, b=nan) in (None, "null"), text


def test_errors_of_arithmetic_are_null() -> None:
    for text in ("1 / 0", "0 ** -1", "10 ** 10000", '1 + "a"', "sqrt(-1)", "log(0)", "modulo(1, 0)"):
        assert value(text) is None, text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("round half up(2.5, 0)", "3"), ("round half up(-2.5, 0)", "-3"), ("round half down(2.5, 0)", "2"),
        ("round(2.5, 0)", "2"), ("round(3.5, 0)", "4"), ("decimal(1/3, 2)", "0.33"), ("round up(-5.51, 1)", "-5.6"),
        ("floor(-1.5)", "-2"), ("ceiling(-1.5)", "-1"), ("round(1234, -2)", "1200"), ("decimal(2.5, 0)", "2"),
    ],
)  # fmt: skip
def test_rounding(text: str, expected: str) -> None:
    assert value(text) == Decimal(expected)


# --- three-valued logic
TRUTH = [
    ("true", "true", True, True), ("true", "false", False, True), ("true", "null", NONE, True),
    ("false", "true", False, True), ("false", "false", False, False), ("false", "null", False, NONE),
    ("null", "true", NONE, True), ("null", "false", False, NONE), ("null", "null", NONE, NONE),
    ("true", "1", NONE, True), ("1", "false", False, NONE), ('"no"', '"no"', NONE, NONE),
]  # fmt: skip


@pytest.mark.parametrize(("a", "b", "both", "either"), TRUTH)
def test_three_valued_and_or(a: str, b: str, both: object, either: object) -> None:
    assert value(f"{a} and {b}") is both
    assert value(f"{a} or {b}") is either
    assert value(f"{a} and {b} and true") is both
    assert value(f"{a} or {b} or false") is either


def test_kinds_that_differ_cannot_be_compared() -> None:
    for text in ('1 = "1"', "1 < @\"2026-01-01\"", "true > false", "[1] < [2]", "1 != true", 'null < 1'):
        assert value(text) is None, text
    assert value("null = null") is True
    assert value("null = 0") is False
    assert value("null != 0") is True


def test_precedence_of_and_over_or_and_of_comparison_over_both() -> None:
    assert value('amount > 1000 and level = "A"', amount=1500, level="A") is True
    assert value("true or false and false") is True
    assert value("1 + 1 = 2 and 3 > 2") is True
    assert value("-2 ** 2") == 4


def test_a_condition_is_true_only_if_true() -> None:
    assert feel.condition("a > 1", {"a": 2}) is True
    assert feel.condition("a > 1", {"a": 1}) is False
    for given in ({"a": None}, {}, {"a": "2"}):
        with pytest.raises(feel.NullCondition):
            feel.condition("a > 1", given)
    with pytest.raises(feel.NullCondition) as caught:
        feel.condition("a", {"a": "no"})
    assert caught.value.code == "condition_not_boolean"


# --- dates
def test_dates_with_zones_lie_on_one_time_line() -> None:
    assert value('@"2026-03-02T09:00:00+08:00" = @"2026-03-02T01:00:00Z"') is True
    assert value('@"2026-03-02T09:00:00@Asia/Shanghai" < @"2026-03-02T01:00:01Z"') is True
    assert value('@"2026-03-02T09:00:00" = @"2026-03-02T09:00:00Z"') is False
    assert value('@"2026-03-02T09:00:00" < @"2026-03-02T10:00:00Z"') is None


def test_adding_across_summer_time_follows_the_time_line() -> None:
    before = datetime(2026, 3, 29, 1, 30, tzinfo=ZoneInfo("Europe/Berlin"))
    assert value('start + @"PT1H"', start=before) == datetime(2026, 3, 29, 3, 30, tzinfo=ZoneInfo("Europe/Berlin"))
    assert value('(start + @"PT1H") - start', start=before) == timedelta(hours=1)


def test_months_are_added_within_the_calendar() -> None:
    assert value('@"2028-01-31" + @"P1M"') == date(2028, 2, 29)
    assert value('@"2026-01-31" - @"P2M"') == date(2025, 11, 30)
    assert value('@"9999-12-31" + @"P1M"') is None
    assert value('@"9999-12-31" + @"P1D"') is None
    assert value('@"P1Y" + @"P5M"') == YearsMonths(17)


def test_python_values_come_back_as_python_values() -> None:
    assert value('@"2026-03-02"') == date(2026, 3, 2)
    assert value('@"14:30:00"') == time(14, 30)
    assert value('@"P1DT2H"') == timedelta(days=1, hours=2)
    assert value('@"2026-03-02T09:00:00+08:00"') == datetime(2026, 3, 2, 9, tzinfo=timezone(timedelta(hours=8)))
    assert value("[1, {a: true}]") == [1, {"a": True}]


def test_what_is_no_date_is_null() -> None:
    for text in ('@"2026-02-30"', '@"25:00:00"', '@"P"', 'date("02.03.2026")', 'time("24:00:00")', "date(2026, 1.5, 1)",
                 '@"2026-03-02T10:00:00@Nowhere/City"', 'date and time("2026-03-02", "x")'):  # fmt: skip
        assert value(text) is None, text


def test_dates_beyond_the_calendar_can_be_read_but_never_leave_an_evaluation() -> None:
    assert value('string(date("-2017-12-31"))') == "-2017-12-31"
    assert value('string(date and time("99999-12-31T11:22:33Z"))') == "99999-12-31T11:22:33Z"
    assert value('date("12345-02-03").year') == 12345
    assert value('date("12345-02-03") < date("12345-02-04")') is True
    assert value('date("12345-02-30")') is None
    assert value('date("12345-02-03")') is None
    assert value('date("12345-02-03") + @"P1D"') is None
    assert evaluate('f(@"12345-02-03")', {}, functions={"f": lambda day: day.weekday()}) is None
    with pytest.raises(feel.FeelLimitError):
        value('[date("12345-02-03")]')


def test_the_clock_is_given_and_never_read() -> None:
    noon = datetime(2026, 3, 2, 12, tzinfo=UTC)
    assert evaluate("now()", {}, clock=lambda: noon) == noon
    assert evaluate("today() + @\"P1D\"", {}, clock=lambda: noon) == date(2026, 3, 3)
    assert evaluate("now()", {}) is None


# --- names
def test_names_with_blanks_and_operators_win_over_operators() -> None:
    assert evaluate("Full Name", {"Full Name": "Li"}) == "Li"
    assert evaluate("Pre-bureau risk + 1", {"Pre-bureau risk": 1, "Pre": 9}) == 2
    assert evaluate("a-b", {"a": 5, "b": 3}) == 2
    assert evaluate("a-b", {"a": 5, "b": 3, "a-b": 7}) == 7
    assert evaluate("Full   Name.first name", {"Full Name": {"first name": "x"}}) == "x"


def test_chinese_names_and_full_width_characters_in_declared_names() -> None:
    assert evaluate("金额 > 100 and 等级 = \"高\"", {"金额": 200, "等级": "高"}) is True
    assert evaluate("金额（元） * 2", {"金额（元）": 3}) == 6
    assert evaluate("客户 姓名", {"客户 姓名": "王"}) == "王"


def test_the_cache_tells_apart_texts_whose_names_differ() -> None:
    assert evaluate("a b", {"a b": 1}) == 1
    assert evaluate("a b", {"a": 1}) is None
    assert feel.compile("x > 1") is feel.compile("x > 1", {"unrelated name", "y"})


def test_inner_names_hide_outer_ones() -> None:
    assert evaluate("for x in [1, 2] return x", {"x": 9}) == [1, 2]
    assert evaluate("{a: 1, b: {a: 2, c: a}}.b.c", {"a": 9}) == 2
    assert evaluate("[{x: 1}, {x: 2}][x > limit]", {"limit": 1, "x": 0}) == [{"x": 2}]


# --- functions of the host
def test_functions_of_the_host_may_have_names_of_several_words() -> None:
    working = {"working time": lambda duration: duration * 3, "next-day": lambda day: day + timedelta(days=1)}
    assert evaluate('working time(@"PT8H")', {}, functions=working) == timedelta(days=1)
    assert evaluate('next-day(@"2026-03-02")', {}, functions=working) == date(2026, 3, 3)


def test_a_declared_function_checks_its_arguments() -> None:
    @feel.declare("month day", "date: date, day: number", "date")
    def month_day(day: date, number: int) -> date:
        return day.replace(day=int(number))

    functions = {"month day": month_day}
    assert evaluate('month day(@"2026-03-02", 15)', {}, functions=functions) == date(2026, 3, 15)
    assert evaluate('month day(day: 15, date: @"2026-03-02")', {}, functions=functions) == date(2026, 3, 15)
    assert evaluate('month day("x", 15)', {}, functions=functions) is None
    assert evaluate('month day(@"2026-03-02", 31.5, 2)', {}, functions=functions) is None


def test_an_error_of_a_host_function_other_than_of_its_arguments_passes_through() -> None:
    class Broken(Exception):
        pass

    def look_up(_: object) -> None:
        raise Broken

    with pytest.raises(Broken):
        evaluate("look up(1)", {}, functions={"look up": look_up})


def test_variables_hide_functions_of_the_host_which_hide_built_in_ones() -> None:
    assert evaluate("count([1])", {}, functions={"count": lambda _: "host"}) == "host"
    own = feel.Function(["x"], lambda _: "variable")
    assert evaluate("count([1])", {"count": own}, functions={"count": lambda _: "host"}) == "variable"


# --- unary tests
@pytest.mark.parametrize(
    ("text", "given", "expected"),
    [
        ("< 5", 4, True), ("< 5", 5, False), ("< 5", None, None), ("-", None, True), ('"A","B"', "B", True),
        ("[1..5)", 5, False), ("not(1, 2)", 3, True), ("not(1, 2)", 2, False), ("? > 3 and ? < 9", 5, True),
        ("null", None, True), ("1", None, False), ("true", False, False), ("> limit", 11, True), ("[1,2]", 2, True),
        ("starts with(?, \"a\")", "abc", True), ("]1..5[", 1, False), ("\"a\"", 1, None),
    ],
)  # fmt: skip
def test_unary_tests(text: str, given: object, expected: object) -> None:
    assert feel.unary(text)(given, {"limit": 10}) is expected


def test_an_expression_runs_in_a_scope_with_names_added() -> None:
    body = feel.compile("item * factor")
    with feel.Evaluation({"factor": 10}) as evaluation:
        assert [body.within(evaluation.child({"item": n})) for n in (1, 2)] == [10, 20]
        assert feel.unary("> factor").within(11, evaluation) is True


@pytest.mark.parametrize(("text", "written"), [
    ('string(time("11:22:33.123456789"))', "11:22:33.123456789"),
    ("string(time(11, 22, 33.000000001))", "11:22:33.000000001"),
    ('string(date and time("2026-01-31T11:22:33.123456789@Europe/Paris"))',
     "2026-01-31T11:22:33.123456789@Europe/Paris"),
    ('string(date and time(date("2026-01-31"), time("11:22:33.0000007Z")))', "2026-01-31T11:22:33.0000007Z"),
    ('string(time("11:22:33.123456789") + @"PT1S")', "11:22:34.123456")])
def test_nanoseconds_are_printed_as_written_and_reckoned_with_to_the_microsecond(text, written):
    assert value(text) == written
