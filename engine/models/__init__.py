"""The tables: repository, runtime, history, identity, accounts, messages, notices, privacy, public, studio, working."""

from engine.models import (
    accounts,
    history,
    identity,
    messages,
    notices,
    privacy,
    public,
    repository,
    runtime,
    studio,
    working,
)
from engine.models.base import Base

__all__ = ["Base", "accounts", "history", "identity", "messages", "notices", "privacy", "public", "repository",
           "runtime", "studio", "working"]
