"""Boxed expressions, each as a small story."""

from __future__ import annotations

from datetime import date

import pytest
from dmn_drawings import decision, definitions, inputs, literal

from engine.dmn import decide, read_model
from engine.dmn.reading import NAMESPACES
from engine.errors import Refused


def value(box: str, given: dict | None = None, *types: str):
    return decide(definitions(*types, decision("d", box)), "d", given or {})


def entry(name: str, box: str, type_: str = "") -> str:
    variable = f'<variable name="{name}"{f" typeRef={chr(34)}{type_}{chr(34)}" if type_ else ""}/>' if name else ""
    return f"<contextEntry>{variable}{box}</contextEntry>"


def part(name: str, text: str) -> str:
    return f"<{name}>{literal(text)}</{name}>"


class TestContext:
    def test_entries_see_those_above_them(self):
        assert value("<context>" + entry("a", literal("1")) + entry("b", literal("a + 1")) + "</context>") == {
            "a": 1, "b": 2}

    def test_a_last_row_without_a_name_is_the_result(self):
        assert value("<context>" + entry("a", literal("20")) + entry("", literal("a + 1")) + "</context>") == 21

    def test_names_of_several_words(self):
        box = "<context>" + entry("net sum", literal("2")) + entry("", literal("net sum * 3")) + "</context>"
        assert value(box) == 6

    def test_a_function_in_a_context(self):
        function = ('<functionDefinition><formalParameter name="x" typeRef="number"/>' + literal("x * 2")
                    + "</functionDefinition>")
        assert value("<context>" + entry("twice", function) + entry("", literal("twice(21)")) + "</context>") == 42

    def test_a_function_given_the_wrong_type_is_null(self):
        function = ('<functionDefinition><formalParameter name="x" typeRef="number"/>' + literal("x")
                    + "</functionDefinition>")
        assert value("<context>" + entry("f", function) + entry("", literal('f("a")')) + "</context>") is None

    def test_a_typed_entry_that_does_not_fit_is_null(self):
        assert value("<context>" + entry("a", literal('"x"'), "number") + "</context>") == {"a": None}


def test_a_list():
    assert value(f"<list>{literal('1')}{literal('1 + 1')}</list>") == [1, 2]


def test_a_relation_is_a_list_of_contexts():
    box = ('<relation><column name="level"/><column name="days" typeRef="number"/>'
           f"<row>{literal(chr(34) + 'A' + chr(34))}{literal('3')}</row>"
           f"<row>{literal('null')}{literal('5')}</row></relation>")
    assert value(box) == [{"level": "A", "days": 3}, {"level": None, "days": 5}]


class TestInvocation:
    BOX = ("<invocation>" + literal("f") + '<binding><parameter name="{name}"/>' + literal("4")
           + "</binding></invocation>")
    FUNCTION = entry("f", '<functionDefinition><formalParameter name="n"/>' + literal("n + 1")
                     + "</functionDefinition>")

    def test_binds_parameters_by_name(self):
        assert value("<context>" + self.FUNCTION + entry("", self.BOX.format(name="n")) + "</context>") == 5

    def test_an_unknown_parameter_is_null(self):
        assert value("<context>" + self.FUNCTION + entry("", self.BOX.format(name="m")) + "</context>") is None

    def test_an_unknown_function_is_null_and_said(self):
        decided = read_model(definitions(decision("d", self.BOX.format(name="n")))).decide("d", {})
        assert decided.value is None
        assert decided.notes[0].code == "note_name"


class TestConditional:
    @pytest.mark.parametrize(("text", "expected"), [("1 < 2", "yes"), ("1 > 2", "no"), ("null", "no"), ('"x"', None)])
    def test_only_true_takes_the_first_way(self, text, expected):
        box = "<conditional>" + part("if", text) + part("then", '"yes"') + part("else", '"no"') + "</conditional>"
        assert value(box) == expected


class TestFilter:
    ITEMS = '[{name: "a", points: 1}, {name: "b", points: 5}, {name: "c", points: 9}]'

    @pytest.mark.parametrize(("match", "names"), [("points > 3", ["b", "c"]), ("item.points = 1", ["a"]),
                                                  ("points > 99", [])])
    def test_keeps_what_matches(self, match, names):
        found = value("<filter>" + part("in", self.ITEMS) + part("match", match) + "</filter>")
        assert [one["name"] for one in found] == names

    @pytest.mark.parametrize(("match", "name"), [("1", "a"), ("-1", "c"), ("7", None)])
    def test_a_number_picks_one(self, match, name):
        found = value("<filter>" + part("in", self.ITEMS) + part("match", match) + "</filter>")
        assert (found and found["name"]) == name

    def test_neither_true_nor_a_number_is_null(self):
        assert value("<filter>" + part("in", "[1, 2]") + part("match", '"x"') + "</filter>") is None


