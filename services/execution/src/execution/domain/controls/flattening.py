"""Flattening, decided a step at a time: what to cancel, what to close, and what it has come to (RULES 10)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from mathematricks.contracts.base import Mode, Side, derive_id
from mathematricks.contracts.controls import ControlMode, PlaceReport, Switch
from mathematricks.contracts.executions import UNATTRIBUTED, Execution
from mathematricks.contracts.instruments import Contract
from mathematricks.contracts.orders import OrderRecord, OrderStatus, TradingOrder

from execution.domain.exits import AT_VENUE
from execution.domain.orders import PROTECTIVE, ExecType, Place

ZERO = Decimal(0)
FLATTEN = "flatten"
PREFIX = "flatten:"
IN_DOUBT = frozenset({OrderStatus.UNKNOWN, OrderStatus.PARKED, OrderStatus.PENDING_CANCEL})
"""Whether one of these still trades is the venue's to say; it is watched, and what it may close is left to it."""
FIRST_PAUSE, LONGEST_PAUSE = timedelta(milliseconds=500), timedelta(seconds=30)


@dataclass
class Flattening:
    """
    One firing that flattens, as this process remembers it; a restart begins it anew from the records.

    Attributes:
        found: How many entries, exits and protective orders lived when it was first looked at.
        rounds: By place, how many closing orders were made.
        failures: By place, how many of them in turn closed nothing, and when to try again.
        asked: Accounts whose venue has said what it holds.
        swept_at: When orders at the venues that are not ours were last cancelled.
        waiting: What it waits for, as last told.
        flat: Nothing was left when it was last looked at.
    """

    found: tuple[int, int, int] = (0, 0, 0)
    rounds: dict[Place, int] = field(default_factory=dict)
    asked: set[str] = field(default_factory=set)
    failures: dict[Place, tuple[int, datetime]] = field(default_factory=dict)
    swept_at: datetime | None = None
    waiting: tuple[str, ...] = ()
    flat: bool = False

    def failed(self, place: Place, now: datetime) -> None:
        """A closing order of *place* closed nothing: wait longer each time."""
        times = self.failures.get(place, (0, now))[0] + 1
        pause = min(LONGEST_PAUSE, FIRST_PAUSE * (1 << min(times - 1, 6)))
        self.failures[place] = times, now + pause

    def may_try(self, place: Place, now: datetime) -> bool:
        """Return whether *place* may be tried now."""
        return place not in self.failures or self.failures[place][1] <= now


def count_found(orders: Iterable[OrderRecord]) -> tuple[int, int, int]:
    """Return how many entries, exits and protective orders there are among *orders*."""
    known = list(orders)
    entries = sum(order.purpose == "entry" for order in known)
    stops = sum(order.purpose in PROTECTIVE for order in known)
    return entries, sum(order.purpose not in ("entry", FLATTEN) for order in known) - stops, stops


def to_cancel(switch: Switch, orders: Iterable[OrderRecord], asked_before: datetime) -> list[OrderRecord]:
    """
    Return which live *orders* within the switch's scope its mode has cancelled.

    ``reduce_only``: entries. ``cancel_resting``: protection too, and exits that rested when it was fired.
    ``flatten``: all but the closing orders themselves. One that was asked to end after *asked_before* is let be.
    """
    covered = [order for order in orders if switch.scope.covers(order.account, order.strategy_id)]
    return [order for order in covered if _is_to_go(switch, order) and not _is_being_asked(order, asked_before)]


def _is_to_go(switch: Switch, order: OrderRecord) -> bool:
    mode: ControlMode = switch.mode
    if order.purpose == FLATTEN or mode == "freeze_entries":
        return False
    if order.purpose == "entry" or mode == "flatten":
        return True
    rested = order.order_type != "MARKET" and order.recorded_at <= switch.fired_at
    return mode == "cancel_resting" and (rested or order.purpose in PROTECTIVE)


def _is_being_asked(order: OrderRecord, asked_before: datetime) -> bool:
    """What is on its way ends as it works, and what is being cancelled is asked about by whoever resolves doubts."""
    if order.ends_as is not None and order.status in (OrderStatus.SUBMITTING, OrderStatus.PENDING_CANCEL):
        return True
    refused = bool(order.history) and order.history[-1].event == ExecType.CANCEL_REJECTED
    return (order.ends_as is not None or refused) and order.updated_at > asked_before


