"""Two changes of one file: joined where they concern different things, told side by side where they do not."""

from __future__ import annotations

import random
import re

import pytest

from engine.content import ROOT
from engine.studio.comparing import compare
from engine.studio.merging import join, merge
from engine.studio.yaml_edits import Edit, edited
from engine.yaml import plain, read_yaml

FORM = "forms/complaint/complaint_plan.yaml"
DRAWING = "processes/complaint/complaint-planning.bpmn"


def named(drawing: bytes, element: str, name: str) -> bytes:
    """A drawing in which an element is called otherwise."""
    new = re.sub(rb'(id="%s"[^>]*?\sname=")[^"]*' % element.encode(), rb"\g<1>" + name.encode(), drawing, count=1)
    assert new != drawing, element
    return new


def steps() -> list[str]:
    return re.findall(r'<(?:userTask|callActivity|exclusiveGateway|endEvent)\b[^>]*?id="(\w+)"[^>]*?name=',
                      (ROOT / DRAWING).read_text())


@pytest.mark.parametrize("seed", range(20))
def test_changes_of_different_fields_become_both(seed):
    chance = random.Random(seed)
    base = (ROOT / FORM).read_text()
    places = [("sections", i, "fields", j) for i, section in enumerate(read_yaml(base)["sections"])
              for j, field in enumerate(section["fields"]) if "label" in field]
    chosen = chance.sample(places, chance.randint(2, len(places)))
    cut = chance.randint(1, len(chosen) - 1)

    def changed(text: str, some: list, word: str) -> str:
        for place in some:
            what, value = chance.choice([(("label", "zh"), word), (("required",), chance.choice([True, "=1 = 1"])),
                                         (("help",), {"zh": word, "en": word})])
            text = edited(text, [Edit("set", (*place, *what), value)])
        return text

    mine = changed(base, chosen[:cut], "我的")
    state = chance.getstate()
    theirs = changed(base, chosen[cut:], "别人的")
    chance.setstate(state)
    found = merge(FORM, base.encode(), mine.encode(), theirs.encode())
    assert found.overlaps == () and found.content is not None
    assert plain(read_yaml(found.content)) == plain(read_yaml(changed(mine, chosen[cut:], "别人的")))


@pytest.mark.parametrize("seed", range(10))
def test_changes_of_different_elements_become_both(seed):
    chance = random.Random(seed)
    base = (ROOT / DRAWING).read_bytes()
    chosen = chance.sample(steps(), 4)
    mine, theirs, both = base, base, base
    for number, element in enumerate(chosen):
        both = named(both, element, f"改名{number}")
        mine, theirs = ((named(mine, element, f"改名{number}"), theirs) if number % 2
                        else (mine, named(theirs, element, f"改名{number}")))
    found = merge(DRAWING, base, mine, theirs)
    assert found.content is not None
    assert compare(DRAWING, both, found.content).parts == () and b"<?xml" in found.content


def test_a_step_added_here_and_a_rule_changed_there_become_both():
    base = (ROOT / DRAWING).read_bytes()
    flow = re.search(rb'<sequenceFlow id="(\w+)" sourceRef="(\w+)" targetRef="(\w+)"\s*/>', base)
    assert flow is not None
    mine = base.replace(flow[0], b'<userTask id="extra" name="\xe5\xa4\x8d\xe6\xa0\xb8"/>'
                        b'<sequenceFlow id="to_extra" sourceRef="%s" targetRef="extra"/>'
                        b'<sequenceFlow id="on" sourceRef="extra" targetRef="%s"/>' % (flow[2], flow[3]))
    other = next(one for one in steps() if one.encode() not in (flow[2], flow[3]))
    found = merge(DRAWING, base, mine, named(base, other, "别的"))
    assert found.content is not None
    told = {one.id: one.change for one in compare(DRAWING, base, found.content).parts}
    assert told == {"extra": "added", "to_extra": "added", "on": "added", flow[1].decode(): "removed", other: "changed"}


