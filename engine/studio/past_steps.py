"""What people did with tasks besides submitting them, as steps of a scenario say it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

from engine.studio.past_case import Act
from engine.studio.past_world import PastWorld


def given_of(act: Act, world: PastWorld, zone: ZoneInfo) -> dict[str, Any]:
    """What the step of an act says besides its task and who did it."""
    found: dict[str, Any] = _GIVEN.get(act.verb, lambda *_: {})(act, world, zone)
    reason = world.disguise.free(act.reason)
    return found | ({"reason": reason} if reason and act.verb != "signed" else {})


def _to(act: Act, world: PastWorld, _zone: ZoneInfo) -> dict[str, Any]:
    return {"to": world.login(str(act.detail["to"]))}


def _returned(act: Act, _world: PastWorld, _zone: ZoneInfo) -> dict[str, Any]:
    return {"to": act.detail["to"]} | ({"straight": True} if act.detail.get("straight") else {})


def _signers(act: Act, world: PastWorld, _zone: ZoneInfo) -> dict[str, Any]:
    detail = act.detail
    weights = {world.login(login): weight for login, weight in (detail.get("weights") or {}).items()}
    return {"people": [world.login(login) for login in detail["to"]], "position": detail["position"]} | (
        {"rule": detail["rule"]} if detail.get("rule", "all") != "all" else {}) | (
        {"weights": weights} if weights else {})


def _removed(act: Act, world: PastWorld, _zone: ZoneInfo) -> dict[str, Any]:
    return {"signer": world.login(str(act.detail["to"]))}


def _signed(act: Act, world: PastWorld, _zone: ZoneInfo) -> dict[str, Any]:
    opinion = world.disguise.free(act.reason)
    return {"outcome": act.detail["outcome"]} | ({"opinion": opinion} if opinion else {}) | (
        {"signature": {"upload": "signature.png"}} if act.detail.get("signature") else {})


def _extended(act: Act, _world: PastWorld, zone: ZoneInfo) -> dict[str, Any]:
    told = {"told_customer": True} if act.detail.get("told_customer") else {}
    return {"due": act.detail["due_at"].astimezone(zone).isoformat()} | told


_GIVEN: dict[str, Callable[[Act, PastWorld, ZoneInfo], dict[str, Any]]] = {
    "transferred": _to, "delegated": _to, "reassigned": _to, "handed_over": _to, "returned": _returned,
    "signers_added": _signers, "signer_removed": _removed, "signed": _signed, "extended": _extended}
