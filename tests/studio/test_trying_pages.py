"""Trying a draft in the browser's eyes: a case played, scenarios run and edited."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.studio.conftest import Workshop
from tests.studio.test_draft_pages import Desk

HTMX = {"HX-Request": "true"}


class Trying:
    """The owner at the page of a sandbox of ``note``."""

    def __init__(self, workshop: Workshop, lang: str = "zh"):
        self.desk = Desk(workshop, "zheng.yawen", lang)
        self.draft = workshop.studio.open("note", workshop.owner).id
        self.address = f"/studio/drafts/{self.draft}/try"
        answer = self.desk.post(f"{self.address}/begin")
        self.box = answer.headers["Location"].partition("box=")[2]
        self.text = self.desk.get(f"{self.address}?box={self.box}").text

    def post(self, where: str, form: dict[str, Any] | None = None) -> Any:
        revision = re.search(r'name="revision" value="(\d+)"', self.text).group(1)
        answer = self.desk.post(f"/studio/try/{self.box}/{where}", {"revision": revision} | (form or {}), **HTMX)
        if answer.status_code != 204:
            self.text = answer.text
        return answer

    def task(self) -> str:
        return re.search(rf"/studio/try/{self.box}/tasks/(\w+)\"", self.text).group(1)


@pytest.fixture
def trying(small_workshop: Workshop) -> Trying:
    return Trying(small_workshop)


def test_the_page_offers_to_begin_by_the_roles_that_may(trying):
    assert "由客服发起" in trying.text and "data-diagram" in trying.text


def test_a_form_is_shown_filled_in_and_handed_in(trying):
    # when a case is started, the form of its first task is there at once
    trying.post("start", {"as": "agent"})
    assert 'name="f.customer"' in trying.text and "由客服办理" in trying.text
    # when it is handed in without what is required, the field says so and keeps what was typed
    wrong = trying.post(f"tasks/{trying.task()}", {"as": "agent", "f.phone": "0512-66001122", "f.customer": ""})
    assert wrong.status_code == 422
    assert 'aria-invalid="true"' in trying.text and "0512-66001122" in trying.text
    # when it is right, the next task is there, in the hands of its role
    right = trying.post(f"tasks/{trying.task()}", {"as": "agent", "f.customer": "王芳"})
    assert right.status_code == 200
    assert 'name="outcome" value="approve"' in trying.text and "由主管办理" in trying.text
    # and its decision ends the case
    trying.post(f"tasks/{trying.task()}", {"as": "supervisor", "outcome": "approve"})
    assert "现在没有待办" in trying.text


def test_a_click_on_an_old_page_changes_nothing(trying):
    trying.post("start", {"as": "agent"})
    late = trying.desk.post(f"/studio/try/{trying.box}/undo", {"revision": "1"}, **HTMX)
    assert late.status_code == 409 and "另一个窗口" in late.text


@pytest.mark.parametrize("form", [{"do": "after", "to": "soon"}, {"do": "at", "to": "yesterday"},
                                  {"do": "at", "to": ""},
                                  {"do": "message", "name": "x", "payload": "- a\n- b"}, {"do": "fly"}, {},
                                  {"do": "at", "to": "9999-01-01T00:00:00+08:00"}, {"do": "cancel", "by": "nobody"}])
def test_what_makes_no_sense_is_told_and_not_kept(trying, form):
    trying.post("start", {"as": "agent"})
    before = trying.text.count("play-steps")
    answer = trying.post("step", form)
    assert 400 <= answer.status_code < 500
    assert answer.text and before


def test_an_attachment_is_a_placeholder_of_its_name(trying):
    import io

    answer = trying.desk.post(f"/studio/try/{trying.box}/files", {"file": (io.BytesIO(b"secret"), "证据.png")})
    assert answer.json["name"] == "证据.png" and answer.json["size_text"]


def test_the_steps_become_a_scenario_that_is_run_and_edited(trying, small_workshop):
    # given a played case, saved
    trying.post("start", {"as": "agent"})
    trying.post(f"tasks/{trying.task()}", {"as": "agent", "f.customer": "王芳"})
    nameless = trying.post("save", {"zh": "", "en": ""})
    assert nameless.status_code == 422 and "起个名字" in nameless.text
    saved = trying.post("save", {"zh": "写好等批", "en": "Waits for approval"})
    address = f"/studio/drafts/{trying.draft}/scenarios"
    assert saved.headers["HX-Redirect"] == address
    # when all scenarios are run
    page = trying.desk.post(f"{address}/run", **HTMX)
    # then it passes, and what nobody walked through is told
    assert "1 个全部通过" in page.text and "从没走过" in page.text and "is-missed" in page.text
    # when it is edited to expect something else
    path = "t/note.scenario.yaml"
    text = trying.desk.get(f"{address}/file?path={path}").text
    revision = re.search(r'name="revision" value="(\d+)"', text).group(1)
    content = small_workshop.studio.read(trying.draft, path, small_workshop.owner).content.decode()
    broken = trying.desk.post(f"{address}/file", {"path": path, "revision": revision, "text": "scenarios: 3"})
    assert broken.status_code == 422 and "没有保存" in broken.text
    changed = trying.desk.post(f"{address}/file", {"path": path, "revision": revision,
                                                   "text": content.replace("element: approve", "element: judge")})
    assert changed.status_code == 302
    # then the page says that the result is old, and the next run names step, line and reason
    assert "之后草稿又改过" in trying.desk.get(address).text
    failed = trying.desk.post(f"{address}/run", **HTMX).text
    assert "1 个未过" in failed and "第 3 步" in failed and "judge" in failed


def test_auditors_look_at_scenarios_and_try_nothing(small_workshop):
    draft = small_workshop.studio.open("note", small_workshop.owner).id
    auditor = Desk(small_workshop, "xu.shen")
    assert auditor.get(f"/studio/drafts/{draft}/scenarios").status_code == 200
    assert auditor.post(f"/studio/drafts/{draft}/scenarios/run").status_code == 403
    assert auditor.post(f"/studio/drafts/{draft}/try/begin").status_code == 403
    assert auditor.get(f"/studio/drafts/{draft}/try").status_code == 200


def test_the_page_speaks_english(small_workshop):
    text = Trying(small_workshop, "en").text
    main = re.sub(r"<script.*?</script>", "", text.partition('id="sandbox"')[2], flags=re.S)
    assert "Started by" in main or "Start as" in main


def test_what_else_people_do_is_asked_in_the_dialogs_of_the_inbox(trying):
    # given a case with an open task
    trying.post("start", {"as": "agent"})
    task = trying.task()
    more = trying.desk.get(f"/studio/try/{trying.box}/more?task={task}", **HTMX).text
    assert "转办" in more and "改派" in more and 'hx-get="/studio/try/' in more
    # when the agent wants to transfer it, the dialog offers the people of the sandbox and asks for a reason
    asked = trying.desk.get(f"/studio/try/{trying.box}/do/transfer?task={task}&as=agent", **HTMX).text
    assert 'value="director"' in asked and 'value="li.na"' not in asked and "以客服的身份" in asked
    wrong = trying.post("do/transfer", {"task": task, "as": "agent", "to": "director"})
    assert wrong.status_code == 422 and "HX-Retarget" not in wrong.headers
    # when all is said, the board shows the task in other hands
    done = trying.desk.post(f"/studio/try/{trying.box}/do/transfer", {
        "revision": re.search(r'name="revision" value="(\d+)"', wrong.text).group(1), "task": task, "as": "agent",
        "to": "director", "reason": "请帮忙"}, **HTMX)
    assert done.headers["HX-Retarget"] == "#sandbox" and "由总监办理" in done.text


def test_a_case_is_returned_signed_and_stopped_from_its_dialogs(trying):
    # given a case that waits for approval
    trying.post("start", {"as": "agent"})
    trying.post(f"tasks/{trying.task()}", {"as": "agent", "f.customer": "王芳"})
    task, case = trying.task(), re.search(r"more\?case=(\w+)", trying.text).group(1)
    back = trying.desk.get(f"/studio/try/{trying.box}/do/return_to?task={task}&as=supervisor", **HTMX).text
    step = re.search(r'name="step" value="(write@\w+)"', back).group(1)
    # when signers are asked, the board offers their signature
    trying.post("do/add_signers", {"task": task, "as": "supervisor", "people": "director", "position": "before",
                                   "rule": "all", "reason": "请把关"})
    assert "由总监签署" in trying.text
    trying.post("do/sign", {"task": task, "as": "director", "outcome": "agree", "opinion": "可以"})
    # when it is stopped, let go on and returned, the board tells each step
    trying.post("do/suspend", {"case": case, "as": "supervisor", "reason": "等料"})
    assert "已挂起" in trying.text
    trying.post("do/resume", {"case": case, "as": "supervisor", "reason": "到了"})
    trying.post("do/return_to", {"task": task, "as": "supervisor", "step": step, "reason": "缺电话"})
    assert "主管把“approve”退回到“write”" in trying.text
    jump = trying.desk.get(f"/studio/try/{trying.box}/do/jump?case={case}&as=supervisor", **HTMX).text
    leave = re.search(r'name="leave" value="([^"]+)"', jump).group(1)
    trying.post("do/jump", {"case": case, "as": "supervisor", "leave": leave, "reason": "已有记录",
                            "enter": "approve@" + leave.partition("@")[2]})
    assert "主管跳转" in trying.text and 'name="outcome" value="approve"' in trying.text


@pytest.mark.parametrize("where", ["more?task=gone", "more?case=gone", "do/fly?task=x&as=agent",
                                   "do/transfer?task=gone&as=agent", "do/transfer?task=gone&as=nobody",
                                   "do/jump?case=gone&as=agent", "do/sign?as=agent", "more"])
def test_a_dialog_about_nothing_is_no_fault(trying, where):
    answer = trying.desk.get(f"/studio/try/{trying.box}/{where}", **HTMX)
    assert answer.status_code in (200, 404)
