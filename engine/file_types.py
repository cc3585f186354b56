"""What a file is, by looking at its first bytes: the name says nothing."""

from __future__ import annotations

import zipfile
from io import BytesIO

SIGNATURES: tuple[tuple[int, bytes, str], ...] = (
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"GIF87a", "image/gif"),
    (0, b"GIF89a", "image/gif"),
    (8, b"WEBP", "image/webp"),
    (4, b"ftypheic", "image/heic"),
    (0, b"%PDF-", "application/pdf"),
    (0, b"ID3", "audio/mpeg"),
    (0, b"\xff\xfb", "audio/mpeg"),
    (8, b"WAVE", "audio/wav"),
    (4, b"ftypM4A", "audio/mp4"),
    (0, b"#!AMR", "audio/amr"),
    (0, b"OggS", "audio/ogg"),
    (4, b"ftyp", "video/mp4"),
)
OFFICE = {
    "word/": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xl/": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ppt/": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}


def type_of(data: bytes) -> str | None:
    """The media type of a file that may be attached; ``None`` for anything else (programs, pages, scripts)."""
    for offset, mark, media in SIGNATURES:
        if data[offset:offset + len(mark)] == mark:
            return media
    if data[:4] == b"PK\x03\x04":
        return _office(data)
    return "text/plain" if _is_text(data) else None


def _office(data: bytes) -> str | None:
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            names = archive.namelist()
    except zipfile.BadZipFile:
        return None
    if any(name.endswith("vbaProject.bin") for name in names):
        return None
    return next((media for folder, media in OFFICE.items() if any(name.startswith(folder) for name in names)), None)


def _is_text(data: bytes) -> bool:
    head = data[:4096]
    if not head or head.lstrip()[:1] == b"<" or head[:2] == b"#!":
        return False
    if any(byte < 32 and byte not in b"\t\n\r\f" for byte in head):
        return False
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