def test_what_both_changed_is_told_side_by_side_and_not_joined():
    base = (ROOT / DRAWING).read_bytes()
    element = steps()[0]
    found = merge(DRAWING, base, named(base, element, "甲"), named(base, element, "乙"))
    assert found.content is None
    (overlap,) = found.overlaps
    assert (overlap.mine.details[0].after, overlap.theirs.details[0].after) == ("甲", "乙")
    # the same change on both sides is none to choose between
    same = named(base, element, "甲")
    assert merge(DRAWING, base, same, named(same, steps()[1], "乙")).content is not None


def test_a_step_taken_away_here_and_changed_there_is_left_to_a_person():
    text = (ROOT / FORM).read_text()
    place = ("sections", 1, "fields", 1)
    gone = edited(text, [Edit("remove", place)])
    more = edited(text, [Edit("set", (*place, "required"), True)])
    found = merge(FORM, text.encode(), gone.encode(), more.encode())
    assert found.content is None and len(found.overlaps) == 1


def test_a_step_taken_away_here_that_is_led_to_there_is_left_to_a_person():
    base = (b'<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"><process id="p">\n<task id="a"/>\n'
            b'<task id="b"/>\n<task id="c"/>\n</process></definitions>')
    flow = base.replace(b'<task id="c"/>', b'<task id="c"/>\n<sequenceFlow id="f" sourceRef="c" targetRef="a"/>')
    assert merge(DRAWING, base, base.replace(b'<task id="a"/>\n', b""), flow).content is None
    assert merge(DRAWING, base, base.replace(b'<task id="b"/>\n', b""), flow).content is not None


def test_the_same_field_added_by_both_in_two_places_is_left_to_a_person():
    text = (ROOT / FORM).read_text()
    field = {"id": "extra", "label": {"zh": "多", "en": "More"}, "type": "text"}
    mine, theirs = (edited(text, [Edit("insert", ("sections", section, "fields"), field, 0)]) for section in (0, 1))
    assert merge(FORM, text.encode(), mine.encode(), theirs.encode()).content is None


def test_a_field_moved_by_both_to_different_places_stands_once_or_is_left_to_a_person():
    text = (ROOT / FORM).read_text()
    sections = len(read_yaml(text)["sections"])
    mine, theirs = (edited(text, [Edit("move", ("sections", 1, "fields", 1), index=0, into=("sections", n, "fields"))])
                    for n in (0, sections - 1))
    assert merge(FORM, text.encode(), mine.encode(), theirs.encode()).content is None


def test_comments_before_a_drawing_stay():
    base = b"<!-- ours -->\n" + named((ROOT / DRAWING).read_bytes().split(b"?>", 1)[1], steps()[0], "x")
    found = merge(DRAWING, base, named(base, steps()[1], "y"), named(base, steps()[2], "z"))
    assert found.content is not None and b"<!-- ours -->" in found.content


@pytest.mark.parametrize("path", ["processes/complaint/complaint_deadline.dmn", "t/note.scenario.yaml"])
def test_other_kinds_of_files_are_never_joined(path):
    assert merge(path, b"a: 1\n", b"a: 1\nb: 1\n", b"c: 1\na: 1\n").content is None


@pytest.mark.parametrize(("base", "mine", "theirs", "both"), [
    ("abc", "aXbc", "abcY", "aXbcY"), ("abc", "bc", "ab", "b"), ("abc", "aXc", "aXc", "aXc"),
    ("abc", "aXc", "aYc", None), ("abc", "abXc", "abYc", None), ("abcd", "aXcd", "abYd", "aXYd"),
    ("ab", "aXb", "aYXb", None), ("abc", "", "abc", "")])
def test_lines_are_joined_where_they_do_not_meet(base, mine, theirs, both):
    assert join(list(base), list(mine), list(theirs)) == (None if both is None else list(both))
