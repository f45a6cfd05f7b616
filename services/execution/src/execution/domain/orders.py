"""An order's life as a table: in this state, this event leads to that state."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import Enum, StrEnum
from typing import Any

from mathematricks.contracts.executions import Execution
from mathematricks.contracts.orders import TERMINAL, Attempt, Happening, OrderRecord, OrderStatus, TradingOrder

Place = tuple[str, str]
"""Account and instrument."""
MOST_REMEMBERED = 50
"""Attempts and happenings kept with an order; an exit tried for days would outgrow its document."""


class ExecType(StrEnum):
    """What happened: FIX ExecType, and the desk's own words. NOTED and UNSEEN change no state, whatever it is."""

    NOTED = "NOTED"
    UNSEEN = "UNSEEN"
    HELD = "HELD"
    CLAIMED = "CLAIMED"
    NEW = "NEW"
    TRADE = "TRADE"
    LOST = "LOST"
    ABSENT = "ABSENT"
    GIVEN_UP = "GIVEN_UP"
    CANCEL_ASKED = "PENDING_CANCEL"
    CANCEL_REJECTED = "CANCEL_REJECTED"
    CANCELLED = "CANCELLED"
    REJECTED = "REJECTED"
    EXPIRED = "EXPIRED"


class Then(Enum):
    """Next states that depend on the order, not only on the table."""

    AT_WORK = "SUBMITTED, or PARTIALLY_FILLED once it has fills"
    AS_BEFORE = "what it was before the cancellation was asked for"
    ENDED = "PENDING where the order is pursued; else what was asked of it, or the event's own name"


S, E, T = OrderStatus, ExecType, Then
Row = dict[ExecType, OrderStatus | Then | None]
_ENDS: Row = {E.CANCELLED: T.ENDED, E.REJECTED: T.ENDED, E.EXPIRED: T.ENDED}
_AT_VENUE: Row = {E.TRADE: S.PARTIALLY_FILLED, E.ABSENT: T.ENDED, **_ENDS}
_ASKED: Row = {E.TRADE: None, E.CANCEL_REJECTED: T.AS_BEFORE, E.ABSENT: T.ENDED, **_ENDS}

LIFE: dict[OrderStatus, Row] = {
    S.PENDING: {
        E.HELD: None,
        E.CLAIMED: S.SUBMITTING,
        E.NEW: T.AT_WORK,
        E.TRADE: None,
        E.CANCEL_ASKED: T.ENDED,
        **_ENDS,
    },
    S.SUBMITTING: {E.NEW: T.AT_WORK, E.TRADE: S.PARTIALLY_FILLED, E.LOST: S.UNKNOWN, E.CANCEL_ASKED: None, **_ENDS},
    S.SUBMITTED: {E.CANCEL_ASKED: S.PENDING_CANCEL, **_AT_VENUE},
    S.PARTIALLY_FILLED: {E.CANCEL_ASKED: S.PENDING_CANCEL, **_AT_VENUE},
    S.PENDING_CANCEL: _ASKED,
    S.PENDING_REPLACE: {E.CANCEL_ASKED: S.PENDING_CANCEL, E.NEW: T.AT_WORK, **_ASKED},
    S.UNKNOWN: {E.NEW: T.AT_WORK, E.GIVEN_UP: S.PARKED, E.CANCEL_ASKED: None, **_AT_VENUE},
    S.PARKED: {E.NEW: T.AT_WORK, E.CANCEL_ASKED: None, **_AT_VENUE},
    S.FILLED: {E.TRADE: None},
    S.CANCELLED: {E.TRADE: None},
    S.REJECTED: {E.TRADE: None},
    S.EXPIRED: {E.TRADE: None},
}
"""State x event to next state; None keeps the state. What is not in the table changes nothing. A fill that completes
a live order makes it FILLED, whatever stands here."""

LATE = frozenset({S.UNKNOWN, S.PARKED, S.PENDING}) | TERMINAL
"""A fill in one of these states is booked like any other, and someone is told."""

