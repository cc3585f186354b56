"""Overlaps and gaps against the truth: many small tables made by chance, each compared with taking every decision."""

from __future__ import annotations

import itertools
import random
from datetime import date, timedelta

import pytest
from dmn_drawings import column, decision, definitions, table

from engine import feel
from engine.dmn import DecisionError, check, read_model
from engine.dmn.axes import Axis
from engine.dmn.cells import read_cell
from engine.dmn.coverage import MAX_NODES, Grid, TooLarge

NUMBERS = [n / 2 for n in range(-3, 14)]
DAYS = [date(2026, 1, 1) + timedelta(days=n) for n in range(8)]
LEVELS = ["A", "B", "C"]


def number_cell(chance: random.Random) -> str:
    low, high = sorted(chance.choices(range(6), k=2))
    return chance.choice(["-", f"< {low}", f">= {high}", f"[{low}..{high}]", f"({low}..{high})", f"({low}..{high}]",
                          f"{low}, {high}", f"not({low})", f"!= {low}", f"<= {low}, > {high}"])


def day_cell(chance: random.Random) -> str:
    low, high = sorted(chance.choices(DAYS[1:7], k=2))
    return chance.choice(["-", f'< date("{low}")', f'> @"{high}"', f'[@"{low}"..@"{high}"]', f'not(@"{low}")'])


def level_cell(chance: random.Random) -> str:
    return chance.choice(["-", '"A"', '"B","C"', 'not("A")', '!= "B"'])


def flag_cell(chance: random.Random) -> str:
    return chance.choice(["-", "true", "false", "not(true)"])


COLUMNS = [column("n", "number"), column("day", "date", values=f'[@"{DAYS[0]}"..@"{DAYS[-1]}"]'),
           column("level", values='"A","B","C"'), column("flag", "boolean")]
MAKERS = [number_cell, day_cell, level_cell, flag_cell]
CASES = [NUMBERS, DAYS, LEVELS, [True, False]]
NAMES = ["n", "day", "level", "flag"]


@pytest.mark.parametrize("seed", range(60))
def test_what_is_said_of_a_table_is_what_its_decisions_do(seed):
    chance = random.Random(seed)
    chosen = sorted(chance.sample(range(4), chance.choice([1, 2])))
    rules = [(*(MAKERS[place](chance) for place in chosen), str(number)) for number in range(chance.choice([2, 3, 5]))]
    file = definitions(decision("d", table([COLUMNS[place] for place in chosen], ["o"], *rules)))
    said = {problem.code for problem in check(file, "d.dmn")}
    model = read_model(file)
    seen = set()
    for values in itertools.product(*(CASES[place] for place in chosen)):
        try:
            if not model.decide("d", dict(zip((NAMES[place] for place in chosen), values))).fired:
                seen.add("dmn_gap")
        except DecisionError as error:
            assert error.code == "decision_hits_several"
            seen.add("dmn_overlap")
    assert {"dmn_gap", "dmn_overlap"} & said == seen, rules


@pytest.mark.parametrize("text", ["x + 1", "f(1)", "? > 5", "< limit", "[1..x]", 'date("2026-02-30")', "1 1", "not("])
def test_cells_that_are_no_constants_are_left_alone(text):
    assert read_cell(text) is None


def one_axis(*texts: str, kind: str = "number") -> tuple[Axis, Grid]:
    cells = [read_cell(text) for text in texts]
    axis = Axis(kind, cells)
    masks = tuple((axis.mask(cell),) for cell in cells)
    return axis, Grid((axis,), masks, masks)


@pytest.mark.parametrize(("texts", "example"), [
    (("< 0", "> 0"), 0), (("<= 0",), 1), ((">= 0",), -1), (("< 0.1", "> 0.2"), "0.1"), (("<= 0", ">= 1"), "0.5"),
    (("<= 1e40",), "2E+40"), (("<= 0", "[1e-9..2]", "> 2"), "5E-10")])
def test_an_example_lies_in_the_gap_and_is_plain(texts, example):
    axis, grid = one_axis(*texts)
    (gap,) = grid.gaps((axis.domain,))
    value = axis.example(gap[0])
    assert not any(feel.unary(text)(value) for text in texts)
    assert str(value) == str(example) or float(value) == float(example)


def test_a_table_with_too_many_combinations_is_given_up_and_said_so():
    columns = [f"c{n}" for n in range(40)]
    rules = [(*(f"{row % 7}" if row % 40 == place or (row * 7) % 40 == place else "-" for place in range(40)), "1")
             for row in range(120)]
    problems = check(definitions(decision("d", table(columns, ["o"], *rules, hit="PRIORITY"))), "d.dmn")
    assert "dmn_no_priorities" in {problem.code for problem in problems}
    codes = {problem.code for problem in check(
        definitions(decision("d", table(columns, ["o"], *rules, hit="FIRST"))), "d.dmn")}
    assert codes <= {"dmn_too_large_to_check", "dmn_gap", "dmn_gaps_more", "dmn_rule_hidden"}
    assert codes


def test_the_search_for_gaps_stops():
    axes, cells = [], []
    for place in range(24):
        texts = [read_cell(text) for text in ("< 1", ">= 1")]
        axes.append(Axis("number", texts))
        cells.append([axes[place].mask(text) for text in texts])
    rules = tuple(tuple(cells[place][(rule >> (place % 6)) & 1] if (place + rule) % 3 else axes[place].every
                        for place in range(24)) for rule in range(64))
    grid = Grid(tuple(axes), rules, rules)
    try:
        counted = sum(1 for _ in grid.gaps(tuple(axis.domain for axis in axes)))
    except TooLarge:
        return
    assert counted <= MAX_NODES
