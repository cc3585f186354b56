"""The page about personal data: preview first, a reason always, no number in an address, nothing for the others."""

from __future__ import annotations

import io
import re
import zipfile

import pytest

from engine import SYSTEM, ProcessEngine, Settings
from tests.browser.house import PASSWORD
from tests.engine.house import House, content
from webui import create_app

PHONE, PAGE = "13862156621", "/admin/privacy"


@pytest.fixture
def house(sqlite_url, clock):
    """The notes of the engine's tests with personal fields kept for three years, and pages."""
    made = House(ProcessEngine(Settings(database_url=sqlite_url, secret_key="for tests only"), clock), clock)
    files = content("note")
    form = files["forms/t/note_form.yaml"].replace(b"type: phone}", b"type: phone, personal: true}").replace(
        b"sections:", b"retention: P3Y6M\nsections:", 1)
    made.engine.deployments.deploy(files | {"forms/t/note_form.yaml": form}, SYSTEM)
    for login in ("li.na", "root", "xu.shen"):
        made.engine.identity.set_password(login, PASSWORD, SYSTEM)
    made.app = create_app(made.engine)
    yield made
    made.engine.close()


@pytest.fixture
def case(house):
    made = house.start("note")
    house.complete(made, "write", "li.na", {"customer": "恒泰装饰", "phone": PHONE})
    return made


def end(house, case):
    house.engine.instances.cancel(case, "over", house("root"))


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_page_opens_in_both_languages(house, case, signed_in, lang):
    screen = signed_in("root", lang)
    for answer in (screen.get(PAGE), screen.post(PAGE, {"phone": PHONE})):
        assert answer.status_code == 200
        main = re.search(r"<h1>(.*?)</h1>", answer.text)[1]
        assert bool(re.search("[\u4e00-\u9fff]", main)) == (lang == "zh")
    assert ("3 年 6 个月" if lang == "zh" else "3 years 6 months") in screen.get(PAGE).text


def test_others_are_refused_and_an_auditor_only_looks(house, case, signed_in):
    assert signed_in("li.na").get(PAGE).status_code == 403
    auditor = signed_in("xu.shen")
    page = auditor.get(PAGE)
    assert page.status_code == 200 and 'method="post"' not in page.text[page.text.index("<main"):]
    for address, form in ((PAGE, {"phone": PHONE}), (PAGE + "/export", {"phone": PHONE, "reason": "x"}),
                          (PAGE + "/erase", {"phone": PHONE, "reason": "x", "confirmed": "1"}),
                          (PAGE + "/holds", {"hold_phone": PHONE, "hold_reason": "x"})):
        assert auditor.post(address, form).status_code == 403, address


def test_what_is_known_is_shown_before_anything_is_done_and_can_be_taken_out(house, case, signed_in):
    root = signed_in("root")
    page = root.post(PAGE, {"phone": "138 6215 6621"}).text
    assert house.row(case).case_number in page and "结束之前不能删除" in page and 'name="confirmed"' not in page
    assert root.post(PAGE + "/export", {"phone": PHONE, "reason": " "}).status_code == 422
    answer = root.post(PAGE + "/export", {"phone": PHONE, "reason": "客户申请"})
    assert answer.mimetype == "application/zip"
    assert PHONE.encode() in zipfile.ZipFile(io.BytesIO(answer.data)).read("person.json")


def test_erasing_asks_for_a_reason_and_a_confirmation(house, case, signed_in):
    root = signed_in("root")
    assert root.post(PAGE + "/erase", {"phone": PHONE, "reason": "x", "confirmed": "1"}).status_code == 409
    end(house, case)
    for form, sentence in (({"reason": "x"}, "请先确认"), ({"confirmed": "1"}, "请填写原因")):
        answer = root.post(PAGE + "/erase", {"phone": PHONE} | form)
        assert answer.status_code == 422 and sentence in answer.text
    assert house.row(case).phone == PHONE
    done = root.post(PAGE + "/erase", {"phone": PHONE, "reason": "客户申请", "confirmed": "1"})
    assert done.status_code == 302 and PHONE not in done.headers["Location"]
    assert house.row(case).phone == "" and "案件 1 个" in root.get(PAGE).text
    assert "没有此人的资料" in root.post(PAGE, {"phone": PHONE}).text


def test_a_hold_is_set_stops_erasure_and_is_lifted_with_a_reason(house, case, signed_in):
    root = signed_in("root")
    end(house, case)
    number = house.row(case).case_number
    assert root.post(PAGE + "/holds", {"hold_phone": PHONE, "hold_reason": "诉讼"}).status_code == 302
    page = root.get(PAGE).text
    assert "138****6621" in page and PHONE not in page
    assert root.post(PAGE + "/erase", {"phone": PHONE, "reason": "x", "confirmed": "1"}).status_code == 409
    hold = re.search(r"/holds/(\w+)/lift", page)[1]
    assert root.post(f"{PAGE}/holds/{hold}/lift", {"why": ""}).status_code == 422
    assert root.post(f"{PAGE}/holds/{hold}/lift", {"why": "已结案"}).status_code == 302
    assert root.post(f"{PAGE}/holds/{hold}/lift", {"why": "再次"}).status_code == 404
    assert root.post(PAGE + "/erase", {"phone": PHONE, "reason": "x", "confirmed": "1"}).status_code == 302
    assert root.post(PAGE + "/holds", {"hold_case": number, "hold_reason": "审计"}).status_code == 302


@pytest.mark.parametrize(("form", "sentence"), [
    ({"hold_phone": PHONE}, "请填写原因"), ({"hold_reason": "x"}, "其中一项"),
    ({"hold_phone": "6621", "hold_reason": "x"}, "完整的电话号码"),
    ({"hold_case": "X-1", "hold_reason": "x"}, "没有找到")])
def test_a_hold_without_its_parts_is_told_at_the_field(house, signed_in, form, sentence):
    answer = signed_in("root").post(PAGE + "/holds", form)
    assert answer.status_code == 422 and sentence in answer.text


@pytest.mark.parametrize("form", [{}, {"phone": "abc"}, {"phone": "6621"}, {"register": "x", "record": "9" * 40}])
def test_odd_input_gets_a_sentence(house, signed_in, form):
    root = signed_in("root")
    assert root.post(PAGE, form).status_code == 422
    assert root.post(PAGE + "/export", form | {"reason": "x"}).status_code == 422
    assert root.get(PAGE + "?register=x&record=1").status_code == 404
