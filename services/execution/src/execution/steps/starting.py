"""Start: take over, remember, and make what is on record agree with the venues' truth."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta

import structlog
from mathematricks.contracts.executions import Execution
from mathematricks.contracts.orders import OrderStatus

from execution.domain.exits import AT_VENUE
from execution.domain.submission import refolded
from execution.ports import Broker, BrokerUnavailable, Ports
from execution.steps.crossing import finish_crossings
from execution.steps.following import record_and_follow
from execution.steps.looking import change_of
from execution.steps.reporting import publish_account
from execution.steps.resolving import resolve
from execution.steps.telling import alert

log = structlog.get_logger(__name__)

OVERLAP = timedelta(minutes=10)
"""A venue may date a fill before one it told earlier: each start looks back a little further than the last one."""
FIRST_LOOK = timedelta(days=1)
ASKED_ABOUT = AT_VENUE - {OrderStatus.SUBMITTING}
"""A claim that has not lapsed may still be on its way to the venue."""


async def reconcile(ports: Ports) -> None:
    """
    Begin from the records, then from the venues, whose word is the last.

    From here on this process alone may claim. Fills that nobody recorded are booked, orders whose
    state moved on are brought up to it, and every account is reported. A venue that does not
    answer now is asked again by the jobs.
    """
    now = ports.clock.now()
    controls = ports.oversight.controls = await ports.controls.take_over(ports.worker, now)
    last_done = await _remember(ports)
    for broker in ports.brokers.all():
        for account in broker.accounts():
            try:
                await _catch_up_account(broker, account, last_done.get(account), ports)
            except BrokerUnavailable as silence:
                title = f"{account} cannot be reconciled: {silence}"
                await alert(ports, "critical", f"account.unreconciled:{account}", title[:500], account=account)
            await publish_account(account, ports)
    await finish_crossings(ports)
    live = len(list(ports.blotter.live()))
    log.info("execution.reconciled", worker=ports.worker, generation=controls.generation, live_orders=live)


async def look_for_missed_fills(account: str, ports: Ports) -> None:
    """Ask the venue for executions that we were not told, and book them."""
    times = await ports.executions.last_times()
    last_done = times[account][0] if account in times else None
    await _catch_up_account(ports.brokers.of(account), account, last_done, ports)


async def ask_again(account: str, ports: Ports) -> None:
    """
    Ask the venue of *account* what happened while nobody heard it: executions, orders, then positions.

    Where it does not answer it is asked every second until it does.
    """
    ports.stale_accounts.add(account)
    try:
        await look_for_missed_fills(account, ports)
    except BrokerUnavailable:
        ports.unexplained.add(account)


async def _remember(ports: Ports) -> dict[str, datetime]:
    """Fill the blotter; return when the last execution of each account was done."""
    for account, instrument, strategy, quantity in await ports.executions.sums():
        ports.blotter.start_from(account, instrument, strategy, quantity)
    ports.blotter.rates |= await ports.executions.last_rates()
    ports.blotter.tombstones |= {grave.order_id: grave.command_id for grave in await ports.orders.tombstones()}
    times = await ports.executions.last_times()
    ports.through |= {account: recorded for account, (_, recorded) in times.items()}
    await _remember_orders(ports)
    return {account: done for account, (done, _) in times.items()}


async def _remember_orders(ports: Ports) -> None:
    """Load what is unfinished, each order with the fills that are on record for it."""
    orders = await ports.orders.unfinished()
    by_order: dict[str, list[Execution]] = defaultdict(list)
    for execution in await ports.executions.of_orders(order.order_id for order in orders):
        by_order[execution.order_id or ""].append(execution)
        ports.blotter.know([execution.execution_id])
    pairs = [(order, refolded(order, by_order[order.order_id])) for order in orders]
    behind = [(before, after) for before, after in pairs if after is not before]
    if behind:
        await ports.orders.update(behind)
    for _, order in pairs:
        ports.blotter.put(order)


async def _catch_up_account(broker: Broker, account: str, last_done: datetime | None, ports: Ports) -> None:
    mine = [order for order in ports.blotter.live() if order.account == account and order.attempts]
    since = min(
        [
            last_done - OVERLAP if last_done else ports.clock.now() - FIRST_LOOK,
            *(order.attempts[-1].begun_at - OVERLAP for order in mine),
        ]
    )
    fills = await broker.executions(account, since)
    known = await ports.executions.known(fill.execution_id for fill in fills)
    for fill in fills:
        if fill.execution_id not in known:
            await record_and_follow(change_of(fill, ports), ports)
    current = [order for each in mine if (order := ports.blotter.find(each.order_id)) is not None]
    await resolve([order for order in current if order.status in ASKED_ABOUT], ports)
