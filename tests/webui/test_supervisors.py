"""The pages of supervisors and owners over HTTP: in both languages, with figures, files and refusals."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pytest
from openpyxl import load_workbook

from engine import SYSTEM, Bilingual
from tests.browser.house import COMPLAINT, PASSWORD, TO_THE_PLAN, House
from webui.exports import safe

HTMX = {"HX-Request": "true"}


@pytest.fixture
def late(house: House) -> House:
    house.come_to(TO_THE_PLAN)
    house.engine.instances.start(COMPLAINT, house.actor("li.na"))
    house.pass_time(timedelta(days=8))
    return house


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("address", [
    "/board", "/board?group=person&age=late", "/workload", "/workload?days=30", "/cockpit", f"/cockpit/{COMPLAINT}",
    "/cockpit/complaint-intake?metric=wait&days=30", "/incidents", "/notices", "/notices/channels", "/phrases"])
def test_a_supervisors_page_opens(late: Any, signed_in: Any, address: str, lang: str) -> None:
    answer = signed_in("zhou.min", lang).get(address)
    assert answer.status_code == 200
    assert ("督办" if lang == "zh" else "Supervision") in answer.text or "Bihuan" in answer.text


@pytest.mark.parametrize("address", [
    "/board?age=old", "/workload?days=x", "/cockpit/none", "/cockpit?days=9999", f"/cockpit/{COMPLAINT}?metric=mood",
    f"/cockpit/{COMPLAINT}?versions=a", "/board.pdf", "/board?after=nonsense"])
def test_an_address_that_means_nothing_is_not_found(late: Any, signed_in: Any, address: str) -> None:
    assert signed_in("zhou.min").get(address).status_code == 404


@pytest.mark.parametrize("address", ["/cockpit", f"/cockpit/{COMPLAINT}"])
def test_an_agent_has_no_cockpit(late: Any, signed_in: Any, address: str) -> None:
    assert signed_in("li.na").get(address).status_code == 403


@pytest.mark.parametrize("address", ["/board.xlsx", "/workload.xlsx", f"/cockpit/{COMPLAINT}/steps.xlsx",
                                     "/cockpit/days.xlsx"])
def test_tables_go_out_as_excel(late: Any, signed_in: Any, address: str) -> None:
    answer = signed_in("zhou.min").get(address)
    sheet = load_workbook(io.BytesIO(answer.data)).active
    assert sheet.max_row >= 2 and sheet.cell(1, 1).font.bold


def test_a_csv_opens_in_excel_and_runs_nothing(late: Any, signed_in: Any) -> None:
    answer = signed_in("zhou.min").get("/board.csv")
    assert answer.data.startswith(b"\xef\xbb\xbf") and answer.mimetype == "text/csv"
    for text in ("=1+1", "+1", "-1", "@SUM(A1)", "\tx"):
        assert safe(text) == "'" + text
    assert safe("TS-1") == "TS-1"


def test_rules_are_changed_and_restored_on_their_page(late: Any, signed_in: Any) -> None:
    late.engine.identity.create_person("gu.owner", Bilingual("顾流", "Gu Liu"), SYSTEM, unit="company",
                                       roles=[("process_owner", "company")], password=PASSWORD)
    screen = signed_in("gu.owner")
    page = screen.get("/admin/rules?pack=complaint")
    assert page.status_code == 200 and "T-47" in page.text and 'name="how"' not in page.text
    opened = screen.get("/admin/rules?pack=complaint&at=deadline.T-50").text  # what opening a line brings
    assert opened.count('name="how"') == 1 and 'id="amount-T-50"' in opened
    form = {"pack": "complaint", "kind": "deadline", "key": "T-50", "how": "working", "amount": "4", "unit": "service"}
    assert screen.post("/admin/rules", form).status_code == 302
    assert "4 工作小时" in screen.get("/admin/rules?pack=complaint").text
    wrong = screen.post("/admin/rules", form | {"how": "text", "amount": "soon"})
    assert wrong.status_code == 422 and 'value="soon"' in wrong.text
    assert screen.post("/admin/rules", form | {"act": "reset"}).status_code == 302
    assert "4 工作小时" not in screen.get("/admin/rules?pack=complaint").text
    parameter = {"pack": "complaint", "kind": "parameter", "key": "library_amount", "value": "8000"}
    assert screen.post("/admin/rules", parameter).status_code == 302
    assert screen.post("/admin/rules", parameter | {"value": "viel"}).status_code == 422
    assert signed_in("li.na").get("/admin/rules").status_code == 403


def test_a_phrase_is_added_shown_and_deleted(late: Any, signed_in: Any) -> None:
    screen = signed_in("li.na")
    assert screen.post("/phrases", {"text": "请 {customer} 核对"}).status_code == 302
    [phrase] = late.engine.tasks.phrases(late.actor("li.na"))
    assert screen.get("/phrases.json").get_json() == [{"text": "请 {customer} 核对", "of": ""}]
    assert screen.post("/phrases", {"text": " "}).status_code == 422
    assert signed_in("chen.siyuan").post(f"/phrases/{phrase.id}", {"act": "delete"}).status_code == 404
    assert screen.post(f"/phrases/{phrase.id}", {"act": "delete"}).status_code == 302
    assert late.engine.tasks.phrases(late.actor("li.na")) == ()


def test_a_channel_is_set_up_tried_and_switched_off(late: Any, signed_in: Any) -> None:
    screen = signed_in("li.na")
    wrong = screen.post("/notices/channels", {"kind": "mail", "address": "nowhere", "act": "save"})
    assert wrong.status_code == 422 and "请填写邮箱地址" in wrong.text
    good = {"kind": "mail", "address": "li.na@example.com", "groups": "urged", "digest": "now", "act": "save"}
    assert screen.post("/notices/channels", good).status_code == 302
    [channel] = late.engine.notices.channels(late.actor("li.na"))
    assert screen.post(f"/notices/channels/{channel.id}", {"act": "try"}).status_code == 302
    assert screen.post(f"/notices/channels/{channel.id}", {"act": "delete"}).status_code == 302
    assert [one.active for one in late.engine.notices.channels(late.actor("li.na"))] == [False]
    assert "已停用" in screen.get("/notices/channels").text
