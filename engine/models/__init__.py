"""The tables: repository, runtime, history, identity, accounts, notices, privacy, public, studio, working."""

from engine.models import accounts, history, identity, notices, privacy, public, repository, runtime, studio, working
from engine.models.base import Base

__all__ = ["Base", "accounts", "history", "identity", "notices", "privacy", "public", "repository", "runtime",
           "studio", "working"]
