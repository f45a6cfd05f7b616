"""Crossing: what flattening closed net is split over the sub-ledgers, opposites against each other (RULES 10)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from mathematricks.contracts.base import Side, derive_id
from mathematricks.contracts.executions import UNATTRIBUTED, Execution
from mathematricks.contracts.instruments import Instrument
from mathematricks.contracts.orders import LotClose, OrderRecord, OrderStatus, TradingOrder

from execution.domain.exits import Lot
from execution.domain.submission import first_record

ZERO = Decimal(0)
CENTS = Decimal("0.00000001")
FINEST_PRICE = Decimal("0.0000000001")
AT_ONE_PRICE = "crossed at one price between the desk's own strategies"
UPON_EXPIRY = "expired, and settled in cash"


@dataclass(frozen=True)
class Part:
    """What one strategy gives up: units of one lot, or without a lot what no lot of it explains."""

    strategy_id: str
    side: Side
    units: Decimal
    entry: OrderRecord | None = None


@dataclass(frozen=True)
class Crossing:
    """
    The terms that every part of one crossing shares.

    Attributes:
        like: An order of the place that tells account, mode, instrument and cause.
        price: The one price.
        commission: Paid at the venue by nobody's ledger, to be shared by units.
        reason: Why there is no venue, in words.
    """

    like: TradingOrder
    price: Decimal
    commission: Decimal = ZERO
    reason: str = AT_ONE_PRICE


def parts_of(positions: Mapping[str, Decimal], lots: Mapping[str, Sequence[Lot]]) -> list[Part]:
    """
    Return what brings the *positions* of these strategies to zero, lot by lot, newest first.

    The unattributed sub-ledger takes the other side of all of them: it holds what the venue traded
    to flatten, so that it ends with nothing but what was never explained.
    """
    parts = [part for name, held in sorted(positions.items()) for part in _of(name, held, lots.get(name, ()))]
    rest = sum((part.units if part.side == "SELL" else -part.units for part in parts), ZERO)
    if rest:
        parts.append(Part(UNATTRIBUTED, "BUY" if rest > 0 else "SELL", abs(rest)))
    return parts


def records_of(parts: Sequence[Part], terms: Crossing, worker: str, now: datetime) -> list[OrderRecord]:
    """
    Return the parts as orders that were filled the moment they were made, and that no venue ever sees.

    An order closes one lot at most: whoever keeps lots hears of it as of any order that closes one.
    """
    shares = _shares(parts, terms.commission)
    return [_record(part, share, terms, (worker, now)) for part, share in zip(parts, shares, strict=True)]


def execution_of(record: OrderRecord, facts: tuple[Instrument | None, Decimal, str], now: datetime) -> Execution:
    """Return the execution of a crossed order; *facts* are its instrument, rate to the base and base currency."""
    instrument, rate, base = facts
    return Execution(
        execution_id=derive_id("x", record.order_id),
        order_id=record.order_id,
        signal_id=record.signal_id,
        strategy_id=record.strategy_id,
        account=record.account,
        mode=record.mode,
        instrument=record.instrument,
        contract=record.contract,
        purpose=record.purpose,
        side=record.side,
        quantity=record.filled,
        price=record.average_price or ZERO,
        multiplier=instrument.multiplier if instrument else Decimal(1),
        currency=instrument.currency if instrument else base,
        commission=record.commission,
        fx_rate=rate,
        base_currency=base,
        executed_at=record.recorded_at,
        recorded_at=now,
        crossed=True,
    )


def is_crossed(order: OrderRecord) -> bool:
    """Return whether *order* was crossed within the desk: filled without any attempt at a venue."""
    return order.purpose == "flatten" and not order.attempts and order.status is OrderStatus.FILLED


def one_price(fills: Sequence[Execution], middle: Decimal | None, last: Decimal | None) -> Decimal | None:
    """Return what parts are crossed at: what the venue gave on average, else the middle, else the last price."""
    units = sum((fill.quantity for fill in fills), ZERO)
    if units:
        return (sum((fill.quantity * fill.price for fill in fills), ZERO) / units).quantize(FINEST_PRICE)
    known = middle if middle is not None else last
    return known.quantize(FINEST_PRICE) if known is not None else None


def _of(strategy_id: str, held: Decimal, lots: Sequence[Lot]) -> list[Part]:
    side: Side = "SELL" if held > 0 else "BUY"
    parts, rest = [], abs(held)
    for lot in lots:
        units = min(rest, lot.left) if lot.entry.side != side else ZERO
        if units > 0:
            parts.append(Part(strategy_id, side, units, lot.entry))
            rest -= units
    return [*parts, Part(strategy_id, side, rest)] if rest else parts


def _shares(parts: Sequence[Part], commission: Decimal) -> list[Decimal]:
    """Strategies share the commission by units, to the last digit; the unattributed ledger, which paid it, is paid."""
    whole = sum((part.units for part in parts if part.strategy_id != UNATTRIBUTED), ZERO)
    shares, done, paid = [], ZERO, ZERO
    for part in parts:
        if part.strategy_id == UNATTRIBUTED:
            shares.append(-commission if whole else ZERO)
            continue
        done += part.units
        due = commission if done == whole else (commission * done / whole).quantize(CENTS)
        shares.append(due - paid)
        paid = due
    return shares


def _record(part: Part, commission: Decimal, terms: Crossing, by: tuple[str, datetime]) -> OrderRecord:
    worker, now = by
    entry, like = part.entry, terms.like
    named = derive_id("o", like.signal_id, part.strategy_id, entry.order_id if entry else "")
    asked: dict[str, object] = {
        "order_id": named,
        "signal_id": entry.signal_id if entry else like.signal_id,
        "external_id": entry.external_id if entry else "",
        "strategy_id": part.strategy_id,
        "leg_index": entry.leg_index if entry else 0,
        "side": part.side,
        "quantity": part.units,
        "decided_at": now,
    }
    if entry is not None:
        units = entry.asked or part.units
        asked["closes"] = (LotClose(lot=entry.order_id, asked=units, lot_asked=units, last=True, quantity=part.units),)
    order = like.model_copy(update=asked)
    filled = {"status": OrderStatus.FILLED, "live": False, "filled": part.units, "average_price": terms.price}
    done = {"reason": terms.reason, "ended_at": now, "watched": True, "commission": commission, "revision": 1}
    lot = entry.order_id if entry else None
    return first_record(order, worker, now, lot=lot).model_copy(update=filled | done)
