"""Words in both languages, and what a field type says when a value will not do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Words:
    """A text in Chinese and English."""

    zh: str
    en: str

    def in_language(self, lang: str) -> str:
        """The text in ``lang`` (``zh`` or ``en``), the other one where it is missing."""
        return (self.en or self.zh) if lang.startswith("en") else (self.zh or self.en)


NOTHING = Words("", "")


def words_of(declared: Any, fallback: str = "") -> Words:
    """``{zh: …, en: …}`` or one text for both, as a file declares it."""
    if isinstance(declared, dict):
        return Words(str(declared.get("zh", "") or ""), str(declared.get("en", "") or ""))
    return Words(str(declared), str(declared)) if declared is not None else Words(fallback, fallback)


class Wrong(Exception):
    """A value that a field cannot take: a stable code and the sentence at the field. ``path`` leads into the value."""

    def __init__(self, code: str, zh: str, en: str, path: tuple[str | int, ...] = ()):
        super().__init__(code)
        self.code, self.zh, self.en, self.path = code, zh, en, path
