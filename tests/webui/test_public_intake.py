"""Somebody without an account records a complaint on the public page, and follows it."""

from __future__ import annotations

import io
import json
import re
from datetime import timedelta

import pytest

from tests.webui.test_answers import PNG

PAGE = "/report/complaint-handling-manufacturer"
FILLED = {"f.reason": "三月底安装的实木复合地板，客厅有十多块起翘，边缘发黑。", "f.demand": "请更换起翘的地板。",
          "f.customer_name": "王芳", "f.contact": "13862156621", "f.agreed": "true", "f.evidence": ""}


def once_of(page) -> str:
    return re.search(r'name="once" value="([^"]+)"', page.text)[1]


@pytest.fixture
def recorded(stranger):
    """The answer to a recorded complaint, and the path of its page."""
    page = stranger.get(PAGE + "/service")
    answer = stranger.post(PAGE + "/service", FILLED | {"once": once_of(page)})
    assert answer.status_code == 303, re.findall(r'class="wrong"[^>]*>.*?</div>', answer.text)
    return answer.headers["Location"].partition("?")[0]


def number_on(page) -> str:
    return re.search(r"TS-\d{8}-\d+", page.text)[0]


def test_the_page_asks_for_no_account_and_says_what_becomes_of_the_data(stranger):
    page = stranger.get(PAGE)
    assert page.status_code == 200
    assert "我们只为处理您的投诉收集" in page.text
    assert "tel:0512-66001234" in page.text
    assert page.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert "noindex" in page.headers["X-Robots-Tag"]
    assert page.headers["Cache-Control"] == "no-store"


def test_a_complaint_becomes_a_case_of_the_department_whose_link_it_was(house, stranger):
    page = stranger.get(PAGE + "/quality")
    assert "质量管理部" in page.text
    answer = stranger.post(PAGE + "/quality", FILLED | {"once": once_of(page)})
    house.run_jobs()
    number = number_on(stranger.get(answer.headers["Location"]))
    view = house.engine.boards.case(number, house.actor("liu.jianguo"))
    assert view.head.unit.zh == "质量管理部"
    assert [item.element_id for item in view.waiting] == ["answer", "unanswered"], "whoever is on duty takes it"
    assert "三月底安装" in str([field.value for form in view.forms for field in form.view.fields])


def test_what_was_filled_in_wrongly_is_said_at_the_field_and_nothing_is_lost(stranger):
    page = stranger.get(PAGE)
    answer = stranger.post(PAGE, FILLED | {"f.reason": "坏了", "f.contact": "12", "f.agreed": "false",
                                           "once": once_of(page)})
    assert answer.status_code == 422
    assert re.findall(r'id="f-(\w+)-wrong"', answer.text) == ["reason", "contact", "agreed"]
    assert "请更换起翘的地板。" in answer.text


def test_a_second_click_finds_the_case_of_the_first(stranger):
    page = stranger.get(PAGE)
    form = FILLED | {"once": once_of(page)}
    first, second = stranger.post(PAGE, form), stranger.post(PAGE, form)
    assert first.headers["Location"] == second.headers["Location"]


def test_a_photograph_belongs_to_the_case_and_a_guessed_one_does_not(house, stranger):
    page = stranger.get(PAGE)
    kept = stranger.client.post(PAGE + "/files", headers={"X-CSRFToken": stranger.token, "Accept": "application/json"},
                                data={"file": (io.BytesIO(PNG), "floor.png")})
    assert kept.json["url"] == "", "no address to load it from"
    value = json.dumps(kept.json["value"])
    answer = stranger.post(PAGE, FILLED | {"f.evidence": value, "once": once_of(page)})
    number = number_on(stranger.get(answer.headers["Location"]))
    files = house.engine.boards.case(number, house.actor("liu.jianguo")).attachments
    assert [file.name for file in files] == ["floor.png"]

    house.engine.files.put("secret.png", PNG + b"other", house.actor("li.na"))
    from hashlib import sha256
    guessed = json.dumps(kept.json["value"] | {"sha256": sha256(PNG + b"other").hexdigest()})
    refused = stranger.post(PAGE, FILLED | {"f.evidence": guessed, "once": once_of(stranger.get(PAGE))})
    assert refused.status_code == 422


@pytest.mark.parametrize("path", ["/report/complaint-intake", "/report/no-such", PAGE + "/no-such-unit"])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_what_the_public_may_not_start_is_told_with_a_telephone_number(house, path, lang):
    from tests.webui.conftest import Screen

    answer = Screen(house.app, lang).get(path)
    assert answer.status_code == 404
    assert "0512-66001234" in answer.text
    assert "<h1>" in answer.text


def test_the_customer_reads_how_it_stands_in_plain_words(house, stranger, recorded):
    house.run_jobs()
    page = stranger.get(recorded)
    assert "我们已收到您的投诉" in page.text
    assert "受理人员会尽快与您联系" in page.text
    for inside in ("complaint_agent", "投诉受理人员", "李娜", "13862156621", "主导航"):
        assert inside not in page.text


