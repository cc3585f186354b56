"""Fixtures of the browser tests: Chromium, bundles, a running house, people at their screens.

Without Chromium the tests are skipped with a reason; with ``BIHUAN_REQUIRE_BROWSER=1`` (CI) that is a failure.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser.house import PASSWORD, House, running

REQUIRED = "BIHUAN_REQUIRE_BROWSER"
GIVEN = "BIHUAN_CHROMIUM"
"""The path of a Chromium to use, where none of the usual ones is right."""
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(item.fspath).parent == Path(__file__).parent:
            item.add_marker(pytest.mark.browser)


def missing(reason: str) -> None:
    """Skip, or fail where browser tests are required."""
    if os.environ.get(REQUIRED):
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of Chromium."""
    pytest.importorskip("playwright", reason="playwright is not installed")
    found = os.environ.get(GIVEN) or next((path for name in NAMES if (path := shutil.which(name))), None)
    if not found:
        missing(f"no Chromium was found (install chromium, or set {GIVEN})")
    return str(found)


@pytest.fixture(scope="session")
def bundles() -> None:
    """The browser assets, built if they are missing or stale."""
    path = Path(__file__).resolve().parents[2] / "webui" / "assets" / "assets.py"
    spec = importlib.util.spec_from_file_location("bihuan_assets", path)
    assets = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(assets)
    try:
        assets.build()
    except assets.AssetsFailed as error:
        missing(str(error))


@pytest.fixture(scope="session")
def browser_type_launch_args(chromium: str) -> dict[str, Any]:
    """How pytest-playwright starts the browser: the machine's own Chromium, without sandbox for root."""
    return {"executable_path": chromium, "args": ["--no-sandbox", "--disable-dev-shm-usage"]}


@pytest.fixture(scope="module")
def house(chromium: str, bundles: None, sqlite_template: Path,  # noqa: ARG001 - needed, not used
          tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A running house of this module's own."""
    path = tmp_path_factory.mktemp("house") / "bihuan.db"
    shutil.copy(sqlite_template, path)
    with running(f"sqlite:///{path}") as made:
        yield made


@pytest.fixture
def at_screen(house: House, browser: Any) -> Iterator[Callable[..., Any]]:
    """``at_screen(login, lang="zh-CN", width=1440)`` gives the page of a person who has signed in.

    Whatever the browser complains of (scripts that fail, what the policy refuses) fails the test.
    """
    contexts, complaints = [], []

    def sit_down(login: str | None, lang: str = "zh-CN", width: int = 1440, height: int = 900) -> Any:
        context = browser.new_context(base_url=house.url, locale=lang, viewport={"width": width, "height": height},
                                      storage_state=house.sessions.get((login, lang)))
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda message: complaints.append(message.text)
                if "Content Security Policy" in message.text else None)
        if login and (login, lang) not in house.sessions:
            page.goto("/sign-in")
            page.fill("#login", login)
            page.fill("#password", PASSWORD)
            page.press("#password", "Enter")
            page.wait_for_selector("h1")
            house.sessions[login, lang] = context.storage_state()  # a password is checked slowly, on purpose
        return page

    yield sit_down
    for context in contexts:
        context.close()
    assert complaints == []
