"""Timers: one time each, and a literal one must be a date, a duration or a cycle of ISO 8601, or a cron text."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import isodate
from cronsim import CronSim, CronSimError

from engine.bpmn.lint.drawing import Drawing, Element, kid, kids, text
from engine.bpmn.lint.rule import Found, rule

TIMES = ("timeDate", "timeDuration", "timeCycle")
_CYCLE = re.compile(r"R(\d*)/(.+)", re.IGNORECASE)
_LONG_AGO = datetime(2024, 1, 1, tzinfo=UTC)


@rule("timer_one_time", "10.5.5",
      zh="定时事件{element}必须恰好有 timeDate、timeDuration、timeCycle 之一，现有 {count} 个。",
      en="The timer {element} must have exactly one of timeDate, timeDuration and timeCycle, it has {count}.")
def timer_one_time(drawing: Drawing) -> Iterator[Found]:
    for timer in drawing.all("timerEventDefinition"):
        count = len(kids(timer, *TIMES))
        if count > 1 or (count == 0 and drawing.executable(timer)):
            yield timer, {"count": count}


@rule("timer_date", "10.5.5", zh="{element}的日期“{text}”不是 ISO 8601 日期（例如 2026-05-01T09:00:00+08:00）。",
      en='The date "{text}" of {element} is not of ISO 8601 (such as 2026-05-01T09:00:00+08:00).')
def timer_date(drawing: Drawing) -> Iterator[Found]:
    yield from _wrong(drawing, "timeDate", is_date)


@rule("timer_duration", "10.5.5", zh="{element}的时长“{text}”不是 ISO 8601 时长（例如 PT4H、P3D）。",
      en='The duration "{text}" of {element} is not of ISO 8601 (such as PT4H, P3D).')
def timer_duration(drawing: Drawing) -> Iterator[Found]:
    yield from _wrong(drawing, "timeDuration", is_duration)


@rule("timer_cycle", "10.5.5", zh="{element}的周期“{text}”既不是 ISO 8601 周期（例如 R3/PT1H），也不是 cron 文本。",
      en='The cycle "{text}" of {element} is neither of ISO 8601 (such as R3/PT1H) nor a cron text.')
def timer_cycle(drawing: Drawing) -> Iterator[Found]:
    yield from _wrong(drawing, "timeCycle", is_cycle)


def _wrong(drawing: Drawing, name: str, fits: Callable[[str], bool]) -> Iterator[Found]:
    for timer in drawing.all("timerEventDefinition"):
        source = text(kid(timer, name))
        if drawing.executable(timer) and source and not source.startswith(("=", "${", "#{")) and not fits(source):
            yield _event(timer), {"text": source[:60]}


def _event(timer: Element) -> Element:
    return timer if timer.get("id") else timer.getparent()


def is_date(source: str) -> bool:
    """Whether ``source`` is a date or a moment of ISO 8601."""
    try:
        if "T" in source:
            isodate.parse_datetime(source)
        else:
            isodate.parse_date(source)
    except (ValueError, isodate.ISO8601Error, IndexError):
        return False
    return True


def is_duration(source: str) -> bool:
    """Whether ``source`` is a positive duration of ISO 8601."""
    if not re.fullmatch(r"P[\dYMWDTHS.,]+", source, re.IGNORECASE) or source.upper().endswith(("P", "T")):
        return False
    try:
        isodate.parse_duration(source.upper())
    except (ValueError, isodate.ISO8601Error):
        return False
    return True


def is_cycle(source: str) -> bool:
    """Whether ``source`` repeats: ``R…/…`` of ISO 8601 or a cron text of five or six fields."""
    match = _CYCLE.fullmatch(source)
    if match is None:
        return _is_cron(source)
    parts = match[2].split("/")
    if match[1] and int(match[1]) == 0:
        return False
    if len(parts) == 1:
        return is_duration(parts[0])
    return len(parts) == 2 and ((is_date(parts[0]) and is_duration(parts[1]))
                                or (is_duration(parts[0]) and is_date(parts[1])))


def _is_cron(source: str) -> bool:
    try:
        CronSim(source, _LONG_AGO)
    except (CronSimError, ValueError):
        return False
    return True
