"""Drill: rehearse flattening on paper, with stops and exits in flight, and say how long it took."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

import structlog
from mathematricks.contracts.base import derive_id, to_instant
from mathematricks.contracts.controls import DrillWanted, Fire, FlattenReport, Rearm, Scope
from mathematricks.contracts.instruments import Contract, Quote
from mathematricks.contracts.orders import TERMINAL, LotClose, OrderRecord, OrderStatus, TradingOrder

from execution.domain.controls.switches import DRILL_STRATEGY, fired_for
from execution.domain.submission import first_record
from execution.ports import BrokerRejected, BrokerUnavailable, Ports
from execution.steps.controlling import fire, rearm
from execution.steps.following import go
from execution.steps.reporting import note_use

log = structlog.get_logger(__name__)

SCOPE = Scope(kind="strategy", name=DRILL_STRATEGY)
PRICE = Decimal(100)
OPENED_WITHIN = timedelta(seconds=30)
FLAT_WITHIN = timedelta(seconds=30)
SENT_WITHIN = timedelta(seconds=1)
LOOK_EVERY = 0.02
"""Seconds."""
UNITS = Decimal(2)
REFUSED = TERMINAL - {OrderStatus.FILLED}


class DrillFailed(Exception):
    """The drill could not be held to its end; the text says what to do."""


@dataclass(frozen=True)
class _Rehearsal:
    """One drill: its entries, and its cause, which names them."""

    named: str
    account: str
    entries: tuple[TradingOrder, ...]


async def drill(wanted: DrillWanted, by: str, ports: Ports) -> FlattenReport:
    """
    Open positions for the strategy of drills, send their exits, fire, and wait until all is flat.

    Only its own positions are touched; the switch is armed again at the end. Raise ``DrillFailed``
    or ``ControlRefused``; a switch that could not flatten stays fired.
    """
    if ports.oversight.controls is not None and fired_for(ports.oversight.controls, SCOPE) is not None:
        raise DrillFailed("A drill is under way, or its switch was never re-armed: approve that first")
    rehearsal = await _prepare(wanted, ports)
    failure = await _open(rehearsal, ports)
    exits = [] if failure else [asyncio.create_task(_exit(entry, ports)) for entry in rehearsal.entries]
    if exits:
        await _holds(lambda: _are_leaving(rehearsal, ports), SENT_WITHIN, ports)
    controls = await fire(Fire(scope=SCOPE, mode="flatten", reason="a drill", drill=True), by, ports)
    await asyncio.gather(*exits)
    report = await _flat(controls.generation, ports)
    await rearm(Rearm(scope=SCOPE, reason="the drill is over"), by, ports)
    if failure:
        raise DrillFailed(failure)
    return report


async def _prepare(wanted: DrillWanted, ports: Ports) -> _Rehearsal:
    now = to_instant(ports.clock.now())
    named = f"drill:{now.isoformat()}"
    contracts = [Contract(symbol=f"DRILL{number:03}/USD", type="CRYPTO") for number in range(wanted.positions)]
    try:
        await ports.brokers.ensure_open(wanted.account)
    except (BrokerUnavailable, BrokerRejected) as silence:
        raise DrillFailed(f"{wanted.account} cannot be opened: {silence}") from silence
    await _quote(contracts, now, ports)
    entries = tuple(_entry(named, wanted.account, contract, now) for contract in contracts)
    return _Rehearsal(named, wanted.account, entries)


async def _quote(contracts: Sequence[Contract], now: datetime, ports: Ports) -> None:
    """A demo makes prices of its own; elsewhere nobody quotes what is invented here but we."""
    for contract in contracts:
        note_use(contract, ports)
        await ports.market.seed(contract, PRICE)
    unquoted = [contract for contract in contracts if ports.market.quote(contract) is None]
    edge = Decimal("0.01")
    quotes = [
        Quote(instrument=each.key, contract=each, currency="USD", bid=PRICE - edge, ask=PRICE + edge, at=now)
        for each in unquoted
    ]
    await ports.brokers.quotes_moved(ports.market.take(quotes))


def _entry(named: str, account: str, contract: Contract, now: datetime) -> TradingOrder:
    return TradingOrder(
        order_id=derive_id("o", named, contract.key, "entry"),
        signal_id=f"{named}:{contract.symbol}",
        strategy_id=DRILL_STRATEGY,
        portfolio="paper",
        seq=0,
        account=account,
        mode="PAPER",
        instrument=contract.key,
        contract=contract,
        purpose="entry",
        side="BUY",
        quantity=UNITS,
        stop_loss=PRICE / 2,
        take_profit=PRICE * 2,
        reserved_margin=Decimal(0),
        sent_at=now,
        received_at=now,
        decided_at=now,
    )


async def _open(rehearsal: _Rehearsal, ports: Ports) -> str | None:
    """Open every position with its stop and its target; return why that could not be done."""
    now = ports.clock.now()
    records = [first_record(entry, ports.worker, now) for entry in rehearsal.entries]
    await asyncio.gather(*(go((record,), ports) for record in records))
    if await _holds(lambda: _are_open(rehearsal, ports) or _is_refused(rehearsal, ports), OPENED_WITHIN, ports):
        ended = next((one for one in _found(rehearsal, ports) if one.status in REFUSED), None)
        return f"{ended.instrument} was not opened: {ended.status}, {ended.reason}" if ended else None
    return f"The positions of the drill were not open and protected within {OPENED_WITHIN.seconds} s"


def _is_refused(rehearsal: _Rehearsal, ports: Ports) -> bool:
    return any(order.status in REFUSED for order in _found(rehearsal, ports))


def _are_open(rehearsal: _Rehearsal, ports: Ports) -> bool:
    """Every entry is filled, and its stop and its target rest at the venue."""
    filled = sum(order.status is OrderStatus.FILLED for order in _found(rehearsal, ports))
    mine = (order for order in ports.blotter.live() if order.strategy_id == DRILL_STRATEGY and order.lot is not None)
    resting = sum(order.status is OrderStatus.SUBMITTED for order in mine)
    return filled == len(rehearsal.entries) and resting >= 2 * len(rehearsal.entries)


def _are_leaving(rehearsal: _Rehearsal, ports: Ports) -> bool:
    """The exit of every position has been taken up, wherever it is by now."""
    return all(ports.blotter.find(_exit_of(entry)) is not None for entry in rehearsal.entries)


def _exit_of(entry: TradingOrder) -> str:
    return derive_id("o", entry.signal_id, "exit")


def _found(rehearsal: _Rehearsal, ports: Ports) -> list[OrderRecord]:
    return [order for entry in rehearsal.entries if (order := ports.blotter.find(entry.order_id)) is not None]


async def _exit(entry: TradingOrder, ports: Ports) -> None:
    """Half of the position, as a signal would ask for it: the exit is on its way as the switch is fired."""
    now = ports.clock.now()
    asked = {"order_id": _exit_of(entry), "purpose": "exit", "side": "SELL"}
    half = LotClose(lot=entry.order_id, asked=UNITS / 2, lot_asked=UNITS, last=False, quantity=UNITS / 2)
    sized = {"quantity": UNITS / 2, "closes": (half,), "stop_loss": None, "take_profit": None}
    await go((first_record(entry.model_copy(update=asked | sized), ports.worker, now),), ports)


async def _flat(generation: int, ports: Ports) -> FlattenReport:
    until = ports.clock.now() + FLAT_WITHIN
    while ports.clock.now() < until:
        report = await ports.oversight.store.report(generation)
        if report is not None and report.flat_at is not None:
            return report
        await asyncio.sleep(LOOK_EVERY)
    raise DrillFailed(f"Not flat after {FLAT_WITHIN.seconds} s: the switch stays fired; see report {generation}")


async def _holds(condition: Callable[[], bool], within: timedelta, ports: Ports) -> bool:
    until = ports.clock.now() + within
    while not condition():
        if ports.clock.now() > until:
            return False
        await asyncio.sleep(LOOK_EVERY)
    return True
