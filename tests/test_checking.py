"""What a deployment finds before anything runs: forms, tables, deadlines and connectors among their neighbours."""

from __future__ import annotations

import pytest

from engine.checking.files import check_content, read_content
from engine.content import shipped
from engine.errors import Problem
from tests.engine.decided_drawing import DMN, ROLE, process
from tests.engine.house import content

FORM = """form: note
title: {{zh: 记录, en: Note}}
sections:
  - id: main
    title: {{zh: 内容, en: Content}}
    fields:
      - {{id: amount, label: {{zh: 金额, en: Amount}}, type: money}}
      - {{id: reason, label: {{zh: 原因, en: Reason}}, type: text, {attribute}: '={text}'}}
"""
PACK = """pack: t
title: {{zh: 测试, en: Test}}
roles: {{agent: {{zh: 客服, en: Agent}}}}
parameters:
  most: {{type: int, default: 3, title: {{zh: 上限, en: Most}}}}
  wait: {{type: duration, default: PT2H, title: {{zh: 等待, en: Wait}}}}
deadlines:
  D: {{title: {{zh: 期限, en: Limit}}, limit: {limit}, clock: {clock}}}
"""


def problems(files: dict[str, bytes]) -> list[Problem]:
    return check_content(read_content(files))


def codes(files: dict[str, bytes]) -> set[tuple[str, str]]:
    """What is found besides the advice on drawings (English names, deadlines), which these small ones do not follow."""
    return {(one.severity, one.code) for one in problems(files)
            if not one.code.startswith("bpmn_") and one.code != "deadline_missing"}


def form(text: str, attribute: str = "visible", first: str = "") -> dict[str, bytes]:
    """A form with one expression, shown at the first step of a process."""
    first = first or f'<userTask id="first" camunda:formKey="note">{ROLE}</userTask>'
    return {"t/decided.bpmn": process(first=first, condition="note.amount > 3", default=True),
            "t/pack.yaml": PACK.format(limit="PT1H", clock="created").encode(),
            "forms/note.yaml": FORM.format(text=text, attribute=attribute).encode()}


def test_nothing_is_wrong_with_the_shipped_content() -> None:
    assert [str(one) for one in problems(shipped()) if one.severity != "hint"] == []


# --- forms
@pytest.mark.parametrize("text", ["amount > 3", "amount > parameters.most", "user.login != null", "case.number != null",
                                  "amount = null or now() > now() - parameters.wait"])
def test_a_form_that_fits_has_no_problem(text: str) -> None:
    assert codes(form(text)) == set()


@pytest.mark.parametrize(("text", "found"), [
    ("amuont > 3", ("warning", "feel_unknown_name_nearest")), ("elsewhere = 1", ("warning", "feel_unknown_name")),
    ("shout(amount) > 3", ("error", "feel_unknown_function")), ('amount = "much"', ("warning", "feel_not_comparable")),
    ("amount + 1", ("warning", "feel_not_boolean"))])
def test_a_form_that_does_not_fit_is_told_at_its_field(text: str, found: tuple[str, str]) -> None:
    assert found in codes(form(text))
    problem = next(one for one in problems(form(text)) if one.code == found[1])
    assert (problem.element, problem.file, problem.line) == ("reason", "forms/note.yaml", 8)
    assert "原因" in problem.zh and "Reason" in problem.en


def test_names_of_a_form_that_nobody_uses_are_not_judged() -> None:
    unused = form("elsewhere = 1", first=f'<userTask id="first">{ROLE}</userTask>')
    assert not any("elsewhere" in problem.en for problem in problems(unused))
    assert ("error", "feel_unknown_function") in codes(unused | form("shout(1)") | {"t/decided.bpmn": process()})


def test_a_register_is_checked_as_a_form_is() -> None:
    register = FORM.format(text="amuont > 3", attribute="readonly").replace("form: note", "register: note").encode()
    told = [one for one in problems({"forms/registers/note.yaml": register}) if one.code.startswith("feel_")]
    assert [(one.severity, one.element) for one in told] == [("warning", "reason")]


@pytest.mark.parametrize(("text", "hinted"), [("amount + 1 > 3", True), ("amount > 3", False)])
def test_what_a_browser_cannot_answer_alike_is_hinted(text: str, hinted: bool) -> None:
    assert (("hint", "feel_server_only") in codes(form(text))) is hinted
    assert ("hint", "feel_server_only") not in codes(form(text, "readonly")), "only the server is asked that"


# --- drawings
@pytest.mark.parametrize(("text", "found"), [
    ("case.number != null", False), ('count(records("client")) &gt; 3', True), ('next number("A") = "A1"', True)])
def test_a_conditional_event_may_not_look_anything_up(text: str, found: bool) -> None:
    """It is asked again when a variable of the case changes; what others change in a register it would not notice."""
    event = ('<intermediateCatchEvent id="first"><conditionalEventDefinition><condition xsi:type="tFormalExpression">'
             f"={text}</condition></conditionalEventDefinition></intermediateCatchEvent>")
    told = codes({"t/decided.bpmn": process(first=event, condition="case.number = null", default=True)})
    assert (("error", "feel_lookup_in_event") in told) is found, told


