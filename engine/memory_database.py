"""Databases in memory, for scenarios, sandboxes and simulations: made from one another in milliseconds.

All of them share one dialect and what SQLAlchemy compiled for it, so that a fresh one is as quick as a warm one. One
connection holds each database: an engine on it is used by one thread at a time.
"""

from __future__ import annotations

import sqlite3
import threading
from functools import cache
from typing import Any

from sqlalchemy import Engine, StaticPool, create_engine
from sqlalchemy.engine import make_url

from engine.database import Database, begin_at_once
from engine.sealing import NONE

URL = "sqlite://"
PAGE_BYTES = 4096
MOST_MEGABYTES = 256
"""A database that grows beyond this is full: whatever runs in it does not come to rest."""
COMPILED = 2000
"""Statements kept compiled, for all of them together."""
_KEYS = NONE
_FIRST = threading.Lock()


class MemoryDatabase(Database):
    """A database that is gone with :meth:`dispose`; ``of`` is one whose content it begins with."""

    def __init__(self, of: MemoryDatabase | None = None):
        self.url, self.is_sqlite, self.keys = make_url(URL), True, _KEYS
        self._raw = _opened()
        if of is not None:
            of._raw.backup(self._raw)
        first = _first()
        pool = StaticPool(lambda: self._raw, dialect=first.dialect)
        self.engine = Engine(pool, first.dialect, self.url, hide_parameters=True,
                             execution_options={"compiled_cache": _compiled()})
        begin_at_once(self.engine)

    def dispose(self) -> None:
        """Give the memory back."""
        super().dispose()
        self._raw.close()


def _opened() -> sqlite3.Connection:
    raw = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    for pragma in ("foreign_keys=ON", f"max_page_count={MOST_MEGABYTES * 1_000_000 // PAGE_BYTES}"):
        raw.execute(f"PRAGMA {pragma}")
    return raw


def _first() -> Engine:
    with _FIRST:
        return _made_first()


@cache
def _made_first() -> Engine:
    """The engine whose dialect all share; it learns on its first connection what this SQLite can do."""
    engine = create_engine(URL, creator=_opened, poolclass=StaticPool)
    engine.dialect.bihuan_keys = _KEYS  # type: ignore[attr-defined]
    engine.connect().close()
    return engine


@cache
def _compiled() -> Any:
    from sqlalchemy.util import LRUCache

    return LRUCache(COMPILED)
