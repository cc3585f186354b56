"""Hit policies: what a table answers when one, several or no rules match."""

from __future__ import annotations

import pytest
from dmn_drawings import decision, definitions, output, table

from engine.dmn import DecisionError, decide, read_model

LEVELS = '"S", "A", "B"'


def drawn(*rules, hit="", aggregate="", outputs=("level",), columns=("amount",)) -> str:
    return definitions(decision("grade", table(columns, outputs, *rules, hit=hit, aggregate=aggregate)))


class TestUnique:
    TABLE = drawn(("< 100", '"B"'), ("[100..1000]", '"A"'), (">= 1000", '"S"'))

    def test_the_one_rule_that_matches_answers(self):
        assert decide(self.TABLE, "grade", {"amount": 99}) == "B"
        assert decide(self.TABLE, "grade", {"amount": 5000}) == "S"

    def test_two_hits_are_an_error_that_names_the_rows_and_the_case(self):
        with pytest.raises(DecisionError) as error:
            decide(self.TABLE, "grade", {"amount": 1000})
        assert error.value.code == "decision_hits_several"
        assert "rows 2, 3" in error.value.sentence("en")
        assert "amount = 1000" in error.value.sentence("en")
        assert "第 2、3 行" in error.value.sentence("zh")

    def test_two_hits_that_say_the_same_are_an_error_all_the_same(self):
        same = drawn(("< 100", '"B"'), ("< 200", '"B"'))
        with pytest.raises(DecisionError, match="decision_hits_several"):
            decide(same, "grade", {"amount": 1})

    def test_no_hit_is_null_and_a_note_says_so(self):
        decided = read_model(drawn(("< 100", '"B"'))).decide("grade", {"amount": 100})
        assert decided.value is None
        assert decided.fired == ()
        assert [note.code for note in decided.notes] == ["note_no_rule"]
        assert "amount = 100" in decided.notes[0].sentence("en")

    def test_it_is_the_policy_of_a_table_that_names_none(self):
        with pytest.raises(DecisionError, match="UNIQUE"):
            decide(drawn(("-", "1"), ("-", "1")), "grade", {"amount": 1})


class TestFirst:
    TABLE = drawn(("> 1000", '"S"'), ("> 100", '"A"'), ("-", '"B"'), hit="FIRST")

    @pytest.mark.parametrize(("amount", "level"), [(2000, "S"), (500, "A"), (1, "B")])
    def test_the_topmost_match_answers(self, amount, level):
        assert decide(self.TABLE, "grade", {"amount": amount}) == level

    def test_rules_below_the_match_are_not_looked_at(self):
        decided = read_model(self.TABLE).decide("grade", {"amount": 2000})
        assert [rule.rule_index for rule in decided.fired] == [1]


class TestAny:
    TABLE = drawn(("> 10", '"A"'), ("> 100", '"A"'), ("> 1000", '"S"'), hit="ANY")

    def test_several_matches_that_agree_answer(self):
        decided = read_model(self.TABLE).decide("grade", {"amount": 500})
        assert decided.value == "A"
        assert [rule.rule_index for rule in decided.fired] == [1, 2]

    def test_matches_that_differ_are_an_error_that_names_them(self):
        with pytest.raises(DecisionError) as error:
            decide(self.TABLE, "grade", {"amount": 5000})
        assert error.value.code == "decision_any_differs"
        assert "rows 1, 3 differ" in error.value.sentence("en")


class TestPriority:
    TABLE = drawn(("> 10", '"B"'), ("> 100", '"S"'), ("> 50", '"A"'), hit="PRIORITY",
                  outputs=(output("level", values=LEVELS),))

    def test_the_result_listed_first_wins(self):
        assert decide(self.TABLE, "grade", {"amount": 500}) == "S"
        assert decide(self.TABLE, "grade", {"amount": 60}) == "A"

    def test_the_order_may_be_that_of_the_declared_type(self):
        level = ('<itemDefinition name="tLevel"><typeRef>string</typeRef><allowedValues><text>"S","A","B"</text>'
                 "</allowedValues></itemDefinition>")
        for box in (table(["n"], [output("o", "tLevel")], ("-", '"B"'), ("-", '"A"'), hit="PRIORITY"),
                    table(["n"], ["o"], ("-", '"B"'), ("-", '"A"'), hit="PRIORITY", type_="tLevel")):
            assert decide(definitions(level, decision("grade", box)), "grade", {"n": 1}) == "A"

    def test_what_matched_and_was_not_preferred_is_told_apart(self):
        decided = read_model(self.TABLE).decide("grade", {"amount": 60})
        assert [(rule.rule_index, rule.chosen) for rule in decided.fired] == [(1, False), (3, True)]

    def test_with_several_columns_the_leftmost_counts_first(self):
        several = drawn(("-", '"A"', "1"), ("-", '"S"', "1"), ("-", '"S"', "2"), hit="PRIORITY",
                        outputs=(output("level", values=LEVELS), output("rank", values="2, 1")))
        assert decide(several, "grade", {"amount": 1}) == {"level": "S", "rank": 2}


