"""What all tables share: naming of constraints, moments in UTC, saved values."""

from __future__ import annotations

from sqlalchemy import MetaData, String
from sqlalchemy.orm import DeclarativeBase

from engine.column_types import Marked, Moment, SealedText, SealedValues, Values

__all__ = ["ID", "Base", "Marked", "Moment", "SealedText", "SealedValues", "Values"]

ID = String(26)
"""The type of an id made by :func:`engine.ids.new_id`."""


class Base(DeclarativeBase):
    """The root of all mapped tables; names of constraints are fixed, so that migrations can name them."""

    metadata = MetaData(naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    })
