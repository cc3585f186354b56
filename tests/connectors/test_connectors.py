"""Short messages, notices, registers, and the table of connectors itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from engine.connectors import (
    CallContext,
    Connector,
    ConnectorFailure,
    Connectors,
    Equipment,
    Mail,
    RecordingProvider,
    Sms,
    failure_sentence,
)
from engine.xml import read_xml

ROOT = Path(__file__).parents[2]
CONTEXT = CallContext(now=datetime(2026, 4, 7, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai")), case_number="TS-20260407-001")


def failure_of(connector, inputs):
    with pytest.raises(ConnectorFailure) as caught:
        connector.call(inputs, "job-1", CONTEXT)
    return caught.value.code, caught.value.params.get("name"), caught.value.retryable


@pytest.fixture
def sent():
    return []


@pytest.fixture
def sms(sent):
    return Sms(RecordingProvider(lambda message, context: sent.append((message, context))))


def test_a_short_message_is_recorded_with_number_text_and_key(sms, sent):
    result = sms.call({"to": "138 1234 6621", "text_zh": "您好，\n已受理。", "purpose": "receipt"}, "job-1", CONTEXT)
    message, context = sent[0]
    assert (message.to, message.text, message.key, message.purpose) == (
        "13812346621",
        "您好，\n已受理。",
        "job-1",
        "receipt",
    )
    assert (result["sent_to"], context.case_number) == (["13812346621"], "TS-20260407-001")


def test_each_of_several_numbers_has_a_key_of_its_own(sms, sent):
    sms.call({"to": "13812346621，13900000000, 13812346621", "text": "a"}, "job-1", CONTEXT)
    assert [(one.to, one.key) for one, _ in sent] == [
        ("13812346621", "job-1:13812346621"),
        ("13900000000", "job-1:13900000000"),
    ]


def test_a_message_in_english_is_sent_where_the_case_speaks_it(sms, sent):
    sms.call({"to": "13812346621", "text_zh": "中", "text_en": "en"}, "1", replace(CONTEXT, lang="en"))
    assert sent[0][0].text == "en"


def test_a_template_needs_no_text(sms, sent):
    sms.call({"to": "13812346621", "template": "T1", "params": {"no": "TS-1"}}, "1", CONTEXT)
    assert (sent[0][0].template, sent[0][0].params) == ("T1", {"no": "TS-1"})


@pytest.mark.parametrize(
    ("inputs", "failure"),
    [
        ({"to": "0571-87654321", "text": "a"}, ("input_wrong", "to", False)),
        ({"to": "13812346621, x", "text": "a"}, ("input_wrong", "to", False)),
        ({"text": "a"}, ("input_missing", "to", False)),
        ({"to": "13812346621"}, ("input_missing", "text", False)),
        ({"to": "13812346621", "text": "x" * 501}, ("input_wrong", "text", False)),
        ({"to": "13812346621", "text": "a", "colour": 1}, ("input_unknown", "colour", False)),
    ],
)
def test_nothing_is_sent_on_wrong_inputs(sms, sent, inputs, failure):
    assert failure_of(sms, inputs) == failure
    assert sent == []


def test_without_a_provider_no_message_is_sent():
    assert failure_of(Sms(None), {"to": "13812346621", "text": "a"}) == ("not_configured", None, False)


def test_connectors_are_found_by_topic_and_none_is_replaced(sms):
    connectors = Connectors(sms)
    assert (connectors.get("sms"), connectors.get("fax"), "sms" in connectors) == (sms, None, True)
    for wrong in (sms, Connector()):
        with pytest.raises(ValueError, match="taken"):
            connectors.add(wrong)


@pytest.mark.parametrize(
    ("topic", "names", "wrong"),
    [
        ("sms", ["to", "text", "window"], []),
        ("sms", ["text", "colour"], [("input_missing", "to"), ("input_unknown", "colour")]),
        ("register", ["operation", "register", "match"], []),
        ("register", ["operation", "window"], [("input_unknown", "window")]),
        ("public_link", ["purpose", "form", "window"], []),
        ("notice", ["text"], [("input_missing", "to")]),
        ("fax", ["to"], [("topic_unknown", "fax")]),
    ],
)
def test_a_drawing_can_be_told_what_is_wrong_with_a_call_before_it_is_made(sms, topic, names, wrong):
    assert Connectors(sms).wrong_inputs(topic, names) == wrong
    assert all(failure_sentence(code, {"name": name}, lang) for code, name in wrong for lang in ("zh", "en"))


@pytest.mark.parametrize("path", sorted(ROOT.glob("processes/*/*.bpmn")), ids=lambda path: path.stem)
def test_every_call_in_the_shipped_drawings_names_inputs_that_exist(path, sms):
    camunda = "{http://camunda.org/schema/1.0/bpmn}"
    connectors = Connectors(sms, Mail(None))
    for task in read_xml(path.read_bytes()).iter():
        if task.get(f"{camunda}topic"):
            names = [one.get("name") for one in task.iter(f"{camunda}inputParameter")]
            assert connectors.wrong_inputs(task.get(f"{camunda}topic"), names) == [], task.get("id")


def test_connectors_of_installed_packages_are_added(monkeypatch):
    class Fax(Connector):
        name = "fax"

    class Entry:
        def load(self):
            return lambda equipment: Fax() if equipment.secrets("FAX") else None

    monkeypatch.setattr(
        "engine.connectors.entry_points", lambda group: [Entry()] if group == "bihuan.connectors" else []
    )
    connectors = Connectors()
    connectors.add_installed(Equipment({"FAX": "x"}.get))
    connectors.add_installed(Equipment({"FAX": "x"}.get))
    assert [one.name for one in connectors] == ["fax"]


def test_a_failure_kept_as_code_and_parameters_is_worded_when_shown():
    failure = ConnectorFailure("timeout", retryable=True, what="smtp:25")
    assert failure.sentence("zh") == failure_sentence(failure.code, failure.params) == "smtp:25 没有及时回应。"
    assert failure_sentence("timeout", failure.params, "en") == "smtp:25 did not answer in time."
    assert "x" in failure_sentence("code of a package", {"what": "x", "why": "y"})
