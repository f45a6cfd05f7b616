"""What an order may do now: go to its venue, wait, or end. Asked before every submission."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from mathematricks.contracts.controls import Controls
from mathematricks.contracts.executions import Execution
from mathematricks.contracts.instruments import Instrument, Quote
from mathematricks.contracts.orders import Attempt, OrderRecord, OrderStatus, TradingOrder

from execution.domain.calendar import is_open, next_open
from execution.domain.controls.limits import Breach
from execution.domain.controls.switches import entry_refusal
from execution.domain.exits import Reducible
from execution.domain.instruments import has_expired
from execution.domain.orders import PROTECTIVE, is_protected, last_attempt

LOOK_TWICE = timedelta(milliseconds=500)
STUCK = timedelta(minutes=1)
"""How often an exit that cannot be sent is tried and told again."""
MAKES_ROOM_WITHIN = timedelta(seconds=10)
HELD_UP = f", for longer than {MAKES_ROOM_WITHIN.seconds} s: see what rests there, and cancel it"
GROUP_FORMS_WITHIN = timedelta(seconds=30)
GROUP_MISSING = "waits for the other legs of its group"


@dataclass(frozen=True)
class Submit:
    """Hand it to the venue: this many units; *note* says why they are fewer than asked."""

    quantity: Decimal
    note: str | None = None


@dataclass(frozen=True)
class Wait:
    """Not now. *until* is when to look again at the latest; *blocked_by* must be cancelled first."""

    reason: str
    until: datetime | None = None
    blocked_by: tuple[str, ...] = ()
    alarming: bool = False


@dataclass(frozen=True)
class End:
    """Never: it ends in this state."""

    status: OrderStatus
    reason: str
    facts: Mapping[str, str] = field(default_factory=dict)


Step = Submit | Wait | End


def _no_limits(_: Decimal) -> None:
    return None


@dataclass(frozen=True)
class Situation:
    """
    What bears on an order beside the controls and the quote.

    Attributes:
        account_refusal: Why its account may not take it; None: it may.
        instrument: None: the desk cannot trade it.
        blocked_by: Live orders that must end before it goes.
        legs_missing: Legs of its group that have not arrived.
        ahead: Exits of its strategy to its own side that have not ended: an entry does not overtake them.
        reducible: What it may reduce; None for an entry.
        beside: Live protective orders of other lots that hold what it is to reduce: they make way.
        breach: The limit that it would exceed, were it sent now; asked for only when nothing else stands against it.
        moved: Something has moved since the venue was asked what a closing order is to close.
    """

    account_refusal: str | None = None
    instrument: Instrument | None = None
    blocked_by: tuple[str, ...] = ()
    legs_missing: int = 0
    ahead: tuple[str, ...] = ()
    reducible: Reducible | None = None
    beside: tuple[str, ...] = ()
    breach: Callable[[Decimal], Breach | None] = _no_limits
    moved: bool = False


def next_step(order: OrderRecord, controls: Controls, quote: Quote | None, situation: Situation, now: datetime) -> Step:
    """Return what *order*, which is not at its venue, may do now (RULES 2, 3, 7, 9, 10)."""
    if order.ends_as is not None:
        return End(order.ends_as, order.reason or "cancelled before it was sent")
    if order.purpose == "entry":
        return _entry_step(order, controls, quote, situation, now)
    if order.purpose == "flatten":
        return _flatten_step(order, situation)
    return _exit_step(order, situation, now)


def no_longer_acceptable(order: OrderRecord, quote: Quote | None, now: datetime) -> str | None:
    """
    Return why an entry may be neither sent nor kept: too late, or the market beyond its worst price.

    An unknown market moves nothing. The market price is what the order would trade at: the far side.
    """
    if order.valid_until is not None and now > order.valid_until:
        return f"valid until {order.valid_until:%Y-%m-%d %H:%M:%S} UTC"
    if order.worst_price is None or quote is None:
        return None
    price = quote.ask if order.side == "BUY" else quote.bid
    beyond = price > order.worst_price if order.side == "BUY" else price < order.worst_price
    return f"the market at {price} is beyond the worst price {order.worst_price}" if beyond else None


def claimed(order: OrderRecord, quantity: Decimal, lease_until: datetime, now: datetime) -> dict[str, Any]:
    """Return the fields of *order* that its next attempt changes; the caller adds worker and generation."""
    number = last_attempt(order) + 1
    attempt = Attempt(number=number, client_order_id=f"{order.order_id}.{number}", quantity=quantity, begun_at=now)
    working = order.filled + quantity
    return {
        "attempts": (*order.attempts, attempt)[-50:],
        "working_quantity": working,
        "lease_until": lease_until,
        "next_try_at": None,
    }


def refolded(order: OrderRecord, executions: Sequence[Execution]) -> OrderRecord:
    """
    Return *order* as its *executions* on record make it; the same object where it agrees with them.

    A crash between the two writes leaves an execution that its order does not count.
    """
    filled = sum((execution.quantity for execution in executions), Decimal(0))
    if filled == order.filled or not order.attempts:
        return order
    cost = sum((execution.price * execution.quantity for execution in executions), Decimal(0))
    newest = order.attempts[-1]
    before = sum((attempt.filled for attempt in order.attempts[:-1]), Decimal(0))
    complete = order.working_quantity is not None and filled >= order.working_quantity
    fields: dict[str, Any] = {
        "filled": filled,
        "average_price": cost / filled if filled else None,
        "commission": sum((execution.commission for execution in executions), Decimal(0)),
        "attempts": (*order.attempts[:-1], newest.model_copy(update={"filled": max(Decimal(0), filled - before)})),
        "revision": order.revision + 1,
        "updated_at": max([order.updated_at, *(execution.recorded_at for execution in executions)]),
    }
    if complete:
        fields |= {"status": OrderStatus.FILLED, "live": False, "ended_at": executions[-1].executed_at}
    return order.model_copy(update=fields)


def first_record(order: TradingOrder, worker: str, now: datetime, **more: Any) -> OrderRecord:
    """Return *order* as execution first keeps it: PENDING, with nothing done yet."""
    return OrderRecord.model_validate(
        {
            **order.__dict__,
            "status": OrderStatus.PENDING,
            "revision": 0,
            "live": True,
            "working_quantity": order.quantity,
            "shares": _shares(order),
            "watched": is_protected(order),
            "worker": worker,
            "recorded_at": now,
            "updated_at": now,
            **more,
        }
    )


def _shares(order: TradingOrder) -> tuple[Decimal, ...]:
    """What it takes of each lot, where that was decided; empty where it depends on what entries fill."""
    shares = tuple(close.quantity for close in order.closes if close.quantity is not None)
    if len(shares) == len(order.closes):
        return shares
    return (order.quantity,) if len(order.closes) == 1 and order.quantity is not None else ()


def _entry_step(
    order: OrderRecord, controls: Controls, quote: Quote | None, situation: Situation, now: datetime
) -> Step:
    refused = situation.account_refusal or entry_refusal(controls, order.account, order.strategy_id)
    refused = refused or _instrument_refusal(order, situation.instrument, now)
    if refused or situation.instrument is None:
        return End(OrderStatus.REJECTED, refused or "UNSUPPORTED_INSTRUMENT")
    if stale := no_longer_acceptable(order, quote, now):
        return End(OrderStatus.EXPIRED, f"EXPIRED: {stale}")
    calendar = situation.instrument.calendar
    if not is_open(calendar, now):
        if order.order_type == "MARKET":
            return End(OrderStatus.REJECTED, "MARKET_CLOSED: a market entry does not wait for the open")
        opens = next_open(calendar, now)
        return Wait("MARKET_CLOSED: waits for the open", min(opens, order.valid_until or opens))
    if situation.legs_missing and now - order.recorded_at > GROUP_FORMS_WITHIN:
        return End(OrderStatus.EXPIRED, "GROUP: the other legs never arrived")
    if situation.legs_missing:
        return Wait(GROUP_MISSING)
    if situation.ahead:
        return Wait("waits for the exits before it to end")
    if breach := situation.breach(order.open_quantity):
        return End(OrderStatus.REJECTED, breach.sentence[:500], breach.facts)
    return Submit(order.open_quantity)


def _instrument_refusal(order: OrderRecord, instrument: Instrument | None, now: datetime) -> str | None:
    if instrument is None:
        return f"UNSUPPORTED_INSTRUMENT: {order.instrument}"
    if has_expired(order.contract, now):
        return f"INSTRUMENT_EXPIRED: {order.contract.expiry}"
    return None


def _exit_step(order: OrderRecord, situation: Situation, now: datetime) -> Step:
    if situation.account_refusal:
        return Wait(situation.account_refusal, now + STUCK, alarming=True)
    if situation.instrument is None:
        return Wait(f"UNSUPPORTED_INSTRUMENT: {order.instrument}", now + STUCK, alarming=True)
    if order.working_quantity is None:
        return Wait("waits for its entries to end", blocked_by=situation.blocked_by)
    if not is_open(situation.instrument.calendar, now):
        opens = next_open(situation.instrument.calendar, now)
        return Wait("MARKET_CLOSED: waits for the open", opens)
    if situation.blocked_by:
        return Wait("waits for orders of its lots to be cancelled", blocked_by=situation.blocked_by)
    return _reduce(order, situation, now)


def _is_held_up(order: OrderRecord, why: str, now: datetime) -> bool:
    """A sender's exit that rests may hold what another is to reduce for days: a person should know."""
    if order.purpose in PROTECTIVE or order.reason not in (why, why + HELD_UP):
        return False
    return order.reason != why or now - order.updated_at > MAKES_ROOM_WITHIN


