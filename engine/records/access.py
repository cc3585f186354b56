"""Who may look at a register and change it, and what masked values look like to whom."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, select

from engine.authorization import ADMINISTRATOR, AUDITOR, OWNER, Actor, may_export, only_looks, permitted, require
from engine.cards import Bilingual
from engine.customer_data import READ_PERSONAL
from engine.errors import NotFound
from engine.forms.frame import Frame
from engine.live import Live
from engine.models.identity import FileObject
from engine.records.cards import ColumnCard, RegisterCard
from engine.registers import Record, Register, RegisterStore

UNLISTED = frozenset({"longtext", "table", "file", "signature", "multi", "json"})
"""Types that are no short value: they stand in no column."""
SHOWN, FILTERS, OPTIONS = 6, 6, 40
"""Columns of a list whose declaration names none, filters beside it, values a filter may have."""


def may_read(by: Actor, live: Live, register: Register) -> bool:
    """Administrators, owners and auditors, and the roles declared; those who supervise where none are declared."""
    if by.system or by.holds(ADMINISTRATOR, OWNER, AUDITOR):
        return True
    declared = {*register.read, *register.edit}
    return by.holds(*declared) if declared else by.holds(*live.supervising)


def may_edit(by: Actor, register: Register) -> bool:
    """Administrators and the roles declared; whoever only looks does not."""
    return by.system or (not only_looks(by) and by.holds(ADMINISTRATOR, *register.edit))


def reads_in_full(by: Actor, live: Live) -> bool:
    """Whether ``by`` may see personal fields of records, each time with a trace."""
    return by.system or permitted(by, READ_PERSONAL, live)


def require_reading(by: Actor, live: Live, register: Register) -> None:
    """Raise NotPermitted unless ``by`` may look at the register."""
    require(may_read(by, live, register), f"查看{register.title.zh}", f"look at {register.title.en or register.key}")


def require_editing(by: Actor, register: Register) -> None:
    """Raise NotPermitted unless ``by`` may change records."""
    require(may_edit(by, register), f"修改登记簿 {register.key}", f"change the register {register.key}")


def card_of(by: Actor, live: Live, register: Register, records: int = 0) -> RegisterCard:
    """A register as ``by`` may use it."""
    personal = any(one.holds_personal for one in register.fields.values())
    return RegisterCard(
        register.key, Bilingual(register.title.zh, register.title.en), records, register.party, personal,
        may_edit(by, register), not personal or may_export(by, live), reads_in_full(by, live))


def names_label(register: Register, one: Any) -> bool:
    """Whether a field is what its records are called: references show it wherever they stand."""
    return register.label is not None and register.label.text == one.id


def columns_of(register: Register, lang: str) -> tuple[ColumnCard, ...]:
    """What the list shows beside the label: the fields declared, else the first short ones."""
    fields = register.fields
    names = register.columns or [one.id for one in fields.values() if one.type.name not in UNLISTED
                                 and one.type.storage != "json" and not names_label(register, one)][:SHOWN]
    return tuple(column_of(fields[name], lang) for name in names if not names_label(register, fields[name]))


def filters_of(register: Register, lang: str) -> tuple[ColumnCard, ...]:
    """Fields of few values by which a list is narrowed; no personal ones, whose values could be guessed so."""
    found = (column_of(one, lang) for one in register.fields.values() if not one.personal
             and one.type.name in ("enum", "bool"))
    return tuple(one for one in found if 0 < len(one.options) <= OPTIONS)[:FILTERS]


def column_of(one: Any, lang: str) -> ColumnCard:
    """A field as a column."""
    options = tuple((str(option.id), option.label.in_language(lang)) for option in one.options) if (
        one.type.name == "enum" and not isinstance(one.options, str)) else ()
    if one.type.name == "bool":
        options = tuple((text, one.type.display(text == "true", one, None, lang)) for text in ("true", "false"))
    return ColumnCard(one.id, one.label.in_language(lang), one.type.name, one.personal,
                      not one.personal and one.type.storage != "json", options)


def cell(register: Register, one: Any, record: Record, frame: Frame, lang: str, full: bool = False) -> str:
    """A field of a record as text; personal ones masked unless ``full``."""
    return shown(register, one, record.values.get(one.id), frame, lang, full or record.label ==
                 record.values.get(one.id))


def shown(register: Register, one: Any, value: Any, frame: Frame, lang: str, full: bool = False) -> str:
    """A value of a field as text; a table with personal columns only tells how many rows it has."""
    if value is None or value == []:
        return "–"
    if one.type.name == "table":
        return str(len(value))
    if one.personal and not full and not names_label(register, one):
        return one.type.mask(value, one, frame)
    return one.type.display(value, one, frame, lang)


class Lookup:
    """What the references of a record may point to. People are at hand; records can be fetched beforehand."""

    def __init__(self, registers: Any, connection: Connection, live: Live):
        self._registers, self._connection, self._live = registers, connection, live
        self._fetched: dict[tuple[str, str], dict[str, Any]] = {}
        self._names = {person.name.zh: person for person in live.people.values()}

    def fetch(self, register: str, texts: set[str]) -> None:
        """Fetch the records with these numbers, keys or labels, in one statement or two."""
        store: RegisterStore = self._registers.store(self._connection, register)
        numbers = [text for text in texts if text.isascii() and text.isdigit()]
        names = store.register.keys if len(store.register.keys) == 1 else ()
        wanted = sorted(texts)[:2000]
        ways = [("row_label", store.labelled(wanted)),
                *((name, store.holding(name, wanted)) for name in names
                  if store.register.fields[name].type.storage in ("text", "longtext")),
                ("id", store.table.c.id.in_([int(text) for text in numbers if len(text) < 19][:2000]))]
        found: dict[str, dict[int, Any]] = {}
        for name, way in ways:
            for row in self._connection.execute(store.rows().where(way, store.standing())):
                found.setdefault(str(row._mapping[name]), {})[row.id] = store.record(row)
        for text, records in found.items():  # a name that several records have says nothing
            one = next(iter(records.values()))
            self._fetched[register, text] = one.reference() | {"values": one.values} if len(records) == 1 else {}
        self._fetched |= {(register, text): {} for text in texts if (register, text) not in self._fetched}

    def record(self, register: str, key: int | str) -> dict[str, Any] | None:
        """A record by its number or key."""
        if (register, str(key)) in self._fetched:
            return self._fetched[register, str(key)] or None
        try:
            return self._registers.reference(self._connection, register, key)
        except NotFound:
            return None

    def user(self, login: str, role: str | None) -> dict[str, Any] | None:
        """A person who is there, by login or name, and holds ``role`` if one is asked for."""
        person = self._live.people.get(login) or self._names.get(login)
        if person is None or (role and role not in person.roles):
            return None
        return {"login": person.login, "name": person.name.zh}

    def file(self, sha256: str) -> dict[str, Any] | None:
        """An uploaded file."""
        row = self._connection.execute(
            select(FileObject.size, FileObject.type).where(FileObject.sha256 == sha256)).first()
        return {"sha256": sha256, "type": row.type, "size": row.size} if row else None
