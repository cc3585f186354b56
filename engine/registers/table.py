"""The tables of registers: made and widened when a register is deployed, never narrowed."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Column, Connection, Index, Integer, MetaData, Select, String, Table, Text, func, inspect, select
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.schema import CreateColumn

from engine.column_types import Moment, SealedValues
from engine.errors import Problem, Refused
from engine.registers.columns import ROW_ID, column_by, columns_of, stored_as
from engine.registers.derived import columns_beside, label_column
from engine.registers.register import Register
from engine.registers.rewriting import rewrite_all, sealing_of

PATIENCE, TURNS = "300ms", 40
"""How long a deployment waits for tables at a time, less than the second after which PostgreSQL ends one of those who
wait for each other; and how often."""
PREFIX = "reg_"
"""Tables of this prefix belong to registers; the migrations of the engine leave them alone."""

_shared = MetaData()
COLUMNS = Table("reg__column", _shared, Column("register", String(40), primary_key=True),
                Column("name", String(60), primary_key=True), Column("stored_as", String(20), nullable=False))
"""What is kept of each register: the memory against which a new declaration is compared."""
SEALING = "*"
"""In the place of a column: the hash of what is sealed and searched."""
HISTORY = Table("reg__history", _shared, Column("id", ROW_ID, primary_key=True),
                Column("register", String(40), nullable=False), Column("record_id", ROW_ID, nullable=False),
                Column("version", Integer, nullable=False),
                Column("at", Moment, nullable=False), Column("by", String(120), nullable=False),
                Column("source", String(200)), Column("changes", SealedValues, nullable=False),
                Column("personal", SealedValues),
                Index("ix_reg__history_record", "register", "record_id", "version", unique=True))
"""Every change: ``changes`` is field → [old, new]; personal fields stand apart in ``personal``, to be erased.

