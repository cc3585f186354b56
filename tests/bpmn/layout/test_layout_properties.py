"""What holds for the drawing of every structured process."""

from __future__ import annotations

from blocks import blocks, told
from hypothesis import HealthCheck, given, settings

from engine.bpmn.diagram_check import check_diagram
from engine.bpmn.layout import layout

BROKEN = {"diagram_missing", "diagram_no_shape", "diagram_overlap", "diagram_edge_loose", "diagram_edge_through",
          "diagram_outside_lane"}


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(blocks)
def test_no_shape_overlaps_and_every_edge_meets_its_shapes_and_nothing_else(block):
    drawn = layout(told(block))
    assert [str(p) for p in check_diagram(drawn) if p.code in BROKEN] == []


@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
@given(blocks)
def test_laying_out_again_changes_nothing(block):
    once = layout(told(block))
    assert layout(once) == once
