"""``check``: what a process owner hears before a table is published."""

from __future__ import annotations

import pytest
from dmn_drawings import column, decision, definitions, inputs, knowledge, literal, output, table

from engine.dmn import check


def found(*elements: str, **given):
    return [(problem.code, problem.severity) for problem in check(definitions(*elements), "file.dmn", **given)]


def only(*elements: str, **given):
    (problem,) = check(definitions(*elements), "file.dmn", **given)
    return problem


def graded(*rules, columns=("amount",), outputs=("level",), **more) -> str:
    return decision("grade", table(columns, outputs, *rules, **more))


class TestBrokenFiles:
    def test_what_is_no_xml_is_a_problem_and_no_exception(self):
        assert [problem.code for problem in check("<definitions", "file.dmn")] == ["xml_broken"]

    def test_what_is_no_dmn_is_said(self):
        assert [problem.code for problem in check("<html/>", "file.dmn")] == ["dmn_not_dmn"]

    def test_an_id_that_occurs_twice_is_said(self):
        assert only(decision("d", literal("1")), decision("d", literal("2"))).code == "dmn_id_twice"

    def test_a_requirement_that_leads_nowhere_is_said(self):
        problem = only(decision("d", literal("1"), ["gone"]))
        assert problem.code == "dmn_requirement_missing"
        assert "#gone" in problem.zh

    def test_an_unknown_type_is_said(self):
        assert only(inputs(n="tGone"), decision("d", literal("n"), ["n"])).code == "dmn_type_unknown"

    def test_a_missing_import_is_said(self):
        assert only('<import name="lib" namespace="other"/>', decision("d", literal("1"))).code == "dmn_import_missing"


class TestBrokenCells:
    def test_table_row_and_column_are_named(self):
        problem = only(graded(("< 5", "1"), ("5..", "2")))
        assert (problem.code, problem.element, problem.file) == ("dmn_cell_broken", "r2", "file.dmn")
        assert problem.line > 0
        assert "“grade”, row 2, column “amount”" in problem.en
        assert "决策表“grade”第 2 行“amount”列" in problem.zh

    def test_an_output_cell_is_named_by_its_column(self):
        problem = only(graded(("-", "1 +")))
        assert "row 1, column “level”" in problem.en

    def test_a_row_with_too_few_cells_is_said(self):
        assert only(graded(("-",), columns=("amount",))).code == "dmn_cells_count"

    @pytest.mark.parametrize("language", ["juel", "javascript", "http://www.java.com/java", "groovy", "python"])
    def test_other_languages_are_refused(self, language):
        file = graded(("-", "1")).replace("<outputEntry>", f'<outputEntry expressionLanguage="{language}">')
        assert only(file).code == "dmn_language"

    def test_feel_may_be_named(self):
        file = graded(("-", "1")).replace(
            "<outputEntry>", '<outputEntry expressionLanguage="https://www.omg.org/spec/DMN/20191111/FEEL/">')
        assert found(file) == []

    def test_a_placeholder_of_camunda_7_is_refused(self):
        assert only(graded(("-", "${amount}"))).code == "dmn_placeholder"
        assert found(graded(("-", '"costs ${amount}"'))) == []

    def test_a_column_without_an_expression_is_said(self):
        assert only(graded(("-", "1"), columns=(column(""),))).code == "dmn_column_empty"

    def test_a_broken_list_of_allowed_values_is_said(self):
        problem = only(graded(("-", "1"), columns=(column("amount", values='"A",'),)))
        assert problem.code == "dmn_column_broken"
        assert "list of allowed values" in problem.en

    def test_a_literal_expression_is_named_by_its_decision(self):
        assert "“d”" in only(decision("d", literal("1 +"))).en


class TestNames:
    def test_an_input_that_was_not_drawn_is_unknown(self):
        problem = only(inputs(amount="number"), decision("d", literal("amont > 5"), ["amount"]))
        assert problem.code == "dmn_name_unknown"
        assert "“amont”" in problem.en
        assert "known here: amount" in problem.en

    def test_in_a_cell_row_and_column_are_named(self):
        problem = only(inputs(amount="number"), decision(
            "grade", table(["amount"], ["level"], ("> limit", "1")), ["amount"]))
        assert "row 1, column “amount”" in problem.en
        assert "“limit”" in problem.en

    def test_an_unknown_function_is_said_and_functions_of_the_host_are_known(self):
        file = decision("d", literal("working time(1)"))
        assert found(file, functions=["working time"]) == []
        assert only(file).code == "dmn_name_unknown"

    def test_where_no_inputs_are_drawn_any_variable_may_be_meant_unless_they_are_told(self):
        file = graded(("> 5", "1"), ("<= 5", "1"))
        assert found(file) == []
        assert found(file, names=["amount"]) == []
        assert only(file, names=["sum"]).code == "dmn_name_unknown"

    def test_names_of_entries_parameters_and_iterators_are_known(self):
        box = ('<for iteratorVariable="n"><in>' + literal("[1, 2]") + "</in><return><context><contextEntry>"
               '<variable name="next one"/>' + literal("n + count(partial)") + "</contextEntry><contextEntry>"
               + literal("next one + f(n)") + "</contextEntry></context></return></for>")
        assert found(knowledge("f", literal("x + 1"), ["x"]), decision("d", box, knows=["f"])) == []


