"""What must not be accepted, each with its status and a sentence in the reader's language; nothing half-done."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from typing import Any

import pytest

from engine import SYSTEM
from engine.errors import BihuanError
from tests.browser.house import content

PROCESS = "complaint-handling-manufacturer"
LISTEN = {"f.channel": "phone", "f.customer_name": "苏州恒泰装饰工程有限公司", "f.contact": "13862156621",
          "f.emotion": "upset", "f.key_points": "客厅地板起翘，要求换货。"}
LINK = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
 xmlns:camunda="http://camunda.org/schema/1.0/bpmn" id="d" targetNamespace="urn:t">
<bpmn:message id="m" name="parcel"/>
<bpmn:process id="parcel" name="包裹" isExecutable="true" camunda:historyTimeToLive="P1Y">
<bpmn:startEvent id="begin"><bpmn:outgoing>a</bpmn:outgoing></bpmn:startEvent>
<bpmn:sequenceFlow id="a" sourceRef="begin" targetRef="wait"/>
<bpmn:intermediateCatchEvent id="wait" name="等包裹"><bpmn:incoming>a</bpmn:incoming><bpmn:outgoing>b</bpmn:outgoing>
<bpmn:messageEventDefinition id="md" messageRef="m"/></bpmn:intermediateCatchEvent>
<bpmn:sequenceFlow id="b" sourceRef="wait" targetRef="over"/>
<bpmn:endEvent id="over"><bpmn:incoming>b</bpmn:incoming></bpmn:endEvent>
</bpmn:process></bpmn:definitions>"""
LAUGHS = ('<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha">' + "".join(
    f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9)) + "]><x>&j;</x>")
NOWHERE = ("/tasks/nothing", "/cases/TS-20990101-001", "/files/" + "0" * 64, "/nowhere", "/definitions/none.bpmn",
           "/start/none", "/inbox?view=none", "/inbox?after=nonsense", "/p/nonsense", "/tasks/nothing/print")
PICTURE = b"\x89PNG\r\n\x1a\n"
HAN = range(0x4E00, 0x9FFF)


def in_chinese(text: str) -> bool:
    return any(ord(letter) in HAN for letter in text)


@pytest.fixture
def task(house: Any) -> str:
    """The first step of a new complaint, claimed by 陈思远."""
    return str(house.complaint().next_task_id)


# forms


WRONG = (("received_at", "昨天下午"), ("received_at", "2026-02-30T09:00"), ("channel", "carrier pigeon"),
         ("contact", "12345"), ("customer_name", "王" * 5000), ("channel", ""), ("received_at", "2099-01-01T00:00"))


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_value_of_the_wrong_type_is_marked_at_its_field(signed_in, house, task, lang):
    """Given an open task, when one value is nonsense, then 422, a sentence at the field, and the task still open."""
    screen = signed_in("chen.siyuan", lang)
    for field, typed in WRONG:
        answer = screen.post(f"/tasks/{task}/complete", LISTEN | {f"f.{field}": typed})
        assert answer.status_code == 422, (field, typed)
        sentence = re.search(rf'id="f-{field}-wrong".*?<span>(.+?)</span>', answer.text, re.DOTALL)[1]
        assert in_chinese(sentence) == (lang == "zh"), sentence
    assert house.engine.boards.task(task, house.actor("chen.siyuan")).may_edit, "nothing was done"


def test_lists_rows_and_objects_where_text_belongs_are_refused_not_broken(signed_in, task):
    """Given a form, when a program sends shapes the form does not have, then it is corrected like any other."""
    screen = signed_in("chen.siyuan")
    for form in ({"f.channel": ["phone", "email"]}, {"f.customer_name.0.x": "y"}, {"f.key_points.999999.a.b": "y"},
                 {"signatures": "customer_name", "s.customer_name.method": "witness", "s.customer_name.signer": "x"}):
        answer = screen.post(f"/tasks/{task}/complete", LISTEN | form)
        assert answer.status_code in (302, 422)
        if answer.status_code == 302:
            pytest.fail(f"{form} went through")


def test_an_unknown_decision_is_refused(signed_in, task):
    screen = signed_in("chen.siyuan")
    screen.post(f"/tasks/{task}/complete", LISTEN)
    answer = screen.post(f"/tasks/{task}/complete", {"outcome": "abracadabra"})
    assert answer.status_code == 409, "done once, and only once"


# files


FORBIDDEN = (("tool.exe", b"MZ\x90\0" + b"\0" * 64, 415), ("photo.png", b"#!/bin/sh\nrm -rf /\n\x00\x01", 415),
             ("page.html", b"<!doctype html><script>alert(1)</script>", 415),
             ("big.png", PICTURE + b"\0" * 20_500_000, 413), ("huge.png", PICTURE + b"\0" * 23_000_000, 413))


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_file_too_large_or_of_a_forbidden_kind_is_refused(signed_in, house, task, lang):
    """Given an open task, when such a file comes, then its status and sentence, and nothing in the case."""
    screen = signed_in("chen.siyuan", lang)
    for name, data, status in FORBIDDEN:
        answer = uploaded(screen, task, {"file": (io.BytesIO(data), name)})
        assert answer.status_code == status, name
        assert in_chinese(answer.json["sentence"]) == (lang == "zh")
    case = house.engine.boards.task(task, house.actor("chen.siyuan")).case.number
    assert house.engine.boards.case(case, SYSTEM).attachments == ()


def test_an_upload_without_a_file_is_told_so(signed_in, task):
    screen = signed_in("chen.siyuan")
    for data in ({}, {"file": "text, not a file"}, {"file": (io.BytesIO(b""), "")}):
        assert uploaded(screen, task, data).status_code == 422


