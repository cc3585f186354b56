"""What has had its time goes by itself; what somebody may still want stays."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from engine import SYSTEM
from engine.identity import SignInFailed
from engine.models.identity import SignInAttempt
from engine.models.messages import BufferedMessage
from engine.models.runtime import OnceToken, TaskDraft
from tests.engine.house import House


def counted(house: House, model: type) -> int:
    with house.engine.database.reading() as connection:
        return connection.scalar(select(func.count()).select_from(model.__table__))


def test_expired_messages_and_old_failures_go_and_nothing_before(house: House) -> None:
    house.engine.instances.correlate("nobody-waits", {}, {}, SYSTEM)
    with pytest.raises(SignInFailed):
        house.engine.identity.sign_in("nobody", "wrong")
    house.clock.move(timedelta(hours=23))

    assert house.engine.jobs.sweep() == 0
    house.clock.move(timedelta(hours=2))

    assert house.engine.jobs.sweep() == 2
    assert (counted(house, BufferedMessage), counted(house, SignInAttempt)) == (0, 0)
    assert (counted(house, OnceToken), counted(house, TaskDraft)) == (0, 0)
