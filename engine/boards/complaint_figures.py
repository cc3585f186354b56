"""Complaints counted: the indicators K-40 to K-51 over lines of the complaint archive; the catalogue, section 4.2.

Where the catalogue's denominator would count what cannot happen, the formula shown says so: a manufacturer's process
has no step of first reply, and what was never promised cannot be broken.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from engine.boards.indicators import Figure, Indicator, rate, share
from engine.cards import Bilingual

DAY, WEEK = timedelta(days=1), timedelta(days=7)
METHODS = {"compensation": Bilingual("赔偿", "Compensation"), "return": Bilingual("退货", "Return"),
           "discount": Bilingual("折价", "Discount"), "other": Bilingual("其他", "Other")}
CAUSES = {"production": Bilingual("生产交期", "Production and delivery"), "quality": Bilingual("质量", "Quality"),
          "technical": Bilingual("技术设计", "Technical design"),
          "sales": Bilingual("销售承诺价格", "Promises and prices"),
          "service": Bilingual("服务态度", "Service attitude"), "transport": Bilingual("运输", "Transport")}
UNITS = {"cs_supervisor": Bilingual("客户服务部", "Customer service"), "other": Bilingual("其他", "Other"),
         "manufacturer": Bilingual("待定", "Not yet assigned"), "logistics": Bilingual("物流", "Logistics"),
         "hq": Bilingual("总部客服", "Headquarters"), "store": Bilingual("门店", "Store")}
"""Names of units that are no department of their own; the other names are the pack's roles."""
OPEN = Bilingual("未定", "Not yet known")

INDICATORS = {one.key: one for one in (
    Indicator("K-41", Bilingual("24 小时回复率", "Reply within 24 h"),
              Bilingual("24 小时内首次回复的件数 ÷ 受理件数（制造厂流程没有首次回复环节，不计入）",
                        "replied to within 24 h ÷ received (a manufacturer's process has no first reply: left out)")),
    Indicator("K-42", Bilingual("48 小时方案率", "Solution within 48 h"),
              Bilingual("48 小时内给出方案的件数 ÷ 受理件数", "given a solution within 48 h ÷ received")),
    Indicator("K-43", Bilingual("48 小时完成率", "Completion within 48 h"),
              Bilingual("48 小时内完成的件数 ÷ 已完成件数", "completed within 48 h ÷ completed")),
    Indicator("K-44", Bilingual("一周回访率", "Revisit within a week"),
              Bilingual("完成后 7 天内回访的件数 ÷ 完成已满 7 天的件数",
                        "revisited within 7 days of completion ÷ completed at least 7 days ago")),
    Indicator("K-45", Bilingual("投诉处理满意度", "Satisfaction"),
              Bilingual("态度与结果评分中较低者之和 ÷（5 × 回访接通件数）",
                        "sum of the lower of attitude and result score ÷ (5 × reached)")),
    Indicator("K-46", Bilingual("承诺期限兑现率", "Promises kept"),
              Bilingual("在承诺期限内完成的件数 ÷ 已完成且有承诺的件数",
                        "completed by the promise ÷ completed with a promise")),
    Indicator("K-47", Bilingual("平均处理时长", "Mean handling time"),
              Bilingual("已完成件从受理到完成的平均小时数", "mean hours from receipt to completion"), "hours"),
    Indicator("K-48", Bilingual("方案返工率", "Re-plan rate"),
              Bilingual("方案做过两版以上的件数 ÷ 有方案的件数", "with a second plan or more ÷ with a plan")),
    Indicator("K-49", Bilingual("重复投诉率", "Recurrence rate"),
              Bilingual("判为经常性的件数 ÷ 全部件数", "judged recurrent ÷ all")),
    Indicator("K-50", Bilingual("口碑净影响", "Word of mouth, net"),
              Bilingual("5 × 满意件数 − 20 × 不满意件数（人）", "5 × satisfied − 20 × dissatisfied (people)"),
              "people"))}


@dataclass(frozen=True, slots=True)
class Complaint:
    """A line of the archive, completed by what its open case knows; ``case_id`` where there is a case."""

    number: str
    received_at: datetime
    customer: str
    product: str
    quantity: Decimal | None
    unit: str
    method: str
    loss: Decimal
    cause: str
    variant: str
    case_id: str | None = None
    promised_at: datetime | None = None
    first_reply_at: datetime | None = None
    solution_at: datetime | None = None
    completed_at: datetime | None = None
    revisited_at: datetime | None = None
    plan_version: int | None = None
    attitude: int | None = None
    result: int | None = None
    outcome: str = ""
    recurrent: bool = False

    def within(self, moment: datetime | None, limit: timedelta, since: datetime | None = None) -> bool:
        """Whether a moment came in time after the receipt (or ``since``)."""
        return moment is not None and moment - (since or self.received_at) <= limit


