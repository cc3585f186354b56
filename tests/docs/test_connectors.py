"""The page of connectors names every topic, every input and every failure, and no other."""

from __future__ import annotations

import re

from engine.connectors import INSIDE, Http, Mail, Sms
from engine.connectors.connector import FAILURES
from engine.connectors.inside import WINDOW
from tests.docs.places import DOCS

PAGE = (DOCS / "reference" / "connectors.md").read_text(encoding="utf-8")
TOPICS = {one.name: one.inputs for one in (*INSIDE, Mail, Sms, Http)}


def part(topic: str) -> str:
    return PAGE.split(f"### {topic}\n")[1].split("\n## ")[0].split("\n### ")[0]


def test_every_topic_has_a_part():
    assert set(re.findall(r"^### (\w+)$", PAGE, re.MULTILINE)) == set(TOPICS)


def test_every_input_is_described_where_it_belongs():
    for topic, inputs in TOPICS.items():
        missing = [one.name for one in inputs if f"`{one.name}`" not in part(topic)
                   and not (one.name == "text_en" and "two languages" in PAGE)]
        assert missing == [], topic


def test_no_input_is_described_that_does_not_exist():
    for topic, inputs in TOPICS.items():
        known = {one.name for one in inputs} | {WINDOW.name, "find", "save", "link"}
        cells = re.findall(r"^\| (`[^|]+) \|", part(topic), re.MULTILINE)
        named = {name for cell in cells for name in re.findall(r"`(\w+)`", cell)} - {"operation"}
        assert named <= known, topic


def test_every_failure_is_described():
    cells = re.findall(r"^\| (`[^|]+) \| (?:no|yes|when|as)", PAGE, re.MULTILINE)
    assert set(re.findall(r"`(\w+)`", " ".join(cells))) == set(FAILURES)
