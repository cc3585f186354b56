"""What can be wrong with a calendar, a repetition or a deadline rule."""

from __future__ import annotations

from engine.errors import BihuanError


class CalendarError(BihuanError, ValueError):
    """The root of the errors of this package; also a ``ValueError``, which FEEL answers with null."""

    code, http_status = "calendar_error", 422
    zh = "日历不能使用。"
    en = "The calendar cannot be used."


class BadCalendar(CalendarError):
    """A declaration of a working calendar that cannot be read."""

    code = "bad_calendar"
    zh = "工作日历中的“{what}”无法识别：{value}。"
    en = "“{what}” of the working calendar is not understood: {value}."


class NeverOpen(CalendarError):
    """No working time within three years of the moment asked for."""

    code = "never_open"
    zh = "工作日历在 {day} 前后三年内没有工作时间。"
    en = "The working calendar has no working time within three years of {day}."


class BadDuration(CalendarError):
    """Text that is no ISO 8601 duration."""

    code = "bad_duration"
    zh = "“{text}”不是时长；请写成 PT8H、P3D 这样的格式。"
    en = "“{text}” is not a duration; write it like PT8H or P3D."


class BadRepetition(CalendarError):
    """Text that is neither a cron expression nor an ISO 8601 repetition; ``why_zh``, ``why_en`` say more."""

    code = "bad_repetition"
    zh = "“{text}”不是有效的重复规则：{why_zh}。"
    en = "“{text}” is not a valid repetition: {why_en}."


class BadDeadlineRule(CalendarError):
    """A limit of the deadline table that cannot be read."""

    code = "bad_deadline_rule"
    zh = "期限“{limit}”无法识别；可用 PT24H、working: PT8H、working_days: 5、month_day: 5、time: 18:00。"
    en = ("The limit “{limit}” is not understood; use PT24H, working: PT8H, working_days: 5, month_day: 5 or "
          "time: 18:00.")


class NaiveMoment(CalendarError):
    """A moment without a zone, where an aware one is needed."""

    code = "naive_moment"
    zh = "时间 {moment} 没有时区。"
    en = "The moment {moment} has no zone."
