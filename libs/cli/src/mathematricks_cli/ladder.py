"""A receipt, drawn as a ladder: raw body, parsed, each cap, orders, fills, profit, and the time of each hop."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal

from mathematricks.contracts.decisions import Cap, LegDecision
from mathematricks.contracts.receipts import Hop, Receipt, ReceiptBooking, ReceiptFill, ReceiptOrder
from mathematricks.contracts.signals import Leg, decimal_text

_STEP = "  {:<9} {}"
_UNDER = "  {:<9}   {}"


def ladder(receipt: Receipt) -> list[str]:
    """Return the lines that tell what became of a signal, from the bytes that arrived to the money it moved."""
    signal = receipt.signal
    return [
        f"{receipt.signal_id}  {signal.strategy_id}  {signal.external_id}",
        f"  → {receipt.end.upper()}{'' if receipt.settled else ' (still moving)'}: {receipt.summary}",
        *_titled("raw", [f"{receipt.raw.size} bytes by {receipt.raw.intake} from {signal.sender}"]),
        *_titled("parsed", _parsed(receipt)),
        *_titled("decided", _decided(receipt)),
        *_titled("orders", [line for order in receipt.orders for line in _order(order)]),
        *_titled("cancels", [f"{each.order_id}: {each.status or 'on its way'}" for each in receipt.commands]),
        *_titled("booked", [_booking(booking) for booking in receipt.bookings]),
        *_titled("P&L", _results(receipt)),
        *_titled("hops", _hops(receipt.hops)),
    ]


def in_short(receipt: Receipt) -> str:
    """Return one line: what was asked, what became of it, and how long that took."""
    legs = ", ".join(_leg(leg) for leg in receipt.signal.legs)
    took = f"{receipt.hops[-1].after_received_ms} ms" if receipt.hops else ""
    kind = receipt.signal.signal_type or "signal"
    return f"{receipt.signal.strategy_id}  {kind} {legs}  →  {receipt.end.upper()}  {receipt.summary}  {took}".rstrip()


def number(amount: Decimal | int) -> str:
    """Return *amount* as people read it: thousands apart, no needless zeros."""
    return f"{Decimal(decimal_text(Decimal(amount))):,f}"


def money(amount: Decimal) -> str:
    """Return *amount* to the cent."""
    return f"{amount:+,.2f}"


def _titled(title: str, lines: Iterable[str]) -> Iterator[str]:
    for position, line in enumerate(lines):
        yield _STEP.format(title if position == 0 else "", line)


def _parsed(receipt: Receipt) -> Iterator[str]:
    signal = receipt.signal
    equity = f", for an equity of {number(signal.account_equity)}" if signal.account_equity is not None else ""
    entry = f", entry {signal.entry_ref}" if signal.entry_ref else ""
    yield f"{signal.provider}: {signal.signal_type or 'no type given'}{entry}{equity}"
    for leg in signal.legs:
        yield f"  {_leg(leg)}"
    for warning in signal.warnings:
        yield f"  ! {warning}"


def _leg(leg: Leg) -> str:
    size = number(leg.quantity) if leg.quantity is not None else "—"
    price = f" @ {number(leg.price)}" if leg.price is not None else ""
    return f"{leg.action} {size} {leg.instrument}{price}"


def _decided(receipt: Receipt) -> Iterator[str]:
    decision = receipt.decision
    if decision is None:
        yield "not yet"
        return
    yield f"{decision.outcome}{f' ({decision.reason})' if decision.reason else ''}: {decision.sentence}"
    if grounds := decision.grounds:
        yield (
            f"  {number(grounds.allocation_percent)} % of {number(grounds.equity)} {grounds.base_currency} = "
            f"{number(grounds.capital)}, {number(grounds.in_use)} in use, sized by {grounds.sizing}"
        )
    for leg in decision.legs:
        yield from _leg_decision(leg)
    for warning in decision.warnings:
        yield f"  ! {warning}"


def _leg_decision(leg: LegDecision) -> Iterator[str]:
    rungs = [f"asked {number(leg.asked)}"] if leg.asked is not None else []
    rungs += [f"wanted {number(leg.wanted)}"] if leg.wanted is not None else []
    rungs += [f"{cap.name} {number(cap.given)}" for cap in leg.caps if cap.given < cap.asked]
    rungs += [f"ordered {number(leg.quantity)}"] if leg.quantity is not None else []
    rungs += [f"refused {leg.refused}"] if leg.refused else []
    yield f"  {leg.intent} {leg.side} {leg.instrument}: {' → '.join(rungs)}"
    for cap in leg.caps:
        yield f"    {_cap(cap)}"
    if leg.excess:
        yield f"    {number(leg.excess)} asked beyond the position: recorded, not traded"


def _cap(cap: Cap) -> str:
    facts = ", ".join(f"{name.replace('_', ' ')} {number(value)}" for name, value in cap.facts.items())
    return f"{cap.name:<18} {number(cap.asked)} → {number(cap.given)}{f'   ({facts})' if facts else ''}"


def _order(order: ReceiptOrder) -> Iterator[str]:
    size = order.working_quantity if order.working_quantity is not None else order.quantity
    asked = f"{order.side} {number(size) if size is not None else '?'} {order.instrument} {order.order_type}"
    at = f" @ {number(order.average_price)}" if order.average_price is not None else ""
    why = f" ({order.reason})" if order.reason else ""
    yield f"{order.order_id}  {order.purpose}: {asked}  →  {order.status} {number(order.filled)}{at}{why}"
    for fill in order.fills:
        yield f"    {_fill(fill)}"


def _fill(fill: ReceiptFill) -> str:
    return f"fill {number(fill.quantity)} @ {number(fill.price)}, fee {fill.commission:,.2f} {fill.currency}"


def _booking(booking: ReceiptBooking) -> str:
    moved = f"{number(booking.quantity)} {booking.instrument}, " if booking.instrument else ""
    return f"{moved}cash {money(booking.cash)} {booking.currency} on {booking.account}"


def _results(receipt: Receipt) -> list[str]:
    return [
        f"{money(result.net)} {result.currency} realized ({money(result.gross)}, {result.commission:,.2f} in fees)"
        for result in receipt.results
    ]


def _hops(hops: tuple[Hop, ...]) -> list[str]:
    timed = [(hop.name.replace("_", " "), hop.after_previous_ms) for hop in hops if hop.after_previous_ms is not None]
    said = " · ".join(f"{name} +{after} ms" for name, after in timed)
    return [f"{said}  ({hops[-1].after_received_ms} ms after it arrived)"] if said else []
