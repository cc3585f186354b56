"""All that a person does with a user task, one module per family of verbs."""

from engine.tasks.verbs import AlreadyDone, AlreadyTaken, Tasks

__all__ = ["AlreadyDone", "AlreadyTaken", "Tasks"]
