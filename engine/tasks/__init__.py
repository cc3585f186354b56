"""All that a person does with a user task, one module per family of verbs."""

from engine.tasks.open_task import AlreadyDone, AlreadyTaken
from engine.tasks.passing import Passing
from engine.tasks.signing import Signing
from engine.tasks.verbs import Everyday

__all__ = ["AlreadyDone", "AlreadyTaken", "Tasks"]


class Tasks(Everyday, Passing, Signing):
    """What staff do with tasks: each verb is one transaction, allowed by the table of :mod:`engine.operations`."""
