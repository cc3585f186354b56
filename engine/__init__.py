"""Bihuan's engine: one front door. Whatever is not named here is not public.

Names are loaded when first asked for, so that a leaf such as ``engine.feel`` can be used without a database.
"""

from importlib import import_module
from typing import Any

_HOMES = {
    "engine.authorization": ("SYSTEM", "Actor", "only_looks"),
    "engine.boards.cards": ("Facet", "FacetValue", "Gone", "InboxPage", "SavedViewCard", "Sidebar"),
    "engine.cards": (
        "AttachmentCard", "Bilingual", "CaseHead", "CaseView", "Clockface", "CompletedCard", "DefinitionCard",
        "DeploymentCard", "DiagramState", "FormRecord", "Holder", "IncidentCard", "NextStep", "PersonCard",
        "PublicView", "StartableCard", "StartedCard", "TaskRow", "TaskView", "TimelineEntry", "WaitingFor"),
    "engine.clock": ("Clock", "MovableClock", "SystemClock"),
    "engine.errors": ("BihuanError", "Conflict", "FieldError", "Invalid", "NotFound", "NotPermitted", "Problem",
                      "Refused", "TooLarge"),
    "engine.operations": ("OPERATION",),
    "engine.page_rules": ("browser_rules",),
    "engine.process_engine": ("ProcessEngine",),
    "engine.settings": ("Settings",),
    "engine.worker": ("Worker", "start_threads"),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}
__all__ = sorted(_HOME_OF)  # noqa: PLE0605


def __getattr__(name: str) -> Any:
    home = _HOME_OF.get(name)
    if home is None:
        raise AttributeError(f"engine has no public name {name!r}")
    return getattr(import_module(home), name)
