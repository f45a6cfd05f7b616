"""Settle: once a venue has settled what expired, each strategy's part of it becomes theirs in cash (RULES 4)."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

from mathematricks.contracts.base import to_instant
from mathematricks.contracts.controls import Scope
from mathematricks.contracts.executions import UNATTRIBUTED
from mathematricks.contracts.instruments import Instrument

from execution.domain.controls.flattening import closing_order
from execution.domain.exits import AT_VENUE
from execution.domain.instruments import has_expired, settles_at
from execution.domain.orders import Place
from execution.ports import Ports
from execution.steps.crossing import Split, cross, finish_crossings
from execution.steps.telling import alert

SETTLES_WITHIN = timedelta(minutes=15)


async def settle_expired(ports: Ports) -> None:
    """
    Split what expired over the strategies that held it, at its settlement price.

    A venue books a settlement to nobody's order, so it stands in the unattributed sub-ledger until then.
    """
    now = ports.clock.now()
    expired = [(place, named) for place in ports.blotter.held_places() if (named := _expired(place, now, ports))]
    if not expired:
        return
    await finish_crossings(ports)
    looked = [await _split(place, instrument, now, ports) for place, instrument in expired]
    splits = [split for split in looked if split is not None]
    if splits:
        await cross(splits, ports)


def _expired(place: Place, now: datetime, ports: Ports) -> Instrument | None:
    named = ports.market.named(place[1])
    return named if named is not None and has_expired(named.contract, now) else None


async def _split(place: Place, instrument: Instrument, now: datetime, ports: Ports) -> Split | None:
    """Return how to split *place*; None where nothing is to be split, or its venue or its price is waited for."""
    account = ports.brokers.account(place[0])
    held_by_strategies = any(name != UNATTRIBUTED for name in ports.blotter.sub_positions(*place))
    at_venue = any(order.status in AT_VENUE for order in ports.blotter.live_in(*place))
    if account is None or at_venue or not held_by_strategies:
        return None
    if ports.blotter.held(*place).venue_net:  # not worth a question to the store: this is looked at ten times a second
        await _tell_waiting(place, instrument, now, ports)
        return None
    last = await ports.executions.last_in(*place)
    if last is None:
        return None
    settled = has_expired(last.contract, last.executed_at)
    price = last.price if settled else settles_at(instrument.contract, ports.market.quote)
    if price is None:
        await _tell_waiting(place, instrument, now, ports)
        return None
    named = f"expiry:{place[0]}:{place[1]}:{last.execution_id}"[:200]
    of = place[0], account.mode, instrument.contract
    like = closing_order(named, ("SELL", Decimal(1)), of, to_instant(now))
    return Split(Scope(kind="account", name=place[0]), like, (), price)


async def _tell_waiting(place: Place, instrument: Instrument, now: datetime, ports: Ports) -> None:
    """Tell a person once that an expired position is still there: somebody must say what it is worth."""
    if place in ports.oversight.unsettled or not has_expired(instrument.contract, now - SETTLES_WITHIN):
        return
    ports.oversight.unsettled.add(place)
    title = (
        f"{place[1]} in {place[0]} has expired and is not settled: quote it, or its underlying, at what it settled at"
    )
    await alert(ports, "warning", f"expiry.unsettled:{place[0]}:{place[1]}", title[:500], account=place[0])
