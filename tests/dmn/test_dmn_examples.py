"""The two example files of this folder: what process owners may take as a pattern."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from engine.dmn import check, read_model

HERE = Path(__file__).parent
COMPLAINT = (HERE / "complaint_level.dmn").read_bytes()
COMPENSATION = (HERE / "compensation.dmn").read_bytes()


@pytest.mark.parametrize("name", ["complaint_level.dmn", "compensation.dmn"])
def test_nothing_is_wrong_with_them(name):
    assert check((HERE / name).read_bytes(), name) == []


@pytest.mark.parametrize(("loss", "card", "media", "level", "hours"), [
    (0, "普通", False, "一般", 72), (999, "银卡", False, "一般", 72), (1000, "银卡", False, "重要", 24),
    (1, "金卡", False, "重要", 24), (10000, "普通", False, "重大", 4), (0, "普通", True, "重大", 4)])
def test_a_complaint_is_graded_and_gets_its_time_to_reply(loss, card, media, level, hours):
    decided = read_model(COMPLAINT).decide("reply_within", {"损失金额": loss, "客户等级": card, "媒体关注": media})
    assert decided.value == timedelta(hours=hours)
    assert decided.fired[0].outputs == {"级别": level}
    assert [rule.decision_name for rule in decided.fired] == ["投诉级别", "答复时限"]


def test_a_supervisor_sees_why():
    decided = read_model(COMPLAINT).decide("投诉级别", {"损失金额": 5, "客户等级": "普通", "媒体关注": True})
    (rule,) = decided.fired
    assert (rule.rule_index, rule.rule_id, rule.annotation) == (1, "row_media", "有媒体关注的一律按重大处理")
    assert rule.inputs == {"损失金额": 5, "客户等级": "普通", "媒体关注": True}


def test_points_are_summed_over_all_failings_up_to_the_budget():
    failings = [{"kind": "delay", "hours late": 30}, {"kind": "damage", "hours late": 0}]
    model = read_model(COMPENSATION)
    assert model.decide("compensation", {"failings": failings, "budget": 500}).value == 20 + 12 + 50
    assert model.decide("compensation", {"failings": failings, "budget": 60}).value == 60
    fired = model.decide("total points", {"failings": failings}).fired
    assert [rule.rule_index for rule in fired] == [1, 3, 2]
