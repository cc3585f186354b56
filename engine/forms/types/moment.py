"""Points of time: days, moments, times of day, months."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any

from engine.forms.frame import Frame
from engine.forms.types.base import MISSING, FieldType, masked, narrow, scalar
from engine.forms.words import Wrong

if TYPE_CHECKING:
    from engine.forms.field import Field

_DAY = r"([0-9]{4})(?:-|/|\.|年)([0-9]{1,2})(?:-|/|\.|月)([0-9]{1,2})日?"
_CLOCK = r"([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]{1,6})[0-9]*)?)?"
_DATE = re.compile(_DAY + r"\Z")
_TIME = re.compile(_CLOCK + r"\Z")
_MONTH = re.compile(r"([0-9]{4})(?:-|/|\.|年)([0-9]{1,2})月?\Z")
_MOMENT = re.compile(_DAY + r"(?:[T ]|(?<=日))\s*" + _CLOCK +
                     r"\s*(Z|[+-][0-9]{2}:?[0-9]{2})?(?:[@\[][A-Za-z_/+-]+\]?)?\Z")


class Day(FieldType):
    """A day of the calendar. ``past``: not after today; ``future``: not before today."""

    name = "date"
    attributes = frozenset({"min", "max", "past", "future"})
    storage = "date"

    def parse(self, raw: Any, field: Field, frame: Frame) -> date | None:  # noqa: ARG002
        raw = scalar(raw)
        if isinstance(raw, datetime):
            return raw.astimezone(frame.zone).date()
        if raw is None or isinstance(raw, date):
            return raw
        text = narrow(raw)
        if not text:
            return None
        return _made(date, _DATE.match(text), "请填日期，例如 2026-04-07。", "Please enter a date, such as 2026-04-07.")

    def check(self, value: Any, field: Field, frame: Frame) -> Iterable[Wrong]:
        today = self.today(frame)
        if field.attribute("past") and value > today:
            yield Wrong("in_future", "不能晚于现在。", "Must not be later than now.")
        if field.attribute("future") and self.day(value, frame) < frame.now.date():
            yield Wrong("in_past", "不能早于今天。", "Must not be earlier than today.")
        lowest, highest = field.attribute("min"), field.attribute("max")
        if lowest is not None and value < lowest:
            shown = self.display(lowest, field, frame, "en")
            yield Wrong("too_early", f"不能早于 {shown}。", f"Must not be earlier than {shown}.")
        if highest is not None and value > highest:
            shown = self.display(highest, field, frame, "en")
            yield Wrong("too_late", f"不能晚于 {shown}。", f"Must not be later than {shown}.")

    def today(self, frame: Frame) -> Any:
        return frame.now.date()

    def day(self, value: Any, frame: Frame) -> date:  # noqa: ARG002
        return value

    def text(self, value: Any, field: Field, frame: Frame) -> str:  # noqa: ARG002
        return value.isoformat() if isinstance(value, date) else "" if value is None else str(value)

    def mask(self, value: Any, field: Field, frame: Frame) -> str:
        return masked(self.text(value, field, frame), 4)


class Moment(Day):
    """A moment; input without a zone is in the zone of the case. Shown to the minute, kept to the second."""

    name = "datetime"
    storage = "datetime"

    def parse(self, raw: Any, field: Field, frame: Frame) -> datetime | None:  # noqa: ARG002
        raw = scalar(raw)
        if raw is None or isinstance(raw, datetime):
            return raw if raw is None or raw.tzinfo is not None else raw.replace(tzinfo=frame.zone)
        text = narrow(raw)
        if not text:
            return None
        found = _MOMENT.match(text)
        if found is None:
            raise _no_moment()
        parts = [int(part or 0) for part in found.groups()[:6]]
        try:
            moment = datetime(*parts, tzinfo=_offset(found[8]) or frame.zone)  # type: ignore[arg-type, misc]
        except ValueError:
            raise _no_moment() from None
        return moment if found[8] is None else moment.astimezone(frame.zone)

    def today(self, frame: Frame) -> datetime:
        return frame.now

    def day(self, value: datetime, frame: Frame) -> date:
        return value.astimezone(frame.zone).date()

    def text(self, value: Any, field: Field, frame: Frame) -> str:  # noqa: ARG002
        if not isinstance(value, datetime):
            return "" if value is None else str(value)
        return value.astimezone(frame.zone).strftime("%Y-%m-%dT%H:%M")

    def display(self, value: Any, field: Field, frame: Frame, lang: str) -> str:
        return super().display(value, field, frame, lang).replace("T", " ")


class TimeOfDay(FieldType):
    """A time of day."""

    name = "time"
    attributes = frozenset({"min", "max"})
    storage = "time"

    def parse(self, raw: Any, field: Field, frame: Frame) -> time | None:  # noqa: ARG002
        raw = scalar(raw)
        if raw is None or isinstance(raw, time):
            return raw
        text = narrow(raw)
        if not text:
            return None
        return _made(time, _TIME.match(text), "请填时间，例如 14:00。", "Please enter a time, such as 14:00.")

    def check(self, value: time, field: Field, frame: Frame) -> Iterable[Wrong]:  # noqa: ARG002
        lowest, highest = field.attribute("min"), field.attribute("max")
        if lowest is not None and value < lowest:
            yield Wrong("too_early", f"不能早于 {lowest:%H:%M}。", f"Must not be earlier than {lowest:%H:%M}.")
        if highest is not None and value > highest:
            yield Wrong("too_late", f"不能晚于 {highest:%H:%M}。", f"Must not be later than {highest:%H:%M}.")

    def text(self, value: Any, field: Field, frame: Frame) -> str:  # noqa: ARG002
        return value.strftime("%H:%M") if isinstance(value, time) else "" if value is None else str(value)


class Month(FieldType):
    """A month, kept as text ``2026-04``, which sorts and compares as it should."""

    name = "month"
    attributes = frozenset({"past", "future"})

    def parse(self, raw: Any, field: Field, frame: Frame) -> str | None:  # noqa: ARG002
        raw = scalar(raw)
        if isinstance(raw, date):
            return f"{raw:%Y-%m}"
        text = narrow(raw) if raw is not None else ""
        if not text:
            return None
        found = _MONTH.match(text)
        if found is None or not 1 <= int(found[2]) <= 12:
            raise Wrong("not_a_month", "请填月份，例如 2026-04。", "Please enter a month, such as 2026-04.")
        return f"{found[1]}-{int(found[2]):02d}"

    def check(self, value: str, field: Field, frame: Frame) -> Iterable[Wrong]:
        present = f"{frame.now:%Y-%m}"
        if field.attribute("past") and value > present:
            yield Wrong("in_future", "不能晚于本月。", "Must not be later than this month.")
        if field.attribute("future") and value < present:
            yield Wrong("in_past", "不能早于本月。", "Must not be earlier than this month.")

    def display(self, value: Any, field: Field, frame: Frame, lang: str) -> str:  # noqa: ARG002
        return MISSING if value is None else str(value)


def _made(kind: Any, found: re.Match | None, zh: str, en: str) -> Any:
    try:
        return kind(*(int(part or 0) for part in found.groups()[:3]))  # type: ignore[union-attr]
    except (ValueError, AttributeError):
        raise Wrong(f"not_a_{kind.__name__}", zh, en) from None


def _offset(text: str | None) -> Any:
    if text is None:
        return None
    return datetime.strptime("+00:00" if text == "Z" else text, "%z").tzinfo


def _no_moment() -> Wrong:
    return Wrong("not_a_datetime", "请填日期和时间，例如 2026-04-07 09:30。",
                 "Please enter a date and a time, such as 2026-04-07 09:30.")