class TestTypes:
    """What FEEL's own analysis knows, with the types of the drawing."""

    PERSON = ('<itemDefinition name="tPerson"><itemComponent name="level"><typeRef>string</typeRef></itemComponent>'
              '<itemComponent name="monthly income"><typeRef>number</typeRef></itemComponent></itemDefinition>')

    def test_what_does_not_go_together_is_doubtful(self):
        problem = only(self.PERSON, inputs(p="tPerson"), decision("d", literal("p.level > 5"), ["p"]))
        assert (problem.code, problem.severity, problem.element) == ("dmn_text_doubtful", "warning", "d")
        assert "string" in problem.en

    def test_a_part_that_a_type_does_not_have_is_said(self):
        problem = only(self.PERSON, inputs(p="tPerson"), decision("d", literal("p.levl"), ["p"]))
        assert "levl" in problem.en

    def test_parts_with_blanks_are_known(self):
        assert found(self.PERSON, inputs(p="tPerson"), decision("d", literal("p.monthly income * 2"), ["p"])) == []

    def test_a_function_called_wrongly_is_an_error(self):
        problem = only(decision("d", literal("abs(1, 2)")))
        assert (problem.code, problem.severity) == ("dmn_text_wrong", "error")

    def test_a_date_that_does_not_exist_is_an_error_in_its_cell(self):
        problem = only(graded(('< @"2026-02-30"', "1")))
        assert problem.code == "dmn_text_wrong"
        assert "row 1, column “amount”" in problem.en


class TestHitPolicies:
    def test_an_unknown_policy_or_aggregation_is_said(self):
        assert only(graded(("-", "1"), hit="BEST")).code == "dmn_hit_policy"
        assert only(graded(("-", "1"), hit="COLLECT", aggregate="MEAN")).code == "dmn_aggregation"

    def test_priority_needs_an_order(self):
        assert only(graded(("-", "1"), hit="PRIORITY")).code == "dmn_no_priorities"
        assert found(graded(("-", "1"), hit="PRIORITY", outputs=(output("level", values="1, 2"),))) == []

    def test_aggregating_several_columns_is_said(self):
        file = graded(("-", "1", "2"), hit="COLLECT", aggregate="SUM", outputs=("a", "b"))
        assert only(file).code == "dmn_aggregation_outputs"

    def test_several_outputs_need_names(self):
        assert only(graded(("-", "1", "2"), outputs=("a", output()))).code == "dmn_output_unnamed"

    def test_a_result_that_is_not_allowed_is_said(self):
        problem = only(graded(("-", '"C"'), outputs=(output("level", values='"A","B"'),)))
        assert (problem.code, problem.severity) == ("dmn_output_not_allowed", "warning")

    def test_java_is_refused(self):
        assert only(knowledge("f", literal("{}"), kind="Java")).code == "dmn_function_kind"


class TestOverlaps:
    def test_numbers(self):
        problem = only(graded(("<= 100", "1"), (">= 100", "2")))
        assert (problem.code, problem.severity) == ("dmn_overlap", "warning")
        assert problem.en == "Table “grade”: rows 1 and 2 overlap (UNIQUE), for example: amount = 100."
        assert problem.zh == "决策表“grade”第 1 行与第 2 行重叠（UNIQUE），例如：amount = 100。"

    def test_dates(self):
        problem = only(graded(('<= date("2026-06-30")', "1"), ('>= @"2026-06-30"', "2"), columns=("day",)))
        assert "day = 2026-06-30" in problem.en

    def test_listed_texts(self):
        problem = only(graded(('"A", "B"', "1"), ('not("A")', "2"), columns=(column("l", values='"A","B","C"'),)))
        assert 'l = "B"' in problem.en

    def test_several_columns_overlap_only_where_all_do(self):
        rules = (("< 10", "true", "1"), ("< 10", "false", "2"), (">= 10", "-", "3"))
        assert found(graded(*rules, columns=("amount", "vip"))) == []
        problem = only(graded(*rules[:2], (">= 9", "true", "3"), (">= 10", "false", "4"), columns=("amount", "vip")))
        assert "rows 1 and 3" in problem.en
        assert "vip = true" in problem.en

    def test_any_overlaps_only_where_results_differ(self):
        assert found(graded(("> 5", "1"), ("-", "1"), hit="ANY")) == []
        assert ("dmn_overlap", "warning") in found(graded(("> 5", "1"), ("-", "2"), hit="ANY"))

    @pytest.mark.parametrize("hit", ["FIRST", "RULE ORDER", "COLLECT"])
    def test_other_policies_may_overlap(self, hit):
        assert found(graded(("> 5", "1"), ("-", "2"), hit=hit)) == []

    def test_cells_that_compute_are_no_reason_for_alarm(self):
        assert found(graded(("> limit", "1"), ("<= limit", "2"))) == []

    def test_the_same_expression_in_two_columns_is_one_question(self):
        rules = ((">= 5", "< 9", "1"), ("< 5", "-", "2"), ("-", ">= 9", "3"))
        assert found(graded(*rules, columns=("amount", "amount"))) == []

    def test_there_are_never_more_than_a_few_told(self):
        codes = [code for code, _ in found(graded(*[("-", str(n)) for n in range(20)]))]
        assert codes.count("dmn_overlap") == 5
        assert codes.count("dmn_overlaps_more") == 1


