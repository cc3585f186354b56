"""Attachments and signatures. The bytes are kept elsewhere; a value names them by their SHA-256."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from engine.forms.frame import Frame
from engine.forms.types.base import MISSING, FieldType, clean, mapping
from engine.forms.types.moment import Moment
from engine.forms.words import Wrong

if TYPE_CHECKING:
    from engine.forms.field import Field

MAX_MB = 20
KINDS: dict[str, tuple[str, ...]] = {
    "image": ("image/jpeg", "image/png", "image/gif", "image/webp", "image/heic", "image/bmp", "image/tiff"),
    "pdf": ("application/pdf",),
    "audio": ("audio/",),
    "video": ("video/",),
    "text": ("text/plain", "text/csv"),
    "office": ("application/msword", "application/vnd.ms-excel", "application/vnd.ms-powerpoint",
               "application/vnd.openxmlformats-officedocument.", "application/vnd.oasis.opendocument."),
}
"""The words of ``accept`` and the beginnings of the media types they stand for."""
_NAMES = {"image": ("图片", "images"), "pdf": ("PDF", "PDF"), "audio": ("录音", "audio"), "video": ("视频", "video"),
          "text": ("文本", "text"), "office": ("办公文档", "office documents")}
_SHA256 = re.compile(r"[0-9a-f]{64}\Z")


class File(FieldType):
    """An uploaded file ``{"sha256", "name", "type", "size"}``; with ``max_files`` over 1 a list of them."""

    name = "file"
    attributes = frozenset({"accept", "max_mb", "max_files"})
    storage = "json"
    several = True

    def parse(self, raw: Any, field: Field, frame: Frame) -> Any:
        items = raw if isinstance(raw, (list, tuple)) else [raw]
        files = [one for one in (self.one(item, frame) for item in items) if one is not None]
        if field.attribute("max_files", 1) > 1:
            return files or None
        if len(files) > 1:
            raise Wrong("too_many_files", "只能附一个文件。", "Only one file can be attached.")
        return files[0] if files else None

    def one(self, raw: Any, frame: Frame) -> dict[str, Any] | None:
        """One file of a submission: its mapping or its SHA-256."""
        raw = mapping(raw)
        if raw is None or raw == "" or raw == {}:
            return None
        digest = raw.get("sha256") if isinstance(raw, dict) else raw
        if not isinstance(digest, str) or not _SHA256.match(digest):
            raise Wrong("not_a_file", "请重新上传文件。", "Please upload the file again.")
        given = raw if isinstance(raw, dict) else {}
        raw = given if frame.lookup is None else frame.lookup.file(digest)
        if not raw:
            raise Wrong("no_such_file", "文件没有找到，请重新上传。", "The file was not found; please upload it again.")
        size = raw.get("size")
        return {"sha256": digest, "name": clean(raw.get("name") or given.get("name") or digest[:8])[:255],
                "type": clean(raw.get("type") or "application/octet-stream")[:100],
                "size": size if isinstance(size, int) and not isinstance(size, bool) else 0}

    def check(self, value: Any, field: Field, frame: Frame) -> Iterable[Wrong]:  # noqa: ARG002
        files = value if isinstance(value, list) else [value]
        most, megabytes = field.attribute("max_files", 1), field.attribute("max_mb", MAX_MB)
        if len(files) > most:
            yield Wrong("too_many_files", f"最多 {most} 个文件。", f"At most {most} files.")
        for one in files:
            if one["size"] > megabytes * 1_000_000:
                yield Wrong("file_too_large", f"文件“{one['name']}”超过 {megabytes} MB。",
                            f'The file "{one["name"]}" is larger than {megabytes} MB.')
            if not accepted(one["type"], field.attribute("accept")):
                yield _not_accepted(one["name"], field.attribute("accept"))

    def text(self, value: Any, field: Field, frame: Frame) -> str:  # noqa: ARG002
        files = value if isinstance(value, list) else [value]
        return ",".join(one["sha256"] if isinstance(one, dict) else str(one) for one in files if one)

    def display(self, value: Any, field: Field, frame: Frame, lang: str) -> str:  # noqa: ARG002
        files = [one for one in (value if isinstance(value, list) else [value]) if isinstance(one, dict)]
        return ("、" if lang == "zh" else ", ").join(one["name"] for one in files) or MISSING

    def mask(self, value: Any, field: Field, frame: Frame) -> str:  # noqa: ARG002
        return "***"

    def declare(self, field: Field) -> Iterable[Wrong]:
        for kind in field.attribute("accept") or ():
            if kind not in KINDS:
                yield Wrong("accept_unknown", f"accept 不认识“{kind}”，可用：{'、'.join(KINDS)}。",
                            f'accept does not know "{kind}"; there are {", ".join(KINDS)}.', ("accept",))


class Signature(FieldType):
    """A signature ``{"file", "method", "signed_at", "signer"}``; method pad, scan, link or witness.

    A pad or a scan needs its image; a signature by link or before a witness needs the signer's name.
    """

    name = "signature"
    storage = "json"
    methods = ("pad", "scan", "link", "witness")

    def parse(self, raw: Any, field: Field, frame: Frame) -> dict[str, Any] | None:
        raw = mapping(raw)
        if raw is None or isinstance(raw, str) and not raw.strip():
            return None
        if isinstance(raw, str):
            raw = {"file": raw, "method": "pad"}
        if not isinstance(raw, dict):
            raise Wrong("not_a_signature", "请重新签字。", "Please sign again.")
        file = File().one(raw.get("file"), frame)
        signer = clean(raw.get("signer") or "")[:100]
        if file is None and not signer and not raw.get("signed_at"):
            return None
        method = raw.get("method") or "pad"
        if method not in self.methods or (file is None and (method in ("pad", "scan") or not signer)):
            raise Wrong("not_a_signature", "签字不完整，请重新签字。",
                        "The signature is incomplete; please sign again.")
        signed_at = Moment().parse(raw.get("signed_at"), field, frame) or frame.now
        return {"file": file, "method": method, "signed_at": signed_at, "signer": signer}

    def check(self, value: dict[str, Any], field: Field, frame: Frame) -> Iterable[Wrong]:  # noqa: ARG002
        if value["signed_at"] > frame.now:
            yield Wrong("in_future", "签字时间不能晚于现在。", "The time of the signature must not be later than now.")
        if value["file"] is not None and not accepted(value["file"]["type"], ("image", "pdf")):
            yield _not_accepted(value["file"]["name"], ("image", "pdf"))

    def text(self, value: Any, field: Field, frame: Frame) -> str:  # noqa: ARG002
        file = value.get("file") if isinstance(value, dict) else None
        return file["sha256"] if file else ""

    def display(self, value: Any, field: Field, frame: Frame, lang: str) -> str:
        if not isinstance(value, dict):
            return MISSING
        when = value.get("signed_at")
        shown = Moment().display(when, field, frame, lang) if isinstance(when, datetime) else ""
        signed = "已签字" if lang == "zh" else "Signed"
        return " ".join(part for part in (signed, value.get("signer"), shown) if part)

    def mask(self, value: Any, field: Field, frame: Frame) -> str:  # noqa: ARG002
        return "***"


def accepted(media_type: str, kinds: Iterable[str] | None) -> bool:
    """Whether a file of ``media_type`` may be attached where ``kinds`` are accepted (all kinds when not said)."""
    return any(media_type.startswith(start) for kind in kinds or KINDS for start in KINDS.get(kind, ()))


def _not_accepted(name: str, kinds: Iterable[str] | None) -> Wrong:
    names = [_NAMES[kind] for kind in kinds or KINDS if kind in _NAMES]
    return Wrong("file_type", f"不能附“{name}”，可附：{'、'.join(one[0] for one in names)}。",
                 f'"{name}" cannot be attached; accepted are {", ".join(one[1] for one in names)}.')
