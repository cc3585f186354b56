"""What is measured by the database itself, on SQLite and PostgreSQL alike: medians, 95 % values, lengths, quarters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Integer, Select, cast, func, select

P50, P95 = 50, 95
QUARTER = 900
"""Seconds; every zone's days begin at a full quarter of an hour."""


def seconds_between(begin: ColumnElement[Any], end: ColumnElement[Any], *, sqlite: bool) -> ColumnElement[Any]:
    """The seconds from one column of moments to another."""
    if sqlite:
        return (func.julianday(end) - func.julianday(begin)) * 86400
    return func.extract("epoch", end - begin)


def quarter_of(moment: ColumnElement[Any], *, sqlite: bool) -> ColumnElement[Any]:
    """The number of a moment's quarter of an hour since 1970 in UTC, to group by."""
    if sqlite:
        return cast(func.strftime("%s", moment), Integer) / QUARTER
    return cast(func.floor(func.extract("epoch", moment) / QUARTER), Integer)


def quantiles(connection: Connection, query: Select[Any], keys: Sequence[ColumnElement[Any]],
              value: ColumnElement[Any]) -> dict[tuple[Any, ...], tuple[float, float]]:
    """For each group of ``keys``: the median and the 95 % value (nearest rank) of ``value`` over the rows of ``query``.

    ``query`` selects nothing yet; its conditions and joins count. Nearest rank: the smallest value that at least this
    share of all values does not exceed.
    """
    labelled = [key.label(f"k{number}") for number, key in enumerate(keys)]
    ranked = query.with_only_columns(
        *labelled, value.label("v"), func.row_number().over(partition_by=list(keys), order_by=value).label("at"),
        func.count().over(partition_by=list(keys)).label("n")).subquery()
    names = [ranked.c[f"k{number}"] for number in range(len(keys))]

    def nearest(hundredths: int) -> ColumnElement[Any]:
        return func.min(ranked.c.v).filter(ranked.c.at * 100 >= ranked.c.n * hundredths)

    rows = connection.execute(select(*names, nearest(P50), nearest(P95)).group_by(*names)).all()
    return {tuple(row[:len(keys)]): (float(row[-2]), float(row[-1])) for row in rows}
