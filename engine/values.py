"""Values as tagged JSON: what variables, drafts and histories are saved as.

A value is ``None``, ``bool``, ``int``, ``str``, ``Decimal``, ``date``, ``time``, ``datetime`` (aware), ``timedelta``, a
years-months duration, a list or a dictionary with text keys. What JSON cannot hold becomes ``{"$": tag, "v": text}``;
a dictionary of a user that has a key ``$`` itself is escaped, so that no key of theirs means anything to us.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import orjson

from engine.feel.values import YearsMonths

TAG = "$"


def dumps(value: Any) -> str:
    """``value`` as compact JSON text. Raises ``TypeError`` for what is not a value of ours."""
    return orjson.dumps(_encode(value)).decode()


def loads(text: str | bytes) -> Any:
    """The value that :func:`dumps` wrote."""
    return _decode(orjson.loads(text))


def _encode(value: Any) -> Any:
    kind = type(value)
    if value is None or kind in (bool, str):
        return value
    if kind is int:
        return value if -(2**53) < value < 2**53 else {TAG: "int", "v": str(value)}
    if kind is list or kind is tuple:
        return [_encode(item) for item in value]
    if kind is dict:
        if TAG in value:
            return {TAG: "dict", "v": [[_key(key), _encode(item)] for key, item in value.items()]}
        return {_key(key): _encode(item) for key, item in value.items()}
    return _tagged(value)


def _key(key: Any) -> str:
    if type(key) is not str:
        raise TypeError(f"a key must be text, not {type(key).__name__}")
    return key


def _tagged(value: Any) -> Any:
    if isinstance(value, Decimal):
        return {TAG: "decimal", "v": str(value)}
    if isinstance(value, datetime):
        zone = getattr(value.tzinfo, "key", None)
        return {TAG: "datetime", "v": value.isoformat()} | ({"z": zone} if zone and zone != "UTC" else {})
    if isinstance(value, date):
        return {TAG: "date", "v": value.isoformat()}
    if isinstance(value, time):
        zone = getattr(value.tzinfo, "key", None)
        return {TAG: "time", "v": value.isoformat()} | ({"z": zone} if zone else {})
    if isinstance(value, timedelta):
        return {TAG: "duration", "v": [value.days, value.seconds, value.microseconds]}
    if isinstance(value, YearsMonths):
        return {TAG: "months", "v": value.months}
    if isinstance(value, float):  # a stranger's JSON: never kept in binary floating point
        return {TAG: "decimal", "v": repr(value)}
    raise TypeError(f"{type(value).__name__} cannot be kept as a variable")


def _decode(value: Any) -> Any:
    kind = type(value)
    if kind is list:
        return [_decode(item) for item in value]
    if kind is float:
        return Decimal(repr(value))
    if kind is not dict:
        return value
    tag = value.get(TAG)
    if tag is None:
        return {key: _decode(item) for key, item in value.items()}
    return _DECODERS[tag](value)


def _zoned(value: Any, raw: dict[str, Any]) -> Any:
    from zoneinfo import ZoneInfo  # only named zones pay for it

    zone = raw.get("z")
    if not zone:
        return value
    return value.astimezone(ZoneInfo(zone)) if isinstance(value, datetime) else value.replace(tzinfo=ZoneInfo(zone))


_DECODERS = {
    "int": lambda raw: int(raw["v"]),
    "decimal": lambda raw: Decimal(raw["v"]),
    "datetime": lambda raw: _zoned(datetime.fromisoformat(raw["v"]), raw),
    "date": lambda raw: date.fromisoformat(raw["v"]),
    "time": lambda raw: _zoned(time.fromisoformat(raw["v"]), raw),
    "duration": lambda raw: timedelta(*raw["v"]),
    "months": lambda raw: YearsMonths(raw["v"]),
    "dict": lambda raw: {key: _decode(item) for key, item in raw["v"]},
}
