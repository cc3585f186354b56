"""All that is known of one person as a ZIP: ``person.json`` for reading, and the files of the cases."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import orjson
from sqlalchemy import Connection, select

from engine.models.history import FormFilled
from engine.models.identity import FileChunk, FileUse, SentMessage
from engine.models.runtime import ProcessInstance
from engine.models.working import Comment
from engine.privacy.cards import CaseFound, PersonFound


def packed(parts: Any, connection: Connection, person: PersonFound) -> bytes:
    """The ZIP. Moments are in UTC, values as they were filled in, by the ids of their fields."""
    stores = parts.registers.stores(connection)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        told = {
            "made_at": parts.clock.now(), "phones": person.phones,
            "records": [_record(stores[one.register], connection, one.id) for one in person.records],
            "cases": [_case(connection, case, archive) for case in person.cases]}
        archive.writestr("person.json", orjson.dumps(told, default=str, option=orjson.OPT_INDENT_2))
    return out.getvalue()


def _record(store: Any, connection: Connection, record_id: int) -> dict[str, Any]:
    record = store.get(connection, record_id)
    return {"register": store.register.key, "title": store.register.title.zh, "id": record.id, "label": record.label,
            "created_at": record.created_at, "changed_at": record.changed_at, "values": record.values,
            "history": [{"at": one.at, "changes": one.changes} for one in store.history(connection, record_id)]}


def _case(connection: Connection, case: CaseFound, archive: zipfile.ZipFile) -> dict[str, Any]:
    root = connection.execute(select(ProcessInstance.customer, ProcessInstance.phone, ProcessInstance.gist,
                                     ProcessInstance.outcome).where(ProcessInstance.id == case.id)).one()
    forms = connection.execute(select(FormFilled.form_key, FormFilled.at, FormFilled.values).where(
        FormFilled.root_id == case.id).order_by(FormFilled.at, FormFilled.id)).all()
    sent = connection.execute(select(SentMessage.at, SentMessage.to, SentMessage.text).where(
        SentMessage.root_id == case.id).order_by(SentMessage.at)).all()
    comments = connection.execute(select(Comment.at, Comment.text).where(
        Comment.root_id == case.id, Comment.public.is_(True)).order_by(Comment.at)).all()
    return {"number": case.number, "process": case.process.zh, "started_at": case.started_at,
            "ended_at": case.ended_at, **root._mapping, "forms": [dict(row._mapping) for row in forms],
            "messages": [dict(row._mapping) for row in sent], "comments": [dict(row._mapping) for row in comments],
            "files": _files(connection, case, archive)}


def _files(connection: Connection, case: CaseFound, archive: zipfile.ZipFile) -> list[dict[str, Any]]:
    found = []
    uses = connection.execute(select(FileUse.sha256, FileUse.name, FileUse.at).where(FileUse.root_id == case.id)
                              .order_by(FileUse.at, FileUse.id)).all()
    for number, use in enumerate(uses, 1):
        safe = "".join(one if one.isalnum() or one in "-_." else "_" for one in use.name).lstrip(".")
        path = f"files/{case.number}/{number}-{safe}"
        chunks = connection.scalars(select(FileChunk.data).where(FileChunk.sha256 == use.sha256)
                                    .order_by(FileChunk.part))
        archive.writestr(path, b"".join(chunks))
        found.append({"name": use.name, "at": use.at, "path": path})
    return found
