"""Content deployed into an empty database in memory; every engine made from it begins with a copy of that database."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from engine.authorization import SYSTEM
from engine.clock import Clock, MovableClock
from engine.connectors import CallContext, Connector, Connectors
from engine.live_files import fingerprint
from engine.memory_database import MemoryDatabase
from engine.models import migration
from engine.settings import Settings

if TYPE_CHECKING:
    from engine.process_engine import ProcessEngine

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
KEPT = 6
"""Grounds kept in memory by one process."""
SECRET = "scenario"
SCENARIO = ".scenario.yaml"


class Ground:
    """``files`` (path -> content), deployed. Raises :class:`~engine.errors.Refused` where they cannot run."""

    def __init__(self, files: Mapping[str, bytes], zone: str = "Asia/Shanghai"):
        self._settings = Settings(database_url="sqlite://", secret_key=SECRET, smtp_host="", zone=zone)
        self._turn = threading.Lock()
        first = _engine(self._settings, MovableClock(BEGIN), MemoryDatabase(_empty()))
        first.deployments.deploy(files, SYSTEM, note="scenarios")
        self._database, self._definitions, self._registers = first.database, first.definitions, first.registers

    def engine(self, clock: Clock) -> ProcessEngine:
        """An engine of its own, with nobody and no case in it. Nothing it does leaves the process."""
        with self._turn:
            database = MemoryDatabase(self._database)
        engine = _engine(self._settings, clock, database)
        engine.definitions = self._definitions
        engine.registers.adopt(self._registers)
        engine.connectors = Connectors(*map(_Withheld, engine.connectors))
        return engine


def _engine(*parts: Any) -> ProcessEngine:
    from engine.process_engine import ProcessEngine  # which has the studio, which stands on this module

    return ProcessEngine(*parts)


@cache
def _schema() -> MemoryDatabase:
    """A database with the newest schema and nothing in it."""
    database = MemoryDatabase()
    with database.transaction() as connection:
        migration.upgrade(connection)
    return database


_FIRST = threading.Lock()


def _empty() -> MemoryDatabase:
    with _FIRST:
        return MemoryDatabase(_schema())


_kept: OrderedDict[str, Ground] = OrderedDict()
_keeping = threading.Lock()


def ground(files: Mapping[str, bytes], zone: str = "Asia/Shanghai") -> Ground:
    """The ground of ``files``, made once and kept as long as others are not asked for more often. Raises Refused."""
    files = {path: raw for path, raw in files.items() if not path.endswith(SCENARIO)}
    key = f"{zone} {fingerprint(files)}"
    with _keeping:
        found = _kept.get(key)
        if found is not None:
            _kept.move_to_end(key)
            return found
    made = Ground(files, zone)
    with _keeping:
        _kept[key] = made
        while len(_kept) > KEPT:
            _kept.popitem(last=False)
    return made


class _Withheld(Connector):
    """A connector whose messages are checked and recorded, and whose calls to other programs are not made."""

    def __init__(self, real: Connector):
        self._real = real
        self.name, self.inputs = real.name, real.inputs

    def call(self, inputs: Mapping[str, object], key: str, context: CallContext) -> dict[str, object]:
        return self._real.call(inputs, key, context) if self.name in ("sms", "mail") else {}
