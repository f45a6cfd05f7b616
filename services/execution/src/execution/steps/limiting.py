"""Limit: hold an entry that is about to go against the limits of every scope that it falls under."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from functools import partial

from mathematricks.contracts.controls import Controls, Limits, Scope
from mathematricks.contracts.orders import OrderRecord

from execution.domain.controls.limits import Around, Breach, applying, asked_of, refuse_entry
from execution.domain.venues import is_paper_name
from execution.ports import Ports

ZERO = Decimal(0)
Beside = tuple[Sequence[OrderRecord], Controls]
"""What goes in the same transaction, and the controls that were read in it."""


def breach_of(ports: Ports, order: OrderRecord, beside: Beside, quantity: Decimal) -> Breach | None:
    """Return the first limit that *quantity* units of the entry *order* would exceed, were they sent now."""
    going, controls = beside
    limits = applying(controls, order)
    if not limits:
        return None
    instrument = ports.market.instrument(order.contract)
    account = ports.brokers.account(order.account)
    if instrument is None or account is None:
        return None  # refused already, for that
    rate = ports.market.rate(instrument.currency, account.base_currency)
    asked = asked_of(order, quantity, (instrument, ports.market.quote(order.contract), rate))
    return refuse_entry(asked, limits, partial(_around, ports, order, going))


def _around(ports: Ports, order: OrderRecord, going: Sequence[OrderRecord], scope: Scope, limits: Limits) -> Around:
    """Measure only what this scope limits: an entry pays for nothing that is not asked of it."""
    now, oversight = ports.clock.now(), ports.oversight
    since = now - timedelta(seconds=limits.repeat_window)
    return Around(
        position=_position(ports, order, going, scope) if limits.max_position is not None else ZERO,
        sent=oversight.tape.within_a_second(scope, now, going) if limits.max_orders_per_second is not None else 0,
        repeats=oversight.tape.repeats(order, scope, since, going) if limits.max_repeats is not None else 0,
        lost_today=oversight.lost_today.get(scope) if limits.max_daily_loss is not None else None,
    )


def _position(ports: Ports, order: OrderRecord, going: Sequence[OrderRecord], scope: Scope) -> Decimal:
    """Signed units of the instrument that *scope* holds and has ordered, paper and live never together (RULES 9)."""
    paper = is_paper_name(order.account)
    places = {*ports.blotter.held_places(), *ports.blotter.live_places()}
    accounts = {place[0] for place in places if place[1] == order.instrument and is_paper_name(place[0]) is paper}
    held = sum((_held(ports, account, order.instrument, scope) for account in accounts), ZERO)
    live = {other.order_id: other for account in accounts for other in ports.blotter.live_in(account, order.instrument)}
    live |= {other.order_id: other for other in going if other.instrument == order.instrument}
    live.pop(order.order_id, None)
    entries = (
        each for each in live.values() if each.purpose == "entry" and scope.covers(each.account, each.strategy_id)
    )
    return held + sum((each.open_quantity * (1 if each.side == "BUY" else -1) for each in entries), ZERO)


def _held(ports: Ports, account: str, instrument: str, scope: Scope) -> Decimal:
    if scope.kind == "strategy":
        return ports.blotter.sub_positions(account, instrument).get(scope.name, ZERO)
    return ports.blotter.held(account, instrument).venue_net if scope.covers(account, "") else ZERO
