"""Registers while a form is filled in: records to choose from, and what the chosen one puts into other fields.

The list to choose from holds no values. What stands in the form is for the reader's eyes: a personal value is given to
those who may see it, with a trace; for others the field stays empty, and the server copies the value from the record
when the form is submitted (:meth:`engine.forms.filling.Filling.settle`).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from engine.authorization import Actor, require_acting
from engine.records.access import reads_in_full
from engine.records.cards import FilledCell
from engine.registers import page_of


class RegisterFilling:
    """The verbs of forms that refer to records; a part of :class:`~engine.records.registers.Registers`."""

    _parts: Any
    _frame: Any
    _record: Any
    store: Any

    def search(self, key: str, text: str, by: Actor, limit: int = 20) -> list[dict[str, Any]]:
        """References to the records that hold every word of ``text``, for choosing one in a form.

        Whoever may not see personal values does not find them by parts of numbers either.
        """
        with self._parts.database.reading() as connection:
            masked = not reads_in_full(by, self._parts.live.at(connection))
            found, _more = page_of(self.store(connection, key), connection, text=text, limit=limit, masked=masked)
        return [one.reference() for one in found]

    def filling(self, key: str, record_id: int, columns: Iterable[str], by: Actor) -> dict[str, FilledCell]:
        """What the chosen record gives to the fields that are filled from ``columns``; one noted look where personal
        values are among them. Raises NotFound, NotPermitted for those who only look."""
        require_acting(by)
        with self._parts.database.transaction() as connection:
            live, store = self._parts.live.at(connection), self.store(connection, key)
            record, frame = self._record(connection, store, record_id), self._frame()
            full, fields = reads_in_full(by, live), store.register.fields
            asked = {name: fields[name] for name in columns
                     if name in fields and record.values.get(name) not in (None, []) and not fields[name].is_table}
            if full and any(one.personal for one in asked.values()):
                title = store.register.title
                self._parts.note(connection, by, "revealed", field=",".join(sorted(asked)), register=key,
                                 record=record.id, name="、".join(one.label.zh for one in asked.values()),
                                 name_en=", ".join(one.label.in_language("en") for one in asked.values()),
                                 form=title.zh, form_en=title.en)
        return {name: FilledCell("", one.type.mask(record.values[name], one, frame)) if one.personal and not full
                else FilledCell(one.type.text(record.values[name], one, frame)) for name, one in asked.items()}
