"""A body of any generation to what it says: strategy, time, intent and legs in the desk's words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from math import isfinite
from typing import Any, get_args

from mathematricks.contracts.signals import Leg, SignalSummary, SignalType

from signal_ingestion.domain.providers import provider_of
from signal_ingestion.domain.reading import Fields
from signal_ingestion.domain.refused import Refused
from signal_ingestion.domain.shape import MOST_LEGS, Tree, as_object, signal_of

REQUIRED = ("strategy_name", "signal_sent_EPOCH", "signalID")
SIGNAL_TYPES: dict[str, SignalType] = {word: word for word in get_args(SignalType)}


@dataclass(frozen=True)
class Parsed:
    """What a body says, before anything is known about its sender."""

    strategy: str
    external_id: str
    sent_at: datetime
    signal_type: SignalType | None
    entry_ref: str | None
    account_equity: Decimal | None
    legs: tuple[Leg, ...]
    provider: str
    environments: frozenset[str]
    """What the sender wrote; the receiving host decides."""
    summary: SignalSummary
    warnings: tuple[str, ...]


def unwrap(body: Tree) -> Tree:
    """Return the body inside a forwarder's wrapper, or the body itself."""
    inner = body.get("original_signal")
    return inner if isinstance(inner, dict) else body


def parse(body: Tree) -> Parsed:
    """
    Return what *body* says.

    Raises:
        Refused: 400, with the first thing its sender must put right.
    """
    body = unwrap(body)
    if missing := [name for name in REQUIRED if not body.get(name)]:
        raise Refused(400, f"Missing required fields: {', '.join(missing)}")
    warnings: list[str] = []
    sided = _with_actions(body)
    fields = Fields(sided, "", warnings)
    provider = provider_of(sided)
    reading = provider.parse(fields)
    if len(reading.legs) > MOST_LEGS:
        raise Refused(400, f"The signal has more than {MOST_LEGS} legs")
    said = _beside(fields)
    return Parsed(
        strategy=_needed(fields, "strategy_name", 100),
        external_id=_needed(fields, "signalID", 200),
        sent_at=_sent_at(fields),
        signal_type=_intent(said, reading.signal_type),
        entry_ref=_entry_ref(said),
        account_equity=said.above_zero("account_equity"),
        legs=reading.legs,
        provider=provider.NAME,
        environments=_environments(body),
        summary=_summary(body),
        warnings=tuple(warnings),
    )


def _intent(said: Fields, by_format: SignalType | None) -> SignalType | None:
    """What the sender calls it, else what its format says; an entry that closes is neither."""
    named = said.choice(SIGNAL_TYPES, "signal_type")
    if by_format == "EXIT" and named in ("ENTRY", "SCALE_IN"):
        raise said.refused("signal_type", f"is {named}, but what is sent can only close; send EXIT, or BUY or SELL")
    return named or by_format


def _with_actions(body: Tree) -> Tree:
    """A cancellation takes no side, but a leg must have one: SELL stands in where the sender names none."""
    signal = signal_of(body)
    said = body.get("signal_type") or (signal.get("signal_type") if isinstance(signal, dict) else None)
    if not isinstance(said, str) or said.strip().upper() != "CANCEL":
        return body
    if signal is body:
        return dict(_sided(body))
    place = "signal_legs" if body.get("signal_legs") is signal else "signal"
    return {**body, place: [_sided(leg) for leg in signal] if isinstance(signal, list) else _sided(signal)}


def _sided(leg: Any) -> Any:
    if not isinstance(leg, dict):
        return leg
    action = leg.get("action") or "CANCEL"
    return {**leg, "action": "SELL"} if isinstance(action, str) and action.strip().upper() == "CANCEL" else leg


def _beside(fields: Fields) -> Fields:
    """The second generation says beside the instrument what the third says beside the strategy."""
    inner = as_object(fields.values) or {}
    names = ("signal_type", "entry_signal_id", "account_equity")
    own = {name: value for name in names if (value := fields.values.get(name, inner.get(name))) is not None}
    return Fields(own, "", fields.warnings)


def _needed(fields: Fields, name: str, most: int) -> str:
    text = fields.text(name, most=most)
    if text is None:
        raise Refused(400, f"Missing required fields: {name}")
    return text


def _sent_at(fields: Fields) -> datetime:
    moment = fields.instant("signal_sent_EPOCH")
    if moment is None:
        raise Refused(400, "Missing required fields: signal_sent_EPOCH")
    return moment


def _entry_ref(fields: Fields) -> str | None:
    reference = fields.text("entry_signal_id", most=200)
    if reference and reference.startswith("$"):
        fields.warn("entry_signal_id is a placeholder that the sending tool should have filled in; it names no entry")
    return reference


def _environments(body: Tree) -> frozenset[str]:
    signal = signal_of(body)
    places = [body, *(signal if isinstance(signal, list) else [signal])]
    said = [place.get("environment") for place in places if isinstance(place, dict)]
    return frozenset(word.strip().lower() for word in said if isinstance(word, str) and word.strip())


def _summary(body: Tree) -> SignalSummary:
    signal = signal_of(body)
    first = signal[0] if isinstance(signal, list) else signal
    return SignalSummary(
        ticker=_said(first, "instrument", "ticker") or "UNKNOWN",
        action=_said(first, "action") or "UNKNOWN",
        price=_price_said(first.get("price")),
    )


def _said(leg: Mapping[str, Any], *names: str) -> str | None:
    return next((leg[name] for name in names if isinstance(leg.get(name), str)), None)


def _price_said(price: Any) -> float | str:
    if isinstance(price, Decimal) and price and isfinite(float(price)):
        return float(price)
    return price if isinstance(price, str) and price else "N/A"
