"""Errors that help: the place of a slip, the names that were missing, what is wrong before anything runs."""

from __future__ import annotations

import pytest

from engine import feel
from engine.feel.sentences import SENTENCES


@pytest.mark.parametrize(
    ("text", "code", "line", "column"),
    [
        ("1 +", "syntax_end", 1, 4),
        ("a >\n  b b)", "syntax_unexpected", 2, 6),
        ("(1 + 2", "syntax_expected_end", 1, 7),
        ("if a then b", "syntax_expected_end", 1, 12),
        ("a ＞ 5", "syntax_full_width", 1, 3),
        ("count（a）", "syntax_full_width", 1, 6),
        ("level = “A”", "syntax_full_width", 1, 9),
        ("a == 5", "syntax_instead", 1, 4),
        ("a && b", "syntax_instead", 1, 3),
        ("a <> 5", "syntax_instead", 1, 4),
        ("a > 5 且 b < 3", "syntax_instead", 1, 7),
        ("a > 5 AND b < 3", "syntax_instead", 1, 7),
        ("level = 'A'", "syntax_single_quote", 1, 9),
        ('level = "A', "syntax_open_string", 1, 9),
        ("a # b", "syntax_character", 1, 3),
        ("@2026", "syntax_at_string", 1, 2),
        ("{: 1}", "syntax_name", 1, 2),
        ("x instance of 5", "syntax_type", 1, 15),
        ("", "syntax_end", 1, 1),
    ],
)
def test_a_slip_is_told_with_its_place_and_in_two_languages(text: str, code: str, line: int, column: int) -> None:
    with pytest.raises(feel.FeelSyntaxError) as caught:
        feel.compile(text)
    error = caught.value
    assert (error.code, error.line, error.column) == (code, line, column)
    assert error.sentence("zh").startswith(f"第 {line} 行第 {column} 列：")
    assert error.sentence("en").startswith(f"Line {line}, column {column}: ")
    assert "{" not in error.sentence("zh") + error.sentence("en") or "{" in text


def test_every_sentence_has_both_languages_with_the_same_parameters() -> None:
    import re

    for code, (zh, en) in SENTENCES.items():
        assert zh != en, code
        assert set(re.findall(r"{(\w+)}", zh)) == set(re.findall(r"{(\w+)}", en)), code
        assert not re.search(r"[,;:?!(]\s*$|[一-鿿][,;:!?()]", zh), code


# --- at run time
def test_a_null_condition_names_what_was_missing() -> None:
    with pytest.raises(feel.NullCondition) as caught:
        feel.condition("amout > 1000 and customer.lvl > 3", {"amount": 5, "customer": {"level": 3}})
    error = caught.value
    assert error.missing == ("amout", "customer.lvl")
    assert "amout" in error.sentence("zh")
    assert "customer" in error.sentence("en")


def test_reasons_tell_kinds_functions_and_empty_values() -> None:
    def why(text: str, **variables: object) -> list[str]:
        value, reasons = feel.compile(text).explain(variables)
        assert value is None
        return [reason.code for reason in reasons.all]

    assert why("a > 1", a="x") == ["not_comparable"]
    assert why("a + 1", a="x") == ["not_computable"]
    assert why("a > 1", a=None) == ["null_name"]
    assert why("a.b > 1", a={"b": None}) == ["null_name"]
    assert why("foo bar(1)") == ["unknown_function"]
    assert why("substring(a, 1)", a=5) == ["null_result"]
    assert why("a and true", a="yes") == ["not_logical"]
    assert why('@"2026-02-30"') == ["no_moment"]
    assert why("[1, 2][5] + 1") != []


def test_what_is_not_null_needs_no_reason() -> None:
    value, reasons = feel.compile("amount > 5").explain({"amount": 6})
    assert (value, reasons.all, reasons.missing, reasons.sentence()) == (True, (), (), "")


def test_the_value_explained_is_the_value() -> None:
    for text in ("for i in 1..3 return i * a", "some x in [1, null] satisfies x = null", "{a: 1, b: a}.b",
                 "a in [1..5]", "if a > 1 then [a] else null", "sort([3, 1], function(x, y) x < y)",
                 "[1, 2, 3][item > a]"):  # fmt: skip
        expression = feel.compile(text)
        assert expression.explain({"a": 2})[0] == expression({"a": 2})


def test_a_failed_assertion_is_an_error_with_its_cause() -> None:
    with pytest.raises(feel.FeelAssertionError) as caught:
        feel.evaluate('assert(a, a > 0, "amount must be positive")', {"a": -1})
    assert "amount must be positive" in caught.value.sentence("en")


# --- before it runs
NAMES = {
    "amount": "number", "level": "string", "urgent": "boolean", "due": "date and time", "born": "date",
    "customer": {"name": "string", "age": "number"}, "lines": [{"item": "string", "price": "number"}], "free": None,
}  # fmt: skip
FUNCTIONS = {
    "next working day": feel.declare("next working day", "date: date", "date")(lambda day: day),
    "working time": lambda duration: duration,
}


