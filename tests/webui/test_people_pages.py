"""The administrator's pages: people, roles, units, import, audit log; one's own settings; masked data on request."""

from __future__ import annotations

import io
import re

import pytest

from engine import SYSTEM, Bilingual, ProcessEngine, Settings
from tests.browser.house import PASSWORD, ROOT
from tests.engine.house import House, content
from webui import create_app

PAGES = ("/admin/people", "/admin/people/new", "/admin/people/li.na", "/admin/roles", "/admin/units",
         "/admin/units?key=south", "/admin/audit", "/admin/import", "/absence", "/absence/hand-over", "/me",
         "/me/password")
NAMED = ("/me", "/admin/people/li.na")
"""Pages headed by a name."""


@pytest.fixture
def house(sqlite_url, clock):
    """The small organisation of the engine's tests, with pages; four of its people have passwords."""
    made = House(ProcessEngine(Settings(database_url=sqlite_url, secret_key="for tests only"), clock), clock)
    files = content("note")
    form = files["forms/t/note_form.yaml"].replace(b"type: phone}", b"type: phone, personal: true}")
    pack = files["t/pack.yaml"].replace(b"roles:", "roles:\n  client: {zh: 客户, en: Client, external: true}".encode())
    platform = (ROOT / "processes" / "platform" / "pack.yaml").read_bytes()
    made.engine.deployments.deploy(files | {"forms/t/note_form.yaml": form, "t/pack.yaml": pack,
                                            "platform/pack.yaml": platform}, SYSTEM)
    for login in ("li.na", "zhou.min", "root", "xu.shen"):
        made.engine.identity.set_password(login, PASSWORD, SYSTEM)
    made.app = create_app(made.engine)
    yield made
    made.engine.close()


@pytest.fixture
def root(signed_in):
    return signed_in("root")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_page_opens_in_both_languages(signed_in, lang):
    screen = signed_in("root", lang)
    for address in PAGES:
        answer = screen.get(address)
        assert answer.status_code == 200, address
        heading = re.search(r"<h1[^>]*>(.*?)</h1>", answer.text)[1]
        assert bool(re.search("[\u4e00-\u9fff]", heading)) == (lang == "zh") or address in NAMED


def test_the_pages_are_not_for_everybody(signed_in):
    screen = signed_in("li.na")
    for address in PAGES:
        assert screen.get(address).status_code == (403 if address.startswith("/admin") else 200), address


def test_an_auditor_looks_and_finds_no_button(signed_in):
    screen = signed_in("xu.shen")
    for address in ("/admin/people", "/admin/people/li.na", "/admin/roles", "/admin/units", "/admin/audit"):
        page = screen.get(address)
        assert page.status_code == 200
        main = page.text[page.text.index("<main"):page.text.index("</main>")]
        assert 'method="post"' not in main, address


def test_somebody_new_signs_in_with_the_one_time_password_and_has_to_change_it(root, stranger):
    # when the administrator adds somebody
    answer = root.post("/admin/people/new", {"login": "Zhao.Lei", "name": "赵磊", "unit": "south", "lang": "zh",
                                             "role": ["agent"], "role_unit": [""]})
    password = re.search(r'id="one-time">([^<]+)<', answer.text)[1]
    # then that person signs in, and comes to the page of passwords wherever going
    stranger.get("/sign-in")
    assert stranger.post("/sign-in", {"login": "zhao.lei", "password": password}).status_code == 302
    for address in ("/inbox", "/cases", "/me"):
        assert stranger.get(address).headers["Location"] == "/me/password"
    stranger.get("/me/password")
    assert stranger.post("/cases/x/cancel").headers["Location"] == "/me/password"
    refused = stranger.post("/me/password", {"old": password, "password": "zhao.lei1", "again": "zhao.lei1"})
    assert refused.status_code == 422 and "密码不能是账号" in refused.text
    assert stranger.post("/me/password", {"old": password, "password": PASSWORD, "again": "other"}).status_code == 422
    assert stranger.post("/me/password", {"old": password, "password": PASSWORD, "again": PASSWORD}).status_code == 302
    assert stranger.get("/inbox").status_code == 200


def test_changes_of_a_person_are_kept_and_told_with_before_and_after(house, root, signed_in):
    form = {"name": "李娜娜", "name_en": "Li Nana", "unit": "north", "email": "nana@example.com", "lang": "en",
            "role": ["agent", "supervisor", ""], "role_unit": ["", "hq", ""]}
    theirs = signed_in("li.na")
    assert root.post("/admin/people/li.na", form).status_code == 302
    assert house("li.na").roles == {"agent", "supervisor"}
    assert theirs.get("/inbox").status_code == 302, "a change of roles ends the signed-in state at once"
    log = root.get("/admin/audit?kind=people").text
    assert "李娜</del> → <ins>李娜娜" in log and "supervisor@hq" in log


