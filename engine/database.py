"""The database: SQLite out of the box, PostgreSQL by its address; the same code on both.

SQLite runs in WAL with ``BEGIN IMMEDIATE``: the driver's default would lose updates silently. On PostgreSQL the root
instance's row is the lock of a case.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from inspect import getattr_static, isfunction
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import Connection, Engine, create_engine, event, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DataError, IntegrityError, OperationalError

from engine.errors import BihuanError, Conflict, Invalid, Overtaken
from engine.sealing import NONE, Keys

BUSY_MILLISECONDS = 30_000
PATIENCE = "400ms"
"""How long a transaction that gives way waits for a lock: less than the second after which PostgreSQL looks for circles
and ends any one of those in it."""
AGAIN = 3
"""How often a verb that was ended in favour of another is done again."""


class DatabaseBusy(Conflict):
    """The database ended this transaction in favour of another one (deadlock, lock held too long)."""

    code, http_status = "database_busy", 503
    zh = "系统正忙，操作没有执行；请再试一次。"
    en = "The system is busy; nothing was done. Please try again."
    circle = False
    """Whether it waited for somebody who waited for it: done again at once, it goes well."""


class DatabaseUnreachable(BihuanError):
    """Nobody answers at the database's address."""

    code, http_status = "database_unreachable", 503
    zh = "无法连接数据库：{why}"
    en = "The database cannot be reached: {why}"


class Clashed(BihuanError):
    """Somebody wrote the same, or took away what this needs, between our look and our write."""

    code, http_status = "clashed", 409
    zh = "刚刚有人做了与此冲突的操作，没有保存；请刷新后再试。"
    en = "Somebody has just done something that stands against this; nothing was saved. Please look again and retry."


class Unkept(Invalid):
    """A value that the database cannot hold: too long for its column, or with a character that no text may have."""

    code = "value_cannot_be_kept"
    zh = "内容过长，或含有不能保存的字符。"
    en = "Something is too long, or holds a character that cannot be kept."


@contextmanager
def _told() -> Iterator[None]:
    """What the database refuses, as errors of ours."""
    try:
        yield
    except DataError as error:
        raise Unkept() from error
    except IntegrityError as error:
        if not _has_clashed(error):
            raise
        what = _constraint(error)
        structlog.get_logger("bihuan").warning("clashed", what=what, stack_info=True)  # it may be a fault of ours
        raise Clashed(what=what) from error
    except OperationalError as error:
        if not _is_busy(error):
            raise
        busy = DatabaseBusy()
        busy.circle = _state(error) in _CIRCLE
        raise busy from error


_CIRCLE = ("40001", "40P01")


def _state(error: OperationalError) -> str | None:
    return getattr(error.orig, "sqlstate", None)


def _is_busy(error: OperationalError) -> bool:
    return _state(error) in (*_CIRCLE, "55P03") or "database is locked" in str(error.orig)


def _has_clashed(error: IntegrityError) -> bool:
    """Whether a row is there already, or one that it points to is gone; any other is a fault of the program alone."""
    if hasattr(error.orig, "sqlstate"):
        return error.orig.sqlstate in ("23505", "23503")
    return str(error.orig).startswith(("UNIQUE", "FOREIGN KEY"))


def _constraint(error: IntegrityError) -> str:
    """The name of what was broken, without any value: PostgreSQL's sentence holds some, SQLite's does not."""
    told = getattr(error.orig, "diag", None)
    return str(told.constraint_name or "") if told is not None else str(error.orig)


def done_again(verbs: type) -> type:
    """A class whose verbs are done again when the database ends them because two waited for each other, or because
    somebody wrote the same a moment before: the second look sees that.

    Locks are taken in one order (cases first), which leaves few such circles: two cases that write the same two records
    of a register, for one. Each verb is one transaction, so that nothing of it was done.
    """
    for name in dir(verbs):
        verb = getattr_static(verbs, name)
        if not name.startswith("_") and isfunction(verb):
            setattr(verbs, name, _again(verb))
    return verbs


