"""Any text over any values: the answer is a value or an error of ours, within the budget of steps and a second.

``BIHUAN_FUZZ_EXAMPLES`` says how many examples each test takes (100): some thousands before a release.
"""

from __future__ import annotations

import datetime as dt
import os
import time
from decimal import Decimal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine import feel
from engine.feel import YearsMonths
from engine.feel.values import FarDate

WORDS = [
    "a", "b", "客户", "full name", "?", "item", "partial", "x", "1", "0", "2.5", "1e400", "-1", '"A"', '""', '"(a+)+$"',
    "true", "false", "null", "and", "or", "not", "(", ")", "[", "]", "{", "}", ",", ":", ".", "..", "+", "-", "*", "/",
    "**", "=", "!=", "<", "<=", ">", ">=", "in", "between", "if", "then", "else", "for", "return", "some", "every",
    "satisfies", "instance of", "number", "list<number>", "function(x)", "@", '@"2026-01-31"', '@"12345-01-31"',
    '@"P1M"', '@"PT1H"',
    '@"10:00:00Z"', "date and time", "count", "sum", "string", "matches", "replace", "sort", "flatten", "range",
    "context put", "from json", "to json", "1..100", "1..100000", "`a`", "“", "，", "'", "/*", "*/", "//", "\n", "\\",
]  # fmt: skip
NAMES = sorted(feel.BUILTINS)
MAX_STEPS = 20_000
EXAMPLES = int(os.environ.get("BIHUAN_FUZZ_EXAMPLES", "100"))

numbers = st.one_of(st.integers(-(10**6), 10**6), st.decimals(allow_nan=True, allow_infinity=True),
                    st.integers(), st.floats())  # fmt: skip
zones = st.sampled_from([None, dt.UTC, dt.timezone(dt.timedelta(hours=8))])
scalars = st.one_of(
    st.none(), st.booleans(), numbers, st.text(max_size=20), st.dates(), st.times(timezones=zones),
    st.datetimes(timezones=zones), st.timedeltas(), st.integers(-(10**13), 10**13).map(YearsMonths),
    st.builds(object),
)  # fmt: skip
values = st.recursive(
    scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=5), st.dictionaries(st.sampled_from(["a", "b", "x y"]), inner)),
    max_leaves=8,
)
variables = st.dictionaries(st.sampled_from(["a", "b", "x", "客户", "full name"]), values, max_size=4)
QUICK = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=EXAMPLES)


def answered(text: str, names: dict) -> object:
    """Evaluate, explain, test and analyse ``text``: each gives a value or a FeelError, in time."""
    start = time.process_time()
    try:
        expression = feel.compile(text, names)
        with feel.Evaluation(names, max_steps=MAX_STEPS) as evaluation:
            result: object = expression.within(evaluation)
        assert evaluation.steps >= 0
        assert isinstance(feel.text(result), str)
        assert not isinstance(result, FarDate)
        expression.explain(names, max_steps=MAX_STEPS)
    except feel.FeelError as error:
        result = error
        assert error.sentence("zh")
        assert error.sentence("en")
    try:
        told = feel.unary(text, names)(1, names, max_steps=MAX_STEPS)
        assert told is None or isinstance(told, bool)
    except feel.FeelError:
        pass
    analysis = feel.analyse(text, names)
    assert all(finding.sentence("zh") and finding.sentence("en") for finding in analysis.findings)
    assert time.process_time() - start < 1.0
    return result


@given(st.text(max_size=60), variables)
@QUICK
def test_any_text_has_an_answer(text: str, names: dict) -> None:
    answered(text, names)


@given(st.lists(st.sampled_from(WORDS + NAMES), max_size=25).map(" ".join), variables)
@QUICK
def test_any_row_of_words_has_an_answer(text: str, names: dict) -> None:
    answered(text, names)


@given(st.sampled_from(NAMES), st.lists(values, max_size=4))
@settings(QUICK, max_examples=3 * EXAMPLES)
def test_any_function_of_any_values_has_an_answer(name: str, arguments: list) -> None:
    names = dict(zip("abcd", arguments))
    answered(f"{name}({', '.join(names)})", names)


OPERATORS = ["+", "-", "*", "/", "**", "=", "!=", "<", "<=", ">", ">=", "and", "or", "in"]


@given(st.sampled_from(OPERATORS), values, values)
@settings(QUICK, max_examples=2 * EXAMPLES)
def test_any_operator_of_any_values_has_an_answer(operator: str, a: object, b: object) -> None:
    answered(f"a {operator} b", {"a": a, "b": b})


PARTS = ["a.b", "a[1]", "a[item > 1]", "a.year", "a.x y", "-a", "a instance of number", "for i in a return i",
         "some i in a satisfies i = a", "[a..a]", "a in [a, a]"]  # fmt: skip


@given(values, st.sampled_from(PARTS))
@QUICK
def test_any_part_of_any_value_has_an_answer(a: object, text: str) -> None:
    answered(text, {"a": a})


# --- laws
small = st.decimals(min_value=-(10**9), max_value=10**9, places=4)


@given(small, small)
def test_addition_is_exact_and_goes_both_ways(a: Decimal, b: Decimal) -> None:
    assert feel.evaluate("a + b", {"a": a, "b": b}) == a + b == feel.evaluate("b + a", {"a": a, "b": b})
    assert feel.evaluate("a + b - b = a", {"a": a, "b": b}) is True


@given(st.one_of(small, st.integers(), st.booleans(), st.dates(), st.timedeltas(), st.times()))
def test_the_text_of_a_literal_reads_back_as_its_value(value: object) -> None:
    written = feel.text(value)
    text = written if feel.kind(value) in ("number", "boolean") else f'@"{written}"'
    if isinstance(value, int) and abs(value) >= 10**34:
        return  # rounded to 34 digits
    assert feel.equal(feel.evaluate(text, {}), value) is True


@given(st.text(max_size=50))
def test_a_string_reads_back_from_its_literal(text: str) -> None:
    if any("\ud800" <= char <= "\udfff" for char in text):
        return
    assert feel.evaluate(feel.text([text]), {}) == [text]


@given(st.lists(st.one_of(st.none(), st.integers(-5, 5))), st.integers(-5, 5))
def test_filters_agree_with_counting(items: list, limit: int) -> None:
    kept = feel.evaluate("items[item > limit]", {"items": items, "limit": limit})
    assert kept == [item for item in items if item is not None and item > limit]


@given(st.sampled_from([True, False, None]), st.sampled_from([True, False, None]))
def test_de_morgan_holds_with_null(a: object, b: object) -> None:
    names = {"a": a, "b": b}
    assert feel.evaluate("not(a and b)", names) is feel.evaluate("not(a) or not(b)", names)
