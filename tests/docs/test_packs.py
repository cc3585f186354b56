"""The pages of packs say and draw what the shipped files hold, and every row to deliver is delivered by something."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from tests.docs.packs_page import FOLDER, PACKS, features, models, pages, shipped_files
from tests.docs.places import DOCS

ROWS = {f"M-{number:03}" for span in (range(1, 47), range(80, 99), range(131, 138)) for number in span}
"""What these packs deliver: reception, tobacco retail, complaints, platform."""
TABLE = DOCS.parent.parent / "shared" / "domain" / "features.md"


def test_the_pages_are_written_from_the_files() -> None:
    wanted = pages()
    there = {path.relative_to(FOLDER).as_posix(): path.read_text(encoding="utf-8")
             for path in FOLDER.rglob("*") if path.is_file()}
    assert sorted(name for name in wanted.keys() | there.keys() if wanted.get(name) != there.get(name)) == [], \
        "run python -m tests.docs.packs_page"


def test_every_row_is_delivered_by_a_process_of_its_pack() -> None:
    for pack in PACKS:
        assert set(features(pack)) - {model.key for model in models(pack)} <= {pack}
    told = [row for pack in PACKS for rows in features(pack).values() for row in rows]
    assert set(told) == ROWS


@pytest.mark.skipif(not TABLE.is_file(), reason="the feature table is not checked out beside this")
def test_a_row_that_names_a_process_is_told_of_it() -> None:
    mine = {model.key: (pack, features(pack).get(model.key, ())) for pack in PACKS for model in models(pack)}
    lines = re.findall(r"^\| (M-\w+) \|(.*)$", TABLE.read_text(encoding="utf-8"), re.MULTILINE)
    missing = [(row, key) for row, line in lines if row in ROWS
               for key in re.findall(r"`([a-z][a-z-]+)(?:#[^`]*)?`", line) if key in mine and row not in mine[key][1]]
    assert missing == []


def test_a_drawing_shows_every_shape_with_its_name() -> None:
    name = "processes/platform/task-delegation.bpmn"
    drawn = pages()["platform/task-delegation.svg"]
    root = ElementTree.fromstring(drawn)
    bpmn = ElementTree.fromstring(shipped_files()[name])
    tasks = [one.get("name") for one in bpmn.iter() if one.tag.endswith("}userTask")]
    letters = "".join(text.text or "" for text in root.iter("{http://www.w3.org/2000/svg}text"))
    assert tasks and all(task in letters for task in tasks)
    paths = [one for one in root.iter("{http://www.w3.org/2000/svg}path") if one.get("marker-end")]
    assert len(paths) == sum(one.tag.endswith("}BPMNEdge") for one in bpmn.iter())
