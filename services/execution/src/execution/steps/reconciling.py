"""Reconcile: hold an account's records against its venue's, put right what differs, and report the run."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

import structlog
from mathematricks.contracts.base import derive_id, to_instant
from mathematricks.contracts.orders import OrderRecord, OrderStatus
from mathematricks.contracts.reconciliation import (
    AccountReconciliation,
    Correction,
    Occasion,
    ReconciliationReport,
)

from execution.domain.exits import AT_VENUE
from execution.domain.reconcile import Ours, TheirFill, TheirOrder, Theirs, diff
from execution.ports import BrokerFill, BrokerOrderState, BrokerRejected, BrokerUnavailable, Ports
from execution.steps.booking import order_id_of
from execution.steps.following import follow, record_and_follow
from execution.steps.looking import change_of, find_order, take_state
from execution.steps.resolving import resolve
from execution.steps.telling import alert

log = structlog.get_logger(__name__)

OVERLAP = timedelta(seconds=30)
"""A venue may date a fill before one it told earlier: each look reaches back a little further than the last one."""
FIRST_LOOK = timedelta(days=1)
LONG_LOOK = timedelta(minutes=30)
"""How much further a look reaches back where what is new does not explain the positions."""
ASKED_ABOUT = AT_VENUE - {OrderStatus.SUBMITTING}
"""A claim that has not lapsed may still be on its way to the venue."""
LASTS = timedelta(seconds=60)
"""A venue that has not said everything by then is not asked further."""


@dataclass(frozen=True)
class _Compared:
    """Both sides of one account, as they were told."""

    ours: Ours
    fills: Sequence[BrokerFill]
    working: Sequence[BrokerOrderState]
    found: tuple[Correction, ...]


async def reconcile_all(occasion: Occasion, ports: Ports, asked_by: str = "") -> ReconciliationReport:
    """Reconcile every account of the desk; a venue that does not answer is said, and asked again by the jobs."""
    began = ports.clock.now()
    accounts = sorted({account for broker in ports.brokers.all() for account in broker.accounts()})
    results = await asyncio.gather(*(_reconcile(account, ports) for account in accounts))
    return await _report(occasion, asked_by, began, results, ports)


async def reconcile_account(account: str, occasion: Occasion, ports: Ports) -> AccountReconciliation:
    """Reconcile one account; raise ``BrokerUnavailable`` where its venue does not answer."""
    began = ports.clock.now()
    result = await _reconcile(account, ports)
    await _report(occasion, "", began, [result], ports)
    if not result.answered:
        raise BrokerUnavailable(result.reason)
    return result


async def _reconcile(account: str, ports: Ports) -> AccountReconciliation:
    try:
        async with asyncio.timeout(LASTS.total_seconds()):
            compared = await _compare(account, ports)
            await _carry_out(account, compared, ports)
    except (BrokerUnavailable, BrokerRejected, KeyError, TimeoutError) as silence:
        title = f"{account} cannot be reconciled: {silence}"
        await alert(ports, "critical", f"account.unreconciled:{account}", title[:500], account=account)
        return AccountReconciliation(account=account, answered=False, reason=str(silence)[:500])
    live = [order for order in ports.blotter.live() if order.account == account and order.attempts]
    doubtful = [order for order in live if order.status in (OrderStatus.UNKNOWN, OrderStatus.PARKED)]
    return AccountReconciliation(
        account=account,
        answered=True,
        orders=len(compared.ours.orders),
        fills=len(compared.fills),
        corrections=compared.found,
        parked=tuple(order.order_id for order in doubtful if order.status is OrderStatus.PARKED),
        pursued=tuple(order.order_id for order in doubtful if order.purpose != "entry"),
    )


async def _compare(account: str, ports: Ports) -> _Compared:
    """Compare what is new; where that does not explain the positions, a fill may have been told very late."""
    mine = [order for order in ports.blotter.live() if order.account == account and order.attempts]
    since = await _since(account, mine, ports)
    compared = await _look(account, since, ports)
    if any(each.kind == "unexplained" for each in compared.found):
        compared = await _look(account, since - LONG_LOOK, ports)
    return compared


async def _look(account: str, since: datetime, ports: Ports) -> _Compared:
    """Executions are asked for before positions: what trades between the two is busy, and not compared."""
    began, broker = ports.clock.now(), ports.brokers.of(account)
    mine = [order for order in ports.blotter.live() if order.account == account and order.attempts]
    fills = await broker.executions(account, since)
    working = await broker.open_orders(account)
    snapshot = await broker.snapshot(account)
    known = await ports.executions.known(fill.execution_id for fill in fills)
    told = Theirs(
        fills=[_their_fill(fill) for fill in fills],
        working=[_their_order(state) for state in working],
        positions={position.instrument: position.quantity for position in snapshot.open_positions},
    )
    names = {*told.positions, *ports.blotter.places(account)}
    orders = await _orders(mine, told, known, ports)
    ours = Ours(
        account=account,
        orders=orders,
        executions=frozenset(known),
        positions={name: _net(ports, account, name) for name in names},
        busy=[name for name in names if not ports.blotter.is_quiet(account, name, began)],
        moving=[order.order_id for order in orders.values() if order.updated_at >= to_instant(began)],
    )
    return _Compared(ours, fills, working, diff(ours, told))


async def _since(account: str, mine: Iterable[OrderRecord], ports: Ports) -> datetime:
    last_done = await ports.executions.last_done(account)
    first = last_done - OVERLAP if last_done else ports.clock.now() - FIRST_LOOK
    return min([first, *(order.attempts[-1].begun_at - OVERLAP for order in mine)])


async def _orders(
    mine: Sequence[OrderRecord], told: Theirs, on_record: Collection[str], ports: Ports
) -> dict[str, OrderRecord]:
    """Return our live orders, and those that the venue names in what works or is not on record."""
    known = {order.order_id: order for order in mine}
    named = {fill.order_id for fill in told.fills if fill.execution_id not in on_record}
    named |= {there.order_id for there in told.working}
    missing = {name for name in named if name is not None} - known.keys()
    known |= {name: order for name in missing if (order := ports.blotter.find(name)) is not None}
    if missing := missing - known.keys():
        known |= {order.order_id: order for order in await ports.orders.load(missing)}
    return known


async def _carry_out(account: str, compared: _Compared, ports: Ports) -> None:
    """Do what follows from each difference; whatever is done here twice is done once."""
    kinds = {each.about: each.kind for each in compared.found}
    for fill in compared.fills:
        if kinds.get(fill.execution_id) in ("book_fill", "book_external"):
            await record_and_follow(change_of(fill, ports), ports)
    for state in compared.working:
        name, _ = order_id_of(state.client_order_id)
        if name is not None and kinds.get(name) == "advance":
            for done in await take_state(state, ports):
                await follow(done, ports)
        if kinds.get(state.client_order_id) == "stray":
            await _end_stray(account, state, ports)
    asked = [each.about for each in compared.found if each.kind in ("ask", "park", "pursue")]
    current = [order for name in asked if (order := ports.blotter.find(name)) is not None]
    await resolve([order for order in current if order.status in ASKED_ABOUT], ports)


async def _end_stray(account: str, state: BrokerOrderState, ports: Ports) -> None:
    """An order of ours that has ended here must not work on; one that is not ours is a person's to judge."""
    name, _ = order_id_of(state.client_order_id)
    order = await find_order(name, ports) if name is not None else None
    if order is not None:
        await ports.brokers.of(account).cancel(account, state.client_order_id)
    what = "has ended here and is cancelled" if order is not None else "is not one of ours"
    title = f"{state.client_order_id} works at the venue of {account} and {what}"
    await alert(ports, "critical", f"order.stray:{account}:{state.client_order_id}", title[:500], account=account)


