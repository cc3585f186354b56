"""Registers as files: taken out with the search that is on screen, brought in after every row was looked at."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from engine.authorization import Actor, may_export, require, require_acting
from engine.cards import Bilingual
from engine.database import done_again
from engine.live import Live
from engine.people.reading_csv import UnreadableTable
from engine.records.access import Lookup, card_of, filters_of, reads_in_full, require_editing
from engine.records.cards import ImportLine, RecordImport
from engine.records.sheets import NOT_EXCHANGED, cell_of, heads_of, read_sheet, values_of
from engine.registers import Batch, Record, RegisterStore, RowOutcome, page_of

EXPORTED, STEP = 20_000, 1000
"""Records of one export at most, and how many one statement reads."""


@done_again
class RegisterExchange:
    """The verbs around import and export; a part of :class:`~engine.records.registers.Registers`."""

    _parts: Any
    _open: Any
    _frame: Any

    def export_records(self, key: str, by: Actor, *, text: str = "", filters: Mapping[str, Any] | None = None,
                       personal: bool = False, lang: str = "zh") -> tuple[list[str], list[list[Any]]]:
        """Heads and rows of what the search finds, ``personal`` fields among them for those who may export people.

        That it was taken out is noted. Raises NotFound, NotPermitted, Invalid.
        """
        with self._parts.database.transaction() as connection:
            live, store = self._open(connection, key, by)
            register, frame = store.register, self._frame()
            if personal:
                require(may_export(by, live), "导出个人信息", "export personal data")
            fields = [one for one in register.fields.values() if one.type.name not in NOT_EXCHANGED
                      and (personal or not one.personal)]
            usable = {one.id for one in filters_of(register, lang)}
            wanted = {name: value for name, value in (filters or {}).items() if name in usable and value != ""}
            records: list[Record] = []
            after: int | None = 0
            while after is not None and len(records) < EXPORTED:
                found, after = page_of(store, connection, wanted, text=text, after=after, limit=STEP, frame=frame,
                                       masked=not reads_in_full(by, live))
                records += found
            self._parts.note(connection, by, "records_exported", register=key, records=len(records),
                             personal=personal, name=register.title.zh, name_en=register.title.en)
        rows = [[cell_of(one, record.values.get(one.id), frame, lang) for one in fields] for record in records]
        return [one.label.in_language(lang) for one in fields], rows

    def preview_records(self, key: str, data: bytes, by: Actor, lang: str = "zh") -> RecordImport:
        """What an import of this file would do, row by row; nothing is changed. Raises UnreadableTable."""
        with self._parts.database.reading() as connection:
            return self._report(*self._examined(connection, key, data, by, lock=False), by, lang)

    def import_records(self, key: str, data: bytes, by: Actor, *, name: str = "", partly: bool = False,
                       lang: str = "zh") -> RecordImport:
        """Do it in one transaction: all rows, or with ``partly`` those that are good; else a refused row stops it.

        The same file twice changes nothing the second time: the key fields say which record a row is.
        """
        with self._parts.database.transaction() as connection:
            self._parts.database.take_turns(connection, f"import {key}")
            live, store, outcomes, heads, ignored = self._examined(connection, key, data, by, lock=True)
            refused = sum(one.action == "refused" for one in outcomes)
            written = 0
            if partly or not refused:
                written = Batch(store, connection, self._frame().now).write(
                    outcomes, by=by.login, source=f"import {name}"[:200].strip())
                self._parts.note(connection, by, "records_imported", register=key, records=written, refused=refused,
                                 name=store.register.title.zh, name_en=store.register.title.en, file=name[:200])
            return self._report(live, store, outcomes, heads, ignored, by, lang, done=partly or not refused,
                                written=written)

    def refused_records(self, key: str, data: bytes, by: Actor, lang: str = "zh"
                        ) -> tuple[list[str], list[list[Any]]]:
        """The refused rows as they stood in the file, each with line and reasons, to be mended and sent again."""
        report = self.preview_records(key, data, by, lang)
        sheet = read_sheet(data)
        cells = dict(sheet.rows)
        comma, colon = ("；", "：") if lang == "zh" else ("; ", ": ")
        rows = [[*(cells[line.line].get(column, "") for column in sheet.columns), line.line, comma.join(
            f"{field}{colon}{told.in_(lang)}" if field else told.in_(lang) for field, told in line.problems)]
            for line in report.lines if line.action == "refused"]
        return [*sheet.columns, *(("行", "问题") if lang == "zh" else ("line", "problem"))], rows

    # ---- parts

    def _examined(self, connection: Connection, key: str, data: bytes, by: Actor, lock: bool
                  ) -> tuple[Live, RegisterStore, list[RowOutcome], dict[str, str], tuple[str, ...]]:
        require_acting(by)
        live, store = self._open(connection, key, by)
        require_editing(by, store.register)
        sheet = read_sheet(data)
        heads, ignored = heads_of(store.register, sheet.columns)
        missing = [store.register.fields[name].label for name in store.register.keys if name not in heads.values()]
        if missing:
            raise UnreadableTable(why_zh=f"缺少列“{missing[0].zh}”。",
                                  why_en=f'the column "{missing[0].in_language("en")}" is missing.')
        rows = [(line, values_of(store.register, cells, heads)) for line, cells in sheet.rows]
        lookup = Lookup(self, connection, live)
        for name in set(heads.values()):
            one = store.register.fields[name]
            if one.type.name == "ref":
                lookup.fetch(str(one.attribute("register")), {str(values[name]) for _line, values in rows
                                                              if name in values})
        frame = self._frame()

        def stays(name: str, raw: Any, old: Any) -> bool:
            """Whether a cell says what is kept already, as an export wrote it."""
            one = store.register.fields[name]
            return old is not None and raw in [cell_of(one, old, frame, tongue) for tongue in ("zh", "en")]

        return live, store, Batch(store, connection, frame.now, lookup, stays).check(rows, lock=lock), heads, ignored

    def _report(self, live: Live, store: RegisterStore, outcomes: list[RowOutcome], heads: Mapping[str, str],
                ignored: tuple[str, ...], by: Actor, lang: str, done: bool = False, written: int = 0) -> RecordImport:
        fields = store.register.fields

        def label(path: str) -> str:
            name = path.partition(".")[0]
            return fields[name].label.in_language(lang) if name in fields else ""

        lines = tuple(ImportLine(
            one.line, one.label, one.action, tuple(label(name) for name in one.changes if one.before is not None),
            tuple((label(problem.path), Bilingual(problem.zh, problem.en)) for problem in one.problems))
            for one in outcomes)
        columns = tuple(fields[name].label.in_language(lang) for name in heads.values())
        return RecordImport(card_of(by, live, store.register), lines, columns, ignored, done, written)
