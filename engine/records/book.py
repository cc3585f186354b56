"""Registers on screen: which there are, a page of one, a record with its history, and its form to fill in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, func, literal, select, union_all

from engine.authorization import Actor, require, require_acting
from engine.cards import Bilingual
from engine.database import done_again
from engine.errors import FieldError, Invalid, NotFound
from engine.forms import READ_ALL, FormView, Permissions, view
from engine.forms.form import READ
from engine.forms.frame import Frame
from engine.live import Live
from engine.records.access import (
    Lookup,
    card_of,
    cell,
    columns_of,
    filters_of,
    may_read,
    names_label,
    reads_in_full,
    require_editing,
    require_reading,
    shown,
)
from engine.records.cards import ChangeLine, RecordForm, RecordLine, RecordView, RegisterCard, RegisterPage
from engine.records.parties import cases_of, open_cases_of, party_of, related_records, scored_records
from engine.registers import Batch, Record, RegisterStore, page_of, twins, twins_among

PAGE = 50
MOST_CHANGES = 200
REPLACES = Bilingual("已有内容不显示；填写则替换，空着不变。",
                     "What is there is not shown: type to replace it, leave empty to keep it.")


@done_again
class RegisterBook:
    """The verbs of the screens; a part of :class:`~engine.records.registers.Registers`."""

    _parts: Any
    store: Any
    stores: Any

    def books(self, by: Actor) -> tuple[RegisterCard, ...]:
        """The registers that the actor may look at, by title, with the number of records. Two statements."""
        with self._parts.database.reading() as connection:
            live = self._parts.live.at(connection)
            stores = self._readable(connection, live, by)
            counts = {row[0]: row[1] for row in connection.execute(union_all(*(
                select(literal(one.register.key), func.count()).select_from(one.table) for one in stores)))
                      } if stores else {}
        cards = (card_of(by, live, one.register, counts.get(one.register.key, 0)) for one in stores)
        return tuple(sorted(cards, key=lambda card: (not card.party, card.title.zh)))

    def page(self, key: str, by: Actor, *, text: str = "", filters: Mapping[str, Any] | None = None, order: str = "",
             after: int = 0, limit: int = PAGE, lang: str = "zh") -> RegisterPage:
        """A page of a register: records that hold every word of ``text`` and meet ``filters`` (field → value), by
        label or by ``order``. Personal fields are masked, and a list is never filtered or ordered by them.

        Raises NotFound, NotPermitted, Invalid.
        """
        with self._parts.database.reading() as connection:
            live, store = self._open(connection, key, by)
            register, frame = store.register, self._frame()
            usable = {one.id for one in filters_of(register, lang)}
            wanted = {name: value for name, value in (filters or {}).items() if name in usable and value != ""}
            columns = columns_of(register, lang)
            if order.removeprefix("-") not in {one.id for one in columns if one.ordered} | {"row_changed_at"}:
                order = ""
            records, following = page_of(store, connection, wanted, text=text, order=order, after=after, limit=limit,
                                         frame=frame, masked=not reads_in_full(by, live))
            cases = open_cases_of(connection, live, by, store, records)
            alike = twins_among(store, connection, records) if register.party else set()
        fields = [register.fields[one.id] for one in columns]
        lines = tuple(RecordLine(one.id, one.label, tuple(cell(register, field, one, frame, lang) for field in fields),
                                 one.changed_at, cases.get(one.id, 0), one.id in alike) for one in records)
        return RegisterPage(card_of(by, live, register), columns, filters_of(register, lang), lines, following)

    def record_page(self, key: str, record_id: int, by: Actor, lang: str = "zh") -> RecordView:
        """A record with everything that is known of it. Raises NotFound, NotPermitted."""
        with self._parts.database.reading() as connection:
            live, store = self._open(connection, key, by)
            record, register, frame = self._record(connection, store, record_id), store.register, self._frame()
            related = self._related(connection, live, by, store, record) if register.party else []
            cases = cases_of(connection, live, by, store, record, related)
            party = None
            if register.party:
                scored = scored_records(connection, self._readable(connection, live, by), cases)
                party = party_of(connection, cases, related, scored, frame, lang)
            alike = twins(store, connection, record) if register.party and record.merged_into is None else []
            history = _history(connection, live, store, record, frame, lang)
        columns = [register.fields[one.id] for one in columns_of(register, lang)][:4]
        return RecordView(
            card_of(by, live, register), record.id, record.label, record.version,
            _masked_sheet(store, record, frame, lang), history, cases,
            tuple(RecordLine(one.id, one.label, tuple(cell(register, field, one, frame, lang) for field in columns),
                             one.changed_at) for one in alike),
            party, store.closed(record), record.created_at, record.changed_at, record.merged_into)

    def record_form(self, key: str, by: Actor, *, record_id: int | None = None,
                    entered: Mapping[str, Any] | None = None, errors: Iterable[FieldError] = (),
                    personal: bool = False, lang: str = "zh") -> RecordForm:
        """The form of a new record, or of one to change; ``entered`` is what was typed and refused.

        Personal values do not stand in it: they are replaced unseen. With ``personal``, for those who may read them,
        they do, and that they were shown is noted. Raises NotFound, NotPermitted.
        """
        require_acting(by)
        database = self._parts.database
        with database.transaction() if personal and record_id else database.reading() as connection:
            live, store = self._open(connection, key, by)
            require_editing(by, store.register)
            register, frame = store.register, self._frame()
            record = self._record(connection, store, record_id) if record_id is not None else None
            if personal and record is not None:
                require(reads_in_full(by, live), "查看完整的个人信息", "see personal data in full")
                title = register.form.title
                self._parts.note(connection, by, "revealed", field="*", register=key, record=record.id, name="全部",
                                 name_en="everything", form=title.zh, form_en=title.en)
            full = personal or record is None
            stored = record.values if record is not None else None
            sheet = view(register.form, stored=stored if full or stored is None else _without(register, stored),
                         variables={}, evaluate=store.evaluate, now=frame.now, entered=entered, errors=errors,
                         permissions=_unseen(register, stored, full), lang=lang, unmask=full,
                         lookup=Lookup(self, connection, live))
        sheet = sheet if full or stored is None else _telling(sheet, register, stored, lang)
        return RecordForm(card_of(by, live, register), sheet, record_id, record.label if record else "",
                          record.version if record else 0, full and record is not None)

    def save_form(self, key: str, values: Mapping[str, Any], by: Actor, *, record_id: int | None = None,
                  version: int | None = None, personal: bool = False) -> Record:
        """Keep what a person filled in; ``personal`` where personal values stood in the form, so that emptying one
        takes it away. Raises NotPermitted, Invalid, Conflict, RecordClosed, RecordMerged.
        """
        require_acting(by)
        with self._parts.database.transaction() as connection:
            live, store = self._open(connection, key, by)
            require_editing(by, store.register)
            known = {name: value for name, value in values.items() if name in store.register.fields}
            if record_id is None:
                self._refuse_known(connection, store, known)
            elif not (personal and reads_in_full(by, live)):
                stored = self._record(connection, store, record_id).values
                known = {name: value for name, value in known.items()
                         if not _hidden(store.register, name, stored)
                         or (store.register.fields[name].personal and value not in ("", None, []))}
            return store.save(connection, known, by=by.login, at=self._frame().now, record_id=record_id,
                              expected_version=version, lookup=Lookup(self, connection, live))

    # ---- parts

    def _open(self, connection: Connection, key: str, by: Actor) -> tuple[Live, RegisterStore]:
        live, store = self._parts.live.at(connection), self.store(connection, key)
        require_reading(by, live, store.register)
        return live, store

    def _record(self, connection: Connection, store: RegisterStore, record_id: int) -> Record:
        found = store.get(connection, record_id)
        if found is None:
            raise NotFound(what=f"{store.register.key} {record_id}")
        return found

    def _frame(self) -> Frame:
        return Frame(self._parts.clock.now().astimezone(ZoneInfo(self._parts.settings.zone)))

    def _refuse_known(self, connection: Connection, store: RegisterStore, values: Mapping[str, Any]) -> None:
        """A new record with the key of one that is there would silently change that one."""
        key = Batch(store, connection, self._frame().now).key_of(values)
        if key and store.by_key(connection, dict(zip(store.register.keys, key))) is not None:
            raise Invalid([FieldError(store.register.keys[0], "not_unique", "已有相同的记录。",
                                      "There is a record with this value already.")])

    def _related(self, connection: Connection, live: Live, by: Actor, store: RegisterStore,
                 record: Record) -> list[tuple[RegisterStore, list[Record]]]:
        others = [one for one in self._readable(connection, live, by) if one.register.key != store.register.key]
        return related_records(connection, others, store, record)

    def _readable(self, connection: Connection, live: Live, by: Actor) -> list[RegisterStore]:
        return [one for one in self.stores(connection).values() if may_read(by, live, one.register)]


def _masked_sheet(store: RegisterStore, record: Record, frame: Frame, lang: str) -> FormView:
    """The record for reading, personal fields masked but for the one that it is called by."""
    sheet = view(store.register.form, stored=record.values, variables={}, evaluate=store.evaluate, now=frame.now,
                 permissions=READ_ALL, lang=lang, unmask=False)
    fields = store.register.fields
    named = [replace(section, fields=tuple(
        replace(one, masked=False, display=record.label, value=record.label)
        if one.masked and names_label(store.register, fields[one.id]) else one for one in section.fields))
        for section in sheet.sections]
    return replace(sheet, sections=tuple(section for section in named if any(
        one.visible and (one.masked or one.value not in (None, [])) for one in section.fields)))


def _history(connection: Connection, live: Live, store: RegisterStore, record: Record, frame: Frame,
             lang: str) -> tuple[ChangeLine, ...]:
    lines = []
    for change in store.history(connection, record.id)[-MOST_CHANGES:]:
        person = live.people.get(change.by)
        fields = tuple(
            (store.register.fields[name].label.in_language(lang), *(
                shown(store.register, store.register.fields[name], value, frame, lang) for value in pair))
            for name, pair in change.changes.items() if name in store.register.fields)
        source = change.source or ""
        number = source if source[:1].isupper() and "-" in source else ""
        lines.append(ChangeLine(change.version, change.at, person.name if person else Bilingual(change.by), source,
                                fields, number))
    return tuple(reversed(lines))


def _hidden(register: Any, name: str, stored: Mapping[str, Any]) -> bool:
    """Whether a field has a value that does not stand in a form that is filled in unseen."""
    one = register.fields[name]
    return one.holds_personal and stored.get(name) not in (None, []) and not names_label(register, one)


def _without(register: Any, stored: Mapping[str, Any]) -> dict[str, Any]:
    return {name: None if one.personal and one.compute is None and _hidden(register, name, stored)
            else stored.get(name) for name, one in register.fields.items()}


def _unseen(register: Any, stored: Mapping[str, Any] | None, full: bool) -> Permissions:
    """Tables with personal columns are only read by those who do not see them: a row cannot be replaced unseen."""
    if full or stored is None:
        return Permissions()
    return Permissions(fields={name: READ for name, one in register.fields.items()
                               if not one.personal and _hidden(register, name, stored)})


def _telling(sheet: FormView, register: Any, stored: Mapping[str, Any], lang: str) -> FormView:
    """The form with a hint at each field whose value is there and not shown; such a field is not asked for."""
    return replace(sheet, sections=tuple(replace(section, fields=tuple(
        replace(one, help=REPLACES.in_(lang), required=False, formulas={name: text for name, text in
                one.formulas.items() if name != "required"})
        if one.personal and _hidden(register, one.id, stored) and not one.readonly else one
        for one in section.fields)) for section in sheet.sections))
