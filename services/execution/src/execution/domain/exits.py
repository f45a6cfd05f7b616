"""How much an exit may reduce now: never more than is held, whatever else is on its way (RULES 2)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from mathematricks.accounting.lots import closing_quantity, spread_fill
from mathematricks.contracts.base import Side, opposite
from mathematricks.contracts.executions import UNATTRIBUTED
from mathematricks.contracts.orders import OrderRecord, OrderStatus

from execution.domain.orders import PROTECTIVE

ZERO = Decimal(0)
AT_VENUE = frozenset(
    {
        OrderStatus.SUBMITTING,
        OrderStatus.SUBMITTED,
        OrderStatus.PARTIALLY_FILLED,
        OrderStatus.PENDING_CANCEL,
        OrderStatus.PENDING_REPLACE,
        OrderStatus.UNKNOWN,
        OrderStatus.PARKED,
    }
)
"""States in which the venue may hold the order; what we do not know for sure counts as held."""


@dataclass(frozen=True)
class Held:
    """
    What is held of one instrument in one account; a short is negative.

    Attributes:
        venue_net: The venue's own net position.
        by_strategy: Our sub-positions, by strategy, the unattributed one among them.
    """

    venue_net: Decimal = ZERO
    by_strategy: Mapping[str, Decimal] | None = None


@dataclass(frozen=True)
class LiveReducing:
    """An order on its way that reduces the same side: whose, and how much is still open."""

    strategy_id: str
    open: Decimal


@dataclass(frozen=True)
class Lot:
    """An entry whose lot is not all closed, and the units that are left of it."""

    entry: OrderRecord
    left: Decimal


@dataclass(frozen=True)
class Reducible:
    """
    What an exit may take.

    Attributes:
        most: Units there are to reduce, once nothing else is on its way.
        now: Units that nothing else on its way is reducing.
    """

    most: Decimal
    now: Decimal


def reducible(side: Side, strategy_id: str, held: Held, live: Sequence[LiveReducing]) -> Reducible:
    """
    Return what an exit of *strategy_id* on *side* may reduce.

    The venue's net position hides what strategies hold against each other, so their opposite
    sub-positions are added back. The unattributed one is not: what was closed by hand is gone.
    """
    sign = 1 if side == "SELL" else -1
    positions = held.by_strategy or {}
    others = (quantity for name, quantity in positions.items() if name not in (strategy_id, UNATTRIBUTED))
    against = sum((max(ZERO, -sign * quantity) for quantity in others), ZERO)
    at_venue = max(ZERO, sign * held.venue_net + against)
    own = max(ZERO, sign * positions.get(strategy_id, ZERO))
    all_live = sum((order.open for order in live), ZERO)
    own_live = sum((order.open for order in live if order.strategy_id == strategy_id), ZERO)
    now = min(own - own_live, at_venue - all_live)
    return Reducible(min(own, at_venue), max(ZERO, now))


def making_way(order: OrderRecord, room: Reducible, held: Held, near: Sequence[OrderRecord]) -> tuple[str, ...]:
    """
    Return which protective orders *near* an exit that has too little *room* must go, if that helps.

    They protect other lots than it closes. Lots that a trade by hand has closed behind our back are protected still.
    """
    wanted = min(order.open_quantity, room.most)
    if room.now >= wanted or order.purpose in PROTECTIVE:
        return ()
    guards = {one.order_id for one in near if one.purpose in PROTECTIVE and one.side == order.side}
    others = [one for one in near if one.order_id not in guards]
    alone = reducible(order.side, order.strategy_id, held, live_reducing(others, order))
    return tuple(sorted(guards)) if alone.now >= wanted else ()


def live_reducing(orders: Iterable[OrderRecord], apart_from: OrderRecord) -> list[LiveReducing]:
    """
    Return what the venue may hold of orders that reduce as *apart_from* does, without itself.

    The two of a protective pair cancel each other, so that a pair counts once.
    """
    pairs: dict[str, LiveReducing] = {}
    for order in orders:
        if order.side != apart_from.side or order.purpose == "entry" or order.status not in AT_VENUE:
            continue
        name = order.lot if order.purpose in PROTECTIVE and order.lot else order.order_id
        if order.order_id == apart_from.order_id or (apart_from.lot is not None and name == apart_from.lot):
            continue
        known = pairs.get(name)
        if known is None or known.open < order.open_quantity:
            pairs[name] = LiveReducing(order.strategy_id, order.open_quantity)
    return list(pairs.values())


def excess(side: Side, held: Held, live: Sequence[OrderRecord]) -> list[str]:
    """
    Return which of the *live* orders that reduce on *side* must go, the newest first, so that no more is reduced
    than there is, in all and of each strategy: a fill nobody expected has left less than they were sized by.
    """
    sign = 1 if side == "SELL" else -1
    ours = {name: sign * quantity for name, quantity in (held.by_strategy or {}).items() if name != UNATTRIBUTED}
    left = max(ZERO, sign * held.venue_net + sum((max(ZERO, -quantity) for quantity in ours.values()), ZERO))
    pairs: dict[str, list[OrderRecord]] = {}
    for order in sorted(live, key=lambda order: order.recorded_at):
        if order.side == side and order.purpose != "entry" and order.status in AT_VENUE:
            name = order.lot if order.purpose in PROTECTIVE and order.lot else order.order_id
            pairs.setdefault(name, []).append(order)
    too_many = []
    for pair in pairs.values():
        whose, units = pair[0].strategy_id, max(order.open_quantity for order in pair)
        if whose != UNATTRIBUTED and units > ours.get(whose, ZERO):
            too_many += [order.order_id for order in pair]
            continue
        left -= units
        ours[whose] = ours.get(whose, ZERO) - units
        if left < 0:
            too_many += [order.order_id for order in pair]
    return too_many


def counts_when_sized(order: OrderRecord) -> bool:
    """For sizing another exit: whatever lives keeps its share, protection but what it filled."""
    return order.live and order.purpose not in PROTECTIVE


def counts_when_guarded(order: OrderRecord) -> bool:
    """For protecting a lot: only what the venue may hold keeps its share; what waits can be protected meanwhile."""
    return order.status in AT_VENUE


def taken_of(lot: str, closers: Iterable[OrderRecord], counts: Callable[[OrderRecord], bool]) -> Decimal:
    """
    Return how many of our units of *lot* its *closers* have taken.

    One that *counts* takes its whole share, any other what it filled, lots in the order it names them.
    """
    return sum((_taken_by(order, lot, counts(order)) for order in closers), ZERO)


def left_of(entries: Iterable[OrderRecord], closers: Sequence[OrderRecord]) -> list[Lot]:
    """Return what is left of the lots of *entries*, given every order that closes one of them."""
    lots = []
    for entry in entries:
        mine = [closer for closer in closers if any(close.lot == entry.order_id for close in closer.closes)]
        left = entry.filled - taken_of(entry.order_id, mine, _fills_only)
        if left > 0:
            lots.append(Lot(entry, left))
    return lots


def held_of(entry: OrderRecord, held: Held, newer: Iterable[Lot]) -> Decimal:
    """
    Return how many units of *entry*'s lot can still be held.

    The strategy's *newer* lots explain what it holds first: its opposite lots have closed the oldest (an account
    nets), and no exit says so.
    """
    side = opposite(entry.side)
    sign = 1 if side == "SELL" else -1
    own = sign * (held.by_strategy or {}).get(entry.strategy_id, ZERO)
    theirs = sum((lot.left for lot in newer if lot.entry.side == entry.side), ZERO)
    return max(ZERO, min(reducible(side, entry.strategy_id, held, ()).most, own - theirs))


def size_exit(
    order: OrderRecord, entries: Mapping[str, OrderRecord], closers: Sequence[OrderRecord], step: Decimal
) -> tuple[Decimal, ...]:
    """
    Return our units of each lot that *order* closes, its *entries* being over.

    Args:
        entries: The entries it names, by order id; one that never arrived filled nothing.
        closers: Orders that close the same lots, ended ones too.
        step: Smallest tradable step of the instrument.
    """
    others = [closer for closer in closers if closer.order_id != order.order_id]
    shares = []
    for close in order.closes:
        if close.quantity is not None:
            shares.append(close.quantity)
            continue
        entry = entries.get(close.lot)
        taken = taken_of(close.lot, others, counts_when_sized)
        shares.append(closing_quantity(close, entry.filled if entry else ZERO, taken, step))
    return tuple(shares)


def _fills_only(_: OrderRecord) -> bool:
    return False


def _taken_by(order: OrderRecord, lot: str, whole: bool) -> Decimal:
    shares = order.shares or ((order.working_quantity or ZERO,) if len(order.closes) == 1 else ())
    covered = shares if whole else spread_fill(order.filled, shares)
    return sum((part for close, part in zip(order.closes, covered, strict=False) if close.lot == lot), ZERO)