def test_the_text_message_brings_the_link_to_follow_the_complaint(house, stranger):
    from sqlalchemy import select

    from engine.models.identity import SentMessage
    from tests.browser.house import TO_THE_PLAN

    case = house.come_to(TO_THE_PLAN[:3])
    with house.engine.database.reading() as connection:
        texts = connection.scalars(select(SentMessage.text)).all()
    text = next(text for text in texts if "查看进度" in text)
    page = stranger.get(re.search(r"/p/\w+", text)[0])
    assert case in page.text


def test_words_of_the_customer_reach_those_who_work_on_it_and_public_answers_come_back(house, stranger, recorded):
    house.run_jobs()
    page = stranger.get(recorded)
    sent = stranger.client.post(recorded, headers={"Accept": "text/html"}, data={
        "csrf_token": stranger.token, "text": "补充一张照片，请看。<b>", "file": (io.BytesIO(PNG), "corner.png")})
    assert sent.status_code == 303
    number = number_on(page)
    agent = house.actor("li.na")
    case = house.engine.boards.case(number, agent)
    words = house.engine.tasks.comments(case.head.id, agent)
    assert [(one.by, one.public) for one in words] == [(None, True)]
    assert [file.name for file in case.attachments] == ["corner.png"]
    assert any("补充一张照片" in one.sentence.zh for one in house.engine.notices.page(agent).notices)
    house.engine.tasks.comment(case.head.id, "照片收到了。", agent, public=True)
    house.engine.tasks.comment(case.head.id, "内部：先别承诺。", agent)
    shown = stranger.get(recorded).text
    assert "照片收到了。" in shown
    assert "内部" not in shown
    assert "<b>补充" not in shown
    assert "&lt;b&gt;" in shown


def test_an_empty_message_is_refused_at_the_field(stranger, recorded):
    stranger.get(recorded)
    answer = stranger.post(recorded, {"text": "  "})
    assert answer.status_code == 422
    assert 'id="text-wrong"' in answer.text


def test_a_link_cannot_be_guessed_from_another(stranger, recorded):
    forged = recorded[:-1] + ("0" if recorded[-1] != "0" else "1")
    assert stranger.get(forged).status_code == 404


def test_links_taken_back_open_no_more(house, signed_in, stranger, recorded):
    house.run_jobs()
    number = number_on(stranger.get(recorded))
    agent = signed_in("li.na")
    agent.get(f"/cases/{number}")
    assert agent.post(f"/cases/{number}/sent").status_code == 403
    boss = signed_in("zhou.min")
    boss.get(f"/cases/{number}")
    assert "已收回 1 个链接" in boss.post(f"/cases/{number}/sent").text
    answer = stranger.get(recorded)
    assert answer.status_code == 410
    assert "已被收回" in answer.text
    assert "0512-66001234" in answer.text


def test_the_link_is_over_some_time_after_the_case(house, stranger, recorded):
    number = number_on(stranger.get(recorded))
    boss = house.actor("zhou.min")
    house.engine.instances.cancel(house.engine.boards.case(number, boss).head.id, "客户撤回", boss)
    assert "已撤销" in stranger.get(recorded).text
    house.clock.move(timedelta(days=15))
    assert stranger.get(recorded).status_code == 410


def test_too_many_visits_are_told_to_wait(house, stranger, recorded):
    for _ in range(61):
        last = stranger.get(recorded)
    assert last.status_code == 429
    assert "分钟后再试" in last.text
    house.clock.move(timedelta(minutes=11))
    assert stranger.get(recorded).status_code == 200


def test_a_robot_that_writes_is_stopped(stranger):
    stranger.get(PAGE)
    statuses = [stranger.post(PAGE, {"f.reason": "x"}).status_code for _ in range(21)]
    assert set(statuses[:20]) == {422}
    assert statuses[20] == 429


def test_staff_find_the_address_for_customers_and_print_it_as_a_code(signed_in):
    # given an agent who may start a complaint
    screen = signed_in("chen.siyuan")
    # when the page to start one is opened
    page = screen.get("/start/complaint-handling-manufacturer").text
    # then it tells the address that customers use, and leads to a sheet with a code to put up
    assert "http://127.0.0.1:8000" + PAGE in page and '<svg viewBox="' in page
    sheet = screen.get("/start/complaint-handling-manufacturer/for-customers?unit=service").text
    assert "客户服务部" in sheet and PAGE + "/service</p>" in sheet and "0512-66001234" in sheet
    assert re.search(r'<svg [^>]*class="qr"><title>二维码：[^<]*/service</title>', sheet)


def test_what_customers_may_not_start_has_no_address_for_them(signed_in):
    screen = signed_in("zhou.min")
    assert 'class="qr"' not in screen.get("/start/complaint-statistics").text
    assert screen.get("/start/complaint-statistics/for-customers").status_code == 404


def test_the_page_after_recording_carries_the_link_to_a_telephone(stranger, recorded):
    assert 'class="qr"' in stranger.get(recorded + "?new=1").text
