"""What we claim about the speed of FEEL, measured against Python's own ``eval`` in the same run.

    python benchmarks/feel.py [--json] [--rounds N]

``feel_ratio_to_eval``: CPU of one evaluation of the compiled expression, in units of ``eval`` of the compiled Python
equivalent. ``compile_ratio``: CPU of compiling it, in units of ``eval`` from text. ``table_100x3_ms``: CPU of one
decision by a table of 100 rules over 3 inputs, in milliseconds. Each figure is the median of several rounds,
alternating the two sides, so that a busy machine slows both.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from engine import feel  # noqa: E402
from engine.feel import expression as expressions  # noqa: E402

TEXT = 'amount > 1000 and level = "A"'
PYTHON = 'amount > 1000 and level == "A"'
VARIABLES = {"amount": 1500, "level": "A", "customer": {"name": "Wang", "level": "A"}, "days": 3}


def cpu(work: Callable[[], object], times: int) -> float:
    """CPU seconds of one call."""
    start = time.process_time()
    for _ in range(times):
        work()
    return (time.process_time() - start) / times


def ratio(ours: Callable[[], object], theirs: Callable[[], object], times: int, rounds: int) -> dict[str, float]:
    """Microseconds of both sides, and their ratio: medians over the rounds."""
    pairs = [(cpu(ours, times), cpu(theirs, times)) for _ in range(rounds)]
    return {
        "ours_us": statistics.median(a for a, _ in pairs) * 1e6,
        "theirs_us": statistics.median(b for _, b in pairs) * 1e6,
        "ratio": statistics.median(a / b for a, b in pairs),
    }


def evaluation(rounds: int) -> dict[str, float]:
    """One evaluation of the compiled expression."""
    compiled, code = feel.compile(TEXT), compile(PYTHON, "<benchmark>", "eval")
    assert compiled(VARIABLES) is True and eval(code, {}, VARIABLES) is True
    return ratio(lambda: compiled(VARIABLES), lambda: eval(code, {}, VARIABLES), 20_000, rounds)


def compiling(rounds: int) -> dict[str, float]:
    """Compiling from text, past the cache."""
    make = expressions._expression.__wrapped__
    return ratio(lambda: make(TEXT, frozenset()), lambda: eval(PYTHON, {}, VARIABLES), 1_000, rounds)


def table_xml(rules: int) -> str:
    """A decision table over three inputs, the last rule of which matches."""
    lines = []
    for i in range(rules):
        tests = (f"[{i * 10}..{i * 10 + 9}]", f'"{"ABC"[i % 3]}"', f"&gt;= {i % 7}")
        cells = "".join(f'<inputEntry id="i{i}_{j}"><text>{text}</text></inputEntry>' for j, text in enumerate(tests))
        lines.append(f'<rule id="r{i}">{cells}<outputEntry id="o{i}"><text>{i}</text></outputEntry></rule>')
    inputs = "".join(
        f'<input id="in{j}"><inputExpression id="e{j}"><text>{name}</text></inputExpression></input>'
        for j, name in enumerate(("amount", "level", "days"))
    )
    needs = "".join(
        f'<informationRequirement id="n{j}"><requiredInput href="#d{j}"/></informationRequirement>' for j in range(3)
    )
    data = "".join(
        f'<inputData id="d{j}" name="{name}"><variable id="v{j}" name="{name}"/></inputData>'
        for j, name in enumerate(("amount", "level", "days"))
    )
    return (
        '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="t" name="t" namespace="t">'
        f'{data}<decision id="d" name="d"><variable id="v" name="d"/>{needs}'
        f'<decisionTable id="dt" hitPolicy="UNIQUE">{inputs}<output id="out"/>{"".join(lines)}</decisionTable>'
        "</decision></definitions>"
    )


def table(rounds: int) -> float | None:
    """Milliseconds of one decision of 100 rules by 3 inputs; None where there are no decision tables."""
    try:
        from engine.dmn import read_model
    except ImportError:
        return None
    model = read_model(table_xml(100), "benchmark.dmn")
    inputs = {"amount": 995, "level": "A", "days": 6}
    assert model.decide("d", inputs).value == 99
    return statistics.median(cpu(lambda: model.decide("d", inputs), 200) for _ in range(rounds)) * 1e3


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--json", action="store_true", help="print one JSON object")
    options.add_argument("--rounds", type=int, default=9, help="rounds of each measurement (9)")
    given = options.parse_args()
    once, made, ms = evaluation(given.rounds), compiling(given.rounds), table(given.rounds)
    figures = {
        "feel_us": round(once["ours_us"], 3),
        "eval_us": round(once["theirs_us"], 3),
        "feel_ratio_to_eval": round(once["ratio"], 2),
        "compile_us": round(made["ours_us"], 1),
        "eval_from_text_us": round(made["theirs_us"], 1),
        "compile_ratio": round(made["ratio"], 2),
        "table_100x3_ms": None if ms is None else round(ms, 3),
    }
    if given.json:
        print(json.dumps(figures))
        return
    for name, value in figures.items():
        print(f"{name:20} {value}")


if __name__ == "__main__":
    main()
