"""The pages of registers, as a browser asks for them: lists, a record, its form, files in and out, duplicates."""

from __future__ import annotations

import base64
import html
import io
import json
import re

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from engine import SYSTEM, ProcessEngine, Settings
from engine.models.history import HistoryEntry
from tests.browser.house import PASSWORD
from tests.engine.house import House, content
from tests.engine.test_register_book import CLIENT, ROWS, VISIT
from webui import create_app

PAGES = ("/registers", "/registers/client", "/registers/client/{id}", "/registers/client/new",
         "/registers/client/{id}/edit", "/registers/client/import", "/registers/client/duplicates",
         "/registers/client/{id}/merge/{other}")


@pytest.fixture
def house(sqlite_url, clock):
    """Three customers, two with one telephone; the supervisor changes them, agents and the auditor look."""
    made = House(ProcessEngine(Settings(database_url=sqlite_url, secret_key="for tests only"), clock), clock)
    pack = content("note")["t/pack.yaml"] + b"permissions: {read_personal: [supervisor], export_people: [supervisor]}\n"
    made.engine.deployments.deploy(content("note") | {
        "t/pack.yaml": pack, "forms/registers/client.yaml": CLIENT.encode(),
        "forms/registers/visit.yaml": VISIT.encode()}, SYSTEM)
    for code, name, phone, level in ROWS:
        made.engine.registers.save("client", {"code": code, "name": name, "phone": phone, "level": level}, SYSTEM)
    made.engine.registers.save("client", {"code": "C8", "name": "=HYPERLINK(1)", "phone": "13800000008"}, SYSTEM)
    for login in ("li.na", "zhou.min", "xu.shen", "he.wai"):
        made.engine.identity.set_password(login, PASSWORD, SYSTEM)
    made.app = create_app(made.engine)
    with made.engine.database.reading() as connection:
        found = made.engine.registers.store(connection, "client").find(connection)
    made.numbers = {one.values["code"]: one.id for one in found}
    yield made
    made.engine.close()


@pytest.fixture
def boss(signed_in):
    return signed_in("zhou.min")


def address(house, path):
    return path.format(id=house.numbers["C1"], other=house.numbers["C3"])


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_page_opens_in_both_languages(house, signed_in, lang):
    screen = signed_in("zhou.min", lang)
    for path in PAGES:
        answer = screen.get(address(house, path))
        assert answer.status_code == 200, path
        main = answer.text[answer.text.index("<main"):answer.text.index("</main>")]
        assert "13862156621" not in main, path


def test_who_may_only_look_finds_no_button_and_is_refused_at_the_door(house, signed_in):
    for login in ("li.na", "xu.shen"):
        screen = signed_in(login)
        for path in ("/registers/client", "/registers/client/{id}", "/registers/client/duplicates"):
            answer = screen.get(address(house, path))
            main = answer.text[answer.text.index("<main"):answer.text.index("</main>")]
            assert answer.status_code == 200 and 'method="post"' not in main
            assert "/new" not in main and "/edit" not in main and "/merge/" not in main
        for path in ("/registers/client/new", "/registers/client/{id}/edit", "/registers/client/import",
                     "/registers/client/{id}/merge/{other}"):
            assert screen.get(address(house, path)).status_code == 403, path
    outside = signed_in("he.wai")
    assert "client" not in outside.get("/registers").text
    assert outside.get("/registers/client").status_code == 403


def test_a_record_is_made_changed_and_refused_at_the_field(house, boss):
    # given a record that lacks its telephone
    wrong = boss.post("/registers/client/new", {"f.code": "C7", "f.name": "新客户", "f.phone": ""})
    assert wrong.status_code == 422 and 'id="f-phone-wrong"' in wrong.text and "新客户" in wrong.text
    made = boss.post("/registers/client/new", {"f.code": "C7", "f.name": "新客户", "f.phone": "13700007777"})
    assert made.status_code == 302
    # when it is changed with the version that was seen, then with an old one
    place = made.headers["Location"]
    assert boss.post(place + "/edit", {"f.level": "key", "version": "1"}).status_code == 302
    late = boss.post(place + "/edit", {"f.level": "general", "version": "1"})
    assert late.status_code == 409 and "别人刚刚改过这条记录" in late.text and 'name="version" value="2"' in late.text
    page = boss.get(place).text
    assert "关键" in page and "修改历史" in page and "13700007777" not in page


@pytest.mark.parametrize("version", ["", "x", "-1", "9" * 30, "²"])
def test_a_version_that_is_none_is_a_conflict_and_no_fault(house, boss, version):
    answer = boss.post(f"/registers/client/{house.numbers['C1']}/edit", {"f.level": "key", "version": version})
    assert answer.status_code == 409


def test_personal_data_is_shown_for_changing_only_after_asking(house, boss, signed_in):
    place = f"/registers/client/{house.numbers['C1']}/edit"
    shown = boss.post(place + "/personal")
    assert "13862156621" in shown.text and 'name="personal" value="1"' in shown.text
    assert signed_in("xu.shen").post(place + "/personal").status_code == 403
    assert boss.get(place + "/personal").status_code == 302
    revealed = boss.post(f"/registers/client/{house.numbers['C1']}/personal", {"field": "phone"})
    assert revealed.get_json()["display"] == "13862156621"


def test_a_list_is_searched_filtered_and_bad_addresses_are_no_fault(house, boss):
    assert "安居装饰" not in boss.get("/registers/client?w.level=key").text
    assert "安居装饰" in boss.get("/registers/client?q=ajzs").text
    for query in ("after=x", "after=-1", "after=999999999999999999", "sort=nothing", "sort=phone", "w.level=zzz",
                  "w.phone=1", "q=%25", "q=" + "9" * 300):
        assert boss.get("/registers/client?" + query).status_code in (200, 422), query
    assert boss.get("/registers/nothing").status_code == 404
    assert boss.get("/registers/client/99999").status_code == 404
    assert boss.get("/registers/client/export.pdf").status_code == 404


