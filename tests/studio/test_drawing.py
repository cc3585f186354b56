"""While one draws: what a drawing may name, which variables there are, what is wrong with an expression, tidying."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from lxml import etree

from engine import NotFound, NotPermitted, Refused
from engine.studio.choosing import Choices
from tests.engine.test_statement_budget import Meter
from tests.studio.conftest import Workshop
from tests.studio.test_draft_pages import Desk

NOTE = "t/note.bpmn"
BOMB = ('<!DOCTYPE d [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
        '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL">&b;</definitions>')


@pytest.fixture
def draft(small_workshop: Workshop) -> str:
    return small_workshop.studio.open("note", small_workshop.owner).id


@pytest.fixture
def desk(small_workshop: Workshop) -> Iterator[Desk]:
    yield Desk(small_workshop, "zheng.yawen")


def keys(found: Choices, kind: str) -> set[str]:
    return {one.key for one in found.lists[kind]}


def names(found: Choices) -> set[str]:
    return {one.name for one in found.variables or ()}


# --- choosing
def test_everything_a_drawing_may_name_is_listed_with_its_words(small_workshop: Workshop, draft: str) -> None:
    found = small_workshop.studio.choices(draft, small_workshop.owner)
    assert {"note_form", "note_verdict", "order_form"} <= keys(found, "forms")
    assert {"note", "due"} <= keys(found, "processes")
    assert keys(found, "roles") == {"agent", "supervisor", "director", "president"}
    assert {"sms", "mail", "notice", "register", "public_link"} <= keys(found, "connectors")
    assert "transfer" in keys(found, "operations") and "claim" not in keys(found, "operations")
    deadline = next(one for one in found.lists["deadlines"] if one.key == "D-2H")
    assert (deadline.name.en, deadline.more["limit"]) == ("Within two hours", "PT2H")
    assert [(one.key, one.name.zh) for one in found.lists["case_states"]] == [("written", "已写")]


def test_variables_are_those_the_check_knows_with_the_fields_of_forms(small_workshop: Workshop, draft: str) -> None:
    found = small_workshop.studio.choices(draft, small_workshop.owner)
    form = next(one for one in found.variables or () if one.name == "note_form")
    assert form.kind == "context" and {"customer", "phone", "severity"} <= {part.name for part in form.within}
    assert {"case", "parameters", "note_verdict"} <= names(found)
    assert dict(found.fields["write"]), "the fields of the form at its task"


def test_what_is_drawn_and_not_saved_yet_counts_and_an_unready_drawing_keeps_the_saved_ones(
        small_workshop: Workshop, draft: str) -> None:
    raw = small_workshop.studio.read(draft, NOTE, small_workshop.owner).content
    assert "order_form" not in names(small_workshop.studio.choices(draft, small_workshop.owner))
    changed = raw.replace(b'camunda:formKey="note_verdict"', b'camunda:formKey="order_form"')
    assert "order_form" in names(small_workshop.studio.choices(draft, small_workshop.owner, changed))
    for broken in (b"<definitions", raw.replace(b'targetRef="end"', b'targetRef="gone"'), BOMB.encode()):
        assert "note_form" in names(small_workshop.studio.choices(draft, small_workshop.owner, broken))


def test_lists_cost_few_statements(small_workshop: Workshop, draft: str) -> None:
    small_workshop.studio.choices(draft, small_workshop.owner)
    meter = Meter()
    meter.attach(small_workshop.engine.database.engine)
    with meter.measured() as cost:
        small_workshop.studio.choices(draft, small_workshop.owner)
    assert len(cost.statements) <= 6, cost.statements


def test_who_may_not_see_the_studio_sees_no_lists(small_workshop: Workshop, draft: str) -> None:
    assert small_workshop.studio.choices(draft, small_workshop("xu.shen")).lists
    for act in (lambda by: small_workshop.studio.choices(draft, by),
                lambda by: small_workshop.studio.expression("1", [], by),
                lambda by: small_workshop.studio.tidy(b"<a/>", by)):
        with pytest.raises(NotPermitted):
            act(small_workshop("li.na"))
    with pytest.raises(NotFound):
        small_workshop.studio.choices("nothing", small_workshop.owner)


@pytest.mark.parametrize(("policy", "outputs", "shape"), [
    ("UNIQUE", 1, "singleEntry"), ("FIRST", 2, "singleResult"), ("COLLECT", 1, "collectEntries"),
    ("RULE ORDER", 2, "resultList"), ('COLLECT" aggregation="SUM', 1, "singleEntry")])
def test_a_table_says_in_which_shape_its_answer_is_taken(
        small_workshop: Workshop, draft: str, policy: str, outputs: int, shape: str) -> None:
    table = (f'<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="urn:t">'
             f'<decision id="rate" name="评分"><decisionTable id="t" hitPolicy="{policy}">'
             + "".join(f'<output id="o{n}" name="o{n}"/>' for n in range(outputs))
             + "</decisionTable></decision></definitions>")
    small_workshop.studio.write(draft, "t/rate.dmn", table.encode(), 0, small_workshop.owner)
    found, = small_workshop.studio.choices(draft, small_workshop.owner).lists["decisions"]
    assert (found.key, found.name.zh, found.more["shape"]) == ("rate", "评分", shape)


# --- expressions
@pytest.mark.parametrize(("text", "code"), [
    ("amount +", "feel_syntax"), ("amont > 1", "feel_unknown_name"), ("fooo(1)", "feel_unknown_function"),
    ("1 +" * 20_000, "feel_too_long")])
def test_a_wrong_expression_is_told_with_its_place(small_workshop: Workshop, text: str, code: str) -> None:
    found = small_workshop.studio.expression(text, ["amount"], small_workshop.owner)
    assert found and found[0].code.startswith(code)
    assert (found[0].line, found[0].params["column"] > 0) == (1, True)


def test_a_right_expression_is_not_spoken_of(small_workshop: Workshop) -> None:
    assert small_workshop.studio.expression("amount > parameters.limit", ["amount"], small_workshop.owner) == []


# --- tidying
def without_diagram(xml: bytes) -> bytes:
    root = etree.fromstring(xml)
    for one in list(root):
        if one.tag.endswith("BPMNDiagram"):
            root.remove(one)
    return etree.canonicalize(etree.tostring(root).decode(), strip_text=True).encode()


def test_tidying_draws_and_changes_nothing_else(small_workshop: Workshop, draft: str) -> None:
    raw = small_workshop.studio.read(draft, NOTE, small_workshop.owner).content
    tidied = small_workshop.studio.tidy(raw, small_workshop.owner)
    assert b'bpmnElement="judged_write"' in tidied and b"BPMNDiagram" not in raw
    assert without_diagram(tidied) == without_diagram(raw)
    assert small_workshop.studio.tidy(tidied, small_workshop.owner) == tidied


@pytest.mark.parametrize("broken", [
    b"", b"<a", b"no drawing", BOMB.encode(), b"<a/>",
    b'<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"><process id="p"><sequenceFlow id="f" '
    b'sourceRef="x" targetRef="y"/></process></definitions>'])
def test_what_is_no_drawing_is_refused_with_a_sentence_or_left_as_it_is(
        small_workshop: Workshop, broken: bytes) -> None:
    try:
        assert small_workshop.studio.tidy(broken, small_workshop.owner)
    except Refused as refused:
        assert refused.sentence("zh") and refused.sentence("en")


# --- the page and its addresses
def test_the_page_tells_the_script_content_lists_and_words(desk: Desk, draft: str) -> None:
    page = desk.get(f"/studio/drafts/{draft}")
    assert page.status_code == 200 and "modeler.js" in page.text and '"editable": true' in page.text
    assert "note_form" in page.text and "候选岗位" in page.text
    assert desk.get(f"/studio/drafts/{draft}?file=t/nothing.bpmn").status_code == 404


def test_somebody_who_only_looks_gets_a_page_to_look_at(small_workshop: Workshop, draft: str) -> None:
    assert '"editable": false' in Desk(small_workshop, "xu.shen").get(f"/studio/drafts/{draft}").text
    assert Desk(small_workshop, "li.na").get(f"/studio/drafts/{draft}").status_code == 403


def test_how_a_step_did_lately_is_told_in_words(small_workshop: Workshop, desk: Desk, draft: str) -> None:
    address = f"/studio/drafts/{draft}/drawing/recent"
    assert desk.ask("GET", address).json == {}
    small_workshop.complete(small_workshop.start("note"), "write", values={"customer": "李四", "severity": "normal"})
    assert desk.ask("GET", address).json["write"].startswith("1 次")
    new = small_workshop.studio.create("engine_tests", "brand_new", "新", "New", small_workshop.owner).id
    assert desk.ask("GET", f"/studio/drafts/{new}/drawing/recent").json == {}


def test_scripts_are_answered_in_the_readers_language(small_workshop: Workshop, draft: str) -> None:
    for lang, word in (("zh", "没有"), ("en", "no function")):
        desk = Desk(small_workshop, "zheng.yawen", lang)
        found = desk.ask("POST", f"/studio/drafts/{draft}/drawing/feel", {"text": "fooo(1)", "names": []}).json
        assert word in found["findings"][0]["text"]
    raw = small_workshop.studio.read(draft, NOTE, small_workshop.owner).content.decode()
    tidied = desk.ask("POST", f"/studio/drafts/{draft}/drawing/tidy", {"content": raw})
    assert "BPMNDiagram" in tidied.json["content"]
    lists = desk.ask("POST", f"/studio/drafts/{draft}/drawing/choices", {"content": raw, "path": NOTE}).json
    assert any(one["name"] == "note_form" for one in lists["variables"])


@pytest.mark.parametrize("act", ["choices", "feel", "tidy"])
@pytest.mark.parametrize("body", [
    None, [], {}, {"content": 5, "text": 5}, {"content": BOMB, "path": NOTE, "text": "\ud800"},
    {"content": "\ud800", "path": "../../x", "text": "1", "names": 7}])
def test_bad_questions_are_never_a_fault_of_the_server(desk: Desk, draft: str, act: str, body: object) -> None:
    answer = desk.ask("POST", f"/studio/drafts/{draft}/drawing/{act}", body)
    assert answer.status_code in (200, 400, 404, 422)
