"""Working on tasks without a browser's help: claim, draft, complete, conflicts, what is refused."""

from __future__ import annotations

import pytest

LISTEN = {"f.channel": "phone", "f.customer_name": "苏州恒泰装饰工程有限公司", "f.contact": "13862156621",
          "f.emotion": "upset", "f.key_points": "客厅地板起翘，要求换货。"}


@pytest.fixture
def task(house):
    """The first step of a new complaint, not claimed."""
    return house.engine.instances.start("complaint-handling-manufacturer", house.actor("chen.siyuan")).next_task_id


def test_starting_a_case_leads_to_its_first_step_claimed_by_the_starter(signed_in):
    screen = signed_in("li.na")
    page = screen.get("/start/complaint-handling-manufacturer")
    once = page.text.split('name="once" value="')[1].split('"')[0]
    answer = screen.post("/start/complaint-handling-manufacturer", {"once": once})
    assert answer.status_code == 302
    assert "data-main" in screen.get(answer.headers["Location"]).text


def test_a_double_click_never_makes_two_cases(house, signed_in):
    screen = signed_in("li.na")
    page = screen.get("/start/complaint-handling-manufacturer")
    once = page.text.split('name="once" value="')[1].split('"')[0]
    for _ in range(2):
        assert screen.post("/start/complaint-handling-manufacturer", {"once": once}).status_code == 302
    assert len(house.engine.boards.cases(house.actor("li.na"))) == 1


def test_completing_opens_the_next_step(signed_in, task):
    screen = signed_in("chen.siyuan")
    screen.post(f"/tasks/{task}/claim")
    answer = screen.post(f"/tasks/{task}/complete", LISTEN)
    assert answer.status_code == 302
    assert answer.headers["Location"] != f"/tasks/{task}"


def test_what_is_wrong_is_said_at_the_field_and_nothing_typed_is_lost(signed_in, task):
    screen = signed_in("chen.siyuan")
    screen.post(f"/tasks/{task}/claim")
    answer = screen.post(f"/tasks/{task}/complete", LISTEN | {"f.contact": "12345"})
    assert answer.status_code == 422
    assert 'id="f-contact-wrong"' in answer.text
    assert 'href="#f-contact"' in answer.text
    assert "苏州恒泰装饰工程有限公司" in answer.text
    assert 'value="12345"' in answer.text


def test_the_refusal_speaks_the_language_of_the_reader(signed_in, task):
    screen = signed_in("chen.siyuan", "en")
    screen.post(f"/tasks/{task}/claim")
    answer = screen.post(f"/tasks/{task}/complete", LISTEN | {"f.contact": "12345"})
    assert "Please enter" in answer.text


def test_somebody_else_was_faster(signed_in, task):
    slow, fast = signed_in("li.na"), signed_in("chen.siyuan")
    fast.post(f"/tasks/{task}/claim")
    fast.post(f"/tasks/{task}/complete", LISTEN)
    answer = slow.post(f"/tasks/{task}/complete", LISTEN)
    assert answer.status_code == 409
    assert "陈思远" in answer.text
    assert "客厅地板起翘" in answer.text, "what was typed is given back"


def test_claiming_what_another_claimed_tells_who(signed_in, task):
    signed_in("chen.siyuan").post(f"/tasks/{task}/claim")
    answer = signed_in("li.na").post(f"/tasks/{task}/claim", **{"HX-Request": "true"})
    assert answer.status_code == 409
    assert "陈思远" in answer.text
    assert "<html" not in answer.text, "a fragment for the pane"


def test_a_task_that_is_not_theirs_is_refused(signed_in, task):
    answer = signed_in("sun.lihua").post(f"/tasks/{task}/complete", LISTEN)
    assert answer.status_code in (403, 404)


def test_a_task_that_never_was_is_not_found(signed_in):
    assert signed_in("li.na").get("/tasks/nothing").status_code == 404


def test_a_draft_is_kept_and_comes_back(signed_in, task):
    screen = signed_in("chen.siyuan")
    screen.post(f"/tasks/{task}/claim")
    kept = screen.post(f"/tasks/{task}/draft", {"f.key_points": "刚说到一半", "f.received_at": "2026-04-07T08:30"},
                       Accept="application/json")
    assert kept.json["at"] == "09:00"
    page = screen.get(f"/tasks/{task}").text
    assert "刚说到一半" in page
    assert 'value="2026-04-07T08:30"' in page, "a moment comes back as it was typed"


def test_a_form_without_its_token_is_refused(signed_in, task):
    screen = signed_in("chen.siyuan")
    screen.token = "forged"
    answer = screen.post(f"/tasks/{task}/claim")
    assert answer.status_code == 400
    assert "过期" in answer.text
