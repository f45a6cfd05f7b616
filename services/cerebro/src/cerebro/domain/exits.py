"""How a position is closed: which lots, in which orders, and what an exit must wait for (RULES 2)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from mathematricks.accounting.lots import DOWN, ZERO, Allotment, Lot, allot, closing_quantity, is_named
from mathematricks.contracts.base import Side, opposite
from mathematricks.contracts.decisions import Reason
from mathematricks.contracts.orders import LotClose
from mathematricks.contracts.signals import OrderType

from cerebro.domain.book_orders import Exit
from cerebro.domain.inputs import Holding
from cerebro.domain.intent import Closing
from cerebro.domain.pricing import limit_price_of, stop_price_of
from cerebro.domain.refused import Refused


@dataclass(frozen=True, slots=True)
class ExitOrder:
    """
    One order that closes lots of one account.

    Attributes:
        quantity: Our units; None: execution sizes it when *waits_for* has ended.
        renews: The resting exit whose remainder this order carries on.
    """

    account: str
    side: Side
    order_type: OrderType
    limit_price: Decimal | None
    stop_price: Decimal | None
    quantity: Decimal | None
    closes: tuple[LotClose, ...]
    waits_for: tuple[str, ...]
    renews: str | None = None


@dataclass(frozen=True, slots=True)
class ExitPlan:
    """
    What one closing leg does.

    Attributes:
        closes: What it takes of which lots, in the sender's units and, where known, in ours.
        supersedes: Resting exits that it takes the place of.
        excess: The sender's units that found nothing to close.
        freed: Strategy capital that it gives back, in base currency.
    """

    side: Side
    orders: tuple[ExitOrder, ...]
    closes: tuple[LotClose, ...]
    supersedes: tuple[str, ...]
    excess: Decimal
    freed: Decimal
    warnings: tuple[str, ...]


def plan_exit(part: Closing, holding: Holding) -> ExitPlan | Refused:
    """
    Return how *part* closes what *holding* has, or why there is nothing to close.

    Its side is always opposite to the position's. Lots that no other exit has taken come first; if
    they do not suffice, resting exits give way: they are cancelled, this exit waits for their end,
    and what they covered beyond it is covered by a resting order of its own again.
    """
    lots = _side_closed(part, holding)
    if not lots:
        return Refused(Reason.NO_OPEN_POSITION, f"The strategy holds nothing in {part.leg.instrument} to close.")
    if "STOP" in part.leg.order_type and stop_price_of(part.leg) is None:
        return Refused(Reason.INVALID_PRICE, f"A {part.leg.order_type} exit needs the price that triggers it.")
    free = allot(lots, part.asked, part.reference)
    given_way, lots, allotment = _make_room(part, lots, free, holding.resting)
    superseded = tuple(exit_.order_id for exit_ in given_way)
    by_id = {lot.order_id: lot for lot in lots}
    closes = tuple(_sized(close, by_id[close.lot], given_way) for close in allotment.closes)
    orders = [*_orders(part, closes, by_id, given_way), *_renewals(closes, by_id, given_way)]
    if not orders and not any(close.asked for close in closes if by_id[close.lot].open > 0):
        return Refused(Reason.NO_OPEN_POSITION, f"Nothing is left of what this would close in {part.leg.instrument}.")
    side = opposite(lots[0].side)
    warned = () if part.leg.action == side else (f"The action was {part.leg.action}, but closing takes a {side}.",)
    freed = sum((_freed(close, by_id[close.lot], holding.stakes) for close in closes), ZERO)
    return ExitPlan(side, tuple(orders), closes, superseded, allotment.excess, freed, warned)


def after_exit(holding: Holding, plan: ExitPlan) -> Holding:
    """Return *holding* once *plan* is made, for the next leg in the same instrument."""
    taken = {close.lot: close for close in plan.closes}
    lots = tuple(_after(lot, taken[lot.order_id]) if lot.order_id in taken else lot for lot in holding.lots)
    resting = tuple(exit_ for exit_ in holding.resting if exit_.order_id not in plan.supersedes)
    asked = sum((close.asked for close in plan.closes), ZERO)
    if plan.side == "SELL":
        return replace(holding, lots=lots, resting=resting, long_asked=holding.long_asked - asked)
    return replace(holding, lots=lots, resting=resting, short_asked=holding.short_asked - asked)


def _side_closed(part: Closing, holding: Holding) -> Sequence[Lot]:
    """
    Return the lots of one side: the named lot's, else opposite to the action, else what there is.

    An exit that neither names an entry we know nor acts against the position is meant for another.
    """
    named = [lot for lot in holding.lots if part.reference and is_named(lot, part.reference)]
    resting = {close.lot for exit_ in holding.resting for close in exit_.closes}
    alive = [lot.side for lot in holding.lots if _is_alive(lot) or lot.order_id in resting]
    wanted = opposite(part.leg.action)
    if part.reference and not named and wanted not in alive:
        return []
    side = named[0].side if named else wanted if wanted in alive or not alive else alive[0]
    return [lot for lot in holding.lots if lot.side == side]


def _is_alive(lot: Lot) -> bool:
    return lot.working or lot.open > 0 or lot.asked_open > 0


def _make_room(
    part: Closing, lots: Sequence[Lot], free: Allotment, resting: Sequence[Exit]
) -> tuple[Sequence[Exit], Sequence[Lot], Allotment]:
    """Let resting exits give way, newest first, until the exit is covered; all of them if it closes all."""
    given_way: list[Exit] = []
    for exit_ in resting:
        if not free.excess and part.asked is not None:
            break
        if any(close.lot == lot.order_id for close in exit_.closes for lot in lots):
            given_way.append(exit_)
            lots = [_given_back(lot, exit_) for lot in lots]
            free = allot(lots, part.asked, part.reference)
    return given_way, lots, free


def _given_back(lot: Lot, exit_: Exit) -> Lot:
    for close in exit_.closes:
        if close.lot == lot.order_id:
            return replace(
                lot, asked_closed=lot.asked_closed - close.asked, closed=lot.closed - (close.quantity or ZERO)
            )
    return lot


def _sized(close: LotClose, lot: Lot, given_way: Sequence[Exit]) -> LotClose:
    """Put our units to *close*, unless its entry still works or an exit that gives way may still fill."""
    contested = any(other.lot == close.lot for exit_ in given_way for other in exit_.closes)
    if lot.working or contested:
        return close
    quantity = closing_quantity(close, lot.filled, lot.closed, lot.lot_step)
    return close.model_copy(update={"quantity": quantity})


def _orders(
    part: Closing, closes: Sequence[LotClose], lots: Mapping[str, Lot], given_way: Sequence[Exit]
) -> Iterator[ExitOrder]:
    """
    Yield one order per account; closes too small to trade are in none. A limit nobody named is none.

    Whatever gives way must have ended first, also where its lot's entry still works: it would take all of it.
    """
    leg = part.leg
    kind: OrderType = "MARKET" if leg.order_type == "LIMIT" and leg.price is None else leg.order_type
    superseded = tuple(exit_.order_id for exit_ in given_way)
    contested = {close.lot for exit_ in given_way for close in exit_.closes}
    traded = [close for close in closes if close.quantity != 0]
    for account in dict.fromkeys(lots[close.lot].account for close in traded):
        mine = tuple(close for close in traded if lots[close.lot].account == account)
        working = tuple(close.lot for close in mine if lots[close.lot].working)
        waits_for = working + (superseded if contested.intersection(close.lot for close in mine) else ())
        quantity = None if waits_for else sum((close.quantity or ZERO for close in mine), ZERO)
        side = opposite(lots[mine[0].lot].side)
        yield ExitOrder(account, side, kind, limit_price_of(leg), stop_price_of(leg), quantity, mine, waits_for)


def _renewals(closes: Sequence[LotClose], lots: Mapping[str, Lot], given_way: Sequence[Exit]) -> Iterator[ExitOrder]:
    """Yield, for each resting exit that gave way, an order like it over what the new exit left of its lots."""
    left = {order_id: lot.asked_open for order_id, lot in lots.items()}
    for close in closes:
        left[close.lot] -= close.asked
    for exit_ in given_way:
        renewed = []
        for close in exit_.closes:
            asked = min(close.asked, left.get(close.lot, ZERO))
            if asked > 0:
                left[close.lot] -= asked
                last = left[close.lot] <= 0
                renewed.append(LotClose(lot=close.lot, asked=asked, lot_asked=close.lot_asked, last=last))
        if renewed:
            working = tuple(close.lot for close in renewed if lots[close.lot].working)
            yield ExitOrder(
                account=exit_.account,
                side=exit_.side,
                order_type=exit_.order_type,
                limit_price=exit_.limit_price,
                stop_price=exit_.stop_price,
                quantity=None,
                closes=tuple(renewed),
                waits_for=(*working, exit_.order_id),
                renews=exit_.order_id,
            )


def _freed(close: LotClose, lot: Lot, stakes: Mapping[str, Decimal]) -> Decimal:
    """The part of the lot's capital that goes with *close*, rounded down."""
    stake = stakes.get(close.lot, ZERO)
    part, whole = (close.quantity, lot.open) if close.quantity is not None else (close.asked, lot.asked_open)
    return DOWN.divide(DOWN.multiply(stake, part), whole) if whole > 0 else ZERO


def _after(lot: Lot, close: LotClose) -> Lot:
    return replace(lot, asked_closed=lot.asked_closed + close.asked, closed=lot.closed + (close.quantity or ZERO))
