"""When calendar starts tick."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.calendar import SHANGHAI, BadRepetition, NaiveMoment, parse_repetition

BERLIN = ZoneInfo("Europe/Berlin")


def at(text: str, zone: ZoneInfo = SHANGHAI) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def ticks(text: str, start: datetime, count: int, zone: ZoneInfo = SHANGHAI) -> list[str]:
    repetition, found, moment = parse_repetition(text), [], start
    for _ in range(count):
        moment = repetition.next_after(moment, zone)
        if moment is None:
            break
        found.append(moment.astimezone(zone).strftime("%m-%d %H:%M"))
    return found


@pytest.mark.parametrize(("text", "expected"), [
    ("0 9,14,17 * * *", ["01-30 14:00", "01-30 17:00", "01-31 09:00"]),  # the complaint mailbox
    ("0 18 5 * *", ["02-05 18:00", "03-05 18:00", "04-05 18:00"]),
    ("0 18 L * *", ["01-31 18:00", "02-28 18:00", "03-31 18:00"]),
    ("0 8 * * 1", ["02-02 08:00", "02-09 08:00", "02-16 08:00"]),
    ("0 9 1 1,4,7,10 *", ["04-01 09:00", "07-01 09:00", "10-01 09:00"]),
    ("R/PT1H", ["01-30 13:00", "01-30 14:00", "01-30 15:00"]),
    ("R/2026-01-31T09:00/P1M", ["01-31 09:00", "02-28 09:00", "03-31 09:00"]),  # the 31st stays the 31st
    ("R2/2026-01-31T09:00/P1M", ["01-31 09:00", "02-28 09:00"]),
    ("R3/P1D/2026-02-01T09:00", ["01-31 09:00", "02-01 09:00"]),  # counted back from the end
    ("R1/2026-03-01T08:00", ["03-01 08:00"]),
    ("R/2026-01-29T20:00:00Z/P1W", ["02-06 04:00", "02-13 04:00", "02-20 04:00"]),
])
def test_ticks_follow_each_other(text, expected):
    assert ticks(text, at("2026-01-30T12:00"), 3) == expected


def test_a_counted_series_ends():
    assert ticks("R2/2026-01-29T09:00/P1D", at("2026-01-30T12:00"), 1) == []
    assert parse_repetition("R2/2026-01-31T09:00/P1M").next_after(at("2026-02-28T09:00"), SHANGHAI) is None


@pytest.mark.parametrize("text", ["30 2 * * *", "R/2027-03-20T02:30/P1D"])
def test_a_time_the_clocks_skip_happens_once_and_one_shown_twice_happens_once(text):
    # given the night in which 02:00 to 03:00 does not exist, and the one in which it exists twice
    spring = ticks(text, at("2027-03-27T12:00", BERLIN), 2, BERLIN)
    assert [tick[:5] for tick in spring] == ["03-28", "03-29"]
    assert spring[1] == "03-29 02:30"
    autumn = ticks(text, at("2027-10-30T12:00", BERLIN), 2, BERLIN)
    assert autumn == ["10-31 02:30", "11-01 02:30"]


def test_every_day_keeps_its_hour_while_24_hours_drift():
    assert ticks("R/2027-03-27T09:00/P1D", at("2027-03-27T10:00", BERLIN), 1, BERLIN) == ["03-28 09:00"]
    assert ticks("R/2027-03-27T09:00/PT24H", at("2027-03-27T10:00", BERLIN), 1, BERLIN) == ["03-28 10:00"]


def test_only_the_last_missed_tick_is_made_up_for():
    daily = parse_repetition("0 9 * * *")
    since, now = at("2026-03-01T09:00"), at("2026-03-05T09:00")
    assert daily.last_missed(since, now, SHANGHAI) == now
    assert daily.last_missed(since, at("2026-03-02T08:59"), SHANGHAI) is None
    assert parse_repetition("R/PT1H").last_missed(since, since + timedelta(minutes=150), SHANGHAI) == (
        since + timedelta(hours=2))
    assert parse_repetition("R3/2026-03-01T09:00/P1D").last_missed(since, at("2026-04-01T00:00"), SHANGHAI) == (
        at("2026-03-03T09:00"))


@pytest.mark.parametrize("text", [
    "", "every day", "* * * *", "0 0 9 * * *", "61 9 * * *", "0 9 32 * *", "0 0 30 2 *", "R/", "R0/PT1H", "R/PT0S",
    "R/-P1D", "R/2026-01-01T09:00", "R/2026-13-01T09:00/P1D", "R/P1D/2026-01-01T09:00", "R/1h", "R/a/b/c", "0 9 x * *",
])
def test_text_that_is_no_repetition_is_refused_with_a_reason(text):
    with pytest.raises(BadRepetition) as error:
        parse_repetition(text)
    assert "不是有效的重复规则" in error.value.sentence("zh")
    assert "{" not in error.value.sentence("zh") + error.value.sentence("en")


def test_a_moment_without_zone_is_refused():
    for text in ("0 9 * * *", "R/PT1H", "R/2026-01-01T09:00/P1D"):
        with pytest.raises(NaiveMoment):
            parse_repetition(text).next_after(datetime(2026, 1, 1), SHANGHAI)


texts = st.sampled_from(["0 9 * * *", "30 2 * * *", "0 18 L * *", "15 */6 * * 1-5", "R/PT7H", "R/2026-01-31T02:30/P1M",
                         "R/2026-01-01T02:30/P1D", "R40/2026-02-01T00:00/PT36H", "R9/P1M/2027-01-31T12:00"])
moments = st.datetimes(datetime(2025, 12, 1), datetime(2027, 12, 1)).map(lambda m: m.replace(tzinfo=UTC))


@settings(deadline=None, max_examples=200)
@given(texts, moments, st.integers(0, 12), st.sampled_from([SHANGHAI, BERLIN]))
def test_ticks_only_go_forward_and_the_last_missed_is_the_last_of_them(text, since, count, zone):
    # given some ticks, one after the other
    repetition, found, moment = parse_repetition(text), [], since
    for _ in range(count):
        following = repetition.next_after(moment, zone)
        if following is None:
            break
        assert following > moment
        found.append(following)
        moment = following
    # then whoever wakes up right after the last of them makes up for that one, or for nothing
    assert repetition.last_missed(since, moment, zone) == (found[-1] if found else None)