# --- decision tables
def decided(**written: str) -> dict[str, bytes]:
    """A process that takes the decision after a script wrote these variables."""
    outputs = "".join(f'<camunda:outputParameter name="{name}">={text}</camunda:outputParameter>'
                      for name, text in written.items())
    first = (f'<scriptTask id="first" scriptFormat="feel" camunda:resultVariable="x"><extensionElements>'
             f"<camunda:inputOutput>{outputs}</camunda:inputOutput></extensionElements><script>1</script></scriptTask>"
             '<businessRuleTask id="rule" camunda:decisionRef="urgency" camunda:resultVariable="level"'
             ' camunda:mapDecisionResult="singleResult"/>'
             '<sequenceFlow id="to_rule" sourceRef="first" targetRef="rule"/>')
    drawing = process(first=first, condition="level.hours > 3", default=True).replace(
        b'id="to_which" sourceRef="first"', b'id="to_which" sourceRef="rule"')
    return {"t/decided.bpmn": drawing, "t/urgency.dmn": DMN}


def test_a_table_asks_for_what_its_process_has() -> None:
    assert codes(decided(amount="1", channel="&quot;phone&quot;")) == {("hint", "dmn_gap")}
    found = [problem for problem in problems(decided(amount="1")) if problem.severity == "warning"]
    assert ["channel" in problem.en for problem in found] == [True]
    assert found[0].file == "t/urgency.dmn"


def test_a_drawn_input_that_nothing_fills_is_told() -> None:
    drawn = DMN.replace(b"</definitions>", b'<inputData id="i" name="channel"><variable name="channel"/></inputData>'
                        b"</definitions>").replace(b'name="urgency"/>', b"""name="urgency"/>
        <informationRequirement id="q"><requiredInput href="#i"/></informationRequirement>""", 1)
    assert ("warning", "dmn_input_unfilled") in codes(decided(amount="1") | {"t/urgency.dmn": drawn})


# --- deadlines
def dated(limit: str, clock: str = "created") -> dict[str, bytes]:
    task = ('<userTask id="first"><extensionElements><camunda:properties>'
            '<camunda:property name="bihuan:role" value="agent"/><camunda:property name="bihuan:deadline" value="D"/>'
            "</camunda:properties></extensionElements></userTask>")
    return {"t/decided.bpmn": process(first=task, condition="case.number = null", default=True),
            "t/pack.yaml": PACK.format(limit=limit, clock=clock).encode()}


@pytest.mark.parametrize(("limit", "clock", "found"), [
    ("'=created + parameters.wait'", "created", None),
    ("'=crated + parameters.wait'", "created", ("warning", "feel_unknown_name_nearest")),
    ("'=created + parameters.weight'", "created", ("warning", "feel_")),
    ("'=shout(created)'", "created", ("error", "feel_unknown_function")),
    ("'=parameters.wait'", "created", ("error", "deadline_no_moment")),
    ("PT1H", "received_at", ("warning", "feel_unknown_name")), ("soon", "created", ("error", "deadline_limit")),
    ("{working: PT8H}", "created", None), ("{working: soon}", "created", ("error", "deadline_limit"))])
def test_a_deadline_is_computed_from_what_there_is(limit: str, clock: str, found: tuple[str, str] | None) -> None:
    told = codes(dated(limit, clock))
    if found is None:
        assert told == set()
    else:
        assert any(severity == found[0] and code.startswith(found[1]) for severity, code in told), told


@pytest.mark.parametrize(("declared", "fits"), [
    ("type: int, default: 3", True), ("type: int, default: three", False), ("type: bool, default: 1", False),
    ("type: duration, default: PT2H", True), ("type: duration, default: soon", False),
    ("type: number, default: x", False), ("type: text, default: x", True), ("type: int", True)])
def test_a_parameter_is_of_its_type(declared: str, fits: bool) -> None:
    pack = PACK.format(limit="PT1H", clock="created").replace("type: int, default: 3", declared).encode()
    assert (("error", "parameter_value") in codes({"t/pack.yaml": pack})) is not fits


# --- connectors
def called(inputs: str, topic: str = "notice") -> dict[str, bytes]:
    return {"t/decided.bpmn": process(default=True, condition="case.number = null", first=(
        f'<serviceTask id="first" camunda:type="external" camunda:topic="{topic}"><extensionElements>'
        f"<camunda:inputOutput>{inputs}</camunda:inputOutput></extensionElements></serviceTask>"))}


TO = '<camunda:inputParameter name="to">agent</camunda:inputParameter>'


@pytest.mark.parametrize(("files", "found"), [
    (called(TO), None), (called(""), ("error", "input_missing")),
    (called(TO + '<camunda:inputParameter name="txet">x</camunda:inputParameter>'), ("error", "input_unknown")),
    (called(TO, "carrier_pigeon"), ("warning", "topic_unknown"))])
def test_a_connector_gets_the_inputs_it_takes(files: dict[str, bytes], found: tuple[str, str] | None) -> None:
    assert codes(files) == (set() if found is None else {found})


def test_the_drawings_of_the_other_stories_deploy() -> None:
    names = [name for name in content() if name.endswith(".yaml")]
    assert not [one for one in problems({name: content()[name] for name in names}) if one.severity == "error"]


# --- what is missing
def test_a_step_without_a_deadline_is_a_hint_where_the_pack_has_deadlines() -> None:
    files = form("amount > 3")
    found = [one for one in problems(files) if one.code == "deadline_missing"]
    assert found and {one.severity for one in found} == {"hint"}
    without = files | {"t/pack.yaml": files["t/pack.yaml"].partition(b"deadlines:")[0]}
    assert "deadline_missing" not in {one.code for one in problems(without)}


def test_only_a_pack_may_say_who_publishes_and_says_it_rightly() -> None:
    files = form("amount > 3")
    for text in ("publishing: {second_person: maybe}\n", "publishing: {third_person: true}\n", "publishing: yes\n"):
        wrong = files | {"t/pack.yaml": files["t/pack.yaml"] + text.encode()}
        assert {code for severity, code in codes(wrong) if severity == "error"} & {"publishing_unknown",
                                                                                  "pack_not_a_mapping"}