@dataclass(frozen=True, slots=True)
class Group:
    """The complaints of one unit, method, product or cause: K-40, K-51."""

    key: str
    name: Bilingual
    count: int
    loss: Decimal
    share: Decimal | None
    loss_share: Decimal | None


def figures(lines: Sequence[Complaint], now: datetime) -> tuple[Figure, ...]:
    """K-41 to K-50 in the order of their numbers."""
    rows: dict[str, tuple[Callable[[Any], bool], Callable[[Any], bool], bool]] = {
        "K-41": (lambda one: one.variant != "manufacturer" or one.first_reply_at is not None,
                 lambda one: one.within(one.first_reply_at, DAY), False),
        "K-42": (lambda _: True, lambda one: one.within(one.solution_at, 2 * DAY), False),
        "K-43": (lambda one: one.completed_at is not None, lambda one: one.within(one.completed_at, 2 * DAY), False),
        "K-44": (lambda one: one.completed_at is not None and one.completed_at <= now - WEEK,
                 lambda one: one.within(one.revisited_at, WEEK, one.completed_at), False),
        "K-46": (lambda one: one.completed_at is not None and one.promised_at is not None,
                 lambda one: one.completed_at <= one.promised_at, False),
        "K-48": (lambda one: one.plan_version is not None, lambda one: one.plan_version >= 2, True),
        "K-49": (lambda _: True, lambda one: one.recurrent, True)}
    found = {key: share(INDICATORS[key], lines, counted, met, lambda one: one.number, telling)
             for key, (counted, met, telling) in rows.items()}
    found |= {"K-45": _satisfaction(lines), "K-47": _handling(lines), "K-50": _word_of_mouth(lines)}
    return tuple(found[key] for key in INDICATORS)


def _satisfaction(lines: Sequence[Complaint]) -> Figure:
    scores = {one.number: min(one.attitude, one.result) for one in lines
              if one.attitude is not None and one.result is not None}
    return Figure(INDICATORS["K-45"], rate(sum(scores.values()), 5 * len(scores)), sum(scores.values()),
                  5 * len(scores), tuple(number for number, score in scores.items() if score <= 2))


def _handling(lines: Sequence[Complaint]) -> Figure:
    done = [one for one in lines if one.completed_at is not None]
    seconds = sum((one.completed_at - one.received_at for one in done), timedelta()) // timedelta(seconds=1)
    return Figure(INDICATORS["K-47"], rate(Decimal(seconds) / 3600, len(done)), None, len(done),
                  tuple(one.number for one in done))


def _word_of_mouth(lines: Sequence[Complaint]) -> Figure:
    good = sum(one.outcome == "satisfied" for one in lines)
    bad = [one.number for one in lines if one.outcome == "dissatisfied"]
    return Figure(INDICATORS["K-50"], Decimal(5 * good - 20 * len(bad)) if good or bad else None, 5 * good,
                  20 * len(bad), tuple(bad))


def groups(lines: Sequence[Complaint], dimension: str, names: Mapping[str, Bilingual]) -> tuple[Group, ...]:
    """K-40 and K-51 by ``unit``, ``method``, ``product`` or ``cause``; the most frequent first."""
    kept: dict[str, list[Complaint]] = {}
    for one in lines:
        kept.setdefault(getattr(one, dimension), []).append(one)
    total = loss_of(lines)
    made = [Group(key, name_of(key, names), len(some), loss_of(some), rate(len(some), len(lines)),
                  rate(loss_of(some), total)) for key, some in kept.items()]
    return tuple(sorted(made, key=lambda group: (-group.count, -group.loss, group.key)))


def name_of(key: str, names: Mapping[str, Bilingual]) -> Bilingual:
    """The name of a group; several departments at once are joined, free text is its own name."""
    if not key:
        return OPEN
    found = [names.get(part, Bilingual(part)) for part in key.split(",")]
    return Bilingual("、".join(one.zh for one in found), ", ".join(one.in_("en") for one in found))


def loss_of(lines: Iterable[Complaint]) -> Decimal:
    """The sum of losses in yuan."""
    return sum((one.loss for one in lines), Decimal())