async def _report(
    occasion: Occasion, asked_by: str, began: datetime, results: Sequence[AccountReconciliation], ports: Ports
) -> ReconciliationReport:
    ended = ports.clock.now()
    report = ReconciliationReport(
        report_id=derive_id("rr", ports.worker, occasion, began.isoformat(), *(each.account for each in results)),
        occasion=occasion,
        asked_by=asked_by,
        began_at=to_instant(began),
        ended_at=to_instant(ended),
        seconds=Decimal(str(round((ended - began).total_seconds(), 3))),
        agreed=all(each.answered and not each.corrections for each in results),
        accounts=tuple(results),
    )
    await ports.oversight.store.keep_reconciliation(report)
    log.info("reconciled", occasion=occasion, agreed=report.agreed, accounts=len(results), seconds=str(report.seconds))
    return report


def _their_fill(fill: BrokerFill) -> TheirFill:
    order_id, _ = order_id_of(fill.client_order_id)
    return TheirFill(fill.execution_id, order_id, fill.contract.key, fill.side, fill.quantity)


def _their_order(state: BrokerOrderState) -> TheirOrder:
    order_id, attempt = order_id_of(state.client_order_id)
    return TheirOrder(state.client_order_id, order_id, attempt, state.filled)


def _net(ports: Ports, account: str, instrument: str) -> Decimal:
    return sum(ports.blotter.sub_positions(account, instrument).values(), Decimal(0))
