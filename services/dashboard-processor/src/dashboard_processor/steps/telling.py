"""Signals, senders, strategy cards, curves and the allocation: what else pages show of money."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Literal

from mathematricks.contracts.base import Mode
from mathematricks.contracts.money_views import (
    AllocationView,
    Curve,
    EquityCurves,
    StrategyCard,
)

from dashboard_processor.domain.allocation import Worth, allocation_view
from dashboard_processor.domain.curves import curve, in_currency, indexed, summed
from dashboard_processor.domain.senders import SenderTold, arrivals, sender_view
from dashboard_processor.domain.signal_rows import row_of
from dashboard_processor.ports import Ports
from dashboard_processor.steps.owing import MODES, Stands

BATCH = 25
"""Rows told in one go: few questions for many rows, and nobody beside them waits long."""
LOOKED_UP = 1000
NEWEST = 50
SPANS: tuple[tuple[Literal["day", "month"], timedelta, int], ...] = (
    ("day", timedelta(days=1), 5),
    ("month", timedelta(days=31), 60),
)


async def tell_signals(ports: Ports) -> None:
    """Write a row for each signal that has none, and again each that is not settled."""
    known = dict(await ports.rows.known())
    while newer := await ports.trails.newer(known, LOOKED_UP):
        known |= await _tell_rows(newer, ports)
        if len(newer) < LOOKED_UP:
            break
    await _tell_rows(await ports.rows.unsettled(), ports)


async def tell_senders(stands: Sequence[Stands], ports: Ports) -> None:
    """Write each sender's document of each mode."""
    senders, counts = (
        {*await ports.money.senders(), *(one.agreement.sender for one in stands)},
        await ports.rows.counts(),
    )
    for sender in sorted(senders):
        for mode in MODES:
            told = SenderTold(
                sender=sender,
                mode=mode,
                stands=[one for one in stands if one.mode == mode and one.agreement.sender == sender],
                counts=counts.get((sender, mode), ()),
                rows=await ports.rows.rows(sender, mode, NEWEST),
            )
            await ports.views.write(sender_view(told, ports.clock.now()))


async def tell_strategies(ports: Ports) -> None:
    """Write each strategy's card."""
    figures = {(each.account, each.strategy_id): each for each in await ports.money.figures()}
    active, now = await ports.money.allocation(), ports.clock.now()
    for strategy in await ports.money.strategies():
        paper = strategy.trading_mode == "PAPER"
        account = f"paper:{strategy.account}" if paper else strategy.account
        found, last = figures.get((account, strategy.strategy_id)), await ports.rows.last_of(strategy.strategy_id)
        card = StrategyCard(
            **strategy.model_dump(include={"strategy_id", "strategy_name", "status", "include_in_optimization"}),
            mode=strategy.trading_mode,
            account=account,
            allocation_percent=active.allocations.get(strategy.strategy_id, Decimal(0)) if active else None,
            currency=found.currency if found else None,
            pnl_today=found.realized_today + found.unrealized if found else None,
            realized_pnl=found.realized if found else None,
            unrealized_pnl=found.unrealized if found else None,
            open_positions=found.open_positions if found else 0,
            signals=last.strategy_seq if last else 0,
            last_signal_at=last.received_at if last else None,
            last_signal=last,
            as_of=now,
            expected_every=10.0,
        )
        await ports.views.write(card)


async def tell_curves(mode: Mode, ports: Ports) -> None:
    """Write one mode's equity over a day, a month and all time."""
    now, currency = ports.clock.now(), ports.terms.currency
    cash = arrivals(await ports.money.flows(mode))
    lines = list[Curve]()
    for span, length, minutes in SPANS:
        series = await ports.money.equity(mode, now - length, minutes)
        lines.append(curve(span, indexed(summed(in_currency(each, currency) for each in series.values()), cash), cash))
    ever = await ports.money.equity(mode, None, 0)
    newest = await ports.money.equity(mode, now - SPANS[0][1], SPANS[0][2])
    joined = [
        [*in_currency(days, currency), *in_currency(newest.get(name, ())[-1:], currency)] for name, days in ever.items()
    ]
    lines.append(curve("all", indexed(summed(joined), cash), cash))
    await ports.views.write(
        EquityCurves(mode=mode, currency=currency, curves=tuple(lines), as_of=now, expected_every=60.0)
    )


async def tell_allocation(ports: Ports) -> None:
    """Write the ACTIVE allocation beside the newest proposal."""
    active, proposal = await ports.money.allocation(), await ports.money.proposal()
    newest = proposal or active
    run = await ports.money.run(newest.run_id) if newest and newest.run_id else None
    overviews = {mode: await ports.overviews.newest(mode) for mode in MODES}
    known = {mode: one.equity for mode, one in overviews.items() if one is not None and one.equity is not None}
    worth = Worth(ports.terms.currency, known)
    view: AllocationView = allocation_view(active, proposal, run, worth, ports.clock.now())
    await ports.views.write(view)


async def _tell_rows(signal_ids: Sequence[str], ports: Ports) -> dict[str, int]:
    """Write the rows of these signals; return the highest number told of each strategy."""
    told: dict[str, int] = {}
    for first in range(0, len(signal_ids), BATCH):
        began = time.monotonic()
        trails = await ports.trails.trails(signal_ids[first : first + BATCH])
        rows = [row_of(trail, ports.clock.now()) for trail in trails]
        await ports.rows.keep(rows)
        told |= {row.strategy_id: row.strategy_seq for row in sorted(rows, key=lambda row: row.strategy_seq)}
        await asyncio.sleep(time.monotonic() - began)  # rows can wait, the signals beside them cannot
    return told
