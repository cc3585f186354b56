"""What is of no use any more goes: early messages, used page tokens, failures to sign in, sessions, links, drafts,
visits of people without an account and the files they brought for nothing."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, exists, or_, select, update

from engine.models.accounts import BrowserSession, PasswordLink
from engine.models.identity import FileUse, SignInAttempt
from engine.models.messages import BufferedMessage
from engine.models.public import PublicVisit
from engine.models.runtime import OnceToken, TaskDraft, UserTask
from engine.models.studio import MigrationItem, MigrationPlan

KEPT_TOKENS = timedelta(days=2)
KEPT_ATTEMPTS = timedelta(days=1)
KEPT_DRAFTS = timedelta(days=30)
"""How long a draft outlives its task, so that what somebody typed can still be copied."""
KEPT_MOVES = timedelta(days=31)
"""How long what a move to another version changed is kept, to take it back."""


def sweep(connection: Connection, now: datetime) -> int:
    """Delete what has had its time; a statement each. Returns how many rows went."""
    old_plans = select(MigrationPlan.id).where(MigrationPlan.ended_at <= now - KEPT_MOVES)
    open_task = exists().where(UserTask.id == TaskDraft.task_id)
    statements = (
        delete(BufferedMessage.__table__).where(BufferedMessage.expires_at <= now),
        delete(OnceToken.__table__).where(OnceToken.used_at <= now - KEPT_TOKENS),
        delete(SignInAttempt.__table__).where(
            SignInAttempt.last_at <= now - KEPT_ATTEMPTS,
            or_(SignInAttempt.locked_until.is_(None), SignInAttempt.locked_until <= now)),
        delete(PublicVisit.__table__).where(PublicVisit.began_at <= now - KEPT_ATTEMPTS),
        delete(FileUse.__table__).where(FileUse.by.is_(None), FileUse.root_id.is_(None),
                                        FileUse.at <= now - KEPT_TOKENS),
        delete(BrowserSession.__table__).where(BrowserSession.expires_at <= now),
        delete(PasswordLink.__table__).where(PasswordLink.expires_at <= now - KEPT_ATTEMPTS),
        delete(TaskDraft.__table__).where(TaskDraft.saved_at <= now - KEPT_DRAFTS, ~open_task),
        update(MigrationItem.__table__).where(MigrationItem.before.is_not(None), MigrationItem.plan_id.in_(old_plans))
        .values(before=None),
    )
    return sum(connection.execute(statement).rowcount for statement in statements)
