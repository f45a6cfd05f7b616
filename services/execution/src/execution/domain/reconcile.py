"""Our records against a venue's: what differs, and what puts it right. Doing it twice does it once (RULES 7, 8)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from mathematricks.contracts.base import Side, derive_id
from mathematricks.contracts.orders import OrderRecord, OrderStatus
from mathematricks.contracts.reconciliation import Correction, CorrectionKind

from execution.domain.exits import AT_VENUE
from execution.domain.orders import ExecType, Happened, apply, last_attempt

ZERO = Decimal(0)
UNSEEN = frozenset({OrderStatus.UNKNOWN, OrderStatus.PARKED, OrderStatus.PENDING})
"""States of a live order in which we do not know that its venue has it."""
CHANGING = frozenset({"book_fill", "book_external", "advance"})
"""Corrections that change our records; the others are findings, true until the venue says otherwise."""


@dataclass(frozen=True)
class TheirFill:
    """A fill as the venue tells it; *order_id* is made of our id, None where it carries none."""

    execution_id: str
    order_id: str | None
    instrument: str
    side: Side
    quantity: Decimal

    @property
    def signed(self) -> Decimal:
        """Units, negative for a sale."""
        return self.quantity if self.side == "BUY" else -self.quantity


@dataclass(frozen=True)
class TheirOrder:
    """An order that works at the venue; *attempt* and *order_id* are made of our id, None where it is not ours."""

    client_order_id: str
    order_id: str | None
    attempt: int | None
    filled: Decimal = ZERO


@dataclass(frozen=True)
class Theirs:
    """What the venue says: the fills since we last looked, what works now, and its net positions."""

    fills: Sequence[TheirFill] = ()
    working: Sequence[TheirOrder] = ()
    positions: Mapping[str, Decimal] = field(default_factory=dict)


@dataclass(frozen=True)
class Ours:
    """
    What our records say of one account.

    Attributes:
        orders: Every live order that was ever handed over, and those that the venue names in what works there
            or is not on record.
        executions: Ids on record, of those that the venue told.
        positions: Net units by instrument, as our executions sum up.
        busy: Instruments in which something may be trading, so that positions do not compare.
        moving: Orders that changed while the venue was asked: neither word on them is the other's contradiction.
    """

    account: str
    orders: Mapping[str, OrderRecord] = field(default_factory=dict)
    executions: frozenset[str] = frozenset()
    positions: Mapping[str, Decimal] = field(default_factory=dict)
    busy: Collection[str] = ()
    moving: Collection[str] = ()


def diff(ours: Ours, theirs: Theirs) -> tuple[Correction, ...]:
    """Return everything in which *ours* and *theirs* differ, each with what follows from it."""
    return (*_fills(ours, theirs), *_working(ours, theirs), *_silent(ours, theirs), *_positions(ours, theirs))


def corrected(ours: Ours, corrections: Iterable[Correction], theirs: Theirs) -> Ours:
    """Return our records once *corrections* are carried out, as far as they change them."""
    due = {each.correction_id for each in corrections if each.kind in CHANGING}
    for fill in theirs.fills:
        if fill.execution_id not in ours.executions and due & {_fill_id(ours, fill, kind) for kind in _BOOKINGS}:
            held = ours.positions.get(fill.instrument, ZERO) + fill.signed
            ours = replace(
                ours,
                executions=ours.executions | {fill.execution_id},
                positions={**ours.positions, fill.instrument: held},
            )
    for there in theirs.working:
        order = ours.orders.get(there.order_id or "")
        if order is not None and _advance_id(ours, order, there) in due:
            works = apply(order, Happened(ExecType.NEW, order.updated_at, None, there.attempt))
            ours = replace(ours, orders={**ours.orders, order.order_id: works})
    return ours


_BOOKINGS: tuple[CorrectionKind, CorrectionKind] = ("book_fill", "book_external")


def _fills(ours: Ours, theirs: Theirs) -> Iterator[Correction]:
    seen = set(ours.executions)
    for fill in theirs.fills:
        if fill.execution_id in seen:
            continue
        seen.add(fill.execution_id)
        kind: CorrectionKind = "book_fill" if fill.order_id in ours.orders else "book_external"
        said = f"{fill.side} {fill.quantity} {fill.instrument}"
        yield _correction(_fill_id(ours, fill, kind), kind, fill.execution_id, ("not on record", said))


def _working(ours: Ours, theirs: Theirs) -> Iterator[Correction]:
    for there in theirs.working:
        order = ours.orders.get(there.order_id or "")
        if there.order_id in ours.moving:
            continue
        if order is None:
            yield _stray(ours, there, "no order of ours")
        elif not order.live or there.attempt != last_attempt(order):
            yield _stray(ours, there, f"{order.status}, attempt {last_attempt(order)}")
        elif order.status in UNSEEN:
            said = f"WORKING, {there.filled} filled"
            yield _correction(_advance_id(ours, order, there), "advance", order.order_id, (order.status, said))


def _silent(ours: Ours, theirs: Theirs) -> Iterator[Correction]:
    """Orders that the venue may have and does not show: asked about by our id, one by one."""
    shown = {there.client_order_id for there in theirs.working}
    for order in ours.orders.values():
        if not order.live or not order.attempts or order.order_id in ours.moving:
            continue
        if order.attempts[-1].client_order_id in shown:
            continue
        if order.status in AT_VENUE and order.status is not OrderStatus.SUBMITTING:
            yield _ask(ours, order)


def _positions(ours: Ours, theirs: Theirs) -> Iterator[Correction]:
    """Positions that even the fills not yet on record do not explain."""
    booked = dict(ours.positions)
    for fill in {fill.execution_id: fill for fill in theirs.fills}.values():
        if fill.execution_id not in ours.executions:
            booked[fill.instrument] = booked.get(fill.instrument, ZERO) + fill.signed
    for name in sorted({*booked, *theirs.positions} - set(ours.busy)):
        mine, yours = booked.get(name, ZERO), theirs.positions.get(name, ZERO)
        if mine != yours:
            said = f"{mine.normalize():f}", f"{yours.normalize():f}"
            yield _correction(derive_id("r", ours.account, "unexplained", name, *said), "unexplained", name, said)


def _ask(ours: Ours, order: OrderRecord) -> Correction:
    """An exit nobody knows anything of is pursued; an entry is parked in time (RULES 6, 7)."""
    in_doubt = order.status in (OrderStatus.UNKNOWN, OrderStatus.PARKED)
    kind: CorrectionKind = ("park" if order.purpose == "entry" else "pursue") if in_doubt else "ask"
    name = order.attempts[-1].client_order_id
    return _correction(derive_id("r", ours.account, kind, name), kind, order.order_id, (order.status, "not working"))


def _stray(ours: Ours, there: TheirOrder, known: str) -> Correction:
    named = derive_id("r", ours.account, "stray", there.client_order_id)
    return _correction(named, "stray", there.client_order_id, (known, f"WORKING, {there.filled} filled"))


def _fill_id(ours: Ours, fill: TheirFill, kind: CorrectionKind) -> str:
    return derive_id("r", ours.account, kind, fill.execution_id)


def _advance_id(ours: Ours, order: OrderRecord, there: TheirOrder) -> str:
    return derive_id("r", ours.account, "advance", order.order_id, there.attempt)


def _correction(named: str, kind: CorrectionKind, about: str, said: tuple[str, str]) -> Correction:
    return Correction(correction_id=named, kind=kind, about=about[:200], ours=said[0][:200], theirs=said[1][:200])