class TestIterators:
    def box(self, kind: str, source: str, body: str) -> str:
        inner = "return" if kind == "for" else "satisfies"
        return f'<{kind} iteratorVariable="n">' + part("in", source) + part(inner, body) + f"</{kind}>"

    def test_for_walks_lists_and_intervals(self):
        assert value(self.box("for", "[1, 2, 3]", "n * n")) == [1, 4, 9]
        assert value(self.box("for", "[1..3]", "n")) == [1, 2, 3]
        assert value(self.box("for", "null", "n")) is None

    def test_for_sees_what_was_reckoned_so_far(self):
        body = "if count(partial) = 0 then n else n + partial[-1]"
        assert value(self.box("for", "[1..4]", body)) == [1, 3, 6, 10]

    @pytest.mark.parametrize(("kind", "body", "expected"), [
        ("some", "n > 2", True), ("some", "n > 9", False), ("every", "n > 0", True), ("every", "n > 1", False),
        ("some", '"x"', None), ("every", "if n = 2 then null else true", None)])
    def test_some_and_every_are_three_valued(self, kind, body, expected):
        assert value(self.box(kind, "[1, 2, 3]", body)) is expected


class TestTypes:
    LEVEL = ('<itemDefinition name="tLevel"><typeRef>string</typeRef><allowedValues><text>"A","B"</text>'
             "</allowedValues></itemDefinition>")
    PERSON = ('<itemDefinition name="tPerson"><itemComponent name="name"><typeRef>string</typeRef></itemComponent>'
              '<itemComponent name="monthly income"><typeRef>number</typeRef></itemComponent></itemDefinition>')
    PEOPLE = '<itemDefinition name="tPeople" isCollection="true"><typeRef>tPerson</typeRef></itemDefinition>'

    def typed(self, type_: str, given, text: str = "x"):
        return decide(definitions(self.LEVEL, self.PERSON, self.PEOPLE, inputs(x=type_),
                                  decision("d", literal(text), ["x"])), "d", {"x": given})

    def test_a_value_outside_the_allowed_ones_is_null(self):
        assert self.typed("tLevel", "A") == "A"
        assert self.typed("tLevel", "C") is None

    def test_names_with_blanks_are_read_behind_a_dot_and_in_a_filter(self):
        person = {"name": "Li", "monthly income": 9000}
        assert self.typed("tPerson", person, "x.monthly income + 1") == 9001
        assert self.typed("tPeople", [person], "x[monthly income > 1].name") == ["Li"]

    def test_a_context_without_a_component_is_null(self):
        assert self.typed("tPerson", {"name": "Li"}) is None

    def test_a_list_of_one_is_unpacked_and_one_is_packed(self):
        assert self.typed("number", [5]) == 5
        assert self.typed("tPeople", {"name": "Li", "monthly income": 1}) == [{"name": "Li", "monthly income": 1}]

    def test_a_date_becomes_its_midnight_in_utc(self):
        assert str(self.typed("dateTime", date(2026, 11, 22))) == "2026-11-22 00:00:00+00:00"

    @pytest.mark.parametrize("type_", ["number", "integer", "long", "double"])
    def test_numbers_under_their_camunda_names(self, type_):
        assert self.typed(type_, 5) == 5
        assert self.typed(type_, "5") is None

    def test_why_something_became_null_is_told(self):
        decided = read_model(definitions(self.LEVEL, inputs(x="tLevel"), decision("d", literal("x"), ["x"]))).decide(
            "d", {"x": "C"})
        assert decided.notes[0].sentence("zh") == '“x”的值 "C" 不是类型“tLevel”，按空值处理。'
        assert decided.notes[0].sentence("en") == 'The value "C" of “x” is not a tLevel: taken as null.'

    def test_an_input_that_was_not_given_is_told(self):
        decided = read_model(definitions(inputs(x="number"), decision("d", literal("x"), ["x"]))).decide("d", {})
        assert [note.code for note in decided.notes] == ["note_input_missing"]

    def test_a_type_may_hold_itself(self):
        tree = ('<itemDefinition name="tTree"><itemComponent name="kids" isCollection="true"><typeRef>tTree</typeRef>'
                "</itemComponent></itemDefinition>")
        file = definitions(tree, inputs(x="tTree"), decision("d", literal("count(x.kids)"), ["x"]))
        assert decide(file, "d", {"x": {"kids": [{"kids": []}, {"kids": []}]}}) == 2

    def test_a_type_that_is_itself_is_refused(self):
        circle = ('<itemDefinition name="tA"><typeRef>tB</typeRef></itemDefinition>'
                  '<itemDefinition name="tB"><typeRef>tA</typeRef></itemDefinition>')
        with pytest.raises(Refused) as refused:
            read_model(definitions(circle))
        assert refused.value.problems[0].code == "dmn_type_cycle"

    def test_instance_of_a_declared_type(self):
        assert decide(definitions(self.LEVEL, decision("d", literal('"A" instance of tLevel'))), "d", {}) is True
        assert decide(definitions(self.LEVEL, decision("d", literal('"C" instance of tLevel'))), "d", {}) is False


@pytest.mark.parametrize("namespace", NAMESPACES)
def test_every_version_of_dmn_is_read(namespace):
    file = definitions(inputs(n="number"), decision("d", literal("n + 1"), ["n"]), model=namespace)
    assert decide(file, "d", {"n": 1}) == 2


def test_decimal_numbers_are_exact():
    assert value(literal("0.1 + 0.2 = 0.3")) is True


def test_elements_of_other_namespaces_are_left_alone():
    foreign = '<x:literalExpression xmlns:x="urn:x"><x:text>2</x:text></x:literalExpression>'
    assert value(foreign + literal("1")) == 1


def test_comments_in_a_text_are_left_out():
    assert value("<literalExpression><text>1 <!-- one --> + 1</text></literalExpression>") == 2
