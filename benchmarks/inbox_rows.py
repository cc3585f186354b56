"""Rows of a large organisation, made by the database from series of numbers: people, open cases, finished ones.

Every open case has five open tasks, of which a third is claimed; every finished one had twenty. Cases have four
business fields. On PostgreSQL the indexes of what is filled are built after it is full, by two connections at once.
"""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, text

from engine import SYSTEM, Bilingual, ProcessEngine
from engine.content import shipped

UNITS, PEOPLE, TASKS_A_CASE, TASKS_OF_A_FINISHED_CASE = 20, 200, 5, 20
NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
SEVERITIES = ("critical", "major", "normal", "minor")
ROLES = ("complaint_agent", "dept_quality", "dept_production", "cs_supervisor")
PROCESSES = ("complaint-handling-manufacturer", "complaint-intake", "complaint-planning", "complaint-revisit")
CHANNELS = ("phone", "letter", "im", "store", "face_to_face", "email")
PRODUCTS = tuple(f"P{number:02}" for number in range(20))
Statements = list[tuple[str, str]]
"""(table, statement that fills it)."""


def seed(engine: ProcessEngine, tasks: int, finished: int) -> float:
    """People, cases, tasks and history; returns the seconds it took."""
    began = time.perf_counter()
    engine.upgrade()
    engine.deployments.deploy(shipped(), SYSTEM)
    engine.identity.create_unit("hq", Bilingual("总部"), SYSTEM)
    for number in range(UNITS):
        engine.identity.create_unit(f"u{number}", Bilingual(f"部门{number}"), SYSTEM, parent="hq")
    for number in range(PEOPLE):
        unit = f"u{number % UNITS}"
        engine.identity.create_person(f"p{number}", Bilingual(f"员工{number}"), SYSTEM,
                                      unit="hq" if number == PEOPLE - 1 else unit,
                                      roles=[(role, unit) for role in ROLES[number % 2::2]])
    sizes = {"tasks": tasks, "cases": tasks // TASKS_A_CASE, "finished": finished,
             "old": max(1, finished // TASKS_OF_A_FINISHED_CASE)}
    words = Words(engine.database.is_sqlite)
    if words.sqlite:
        with engine.database.transaction() as connection:
            words.small(connection)
            for _table, statement in (*words.open_cases(), *words.finished_cases()):
                connection.execute(text(statement), sizes | {"now": NOW.replace(tzinfo=None).isoformat(sep=" ")})
        with engine.database.engine.connect() as connection:
            connection.exec_driver_sql("ANALYZE")
    else:
        _fill(engine, words, sizes | {"now": NOW})
    return time.perf_counter() - began


def _fill(engine: ProcessEngine, words: Words, sizes: dict[str, Any]) -> None:
    """PostgreSQL: what is open and what is finished side by side, then the indexes, then the statistics."""
    jobs = [words.open_cases(), words.finished_cases()]
    tables = list(dict.fromkeys(table for statements in jobs for table, _ in statements))
    with engine.database.transaction() as connection:
        words.small(connection)
        indexes = {table: _without_indexes(connection, table) for table in tables}
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda statements: _run(engine, [statement for _, statement in statements], sizes), jobs))
        most = sorted(indexes.items(), key=lambda item: item[0] in ("history_entry", "element_visit"), reverse=True)
        list(pool.map(lambda item: _run(engine, item[1], {}), most))
        list(pool.map(lambda table: _vacuum(engine, table), [*tables, "person", "org_unit"]))


def _without_indexes(connection: Connection, table: str) -> list[str]:
    """Drop the indexes and constraints that cost while a table is filled; what makes them again."""
    connection.exec_driver_sql(f"ALTER TABLE {table} DISABLE TRIGGER ALL")  # foreign keys: the rows are known to fit
    rows = connection.exec_driver_sql(
        "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename = %(table)s"
        " AND indexname NOT IN (SELECT conname FROM pg_constraint)", {"table": table}).all()
    for name, _definition in rows:
        connection.exec_driver_sql(f"DROP INDEX {name}")
    return [definition for _name, definition in rows]


def _run(engine: ProcessEngine, statements: list[str], sizes: dict[str, Any]) -> None:
    with engine.database.transaction() as connection:
        connection.exec_driver_sql("SET LOCAL maintenance_work_mem = '256MB'")
        connection.exec_driver_sql("SET LOCAL max_parallel_maintenance_workers = 0")
        for statement in statements:
            connection.execute(text(statement), {name: size for name, size in sizes.items() if f":{name}" in statement})