class TestGaps:
    def test_numbers_between_whole_ones(self):
        problem = only(graded(("<= 10", "1"), (">= 11", "2")))
        assert (problem.code, problem.severity) == ("dmn_gap", "warning")
        assert problem.en == "Table “grade” has no rule for, for example: amount = 10.5."

    def test_there_is_no_gap_between_whole_numbers(self):
        assert found(graded(("<= 10", "1"), (">= 11", "2"), columns=(column("n", "integer"),))) == []

    def test_there_is_no_gap_between_two_days(self):
        rules = (('<= date("2026-06-30")', "1"), ('>= date("2026-07-01")', "2"))
        assert found(graded(*rules, columns=("day",))) == []
        late = (rules[0], ('>= date("2026-07-02")', "2"))
        assert "day = 2026-07-01" in only(graded(*late, columns=("day",))).en

    def test_moments_and_durations(self):
        moments = (('< @"2026-06-30T12:00:00"', "1"), ('> @"2026-06-30T12:00:00"', "2"))
        assert "2026-06-30T12:00:00" in only(graded(*moments, columns=("at",))).en
        spans = (('< @"P1D"', "1"), ('> @"P1DT1H"', "2"))
        assert only(graded(*spans, columns=("took",))).code == "dmn_gap"
        hours = (('< @"08:00:00"', "1"), ('>= @"09:00:00"', "2"))
        assert "at = 08:0" in only(graded(*hours, columns=("at",))).en

    def test_booleans(self):
        assert "vip = false" in only(graded(("true", "1"), columns=(column("vip", "boolean"),))).en

    def test_listed_texts_by_column_and_by_type(self):
        listed = column("level", values='"A","B","C"')
        assert 'level = "C"' in only(graded(('"A"', "1"), ('"B"', "2"), columns=(listed,))).en
        type_ = ('<itemDefinition name="tLevel"><typeRef>string</typeRef><allowedValues><text>"A","B"</text>'
                 "</allowedValues></itemDefinition>")
        box = table(["level"], ["o"], ('"A"', "1"))
        assert 'level = "B"' in only(type_, inputs(level="tLevel"), decision("grade", box, ["level"])).en

    def test_texts_nobody_listed_are_a_hint(self):
        problem = only(graded(('"A"', "1"), ('"B"', "2"), columns=("level",)))
        assert (problem.code, problem.severity) == ("dmn_gap", "hint")
        assert "any other value" in problem.en
        assert "其他值" in problem.zh

    def test_a_combination_is_told(self):
        rules = (("< 10", "true", "1"), (">= 10", "-", "2"))
        assert "amount = 9, vip = false" in only(graded(*rules, columns=("amount", "vip"))).en

    def test_allowed_numbers_bound_the_search(self):
        bounded = column("age", values="[0..120]")
        assert found(graded(("< 18", "1"), (">= 18", "2"), columns=(bounded,))) == []
        assert "age = 1" in only(graded(("[0..100]", "1"), columns=(bounded,))).en

    def test_a_default_fills_all_gaps(self):
        assert found(graded(("> 5", "1"), outputs=(output("level", default="0"),))) == []

    @pytest.mark.parametrize("hit", ["COLLECT", "RULE ORDER"])
    def test_policies_that_list_may_find_nothing(self, hit):
        assert found(graded(("> 5", "1"), hit=hit)) == []


class TestRowsThatNeverMatch:
    def test_first_hides_what_stands_below(self):
        problem = only(graded(("> 5", "1"), ("<= 5", "2"), ("> 7", "3"), hit="FIRST"))
        assert problem.code == "dmn_rule_hidden"
        assert "row 3" in problem.en

    def test_a_value_that_is_not_allowed(self):
        problem = only(graded(('"A","B"', "1"), ('"C"', "2"), columns=(column("l", values='"A","B"'),)))
        assert problem.code == "dmn_input_not_allowed"

    def test_an_empty_interval(self):
        assert ("dmn_cell_never", "warning") in found(graded(("(5..5)", "1"), ("-", "2"), hit="FIRST"))

    def test_a_text_in_a_column_of_numbers(self):
        rules = (('"5"', "1"), ("-", "2"))
        assert found(graded(*rules, columns=(column("n", "number"),), hit="FIRST"))[0] == ("dmn_cell_kind", "warning")
