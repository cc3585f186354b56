"""Our drawings survive other editors: opened and saved by bpmn-moddle with Camunda's descriptor, nothing is lost."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from engine.checking.properties import KNOWN
from engine.content import shipped

ROOT = Path(__file__).resolve().parents[2]
ASSETS = ROOT / "webui" / "assets"
ATTRIBUTES = ROOT / "docs" / "reference" / "element-attributes.md"
DRAWINGS = {file: raw.decode() for file, raw in shipped().items() if file.endswith(".bpmn")}

CAMUNDA = "{http://camunda.org/schema/1.0/bpmn}"
DEFAULTS = {"cancelActivity": "true", "isInterrupting": "true", f"{CAMUNDA}mapDecisionResult": "resultList"}
"""What means the same where it is not said: editors leave it out."""

Editor = Callable[[Mapping[str, str]], dict[str, Any]]


@pytest.fixture(scope="module")
def editor() -> Editor:
    """``editor({name: xml})``: what an editor made of the drawings when it saved them."""
    node = shutil.which("node")
    missing = "node is not installed" if node is None else \
        "" if (ASSETS / "node_modules" / "camunda-bpmn-moddle").is_dir() else \
        "the page's packages are not installed (npm ci in webui/assets)"
    if missing:
        if os.environ.get("BIHUAN_REQUIRE_NODE"):
            pytest.fail(missing)
        pytest.skip(missing)

    def save(drawings: Mapping[str, str]) -> dict[str, Any]:
        ran = subprocess.run([str(node), str(Path(__file__).with_name("round_trip.mjs")), str(ASSETS)],
                             input=json.dumps(drawings), capture_output=True, text=True, timeout=120, check=False)
        assert ran.returncode == 0, ran.stderr
        return json.loads(ran.stdout)

    return save


def canonical(xml: str) -> str:
    """Canonical XML without the white space between elements, which says nothing, and without defaults."""
    root = etree.fromstring(xml.encode(), etree.XMLParser(remove_blank_text=True, resolve_entities=False))
    for element in root.iter():
        for name, value in DEFAULTS.items():
            if element.get(name) == value:
                del element.attrib[name]
    return etree.tostring(root, method="c14n2", with_comments=False).decode()


def test_every_shipped_drawing_is_the_same_after_an_editor_saved_it(editor: Editor) -> None:
    saved = editor(DRAWINGS)
    assert len(DRAWINGS) > 60
    assert {name: one["warnings"] for name, one in saved.items() if one["warnings"]} == {}
    assert [name for name, xml in DRAWINGS.items() if canonical(saved[name]["xml"]) != canonical(xml)] == []


def test_every_documented_property_and_attribute_is_kept(editor: Editor) -> None:
    properties = sorted(KNOWN | {"bihuan:key:case_number"})
    attributes = sorted(set(re.findall(r"^\| `camunda:(\w+)` \|", ATTRIBUTES.read_text(encoding="utf-8"), re.MULTILINE))
                        - {"in", "out", "inputParameter", "outputParameter"})
    assert len(attributes) > 15
    xml = everything(properties, attributes)
    assert canonical(editor({"all": xml})["all"]["xml"]) == canonical(xml)


def everything(properties: list[str], attributes: list[str]) -> str:
    """A drawing that says all of it, on a task, with mappings and an extension of somebody else."""
    said = "".join(f'<camunda:property name="{name}" value="=&quot;{name}&quot; &lt; 1" />' for name in properties)
    given = " ".join(f'camunda:{name}="{name}"' for name in attributes)
    return f"""<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"
      xmlns:camunda="http://camunda.org/schema/1.0/bpmn" xmlns:other="urn:somebody:else"
      xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" id="d" targetNamespace="urn:t">
      <process id="p" isExecutable="true" other:mark="kept"><extensionElements>
        <camunda:properties>{said}</camunda:properties></extensionElements>
      <userTask id="u" name="步骤" {given}><extensionElements>
        <other:thing a="1"><other:inner>文字</other:inner></other:thing>
        <camunda:properties>{said}</camunda:properties>
        <camunda:inputOutput><camunda:inputParameter name="i">=a &lt; b</camunda:inputParameter>
          <camunda:inputParameter name="l"><camunda:list><camunda:value>1</camunda:value></camunda:list>
          </camunda:inputParameter>
          <camunda:outputParameter name="o">=result.x</camunda:outputParameter></camunda:inputOutput>
        </extensionElements></userTask>
      <callActivity id="c" calledElement="x"><extensionElements><camunda:in source="a" target="b" />
        <camunda:in sourceExpression="=a + 1" target="c" /><camunda:in variables="all" />
        <camunda:out variables="all" /></extensionElements></callActivity></process></definitions>"""
