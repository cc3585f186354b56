"""What a field type is: how one kind of value is read, checked, stored, shown and masked."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, ClassVar

from engine.forms.frame import Frame
from engine.forms.words import Wrong

if TYPE_CHECKING:
    from engine.forms.field import Field

MISSING = "–"
"""Shown where there is no value; never 0 and never empty."""
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


class FieldType:
    """One kind of field. Subclass, set ``name``, and register it (entry point ``bihuan.field_types``).

    ``attributes`` names the declared attributes beyond the common ones; ``storage`` says how a register keeps the
    value: text, longtext, int, decimal, money, date, datetime, time, bool, reference or json.
    """

    name: ClassVar[str] = ""
    attributes: ClassVar[frozenset[str]] = frozenset()
    storage: ClassVar[str] = "text"
    several: ClassVar[bool] = False
    """Whether a browser may send the field more than once."""

    def parse(self, raw: Any, field: Field, frame: Frame) -> Any:
        """The value of what a browser (text) or a program (JSON, or a value itself) submitted; ``None`` when empty.

        Raises :class:`Wrong`.
        """
        raise NotImplementedError

    def computed(self, raw: Any, field: Field, frame: Frame) -> Any:
        """The value of what a formula gave; like :meth:`parse`, but rounded where the type rounds."""
        return self.parse(raw, field, frame)

    def check(self, value: Any, field: Field, frame: Frame) -> Iterable[Wrong]:  # noqa: ARG002
        """What is wrong with ``value`` (never ``None``) beyond its kind."""
        return ()

    def text(self, value: Any, field: Field, frame: Frame) -> str:  # noqa: ARG002
        """``value`` as the text of an input element; :meth:`parse` reads it back."""
        return "" if value is None else str(value)

    def display(self, value: Any, field: Field, frame: Frame, lang: str) -> str:  # noqa: ARG002
        """``value`` for people to read."""
        return MISSING if value is None or value == "" else self.text(value, field, frame)

    def mask(self, value: Any, field: Field, frame: Frame) -> str:
        """``value`` for those who may not see personal data."""
        return masked(self.text(value, field, frame))

    def declare(self, field: Field) -> Iterable[Wrong]:  # noqa: ARG002
        """What is wrong with the declaration of ``field``; ``path`` names the attribute."""
        return ()


def masked(text: str, head: int = 1, tail: int = 0) -> str:
    """``text`` with its middle hidden; the number of stars does not tell the length."""
    if not text:
        return ""
    if len(text) <= head + tail:
        return "***"
    return text[:head] + "***" + (text[-tail:] if tail else "")


def clean(raw: Any) -> str:
    """Text as it is kept: composed characters, no control or direction-changing ones, no blanks around."""
    return _CONTROL.sub("", unicodedata.normalize("NFC", str(raw)).replace("\r\n", "\n").replace("\r", "\n")).strip()


def narrow(raw: Any) -> str:
    """:func:`clean` text with full-width digits, letters and signs made half-width, for codes and quantities."""
    if len(str(raw)) > 1000:
        return str(raw)  # no code and no quantity; normalising would only make it longer
    return clean(unicodedata.normalize("NFKC", str(raw)))


def scalar(raw: Any) -> Any:
    """``raw``, or :class:`Wrong` when it is a list or a mapping where one value should be."""
    if isinstance(raw, (list, tuple, dict, set, bytes)):
        raise Wrong("type", "这里只能填一个值。", "Only one value can be given here.")
    return raw


def mapping(raw: Any) -> Any:
    """``raw``, with the JSON text of an object (as a hidden input carries it) read."""
    if isinstance(raw, str) and raw.lstrip().startswith("{"):
        try:
            return json.loads(raw)
        except ValueError:
            raise Wrong("type", "内容不完整，请重新选择。", "The content is incomplete; please choose again.") from None
    return raw
