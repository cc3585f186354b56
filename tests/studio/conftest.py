"""A small house with process owners, whose studio these stories are about."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from engine import SYSTEM, Bilingual, MovableClock, ProcessEngine, Settings
from tests.engine.house import House, content

OWNERS = {"zheng.yawen": ("郑雅文", "Zheng Yawen"), "zhou.ping": ("周平", "Zhou Ping")}


class Workshop(House):
    """A house with two process owners, in which ``note`` is live."""

    def __init__(self, engine: ProcessEngine, clock: MovableClock):
        super().__init__(engine, clock)
        for login, (zh, en) in OWNERS.items():
            engine.identity.create_person(login, Bilingual(zh, en), SYSTEM, unit="hq", roles=[("process_owner", "hq")])
        engine.deployments.deploy(content("note", "due"), SYSTEM)
        self.studio = engine.studio
        self.owner, self.second = self("zheng.yawen"), self("zhou.ping")

    def edit(self, draft_id: str, path: str, old: str, new: str, by: str = "zheng.yawen") -> None:
        """Replace a text in a file of a draft and save it."""
        view = self.studio.read(draft_id, path, self(by))
        assert old.encode() in view.content, f"{old!r} is not in {path}"
        self.studio.write(draft_id, path, view.content.replace(old.encode(), new.encode()), view.revision, self(by))


@pytest.fixture
def workshop(engine: ProcessEngine, clock: MovableClock) -> Workshop:
    """On both databases."""
    return Workshop(engine, clock)


@pytest.fixture
def small_workshop(sqlite_url: str, clock: MovableClock) -> Iterator[Workshop]:
    """The same where the database plays no part."""
    engine = ProcessEngine(Settings(database_url=sqlite_url, secret_key="for tests only"), clock)
    yield Workshop(engine, clock)
    engine.close()
