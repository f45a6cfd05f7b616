"""One function per schedule: what waits is looked at again, what is in doubt is resolved, what is known is told."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import timedelta

from mathematricks.contracts.orders import OrderRecord, OrderStatus
from mathematricks.runtime.failpoints import failpoint

from execution.domain.exits import excess
from execution.domain.orders import PROTECTIVE, ExecType, Happened
from execution.domain.submission import no_longer_acceptable
from execution.ports import BrokerUnavailable, Ports
from execution.steps import reporting
from execution.steps.controlling import read_controls
from execution.steps.enforcing import enforce
from execution.steps.following import AT_WORK, cancel, go, revisit
from execution.steps.protecting import tidy_lot
from execution.steps.reconciling import reconcile_account, reconcile_all
from execution.steps.resolving import resolve
from execution.steps.settling import settle_expired
from execution.steps.submitting import cancel_at_venue
from execution.steps.unwinding import tidy_group
from execution.steps.watching import watch

PARKED_EVERY = timedelta(seconds=30)
DOUBTFUL = frozenset({OrderStatus.UNKNOWN, OrderStatus.PARKED, OrderStatus.SUBMITTING, OrderStatus.PENDING_CANCEL})
ASKED_AT_ONCE = 100
SWEPT_AT_ONCE = 500
UNHEARD_OF = timedelta(seconds=5)


async def revisit_waiting(ports: Ports) -> None:
    """Look again at every order that waits and whose time has come."""
    now = ports.clock.now()
    due = [order for order in ports.blotter.live() if _waits(order) and (order.next_try_at or now) <= now]
    await asyncio.gather(*(revisit(order, ports) for order in due))


async def watch_resting(ports: Ports) -> None:
    """Expire resting entries whose time is over or whose market has left them behind."""
    now = ports.clock.now()
    for order in ports.blotter.live():
        if order.purpose != "entry" or order.status not in AT_WORK or _was_asked_lately(order, ports):
            continue
        why = no_longer_acceptable(order, ports.market.quote(order.contract), now)
        if why is not None:
            ports.looked_at[order.order_id] = now
            event = Happened(ExecType.CANCEL_ASKED, now, f"EXPIRED: {why}", ends_as=OrderStatus.EXPIRED)
            await cancel(order, event, ports)


async def resolve_doubts(ports: Ports) -> None:
    """Ask the venues about orders nobody is sure of; ask again for cancellations that were not answered."""
    now = ports.clock.now()
    due = [order for order in ports.blotter.live() if order.status in DOUBTFUL and _is_due(order, ports)]
    cancelling = [order for order in due if order.status is OrderStatus.PENDING_CANCEL]
    await asyncio.gather(*(cancel_at_venue(order, ports) for order in cancelling[:ASKED_AT_ONCE]))
    await resolve(due[:ASKED_AT_ONCE], ports)
    for forgotten in [name for name, at in ports.looked_at.items() if now - at > timedelta(minutes=5)]:
        del ports.looked_at[forgotten]


async def compare_open_orders(ports: Ports) -> None:
    """Ask about every order of ours that should work at its venue and is not among its open ones."""
    now = ports.clock.now()
    for account in {order.account for order in ports.blotter.live() if order.status in AT_WORK}:
        mine = [order for order in ports.blotter.live() if order.account == account and order.status in AT_WORK]
        try:
            there = {order.client_order_id for order in await ports.brokers.of(account).open_orders(account)}
        except (BrokerUnavailable, KeyError):
            continue
        silent = [order for order in mine if now - order.updated_at > UNHEARD_OF]
        await resolve([order for order in silent if order.attempts[-1].client_order_id not in there], ports)


async def watch_groups(ports: Ports) -> None:
    """Undo the groups that have failed, a step at a time."""
    for group in ports.blotter.groups():
        await tidy_group(group, ports, go, cancel)


async def watch_lots(ports: Ports) -> None:
    """Protect what stands unprotected, and take back what would reduce more than there is."""
    guarded = {order.lot for order in ports.blotter.live() if order.purpose in PROTECTIVE}
    for entry in ports.blotter.watched():
        if entry.purpose == "entry" and entry.filled and entry.order_id not in guarded:
            await tidy_lot(entry.order_id, ports, go, cancel)
    for account, instrument in ports.blotter.live_places():
        await _take_back(account, instrument, ports)


async def enforce_controls(ports: Ports) -> None:
    """Carry the fired switches a round further, then split what expired: both cross, one after the other."""
    await enforce(ports)
    await settle_expired(ports)


async def watch_triggers(ports: Ports) -> None:
    """Measure the desk, its accounts and strategies, and fire the kill switch where a threshold is reached."""
    await watch(ports)


async def follow_controls(ports: Ports) -> None:
    """Take over changes of the controls that another process made."""
    await read_controls(ports)


async def explain_positions(ports: Ports) -> None:
    """Where a venue holds what our executions do not explain, ask it for executions we were not told."""
    for account in list(ports.unexplained):
        with suppress(BrokerUnavailable):
            await reconcile_account(account, "suspicion", ports)
            ports.unexplained.discard(account)


async def reconcile_on_schedule(ports: Ports) -> None:
    """Hold every account against its venue now and then, whether or not anything is suspected."""
    now = ports.clock.now()
    last = ports.oversight.reconciled_at
    if last is None or now - last >= ports.policy.reconcile_every:
        ports.oversight.reconciled_at = now
        if last is not None:  # the start has just done so
            await reconcile_all("schedule", ports)


async def publish_accounts(ports: Ports) -> None:
    """Report the accounts that traded since their last report, and every account now and then."""
    oldest = ports.clock.now() - ports.policy.snapshot_every
    due = set(ports.stale_accounts)
    due |= {a.account for a in ports.brokers.accounts() if ports.snapshot_at.get(a.account, oldest) <= oldest}
    await asyncio.gather(*(reporting.publish_account(account, ports) for account in due))


async def publish_quotes(ports: Ports) -> None:
    """Publish the quotes of what the desk uses."""
    await reporting.publish_quotes(ports)


async def move_market(ports: Ports) -> None:
    """Let resting paper orders meet the newest quotes."""
    used = [contract for contract, _ in ports.quoted.values()]
    used += [order.contract for order in ports.blotter.live() if order.contract.key not in ports.quoted]
    by_key = {contract.key: contract for contract in used}
    quotes = [quote for contract in by_key.values() if (quote := ports.market.quote(contract)) is not None]
    await ports.brokers.quotes_moved(quotes)
    await failpoint("execution.market_moved")


async def read_quote_file(ports: Ports) -> None:
    """Take the quotes of the file, if there is one and it has changed."""
    taken = ports.market.take(await ports.quote_file())
    if taken:
        await ports.brokers.quotes_moved(taken)
        await failpoint("execution.quotes_taken")


async def sweep_owed(ports: Ports) -> None:
    """Publish again the executions that account-data has not booked."""
    while sum(await ports.sweep(ports.clock.now())) >= SWEPT_AT_ONCE:
        continue


async def _take_back(account: str, instrument: str, ports: Ports) -> None:
    live = ports.blotter.live_in(account, instrument)
    held = ports.blotter.held(account, instrument)
    for side in ("BUY", "SELL"):
        for order_id in excess(side, held, live):
            order = ports.blotter.find(order_id)
            if order is not None and order.status in AT_WORK:
                now = ports.clock.now()
                why = "more would be reduced than there is"
                await cancel(order, Happened(ExecType.CANCEL_ASKED, now, why), ports)


def _waits(order: OrderRecord) -> bool:
    return order.status is OrderStatus.PENDING


def _was_asked_lately(order: OrderRecord, ports: Ports) -> bool:
    asked = ports.looked_at.get(order.order_id)
    return asked is not None and ports.clock.now() - asked < ports.policy.call_timeout


def _is_due(order: OrderRecord, ports: Ports) -> bool:
    now = ports.clock.now()
    if order.status is OrderStatus.SUBMITTING:
        return order.lease_until is None or order.lease_until <= now
    if order.status is OrderStatus.UNKNOWN and order.order_id not in ports.looked_at:
        return True
    pause = PARKED_EVERY if order.status is OrderStatus.PARKED else ports.policy.call_timeout
    return now - ports.looked_at.get(order.order_id, order.updated_at) >= pause
