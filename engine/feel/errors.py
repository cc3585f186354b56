"""What FEEL may answer instead of a value: every error carries a code, the place in the text and a sentence (zh/en)."""

from __future__ import annotations

from typing import Any


class FeelError(Exception):
    """The root. ``code`` is stable, ``params`` fill the sentences, ``position`` is the offset in ``text`` (or None)."""

    code = "feel_error"
    zh = "表达式出错。"
    en = "The expression failed."

    def __init__(self, code: str = "", *, position: int | None = None, text: str = "", **params: Any):
        self.code = code or type(self).code
        self.position, self.text, self.params = position, text, params
        super().__init__(self.code)

    @property
    def line(self) -> int:
        """The line of ``position``, from 1; 0 where there is none."""
        return 0 if self.position is None else self.text.count("\n", 0, self.position) + 1

    @property
    def column(self) -> int:
        """The column of ``position`` in its line, from 1; 0 where there is none."""
        return 0 if self.position is None else self.position - (self.text.rfind("\n", 0, self.position) + 1) + 1

    def sentence(self, lang: str = "zh") -> str:
        """The sentence for a person, ``lang`` being ``zh`` or ``en``."""
        template = (self.en if lang.startswith("en") else self.zh)
        return template.format_map(_Shown(self.params))

    def __str__(self) -> str:
        return f"{self.code}: {self.sentence('en')}"


class FeelSyntaxError(FeelError):
    """The text is not FEEL."""

    code = "feel_syntax"


class FeelLimitError(FeelError):
    """A bound was reached; never turned into null."""

    code = "feel_limit"


class _Shown(dict):
    def __missing__(self, key: str) -> str:
        return "{" + key + "}"
