"""Taking what is said of a person out of a case that is over; what was done, by whom and when, stays."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection, Row, delete, select, update

from engine.forms import Form
from engine.masking import masked_text
from engine.models.history import FormFilled, HistoryEntry
from engine.models.identity import FileChunk, FileObject, FileUse, Notice, SentMessage
from engine.models.runtime import Incident, ProcessInstance, TaskDraft
from engine.models.studio import MigrationItem
from engine.models.working import Comment
from engine.values import dumps, loads

GONE = "***"
WORDED = ("text", "phone", "email", "contact", "idno")
"""Types whose values are looked for in other texts of the case, too."""
SAID = ((Comment, ("text",)), (HistoryEntry, ("reason", "detail")), (Notice, ("params",)),
        (Incident, ("params", "notes", "resolution")))
"""What people and the engine said about a case, by model and columns."""
LONGEST = 100
"""Characters of a value that is looked for in other texts."""


def blank_case(parts: Any, connection: Connection, root_id: str, at: datetime,
               only: set[tuple[str, str]] | None = None) -> None:
    """Blank the personal values of a case that has ended: of all its forms, or of ``only`` those (definition, form).

    Also goes whatever repeats them: variables, the columns that lists show, drafts, comments, texts to the customer,
    and without ``only`` files that the customer brought. Of the history
    no entry goes, only words in it: what was done, by whom and when, stays.
    """
    filled = connection.execute(select(
        FormFilled.id, FormFilled.definition_id, FormFilled.form_key, FormFilled.values)
        .where(FormFilled.root_id == root_id)).all()
    rows = [(row, form) for row in filled if (form := _form(parts, connection, row)) is not None
            and (only is None or (row.definition_id, row.form_key) in only)]
    members = connection.execute(select(
        ProcessInstance.id, ProcessInstance.parent_id, ProcessInstance.variables, ProcessInstance.run_state,
        ProcessInstance.customer, ProcessInstance.phone, ProcessInstance.gist)
        .where(ProcessInstance.root_id == root_id)).all()
    forms = {form.key: form for _, form in rows}
    told = [*((form, row.values) for row, form in rows),
            *((form, value) for one in members for key, value in loads(one.variables).items()
              if (form := forms.get(key)) is not None for value in _fillings(value))]
    words = {word for form, values in told for word in _words(form, values)}
    root = next(one for one in members if one.parent_id is None)
    if only is None:
        words |= {word for word in (root.phone, root.customer) if len(word) > 1}
        _remove_files(connection, root_id, {sha for form, values in told for sha in _files(form, values)})
    for row, form in rows:
        connection.execute(update(FormFilled.__table__).where(FormFilled.id == row.id).values(
            values=scrubbed(_blanked(form, row.values), words), erased_at=at))
    for one in members:
        _blank_member(connection, one, forms, words, everything=only is None)
    _blank_around(connection, root_id, words)


def scrubbed(value: Any, words: Iterable[str]) -> Any:
    """``value`` with ``words`` gone from every text in it, and numbers and addresses of people masked."""
    longest_first = sorted(words, key=len, reverse=True)

    def walk(inner: Any) -> Any:
        if isinstance(inner, str):
            return masked_text(_without(inner, longest_first))
        if isinstance(inner, dict):
            return {key: walk(one) for key, one in inner.items()}
        return [walk(one) for one in inner] if isinstance(inner, (list, tuple)) else inner

    return walk(value)


def _without(text: str, words: list[str]) -> str:
    for word in words:
        if word in text and (word == text or len(word) > 3 or not word.isascii()):
            text = text.replace(word, GONE)
    return text


def _form(parts: Any, connection: Connection, row: Row[Any]) -> Form | None:
    return parts.definitions.get(connection, row.definition_id).forms.get(row.form_key)


def _fillings(value: Any) -> list[Mapping[str, Any]]:
    """What a form's variable holds: one filling, or a list of them."""
    return [one for one in (value if isinstance(value, list) else [value]) if isinstance(one, dict)]


