"""Attachments, and the links by which a customer answers without signing in."""

from __future__ import annotations

import io
import zipfile
from datetime import timedelta

import pytest
from sqlalchemy import select

from engine import Invalid, NotFound, TooLarge
from engine.files import ForbiddenType
from engine.models.history import FormFilled
from engine.models.identity import FileChunk, FileObject, FileUse, PublicLink
from engine.public.links import LinkExpired
from engine.public.tokens import LinkUsed
from tests.engine.house import House

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 100


def archive(*names: str) -> bytes:
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w") as made:
        for name in names:
            made.writestr(name, "x")
    return raw.getvalue()


@pytest.mark.parametrize(("data", "media"), [
    (PNG, "image/png"), (b"\xff\xd8\xff\xe0" + b"x" * 20, "image/jpeg"), (b"%PDF-1.7 x", "application/pdf"),
    ("客户说明\n".encode(), "text/plain"), (b"RIFF\x00\x00\x00\x00WAVEfmt ", "audio/wav"),
    (archive("word/document.xml"), "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
])
def test_the_type_is_what_the_content_says(small_house: House, data: bytes, media: str) -> None:
    kept = small_house.engine.files.put("invoice.exe", data, small_house("li.na"))
    assert (kept["type"], kept["size"], kept["name"]) == (media, len(data), "invoice.exe")
    row, chunks = small_house.engine.files.open(kept["sha256"], small_house("li.na"))
    assert b"".join(chunks) == data and row["type"] == media


@pytest.mark.parametrize("data", [
    b"MZ\x90\x00\x03program", b"\x7fELF\x02\x01", b"<html><script>alert(1)</script>", b"  \n<svg onload='x'/>",
    b"#!/bin/sh\nrm -rf /", b"", archive("evil.exe"), archive("word/document.xml", "word/vbaProject.bin"),
    b"\x00\x01\x02",
    b"PK\x03\x04broken",
])
def test_programs_and_pages_are_not_taken_whatever_their_name(small_house: House, data: bytes) -> None:
    with pytest.raises(ForbiddenType) as refused:
        small_house.engine.files.put("photo.png", data, small_house("li.na"))
    assert refused.value.http_status == 415 and refused.value.sentence("zh") != refused.value.sentence("en")
    assert small_house.count(FileObject) == small_house.count(FileUse) == 0


def test_a_large_file_comes_back_whole_a_larger_one_is_refused(house: House) -> None:
    data = PNG + b"abc" * 900_000
    kept = house.engine.files.put("../../etc/照片.png", data, house("li.na"))
    assert kept["name"] == "照片.png" and house.count(FileChunk) == 3
    _, chunks = house.engine.files.open(kept["sha256"], house("li.na"))
    assert b"".join(chunks) == data
    house.engine.files.put("again.png", data, house("wang.fang"))
    assert house.count(FileChunk) == 3, "equal content is kept once"
    with pytest.raises(TooLarge) as refused:
        house.engine.files.put("big.png", b"x" * 20_000_001, house("li.na"))
    assert refused.value.http_status == 413 and "20 MB" in refused.value.sentence("zh")


def test_a_file_is_for_those_who_see_its_case(house: House) -> None:
    house.deploy("note")
    task = house.task(house.start("note"), "write")
    sha = house.engine.files.put("照片.png", PNG, house("li.na"), task_id=task)["sha256"]
    for login in ("li.na", "wang.fang", "zhou.min", "xu.shen"):
        assert house.engine.files.open(sha, house(login))[0]["name"] == "照片.png"
    for login in ("chen.yu", "he.wai"):
        with pytest.raises(NotFound):
            house.engine.files.open(sha, house(login))
    with pytest.raises(NotFound):
        house.engine.files.open("0" * 64, house("li.na"))


def test_nobody_puts_a_file_into_a_case_of_others(house: House) -> None:
    house.deploy("note")
    task = house.task(house.start("note"), "write")
    for wrong in ({"task_id": task}, {"root_id": house.tasks()[0].root_id}, {"task_id": "0" * 26}):
        with pytest.raises(NotFound):
            house.engine.files.put("照片.png", PNG, house("he.wai"), **wrong)
    assert house.count(FileObject) == 0


@pytest.fixture
def linked(house: House) -> tuple[House, str, str]:
    """A case that waits for its customer, and the token of the link."""
    house.deploy("linked")
    case = house.start("linked")
    house.work()
    url = house.variables(case)["url"]
    assert url.startswith("http://127.0.0.1:8000/p/")
    return house, case, url.rsplit("/", 1)[1]


def test_a_customer_answers_by_the_link_once(linked: tuple[House, str, str]) -> None:
    house, case, token = linked
    shown = house.engine.public.open(token)
    assert (shown.case_number, shown.done, shown.title.en) == (house.row(case).case_number, False, "Customer's answer")
    house.engine.public.submit(token, {"satisfied": "true", "remark": "好"})
    house.work()
    assert house.open(case) == ["look"]
    assert house.variables(case)["answer_form"] == {"satisfied": True, "remark": "好"}
    with pytest.raises(LinkUsed) as used:
        house.engine.public.submit(token, {"satisfied": "false"})
    assert used.value.http_status == 410
    assert house.engine.public.open(token).done is True
    assert house.count(FormFilled) == 1
    assert [verb for verb in house.verbs(case) if verb.startswith("link")] == ["link_sent", "link_opened", "link_used"]


def test_a_wrong_answer_is_refused_field_by_field_and_the_link_stays_good(linked: tuple[House, str, str]) -> None:
    house, case, token = linked
    with pytest.raises(Invalid) as refused:
        house.engine.public.submit(token, {"remark": "x" * 21})
    assert {error.path for error in refused.value.fields} == {"satisfied", "remark"}
    house.engine.public.submit(token, {"satisfied": "true"})
    house.work()
    assert house.open(case) == ["look"]


def test_a_link_expires(linked: tuple[House, str, str]) -> None:
    house, case, token = linked
    house.clock.move(timedelta(days=2))
    with pytest.raises(LinkExpired):
        house.engine.public.open(token)
    with pytest.raises(LinkExpired):
        house.engine.public.submit(token, {"satisfied": "true"})
    assert house.open(case) == [] and house.count(FormFilled) == 0


def test_a_link_of_a_case_that_was_cancelled_is_over(linked: tuple[House, str, str]) -> None:
    house, case, token = linked
    house.engine.instances.cancel(case, "撤诉", house("zhou.min"))
    for use in (lambda: house.engine.public.open(token),
                lambda: house.engine.public.submit(token, {"satisfied": "true"})):
        with pytest.raises(LinkExpired):
            use()


def test_a_wrong_token_is_not_found_and_the_right_one_is_kept_nowhere(linked: tuple[House, str, str]) -> None:
    house, _, token = linked
    for wrong in ("", "x", token[:-1], token.upper(), "0" * 64):
        with pytest.raises(NotFound):
            house.engine.public.open(wrong)
    row, = house.rows(select(PublicLink.__table__))
    assert token not in repr(row)
