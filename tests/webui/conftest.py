"""A furnished house without a browser: Flask's own client, on SQLite."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser.house import PASSWORD, House
from webui import create_app


@pytest.fixture(scope="session")
def furnished(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with people and processes, to copy."""
    import shutil

    path = tmp_path_factory.mktemp("furnished") / "bihuan.db"
    shutil.copy(sqlite_template, path)
    house = House(f"sqlite:///{path}")
    house.furnish()
    house.engine.close()  # the last connection writes the log back into the file
    return path


@pytest.fixture
def house(furnished: Path, tmp_path: Path) -> Iterator[House]:
    """A house of this test's own."""
    import shutil

    path = tmp_path / "house.db"
    shutil.copy(furnished, path)
    made = House(f"sqlite:///{path}")
    made.app = create_app(made.engine)
    yield made
    made.engine.close()


class Screen:
    """What a person's browser would send: cookies, the token against forged forms, the language."""

    def __init__(self, app: Any, lang: str = "zh"):
        self.client = app.test_client()
        self.lang = lang
        self.token = ""

    def get(self, address: str, **headers: str) -> Any:
        answer = self.client.get(address, headers={"Accept-Language": self.lang, "Accept": "text/html"} | headers)
        self._learn(answer)
        return answer

    def post(self, address: str, form: dict[str, Any] | None = None, **headers: str) -> Any:
        sent = {"csrf_token": self.token} | (form or {})
        return self.client.post(address, data=sent,
                                headers={"Accept-Language": self.lang, "Accept": "text/html"} | headers)

    def _learn(self, answer: Any) -> None:
        if answer.mimetype == "text/html":
            found = re.search(r'name="csrf-token" content="([^"]+)"', answer.text)
            self.token = found[1] if found else self.token


@pytest.fixture
def stranger(house: House) -> Screen:
    """Somebody who has not signed in."""
    return Screen(house.app)


@pytest.fixture
def signed_in(house: House) -> Any:
    """``signed_in(login, lang="zh")`` gives the screen of a person."""

    def sit_down(login: str, lang: str = "zh") -> Screen:
        screen = Screen(house.app, lang)
        screen.get("/sign-in")
        answer = screen.post("/sign-in", {"login": login, "password": PASSWORD})
        assert answer.status_code == 302
        screen.get("/inbox")
        return screen

    return sit_down