Both are sealed: references among the changes carry the names of records."""
LINKS = Table("reg__link", _shared, Column("id", ROW_ID, primary_key=True),
              Column("register", String(40), nullable=False), Column("record_id", ROW_ID, nullable=False),
              Column("kind", String(40), nullable=False),
              Column("target", String(200), nullable=False), Column("at", Moment, nullable=False),
              Column("by", String(120), nullable=False),
              Index("ux_reg__link", "register", "record_id", "kind", "target", unique=True),
              Index("ix_reg__link_target", "kind", "target"))
"""What a record has to do with: cases, other records."""
MERGED, RELATED = "merged_into", "related"
"""Kinds of links between records of one register: target is the number of the other one."""


def table_of(register: Register) -> Table:
    """The table of ``register``."""
    name = PREFIX + register.key
    columns = [column for one in register.fields.values() for column in columns_of(one)]
    sought = {one.id for one in register.fields.values() if one.type.name in ("phone", "ref")}
    table = Table(
        name, MetaData(), Column("id", ROW_ID, primary_key=True), *columns_beside(register),
        Column("row_version", Integer, nullable=False),
        Column("row_created_at", Moment, nullable=False), Column("row_changed_at", Moment, nullable=False),
        Column("row_changed_by", String(120), nullable=False), *columns)

    def by(field: str) -> Column:
        return column_by(table, register.fields[field])

    ordered = label_column(register, table)
    Index(f"ix_{name}_{ordered.name}"[:63], ordered, table.c.id)  # lists are in this order
    if register.label_is_personal:
        Index(f"ix_{name}_row_label_mark"[:63], table.c.row_label_mark)  # twins are found by it
    for one in register.unique:
        Index(f"ux_{name}_{by(one).name}"[:63], by(one), unique=True)
    if register.keys and register.keys != register.unique[:1]:
        Index(f"uk_{name}", *(by(one) for one in register.keys), unique=True)
    for one in sorted({*register.indexed, *sought}):
        Index(f"ix_{name}_{by(one).name}"[:63], by(one))
    return table


def deploy_register(connection: Connection, register: Register) -> None:
    """Make or widen the table of ``register`` in the caller's transaction.

    Raises :class:`~engine.errors.Refused` when the declaration would lose or reinterpret what is kept: a column with
    values that is gone, a column of another kind, a unique field whose values are not.
    """
    _lock(connection)
    _shared.create_all(connection)
    known = {row.name: row.stored_as for row in connection.execute(
        select(COLUMNS).where(COLUMNS.c.register == register.key))}
    table = table_of(register)
    sealed, sealing = known.pop(SEALING, None), sealing_of(register)
    if known:
        _refuse_losses(connection, register, table, known)
        _widen(connection, register, table, anew=sealed != sealing)
    else:
        table.create(connection)
    if sealed != sealing:
        connection.execute(COLUMNS.delete().where(COLUMNS.c.register == register.key, COLUMNS.c.name == SEALING))
        connection.execute(COLUMNS.insert().values(register=register.key, name=SEALING, stored_as=sealing))
    fresh = [{"register": register.key, "name": one.id, "stored_as": stored_as(one)}
             for one in register.fields.values() if one.id not in known]
    if fresh:
        connection.execute(COLUMNS.insert(), fresh)


def reserve(connection: Connection, keys: Iterable[str]) -> None:
    """Lock the tables of registers that will be made or widened: all at once, waiting a moment only and then anew.

    A case that uses two of them would otherwise wait for one while it is waited for with the other. The last thing of
    a deployment but making them.
    """
    if connection.dialect.name != "postgresql":
        return
    _lock(connection)
    there = set(inspect(connection).get_table_names())
    quote = connection.dialect.identifier_preparer.quote
    names = [quote(name) for name in sorted(PREFIX + key for key in keys) if name in there]
    if not names:
        return
    for turn in range(TURNS):
        savepoint = connection.begin_nested()
        try:
            connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{PATIENCE}'")
            connection.exec_driver_sql(f"LOCK TABLE {', '.join(names)} IN ACCESS EXCLUSIVE MODE")
            connection.exec_driver_sql("SET LOCAL lock_timeout = DEFAULT")
            savepoint.commit()
            return
        except OperationalError as error:
            savepoint.rollback()
            if turn + 1 == TURNS or getattr(error.orig, "sqlstate", None) != "55P03":
                raise


def _refuse_losses(connection: Connection, register: Register, table: Table, known: dict[str, str]) -> None:
    problems = []
    for name, kept in known.items():
        one = register.fields.get(name)
        if one is None:
            if _has_values(connection, table, name):
                problems.append(_problem(
                    register, "register_column_lost", name, f"登记簿“{register.key}”的“{name}”已有数据，不能删去。",
                    f'"{name}" of the register "{register.key}" holds values and cannot be removed.'))
        elif stored_as(one) != kept:
            problems.append(_problem(
                register, "register_column_changed", name,
                f"登记簿“{register.key}”的“{name}”按 {kept} 保存，不能改为 {stored_as(one)}；请另加一个字段。",
                f'"{name}" of the register "{register.key}" is kept as {kept} and cannot become {stored_as(one)}; '
                "add another field."))
    if problems:
        raise Refused(problems)


def _widen(connection: Connection, register: Register, table: Table, anew: bool) -> None:
    """Add what is missing, and write the records anew where something else is sealed or searched than before."""
    quote = connection.dialect.identifier_preparer
    looking = inspect(connection)
    there = {column["name"] for column in looking.get_columns(table.name)}
    for column in table.columns:
        if column.name not in there:
            spelled = CreateColumn(column).compile(dialect=connection.dialect)
            connection.exec_driver_sql(f"ALTER TABLE {quote.format_table(table)} ADD COLUMN {spelled}")
    wanted = {str(index.name) for index in table.indexes}
    for gone in {str(index["name"]) for index in looking.get_indexes(table.name)} - wanted:
        connection.exec_driver_sql(f"DROP INDEX {quote.quote(gone)}")
    if anew:
        rewrite_all(connection, register, table)
    for index in sorted(table.indexes, key=lambda one: str(one.name)):
        _make_index(connection, register, index)


def _make_index(connection: Connection, register: Register, index: Index) -> None:
    savepoint = connection.begin_nested()
    try:
        index.create(connection, checkfirst=True)
        savepoint.commit()
    except IntegrityError:
        savepoint.rollback()
        names = ", ".join(column.name for column in index.columns)
        raise Refused([_problem(
            register, "register_not_unique", names, f"登记簿“{register.key}”的“{names}”已有重复的值，不能设为唯一。",
            f'"{names}" of the register "{register.key}" has repeated values and cannot become unique.')]) from None


def _has_values(connection: Connection, table: Table, name: str) -> bool:
    old = Table(table.name, MetaData(), Column("id", ROW_ID), Column(name, Text))
    query: Select = select(func.count()).select_from(old).where(old.c[name].is_not(None))
    return bool(connection.execute(query).scalar())


def _lock(connection: Connection) -> None:
    """One deployment at a time; on SQLite the writer's lock does that already."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SELECT pg_advisory_xact_lock(4241001)")


def _problem(register: Register, code: str, element: str, zh: str, en: str) -> Problem:
    one = register.fields.get(element)
    return Problem(code, zh, en, file=register.file, element=element, line=one.line if one else 0)
