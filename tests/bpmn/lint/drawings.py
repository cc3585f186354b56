"""Minimal drawings, written as text: what stands around the point of a test is filled in."""

from __future__ import annotations

import re

HEAD = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"'
    ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:camunda="http://camunda.org/schema/1.0/bpmn"'
    ' xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:t="urn:test" xmlns:far="urn:elsewhere"'
    ' targetNamespace="urn:test" id="d"{attributes}>{root}</definitions>'
)


def file(root: str, attributes: str = "") -> str:
    """A file with these root elements."""
    return HEAD.format(root=root, attributes=attributes)


def process(inside: str, root: str = "", key: str = "p", attributes: str = ' isExecutable="true"') -> str:
    """A file with one executable process and other root elements."""
    return file(f'<process id="{key}"{attributes}>{inside}</process>{root}')


def chain(*nodes: str) -> str:
    """The nodes, one after the other, tied by sequence flows called ``<from>_<to>``."""
    ids = [re.search(r'id="([^"]+)"', node)[1] for node in nodes]
    return "".join(nodes) + "".join(flow(a, b) for a, b in zip(ids, ids[1:]))


def flow(source: str, target: str, inside: str = "", attributes: str = "") -> str:
    """A sequence flow."""
    return (f'<sequenceFlow id="{source}_{target}" sourceRef="{source}" targetRef="{target}"{attributes}>'
            f"{inside}</sequenceFlow>")


def line(*nodes: str, more: str = "", root: str = "") -> str:
    """A process: start, the nodes in a row, end; and what else belongs in it."""
    return process(chain('<startEvent id="s"/>', *nodes, '<endEvent id="e"/>') + more, root)


def when(text: str) -> str:
    """The condition of a flow."""
    return f'<conditionExpression xsi:type="tFormalExpression">{text}</conditionExpression>'


def formal(name: str, text: str, attributes: str = "") -> str:
    """An expression element."""
    return f'<{name} xsi:type="tFormalExpression"{attributes}>{text}</{name}>'


def timer(text: str = "PT1H", name: str = "timeDuration") -> str:
    """A timer event definition."""
    return f'<timerEventDefinition id="td">{formal(name, text)}</timerEventDefinition>'


def io(inputs: str = "", outputs: str = "") -> str:
    """An ioSpecification: ``din``/``dout`` elements are listed in their sets."""
    ins = "".join(f"<dataInputRefs>{one}</dataInputRefs>" for one in re.findall(r'<dataInput id="(\w+)"', inputs))
    outs = "".join(f"<dataOutputRefs>{one}</dataOutputRefs>" for one in re.findall(r'<dataOutput id="(\w+)"', outputs))
    return (f"<ioSpecification>{inputs}{outputs}<inputSet>{ins}</inputSet><outputSet>{outs}</outputSet>"
            "</ioSpecification>")


def sub(key: str, inside: str, attributes: str = "", kind: str = "subProcess") -> str:
    """A sub-process with a start, ``inside`` and an end (``inside`` empty: a task between them)."""
    body = inside or chain(f'<startEvent id="{key}s"/>', f'<task id="{key}t"/>', f'<endEvent id="{key}e"/>')
    return f'<{kind} id="{key}"{attributes}>{body}</{kind}>'


MESSAGE = '<message id="m" name="M"/>'
SIGNAL = '<signal id="sig" name="S"/>'
A = '<task id="a"/>'
B = '<task id="b"/>'
