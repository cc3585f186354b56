"""Requirement graphs: decisions that need decisions, knowledge models, services, imports."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from dmn_drawings import decision, definitions, inputs, knowledge, literal, table

from engine.dmn import DecisionError, decide, read_model
from engine.errors import Refused


def test_a_decision_sees_what_it_requires_and_nothing_else():
    file = definitions(inputs(amount="number", secret="number"), decision("double", literal("amount * 2"), ["amount"]),
                       decision("sum", literal("double + secret"), ["*double"]),
                       decision("both", literal("double + amount"), ["*double", "amount"]))
    given = {"amount": 4, "secret": 1}
    assert decide(file, "both", given) == 12
    assert decide(file, "sum", given) is None


def test_a_decision_that_draws_no_inputs_sees_all_variables_as_in_camunda():
    file = definitions(decision("grade", table(["amount", "customer.level"], ["g"], ("> 5", '"A"', "1"))))
    assert decide(file, "grade", {"amount": 6, "customer": {"level": "A"}}) == 1


def test_decisions_are_found_by_id_and_by_name():
    file = definitions('<decision id="d1" name="投诉 分级"><variable name="投诉 分级"/>' + literal("1") + "</decision>")
    assert decide(file, "d1", {}) == decide(file, "投诉 分级", {}) == 1
    with pytest.raises(DecisionError) as error:
        decide(file, "d2", {})
    assert error.value.code == "decision_not_found"


def test_a_decision_needed_twice_is_taken_once():
    calls = []
    base = decision("base", literal("tick()"))
    middle = [decision(name, literal("base + 1"), ["*base"]) for name in ("left", "right")]
    file = definitions(base, *middle, decision("top", literal("left + right"), ["*left", "*right"]))
    value = read_model(file).decide("top", {}, functions={"tick": lambda: calls.append(1) or 1}).value
    assert (value, calls) == (4, [1])


def test_a_variable_named_like_a_decision_does_not_replace_it():
    file = definitions(decision("level", literal('"A"')), decision("top", literal("level"), ["*level"]))
    assert decide(file, "top", {"level": "left over from last time"}) == "A"


def test_rules_of_required_decisions_are_told_too():
    file = definitions(inputs(n="number"), decision("low", table(["n"], ["o"], ("< 5", "true"), hit="FIRST"), ["n"]),
                       decision("top", table(["low"], ["o"], ("true", '"small"')), ["*low"]))
    decided = read_model(file).decide("top", {"n": 3})
    assert decided.value == "small"
    assert [(rule.decision, rule.rule_index) for rule in decided.fired] == [("low", 1), ("top", 1)]
    assert decided.rows == ({"o": "small"},)


class TestCircles:
    def test_decisions_that_need_each_other_are_refused_and_named(self):
        file = definitions(decision("a", literal("b"), ["*b"]), decision("b", literal("c"), ["*c"]),
                           decision("c", literal("a"), ["*a"]))
        with pytest.raises(Refused) as refused:
            read_model(file, "circle.dmn")
        (problem,) = refused.value.problems
        assert problem.code == "dmn_cycle"
        assert "a → b → c → a" in problem.en
        assert problem.file == "circle.dmn"

    def test_a_decision_that_needs_itself_is_refused(self):
        with pytest.raises(Refused):
            read_model(definitions(decision("a", literal("a"), ["*a"])))

    def test_a_lozenge_is_no_circle(self):
        file = definitions(decision("a", literal("1")), decision("b", literal("a"), ["*a"]),
                           decision("c", literal("a"), ["*a"]), decision("d", literal("b + c"), ["*b", "*c"]))
        assert decide(file, "d", {}) == 2

    def test_a_chain_that_is_too_long_is_refused(self):
        chain = [decision("d0", literal("1"))]
        chain += [decision(f"d{n}", literal(f"d{n - 1}"), [f"*d{n - 1}"]) for n in range(1, 500)]
        for order in (chain, chain[::-1]):
            with pytest.raises(Refused) as refused:
                read_model(definitions(*order))
            assert refused.value.problems[0].code == "dmn_too_deep"


class TestKnowledge:
    def test_a_knowledge_model_is_called_as_a_function(self):
        file = definitions(knowledge("tax", literal("net * rate"), ["net", "rate"]),
                           decision("d", literal("tax(100, 0.5) + tax(rate: 1, net: 1)"), knows=["tax"]))
        assert decide(file, "d", {}) == 51

    def test_a_table_in_a_knowledge_model(self):
        box = table(["amount"], ["o"], ("> 100", '"big"'), ("<= 100", '"small"'))
        file = definitions(knowledge("size", box, ["amount"]),
                           decision("d", literal("[size(5), size(500)]"), knows=["size"]))
        decided = read_model(file).decide("d", {})
        assert decided.value == ["small", "big"]
        assert [rule.rule_index for rule in decided.fired] == [2, 1]

    def test_a_knowledge_model_may_call_itself(self):
        file = definitions(knowledge("fact", literal("if n < 2 then 1 else n * fact(n - 1)"), ["n"], knows=["fact"]),
                           decision("d", literal("fact(5)"), knows=["fact"]))
        assert decide(file, "d", {}) == 120

    def test_without_end_it_stops_with_a_sentence(self):
        file = definitions(knowledge("loop", literal("loop(n + 1)"), ["n"], knows=["loop"]),
                           decision("d", literal("loop(1)"), knows=["loop"]))
        with pytest.raises(DecisionError) as error:
            decide(file, "d", {})
        assert error.value.code in ("decision_calls", "decision_limit")
        assert error.value.sentence("zh")

    @pytest.mark.parametrize("kind", ["Java", "PMML"])
    def test_functions_of_other_kinds_are_never_run(self, kind):
        file = definitions(knowledge("f", literal('{class: "java.lang.System", method signature: "exit(int)"}'), ["n"],
                                     kind=kind), decision("d", literal("f(1)"), knows=["f"]))
        with pytest.raises(DecisionError) as error:
            decide(file, "d", {})
        assert error.value.code == "decision_function_kind"
        assert kind in error.value.sentence("zh")


class TestServices:
    FILE = definitions(
        inputs(n="number"), decision("given", literal("1000")), decision("one", literal("n + given"), ["n", "*given"]),
        decision("two", literal("n * 2"), ["n"]),
        '<decisionService id="s" name="both"><variable name="both"/><outputDecision href="#one"/>'
        '<outputDecision href="#two"/><inputDecision href="#given"/><inputData href="#n"/></decisionService>',
        '<decisionService id="t" name="single"><variable name="single" typeRef="string"/><outputDecision href="#two"/>'
        '<inputData href="#n"/></decisionService>',
        decision("caller", literal("both(3, 10).one"), knows=["s"]))

    def test_the_outputs_are_a_context(self):
        assert read_model(self.FILE).decide(None, {"n": 3, "given": 4}, service="both").value == {"one": 7, "two": 6}

    def test_one_output_may_be_asked_for(self):
        assert decide(self.FILE, "two", {"n": 3, "given": 4}, service="both") == 6

    def test_an_input_decision_is_given_and_never_taken(self):
        assert decide(self.FILE, "one", {"n": 3}, service="both") is None

    def test_a_service_is_called_as_a_function(self):
        assert decide(self.FILE, "caller", {}) == 13

    def test_the_type_of_a_service_holds_for_its_result(self):
        decided = read_model(self.FILE).decide("two", {"n": 3}, service="single")
        assert decided.value is None
        assert decided.notes[-1].code == "note_type"

    def test_an_unknown_service_is_said(self):
        with pytest.raises(DecisionError, match="service_not_found"):
            decide(self.FILE, "one", {}, service="third")


class TestImports:
    OTHER = definitions(
        '<itemDefinition name="tLevel"><typeRef>string</typeRef><allowedValues><text>"A","B"</text></allowedValues>'
        "</itemDefinition>", inputs(amount="number"), decision("twice", literal("amount * 2"), ["amount"]),
        knowledge("plus one", literal("x + 1"), ["x"]), namespace="other")
    MAIN = definitions(
        '<import name="lib" namespace="other" importType="https://www.omg.org/spec/DMN/20191111/MODEL/"/>',
        decision("d", literal("lib.twice + lib.plus one(1)"), ["*other#twice"], knows=["other#plus one"]),
        decision("typed", literal('"C"'), type_="lib.tLevel"))

    def test_imported_decisions_and_functions_stand_under_the_name_of_the_import(self):
        assert decide(self.MAIN, "d", {"lib": {"amount": 5}}, imports={"other.dmn": self.OTHER}) == 12
        assert decide(self.MAIN, "d", {"lib.amount": 5}, imports={"other.dmn": self.OTHER}) == 12

    def test_imported_types_hold(self):
        assert decide(self.MAIN, "typed", {}, imports={"other.dmn": self.OTHER}) is None

    def test_imports_may_go_round_in_a_circle(self):
        back = self.OTHER.replace("<itemDefinition", '<import name="up" namespace="here"/><itemDefinition', 1)
        assert decide(self.MAIN, "d", {"lib": {"amount": 5}}, imports={"other.dmn": back}) == 12

    def test_inputs_of_a_file_imported_by_an_import_stand_within_both_names(self):
        middle = definitions('<import name="base" namespace="other"/>',
                             decision("more", literal("base.twice + 1"), ["*other#twice"]), namespace="middle")
        main = definitions('<import name="mid dle" namespace="middle"/>',
                           decision("d", literal("mid dle.more"), ["*middle#more"]))
        imports = {"middle.dmn": middle, "other.dmn": self.OTHER}
        assert decide(main, "d", {"mid dle": {"base": {"amount": 5}}}, imports=imports) == 11

    def test_an_import_without_a_name_adds_to_the_names_of_the_file(self):
        main = definitions('<import name="" namespace="other"/>', inputs(level="tLevel"),
                           decision("d", literal("if level = null then twice else 0"), ["level", "*other#twice"]))
        assert decide(main, "d", {"amount": 5, "level": "C"}, imports={"other.dmn": self.OTHER}) == 10

    def test_a_broken_file_is_in_the_way_only_where_it_may_be_needed(self):
        imports = {"other.dmn": self.OTHER, "broken.dmn": "<definitions"}
        assert decide(self.MAIN, "d", {"lib": {"amount": 5}}, imports=imports) == 12
        with pytest.raises(Refused) as refused:
            decide(self.MAIN, "d", {}, imports={"broken.dmn": "<definitions"})
        assert refused.value.problems[0].file == "broken.dmn"

    def test_a_file_that_is_not_needed_is_not_in_the_way(self):
        imports = {"other.dmn": self.OTHER, "third.dmn": definitions(namespace="third")}
        assert decide(self.MAIN, "d", {"lib": {"amount": 5}}, imports=imports) == 12


def test_the_clock_is_given():
    from datetime import UTC, date, datetime
    file = definitions(decision("d", literal("today()")))
    moment = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
    assert read_model(file).decide("d", {}, clock=lambda: moment).value == date(2026, 11, 22)


def test_a_model_is_compiled_once_and_serves_many_threads():
    from concurrent.futures import ThreadPoolExecutor
    model = read_model(definitions(decision("d", table(["n"], ["o"], ("< 50", "n * 2"), (">= 50", "n")))))
    with ThreadPoolExecutor(4) as pool:
        values = list(pool.map(lambda n: model.decide("d", {"n": n}).value, range(100)))
    assert values == [n * 2 if n < 50 else n for n in range(100)]


def test_deciding_without_a_clock_tells_the_day_of_the_machine_and_a_model_tells_none():
    """``decide`` is for people trying a table; cases hand their own clock to a model, which reads none."""
    file = definitions(decision("today", literal("today() instance of date")), decision("day", literal("today()")))
    assert decide(file, "today", {}) is True
    assert decide(file, "day", {}, clock=lambda: datetime(2026, 4, 7, tzinfo=UTC)) == date(2026, 4, 7)
    assert read_model(file).decide("day", {}).value is None
