"""Execution, declared; and the one place where its ports meet their adapters."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from typing import Any

from mathematricks.contracts.collections import (
    CONTROL_CHANGES,
    CONTROLS,
    EXECUTIONS,
    FLATTEN_REPORTS,
    INSTRUMENTS,
    ORDER_TOMBSTONES,
    ORDERS,
    PAPER_ACCOUNTS,
    PAPER_ORDERS,
    RECONCILIATION_REPORTS,
    RISK_MARKS,
)
from mathematricks.contracts.executions import Execution
from mathematricks.contracts.orders import OrderRecord
from mathematricks.contracts.topics import (
    ACCOUNT_UPDATES,
    ALERTS,
    EXECUTION_CONFIRMATIONS,
    ORDER_COMMANDS,
    QUOTES,
    TRADING_ORDERS,
)
from mathematricks.messaging.bus import Bus
from mathematricks.runtime.clock import Clock, WallClock
from mathematricks.runtime.service import Every, Service
from mathematricks.storage.group_commit import GroupCommit
from mathematricks.storage.mongo import Database, mongo

from execution import api, api_controls, handlers, jobs, streams
from execution.adapters.brokers import BrokerDesk
from execution.adapters.market import QuotedMarket
from execution.adapters.mongo_controls import MongoControls
from execution.adapters.mongo_decisions import MongoDecisions
from execution.adapters.mongo_executions import MongoExecutions
from execution.adapters.mongo_instruments import MongoInstruments
from execution.adapters.mongo_orders import MongoOrders
from execution.adapters.mongo_oversight import MongoOversight
from execution.adapters.paper.engine.matching import Depth
from execution.adapters.paper.settings import Latency, PaperSettings
from execution.adapters.paper.venue import open_paper_venue
from execution.adapters.quote_files import QuoteFile
from execution.adapters.reference import reference
from execution.adapters.remote.link import Address, VenueLink, listening
from execution.adapters.remote.market import Rules, VenueMarket
from execution.adapters.remote.venue import RemoteVenue
from execution.adapters.simulated_market import SimulatedMarket
from execution.domain.blotter import Blotter
from execution.domain.policy import Policy
from execution.oversight import Oversight
from execution.ports import Brokers, Change, Claimed, Market, Ports, Recorded
from execution.settings import Settings
from execution.steps.batching import together_or_each
from execution.steps.claiming import write_claims
from execution.steps.looking import find_order
from execution.steps.recording import write_changes
from execution.steps.starting import reconcile
from execution.steps.telling import publish

COMPANY = 0.02
"""Seconds that the record of a fill waits for others: nothing hurries once an order is at its venue."""
OWNS = (
    *(ORDERS, ORDER_TOMBSTONES, EXECUTIONS, INSTRUMENTS, PAPER_ORDERS, PAPER_ACCOUNTS),
    *(CONTROLS, CONTROL_CHANGES, FLATTEN_REPORTS, RISK_MARKS, RECONCILIATION_REPORTS),
)


@asynccontextmanager
async def connect(settings: Settings, bus: Bus) -> AsyncIterator[Ports]:
    """Open everything execution needs; it closes in reverse."""
    platform, clock = settings.platform, WallClock()
    async with mongo(platform.mongo_url.get_secret_value(), platform.mongo_database, OWNS) as db:
        instruments = MongoInstruments(db)
        open_world = own_world if settings.venue_url is None else remote_world
        async with open_world(settings, db, instruments, clock) as world:
            yield assemble(settings, bus, db, world, clock)
        await instruments.close()


@asynccontextmanager
async def own_world(
    settings: Settings, db: Database, instruments: MongoInstruments, clock: Clock
) -> AsyncIterator[tuple[Market, Brokers]]:
    """Yield the market and the brokers where the paper venue is a part of this process."""
    market = market_of(settings, instruments, clock)
    await market.start()
    async with open_paper_venue(db, market, paper_settings_of(settings), clock) as paper:
        yield market, BrokerDesk(paper, settings.paper_cash)


@asynccontextmanager
async def remote_world(
    settings: Settings, _: Database, instruments: MongoInstruments, clock: Clock
) -> AsyncIterator[tuple[Market, Brokers]]:
    """Yield the market and the brokers where the paper venue is a process of its own."""
    if settings.venue_url is None or settings.venue_token is None:
        raise ValueError("no venue is set")
    address = Address(str(settings.venue_url), settings.venue_token.get_secret_value(), settings.call_timeout)
    rules = Rules(settings.quote_max_age, settings.platform.demo)
    link = VenueLink(address, clock)
    market = VenueMarket(instruments, clock, link, rules)
    await market.start()
    async with listening(link):
        yield market, BrokerDesk(RemoteVenue(link), settings.paper_cash)


def market_of(settings: Settings, instruments: MongoInstruments, clock: Clock) -> QuotedMarket:
    """Return the market of this deployment: simulated only where it says that it is a demo (RULES 4)."""
    if settings.platform.demo:
        return SimulatedMarket(instruments, reference(), clock)
    return QuotedMarket(instruments, reference(), clock, settings.quote_max_age)


def paper_settings_of(settings: Settings) -> PaperSettings:
    """Return how the paper venue behaves in this deployment."""
    return PaperSettings(
        depth=Depth(step_bps=settings.paper_slippage_bps),
        latency=Latency(settings.paper_latency, settings.paper_jitter),
    )


def assemble(settings: Settings, bus: Bus, db: Database, world: tuple[Market, Brokers], clock: Clock) -> Ports:
    """Return the ports on *db* with *world*, the market and the brokers; tests bring their own."""
    market, brokers = world
    executions = MongoExecutions(db)

    async def publish_again(execution: Execution) -> None:
        order = await find_order(execution.order_id, ports) if execution.order_id else None
        await publish(order, execution, ports)

    ports = Ports(
        worker=uuid.uuid4().hex,
        bus=bus,
        clock=clock,
        policy=policy_of(settings),
        orders=MongoOrders(db),
        executions=executions,
        controls=MongoControls(db),
        oversight=Oversight(MongoOversight(db)),
        decisions=MongoDecisions(db),
        brokers=brokers,
        market=market,
        blotter=Blotter(),
        claim=_not_connected,
        record=_not_connected,
        sweep=executions.sweep(publish_again).run,
        quote_file=QuoteFile(settings.quotes_file).changed,
        feeds=[broker.events() for broker in brokers.all()],
    )
    claims: GroupCommit[tuple[OrderRecord, ...], list[Claimed]] = GroupCommit(
        partial(together_or_each, partial(write_claims, ports))
    )
    changes: GroupCommit[Change, Recorded] = GroupCommit(
        partial(together_or_each, partial(write_changes, ports)), linger=COMPANY
    )
    ports.claim, ports.record = claims, changes
    return ports


async def _not_connected(_: Any) -> Any:
    raise AssertionError("the ports are not assembled yet")


def policy_of(settings: Settings) -> Policy:
    """Return the desk's numbers as the settings say them."""
    return Policy(
        allow_live=settings.platform.allow_live,
        call_timeout=settings.call_timeout,
        lease=settings.lease,
        park_after=settings.park_after,
        reconcile_every=settings.reconcile_every,
    )