class TestOutputOrder:
    def test_all_matches_ordered_like_the_allowed_values(self):
        ordered = drawn(("-", '"B"'), ("-", '"S"'), ("> 100", '"A"'), ("-", '"A"'), hit="OUTPUT ORDER",
                        outputs=(output("level", values=LEVELS),))
        assert decide(ordered, "grade", {"amount": 5}) == ["S", "A", "B"]


class TestRuleOrder:
    def test_all_matches_ordered_like_the_rows(self):
        ordered = drawn(("-", '"B"'), ("> 100", '"S"'), ("-", '"A"'), hit="RULE ORDER")
        assert decide(ordered, "grade", {"amount": 5}) == ["B", "A"]


class TestCollect:
    RULES = (("> 10", "5"), ("> 100", "7.5"), ("> 1000", "1"))

    def test_without_aggregation_all_results_are_a_list(self):
        assert decide(drawn(*self.RULES, hit="COLLECT"), "grade", {"amount": 500}) == [5, pytest.approx(7.5)]

    @pytest.mark.parametrize(("aggregate", "result"), [("SUM", "13.5"), ("MIN", "1"), ("MAX", "7.5"), ("COUNT", "3")])
    def test_aggregations(self, aggregate, result):
        assert str(decide(drawn(*self.RULES, hit="COLLECT", aggregate=aggregate), "grade", {"amount": 5000})) == result

    def test_nothing_matches(self):
        assert decide(drawn(*self.RULES, hit="COLLECT", aggregate="COUNT"), "grade", {"amount": 1}) == 0
        assert decide(drawn(*self.RULES, hit="COLLECT", aggregate="SUM"), "grade", {"amount": 1}) is None


class TestDefaults:
    def test_a_default_answers_where_no_rule_matches(self):
        table_ = drawn(("> 100", '"A"'), outputs=(output("level", default='"C"'),))
        assert decide(table_, "grade", {"amount": 1}) == "C"
        assert decide(table_, "grade", {"amount": 101}) == "A"

    def test_columns_without_a_default_are_null(self):
        table_ = drawn(("> 100", '"A"', "1"), outputs=(output("level", default='"C"'), output("rank")))
        assert decide(table_, "grade", {"amount": 1}) == {"level": "C", "rank": None}


def test_an_unknown_policy_is_refused():
    with pytest.raises(DecisionError, match="unknown hit policy"):
        decide(drawn(("-", "1"), hit="NEAREST"), "grade", {"amount": 1})


class TestWhatFired:
    TABLE = drawn(("> 100", '"VIP"', '"A"', "2"), ("> 100", "-", '"B"', "1"), hit="FIRST",
                  columns=("amount", "customer"), outputs=("level", "rank"))

    def test_the_row_with_its_inputs_and_outputs_is_kept(self):
        decided = read_model(self.TABLE).decide("grade", {"amount": 500, "customer": "new"})
        (rule,) = decided.fired
        assert (rule.decision, rule.decision_name, rule.table) == ("grade", "grade", "table")
        assert (rule.rule_index, rule.rule_id) == (2, "r2")
        assert rule.inputs == {"amount": 500, "customer": "new"}
        assert rule.outputs == {"level": "B", "rank": 1}

    def test_the_annotation_of_a_row_is_kept(self):
        annotated = self.TABLE.replace('<rule id="r2">', '<rule id="r2"><description>usual case</description>')
        (rule,) = read_model(annotated).decide("grade", {"amount": 500, "customer": ""}).fired
        assert rule.annotation == "usual case"


class TestMappings:
    """The shapes of camunda:mapDecisionResult."""

    def test_single_entry_and_single_result(self):
        one = read_model(drawn(("-", '"A"'))).decide("grade", {"amount": 1})
        assert one.mapped("singleEntry") == "A"
        assert one.mapped("singleResult") == {"level": "A"}
        assert one.mapped("resultList") == [{"level": "A"}]
        assert one.mapped("collectEntries") == ["A"]

    def test_a_list_of_results(self):
        several = read_model(drawn(("-", '"A"'), ("-", '"B"'), hit="RULE ORDER")).decide("grade", {"amount": 1})
        assert several.mapped("collectEntries") == ["A", "B"]
        assert several.mapped("resultList") == [{"level": "A"}, {"level": "B"}]
        with pytest.raises(DecisionError, match="2 results"):
            several.mapped("singleEntry")

    def test_no_result(self):
        none = read_model(drawn(("> 5", '"A"'))).decide("grade", {"amount": 1})
        assert none.mapped("singleEntry") is None
        assert none.mapped("resultList") == []

    def test_several_columns_are_no_single_entry(self):
        wide = read_model(drawn(("-", '"A"', "1"), outputs=("level", "rank"))).decide("grade", {"amount": 1})
        assert wide.mapped("singleResult") == {"level": "A", "rank": 1}
        with pytest.raises(DecisionError, match="level, rank"):
            wide.mapped("singleEntry")

    def test_an_unknown_mapping_is_refused(self):
        with pytest.raises(DecisionError, match="unknown"):
            read_model(drawn(("-", "1"))).decide("grade", {}).mapped("best")
