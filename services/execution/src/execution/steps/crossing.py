"""Cross: split what was closed net over the strategies' sub-ledgers, opposites against each other at one price."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import structlog
from mathematricks.contracts.controls import Controls, Scope
from mathematricks.contracts.executions import UNATTRIBUTED, Execution
from mathematricks.contracts.instruments import Contract
from mathematricks.contracts.orders import OrderRecord, TradingOrder
from mathematricks.runtime.failpoints import failpoint

from execution.domain.blotter import Blotter
from execution.domain.closing import own_need
from execution.domain.controls.crossing import (
    AT_ONE_PRICE,
    UPON_EXPIRY,
    Crossing,
    execution_of,
    is_crossed,
    one_price,
    parts_of,
    records_of,
)
from execution.domain.exits import Lot, left_of
from execution.domain.orders import ExecType, Happened, Place, apply
from execution.ports import Change, Ports
from execution.records import AlreadyKept, Moved, Writes
from execution.steps.booking import fx_rate
from execution.steps.telling import publish

log = structlog.get_logger(__name__)

ZERO = Decimal(0)
Fills = Mapping[str, Sequence[Execution]]
"""By closing order, what it traded."""


@dataclass(frozen=True)
class Split:
    """
    One place to be split: the scope's sub-positions there, and what closed them at the venue.

    Attributes:
        like: An order of the place that tells account, mode, instrument and cause.
        closers: The orders that closed it; none where strategies held only against each other.
        settled_at: What the place was settled at upon expiry; None: the price is made by what closed it.
    """

    scope: Scope
    like: TradingOrder
    closers: Sequence[OrderRecord]
    settled_at: Decimal | None = None


def has_come_apart(split: Split, blotter: Blotter) -> bool:
    """Return whether the place is no longer as closed as it was when the split was made: something traded since."""
    place = split.like.account, split.like.instrument
    if split.scope.kind == "strategy":
        return own_need(blotter, place, split.scope.name) != 0
    return blotter.changed_since(*place, split.like.decided_at) or blotter.held(*place).venue_net != 0


async def cross(splits: Sequence[Split], ports: Ports) -> list[str]:
    """
    Bring every sub-position of *splits* to zero; return the instruments for which that was not to be done yet.

    All parts are recorded in one transaction, which also settles what closed them, and are booked then:
    a crash between is made good before anything else is looked at.
    """
    known = await _fills_of(splits, ports)
    parts = await asyncio.gather(*(_records(split, known, ports) for split in splits))
    records = [record for made in parts for record in made or ()]
    done = [order for split, made in zip(splits, parts, strict=True) if made is not None for order in split.closers]
    settled = [(order, apply(order, _settled(ports))) for order in done]

    def unmoved(_: Controls) -> Writes:
        if moved := [split for split in splits if has_come_apart(split, ports.blotter)]:
            raise Moved([order for split in moved for order in split.closers])
        return Writes(records, settled)

    try:
        await ports.orders.claim(ports.worker, unmoved)
        await failpoint("execution.crossed")
    except (AlreadyKept, Moved) as known_already:
        for order in known_already.orders:
            ports.blotter.put(order)
        ports.stale_accounts.update(split.like.account for split in splits)
        return [split.like.instrument for split in splits]
    for order in (*records, *(after for _, after in settled)):
        ports.blotter.put(order)
    await _book_all(records, ports)
    log.info("flatten.crossed", places=len(splits), parts=len(records))
    return [split.like.instrument for split, made in zip(splits, parts, strict=True) if made is None]


async def finish_crossings(ports: Ports) -> None:
    """Book what was recorded as crossed and did not get to be booked: until then positions are not what they seem."""
    await _book_all([order for order in ports.blotter.watched() if is_crossed(order)], ports)


async def _book_all(records: Sequence[OrderRecord], ports: Ports) -> None:
    await asyncio.gather(*(_book(record, ports) for record in records))
    await asyncio.gather(*(ports.record(Change(record.order_id, _settled(ports))) for record in records))


def _settled(ports: Ports) -> Happened:
    return Happened(ExecType.NOTED, ports.clock.now(), but={"watched": False})


async def _fills_of(splits: Sequence[Split], ports: Ports) -> Fills:
    """Return what closed the places at their venue, by order, in one question for all of them."""
    closers = [order.order_id for split in splits for order in split.closers]
    fills: dict[str, list[Execution]] = defaultdict(list)
    for fill in await ports.executions.of_orders(closers) if closers else []:
        fills[fill.order_id or ""].append(fill)
    return fills


async def _records(split: Split, known: Fills, ports: Ports) -> list[OrderRecord] | None:
    place = split.like.account, split.like.instrument
    positions = _within(split.scope, ports.blotter.sub_positions(*place))
    fills = [fill for order in split.closers for fill in known.get(order.order_id, ())]
    price = split.settled_at
    if price is None:
        price = await _price(place, split.like.contract, fills, ports)
    if price is None:
        return None
    lots = {name: await _lots(name, place, held, ports) for name, held in positions.items()}
    commission = sum((order.commission for order in split.closers), ZERO)
    reason = AT_ONE_PRICE if split.settled_at is None else UPON_EXPIRY
    terms = Crossing(split.like, price, commission, reason)
    return records_of(parts_of(positions, lots), terms, ports.worker, ports.clock.now())


async def _book(record: OrderRecord, ports: Ports) -> None:
    now = ports.clock.now()
    instrument = ports.market.instrument(record.contract)
    account = ports.brokers.account(record.account)
    base = account.base_currency if account else "USD"
    rate = fx_rate(ports, instrument.currency if instrument else base, base)
    execution = execution_of(record, (instrument, rate, base), now)
    recorded = await ports.record(Change(None, Happened(ExecType.NOTED, now), crossed=execution))
    if recorded.execution is not None:
        await publish(record, recorded.execution, ports)


def _within(scope: Scope, positions: dict[str, Decimal]) -> dict[str, Decimal]:
    own = {name: held for name, held in positions.items() if name != UNATTRIBUTED}
    return {name: held for name, held in own.items() if scope.kind != "strategy" or name == scope.name}


async def _price(place: Place, contract: Contract, fills: Sequence[Execution], ports: Ports) -> Decimal | None:
    quote = ports.market.quote(contract)
    last = None if fills or quote else await ports.executions.last_in(*place)
    return one_price(fills, quote.mid if quote else None, last.price if last else None)


async def _lots(strategy_id: str, place: Place, held: Decimal, ports: Ports) -> list[Lot]:
    """Return the strategy's open lots on the side it holds, newest first, as many as explain *held*."""
    side = "BUY" if held > 0 else "SELL"
    entries = await ports.orders.entries_of(strategy_id, place)
    mine = [entry for entry in entries if entry.side == side]
    return left_of(mine, await ports.orders.of_lots(entry.order_id for entry in mine)) if mine else []