def _personal(form: Form, values: Mapping[str, Any]) -> Iterator[tuple[Any, Any]]:
    """(field, value) of every personal value, in tables as well."""
    for name, one in form.fields.items():
        value = values.get(name)
        if one.personal and value is not None:
            yield one, value
        for row in value if one.columns and isinstance(value, list) else ():
            yield from ((column, row[column.id]) for column in one.columns
                        if column.personal and isinstance(row, dict) and row.get(column.id) is not None)


def _words(form: Form, values: Mapping[str, Any]) -> Iterator[str]:
    for one, value in _personal(form, values):
        if isinstance(value, str) and one.type.name in WORDED and 1 < len(value) <= LONGEST:
            yield value


def _files(form: Form, values: Mapping[str, Any]) -> Iterator[str]:
    for _, value in _personal(form, values):
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, dict) and isinstance(one.get("sha256"), str):
                yield one["sha256"]


def _blanked(form: Form, values: Mapping[str, Any]) -> dict[str, Any]:
    kept = dict(values)
    for name, one in form.fields.items():
        if one.personal and name in kept:
            kept[name] = None
        elif one.columns and isinstance(kept.get(name), list):
            hidden = {column.id for column in one.columns if column.personal}
            kept[name] = [{key: None if key in hidden else inner for key, inner in row.items()}
                          if isinstance(row, dict) else row for row in kept[name]]
    return kept


def _blank_member(connection: Connection, one: Row[Any], forms: Mapping[str, Form], words: set[str],
                  everything: bool) -> None:
    variables = loads(one.variables)
    for key, form in forms.items():
        value = variables.get(key)
        if isinstance(value, list):
            variables[key] = [_blanked(form, inner) if isinstance(inner, dict) else inner for inner in value]
        elif isinstance(value, dict):
            variables[key] = _blanked(form, value)
    columns: dict[str, Any] = {
        "variables": dumps(scrubbed(variables, words)), "undo": None,
        "run_state": orjson.dumps(scrubbed(orjson.loads(one.run_state), words)).decode()}
    if one.parent_id is None:
        columns["gist"] = scrubbed(one.gist, words)
        if everything or one.phone in words:
            columns |= {"phone": "", "phone_mark": "", "phone_last4": ""}
        if everything or one.customer in words:
            columns |= {"customer": one.customer[:1] + GONE if one.customer else "", "customer_initials": ""}
    connection.execute(update(ProcessInstance.__table__).where(ProcessInstance.id == one.id).values(columns))


def _blank_around(connection: Connection, root_id: str, words: set[str]) -> None:
    """Drafts, texts to the customer, how the case stood before it moved to another version, and all that was said."""
    connection.execute(update(MigrationItem.__table__).where(MigrationItem.root_id == root_id).values(before=None))
    connection.execute(delete(TaskDraft.__table__).where(TaskDraft.root_id == root_id))
    connection.execute(update(SentMessage.__table__).where(SentMessage.root_id == root_id).values(to="", text=GONE))
    for model, names in SAID:
        table = model.__table__
        for row in connection.execute(select(table.c.id, *(table.c[name] for name in names)).where(
                table.c.root_id == root_id)).all():
            kept = {name: row._mapping[name] for name in names}
            told = scrubbed(kept, words)
            if told != kept:
                connection.execute(update(table).where(table.c.id == row.id).values(told))


def _remove_files(connection: Connection, root_id: str, personal: set[str]) -> None:
    """Files in personal fields, and those that came by a customer's link; contents that another case uses stay."""
    uses = connection.execute(select(FileUse.id, FileUse.sha256, FileUse.by).where(FileUse.root_id == root_id)).all()
    gone = [row for row in uses if row.by is None or row.sha256 in personal]
    if not gone:
        return
    contents = {row.sha256 for row in gone}
    connection.execute(delete(FileUse.__table__).where(FileUse.id.in_([row.id for row in gone])))
    contents -= set(connection.scalars(select(FileUse.sha256).where(FileUse.sha256.in_(contents))))
    for model in (FileChunk, FileObject):
        connection.execute(delete(model.__table__).where(model.sha256.in_(contents)))