def is_clear(orders: Iterable[OrderRecord], asked_before: datetime | None = None) -> bool:
    """
    Return whether what lives in a place is in doubt at most, so that the place may be sized around it.

    A cancellation asked for since *asked_before* is about to be answered, and worth waiting for.
    """
    return all(order.status in IN_DOUBT and not _is_answered_soon(order, asked_before) for order in orders)


def _is_answered_soon(order: OrderRecord, asked_before: datetime | None) -> bool:
    recent = asked_before is not None and order.updated_at > asked_before
    return order.status is OrderStatus.PENDING_CANCEL and recent


def to_close(net: Decimal, orders: Iterable[OrderRecord]) -> tuple[Side, Decimal] | None:
    """
    Return side and units that close *net* without ever reversing it; None where nothing may be sent.

    What an order in doubt may yet trade on the closing side is left to it, whosever it is: it is
    closed in a later round, once the venue has said what became of it.
    """
    if not net:
        return None
    side: Side = "SELL" if net > 0 else "BUY"
    in_doubt = [order for order in orders if order.side == side and order.status in AT_VENUE]
    pairs: dict[str, Decimal] = {}
    for order in in_doubt:
        name = order.lot if order.purpose in PROTECTIVE and order.lot else order.order_id
        pairs[name] = max(pairs.get(name, ZERO), order.open_quantity)
    units = abs(net) - sum(pairs.values(), ZERO)
    return (side, units) if units > 0 else None


def cause(generation: int, place: Place, number: int = 1) -> str:
    """Return what names the *number*-th closing order of a place: ``flatten:<generation>:<account>:<instrument>``."""
    account, instrument = place
    name = f"{PREFIX}{generation}:{account}:{instrument}"
    return (name if number == 1 else f"{name}:{number}")[:200]


def closing_order(
    named: str, side_and_units: tuple[Side, Decimal], of: tuple[str, Mode, Contract], now: datetime, whose: str = ""
) -> TradingOrder:
    """
    Return the market order named *named* in an account; it is booked to nobody until it is split.

    Args:
        now: When its venue was asked what it is to close.
        whose: The strategy that alone is flattened; none: the account's net.
    """
    side, units = side_and_units
    account, mode, contract = of
    return TradingOrder(
        order_id=derive_id("o", named),
        signal_id=named,
        strategy_id=UNATTRIBUTED,
        external_id=whose,
        portfolio=mode.lower(),
        seq=0,
        account=account,
        mode=mode,
        instrument=contract.key,
        contract=contract,
        purpose="flatten",
        side=side,
        quantity=units,
        reserved_margin=ZERO,
        sent_at=now,
        received_at=now,
        decided_at=now,
    )


def place_report(place: Place, fills: Sequence[Execution], ours: Mapping[str, Execution], now: Decimal) -> PlaceReport:
    """
    Return what happened in *place* since the firing.

    Args:
        fills: Every fill at the venue since then, closing ones among them.
        ours: Of them those of closing orders, by execution id.
        now: The signed position now.
    """
    ordered = sorted(fills, key=lambda fill: (fill.executed_at, fill.venue_seq, fill.execution_id))
    held = now - sum((signed(fill) for fill in ordered), ZERO)
    closed = sum((fill.quantity for fill in ours.values()), ZERO)
    cost = sum((fill.quantity * fill.price for fill in ours.values()), ZERO)
    return PlaceReport(
        account=place[0],
        instrument=place[1],
        held=held,
        closed=closed,
        average_price=round(cost / closed, 10) if closed else None,
        orders=tuple(dict.fromkeys(fill.order_id or "" for fill in ours.values())),
        reversed=goes_through_zero(held, ordered),
    )


def goes_through_zero(held: Decimal, fills: Iterable[Execution]) -> bool:
    """Return whether a position of *held* changes its sign on the way through *fills*."""
    position = held
    for fill in fills:
        position += signed(fill)
        if position * held < 0 or (not held and position):
            return True
    return False


def signed(fill: Execution) -> Decimal:
    """Return the units of *fill*, negative for a sale."""
    return fill.quantity if fill.side == "BUY" else -fill.quantity
