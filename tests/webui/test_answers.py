"""Every answer carries its policy; every refusal is something a person or a program can read; nothing is a bare 500."""

from __future__ import annotations

import io

import pytest

PNG = (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89"
       b"\0\0\0\rIDATx\x9cc\xf8\xcf\xc0\xf0\x1f\0\x05"
       b"\x05\x02\x00_\xc8\xf1\xd2\0\0\0\0IEND\xaeB`\x82")


@pytest.mark.parametrize("address", ["/sign-in", "/healthz", "/nothing"])
def test_the_policy_forbids_inline_scripts(stranger, address):
    headers = stranger.get(address).headers
    assert "default-src 'self'" in headers["Content-Security-Policy"]
    assert "unsafe-eval" not in headers["Content-Security-Policy"]
    assert "script-src" not in headers["Content-Security-Policy"], "scripts follow default-src"
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_pages_hold_no_inline_script_or_handler(house, signed_in):
    started = house.complaint()
    screen = signed_in("chen.siyuan")
    places = ("/inbox", f"/tasks/{started.next_task_id}", f"/cases/{started.case_number}", "/cases", "/start", "/me")
    for address in places:
        page = screen.get(address).text
        assert " onclick=" not in page
        assert "javascript:" not in page
        for tag in page.split("<script")[1:]:
            head = tag.split(">")[0]
            assert "src=" in head or 'type="application/json"' in head


def test_a_missing_page_is_told_as_a_page_a_fragment_or_json(signed_in):
    screen = signed_in("li.na")
    assert "<html" in screen.get("/cases/TS-1").text
    fragment = screen.get("/cases/TS-1/part/timeline", **{"HX-Request": "true"})
    assert fragment.status_code == 404
    assert "<html" not in fragment.text
    program = screen.get("/cases/TS-1", Accept="application/json")
    assert program.status_code == 404
    assert program.json["code"] == "not_found"


def test_a_fault_of_ours_gives_a_number_and_nothing_of_itself(house, signed_in, monkeypatch):
    screen = signed_in("li.na")

    def broken(*_args, **_named):
        raise RuntimeError("a secret of the inside")

    monkeypatch.setattr(type(house.engine.boards), "cases", broken)
    answer = screen.get("/cases")
    assert answer.status_code == 500
    assert "编号" in answer.text
    assert "secret" not in answer.text


def test_the_wrong_method_is_refused_kindly(signed_in):
    answer = signed_in("li.na").post("/inbox")
    assert answer.status_code == 405
    assert "不能这样操作" in answer.text


def test_health_and_readiness(stranger):
    assert stranger.get("/healthz").json == {"status": "ok"}
    ready = stranger.get("/readyz")
    assert ready.status_code == 200
    assert ready.json["status"] == "ready"


def test_a_database_that_is_gone_is_not_ready(house, stranger, monkeypatch):
    def gone():
        raise OSError("no database")

    monkeypatch.setattr(house.engine, "ready", gone, raising=False)
    assert stranger.get("/readyz").status_code == 503


def test_metrics_count_requests_by_route(stranger):
    stranger.get("/healthz")
    text = stranger.get("/metrics").text
    assert 'bihuan_http_requests_total{method="GET",route="/healthz",status="200"} 1.0' in text


def test_an_attachment_comes_back_as_a_download_that_is_not_sniffed(house, signed_in):
    started = house.complaint()
    screen = signed_in("chen.siyuan")
    kept = screen.client.post(f"/tasks/{started.next_task_id}/files", headers={"X-CSRFToken": screen.token,
                              "Accept": "application/json"}, data={"file": (io.BytesIO(PNG), "现场.png")})
    assert kept.status_code == 200, kept.text
    assert kept.json["name"] == "现场.png"
    got = screen.get(kept.json["url"])
    assert got.data == PNG
    assert got.headers["Content-Disposition"].startswith("attachment")
    assert got.headers["X-Content-Type-Options"] == "nosniff"
    assert got.headers["Content-Type"] == "application/octet-stream"
    shown = screen.get(kept.json["url"] + "?inline=1")
    assert shown.headers["Content-Type"].startswith("image/png")
    assert "sandbox" in shown.headers["Content-Security-Policy"]


def test_a_colleague_of_the_case_sees_the_attachment_and_others_do_not(house, signed_in):
    started = house.complaint()
    screen = signed_in("chen.siyuan")
    kept = screen.client.post(f"/tasks/{started.next_task_id}/files", headers={"X-CSRFToken": screen.token},
                              data={"file": (io.BytesIO(PNG), "a.png")})
    assert signed_in("zhou.min").get(kept.json["url"]).status_code == 200
    assert signed_in("sun.lihua").get(kept.json["url"]).status_code == 404


@pytest.mark.parametrize(("name", "data", "status"), [("virus.exe", b"MZ\x90\0" + b"\0" * 60, 415),
                                                      ("page.png", b"<html><script>alert(1)</script>", 415)])
def test_a_forbidden_kind_of_file_is_refused_by_its_content(house, signed_in, name, data, status):
    started = house.complaint()
    screen = signed_in("chen.siyuan")
    answer = screen.client.post(f"/tasks/{started.next_task_id}/files", headers={
        "X-CSRFToken": screen.token, "Accept": "application/json"}, data={"file": (io.BytesIO(data), name)})
    assert answer.status_code == status
    assert name in answer.json["sentence"]


def test_too_large_a_file_is_refused_in_words(house, signed_in):
    started = house.complaint()
    screen = signed_in("chen.siyuan")
    data = b"\x89PNG\r\n\x1a\n" + b"\0" * 25_000_000
    answer = screen.client.post(f"/tasks/{started.next_task_id}/files", headers={
        "X-CSRFToken": screen.token, "Accept": "application/json"}, data={"file": (io.BytesIO(data), "big.png")})
    assert answer.status_code == 413
    assert "20" in answer.json["sentence"]
