"""The tables: repository, runtime, history, identity, working."""

from engine.models import history, identity, repository, runtime, working
from engine.models.base import Base

__all__ = ["Base", "history", "identity", "repository", "runtime", "working"]
