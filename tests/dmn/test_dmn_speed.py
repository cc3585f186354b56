"""A table is asked on the hot path of a case: it must cost next to nothing."""

from __future__ import annotations

import time
from datetime import date

from dmn_drawings import decision, definitions, table

from engine.dmn import read_model


def test_a_table_of_100_rules_over_3_inputs_takes_less_than_a_millisecond():
    levels = ('"A"', '"B"', '"A","C"', "-")
    days = ('>= @"2026-01-01"', '< @"2026-01-01"')
    rules = [(f"[{n * 100}..{n * 100 + 100})", levels[n % 4], days[n % 2], str(n)) for n in range(100)]
    model = read_model(definitions(decision("d", table(["amount", "level", "day"], ["o"], *rules))))
    given = {"amount": 9650, "level": "A", "day": date(2026, 5, 5)}
    assert model.decide("d", given).value == 96
    best = 1.0
    for _ in range(5):
        started = time.process_time()
        for _ in range(50):
            model.decide("d", given)
        best = min(best, (time.process_time() - started) / 50)
    assert best < 0.001
