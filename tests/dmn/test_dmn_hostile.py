"""Files from strangers: nothing of them is run, and every answer is a value or an error of ours, soon."""

from __future__ import annotations

import ast
import builtins
import itertools
import os
import random
import re
import subprocess
import time
from pathlib import Path

import pytest
from dmn_drawings import column, decision, definitions, inputs, knowledge, literal, output, table
from lxml import etree

from engine.dmn import DecisionError, check, decide, read_model
from engine.errors import Refused

HERE = Path(__file__).parent
EXAMPLES = [(HERE / "complaint_level.dmn").read_bytes(), (HERE / "compensation.dmn").read_bytes()]
GIVEN = {"损失金额": 5, "客户等级": "普通", "媒体关注": False, "budget": 60,
         "failings": [{"kind": "delay", "hours late": 30}]}


def survives(xml, names=("complaint_level", "reply_within", "total", "compensation_paid")) -> None:
    """Checking, reading and deciding answer, or refuse in words."""
    for problem in check(xml, "hostile.dmn"):
        assert problem.zh
        assert problem.en
    try:
        model = read_model(xml, "hostile.dmn")
    except Refused as refused:
        assert refused.problems
        return
    for name in (*names, *(one.id for one in model.decisions)):
        try:
            model.decide(name, GIVEN)
        except DecisionError as error:
            assert error.sentence("zh")
            assert error.sentence("en")


class TestNothingIsRun:
    CANARIES = ['__import__("os").system("touch {path}")', "${{__import__('os').system('touch {path}')}}",
                "#{{T(java.lang.Runtime).getRuntime().exec('touch {path}')}}",
                "().__class__.__base__.__subclasses__()", "open('{path}', 'w')", "{{{{ 7 * 7 }}}}"]

    @pytest.fixture
    def run_texts(self, monkeypatch) -> list[str]:
        """The texts that reach whatever could run them."""
        seen: list[str] = []

        def watch(owner, name):
            real = getattr(owner, name)

            def watched(*args, **more):
                seen.extend(str(one)[:200] for one in args[:1])
                return real(*args, **more)
            monkeypatch.setattr(owner, name, watched)
        for owner, names in ((builtins, ("eval", "exec", "compile")), (ast, ("parse", "literal_eval")),
                             (os, ("system", "popen")), (subprocess, ("Popen",))):
            for name in names:
                watch(owner, name)
        return seen

    @pytest.mark.parametrize("start", range(2))
    @pytest.mark.parametrize("example", EXAMPLES, ids=["complaint_level", "compensation"])
    def test_a_canary_in_every_text_and_attribute_stays_silent(self, start, example, tmp_path, run_texts):
        bird = tmp_path / "canary"
        canaries = itertools.islice(itertools.cycle(text.format(path=bird) for text in self.CANARIES), start, None)
        root = etree.fromstring(example)
        places = 0
        for number, element in enumerate(root.iter()):
            if element.text and element.text.strip():
                kept, element.text = element.text, next(canaries)
                survives(etree.tostring(root))
                element.text, places = kept, places + 1
            for name, kept in element.attrib.items() if number else ():
                element.set(name, next(canaries))
                survives(etree.tostring(root))
                element.set(name, kept)
                places += 1
        assert places > 50
        assert not bird.exists()
        assert run_texts == []

    def test_canaries_in_all_texts_at_once_stay_silent(self, tmp_path, run_texts):
        bird = tmp_path / "canary"
        for canary, example in itertools.product(self.CANARIES, EXAMPLES):
            root = etree.fromstring(example)
            for element in root.iter():
                if element.text and element.text.strip():
                    element.text = canary.format(path=bird)
            survives(etree.tostring(root))
        assert not bird.exists()
        assert run_texts == []

    def test_no_module_of_the_package_can_run_a_text(self):
        package = HERE.parents[1] / "engine" / "dmn"
        forbidden = re.compile(r"(?<![\w.])(eval|exec|compile|__import__)\(|\bast\b|pickle|importlib|subprocess")
        for module in sorted(package.glob("*.py")):
            assert not forbidden.search(module.read_text("utf-8")), module.name

    def test_an_input_cannot_be_walked_into(self):
        class Secret:
            password = "hunter2"
        file = definitions(decision("d", literal("x.password")), decision("e", literal("x.__class__")))
        assert decide(file, "d", {"x": Secret()}) is None
        assert decide(file, "e", {"x": "text"}) is None


