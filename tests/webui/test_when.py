"""Moments, durations and deadlines in words (UX 2.1, 2.2)."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from webui import when

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 18, 14, 32, tzinfo=ZONE)  # a Wednesday


@pytest.mark.parametrize(("span", "zh", "en"), [
    (timedelta(seconds=59), "不到 1 分", "under 1 min"),
    (timedelta(minutes=41, seconds=59), "41 分", "41 min"),
    (timedelta(hours=2, minutes=8), "2 小时 8 分", "2 h 8 min"),
    (timedelta(hours=3), "3 小时", "3 h"),
    (timedelta(days=1, hours=7, minutes=59), "1 天 7 小时", "1 d 7 h"),
])
def test_durations_have_two_units_and_are_cut_not_rounded(span, zh, en):
    assert (when.duration(span, "zh"), when.duration(span, "en")) == (zh, en)


@pytest.mark.parametrize(("then", "zh", "en"), [
    (NOW - timedelta(seconds=20), "刚刚", "just now"),
    (NOW - timedelta(minutes=12), "12 分钟前", "12 min ago"),
    (NOW.replace(hour=9, minute=40), "今天 09:40", "Today 09:40"),
    (datetime(2026, 11, 17, 17, 5, tzinfo=ZONE), "昨天 17:05", "Yesterday 17:05"),
    (datetime(2026, 11, 16, 16, 40, tzinfo=ZONE), "11-16 周一 16:40", "Mon 16 Nov 16:40"),
    (datetime(2025, 11, 16, 16, 40, tzinfo=ZONE), "2025-11-16 16:40", "16 Nov 2025 16:40"),
])
def test_the_past_in_relative_words(then, zh, en):
    assert (when.ago(then, NOW, ZONE, "zh"), when.ago(then, NOW, ZONE, "en")) == (zh, en)


@pytest.mark.parametrize(("due", "warn", "state", "zh", "en"), [
    (NOW - timedelta(hours=3), NOW - timedelta(hours=8), "late", "逾期 3 小时", "3 h overdue"),
    (NOW + timedelta(hours=2, minutes=8), NOW - timedelta(hours=1), "risk", "剩 2 小时 8 分", "2 h 8 min left"),
    (NOW.replace(hour=22, minute=0), NOW + timedelta(hours=5), "normal", "今天 22:00", "Today 22:00"),
    (datetime(2026, 11, 19, 9, 30, tzinfo=ZONE), None, "normal", "明天 09:30", "Tomorrow 09:30"),
    (datetime(2026, 11, 20, 18, 0, tzinfo=ZONE), None, "normal", "周五 18:00", "Fri 18:00"),
    (datetime(2026, 11, 26, 18, 0, tzinfo=ZONE), None, "normal", "11-26 周四", "Thu 26 Nov"),
])
def test_a_deadline_in_words(due, warn, state, zh, en):
    chinese, english = (when.due("normal", due, warn, NOW, ZONE, lang) for lang in ("zh", "en"))
    assert (chinese.state, chinese.words, english.words) == (state, zh, en)


def test_a_paused_task_shows_no_clock():
    assert when.due("paused", NOW, None, NOW, ZONE, "zh").words == "已暂停"


@pytest.mark.parametrize(("done", "zh"), [(NOW, "按期"), (NOW + timedelta(hours=2), "超期 2 小时")])
def test_a_finished_task_tells_how_it_stood(done, zh):
    assert when.finished(NOW, done, "zh").words == zh
