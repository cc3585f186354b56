"""Results of scenarios as a run keeps them, and what they cover of drawings and decision tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.cards import Bilingual
from engine.reading import read_content
from engine.studio.scenario_cards import DrawingCoverage, TableCoverage
from engine.testing.runner import Coverage, Outcome


def told(outcome: Outcome, number: int, seconds: float) -> dict[str, Any]:
    """How a scenario went, as plain data."""
    scenario = outcome.scenario
    return {"file": scenario.file, "number": number, "name": scenario.name.zh, "ok": outcome.ok, "line": outcome.line,
            "step": outcome.step, "why": {"zh": outcome.words.zh, "en": outcome.words.in_("en")},
            "seconds": round(seconds, 2)}


def merged(result: Mapping[str, Any], one: Mapping[str, Any], coverage: Coverage) -> dict[str, Any]:
    """``result`` with one more scenario, and with all that ``coverage`` has gathered."""
    before = result.get("coverage") or {}
    return {"results": [*result.get("results", ()), one], "coverage": {
        name: {key: sorted({*found.get(key, ()), *(before.get(name) or {}).get(key, ())})
               for key in sorted({*found, *(before.get(name) or {})})}
        for name, found in (("elements", coverage.elements), ("flows", coverage.flows), ("rules", coverage.rules))}}


def coverage_of(result: Mapping[str, Any], files: Mapping[str, bytes]
                ) -> tuple[tuple[DrawingCoverage, ...], tuple[TableCoverage, ...]]:
    """Which flows, boundary events and rules of ``files`` were taken and which never. Elements that were passed count
    as taken, but are nothing to be missed: a flow leads to each of them."""
    covered = result.get("coverage")
    if not covered:
        return (), ()
    content, drawings, tables = read_content(files), [], []
    for model in content.models:
        wanted = set(model.flows) | {e.id for e in model.elements.values() if e.kind == "boundaryEvent"}
        seen = {*covered["flows"].get(model.key, ()), *covered["elements"].get(model.key, ())}
        if seen:
            drawings.append(DrawingCoverage(model.key, Bilingual(model.name or model.key, model.name_en),
                                            tuple(sorted(seen & {*model.flows, *model.elements})),
                                            tuple(sorted(wanted - seen)), len(wanted)))
    for key, (model, _file, _raw) in content.decisions.items():
        decision = next(one for one in model.decisions if one.id == key)
        rules = range(1, len(getattr(decision.box, "rules", ())) + 1)
        hit = set(covered["rules"].get(key, ()))
        if hit:
            tables.append(TableCoverage(key, Bilingual(decision.name or key), tuple(n for n in rules if n in hit),
                                        tuple(n for n in rules if n not in hit)))
    return tuple(drawings), tuple(tables)
