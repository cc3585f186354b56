"""When something repeats: a cron expression or an ISO 8601 repetition, as ``timeCycle`` of a start event holds it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

from cronsim import CronSim, CronSimError

from engine.calendar.duration import Duration, read_duration
from engine.calendar.errors import BadDuration, BadRepetition, NaiveMoment

_REFERENCE = datetime(2026, 1, 1, tzinfo=UTC)
_FIELDS = {"minute": "分钟", "hour": "小时", "day-of-month": "日期", "month": "月份", "day-of-week": "星期"}


class Repetition:
    """Moments in order. ``count`` is how many there are, None for no end; ``anchored`` whether they are fixed on the
    calendar (a repetition like ``R/PT1H`` counts from whatever moment it is asked about)."""

    text: str
    count: int | None = None
    anchored = True

    def next_after(self, moment: datetime, zone: tzinfo) -> datetime | None:
        """The first moment after ``moment`` (aware), in UTC; None when there is none. Wall clocks are ``zone``'s."""
        raise NotImplementedError

    def last_missed(self, since: datetime, now: datetime, zone: tzinfo) -> datetime | None:
        """The last moment after ``since`` and not after ``now``; of missed ticks only this one is made up for."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Cron(Repetition):
    """Five fields: minute, hour, day of month (``L`` last, ``LW`` last weekday), month, day of week (``5L``, ``1#2``).

    Times that the clocks skip in spring happen right after the gap, times they show twice happen once.
    """

    text: str

    def next_after(self, moment: datetime, zone: tzinfo) -> datetime | None:
        return next((tick.astimezone(UTC) for tick in CronSim(self.text, _aware(moment).astimezone(zone))), None)

    def last_missed(self, since: datetime, now: datetime, zone: tzinfo) -> datetime | None:
        reach = now.replace(microsecond=0) + timedelta(seconds=1)
        tick = next(iter(CronSim(self.text, _aware(reach).astimezone(zone), reverse=True)), None)
        return tick.astimezone(UTC) if tick is not None and _aware(since) < tick <= now else None


@dataclass(frozen=True, slots=True)
class Every(Repetition):
    """``R/PT1H``: every ``period`` from whenever it is begun."""

    text: str
    period: Duration
    count: int | None = None
    anchored = False

    def next_after(self, moment: datetime, zone: tzinfo) -> datetime | None:
        return self.period.after(_aware(moment).astimezone(zone))

    def last_missed(self, since: datetime, now: datetime, zone: tzinfo) -> datetime | None:
        start = _aware(since).astimezone(zone)
        index = _index(start, self.period, now)
        return self.period.times(index).after(start) if index > 0 else None


@dataclass(frozen=True, slots=True)
class Series(Repetition):
    """``R5/2026-01-31T09:00/P1M``: ``start``, then every ``period`` after it on the wall clock of the zone.

    The n-th moment is counted from the start: the 31st does not become the 28th for good after a February. A start
    without a zone is in the zone asked for. ``backwards`` counts from an end (``R3/P1D/2026-01-31``).
    """

    text: str
    start: datetime
    period: Duration | None
    count: int | None = None
    backwards: bool = False

    def next_after(self, moment: datetime, zone: tzinfo) -> datetime | None:
        index = self._last_index(_aware(moment), zone) + 1
        return self._tick(index, zone) if self.count is None or index < self.count else None

    def last_missed(self, since: datetime, now: datetime, zone: tzinfo) -> datetime | None:
        index = self._last_index(_aware(now), zone)
        if self.count is not None:
            index = min(index, self.count - 1)
        tick = self._tick(index, zone) if index >= 0 else None
        return tick if tick is not None and tick > _aware(since) else None

    def _tick(self, index: int, zone: tzinfo) -> datetime:
        if self.period is None:
            return self._first(zone).astimezone(UTC)
        if self.backwards:
            index -= (self.count or 1) - 1
        return self.period.times(index).after(self._first(zone))

    def _first(self, zone: tzinfo) -> datetime:
        return self.start.replace(tzinfo=zone) if self.start.tzinfo is None else self.start.astimezone(zone)

    def _last_index(self, moment: datetime, zone: tzinfo) -> int:
        """The index of the last moment not after ``moment``; -1 before the first."""
        if self.period is None:
            return 0 if self._tick(0, zone) <= moment else -1
        shift = (self.count or 1) - 1 if self.backwards else 0
        return max(-1, _index(self._first(zone), self.period, moment) + shift)


def parse_repetition(text: str) -> Repetition:
    """Read a cron expression of five fields or ``R[n]/[start/]period`` (or ``R[n]/period/end``, ``R1/moment``).

    Raises :class:`BadRepetition` with the reason in Chinese and English.
    """
    stripped = (text or "").strip()
    if re.match(r"R\d*/", stripped):
        return _iso(stripped)
    return _cron(stripped)


parse = parse_repetition


def _cron(text: str) -> Repetition:
    if len(text.split()) != 5:
        raise BadRepetition(text=text, why_zh="应为五段的 cron（分 时 日 月 星期）或 R/…/P…",
                            why_en="expected cron with five fields (minute hour day month weekday) or R/…/P…")
    try:
        first = next(iter(CronSim(text, _REFERENCE)), None)
    except CronSimError as error:
        field = str(error).removeprefix("Bad ")
        raise BadRepetition(text=text, why_zh=f"{_FIELDS.get(field, field)}一段写错了",
                            why_en=f"the field {field} is wrong") from None
    if first is None:
        raise BadRepetition(text=text, why_zh="没有符合的日期", why_en="no such date exists")
    return Cron(text)


def _iso(text: str) -> Repetition:
    head, *parts = text.split("/")
    count = int(head[1:]) if len(head) > 1 else None
    if count == 0 or not 1 <= len(parts) <= 2 or not all(parts):
        raise BadRepetition(text=text, why_zh="应为 R/时长、R次数/开始/时长",
                            why_en="expected R/period or Rn/start/period")
    if len(parts) == 1:
        if not parts[0].lstrip("-").startswith("P"):
            if count != 1:
                raise BadRepetition(text=text, why_zh="重复多次时要写时长", why_en="a period is needed to repeat")
            return Series(text, _moment(parts[0], text), None, 1)
        return Every(text, _period(parts[0], text), count)
    if parts[0].startswith("P"):
        if count is None:
            raise BadRepetition(text=text, why_zh="按结束时间倒推时要写次数", why_en="a count is needed before an end")
        return Series(text, _moment(parts[1], text), _period(parts[0], text), count, backwards=True)
    return Series(text, _moment(parts[0], text), _period(parts[1], text), count)


def _period(text: str, whole: str) -> Duration:
    try:
        period = read_duration(text)
    except BadDuration:
        raise BadRepetition(text=whole, why_zh=f"{text} 不是时长", why_en=f"{text} is not a duration") from None
    if not period.positive:
        raise BadRepetition(text=whole, why_zh="间隔必须大于零", why_en="the period must be more than zero")
    return period


def _moment(text: str, whole: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise BadRepetition(text=whole, why_zh=f"{text} 不是日期时间",
                            why_en=f"{text} is not a date and time") from None


def _aware(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise NaiveMoment(moment=moment.isoformat())
    return moment


def _index(start: datetime, period: Duration, moment: datetime) -> int:
    """The largest n, also negative, with ``start + n * period`` not after ``moment``."""
    length = timedelta(days=period.months * 30.44 + period.days) + period.time
    index = int((moment - start) / length)
    while period.times(index).after(start) > moment:
        index -= 1
    while period.times(index + 1).after(start) <= moment:
        index += 1
    return index