class TestXml:
    def test_entities_are_refused(self):
        bomb = '<!DOCTYPE d [<!ENTITY a "x"><!ENTITY b "&a;&a;">]>' + definitions(decision("d", literal("1")))
        assert [problem.code for problem in check(bomb, "bomb.dmn")] == ["xml_doctype"]
        with pytest.raises(Refused):
            decide(bomb, "d", {})

    def test_boxes_nested_too_deep_are_refused(self):
        deep = literal("1")
        for _ in range(300):
            deep = f"<list>{deep}</list>"
        (problem,) = check(definitions(decision("d", deep)), "deep.dmn")
        assert problem.code in ("xml_broken", "xml_too_large")

    def test_boxes_nested_as_deep_as_may_be_are_answered(self):
        deep = literal("1")
        for _ in range(90):
            deep = f"<list>{deep}</list>"
        survives(definitions(decision("d", deep)))

    def test_too_many_elements_are_refused(self):
        many = definitions(*(f'<inputData id="i{n}" name="i{n}"/>' for n in range(60_000)))
        assert [problem.code for problem in check(many, "many.dmn")] == ["xml_too_large"]

    def test_too_many_rules_are_refused(self):
        rules = [("-", "1")] * 5_001
        problems = check(definitions(decision("d", table(["a"], ["o"], *rules))), "rules.dmn")
        assert [problem.code for problem in problems] == ["dmn_too_many_rules"]

    @pytest.mark.parametrize("text", [b"", b"\x00", "\ufeff", b"<", "<definitions/>", b"\xff\xfe<", "not xml"])
    def test_what_is_no_file_is_said(self, text):
        assert check(text, "none.dmn")
        with pytest.raises(Refused):
            decide(text, "d", {})


class TestEndless:
    def limited(self, file: str, name: str = "d", **given) -> str:
        started = time.process_time()
        with pytest.raises(DecisionError) as error:
            decide(file, name, given)
        assert time.process_time() - started < 2
        assert error.value.sentence("zh") != error.value.sentence("en")
        return error.value.code

    def test_a_function_that_calls_itself_twice(self):
        body = "if n < 2 then 1 else f(n - 1) + f(n - 2)"
        file = definitions(knowledge("f", literal(body), ["n"], knows=["f"]),
                           decision("d", literal("f(35)"), knows=["f"]))
        assert self.limited(file) == "decision_limit"

    def test_a_table_asked_without_end(self):
        file = definitions(knowledge("f", table(["n"], ["o"], *[(f"< {k}", str(k)) for k in range(100)], hit="COLLECT"),
                                     ["n"]),
                           decision("d", literal("for i in 1..100000 return f(i)"), knows=["f"]))
        assert self.limited(file) == "decision_limit"

    def test_a_value_that_doubles(self):
        rows = ['<contextEntry><variable name="a0"/>' + literal("[1]") + "</contextEntry>"]
        rows += [f'<contextEntry><variable name="a{n}"/>' + literal(f"[a{n - 1}, a{n - 1}]") + "</contextEntry>"
                 for n in range(1, 60)]
        doubled = "<context>" + "".join(rows) + "</context>"
        assert self.limited(definitions(decision("d", doubled))) == "decision_limit"
        assert self.limited(definitions(decision("e", doubled), decision("d", table(["e.a59"], ["o"], ("-", "1")),
                                                                         ["*e"]))) == "decision_limit"

    def test_a_loop_in_a_loop_in_a_loop(self):
        box = literal("1")
        for name in "abc":
            box = (f'<for iteratorVariable="{name}"><in>' + literal("1..1000").replace("1..1000", "[1..1000]")
                   + f"</in><return>{box}</return></for>")
        assert self.limited(definitions(decision("d", box))) == "decision_limit"

    def test_a_service_that_calls_itself(self):
        file = definitions('<decisionService id="s" name="s"><variable name="s"/><outputDecision href="#d"/>'
                           "</decisionService>", decision("d", literal("s()"), knows=["s"]))
        assert self.limited(file) in ("decision_calls", "decision_limit")

    def test_notes_and_fired_rules_are_bounded(self):
        file = definitions(knowledge("f", table(["n"], ["o"], ("> 0", "1")), ["n"]),
                           decision("d", literal("for i in 1..3000 return f(i)"), knows=["f"]))
        decided = read_model(file).decide("d", {})
        assert len(decided.fired) == 1_000
        assert decided.fired_count == 3_000
        file = definitions(knowledge("f", table(["n"], ["o"], ("< 0", "1")), ["n"]),
                           decision("d", literal("for i in 1..3000 return f(i)"), knows=["f"]))
        assert len(read_model(file).decide("d", {}).notes) == 100

    def test_an_assertion_that_fails_is_told(self):
        with pytest.raises(DecisionError) as error:
            decide(definitions(decision("d", literal('assert(1, 1 = 2, "one is not two")'))), "d", {})
        assert error.value.code == "decision_refused"