def test_exported_cells_are_no_formulas_and_personal_data_needs_permission(house, boss, signed_in):
    csv = boss.get("/registers/client/export.csv?personal=1").get_data().decode("utf-8-sig")
    assert "'=HYPERLINK(1)" in csv and "13862156621" in csv
    sheet = load_workbook(io.BytesIO(boss.get("/registers/client/export.xlsx?personal=1").get_data())).active
    assert "'=HYPERLINK(1)" in [cell.value for row in sheet for cell in row]
    agent = signed_in("li.na")
    assert "13862156621" not in agent.get("/registers/client/export.csv").text
    assert agent.get("/registers/client/export.csv?personal=1").status_code == 403


def test_a_file_is_previewed_imported_and_its_refused_rows_come_back(house, boss):
    data = "编号,名称,电话,等级\nC9,九号,13700009999,关键\nC10,十号,,\n".encode()
    preview = boss.post("/registers/client/import", {"file": (io.BytesIO(data), "客户.csv")})
    assert preview.status_code == 200 and "只导入没有问题的 1 行" in preview.text and "电话：" in preview.text
    kept = {"kept": base64.b64encode(data).decode(), "name": "客户.csv"}
    boss.post("/registers/client/import/run", kept)
    assert "九号" not in boss.get("/registers/client").text
    done = boss.post("/registers/client/import/run", kept | {"partly": "1"})
    assert "已导入" in done.text and "九号" in boss.get("/registers/client").text
    assert "C10" in boss.post("/registers/client/import/refused.csv", kept).text
    for broken in ({}, {"kept": "%%%"}, {"kept": base64.b64encode(b"PK\x03\x04zzz").decode()}):
        assert boss.post("/registers/client/import/run", broken).status_code == 422


def test_duplicates_are_merged_with_a_reason(house, boss):
    kept, gone = house.numbers["C1"], house.numbers["C3"]
    assert "疑似重复" in boss.get("/registers/client").text
    place = f"/registers/client/{kept}/merge/{gone}"
    sent = {"kept_version": "1", "gone_version": "1", "do": "merge", "take.name": "gone"}
    assert "请写明原因" in boss.post(place, sent | {"reason": ""}).text
    assert boss.post(place, sent | {"reason": "同一家", "gone_version": "7"}).status_code == 409
    assert boss.post(place, sent | {"reason": "同一家"}).status_code == 302
    assert "恒泰装饰公司" in boss.get(f"/registers/client/{kept}").text
    assert "已并入另一条" in boss.get(f"/registers/client/{gone}").text
    assert boss.get(f"/registers/client/{gone}/edit").status_code == 200
    assert boss.post(f"/registers/client/{gone}/edit", {"f.level": "key", "version": "2"}).status_code == 409
    assert "没有电话或名称相同的记录" in boss.get("/registers/client/duplicates").text
    assert boss.get(f"/registers/client/{kept}/merge/{kept}").status_code == 404


@pytest.mark.parametrize(("login", "phone", "traces"), [
    ("zhou.min", {"text": "13862156621", "masked": ""}, 1), ("li.na", {"text": "", "masked": "138****6621"}, 0),
    ("he.wai", {"text": "", "masked": "138****6621"}, 0)])
def test_a_chosen_record_fills_in_what_the_reader_may_see_and_nothing_whole_besides(house, signed_in, login, phone,
                                                                                  traces):
    screen = signed_in(login)
    screen.get("/")
    # given the list to choose from, which holds no values
    found = screen.get("/registers/client/find?q=6621").json
    assert {"13862156621" in str(found), *(frozenset(one) for one in found)} == {False, frozenset(("label", "value"))}
    number = next(one["value"]["id"] for one in found if one["value"]["id"] == house.numbers["C1"])
    # when a record is chosen
    told = screen.post(f"/registers/client/{number}/fill", {"column": ["phone", "level", "nothing"]}).json
    # then personal values are whole for those who may see them, each time with a trace
    assert told == {"phone": phone, "level": {"text": "key", "masked": ""}}
    noted = house.rows(select(HistoryEntry.detail).where(HistoryEntry.verb == "revealed"))
    assert [one.detail["field"] for one in noted] == ["level,phone"] * traces


def test_whoever_only_looks_fills_in_nothing(house, signed_in):
    screen = signed_in("xu.shen")
    screen.get("/")
    assert screen.post(f"/registers/client/{house.numbers['C1']}/fill", {"column": "phone"}).status_code == 403
    assert signed_in("li.na").post("/registers/client/999/fill", {"column": "phone"}).status_code in (400, 404)


def test_a_stored_reference_stands_whole_in_its_form(house, signed_in):
    """A label with quotation marks does not cut the value off."""
    house.engine.identity.set_password("root", PASSWORD, SYSTEM)
    number = house.numbers["C1"]
    house.engine.registers.save("client", {"code": "C1", "name": '恒泰"二"店'}, SYSTEM)
    house.engine.registers.save("visit", {"no": "V9", "client": {"register": "client", "id": number,
                                                                      "label": '恒泰"二"店'}}, SYSTEM)
    with house.engine.database.reading() as connection:
        record = house.engine.registers.store(connection, "visit").find(connection, {"no": "V9"})[0].id
    page = signed_in("root").get(f"/registers/visit/{record}/edit").text
    kept = re.search(r'<input type="hidden" id="[^"]*-kept" name="f.client" value="([^"]*)">', page)
    assert kept is not None and json.loads(html.unescape(kept[1]))["id"] == number
