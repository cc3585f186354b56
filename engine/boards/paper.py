"""A form of a case on paper: what it says now, in full for those who may read it so; each print is recorded."""

from __future__ import annotations

from typing import Any

from engine.authorization import Actor
from engine.cards import Bilingual, FormRecord
from engine.customer_data import case_seen, form_now, reads_personal


def sheet(parts: Any, case: str, form_key: str, by: Actor, lang: str) -> FormRecord:
    """The form as it stands: what was last filled in, under what the case's variables made of it since.

    Personal data is masked unless the actor may read it. Raises :class:`~engine.errors.NotFound` for a case the actor
    may not see and a form it never had.
    """
    with parts.database.transaction() as connection:
        live = parts.live.at(connection)
        root = case_seen(connection, live, by, case)
        stands = form_now(parts, connection, live, root, form_key)
        full = reads_personal(connection, live, by, root, root.pack)
        title, filled = Bilingual(stands.form.title.zh, stands.form.title.en), stands.row
        parts.note(connection, by, "printed", root_id=root.id, name=title.zh, name_en=title.en, full=full)
        return FormRecord(form_key, title, filled.at,
                          Bilingual(filled.name, filled.name_en or "") if filled.name else None,
                          stands.definition.element_name(filled.element_id), stands.shown(lang, unmask=full))