def test_mistakes_are_told_at_their_field(root):
    form = {"name": "李娜", "unit": "north", "lang": "zh", "role": ["agent"], "role_unit": [""]}
    for more, sentence in (
            ({"name": ""}, "请填写姓名"), ({"email": "no"}, "邮箱地址不对"), ({"name": "x" * 300}, "最多 200 个字符"),
            ({"role": ["fly"], "role_unit": ["hq"]}, "岗位或单位不存在"),
            ({"role": ["director"], "role_unit": [""], "unit": ""}, "请为每个岗位选择单位")):
        answer = root.post("/admin/people/li.na", form | more)
        assert answer.status_code == 422 and sentence in answer.text, more


def test_the_last_administrator_stays(house, root):
    answer = root.post("/admin/people/root", {"name": "唐宇", "unit": "hq", "lang": "zh"})
    assert answer.status_code == 422 and "最后一位系统管理员" in answer.text
    assert root.post("/admin/people/root/leave").status_code == 409
    assert house("root").roles == {"system_admin"}


def test_leaving_and_coming_back(house, root, signed_in):
    theirs = signed_in("li.na")
    assert root.post("/admin/people/li.na/leave").status_code == 302
    assert theirs.get("/inbox").status_code == 302
    assert "已离职" in root.get("/admin/people/li.na").text
    assert "li.na" not in root.get("/admin/people").text and "li.na" in root.get("/admin/people?left=1").text
    assert root.post("/admin/people/li.na/return").status_code == 302
    assert house("li.na").roles == frozenset()


def test_a_locked_account_is_unlocked(root, stranger):
    stranger.get("/sign-in")
    for _ in range(5):
        stranger.post("/sign-in", {"login": "li.na", "password": "no"})
    assert stranger.post("/sign-in", {"login": "li.na", "password": PASSWORD}).status_code == 429
    assert "已锁定" in root.get("/admin/people/li.na").text
    root.post("/admin/people/li.na/unlock")
    assert stranger.post("/sign-in", {"login": "li.na", "password": PASSWORD}).status_code == 302


def test_a_role_without_holders_is_flagged(root):
    page = root.get("/admin/roles").text
    assert "无人担任" in page and "外部人员" in page
    assert "客服" in page and "1. 主管 → 2. 总监" in page


def test_units_are_added_and_never_above_themselves(root):
    for form, status in (
            ({"new": "1", "key": "rnd", "name": "研发部", "parent": "hq", "kind": "department"}, 302),
            ({"new": "1", "key": "south", "name": "又一个", "parent": "hq"}, 422),
            ({"new": "1", "key": "", "name": "x", "parent": "hq"}, 422),
            ({"key": "hq", "name": "江南", "parent": "south"}, 422),
            ({"new": "1", "key": "top2", "name": "另一家", "parent": ""}, 422),
            ({"new": "1", "key": "bad", "name": "某", "parent": "nowhere"}, 404)):
        assert root.post("/admin/units", form).status_code == status, form


def test_a_unit_in_use_stays(root):
    assert root.post("/admin/units/south/remove").status_code == 409
    root.post("/admin/units", {"new": "1", "key": "rnd", "name": "研发部", "parent": "hq", "kind": "department"})
    assert root.post("/admin/units/rnd/remove").status_code == 302
    assert "key=rnd" not in root.get("/admin/units").text


def upload(root, text: bytes):
    return root.client.post("/admin/import", data={"csrf_token": root.token, "file": (io.BytesIO(text), "people.csv")},
                            headers={"Accept": "text/html", "Accept-Language": "zh"})


def test_an_import_is_previewed_then_done_and_refused_rows_come_back(house, root):
    # given a file of an office program, in GBK, with a new, a changed and a hostile row
    file = ("账号,姓名,单位,岗位\r\nqian.wei,钱伟,south,客服\r\nli.na,李娜,,supervisor@hq\r\n"
            '"evil","=HYPERLINK(""http://x"")",south,\r\n').encode("gbk")
    # when it is previewed, nothing is changed
    page = upload(root, file)
    assert "新增 1，修改 1，不变 0，拒绝 1" in page.text and "GBK" in page.text and "像是公式" in page.text
    assert house("li.na").roles == {"agent"}
    kept = re.search(r'name="kept" value="([^"]+)"', page.text)[1]
    # and when it is done, new people have a password to be told
    done = root.post("/admin/import/run", {"kept": kept})
    assert "qian.wei" in done.text and re.search(r"<code>[a-z0-9]{4}-", done.text)
    assert house("li.na").roles == {"supervisor"}
    assert house("qian.wei").roles == {"agent"}
    refused = root.post("/admin/import/refused.csv", {"kept": kept})
    assert refused.data.startswith(b"\xef\xbb\xbf") and "\"'=HYPERLINK" in refused.data.decode("utf-8-sig")


def test_a_file_that_is_none_is_a_sentence(root):
    for file in (b"", b"\xff\xfe\x00", b"a,b\n1,2\n", b'login,name\n"a,b\n', b"login,wishes\na,b\n"):
        answer = upload(root, file)
        assert answer.status_code == 422 and "读不懂这个文件" in answer.text, file


def test_the_list_of_people_goes_out_disarmed_and_noted(house, root, signed_in):
    house.engine.identity.save_person("li.na", {"name": "=1+1"}, SYSTEM)
    answer = root.get("/admin/people.csv")
    assert "\"'=1+1\"" in answer.data.decode("utf-8-sig")
    assert "导出人员名单" in root.get("/admin/audit?kind=people_exported").text
    assert signed_in("zhou.min").get("/admin/people.csv").status_code == 403


