"""What signing in leaves behind: signed-in browsers, identities at other providers, links to a new password."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from engine.models.base import Base, Moment


class BrowserSession(Base):
    """A browser in which somebody is signed in; only the hash of its secret is kept. Without its row it is out."""

    __tablename__ = "browser_session"
    secret_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    began_at: Mapped[datetime] = mapped_column(Moment)
    expires_at: Mapped[datetime] = mapped_column(Moment, index=True)
    address: Mapped[str] = mapped_column(String(64), default="")
    browser: Mapped[str] = mapped_column(String(200), default="")
    how: Mapped[str] = mapped_column(String(10), default="password")


class ExternalIdentity(Base):
    """Who a person is at a provider of single sign-on: its issuer and the subject it gave them."""

    __tablename__ = "external_identity"
    issuer: Mapped[str] = mapped_column(String(300), primary_key=True)
    subject: Mapped[str] = mapped_column(String(255), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    email: Mapped[str] = mapped_column(String(320), default="")
    created_at: Mapped[datetime] = mapped_column(Moment)
    used_at: Mapped[datetime] = mapped_column(Moment)


class PasswordLink(Base):
    """A link by which a person sets a new password, once and for a while; only the hash of its token is kept."""

    __tablename__ = "password_link"
    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    made_at: Mapped[datetime] = mapped_column(Moment)
    expires_at: Mapped[datetime] = mapped_column(Moment)
    used_at: Mapped[datetime | None] = mapped_column(Moment)

    __table_args__ = (Index("ix_password_link_person", "person_id", "made_at"),)