def uploaded(screen: Any, task: str, data: dict[str, Any]) -> Any:
    """The answer to an attachment for ``task``."""
    return screen.client.post(f"/tasks/{task}/files", data=data, content_type="multipart/form-data", headers={
        "X-CSRFToken": screen.token, "Accept": "application/json", "Accept-Language": screen.lang})


# tasks and cases of others


@pytest.mark.parametrize(("lang", "name"), [("zh", "陈思远"), ("en", "Chen Siyuan")])
def test_a_task_done_by_another_is_told_with_the_name(signed_in, house, task, lang, name):
    """Given a task done by 陈思远 two seconds ago, when 李娜 submits it, then 409, who it was, and what she typed."""
    slow = signed_in("li.na", lang)
    house.engine.tasks.complete(task, {key[2:]: value for key, value in LISTEN.items()}, house.actor("chen.siyuan"))
    house.clock.move(timedelta(seconds=2))
    answer = slow.post(f"/tasks/{task}/complete", LISTEN | {"f.key_points": "我听到的是另一回事"})
    assert answer.status_code == 409
    assert name in answer.text
    assert ("2 秒前" if lang == "zh" else "2 s ago") in answer.text
    assert "我听到的是另一回事" in answer.text


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_task_that_is_not_theirs_is_kept_from_them(signed_in, house, task, lang):
    """Given a task of another department, when somebody sends to it, then refused without telling whose it is."""
    screen = signed_in("sun.lihua", lang)
    for verb in ("claim", "release", "draft", "complete"):
        answer = screen.post(f"/tasks/{task}/{verb}", LISTEN)
        assert answer.status_code in (403, 404), verb
        assert "陈思远" not in answer.text
        assert "Chen Siyuan" not in answer.text
    view = house.engine.boards.task(task, house.actor("chen.siyuan"))
    assert view.may_edit
    assert not view.draft_restored


@pytest.mark.parametrize(("lang", "words"), [("zh", "没有"), ("en", "not found")])
def test_what_is_not_there_is_told_in_the_readers_language(signed_in, lang, words):
    """Given addresses that lead nowhere, when they are opened, then 404 in whole sentences of one language."""
    screen = signed_in("li.na", lang)
    for address in NOWHERE:
        answer = screen.get(address)
        assert answer.status_code == 404, address
        said = re.search(r"<h1>(.+?)</h1>\s*<p>(.+?)</p>", answer.text, re.DOTALL)
        assert words in said[1].lower() + said[2], address
        if lang == "en":
            assert not in_chinese(said[0]), said[0]
        else:
            assert not re.search(r"没有找到(task|case|page|link|form)", said[0]), said[0]


def test_a_case_cannot_be_cancelled_without_a_reason_nor_by_anybody(signed_in, house):
    """Given a case, when a stranger cancels it or a reason is missing, then it is refused and goes on."""
    number = house.complaint().case_number
    assert signed_in("sun.lihua").post(f"/cases/{number}/cancel", {"reason": "x"}).status_code in (403, 404)
    assert signed_in("chen.siyuan").post(f"/cases/{number}/cancel", {"reason": "  "}).status_code in (403, 422)
    assert signed_in("zhou.min").post(f"/cases/{number}/explode", {"reason": "x"}).status_code == 404
    assert house.engine.boards.case(number, SYSTEM).head.state == "active"


# drawings


def broken(kind: str) -> dict[str, bytes]:
    """The complaint pack with one thing wrong."""
    files = content()
    name = "processes/complaint/complaint-planning.bpmn"
    drawing = files[name].decode()
    wrong = {"xml": drawing[: len(drawing) // 2], "laughs": LAUGHS,
             "form": drawing.replace('camunda:formKey="', 'camunda:formKey="no_such_'),
             "role": drawing.replace('name="bihuan:role" value="', 'name="bihuan:role" value="nobody_'),
             "expression": drawing}[kind]
    if kind == "expression":
        wrong = re.sub(r'(<conditionExpression[^>]*>)[^<]*', r"\1=1 + + (", drawing, count=1)
        assert wrong != drawing
    files[name] = wrong.encode()
    return files


@pytest.mark.parametrize("kind", ["xml", "laughs", "form", "role", "expression"])
def test_what_cannot_run_is_refused_whole_with_both_sentences(house, kind):
    """Given a running house, when a pack with one fault is deployed, then 422, where and why, and nothing is new."""
    before = [(card.key, card.version) for card in house.engine.deployments.definitions(SYSTEM)]
    with pytest.raises(BihuanError) as refused:
        house.engine.deployments.deploy(broken(kind), SYSTEM)
    assert refused.value.http_status == 422
    assert in_chinese(refused.value.sentence("zh"))
    assert not in_chinese(refused.value.sentence("en").replace("“", "").split("：")[0])
    problem = refused.value.problems[0]
    assert problem.file.endswith("complaint-planning.bpmn")
    assert [(card.key, card.version) for card in house.engine.deployments.definitions(SYSTEM)] == before


def test_a_message_that_two_cases_would_take_is_refused_to_its_sender(house):
    """Given two cases that wait for the same message, when it comes without keys, then 409 and both still wait."""
    house.engine.deployments.deploy({"processes/parcel/parcel.bpmn": LINK.encode()}, SYSTEM)
    cases = [house.engine.instances.start("parcel", SYSTEM).case_number for _ in range(2)]
    with pytest.raises(BihuanError) as refused:
        house.engine.instances.correlate("parcel", {}, {}, SYSTEM)
    assert (refused.value.code, refused.value.http_status) == ("two_receivers", 409)
    assert "parcel" in refused.value.sentence("zh")
    house.run_jobs()
    assert all(house.engine.boards.case(case, SYSTEM).head.state == "active" for case in cases)
