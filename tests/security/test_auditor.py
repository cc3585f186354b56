"""An auditor sees everything and changes nothing: every verb of the front door refuses, and every POST.

The verbs are found, not listed: one that is added later is called here as well. Only what is named below may look,
or is about the auditor's own account.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy import inspect as inspect_tables
from werkzeug.exceptions import MethodNotAllowed, NotFound
from werkzeug.routing import RequestRedirect

from engine import SYSTEM, BihuanError, Bilingual, NotPermitted, ProcessEngine, Settings
from engine.authorization import only_looks
from tests.browser.house import PASSWORD
from tests.engine.house import House
from tests.webui.conftest import Screen
from webui import create_app
from webui.auth import OPEN, OWN

_LOOKS = """
    files.open deployments.definitions identity.browsers identity.export_people identity.find_people identity.person
    identity.preview_people identity.roles identity.substitutions identity.units incidents.data incidents.groups
    incidents.list incidents.settled_lately notices.channels notices.one notices.page notices.units_of_robots
    notices.unread personal.reveal personal.reveal_record registers.search registers.books
    registers.page registers.record_page registers.duplicates registers.export_records tasks.may_pull_back
    tasks.return_targets
    tasks.allowed tasks.comments tasks.copies tasks.phrases rules.list parameters.list
    privacy.holds privacy.periods privacy.find
    tasks.pullable instances.jump_targets identity.hand_over_preview
    deployments.files migrations.listed migrations.look migrations.progress migrations.versions
    studio.additions studio.catalogue studio.check studio.choices studio.compare studio.differences studio.draft
    studio.export studio.expression studio.files_of studio.here studio.mend studio.merges studio.packs
    studio.read studio.readiness studio.scenarios_pass studio.sheet studio.table studio.tidy
    studio.try_table studio.versions
"""
_OWN = """
    identity.change_password identity.set_password identity.set_language identity.sign_out_everywhere boards.save_view
    boards.delete_view notices.read notices.save_channel notices.delete_channel notices.try_channel tasks.save_phrase
    tasks.answered tasks.delete_phrase tasks.seen tasks.mark_read
"""
LOOKS, OWN_ACCOUNT = frozenset(_LOOKS.split()), frozenset(_OWN.split())
"""Verbs that look; and those about nobody but the person who asks: a password, a language, a view of one's own."""


@pytest.fixture
def small_house(sqlite_url: str, clock: Any) -> Iterator[House]:
    """People in units, without processes."""
    engine = ProcessEngine(Settings(database_url=sqlite_url, secret_key="for tests only", idle_minutes=0), clock)
    yield House(engine, clock)
    engine.close()


def verbs(engine: Any) -> Iterator[tuple[str, Any]]:
    """(family.verb, the bound method) of all that takes who acts."""
    for family, part in sorted(vars(engine).items()):
        for name, method in inspect.getmembers(part, inspect.ismethod):
            by = inspect.signature(method).parameters.get("by")
            if not name.startswith("_") and by is not None and "Actor" in str(by.annotation):
                yield f"{family}.{name}", method


def changing(engine: Any) -> list[tuple[str, Any]]:
    return [(name, method) for name, method in verbs(engine)
            if name not in LOOKS | OWN_ACCOUNT and not (name.startswith("boards.") and name.split(".")[1] not in (
                "save_view", "delete_view"))]


def arguments(method: Any, house: House, case: str, auditor: Any) -> dict[str, Any]:
    """Something fitting for each parameter that must be given."""
    now = house.clock.now()
    known = {"by": auditor, "task_id": house.tasks(case)[0].id, "case_id": case, "case_or_task_id": case, "case": case,
             "task_id_or_case_id": case, "key": "note", "to": "wang.fang", "login": "li.na", "person": "li.na",
             "substitute": "wang.fang", "from_login": "li.na", "to_login": "wang.fang", "signer": "li.na",
             "people": ["li.na"], "position": "before", "from_at": now, "until_at": now + timedelta(days=1),
             "until": now + timedelta(hours=1), "due": now + timedelta(days=2), "processes": None, "values": {},
             "data": b"login,name\nx,y\n", "name": "a.txt", "roles": [("agent", "north_desk")], "files": {},
             "task_ids": [house.tasks(case)[0].id], "verb": "claim", "payload": {}, "keys": {}, "cancel": [],
             "element_id": "write", "outcome": "agree", "incident_ids": ["1"], "arguments": None, "code": "000000"}
    if "incident_ids" in inspect.signature(method).parameters:
        known["verb"] = "retry"
    found = {}
    for name, one in inspect.signature(method).parameters.items():
        if one.default is inspect.Parameter.empty and one.kind not in (one.VAR_KEYWORD, one.VAR_POSITIONAL):
            found[name] = known.get(name, "some text")
    if str(inspect.signature(method).parameters.get("name", "")).endswith("Bilingual'"):
        found["name"] = Bilingual("甲")
    return found


def everything(house: House) -> dict[str, int]:
    """How many rows each table holds, and a sum over the tasks' revisions."""
    with house.engine.database.reading() as connection:
        names = inspect_tables(connection).get_table_names()
        return {name: connection.scalar(select(func.count()).select_from(text(f'"{name}"'))) for name in names}


