"""Text in one line and in many."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import re2

from engine.forms.frame import Frame
from engine.forms.types.base import FieldType, clean, scalar
from engine.forms.words import Wrong

if TYPE_CHECKING:
    from engine.forms.field import Field


class Text(FieldType):
    """One line, at most 200 characters unless ``max_length`` says otherwise."""

    name = "text"
    attributes = frozenset({"min_length", "max_length", "pattern"})
    longest = 200

    def parse(self, raw: Any, field: Field, frame: Frame) -> str | None:  # noqa: ARG002
        raw = scalar(raw)
        if raw is None:
            return None
        if isinstance(raw, bool):
            raise Wrong("type", "这里应填文字。", "Text is needed here.")
        return self.shape(clean(raw)) or None

    def shape(self, text: str) -> str:
        return " ".join(text.split("\n"))

    def check(self, value: str, field: Field, frame: Frame) -> Iterable[Wrong]:  # noqa: ARG002
        longest, shortest = field.attribute("max_length", self.longest), field.attribute("min_length", 0)
        if len(value) > longest:
            yield Wrong("too_long", f"最多 {longest} 个字，现有 {len(value)} 个。",
                        f"At most {longest} characters; there are {len(value)}.")
        if len(value) < shortest:
            yield Wrong("too_short", f"至少 {shortest} 个字，现有 {len(value)} 个。",
                        f"At least {shortest} characters; there are {len(value)}.")
        pattern = field.attribute("pattern")
        if pattern and not re2.fullmatch(pattern, value):
            yield Wrong("pattern", "格式不对。", "The format is not right.")

    def declare(self, field: Field) -> Iterable[Wrong]:
        pattern = field.attribute("pattern")
        if pattern is None:
            return
        quiet = re2.Options()
        quiet.log_errors = False
        try:
            re2.compile(pattern, quiet)
        except re2.error:
            yield Wrong("pattern_broken", f"pattern 不是有效的正则表达式：{pattern}",
                        f"pattern is not a valid regular expression: {pattern}", ("pattern",))


class LongText(Text):
    """Several lines, at most 4,000 characters unless ``max_length`` says otherwise."""

    name = "longtext"
    storage = "longtext"
    longest = 4000

    def shape(self, text: str) -> str:
        return text
