"""All that a person does with a user task, one module per family of verbs."""

from engine.database import done_again
from engine.tasks.attending import Attending
from engine.tasks.bulk import Bulk
from engine.tasks.clocks import Clocks
from engine.tasks.copying import Copying
from engine.tasks.open_task import AlreadyDone, AlreadyTaken
from engine.tasks.passing import Passing
from engine.tasks.phrasing import Phrasing
from engine.tasks.pulling_back import PullingBack
from engine.tasks.returning import Returning
from engine.tasks.signing import Signing
from engine.tasks.talking import Talking
from engine.tasks.urging import Urging
from engine.tasks.verbs import Everyday

__all__ = ["AlreadyDone", "AlreadyTaken", "Tasks"]


@done_again
class Tasks(Everyday, Passing, Returning, PullingBack, Clocks, Signing, Copying, Urging, Talking, Phrasing, Attending,
            Bulk):
    """What staff do with tasks: each verb is one transaction, allowed by the table of :mod:`engine.operations`."""