def _again(verb: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(verb)
    def act(*arguments: Any, **named: Any) -> Any:
        kept = [list(one) if isinstance(one, Iterator) else one for one in arguments]
        named = {name: list(one) if isinstance(one, Iterator) else one for name, one in named.items()}
        for _ in range(AGAIN):
            try:
                return verb(*kept, **named)
            except (Clashed, Overtaken):
                continue
            except DatabaseBusy as error:
                if not error.circle:
                    raise
        return verb(*kept, **named)

    return act


class Database:
    """A pool of connections; :meth:`transaction` is the only way in."""

    def __init__(self, url: str, keys: Keys = NONE):
        try:
            self.url = make_url(url)
        except ArgumentError:
            raise ValueError(
                "BIHUAN_DATABASE_URL is no address of a database, such as sqlite:///var/bihuan.db") from None
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.engine = _sqlite(self.url) if self.is_sqlite else _postgresql(self.url)
        self.keys = self.engine.dialect.bihuan_keys = keys  # types of columns seal and open with them

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """One transaction: committed at the end, rolled back when anything is raised."""
        with _told(), self.engine.begin() as connection:
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection for reading alone; takes no lock and writes nothing."""
        with _told(), self.engine.connect() as connection:
            connection = connection.execution_options(bihuan_reading=True)
            yield connection

    def insert(self, table: Any) -> Any:
        """An ``INSERT`` that knows ``ON CONFLICT`` (both databases have it, SQLAlchemy spells it per dialect)."""
        return sqlite.insert(table) if self.is_sqlite else postgresql.insert(table)

    def insert_new(self, connection: Connection, table: Any, **values: Any) -> bool:
        """Insert a row unless one with its key is there; returns whether it was inserted.

        The row count that a driver tells of an ``INSERT`` means nothing (psycopg: -1), so the row itself is asked for.
        """
        statement = self.insert(table).values(values).on_conflict_do_nothing()
        return connection.execute(statement.returning(*table.primary_key.columns)).first() is not None

    def take_turns(self, connection: Connection, what: str) -> None:
        """Let transactions that do ``what`` come one after the other (SQLite has one writer at a time anyway)."""
        if not self.is_sqlite:
            connection.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(what, 0))))

    def give_way(self, connection: Connection) -> None:
        """Let this transaction, which locks several cases, wait for others a moment at most, so that nobody who works
        on one of them is ended for its sake. It ends with :class:`DatabaseBusy` and is done again later."""
        if not self.is_sqlite:
            connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{PATIENCE}'")

    def dispose(self) -> None:
        """Close all connections."""
        self.engine.dispose()


def _sqlite(url: Any) -> Engine:
    if url.database and url.database != ":memory:":
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, hide_parameters=True, connect_args={
        "timeout": BUSY_MILLISECONDS / 1000, "check_same_thread": False})

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON",
                       f"busy_timeout={BUSY_MILLISECONDS}", "cache_size=-20000"):
            connection.execute(f"PRAGMA {pragma}")

    begin_at_once(engine)
    return engine


def begin_at_once(engine: Engine) -> None:
    """Let transactions of an SQLite database that write take the lock when they begin."""

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        reading = connection.get_execution_options().get("bihuan_reading")
        connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


def _postgresql(url: Any) -> Engine:
    if url.get_backend_name() != "postgresql":
        raise ValueError(f"BIHUAN_DATABASE_URL: {url.get_backend_name()} is neither sqlite nor postgresql")
    engine = create_engine(url.set(drivername="postgresql+psycopg"), pool_size=10, max_overflow=20,
                           pool_pre_ping=False,
                           hide_parameters=True)  # errors go to the log, what people told us does not

    @event.listens_for(engine, "connect")
    def _plan_anew(connection: Any, _record: Any) -> None:
        """A plan kept from when a table was empty reads all of it once thousands of rows have come."""
        connection.autocommit = True
        connection.execute("SET plan_cache_mode = force_custom_plan")
        connection.autocommit = False

    return engine