def test_every_verb_of_the_front_door_refuses_an_auditor(small_house: House) -> None:
    # given a case with an open task, and an auditor
    small_house.deploy("note")
    case, auditor = small_house.start("note"), small_house("xu.shen")
    small_house.engine.tasks.claim(small_house.task(case, "write"), small_house("li.na"))
    before, let, asked = everything(small_house), [], 0
    # when the auditor tries every verb that changes something
    for name, method in changing(small_house.engine):
        asked += 1
        try:
            done = method(**arguments(method, small_house, case, auditor))
        except NotPermitted:
            continue
        except BihuanError as error:
            let.append((name, error.code))
        else:
            if not isinstance(done, list) or any(row.ok for row in done):  # in bulk each row tells for itself
                let.append((name, "done"))
    # then each says that it is not permitted, and nothing is changed
    assert let == []
    assert asked > 40
    assert everything(small_house) == before


def test_what_is_left_to_auditors_exists(small_house: House) -> None:
    made = {name for name, _ in verbs(small_house.engine)}
    later = {"tasks.allowed", "tasks.phrases", "tasks.save_phrase", "tasks.delete_phrase", "tasks.seen",
             "tasks.mark_read", "instances.jump_targets", "identity.hand_over_preview"}
    assert (LOOKS | OWN_ACCOUNT) - later <= made


def test_an_auditor_with_work_of_his_own_is_no_mere_onlooker(small_house: House) -> None:
    small_house.engine.identity.set_roles("xu.shen", [("auditor", "hq"), ("agent", "north_desk")], SYSTEM)
    assert not only_looks(small_house("xu.shen"))


@pytest.fixture
def auditing(small_house: House) -> Iterator[tuple[Screen, House, str]]:
    """An auditor at the screen of a house with a case."""
    small_house.deploy("note")
    small_house.engine.identity.set_password("xu.shen", PASSWORD, SYSTEM)
    case = small_house.start("note")
    screen = Screen(create_app(small_house.engine))
    screen.get("/sign-in")
    assert screen.post("/sign-in", {"login": "xu.shen", "password": PASSWORD}).status_code == 302
    screen.get("/cases")
    yield screen, small_house, case


def test_every_address_that_one_posts_to_refuses_an_auditor(auditing: tuple[Screen, House, str]) -> None:
    screen, house, case = auditing
    before, wrong, asked = everything(house), [], 0
    given = {"task": house.tasks(case)[0].id, "case": case, "login": "li.na", "key": "note"}
    for rule in screen.client.application.url_map.iter_rules():
        if "POST" not in (rule.methods or ()) or rule.endpoint in OPEN | OWN:
            continue
        asked += 1
        with screen.client.application.test_request_context():
            address = rule.build({name: given.get(name, "1") for name in rule.arguments}, append_unknown=False)[1]
        answer = screen.post(address, {"reason": "x", "to": "li.na"})
        if answer.status_code != 403:
            wrong.append((rule.endpoint, answer.status_code))
    assert wrong == []
    assert asked > 8
    assert everything(house) == before


def test_an_auditor_opens_every_case_and_list(auditing: tuple[Screen, House, str]) -> None:
    screen, house, case = auditing
    for address in ("/cases", f"/cases/{house.row(case).case_number}", "/board", "/inbox", "/start", "/me"):
        assert screen.get(address).status_code == 200, address


LOOKED_AT = ("/", "/inbox", "/inbox?view=done", "/board", "/workload", "/cases", "/cases/{case}", "/cases/{case}/talk",
             "/tasks/{task}", "/incidents", "/cockpit", "/start", "/me", "/notices",
             "/absence", "/absence/hand-over", "/registers", "/reports/reception", "/admin/people",
             "/admin/people/li.na", "/admin/roles", "/admin/units", "/admin/audit", "/admin/rules", "/admin/privacy")
"""The pages in an auditor's sidebar, and what they lead to."""
MAY_SEND = OWN | {"auth.language", "auth.sign_out"}
ASKS = ("operations.ask", "interventions.ask", "incidents.ask", "start.choose")
"""Addresses behind buttons that begin something."""


def test_no_page_offers_an_auditor_what_is_refused(auditing: tuple[Screen, House, str]) -> None:
    # given a case whose task is late and whose automatic step has failed
    screen, house, _ = auditing
    house.deploy("due", "service")
    late = house.start("due")
    house.start("service", variables={"n": 7})
    house.after(hours=3)
    assert house.incidents() and house.engine.boards.board(house("xu.shen")).rows, "one failed, one is late"
    addresses = {"case": house.row(late).case_number, "task": house.tasks(late)[0].id}
    routes = screen.client.application.url_map.bind("localhost")
    # when the auditor opens every page
    offered = []
    for page in LOOKED_AT:
        shown = screen.get(page.format(**addresses))
        while shown.status_code == 302:
            shown = screen.get(shown.headers["Location"])
        assert shown.status_code in (200, 403, 404), page  # what belongs to packs that are not there
        for form in re.findall(r"<form[^>]*>", shown.text):
            action = re.search(r'action="([^"]*)"', form)
            if 'method="post"' in form and action and routes.match(
                    action[1].partition("?")[0], method="POST")[0] not in MAY_SEND:
                offered.append((page, action[1]))
        offered += [(page, address) for address in re.findall(r'(?:hx-get|href)="(/[^"]*)"', shown.text)
                    if endpoint_of(routes, address) in ASKS]
    # then nothing on them would only be refused
    assert "\n".join(sorted({f"{page} {address}" for page, address in offered})) == ""


def endpoint_of(routes: Any, address: str) -> str:
    """Where an address leads; nothing for a file or a page that is not there."""
    try:
        return str(routes.match(address.partition("?")[0])[0])
    except (NotFound, RequestRedirect, MethodNotAllowed):
        return ""
