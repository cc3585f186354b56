"""Strangers are counted in rows, so that several processes agree; what they leave for nothing is swept away."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from engine import ProcessEngine
from engine.models.identity import FileUse
from engine.models.public import PublicVisit
from engine.public.visits import BY_LINK, BY_WRITER, WINDOW, TooOften
from tests.engine.house import House

PNG = bytes.fromhex("89504e470d0a1a0a0000000d49484452")


def test_two_processes_count_together_and_forget_after_the_window(house: House) -> None:
    other = ProcessEngine(house.engine.settings, house.clock)
    for turn in range(BY_LINK):
        (house.engine if turn % 2 else other).public.visit("192.0.2.1", "a-link")
    with pytest.raises(TooOften) as told:
        other.public.visit("198.51.100.7", "a-link")
    assert told.value.params == {"minutes": 10}
    house.engine.public.visit("192.0.2.1", "another link")
    house.clock.move(WINDOW)
    other.public.visit("192.0.2.1", "a-link")
    other.close()


def test_who_writes_is_stopped_sooner_and_others_are_not(small_house: House) -> None:
    public = small_house.engine.public
    for _ in range(BY_WRITER):
        public.visit("192.0.2.1", writes=True)
    with pytest.raises(TooOften):
        public.visit("192.0.2.1", writes=True)
    public.visit("192.0.2.1")
    public.visit("192.0.2.2", writes=True)


def test_no_address_of_a_customer_is_kept(small_house: House) -> None:
    small_house.engine.public.visit("192.0.2.1", "a-link")
    with small_house.engine.database.reading() as connection:
        kept = connection.scalars(select(PublicVisit.subject)).all()
    assert len(kept) == 2
    assert not any("192.0.2.1" in one or "a-link" in one for one in kept)


def test_visits_and_files_that_came_to_nothing_are_swept(small_house: House) -> None:
    engine = small_house.engine
    engine.public.visit("192.0.2.1")
    engine.files.put("left behind.png", PNG, None)
    engine.files.put("of a colleague.png", PNG, small_house("li.na"))
    small_house.clock.move(timedelta(days=3))
    engine.jobs.sweep()
    with engine.database.reading() as connection:
        assert connection.scalar(select(func.count()).select_from(PublicVisit)) == 0
        assert connection.scalars(select(FileUse.name)).all() == ["of a colleague.png"]
