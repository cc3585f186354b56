"""A study: the live version measured against last month, then the draft, then the draft with the people wished for.

Each variant runs under several seeds; what is told is the mean over them with the range in which it lies in 95 of 100
such studies. Where the live version does not come out as last month was, nothing is promised.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import sqrt
from statistics import mean, stdev
from typing import Any

from engine.simulation.past import Past
from engine.simulation.tally import MEDIAN, MOST, quantile

LIVE, DRAFT, STAFFED = "live", "draft", "staffed"
NEAR = 0.15
"""How far the simulated median and 95 % value may lie from last month's."""
MINUTE = 60.0
"""Seconds that make no difference, however short the cases are."""
ENOUGH = 20
"""Completed cases that make a month worth measuring against."""
STUCK = 0.1
"""Share of cases that may be set aside before a variant says nothing any more."""
_STUDENT = {2: 12.71, 3: 4.30, 4: 3.18, 5: 2.78, 6: 2.57, 7: 2.45, 8: 2.36, 9: 2.31, 10: 2.26}
"""Student's t for 95 % by the number of seeds."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the simulation may be believed; ``code`` names the sentence that says why not."""

    code: str
    actual: tuple[float | None, float | None]
    simulated: tuple[float | None, float | None]
    cases: int
    completed: int

    @property
    def holds(self) -> bool:
        return self.code == "reproduced"


def judge(past: Past, replications: Sequence[Mapping[str, Any]]) -> Verdict:
    """Compare the live version's replications with the lead times of the period."""
    leads, cases = past.leads, len(past.counted)
    actual = (quantile(leads, MEDIAN), quantile(leads, MOST))
    if len(leads) < ENOUGH:
        return Verdict("too_little", actual, (None, None), cases, len(leads))
    simulated = tuple(_mean([one["lead"][index] for one in replications]) for index in (0, 1))
    stuck = any(one["stuck_count"] > STUCK * one["cases"] for one in replications)
    near = all(found is not None and wanted is not None and abs(found - wanted) <= max(NEAR * wanted, MINUTE)
               for found, wanted in zip(simulated, actual))
    code = "stuck" if stuck else "reproduced" if near else "not_reproduced"
    return Verdict(code, actual, simulated, cases, len(leads))  # type: ignore[arg-type]


def summed_up(replications: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """What the seeds of one variant say together."""
    steps = sorted({place for one in replications for place in one["steps"]})
    roles = sorted({role for one in replications for role in one["roles"]})
    return {
        "seeds": len(replications), "cases": replications[0]["cases"],
        "ended": _mean([one["ended"] for one in replications]),
        "unclear": replications[0]["unclear"], "stuck": replications[0]["stuck"],
        "stuck_count": max(one["stuck_count"] for one in replications),
        "lead": [_range([one["lead"][index] for one in replications]) for index in (0, 1)],
        "kept": _range([one["kept"] / one["clocked"] if one["clocked"] else None for one in replications]),
        "roles": {role: {"people": max(one["roles"].get(role, {}).get("people", 0) for one in replications),
                         "hours": _mean([one["roles"].get(role, {}).get("hours") for one in replications]),
                         "busy": _range([one["roles"].get(role, {}).get("busy") for one in replications])}
                  for role in roles},
        "steps": {place: _step([one["steps"][place] for one in replications if place in one["steps"]])
                  for place in steps}}


def _step(several: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    clocked = sum(one["clocked"] for one in several)
    return {"done": _mean([one["done"] for one in several]),
            "wait": [_range([one["wait"][index] for one in several]) for index in (0, 1)],
            "stay": [_range([one["stay"][index] for one in several]) for index in (0, 1)],
            "kept": sum(one["kept"] for one in several) / clocked if clocked else None,
            "queue": [round(mean(day), 2) for day in zip(*(one["queue"] for one in several))]}


def bottleneck(variant: Mapping[str, Any]) -> str | None:
    """The step at which cases wait longest altogether: median wait times visits; none where nobody waits."""
    waits = {place: (one["wait"][0]["mean"] or 0) * (one["done"] or 0) for place, one in variant["steps"].items()}
    longest = max(waits, key=lambda place: waits[place], default=None)
    return longest if longest is not None and waits[longest] > 0 else None


def numbers(value: Any) -> Any:
    """Figures as they come back from the database (exact decimals) as floats again."""
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, dict):
        return {name: numbers(one) for name, one in value.items()}
    return [numbers(one) for one in value] if isinstance(value, list) else value


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return mean(known) if known else None


def _range(values: Sequence[float | None]) -> dict[str, float | None]:
    """Mean and the 95 % range of the mean; no range from a single seed."""
    known = [value for value in values if value is not None]
    if len(known) < 2:
        return {"mean": known[0] if known else None, "low": None, "high": None}
    half = _STUDENT.get(len(known), 2.0) * stdev(known) / sqrt(len(known))
    return {"mean": mean(known), "low": max(0.0, mean(known) - half), "high": mean(known) + half}