service = Service(
    name="execution",
    settings=Settings,
    connect=connect,
    on_start=reconcile,
    consumes={TRADING_ORDERS: handlers.on_order, ORDER_COMMANDS: handlers.on_command},
    publishes=(EXECUTION_CONFIRMATIONS, ACCOUNT_UPDATES, QUOTES, ALERTS),
    owns=OWNS,
    jobs=(
        Every(timedelta(milliseconds=100), jobs.enforce_controls),
        Every(timedelta(seconds=1), jobs.follow_controls),
        Every(timedelta(seconds=1), jobs.watch_triggers),
        Every(timedelta(milliseconds=250), jobs.publish_accounts),
        Every(timedelta(milliseconds=500), jobs.revisit_waiting),
        Every(timedelta(milliseconds=500), jobs.resolve_doubts),
        Every(timedelta(seconds=1), jobs.watch_resting),
        Every(timedelta(seconds=1), jobs.watch_groups),
        Every(timedelta(seconds=1), jobs.move_market),
        Every(timedelta(seconds=1), jobs.publish_quotes),
        Every(timedelta(seconds=1), jobs.read_quote_file),
        Every(timedelta(seconds=1), jobs.sweep_owed),
        Every(timedelta(seconds=1), jobs.explain_positions),
        Every(timedelta(seconds=2), jobs.watch_lots),
        Every(timedelta(seconds=15), jobs.compare_open_orders),
        Every(timedelta(seconds=15), jobs.reconcile_on_schedule),
    ),
    streams=(streams.listen_to_brokers, streams.stand_down_when_fenced),
    routes=(api.router, api_controls.router),
)
