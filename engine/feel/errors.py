"""What FEEL may answer instead of a value.

Every error carries a stable code, the place in the text and a sentence in Chinese and English (``sentences.py``).
Nothing here is worded where it is raised, so that an error can be kept as code and parameters and shown later in the
language of whoever reads it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .sentences import worded

if TYPE_CHECKING:
    from .reasons import Reasons


class FeelError(Exception):
    """The root of what this package raises.

    ``code`` is stable, ``params`` fill the sentence, ``position`` is the offset in ``text`` (None where there is none).
    """

    default_code = "feel_error"

    def __init__(self, code: str = "", *, position: int | None = None, text: str = "", **params: Any):
        self.code = code or self.default_code
        self.position, self.text, self.params = position, text, params
        super().__init__(self.code)

    @property
    def line(self) -> int:
        """The line of ``position``, counted from 1; 0 where there is none."""
        return 0 if self.position is None else self.text.count("\n", 0, self.position) + 1

    @property
    def column(self) -> int:
        """The column of ``position`` in its line, counted from 1; 0 where there is none."""
        return 0 if self.position is None else self.position - self.text.rfind("\n", 0, self.position)

    def sentence(self, lang: str = "zh") -> str:
        """The sentence for a person, ``lang`` being ``zh`` or ``en``; begins with the place where there is one."""
        said = worded(self.code, self.params, lang)
        if self.position is None:
            return said
        if lang.startswith("en"):
            return f"Line {self.line}, column {self.column}: {said}"
        return f"第 {self.line} 行第 {self.column} 列：{said}"

    def __str__(self) -> str:
        return f"{self.code}: {self.sentence('en')}"


class FeelSyntaxError(FeelError):
    """The text is not FEEL."""

    default_code = "syntax_unexpected"


class FeelLimitError(FeelError):
    """A bound was reached (steps, sizes, nesting); never turned into null."""

    default_code = "limit_steps"


class FeelAssertionError(FeelError):
    """The function ``assert`` found its condition not to hold."""

    default_code = "assertion"


class NullCondition(FeelError):
    """A condition is neither true nor false: null (``null_condition``) or no boolean (``condition_not_boolean``).

    ``missing`` are the names that were not there, ``reasons`` all that was found (see :class:`Reasons`).
    """

    default_code = "null_condition"

    def __init__(self, code: str = "", *, text: str, reasons: Reasons, **params: Any):
        super().__init__(code, text=text, **params)
        self.reasons = reasons

    @property
    def missing(self) -> tuple[str, ...]:
        return self.reasons.missing

    def sentence(self, lang: str = "zh") -> str:
        said = worded(self.code, {**self.params, "text": shortened(self.text)}, lang)
        why = self.reasons.sentence(lang)
        return f"{said}{' ' if lang.startswith('en') and why else ''}{why}"


def shortened(text: str, limit: int = 80) -> str:
    """``text`` on one line and at most ``limit`` characters, for sentences."""
    line = " ".join(text.split())
    return line if len(line) <= limit else line[: limit - 1] + "…"
