"""What scenarios took and what they did not: sequence flows, boundary events, rules of decision tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from engine.checking.files import read_content


def report(runner: Any, files: Mapping[str, bytes]) -> Iterator[str]:
    """A line for each process and decision table with what was missed, and a last line with the share taken."""
    content = read_content(files)
    took = whole = 0
    for model in content.models:
        flows = set(model.flows)
        boundary = {e.id for e in model.elements.values() if e.kind == "boundaryEvent"}
        seen_flows = runner.coverage.flows.get(model.key, set())
        missed = sorted(flows - seen_flows) + sorted(boundary - runner.coverage.elements.get(model.key, set()))
        whole += len(flows) + len(boundary)
        took += len(flows) + len(boundary) - len(missed)
        if missed:
            yield f"{model.key}: not taken: {', '.join(missed)}"
    for key, (model, _file, _raw) in content.decisions.items():
        box = next(one.box for one in model.decisions if one.id == key)
        count = len(getattr(box, "rules", ()))
        missed_rules = sorted(set(range(1, count + 1)) - runner.coverage.rules.get(key, set()))
        whole += count
        took += count - len(missed_rules)
        if missed_rules:
            yield f"{key}: rules not hit: {', '.join(map(str, missed_rules))}"
    yield f"coverage: {took} of {whole} ({100 * took / whole if whole else 100:.1f} %)"