def test_the_audit_log_is_filtered_and_takes_rubbish(root):
    for query in ("person=li.na", "case=TS-1", "kind=revealed", "since=2026-04-07&until=2026-04-08", "since=rubbish",
                  "after=zzz", "kind=nothing"):
        assert root.get(f"/admin/audit?{query}").status_code == 200, query


def test_a_masked_number_is_shown_to_whoever_works_on_the_case_and_noted(house, signed_in):
    # given a case whose first step Li Na has done
    made = house.start("note")
    house.complete(made, "write", "li.na", {"customer": "恒泰", "phone": "13862156621"})
    case = house.row(made).case_number
    screen = signed_in("li.na")
    page = screen.get(f"/cases/{case}").text
    assert "138****6621" in page and "13862156621" not in page and "data-reveal" not in page
    assert screen.post(f"/cases/{case}/personal", {"field": "phone"}, Accept="application/json").status_code == 403
    # when Zhou Min has the next
    house.engine.tasks.claim(house.task(made, "approve"), house("zhou.min"))
    theirs = signed_in("zhou.min")
    page = theirs.get(f"/cases/{case}").text
    assert "data-reveal" in page and "13862156621" not in page
    for form in ({"field": "phone"}, {"field": "phone", "form": "note_form"}):
        answer = theirs.post(f"/cases/{case}/personal", form, Accept="application/json")
        assert answer.get_json() == {"display": "13862156621", "seconds": 60}
    # then the log tells of it
    assert "looked at personal data “Phone”" in signed_in("root", "en").get("/admin/audit?kind=personal").text


def test_work_is_handed_over_after_a_look_at_it(house, root):
    made = house.start("note")
    house.engine.tasks.claim(house.task(made, "write"), house("li.na"))
    case = house.row(made).case_number
    assert case in root.get("/absence/hand-over?person=li.na").text
    form = {"from": "li.na", "to": "wang.fang"}
    assert root.post("/absence/hand-over", form).status_code == 422, "a reason is needed"
    answer = root.post("/absence/hand-over", form | {"reason": "离职"})
    assert answer.status_code == 200 and case in answer.text and "已交接 1 项" in answer.text
    assert house.tasks(made)[0].assignee_id == house("wang.fang").person_id


def test_mistakes_of_a_substitution_are_told_at_their_field(house, root):
    form = {"substitute": "li.na", "from_at": "2026-04-08T09:00", "until_at": "2026-04-09T09:00", "reason": "出差"}
    for more, sentence in (({"substitute": ""}, "请选择代理人"),
                           ({"until_at": "2026-04-08T08:00"}, "结束时间应晚于开始时间"),
                           ({"reason": " "}, "请写明原因"), ({"substitute": "root"}, "代理人不能是本人"),
                           ({"from_at": "rubbish"}, "请填写日期和时间")):
        answer = root.post("/absence", form | more)
        assert answer.status_code == 422 and sentence in answer.text, more
    assert root.post("/absence", form).status_code == 302
    assert "已结束" not in root.get("/absence").text
    only = house.engine.identity.substitutions(house("root"))[0]
    assert root.post(f"/absence/{only.id}/end").status_code == 302
    assert "已结束" in root.get("/absence").text


def test_one_signs_out_everywhere(signed_in):
    here, there = signed_in("li.na"), signed_in("li.na")
    assert "当前" in here.get("/me").text
    assert here.post("/me/sign-out-everywhere").status_code == 302
    assert here.get("/inbox").status_code == there.get("/inbox").status_code == 302


def test_a_copied_cookie_is_of_no_use_after_signing_out(signed_in):
    screen = signed_in("li.na")
    cookie = screen.client.get_cookie("bihuan").value
    screen.post("/sign-out")
    screen.client.set_cookie("bihuan", cookie)
    assert screen.get("/inbox").status_code == 302


def test_signing_in_gives_another_secret_each_time(signed_in):
    screen = signed_in("li.na")
    with screen.client.session_transaction() as before:
        first = before["secret"]
    screen.post("/sign-out")
    screen.get("/sign-in")
    screen.post("/sign-in", {"login": "li.na", "password": PASSWORD})
    with screen.client.session_transaction() as after:
        assert after["secret"] != first


def test_a_unit_of_a_kind_of_its_own_keeps_it(house, root):
    # given a unit that was imported with a kind that the page does not list
    house.engine.identity.create_unit("camp", Bilingual("营地", "Camp"), SYSTEM, parent="hq", kind="camp")
    # when its name is changed on the page
    assert 'value="camp" selected' in root.get("/admin/units?key=camp").text
    root.post("/admin/units", {"key": "camp", "name": "大营地", "name_en": "Camp", "parent": "hq", "kind": "camp"})
    # then its kind is what it was
    unit = next(one for one in house.engine.identity.units(house("root")) if one.key == "camp")
    assert (unit.name.zh, unit.kind) == ("大营地", "camp")