PROTECTIVE = frozenset({"stop_loss", "take_profit"})


@dataclass(frozen=True)
class Happened:
    """
    Something that happened to an order.

    Attributes:
        attempt: Number of the attempt it is about; None: the newest.
        fill: The execution of a TRADE.
        ends_as: What a CANCEL_ASKED wants the order to become.
        command: The command obeyed by it.
        but: Fields of the record to set along with it, such as when to look again.
    """

    type: ExecType
    at: datetime
    reason: str | None = None
    attempt: int | None = None
    fill: Execution | None = None
    ends_as: OrderStatus | None = None
    command: str | None = None
    but: dict[str, Any] | None = None


def apply(order: OrderRecord, event: Happened) -> OrderRecord:
    """
    Return *order* after *event*; the same object where nothing changes.

    What an earlier attempt is told after it ended concerns only its fills.
    """
    stale = event.attempt is not None and event.attempt < last_attempt(order)
    known = event.type in LIFE[order.status] and not (stale and event.fill is None)
    told = _told(order, event, known=known)
    if not known:
        return order if told is order else told.model_copy(update={"revision": order.revision + 1})
    return _with(told, event, next_status(told, event))


def next_status(order: OrderRecord, event: Happened) -> OrderStatus:
    """Return the state that *event* leads *order* to, fills counted."""
    filled = order.filled + (event.fill.quantity if event.fill else Decimal(0))
    complete = order.working_quantity is not None and filled >= order.working_quantity > 0
    if order.status in TERMINAL or (complete and event.type not in (E.HELD, E.CLAIMED)):
        return order.status if order.status in TERMINAL else S.FILLED
    then = LIFE[order.status].get(event.type)
    if then is T.AT_WORK:
        return S.PARTIALLY_FILLED if filled else S.SUBMITTED
    if then is T.AS_BEFORE:
        return S.PARTIALLY_FILLED if filled else order.status_before or S.SUBMITTED
    if then is T.ENDED:
        return _ended(order, event.type)
    return order.status if then is None else OrderStatus(then)


def is_pursued(order: OrderRecord, event: ExecType) -> bool:
    """
    Return whether an attempt that ends like this is followed by another.

    An exit's is, until it is filled or called off. A protective order that its venue cancelled is
    not: it is made anew for what is left of its lot, and one that flattens for what is held then. An
    entry's is only where the venue never had it.
    """
    if order.ends_as is not None or not order.attempts or order.purpose == "flatten":
        return False
    if order.purpose == "entry":
        return event is E.ABSENT and order.status in (S.UNKNOWN, S.PARKED)
    return not (event is E.CANCELLED and order.purpose in PROTECTIVE)


def is_late(order: OrderRecord, attempt: int | None) -> bool:
    """Return whether a fill of *attempt* comes when nobody expects one any more."""
    return order.status in LATE or (attempt is not None and attempt < last_attempt(order))


def is_protected(order: TradingOrder) -> bool:
    """Return whether *order* is an entry that wants a stop-loss or a take-profit."""
    return order.purpose == "entry" and (order.stop_loss is not None or order.take_profit is not None)


def backoff(tries: int) -> timedelta:
    """Return how long to wait after *tries* failures before this one: 1 s, doubling, a minute at most."""
    return min(timedelta(minutes=1), timedelta(seconds=2 ** min(tries, 6)))


def last_attempt(order: OrderRecord) -> int:
    """Return the number of the newest attempt; 0 before the first."""
    return order.attempts[-1].number if order.attempts else 0


def _ended(order: OrderRecord, event: ExecType) -> OrderStatus:
    if is_pursued(order, event):
        return S.PENDING
    return order.ends_as or (S.EXPIRED if event is E.ABSENT else OrderStatus(event.value))