def _flatten_step(order: OrderRecord, situation: Situation) -> Step:
    """It is sized by what its venue held a moment ago; where anything has moved since, the venue is asked again."""
    if situation.account_refusal or situation.instrument is None:
        return End(OrderStatus.REJECTED, situation.account_refusal or f"UNSUPPORTED_INSTRUMENT: {order.instrument}")
    if situation.moved:
        return End(OrderStatus.CANCELLED, "something moved: the venue is asked again")
    return Submit(order.open_quantity)


def _reduce(order: OrderRecord, situation: Situation, now: datetime) -> Step:
    """A fill may be on its way into the records, so an exit is not cut the moment it arrives."""
    reducible = situation.reducible or Reducible(Decimal(0), Decimal(0))
    wanted = order.open_quantity
    quantity = min(wanted, reducible.most)
    if quantity < wanted and now - order.recorded_at < LOOK_TWICE:
        return Wait(f"only {quantity} of {wanted} seem to be held; looks again", order.recorded_at + LOOK_TWICE)
    if quantity <= 0:
        return End(OrderStatus.CANCELLED, "nothing is left to reduce")
    if reducible.now < quantity:
        why = f"only {reducible.now} of {quantity} can be reduced while other orders reduce the rest"
        held_up = _is_held_up(order, why, now)
        return Wait(why + HELD_UP if held_up else why, blocked_by=situation.beside, alarming=held_up)
    return Submit(
        quantity, f"trimmed from {wanted} to {quantity}: no more can be reduced" if quantity < wanted else None
    )
