"""Contact windows: when a customer may be written to or called (decision table ``contact_time_shift``)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from engine.calendar.duration import wall
from engine.calendar.errors import BadCalendar
from engine.calendar.hours import read_hours


@dataclass(frozen=True, slots=True)
class ContactWindow:
    """From ``opens`` to ``closes``, minutes of every day, both included."""

    opens: int
    closes: int

    @classmethod
    def read(cls, text: str) -> ContactWindow:
        """``08:00-21:00``. Raises :class:`BadCalendar`."""
        hours = read_hours(text, "window")
        if len(hours) != 1:
            raise BadCalendar(what="window", value=text)
        return cls(*hours[0])

    def holds(self, moment: datetime) -> bool:
        """Whether ``moment`` (aware, in the customer's zone) lies in the window."""
        return self.shifted(moment) == moment.astimezone(UTC)

    def shifted(self, moment: datetime) -> datetime:
        """``moment``, or the next opening of the window where it lies outside, in UTC."""
        day = moment.date()
        opens, closes = wall(day, self.opens, moment.tzinfo), wall(day, self.closes, moment.tzinfo)
        if moment < opens:
            return opens
        if moment > closes:
            return wall(day + timedelta(days=1), self.opens, moment.tzinfo)
        return moment.astimezone(UTC)


WINDOWS = {"sms": ContactWindow(8 * 60, 21 * 60), "call": ContactWindow(9 * 60, 20 * 60 + 30)}
"""SMS 08:00 to 21:00, outbound calls 09:00 to 20:30 (reading.md, 0.4 "Contact windows")."""
