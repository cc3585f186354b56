"""A misspelt property, a state without words and a number for no process are told."""

from __future__ import annotations

import re

from engine.checking.files import check_content, read_content
from engine.checking.properties import KNOWN
from engine.content import ROOT, shipped

FILE = "processes/complaint/complaint-planning.bpmn"


def told(old: str, new: str, file: str = FILE) -> list[tuple[str, str, str]]:
    """What is told beside nothing, when ``old`` stands as ``new`` in one of the shipped files."""
    files = shipped()
    assert old.encode() in files[file]
    files[file] = files[file].replace(old.encode(), new.encode(), 1)
    return [(p.code, p.severity, p.en) for p in check_content(read_content(files))]


def test_a_misspelt_property_is_told_with_what_was_meant() -> None:
    found = [en for code, _, en in told('"bihuan:deadline"', '"bihuan:dedline"') if code == "unknown_property"]
    assert len(found) == 1
    assert "Did you mean bihuan:deadline?" in found[0]


def test_a_case_state_without_words_is_told() -> None:
    found = told('"bihuan:case_state" value="planning"', '"bihuan:case_state" value="planing"')
    assert [(code, severity) for code, severity, _ in found if severity != "hint"] == [
        ("unknown_case_state", "warning")]


def test_a_number_for_no_process_is_told() -> None:
    found = told("complaint-handling-manufacturer: TS", "complaint-handling-manufactuer: TS",
                 "processes/complaint/pack.yaml")
    assert ("unknown_process", "warning") in [(code, severity) for code, severity, _ in found]


def test_a_public_page_without_form_or_start_is_told() -> None:
    file = "processes/complaint/complaint-handling-manufacturer.bpmn"
    line = '<camunda:property name="bihuan:public" value="complaint_public" />'
    found = told(line, line.replace("complaint_public", "complaint_publik"), file)
    assert ("unknown_form", "error") in [(code, severity) for code, severity, _ in found]
    task = '<camunda:property name="bihuan:case_state" value="planning" />'
    found = told(task, task + line)
    assert ("public_not_at_start", "error") in [(code, severity) for code, severity, _ in found]


def test_words_to_customers_for_no_state_are_told() -> None:
    found = told("  judged: {zh: 情况已核实", "  juged: {zh: 情况已核实", "processes/complaint/pack.yaml")
    assert ("unknown_case_state", "warning") in [(code, severity) for code, severity, _ in found]


def test_every_described_property_is_known_and_every_known_one_is_described() -> None:
    page = (ROOT / "docs" / "reference" / "element-attributes.md").read_text(encoding="utf-8")
    described = set(re.findall(r"`(bihuan:[a-z_]+)`", page))
    assert described - {"bihuan:key"} == KNOWN


def test_an_operation_that_cannot_be_switched_is_told() -> None:
    element = '<camunda:property name="bihuan:deadline"'
    for text, told_too in (("-transfr", "Did you mean transfer?"), ("-complete", "no operation that can be switched")):
        found = [en for code, severity, en in told(
            element, f'<camunda:property name="bihuan:operations" value="{text}" />{element}')
            if code == "unknown_operation" and severity == "error"]
        assert len(found) == 1 and told_too in found[0]


def test_a_rule_of_signing_that_is_none_is_told() -> None:
    element = '<camunda:property name="bihuan:deadline"'
    found = told(element, f'<camunda:property name="bihuan:sign_rule" value="ratio:2" />{element}')
    assert ("bad_sign_rule", "error") in [(code, severity) for code, severity, _ in found]
