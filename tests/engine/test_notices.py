"""Notices on their way outside: nothing is lost, nothing storms, quiet hours are quiet. Real servers answer."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from hmac import new as hmac
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import select, update

from engine import Invalid, MovableClock, NotFound, NotPermitted, ProcessEngine, Settings, notices
from engine.models.identity import Notice, Person
from engine.models.notices import NoticeChannel, NoticeDelivery
from engine.models.runtime import Job
from engine.notices import sending
from engine.notices.words import GROUPS, SENTENCES, sentence
from tests.engine.house import House


class Letters:
    """What a mail server took in."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, str]] = []
        self.refuse = ""

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        from email import message_from_bytes
        from email.policy import default

        if self.refuse:
            return self.refuse
        message = message_from_bytes(envelope.content, policy=default)
        self.taken.append((envelope.rcpt_tos[0], message["Subject"] + "\n" + message.get_content()))
        return "250 OK"


class Posts:
    """What an HTTP server was sent; ``answers`` are the status codes it gives, then 200."""

    def __init__(self) -> None:
        self.taken: list[tuple[dict[str, str], bytes]] = []
        self.answers: list[int] = []
        outer = self

        class Answer(BaseHTTPRequestHandler):
            def do_POST(self) -> None:  # noqa: N802
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.taken.append((dict(self.headers), body))
                self.send_response(outer.answers.pop(0) if outer.answers else 200)
                self.end_headers()

            def log_message(self, *args: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()


@pytest.fixture
def posts() -> Iterator[Posts]:
    made = Posts()
    yield made
    made.server.shutdown()
    made.server.server_close()


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


@pytest.fixture
def letters() -> Letters:
    return Letters()


@pytest.fixture
def mail(letters: Letters) -> Iterator[Controller]:
    controller = Controller(letters, hostname="127.0.0.1", port=free_port())
    yield controller
    if controller.server is not None:
        controller.stop()


@pytest.fixture
def wired(database_url: str, clock: MovableClock, mail: Controller, posts: Posts) -> Iterator[House]:
    """A house with a mail server (not running yet) and a host of its own that webhooks may reach."""
    made = ProcessEngine(Settings(database_url=database_url, secret_key="for tests only", smtp_host="127.0.0.1",
                                  smtp_port=mail.port, mail_from="bihuan@example.com",
                                  http_hosts=f"inside:127.0.0.1:{posts.port}"), clock)
    house = House(made, clock)
    with made.database.transaction() as connection:
        connection.execute(update(Person.__table__).where(Person.login == "li.na").values(email="li.na@example.com"))
    yield house
    made.close()


def tell(house: House, login: str, code: str, **params: Any) -> None:
    with house.engine.database.transaction() as connection:
        notices.tell(connection, house.clock.now(), [house(login).person_id], code, **params)


def sent(house: House) -> list[str]:
    return [row.outcome for row in house.rows(select(NoticeDelivery.outcome).order_by(NoticeDelivery.notice_id))]


def test_a_dead_mail_server_delays_and_loses_nothing(wired: House, mail: Controller, letters: Letters) -> None:
    for number in range(3):
        tell(wired, "li.na", "urged", case_number=f"TS-{number}", name="判责", by="周敏")
    wired.work()
    wired.after(hours=3)
    assert letters.taken == []
    assert wired.incidents() == [], "a server that is away is no incident of a case"
    tell(wired, "li.na", "urged", case_number="TS-3", name="判责", by="周敏")
    mail.start()
    wired.after(hours=5)
    assert len(letters.taken) == 1, "everything that waited goes out as one message"
    to, text = letters.taken[0]
    assert to == "li.na@example.com"
    assert all(f"TS-{number}" in text for number in range(4))
    assert sent(wired) == ["sent"] * 4
    assert wired.jobs() == []


def test_hours_without_a_worker_end_in_one_message(wired: House, mail: Controller, letters: Letters) -> None:
    mail.start()
    for _ in range(30):
        wired.clock.move(timedelta(minutes=4))
        tell(wired, "li.na", "deadline_1", case_number="TS-1", name="判责", due_at=wired.clock.now())
    wired.work()
    assert len(letters.taken) == 1
    assert "30 条通知" in letters.taken[0][1]
    assert "还有 10 条" in letters.taken[0][1]


def test_an_address_refused_for_good_is_switched_off_and_its_owner_told(wired: House, mail: Controller,
                                                                        letters: Letters) -> None:
    mail.start()
    letters.refuse = "554 no such mailbox"
    tell(wired, "li.na", "urged", case_number="TS-1", name="判责")
    wired.work()
    channel = wired.rows(select(NoticeChannel.__table__))[0]
    assert (channel.active, bool(channel.failure)) == (False, True)
    assert wired.notices()[-1] == ("li.na", "channel_failed")
    assert sent(wired) == ["failed"]
    assert wired.jobs() == []


def test_quiet_hours_hold_back_until_they_end(wired: House, posts: Posts) -> None:
    webhook(wired, posts, quiet_from="22:00", quiet_until="08:00")
    wired.clock.set(datetime(2026, 4, 7, 15, 0, tzinfo=UTC))  # 23:00 in Shanghai
    tell(wired, "li.na", "urged", case_number="TS-1", name="判责")
    wired.after(hours=8, minutes=59)
    assert posts.taken == []
    wired.after(minutes=2)
    assert len(posts.taken) == 1


@pytest.mark.parametrize(("quiet", "hour", "expected"), [
    (("22:00", "08:00"), 23, (8, 8)), (("22:00", "08:00"), 3, (7, 8)), (("22:00", "08:00"), 12, (7, 12)),
    (("12:00", "13:30"), 12, (7, 13)), (("12:00", "13:30"), 9, (7, 9))])
def test_the_end_of_quiet_hours(quiet: tuple[str, str], hour: int, expected: tuple[int, int]) -> None:
    from zoneinfo import ZoneInfo

    zone = ZoneInfo("Asia/Shanghai")
    channel = NoticeChannel(digest="now", quiet_from=quiet[0], quiet_until=quiet[1])
    found = sending.moment(channel, datetime(2026, 4, 7, hour, 0, tzinfo=zone).astimezone(UTC), zone)
    local = found.astimezone(zone)
    assert (local.day, local.hour) == expected


def test_a_digest_collects(wired: House, posts: Posts) -> None:
    webhook(wired, posts, digest="17:30")
    for hour in range(5):
        tell(wired, "li.na", "urged", case_number=f"TS-{hour}", name="判责")
        wired.after(hours=1)
    assert posts.taken == []
    wired.after(hours=4)  # 18:00
    assert [len(json.loads(body)["notices"]) for _, body in posts.taken] == [5]


def test_a_reminder_of_a_task_that_is_done_meanwhile_does_not_go_out(wired: House, posts: Posts) -> None:
    wired.deploy("due", "timed", "note")
    webhook(wired, posts, quiet_from="08:00", quiet_until="20:00")
    case = wired.start("due")
    task = wired.task(case, "by_date")
    with wired.engine.database.transaction() as connection:
        notices.tell(connection, wired.clock.now(), [wired("li.na").person_id], "urged", root_id=case, task_id=task,
                     case_number="TS-1", name="判责")
    wired.work()
    wired.complete(case, "by_date")
    wired.complete(case, "by_duration")
    wired.after(hours=12)
    assert posts.taken == []
    assert set(sent(wired)) == {"dropped"}


def webhook(house: House, posts: Posts, **more: Any) -> str:
    values = {"kind": "webhook", "address": f"http://127.0.0.1:{posts.port}/hook", "secret": "geheim",
              "groups": list(GROUPS)} | more
    return house.engine.notices.save_channel(values, house("li.na"))


def test_a_webhook_is_signed_and_a_repetition_keeps_its_key(wired: House, posts: Posts) -> None:
    webhook(wired, posts)
    posts.answers = [503]
    tell(wired, "li.na", "urged", case_number="TS-1", name="判责", name_en="Judge", by="周敏", reason="<b>急</b>")
    wired.after(minutes=10)
    (first, body), (second, again) = posts.taken
    assert first["Idempotency-Key"] == second["Idempotency-Key"] == json.loads(again)["id"]
    moment, signature = second["X-Bihuan-Signature"].removeprefix("t=").split(",v1=")
    assert signature == hmac(b"geheim", moment.encode() + b"." + again, sha256).hexdigest()
    told = json.loads(body)["notices"][0]
    assert told["zh"] == "周敏 催办 TS-1「判责」：<b>急</b>", "text stays text; whoever shows it escapes it"
    assert (told["group"], told["code"]) == ("urged", "urged")


def test_a_notice_told_while_a_message_is_on_its_way_is_not_forgotten(wired: House, posts: Posts,
                                                                      monkeypatch: pytest.MonkeyPatch) -> None:
    webhook(wired, posts)
    carry = sending._carry

    def meanwhile(parts: Any, *rest: Any) -> None:
        carry(parts, *rest)
        if len(posts.taken) == 1:
            tell(wired, "li.na", "urged", case_number="TS-2", name="判责")
            job = wired.jobs("dispatch")[0]
            [row] = [row for row in wired.engine.jobs.acquire("w2", 5) if row.id == job.id]
            wired.engine.jobs.run(row, "w2")

    monkeypatch.setattr(sending, "_carry", meanwhile)
    tell(wired, "li.na", "urged", case_number="TS-1", name="判责")
    wired.work()
    numbers = [told["case_number"] for _, body in posts.taken for told in json.loads(body)["notices"]]
    assert numbers == ["TS-1", "TS-2"]
    assert wired.jobs() == []


def test_a_new_task_is_told_to_whom_it_is_given_and_offers_to_those_who_listen(wired: House, posts: Posts) -> None:
    wired.deploy("due", "timed", "note")
    first = wired.start("due", by="chen.yu")
    wired.work()
    assert wired.notices() == [], "nobody listens for offers"
    webhook(wired, posts)
    wired.start("due", by="wang.fang")
    wired.work()
    assert {code for login, code in wired.notices() if login == "li.na"} == {"offered"}
    assert first and posts.taken


def test_what_outside_is_wrong_is_said_at_the_field(wired: House, posts: Posts) -> None:
    save = wired.engine.notices.save_channel
    me = wired("li.na")
    for values, field in (
            ({"kind": "mail", "address": "no address"}, "address"), ({"kind": "pigeon"}, "kind"),
            ({"kind": "wecom", "address": "https://evil.example/key=1"}, "address"),
            ({"kind": "webhook", "address": "https://evil.example/hook"}, "address"),
            ({"kind": "webhook", "address": "http://127.0.0.1:1/hook"}, "address"),
            ({"kind": "webhook", "address": "file:///etc/passwd"}, "address"),
            ({"kind": "mail", "address": "a@b.cn", "quiet_from": "25:00", "quiet_until": "07:00"}, "quiet_from"),
            ({"kind": "mail", "address": "a@b.cn", "quiet_from": "22:00"}, "quiet_until"),
            ({"kind": "mail", "address": "a@b.cn", "digest": "weekly"}, "digest")):
        with pytest.raises(Invalid) as caught:
            save(values, me)
        assert [error.path for error in caught.value.fields] == [field]
    assert wired.count(NoticeChannel) == 0


def test_channels_of_others_are_out_of_reach_and_robots_of_units_are_the_administrators(wired: House,
                                                                                       posts: Posts) -> None:
    mine = webhook(wired, posts)
    verbs = wired.engine.notices
    for act in (lambda: verbs.delete_channel(mine, wired("wang.fang")), lambda: verbs.try_channel(mine, wired("root")),
                lambda: verbs.save_channel({"groups": []}, wired("wang.fang"), mine)):
        with pytest.raises(NotFound):
            act()
    robot = {"kind": "wecom", "address": VENDORS["wecom"][0], "groups": ["escalated"], "unit": "north"}
    with pytest.raises(NotPermitted):
        verbs.save_channel(robot, wired("li.na"))
    verbs.save_channel(robot, wired("root"))
    assert [(card.unit, card.address) for card in verbs.channels(wired("root"))] == [("north", "····5aaa")]
    verbs.delete_channel(mine, wired("li.na"))
    assert verbs.channels(wired("li.na")) == ()


def test_notices_are_read_by_their_person_alone(wired: House) -> None:
    tell(wired, "li.na", "urged", case_number="TS-1", name="判责", name_en="Judge", by="周敏", by_en="Zhou Min")
    tell(wired, "wang.fang", "urged", case_number="TS-2", name="判责")
    verbs = wired.engine.notices
    page = verbs.page(wired("li.na"))
    assert (page.unread, len(page.notices)) == (1, 1)
    assert page.notices[0].sentence.en == "Zhou Min reminds you of TS-1 “Judge”"
    verbs.read(None, wired("wang.fang"))
    assert verbs.unread(wired("li.na")) == 1
    verbs.read([page.notices[0].id], wired("li.na"))
    assert verbs.unread(wired("li.na")) == 0


def test_every_code_has_a_group_and_no_empty_words() -> None:
    from zoneinfo import ZoneInfo

    params = dict.fromkeys(("case_number", "name", "by", "who", "reason", "text", "count", "due_at", "zh", "en",
                            "from_day", "until_day", "outcome", "channel"), "X")
    for code, (group, _zh, _en) in SENTENCES.items():
        said = sentence(code, params, ZoneInfo("Asia/Shanghai"))
        assert group in GROUPS
        assert "X" in said.zh and "X" in said.en and "  " not in said.zh + said.en


# What vendors print in their manuals: WeCom "群机器人配置说明", DingTalk "自定义机器人", Feishu "自定义机器人".
VENDORS = {
    "wecom": ("693a91f6-7xxx-4bc4-97a0-0ec2sifa5aaa", "https://qyapi.weixin.qq.com/cgi-bin/webhook/send",
              {"key": "693a91f6-7xxx-4bc4-97a0-0ec2sifa5aaa"}, {"msgtype": "text", "text": {"content": None}}),
    "dingtalk": ("https://oapi.dingtalk.com/robot/send?access_token=0f1e2d3c4b5a69788796a5b4c3d2e1f0",
                 "https://oapi.dingtalk.com/robot/send", {"access_token": "0f1e2d3c4b5a69788796a5b4c3d2e1f0"},
                 {"msgtype": "text", "text": {"content": None}, "at": {"atMobiles": [], "isAtAll": False}}),
    "feishu": ("https://open.feishu.cn/open-apis/bot/v2/hook/5b3a-9f-11ec-8d3d",
               "https://open.feishu.cn/open-apis/bot/v2/hook/5b3a-9f-11ec-8d3d/", {},
               {"msg_type": "text", "content": {"text": None}}),
}


@pytest.mark.parametrize("kind", VENDORS)
def test_robots_are_sent_what_their_vendors_document(wired: House, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    import requests

    calls: list[requests.PreparedRequest] = []

    def answer(session: Any, request: requests.PreparedRequest, **options: Any) -> requests.Response:
        assert options["allow_redirects"] is False
        calls.append(request)
        made = requests.Response()
        made.status_code, made._content = 200, b'{"errcode":0,"errmsg":"ok"}'
        return made

    monkeypatch.setattr(requests.Session, "send", answer)
    key, url, query, shape = VENDORS[kind]
    secret = "SECabcdef0123456789" if kind == "dingtalk" else ""
    wired.engine.notices.save_channel({"kind": kind, "address": key, "secret": secret, "groups": ["escalated"]},
                                      wired("li.na"))
    tell(wired, "li.na", "deadline_1", case_number="TS-1", name="判责", due_at=wired.clock.now())
    wired.work()
    [request] = calls
    from urllib.parse import parse_qs, urlsplit

    parts = urlsplit(request.url or "")
    asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
    assert f"https://{parts.netloc}{parts.path}".rstrip("/") == url.rstrip("/")
    assert request.headers["Content-Type"].startswith("application/json")
    if secret:
        assert asked.pop("timestamp").isdigit() and asked.pop("sign")
    assert asked == query
    body = json.loads(request.body or b"")
    said = body["content"].pop("text") if kind == "feishu" else body["text"].pop("content")
    (body["content"] if kind == "feishu" else body["text"])["text" if kind == "feishu" else "content"] = None
    assert body == shape
    assert said.startswith("TS-1「判责」已逾期")
    assert sent(wired) == ["sent"]
    assert wired.count(Job) == 0 and wired.count(Notice) == 1


def test_every_code_that_the_engine_tells_has_words() -> None:
    """Codes are written where things happen and worded elsewhere; none may be forgotten."""
    import re
    from pathlib import Path

    import engine

    source = "\n".join(path.read_text() for path in Path(engine.__file__).parent.rglob("*.py"))
    told = set(re.findall(r'notify\(\s*task,\s*by,\s*\[[^\]]*\],\s*"(\w+)"', source))
    told |= set(re.findall(r'_told\(family, "(\w+)"', source))
    told |= set(re.findall(r'notices\.tell\((?:[^"=]|!=)*?"(\w+)"', source)) - {"task"}
    assert {"urged", "extended", "suspended"} <= told
    assert told - set(SENTENCES) == set()
