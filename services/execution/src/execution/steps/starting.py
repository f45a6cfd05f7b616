"""Start: take over, remember, and make what is on record agree with the venues' truth."""

from __future__ import annotations

from collections import defaultdict

import structlog
from mathematricks.contracts.executions import Execution
from mathematricks.runtime.failpoints import failpoint

from execution.domain.controls.limits import longest_window
from execution.domain.submission import refolded
from execution.ports import BrokerUnavailable, Ports
from execution.steps.crossing import finish_crossings
from execution.steps.measuring import measure
from execution.steps.reconciling import reconcile_account, reconcile_all
from execution.steps.reporting import publish_account

log = structlog.get_logger(__name__)


async def reconcile(ports: Ports) -> None:
    """
    Begin from the records, then from the venues, whose word is the last.

    From here on this process alone may claim. Fills that nobody recorded are booked, orders whose
    state moved on are brought up to it, and every account is reported. A venue that does not
    answer now is asked again by the jobs.
    """
    now = ports.clock.now()
    controls = ports.oversight.controls = await ports.controls.take_over(ports.worker, now)
    await failpoint("execution.taken_over")
    await _remember(ports)
    await finish_crossings(ports)
    report = await reconcile_all("start", ports)
    for compared in report.accounts:
        await publish_account(compared.account, ports)
    await measure(controls, ports)
    live = len(list(ports.blotter.live()))
    log.info("execution.reconciled", worker=ports.worker, generation=controls.generation, live_orders=live)


async def ask_again(account: str, ports: Ports) -> None:
    """
    Ask the venue of *account* what happened while nobody heard it: executions, orders, then positions.

    Where it does not answer it is asked every second until it does.
    """
    ports.stale_accounts.add(account)
    try:
        await reconcile_account(account, "reconnect", ports)
    except BrokerUnavailable:
        ports.unexplained.add(account)


async def _remember(ports: Ports) -> None:
    """Fill the blotter, and what oversight measures by."""
    for account, instrument, strategy, quantity in await ports.executions.sums():
        ports.blotter.start_from(account, instrument, strategy, quantity)
    ports.blotter.rates |= await ports.executions.last_rates()
    ports.blotter.tombstones |= {grave.order_id: grave.command_id for grave in await ports.orders.tombstones()}
    ports.through |= await ports.executions.last_recorded()
    await _remember_orders(ports)
    window = longest_window(ports.oversight.controls) if ports.oversight.controls else None
    for order in await ports.orders.sent_since(ports.clock.now() - window) if window else ():
        ports.oversight.tape.note(order)
    ports.oversight.marks = {(marks.scope, marks.mode): marks for marks in await ports.oversight.store.marks()}


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
        await failpoint("execution.refolded")
    for _, order in pairs:
        ports.blotter.put(order)
