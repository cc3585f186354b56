"""Attachments: kept by their content (SHA-256) in the database, a megabyte a row; the type is what the content says."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

from sqlalchemy import exists, insert, or_, select

from engine.authorization import Actor, require_acting, sees_case
from engine.errors import Invalid, NotFound, TooLarge
from engine.file_types import type_of
from engine.ids import new_id
from engine.models.identity import FileChunk, FileObject, FileUse
from engine.models.runtime import ProcessInstance, UserTask

CHUNK = 1_000_000


class ForbiddenType(Invalid):
    """A kind of file that is not taken."""

    code, http_status = "forbidden_type", 415
    zh = "不接受这种文件：{name}。可上传图片、PDF、Office 文档、录音和纯文本。"
    en = "This kind of file is not accepted: {name}. Images, PDF, office documents, recordings and plain text are."


class Files:
    """Putting files and getting them back."""

    def __init__(self, parts: Any):
        self._parts = parts

    def put(self, name: str, data: bytes, by: Actor | None, task_id: str | None = None,
            root_id: str | None = None) -> dict[str, Any]:
        """Keep a file; returns its value ``{sha256, name, type, size}``. Raises TooLarge, ForbiddenType, NotFound."""
        if by is not None:
            require_acting(by)
        limit = self._parts.settings.max_upload_mb
        if len(data) > limit * 1_000_000:
            raise TooLarge(what=name, limit=f"{limit} MB")
        media = type_of(data)
        if media is None:
            raise ForbiddenType(name=name)
        sha, now = hashlib.sha256(data).hexdigest(), self._parts.clock.now()
        name = name.replace("\\", "/").rsplit("/", 1)[-1].strip()[-200:] or "file"
        with self._parts.database.transaction() as connection:
            if task_id is not None:
                root_id = connection.scalar(select(UserTask.root_id).where(UserTask.id == task_id))
                if root_id is None:
                    raise NotFound(what="task")
            if root_id is not None and by is not None and connection.scalar(select(ProcessInstance.id).where(
                    ProcessInstance.id == root_id, sees_case(by, self._parts.live.at(connection)))) is None:
                raise NotFound(what="case")
            if self._parts.database.insert_new(connection, FileObject.__table__, sha256=sha, size=len(data), type=media,
                                               at=now):
                connection.execute(insert(FileChunk.__table__), [
                    {"sha256": sha, "part": part, "data": data[start:start + CHUNK]}
                    for part, start in enumerate(range(0, len(data), CHUNK))])
            connection.execute(insert(FileUse.__table__).values(
                id=new_id(now), sha256=sha, root_id=root_id, task_id=task_id, name=name, at=now,
                by=by.person_id if by else None))
        return {"sha256": sha, "name": name, "type": media, "size": len(data)}

    def open(self, sha256: str, by: Actor) -> tuple[dict[str, Any], Iterator[bytes]]:
        """A file that belongs to a case the actor may see, or that the actor brought. Raises NotFound."""
        with self._parts.database.reading() as connection:
            live = self._parts.live.at(connection)
            allowed = exists().where(ProcessInstance.id == FileUse.root_id, sees_case(by, live))
            row = connection.execute(
                select(FileObject.sha256, FileObject.type, FileObject.size, FileUse.name)
                .join(FileUse, FileUse.sha256 == FileObject.sha256)
                .where(FileObject.sha256 == sha256, or_(FileUse.by == by.person_id, allowed))
                .order_by(FileUse.at).limit(1)).first()
        if row is None:
            raise NotFound(what="file")
        return dict(row._mapping), self._chunks(sha256)

    def _chunks(self, sha256: str) -> Iterator[bytes]:
        part = 0
        while True:
            with self._parts.database.reading() as connection:
                data = connection.scalar(select(FileChunk.data).where(FileChunk.sha256 == sha256,
                                                                      FileChunk.part == part))
            if data is None:
                return
            yield data
            part += 1