def found(text: str, **options: object) -> list[tuple[str, int]]:
    return [(finding.code, finding.column) for finding in feel.analyse(text, NAMES, FUNCTIONS, **options).findings]


@pytest.mark.parametrize(
    ("text", "findings"),
    [
        ('amount > 1000 and level = "A"', []),
        ("amout > 5", [("unknown_name_nearest", 1)]),
        ("zzz > 5", [("unknown_name", 1)]),
        ("urgent = TRUE", [("syntax_instead", 10)]),
        ("urgent 且 level", [("syntax_instead", 1)]),
        ('amount > "5"', [("not_comparable", 8)]),
        ("amount = null", []),
        ("customer.nmae", [("unknown_entry_nearest", 10)]),
        ("born.yaer > 3", [("unknown_entry", 6)]),
        ("level + 1", [("not_computable", 7)]),
        ('due + duration("P1D") > due', []),
        ('born + duration("P1D") > due', [("not_comparable", 24)]),
        ('born > @"2026-01-01T00:00:00"', [("not_comparable", 6)]),
        ("urgent and level", [("not_logical", 12)]),
        ("cuont(lines)", [("unknown_function_nearest", 1)]),
        ("blurb(lines)", [("unknown_function", 1)]),
        ("uuid()", [("function_not_repeatable", 1)]),
        ("next working day(born) > born", []),
        ("next workingday(born)", [("unknown_function_nearest", 1)]),
        ("next working day(level)", [("argument_type", 1)]),
        ("next working day()", [("argument_count", 1)]),
        ('working time("PT8H")', []),
        ("substring(string: level, from: 1)", [("argument_name", 1)]),
        ("lines[price > amount].item", []),
        ("lines[prise > amount]", [("unknown_name_nearest", 7)]),
        ("free[anything > 3]", []),
        ("for l in lines return l.price * 2", []),
        ("for l in lines return l.prce", [("unknown_entry_nearest", 25)]),
        ("some l in lines satisfies l.item > 3", [("not_comparable", 34)]),
        ("sum(lines.price) > amount", []),
        ("{a: amount, b: a + level}", [("not_computable", 18)]),
        ('@"2026-13-01"', [("no_moment", 1)]),
        ('due - duration("PT8")', [("no_moment", 16)]),
        ('due + duration("P1D") > 5', [("not_comparable", 23)]),
        ("level in (\"A\", 3)", [("not_comparable", 16)]),
        ("amount in [1..\"x\"]", [("not_comparable", 15)]),
        ("1 +", [("syntax_end", 4)]),
        ("(" * 70, [("limit_nesting", 61)]),
    ],
)
def test_analysis(text: str, findings: list[tuple[str, int]]) -> None:
    codes = [(code, column) for code, column in found(text)]
    if text.startswith("amount in"):
        assert {code for code, _ in codes} == {"not_comparable"}
    elif text.startswith("((("):
        assert [code for code, _ in codes] == ["limit_nesting"]
    else:
        assert codes == findings


def test_analysis_knows_the_kind_of_the_result_and_what_a_condition_needs() -> None:
    assert feel.analyse("amount * 2", NAMES).kind == "number"
    assert feel.analyse("born - born", NAMES).kind == "days and time duration"
    assert feel.analyse("customer", NAMES).kind == "context"
    assert found("amount", expected="boolean") == [("not_boolean", 1)]
    assert found("free", expected="boolean") == []


def test_analysis_lists_names_with_their_places_and_paths() -> None:
    told = feel.analyse("for x in lines return x.price + customer.age + limit", None)
    assert [(name.name, name.path, name.at) for name in told.names] == [
        ("lines", (), 9), ("customer", ("age",), 32), ("limit", (), 47),
    ]  # fmt: skip
    assert told.findings == ()


def test_analysis_of_a_cell() -> None:
    assert feel.analyse('< 5, "a"', {}, unary=True, input_type="number").findings[0].code == "not_comparable"
    assert feel.analyse('"A","B"', {}, unary=True, input_type="string").findings == ()
    assert feel.analyse("-", {}, unary=True).findings == ()
    assert feel.analyse("? > limit", {"limit": "number"}, unary=True, input_type="number").findings == ()


def test_names_alone_without_kinds_are_enough() -> None:
    assert feel.analyse("a > b", ["a", "b"]).findings == ()
    assert feel.analyse("a > c", ["a", "b"]).findings[0].code == "unknown_name"
    assert feel.analyse("f(1)", ["a"], ["f"]).errors == ()


def test_free_names_and_called_functions_of_an_expression() -> None:
    expression = feel.compile("count(orders[price > limit]) > n and working time(x)")
    assert expression.free_names == {"orders", "n", "x"}
    assert expression.called == {"count", "working time"}
    assert feel.unary("? > limit").free_names == {"limit"}
