"""The page about HTTP: its addresses answer, its statuses are those of the program."""

from __future__ import annotations

import importlib
import pkgutil
import re

import pytest

import engine
from engine import BihuanError, ProcessEngine, Settings
from tests.docs.places import DOCS
from webui.app import create_app

PAGE = (DOCS / "reference" / "http.md").read_text(encoding="utf-8")


@pytest.fixture
def client(sqlite_url):
    made = ProcessEngine(Settings(database_url=sqlite_url, secret_key="for tests only"))
    yield create_app(made).test_client()
    made.close()


def test_every_address_is_a_route(client):
    # given the addresses of the page, and the routes of the program
    shown = {re.sub(r"<\w+>", "<>", address) for address in re.findall(r"^\| `GET ([^`]+)`", PAGE, re.MULTILINE)}
    routes = {re.sub(r"<[^>]+>", "<>", str(rule)) for rule in client.application.url_map.iter_rules()}
    # then each is one
    assert shown and shown <= routes


def test_health_answers_as_shown(client):
    assert client.get("/healthz").get_json() == {"status": "ok"}
    ready = client.get("/readyz")
    assert ready.status_code == 200
    assert set(ready.get_json()) >= {"status", "schema", "newest"}


def test_the_metrics_are_called_so(client):
    client.get("/healthz")
    text = client.get("/metrics").get_data(as_text=True)
    for name in re.findall(r"`(bihuan_\w+)`", PAGE):
        assert name in text


def test_strangers_are_refused_in_json_where_they_ask_for_it(client):
    answer = client.get("/inbox", headers={"Accept": "application/json"})
    assert answer.status_code == 401
    assert {"code", "sentence"} <= set(answer.get_json())
    assert answer.headers["X-Request-Id"]


def test_every_status_of_the_engine_is_in_the_table():
    # given all errors that are part of the interface
    for module in pkgutil.walk_packages(engine.__path__, "engine."):
        if ".schema" not in module.name and not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    listed = {int(status) for cell in re.findall(r"^\| ([\d, ]+) \|", PAGE, re.MULTILINE)
              for status in re.findall(r"\d+", cell)}
    # then the page explains each of their statuses, but for the calls of connectors, which no browser meets
    todo, found = [BihuanError], set()
    while todo:
        kind = todo.pop()
        todo += kind.__subclasses__()
        found.add(kind.http_status)
    assert found - {400, 502} <= listed
