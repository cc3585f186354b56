"""The half of the OMG's DMN test kit that lies beside the repository, run through its own runner.

A case that fails must stand in ``dmn_accepted_failures.csv`` with a reason, and what stands there must fail: a case
that was won is taken off the list, so that it cannot be lost again unseen.
"""

from __future__ import annotations

import csv
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
KIT = ROOT.parent / "shared" / "conformance" / "tck"
ACCEPTED = Path(__file__).with_name("dmn_accepted_failures.csv")
SECONDS = 60

pytestmark = pytest.mark.skipif(not (KIT / "TestCases").is_dir(),
                                reason="the DMN test kit is not at ../shared/conformance/tck")

Case = tuple[str, str, str]


@pytest.fixture(scope="module")
def outcome(tmp_path_factory) -> dict[Case, tuple[str, str]]:
    """Each case with its status (SUCCESS, ERROR, IGNORED) and the runner's explanation."""
    results = tmp_path_factory.mktemp("tck") / "results.csv"
    command = [sys.executable, "-B", "-m", "tckh.run", str(KIT), "--adapter", "tckh.adapters.decide:DecideAdapter",
               "--arg", "function=engine.dmn:decide", "--arg", "ymd=engine.feel:YearsMonths", "--csv", str(results)]
    started = time.monotonic()
    ran = subprocess.run(command, cwd=ROOT, env={"PYTHONPATH": f"{KIT}:{ROOT}", "PATH": "", "PYTHONHASHSEED": "0"},
                         capture_output=True, text=True, timeout=SECONDS, check=False)
    assert ran.returncode == 0, ran.stderr[-2000:]
    assert time.monotonic() - started < SECONDS
    with results.open(newline="") as lines:
        return {(folder, file, case): (status, detail) for folder, file, case, status, detail in csv.reader(lines)}


@pytest.fixture(scope="module")
def accepted() -> dict[Case, str]:
    with ACCEPTED.open(newline="") as lines:
        return {(row["folder"], row["file"], row["case"]): row["reason"] for row in csv.DictReader(lines)}


@pytest.fixture(scope="module")
def value_expected() -> set[Case]:
    """The cases that expect a value, and not null only: an engine that always answers null passes the others."""
    sys.path.insert(0, str(KIT))
    try:
        from tckh import cases
    finally:
        sys.path.remove(str(KIT))
    return {(case.folder, case.file, case.id) for case in cases.load(KIT) if not case.all_null}


def share(outcome: dict[Case, tuple[str, str]], cases: list[Case]) -> float:
    counted = Counter(outcome[case][0] for case in cases)
    return 100 * counted["SUCCESS"] / len(cases)


def level(outcome: dict[Case, tuple[str, str]], number: int) -> list[Case]:
    return [case for case in outcome if case[0].startswith(f"compliance-level-{number}/")]


def test_every_case_of_level_2_passes(outcome):
    failing = {case: outcome[case][1] for case in level(outcome, 2) if outcome[case][0] != "SUCCESS"}
    assert not failing
    assert level(outcome, 2)


def test_level_3_reaches_its_share_of_all_cases(outcome):
    assert share(outcome, level(outcome, 3)) >= 96.5


def test_level_3_reaches_its_share_of_the_cases_that_expect_a_value(outcome, value_expected):
    assert share(outcome, [case for case in level(outcome, 3) if case in value_expected]) >= 94


def test_no_case_fails_that_is_not_accepted_with_a_reason(outcome, accepted):
    failing = {case: detail for case, (status, detail) in outcome.items() if status != "SUCCESS"}
    assert {case: detail for case, detail in failing.items() if case not in accepted} == {}
    assert all(reason.strip() for reason in accepted.values())


def test_no_case_is_on_the_list_that_passes_by_now(outcome, accepted):
    assert [case for case in accepted if outcome.get(case, ("MISSING", ""))[0] == "SUCCESS"] == []
    assert [case for case in accepted if case not in outcome] == []
