"""Stories as fixtures."""

from __future__ import annotations

import pytest
from bpmn_story import Story


@pytest.fixture(params=["kept", "saved", "torn"])
def story(request: pytest.FixtureRequest) -> Story:
    """A story, told three times: kept in memory, saved whenever it rests, saved after every single step."""
    return Story(request.param)


@pytest.fixture
def kept() -> Story:
    """A story that stays in memory."""
    return Story("kept")
