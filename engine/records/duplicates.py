"""The same customer twice: found, looked at side by side, told apart or made one, with a reason that is kept."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from engine.authorization import Actor, require_acting
from engine.database import done_again
from engine.errors import Invalid, NotFound, ReasonNeeded
from engine.records.access import card_of, cell, columns_of, require_editing
from engine.records.cards import MergeSide, MergeView, RecordLine, RegisterCard
from engine.registers import Record, merge, relate, twin_groups


@done_again
class RegisterDuplicates:
    """The verbs around duplicates; a part of :class:`~engine.records.registers.Registers`."""

    _parts: Any
    _open: Any
    _frame: Any
    _record: Any
    stores: Any

    def duplicates(self, key: str, by: Actor, lang: str = "zh"
                   ) -> tuple[RegisterCard, tuple[str, ...], tuple[tuple[RecordLine, ...], ...]]:
        """Groups of records with the same telephone or name, with the titles of their columns."""
        with self._parts.database.reading() as connection:
            live, store = self._open(connection, key, by)
            groups = twin_groups(store, connection)
            frame, columns = self._frame(), columns_of(store.register, lang)
        fields = [store.register.fields[one.id] for one in columns]
        return (card_of(by, live, store.register), tuple(one.label for one in columns), tuple(
            tuple(RecordLine(one.id, one.label, tuple(cell(store.register, field, one, frame, lang)
                                                      for field in fields), one.changed_at) for one in group)
            for group in groups))

    def beside(self, key: str, kept: int, gone: int, by: Actor, lang: str = "zh") -> MergeView:
        """Two records field by field, personal fields masked; where they differ, one has to choose."""
        require_acting(by)
        with self._parts.database.reading() as connection:
            live, store = self._open(connection, key, by)
            require_editing(by, store.register)
            here, other = (self._record(connection, store, number) for number in (kept, gone))
            frame, register = self._frame(), store.register
        if kept == gone:
            raise NotFound(what=f"{key} {gone}")
        fields = [one for one in register.fields.values() if here.values.get(one.id) not in (None, [])
                  or other.values.get(one.id) not in (None, [])]
        told = tuple((one.id, one.label.in_language(lang), _differs(register, one, here, other)) for one in fields)
        sides = [MergeSide(one.id, one.version, one.label,
                           tuple(cell(register, field, one, frame, lang) for field in fields))
                 for one in (here, other)]
        return MergeView(card_of(by, live, register), told, *sides)

    def merge(self, key: str, kept: tuple[int, int], gone: tuple[int, int], by: Actor, *, reason: str,
              take: Iterable[str] = ()) -> Record:
        """Make one of two records, each (id, version as seen); fields in ``take`` come from the one that goes.

        Links and references move, both histories stay. Raises NotPermitted, ReasonNeeded, Conflict where somebody
        changed one meanwhile, RecordClosed, RecordMerged, Invalid.
        """
        require_acting(by)
        _need(reason)
        if kept[0] == gone[0]:
            raise Invalid()
        with self._parts.database.transaction() as connection:
            _live, store = self._open(connection, key, by)
            require_editing(by, store.register)
            made = merge(store, connection, kept, gone, take=take, by=by.login, at=self._frame().now,
                         referring=self.stores(connection).values())
            self._parts.note(connection, by, "record_merged", register=key, record=made.id, merged=gone[0],
                             name=store.register.title.zh, name_en=store.register.title.en, reason=reason.strip())
        return made

    def relate(self, key: str, one: int, other: int, by: Actor, *, reason: str) -> None:
        """Note that two records are not the same, though they look it; they stay linked. Raises as :meth:`merge`."""
        require_acting(by)
        _need(reason)
        if one == other:
            raise Invalid()
        with self._parts.database.transaction() as connection:
            _live, store = self._open(connection, key, by)
            require_editing(by, store.register)
            for number in (one, other):
                self._record(connection, store, number)
            relate(store, connection, one, other, by=by.login, at=self._frame().now)
            self._parts.note(connection, by, "record_related", register=key, record=one, other=other,
                             name=store.register.title.zh, name_en=store.register.title.en, reason=reason.strip())


def _need(reason: str) -> None:
    if not reason.strip():
        raise ReasonNeeded()


def _differs(register: Any, one: Any, here: Record, other: Record) -> bool:
    """Whether there is something to choose: both have a value, it is another, and it does not name the record."""
    values = [record.values.get(one.id) for record in (here, other)]
    return (all(value not in (None, []) for value in values) and values[0] != values[1] and one.compute is None
            and one.id not in (*register.unique, *register.keys))
