"""Link events: source and target on one level, each finding the other by reference or by name."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn.lint.drawing import Drawing, Element, kids, local
from engine.bpmn.lint.rule import Found, rule


def links(drawing: Drawing, name: str) -> Iterator[tuple[Element, Element]]:
    """The link events called ``name`` (catch or throw element), each with its definition."""
    for event in drawing.all(name):
        for definition in drawing.definitions(event):
            if local(definition) == "linkEventDefinition":
                yield event, definition


def _tied(drawing: Drawing, throw: Element, catch: Element) -> bool:
    """Whether two link definitions belong together: by reference where one is given, else by name."""
    by_reference = drawing.targets(throw, "target")
    if by_reference:
        return catch in by_reference
    sources = drawing.targets(catch, "source")
    if sources:
        return throw in sources
    return bool((throw.get("name") or "").strip()) and throw.get("name") == catch.get("name")


@rule("link_without_target", "10.5.5", zh="链接抛出事件{element}没有对应的链接捕获事件。",
      en="The link throw event {element} has no link catch event that belongs to it.")
def link_without_target(drawing: Drawing) -> Iterator[Found]:
    catches = list(links(drawing, "intermediateCatchEvent"))
    for event, definition in links(drawing, "intermediateThrowEvent"):
        if not any(_tied(drawing, definition, catch) for _, catch in catches):
            yield event


@rule("link_without_source", "10.5.5", zh="链接捕获事件{element}没有对应的链接抛出事件。",
      en="The link catch event {element} has no link throw event that belongs to it.")
def link_without_source(drawing: Drawing) -> Iterator[Found]:
    throws = list(links(drawing, "intermediateThrowEvent"))
    for event, definition in links(drawing, "intermediateCatchEvent"):
        if not any(_tied(drawing, throw, definition) for _, throw in throws):
            yield event


@rule("link_crosses_scope", "10.5.5", zh="链接事件{element}指向{target}，但它们不在同一个流程层次中。",
      en="The link event {element} leads to {target}, which is not on the same level.")
def link_crosses_scope(drawing: Drawing) -> Iterator[Found]:
    catches = list(links(drawing, "intermediateCatchEvent"))
    for event, definition in links(drawing, "intermediateThrowEvent"):
        tied = [catch for catch, other in catches if _tied(drawing, definition, other)]
        if tied and all(drawing.scope(catch) is not drawing.scope(event) for catch in tied):
            yield event, {"target": tied[0]}


@rule("link_two_targets", "10.5.5", zh="链接抛出事件{element}有不止一个对应的链接捕获事件。",
      en="The link throw event {element} has more than one link catch event.")
def link_two_targets(drawing: Drawing) -> Iterator[Found]:
    catches = list(links(drawing, "intermediateCatchEvent"))
    for event, definition in links(drawing, "intermediateThrowEvent"):
        here = [catch for catch, other in catches
                if _tied(drawing, definition, other) and drawing.scope(catch) is drawing.scope(event)]
        if len(here) > 1:
            yield event


@rule("link_inconsistent", "10.5.5", zh="链接{element}的 source/target 与{other}的不一致。",
      en="Source and target of the link {element} do not agree with those of {other}.")
def link_inconsistent(drawing: Drawing) -> Iterator[Found]:
    for _, throw in links(drawing, "intermediateThrowEvent"):
        for catch in drawing.targets(throw, "target"):
            if kids(catch, "source") and throw not in drawing.targets(catch, "source"):
                yield throw, {"other": catch}
    for _, catch in links(drawing, "intermediateCatchEvent"):
        for throw in drawing.targets(catch, "source"):
            if kids(throw, "target") and catch not in drawing.targets(throw, "target"):
                yield catch, {"other": throw}


@rule("link_catch_incoming", "10.5.5", zh="链接捕获事件{element}不能有流入的顺序流。",
      en="The link catch event {element} must not have an incoming sequence flow.")
def link_catch_incoming(drawing: Drawing) -> Iterator[Found]:
    return (event for event, _ in links(drawing, "intermediateCatchEvent") if drawing.incoming(event))


@rule("link_throw_outgoing", "10.5.5", zh="链接抛出事件{element}不能有流出的顺序流。",
      en="The link throw event {element} must not have an outgoing sequence flow.")
def link_throw_outgoing(drawing: Drawing) -> Iterator[Found]:
    return (event for event, _ in links(drawing, "intermediateThrowEvent") if drawing.outgoing(event))
