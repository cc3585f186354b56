"""The tables: repository, runtime, history, identity."""

from engine.models import history, identity, repository, runtime
from engine.models.base import Base

__all__ = ["Base", "history", "identity", "repository", "runtime"]