def _told(order: OrderRecord, event: Happened, *, known: bool) -> OrderRecord:
    """What goes with an event that changes nothing any more came too late: another has moved the order on."""
    fields = dict(event.but or {}) if known or event.type is E.NOTED else {}
    if event.type is E.UNSEEN and order.live and event.attempt == last_attempt(order):
        fields["attempts"] = (*order.attempts[:-1], order.attempts[-1].model_copy(update={"absent_at": event.at}))
    if event.command is not None and event.command not in order.commands:
        fields["commands"] = (*order.commands, event.command)
    if event.ends_as not in (None, order.ends_as) and order.status not in TERMINAL:
        fields["ends_as"] = event.ends_as
    if event.type is E.CANCEL_REJECTED and order.status not in TERMINAL:
        fields["ends_as"] = None
    return order.model_copy(update=fields) if fields else order


def _with(order: OrderRecord, event: Happened, status: OrderStatus) -> OrderRecord:
    fields: dict[str, Any] = {"revision": order.revision + 1, "updated_at": max(order.updated_at, event.at)}
    if order.status not in TERMINAL and (event.reason is not None or not _says_why_itself(order, event.type)):
        fields["reason"] = event.reason
    if status is not order.status:
        fields |= _moved(order, event, status)
    if order.attempts:
        fields["attempts"] = _attempts(order, event)
    if event.fill is not None:
        fields |= _filled(order, event.fill)
    return order.model_copy(update=fields)


def _says_why_itself(order: OrderRecord, event: ExecType) -> bool:
    """Work says nothing about reasons; a cancellation that was asked for has the one it was asked with."""
    return event in (E.NEW, E.TRADE) or (event is E.CANCELLED and order.ends_as is not None)


def _moved(order: OrderRecord, event: Happened, status: OrderStatus) -> dict[str, Any]:
    happening = Happening.model_construct(at=event.at, event=event.type.value, status=status, reason=event.reason)
    fields: dict[str, Any] = {"status": status, "history": (*order.history, happening)[-MOST_REMEMBERED:]}
    if event.type is E.CANCEL_ASKED:
        fields["status_before"] = order.status
    if status is S.PENDING:
        fields |= {"tries": order.tries + 1, "next_try_at": event.at + backoff(order.tries)}
    if status in TERMINAL:
        failed = _fails_its_group(order, status)
        fields |= {"live": False, "ended_at": event.at}
        fields |= {"unwinding": order.unwinding or failed, "watched": failed or (order.watched and order.filled > 0)}
    return fields


def _fails_its_group(order: OrderRecord, status: OrderStatus) -> bool:
    """None of a group is sent before all pass, so one that was never sent has undone nothing."""
    return order.purpose == "entry" and order.total_legs > 1 and status is not S.FILLED and bool(order.attempts)


def _filled(order: OrderRecord, fill: Execution) -> dict[str, Any]:
    filled = order.filled + fill.quantity
    cost = (order.average_price or Decimal(0)) * order.filled + fill.price * fill.quantity
    return {
        "filled": filled,
        "average_price": cost / filled,
        "commission": order.commission + fill.commission,
        "watched": order.watched or is_protected(order),
        "tries": 0,
    }


def _attempts(order: OrderRecord, event: Happened) -> tuple[Attempt, ...]:
    number = event.attempt or order.attempts[-1].number
    return tuple(_attempt(kept, event) if kept.number == number else kept for kept in order.attempts)


def _attempt(attempt: Attempt, event: Happened) -> Attempt:
    fields: dict[str, Any] = {}
    if event.fill is not None:
        fields["filled"] = attempt.filled + event.fill.quantity
        if fields["filled"] >= attempt.quantity:
            fields |= {"ended_at": event.at, "outcome": "FILLED"}
    elif event.type in (E.CANCELLED, E.REJECTED, E.EXPIRED, E.ABSENT) and attempt.ended_at is None:
        fields |= {"ended_at": event.at, "outcome": event.type.value, "reason": event.reason}
    return attempt.model_copy(update=fields) if fields else attempt
