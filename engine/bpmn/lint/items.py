"""What data is: item definitions, and when two of them are the same."""

from __future__ import annotations

from engine.bpmn.lint.drawing import Drawing, Element, flag, kids, local


def item(drawing: Drawing, element: Element | None) -> Element | None:
    """The item definition of a data object, input, output, message, error, signal …; None where there is none."""
    if element is None:
        return None
    name = local(element)
    if name == "message":
        return drawing.target(element, "itemRef")
    if name in ("error", "escalation", "signal"):
        return drawing.target(element, "structureRef")
    own = drawing.target(element, "itemSubjectRef")
    if own is None and name in ("dataObjectReference", "dataStoreReference"):
        whole = drawing.target(element, "dataObjectRef" if name == "dataObjectReference" else "dataStoreRef")
        return item(drawing, whole) if whole is not None and local(whole) in ("dataObject", "dataStore") else None
    return own


def equivalent(one: Element | None, other: Element | None) -> bool:
    """Whether two item definitions mean the same: one and the same, or the same structure, both lists or both not."""
    if one is other:
        return True
    if one is None or other is None:
        return False
    structure = (one.get("structureRef") or "").strip()
    return bool(structure) and structure == (other.get("structureRef") or "").strip() \
        and flag(one, "isCollection") == flag(other, "isCollection")


def owned(owner: Element, name: str) -> list[Element]:
    """The data inputs or outputs (``name``) of an activity, a process or an event."""
    return [data for box in kids(owner, "ioSpecification") for data in kids(box, name)] + kids(owner, name)