class TestOddities:
    @pytest.mark.parametrize("cell", ["1e6144", "< -1e6144", "not()", "((((", '"', "@", "@\"\"", "..",
                                      "- , -", "[..]", "\u0000", "null, null", "not(null)", "[null..null]", "?",
                                      "? and ?", "[1..1e999999]", "1e999999"])
    def test_odd_cells(self, cell):
        columns = ["a", column("b", "number")]
        file = definitions(decision("d", table(columns, ["o"], (cell, "-", "1"), ("-", cell, "2"))))
        survives(file.replace("\u0000", "&#1;"))

    def test_a_huge_whole_number_in_a_gap(self):
        problems = check(definitions(decision("d", table(["a"], ["o"], ("< 1e6000", "1")))), "d.dmn")
        assert [problem.code for problem in problems] == ["dmn_gap"]

    def test_what_is_missing_is_no_reason_to_fall(self):
        survives(definitions("<decision/>", "<inputData/>", "<businessKnowledgeModel/>", "<decisionService/>",
                             "<itemDefinition/>", "<import/>", "<decision><decisionTable/></decision>",
                             '<decision id="x"><invocation/></decision>', '<decision id="y"><context><contextEntry/>'
                             "</context></decision>", '<decision id="z"><for/></decision>',
                             '<decision id="v"><invocation><binding/></invocation></decision>',
                             '<decision id="w"><relation><column/><row/></relation></decision>',
                             '<decision id="u"><decisionTable><input/><output/><rule/></decisionTable></decision>'))

    def test_the_same_output_twice(self):
        survives(definitions(decision("d", table(["a"], [output("o"), output("o")], ("-", "1", "2")))))

    @pytest.mark.parametrize("seed", range(150))
    def test_files_damaged_by_chance(self, seed):
        chance = random.Random(seed)
        root = etree.fromstring(chance.choice(EXAMPLES))
        for _ in range(chance.randrange(1, 6)):
            element = chance.choice([one for one in root.iter() if one.getparent() is not None])
            what = chance.randrange(5)
            if what == 0:
                element.getparent().remove(element)
            elif what == 1 and element.attrib:
                del element.attrib[chance.choice(list(element.attrib))]
            elif what == 2 and element.attrib:
                other = chance.choice([one for one in root.iter() if one.attrib])
                element.set(chance.choice(list(element.attrib)), chance.choice(list(other.attrib.values())))
            elif what == 3:
                inside = set(element.iter())
                chance.choice([one for one in root.iter() if one not in inside]).append(element)
            else:
                element.text = chance.choice(["", "1", "total points", "[", '"重大"', "> 5", "null", "损失金额", "- "])
        survives(etree.tostring(root))

    def test_inputs_of_any_kind(self):
        file = definitions(inputs(n="number"), decision("d", table(["n"], ["o"], ("> 5", "1")), ["n"]))
        for given in ("text", [1, [2]], {"a": 1}, object(), float("nan"), float("inf"), b"bytes", {1, 2}, True, 1j):
            assert decide(file, "d", {"n": given}) is None
