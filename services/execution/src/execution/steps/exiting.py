"""Size an exit that waited: once its entries have ended, by what they really filled."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from mathematricks.contracts.orders import OrderRecord

from execution.domain.exits import size_exit
from execution.domain.orders import ExecType, Happened
from execution.ports import BrokerUnavailable, Change, Ports
from execution.steps.looking import catch_up


async def size_waiting(order: OrderRecord, ports: Ports) -> OrderRecord | None:
    """
    Return *order* with its size on record; None while one of its entries lives or its venue is silent.

    The venue is asked for the last fills of every entry that it ended short: an exit sized before
    one that is still on its way would leave it behind.
    """
    entries = await _entries(order, ports)
    if any(entry.live for entry in entries.values()) or _missing(order, entries, ports):
        return None
    if not await _earlier_are_sized(order, ports):
        return None
    try:
        for entry in entries.values():
            if entry.attempts and entry.open_quantity > 0:
                await catch_up(entry, ports)
    except BrokerUnavailable:
        return None
    shares = await shares_of(order, ports)
    quantity = sum(shares, Decimal(0))
    sized = {"working_quantity": quantity, "shares": shares}
    reason = f"sized to {quantity} by what its entries filled"
    recorded = await ports.record(Change(order.order_id, Happened(ExecType.HELD, ports.clock.now(), reason, but=sized)))
    return recorded.after


async def _earlier_are_sized(order: OrderRecord, ports: Ports) -> bool:
    """Exits take their shares of a lot in the order of their decisions: the last one takes what the others left."""
    lots = {close.lot for close in order.closes}
    for other in ports.blotter.live_in(order.account, order.instrument):
        earlier = other.working_quantity is None and (other.seq, other.leg_index) < (order.seq, order.leg_index)
        shares_a_lot = any(close.lot in lots for close in other.closes)
        if earlier and shares_a_lot and await size_waiting(other, ports) is None:
            return False
    return True


async def shares_of(order: OrderRecord, ports: Ports) -> tuple[Decimal, ...]:
    """Return our units of each lot that *order* closes, as the records stand."""
    entries = await _entries(order, ports)
    instrument = ports.market.instrument(order.contract)
    closers = await ports.orders.of_lots(close.lot for close in order.closes)
    return size_exit(order, entries, closers, instrument.lot if instrument else Decimal(1))


async def _entries(order: OrderRecord, ports: Ports) -> dict[str, OrderRecord]:
    wanted = {close.lot for close in order.closes} | set(order.waits_for)
    found = {name: entry for name in wanted if (entry := ports.blotter.find(name)) is not None}
    if missing := wanted - found.keys():
        found |= {entry.order_id: entry for entry in await ports.orders.load(missing)}
    return found


def _missing(order: OrderRecord, entries: Mapping[str, OrderRecord], ports: Ports) -> bool:
    """An entry that neither arrived nor was told to end when it does may still fill."""
    return any(name not in entries and name not in ports.blotter.tombstones for name in order.waits_for)
