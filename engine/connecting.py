"""The connectors of this installation, and what they learn about the job they work for."""

from __future__ import annotations

from typing import Any

from engine.connectors import Connectors, MailConnector, MailServer, RecordingSms, SmsConnector
from engine.models.identity import SentMessage
from engine.models.runtime import ProcessInstance

IN_DATABASE = frozenset({"register", "notice", "public_link"})
"""Topics that are done within the transaction that completes them: they reach nobody outside."""


def connectors(parts: Any) -> Any:
    raise NotImplementedError