def _vacuum(engine: ProcessEngine, table: str) -> None:
    with engine.database.engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql(f"VACUUM ANALYZE {table}")


class Words:
    """The statements, in the words of one database."""

    def __init__(self, sqlite: bool):
        self.sqlite = sqlite

    def small(self, connection: Connection) -> None:
        """Small tables from numbers to ids, so that no row looks anything up twice."""
        kind = "TEMP TABLE" if self.sqlite else "UNLOGGED TABLE"
        for name, column, source in (("bench_unit", "substr(key, 2)", "org_unit WHERE key LIKE 'u%'"),
                                     ("bench_person", "substr(login, 2)", "person WHERE login LIKE 'p%'")):
            number = f"CAST({column} AS integer) AS number"
            connection.execute(text(f"CREATE {kind} {name} AS SELECT {number}, id FROM {source}"))
            connection.execute(text(f"CREATE UNIQUE INDEX ix_{name} ON {name} (number)"))
        connection.execute(text(f"CREATE {kind} bench_definition AS SELECT key, id FROM process_definition"))

    def series(self, name: str) -> str:
        return (f"WITH RECURSIVE s(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM s WHERE n + 1 < :{name})" if self.sqlite
                else f"WITH s(n) AS (SELECT generate_series(0, :{name} - 1))")

    def key(self, letter: str, number: str) -> str:
        return (f"'{letter}' || substr('0000000000000000000000000' || ({number}), -25)" if self.sqlite
                else f"'{letter}' || lpad(({number})::text, 25, '0')")

    def minutes(self, number: str) -> str:
        return (f"datetime(:now, ({number}) || ' minutes')" if self.sqlite
                else f"CAST(:now AS timestamptz) + ({number}) * interval '1 minute'")

    def open_cases(self) -> Statements:
        """Cases with their tasks, offers and business fields."""
        key, minutes, false = self.key, self.minutes, "0" if self.sqlite else "false"
        of_task = HASHED.format(n="n")
        return [
            ("process_instance", f"{self.series('cases')} {self._instances('c', 'active', 'NULL')}"),
            ("user_task",
             f"{self.series('tasks')} INSERT INTO user_task (id, instance_id, root_id, definition_id, process_key,"
             " element_id, element_instance_id, name, name_en, role, assignee_id, claimed_at, created_at, suspended,"
             " priority, due_at, due_sort, warn_at, deadline, escalation_level, signing, sign_rule, returned_why,"
             " came_from, case_number, customer, customer_initials, phone_last4, severity, gist, facts,"
             " unit_id, revision)"
             f" SELECT {key('t', 'n')}, {key('c', f'n / {TASKS_A_CASE}')}, {key('c', f'n / {TASKS_A_CASE}')}, d.id,"
             f" d.key, 'form_plan', 'e' || n, '拟定方案', 'Form the plan', {pick(ROLES, of_task)},"
             f" CASE WHEN n % 3 = 0 THEN p.id END, CASE WHEN n % 3 = 0 THEN {minutes('-(n % 1000)')} END,"
             f" {minutes('-(n % 20000)')}, {false}, 50, {minutes(f'{of_task} % 20000 - 2000')},"
             f" {minutes(f'{of_task} % 20000 - 2000')}, {minutes(f'{of_task} % 20000 - 3000')}, 'T-49', 0, '', '', '',"
             f" '', 'TS-' || (n / {TASKS_A_CASE}), '客户' || (n % 5000), 'kh', '6621', {pick(SEVERITIES, '(n / 3)')},"
             f" '客厅地板起翘，要求换货', {self._facts(f'(n / {TASKS_A_CASE})')}, u.id, 0 FROM s"
             f" {self._joins(of_task)}"),
            ("task_candidate",
             "INSERT INTO task_candidate (task_id, role, unit_id, due_sort, unclaimed, process_key, severity, root_id,"
             " facts) SELECT id, role, unit_id, due_sort, assignee_id IS NULL, process_key, severity, root_id, facts"
             " FROM user_task"),
            ("search_value", f"{self.series('cases')} {self._fields('c')}"),
        ]

    def finished_cases(self) -> Statements:
        """Cases that have ended, with their business fields, and what is left of their tasks: visits and entries."""
        key, minutes = self.key, self.minutes
        of_task, case = HASHED.format(n="n"), key("f", f"n / {TASKS_OF_A_FINISHED_CASE}")
        at = minutes(f"-(20000 + n / {TASKS_OF_A_FINISHED_CASE})")
        return [
            ("process_instance", f"{self.series('old')} {self._instances('f', 'completed', minutes('-(20000 + n)'))}"),
            ("search_value", f"{self.series('old')} {self._fields('f')}"),
            ("history_entry",
             f"{self.series('finished')} INSERT INTO history_entry (id, at, root_id, instance_id, task_id,"
             f" definition_id, element_id, verb, by, reason, detail) SELECT {key('h', 'n')}, {at}, {case}, {case},"
             f" {key('o', 'n')}, d.id, 'form_plan', 'completed', p.id, '', '{{}}' FROM s"
             f" {self._joins(of_task, units=False)}"),
            ("element_visit",
             f"{self.series('finished')} INSERT INTO element_visit (id, root_id, instance_id, definition_id,"
             " element_id, element_instance_id, kind, entered_at, left_at, seconds, outcome, by, role)"
             f" SELECT {key('v', 'n')}, {case}, {case}, d.id, 'form_plan', 'e' || n, 'userTask', {at}, {at},"
             " n % 90000, 'completed', p.id, ''"
             f" FROM s {self._joins(of_task, units=False)}"),
        ]

    def _joins(self, number: str, units: bool = True) -> str:
        found = (f"JOIN bench_person p ON p.number = {number} % {PEOPLE}"
                 f" JOIN bench_definition d ON d.key = {pick(PROCESSES, number)}")
        return found + (f" JOIN bench_unit u ON u.number = ({number} / 13) % {UNITS}" if units else "")

    def _instances(self, letter: str, state: str, ended: str) -> str:
        number = HASHED.format(n="n")
        return ("INSERT INTO process_instance (id, root_id, definition_id, process_key, case_number, state, case_state,"
                " unit_id, started_at, ended_at, run_state, variables, revision, customer, customer_initials, phone,"
                " phone_mark, phone_last4, severity, gist, facts)"
                f" SELECT {self.key(letter, 'n')}, {self.key(letter, 'n')}, d.id, d.key,"
                f" '{'TS' if letter == 'c' else 'OLD'}-' || n, '{state}', 'planning', u.id,"
                f" {self.minutes('-(n % 20000) - 30000')}, {ended}, '', '{{}}', 0, '客户' || (n % 5000), 'kh',"
                f" '', '', '6621', {pick(SEVERITIES, '(n / 3)')}, '客厅地板起翘，要求换货', {self._facts('n')}"
                f" FROM s {self._joins(number)}")

    def _facts(self, case: str) -> str:
        """The line of a case's business fields, as ``engine/facts.py`` writes it."""
        number = HASHED.format(n=case)
        amount = f"({number} * 31) % 40000"
        padded = (f"printf('%05d', {amount})" if self.sqlite else f"lpad(({amount})::text, 5, '0')")
        return (f"'|amount#100000000000' || {padded} || '.00|channel=' || {pick(CHANNELS, f'({number} / 3)')}"
                f" || '|order_no=cDD' || {case} || '|product=' || {pick(PRODUCTS, f'({number} / 7)')} || '|'")

    def _fields(self, letter: str) -> str:
        """Channel, product, order number and amount of each case."""
        number = HASHED.format(n="n")
        products = pick(PRODUCTS, f"({number} / 7)")
        nothing = "NULL" if self.sqlite else "CAST(NULL AS numeric)"
        key = self.key(letter, "n")
        rows = [("'channel'", pick(CHANNELS, f"({number} / 3)"), nothing), ("'product'", products, nothing),
                ("'order_no'", f"'{letter}DD' || n", nothing), ("'amount'", "NULL", f"({number} * 31) % 40000")]
        return "INSERT INTO search_value (root_id, field, text, number) " + " UNION ALL ".join(
            f"SELECT {key}, {field}, {value}, {amount} FROM s" for field, value, amount in rows)


HASHED = "((({n} % 100003) * 7919) % 100003)"


def pick(values: tuple[str, ...], by: str) -> str:
    """One of ``values``, by a number."""
    return f"CASE {by} % {len(values)} " + " ".join(
        f"WHEN {n} THEN '{value}'" for n, value in enumerate(values)) + " END"
