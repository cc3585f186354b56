"""The shipped content deploys without an error or a warning, holds no Python, and every process has its scenarios."""

from __future__ import annotations

from engine.bpmn.diagram_check import check_diagram
from engine.checking.files import check_content, read_content
from engine.content import ROOT, shipped

FILES = shipped()


def test_nothing_is_wrong_with_the_content() -> None:
    problems = check_content(read_content(FILES))
    assert [str(p) for p in problems if p.severity in ("error", "warning")] == []


def test_content_holds_no_python() -> None:
    assert [str(p) for top in ("processes", "forms") for p in (ROOT / top).rglob("*.py")] == []


def test_whatever_holds_personal_data_says_how_long() -> None:
    """Registers and forms with a personal field declare a period of retention; no others do."""
    content = read_content(FILES)
    registers = {f"register {key}": (register.retention, any(one.holds_personal for one in register.fields.values()))
                 for key, (register, _raw) in content.registers.items()}
    forms = {key: (form.retention, bool(form.personal_fields)) for key, (form, *_) in content.forms.items()}
    assert {key for key, (period, personal) in (registers | forms).items() if bool(period) != personal} == set()
    assert len([key for key, (_period, personal) in forms.items() if personal]) >= 20


def test_every_process_has_a_scenario_file() -> None:
    drawings = {name.removesuffix(".bpmn") for name in FILES if name.endswith(".bpmn")}
    told = {name.removesuffix(".scenario.yaml") for name in FILES if name.endswith(".scenario.yaml")}
    assert drawings - told == set()


def test_every_drawing_is_readable() -> None:
    """Nothing overlaps, edges meet their shapes, text stays at 10 px or more at 1440 by 900."""
    wrong = {name: [str(p) for p in check_diagram(raw)] for name, raw in FILES.items() if name.endswith(".bpmn")}
    assert {name: found for name, found in wrong.items() if found} == {}
