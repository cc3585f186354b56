"""Many records at once: every row is checked first, then what is wanted is written, in a few statements altogether."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, bindparam

from engine.errors import FieldError, Invalid
from engine.forms.formula import Formula
from engine.forms.frame import Frame, Lookup
from engine.forms.words import Wrong
from engine.registers.record import Record, RecordClosed, RecordMerged
from engine.registers.store import RegisterStore
from engine.registers.table import HISTORY

CHUNK = 500
"""Values in one condition; the databases take no more than some thousands."""
NEW, CHANGED, SAME, REFUSED = "new", "changed", "same", "refused"


@dataclass(frozen=True, slots=True)
class RowOutcome:
    """What becomes of one row: ``action`` is new, changed, same or refused; ``line`` is where it stands in its file."""

    line: int
    action: str
    label: str = ""
    changes: Mapping[str, Any] = field(default_factory=dict)
    problems: tuple[FieldError, ...] = ()
    before: Record | None = None
    kept: Mapping[str, Any] = field(default_factory=dict)


class Batch:
    """Rows for the register of ``store``, checked and written within the caller's transaction.

    ``stays(field, raw, old)`` tells whether a raw value says what is kept already, in another spelling.
    """

    def __init__(self, store: RegisterStore, connection: Connection, at: datetime, lookup: Lookup | None = None,
                 stays: Callable[[str, Any, Any], bool] | None = None):
        self.store, self.connection, self.at, self.lookup = store, connection, at, lookup
        self.stays = stays or (lambda _name, _raw, _old: False)
        self.frame = Frame(at, lookup)

    def check(self, rows: Sequence[tuple[int, Mapping[str, Any]]], *, lock: bool = False) -> list[RowOutcome]:
        """What each row (line, field → raw value) would do. ``lock`` keeps others from changing what is found."""
        keyed = [(line, values, self.key_of(values)) for line, values in rows]
        known = self._known([key for _line, _values, key in keyed if key], lock)
        seen: dict[tuple[Any, ...], int] = {}
        found = []
        for line, values, key in keyed:
            problems = self._key_problems(key, seen)
            if key:
                seen.setdefault(key, line)
            found.append(RowOutcome(line, REFUSED, problems=problems) if problems
                         else self._outcome(line, values, known.get(key)))
        return self._without_twins(found)

    def write(self, outcomes: Iterable[RowOutcome], *, by: str, source: str) -> int:
        """Write the new and changed rows with their history; how many. A few statements whatever their number."""
        store, wanted = self.store, [one for one in outcomes if one.action in (NEW, CHANGED)]
        fresh = [one for one in wanted if one.before is None]
        told = []
        if fresh:
            numbers = self._insert([{"row_created_at": self.at} | store.columns(one.kept, 1, by, self.at)
                                    for one in fresh], [self.key_of(one.kept) for one in fresh])
            told += [store.told(number, 1, one.changes, by, self.at, source) for number, one in zip(numbers, fresh)]
        changed = [(one, one.before) for one in wanted if one.before is not None]
        if changed:
            rows = [store.columns(one.kept, old.version + 1, by, self.at) | {"the_id": old.id} for one, old in changed]
            names = [name for name in rows[0] if name != "the_id"]
            self.connection.execute(store.table.update().where(store.table.c.id == bindparam("the_id")).values(
                {name: bindparam(name) for name in names}), rows)
            told += [store.told(old.id, old.version + 1, one.changes, by, self.at, source) for one, old in changed]
        if told:
            self.connection.execute(HISTORY.insert(), told)
        return len(wanted)

    # ---- parts

    def _insert(self, rows: list[dict[str, Any]], keys: list[tuple[Any, ...]]) -> list[int]:
        """Insert rows and tell their ids in the same order: by their keys, where there are keys. (SQLite would take
        row after row to return them in order.)"""
        table = self.store.table
        if not all(keys):
            query = table.insert().returning(table.c.id, sort_by_parameter_order=True)
            return list(self.connection.scalars(query, rows))
        self.connection.execute(table.insert(), rows)
        made = self._known(keys, lock=False)
        return [made[key].id for key in keys]

    def _outcome(self, line: int, values: Mapping[str, Any], before: Record | None) -> RowOutcome:
        try:
            if before is not None and before.merged_into is not None:
                raise RecordMerged(label=before.label)
            if before is not None and self.store.closed(before):
                raise RecordClosed(label=before.label)
            told = {name: raw for name, raw in values.items()
                    if before is None or not self.stays(name, raw, before.values.get(name))}
            kept = self.store.checked(told, before, self.at, self.lookup)
        except Invalid as error:
            return RowOutcome(line, REFUSED, before.label if before else "", problems=error.fields, before=before)
        except (RecordClosed, RecordMerged) as error:
            why = FieldError("", error.code, error.sentence("zh"), error.sentence("en"))
            return RowOutcome(line, REFUSED, before.label if before else "", problems=(why,), before=before)
        changes = self.store.changes(kept, before)
        action = NEW if before is None else CHANGED if changes else SAME
        label = self.store.label(kept)
        return RowOutcome(line, action, label, changes, before=before, kept=kept)

    def key_of(self, values: Mapping[str, Any]) -> tuple[Any, ...]:
        """The values of the key fields; nothing where one is missing, unreadable or computed."""
        found = []
        for name in self.store.register.keys:
            one = self.store.register.fields[name]
            try:
                value = None if isinstance(one.compute, Formula) else one.type.parse(values.get(name), one, self.frame)
            except Wrong:
                value = None
            if value is None:
                return ()
            found.append(value["id"] if isinstance(value, Mapping) and "id" in value else value)
        return tuple(found)

    def _key_problems(self, key: tuple[Any, ...], seen: Mapping[tuple[Any, ...], int]) -> tuple[FieldError, ...]:
        first = (*self.store.register.keys, "")[0]
        if not self.store.register.keys:
            return ()
        if not key:
            return (FieldError(first, "key_missing", "没有填写，或读不懂：不知道是哪一条记录。",
                               "Missing or unreadable: it is not known which record this is."),)
        if key in seen:
            return (FieldError(first, "key_repeated", f"与第 {seen[key]} 行相同。", f"The same as line {seen[key]}."),)
        return ()

    def _known(self, keys: Sequence[tuple[Any, ...]], lock: bool) -> dict[tuple[Any, ...], Record]:
        """The records that these keys name, a statement for every five hundred."""
        names, found = self.store.register.keys, {}
        for start in range(0, len(keys), CHUNK):
            part = keys[start:start + CHUNK]
            asked = [self.store.holding(name, sorted({self._stored(key[place]) for key in part}, key=str))
                     for place, name in enumerate(names)]
            query = self.store.rows().where(and_(True, *asked))
            for row in self.connection.execute(query.with_for_update() if lock else query):
                one = self.store.record(row)
                values = (one.values[name] for name in names)
                found[tuple(value["id"] if isinstance(value, Mapping) and "id" in value else value
                            for value in values)] = one
        return found

    def _stored(self, value: Any) -> Any:
        return str(value) if isinstance(value, int) and not isinstance(value, bool) else value

    def _without_twins(self, outcomes: list[RowOutcome]) -> list[RowOutcome]:
        """Refuse rows whose unique values stand in other records or further up in the file."""
        for name in (one for one in self.store.register.unique if (one,) != self.store.register.keys):
            taken: dict[Any, int | None] = {}
            wanted = [one.kept[name] for one in outcomes if one.action in (NEW, CHANGED)
                      and one.kept.get(name) is not None]
            for start in range(0, len(wanted), CHUNK):
                query = self.store.rows().where(self.store.holding(name, wanted[start:start + CHUNK]))
                taken |= {row._mapping[name]: row.id for row in self.connection.execute(query)}
            for place, one in enumerate(outcomes):
                value = one.kept.get(name)
                if one.action not in (NEW, CHANGED) or value is None:
                    continue
                own = one.before.id if one.before else -one.line
                if taken.setdefault(value, own) != own:
                    outcomes[place] = RowOutcome(one.line, REFUSED, one.label, before=one.before, problems=(FieldError(
                        name, "not_unique", "已有相同的记录。", "There is a record with this value already."),))
        return outcomes
