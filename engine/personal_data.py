"""Showing personal data that screens mask: one field at a time, by those who may, and never without a trace."""

from __future__ import annotations

from typing import Any

from engine.authorization import Actor, permitted, require
from engine.cards import Bilingual, Revealed
from engine.customer_data import READ_PERSONAL, case_seen, form_now, reads_personal
from engine.errors import NotFound
from engine.forms import READ_ALL, FieldView, view
from engine.records.access import require_reading

SHOWN_SECONDS = 60
"""How long a page shows what was revealed before it masks it again."""
PHONE = Bilingual("客户电话", "Customer's telephone")


class PersonalData:
    """The verbs around masked fields."""

    def __init__(self, parts: Any):
        self._parts = parts

    def reveal(self, case: str, field: str, by: Actor, *, form_key: str = "", filled_id: str | None = None,
               lang: str = "zh") -> Revealed:
        """One personal field of a case in full: ``phone`` of its head, or a field (``contact``, ``table.0.column``)
        of a filled form, as it stands or as it once was filled in (``filled_id``).

        That it was shown stands in the history of the case. Raises NotFound, NotPermitted.
        """
        parts = self._parts
        with parts.database.transaction() as connection:
            live = parts.live.at(connection)
            root = case_seen(connection, live, by, case)
            require(reads_personal(connection, live, by, root, root.pack), "查看完整的个人信息",
                    "see personal data in full")
            if not form_key:
                if field != "phone" or not root.phone:
                    raise NotFound(what=field)
                shown, name, title = root.phone, PHONE, Bilingual("")
            else:
                stands = form_now(parts, connection, live, root, form_key, filled_id)
                one = _found(stands.shown(lang, unmask=True).fields, field)
                shown, title = one.display, Bilingual(stands.form.title.zh, stands.form.title.en)
                name = _label(stands.form, field)
            parts.note(connection, by, "revealed", root_id=root.id, field=field, form_key=form_key, name=name.zh,
                       name_en=name.en, form=title.zh, form_en=title.en)
        return Revealed(field, shown, SHOWN_SECONDS)

    def reveal_record(self, register: str, record_id: int, field: str, by: Actor, *, lang: str = "zh") -> Revealed:
        """One personal field of a record of a register in full; noted. Raises NotFound, NotPermitted."""
        parts = self._parts
        with parts.database.transaction() as connection:
            live = parts.live.at(connection)
            require(by.system or permitted(by, READ_PERSONAL, live), "查看完整的个人信息", "see personal data in full")
            store = parts.registers.store(connection, register)
            require_reading(by, live, store.register)
            record = store.get(connection, record_id)
            if record is None:
                raise NotFound(what=f"{register} {record_id}")
            form = store.register.form
            shown = view(form, stored=record.values, variables={}, evaluate=store.evaluate, now=parts.clock.now(),
                         permissions=READ_ALL, lang=lang, unmask=True)
            one, name = _found(shown.fields, field), _label(form, field)
            parts.note(connection, by, "revealed", field=field, register=register, record=record_id, name=name.zh,
                       name_en=name.en, form=form.title.zh, form_en=form.title.en)
        return Revealed(field, one.display, SHOWN_SECONDS)


def _found(fields: tuple[FieldView, ...], path: str) -> FieldView:
    """The personal field at a path. Raises NotFound for any other field, so that nothing else is shown this way."""
    every = (cell for one in fields for cell in (one, *(cell for row in one.rows for cell in row)))
    one = next((cell for cell in every if cell.path == path and cell.personal and cell.value is not None), None)
    if one is None:
        raise NotFound(what=path)
    return one


def _label(form: Any, path: str) -> Bilingual:
    """What the field at a path is called, in both languages."""
    name, _, rest = path.partition(".")
    one = form.fields[name]
    if rest:
        one = next(column for column in one.columns if column.id == rest.rpartition(".")[2])
    return Bilingual(one.label.zh, one.label.en)
