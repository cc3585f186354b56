"""Values of a record as words: what references are found by, what a text search looks into, pinyin initials."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pypinyin import Style, lazy_pinyin


def key_text(value: Any) -> str | None:
    """What a reference is found by: the id of the record, the login of the person."""
    if isinstance(value, Mapping):
        value = value.get("id", value.get("login"))
    return None if value is None or value == "" else str(value)


def plain_words(value: Any) -> str:
    """A value as words to search in."""
    if isinstance(value, Mapping):
        return str(value.get("label") or value.get("name") or "")
    return "" if value is None else str(value)


def initials(word: str) -> str:
    """The pinyin initials of what is Chinese in a word."""
    return "".join(lazy_pinyin(word, style=Style.FIRST_LETTER, errors="ignore")).lower()


def searchable(words: Iterable[str]) -> str:
    """What a text search looks into: the words in small letters and their pinyin initials."""
    parts = []
    for word in words:
        parts.append(word.lower())
        if not word.isascii():
            parts.append(initials(word))
    return " ".join(parts)[:4000]
