"""One run from start to report: a desk, its signals, its blows, quiet, and the checks."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal

import httpx
from mathematricks.contracts.collections import ORDERS, PAPER_ORDERS
from mathematricks.storage.mongo import mongo
from pymongo.errors import PyMongoError

from mathematricks_cli import fleet
from mathematricks_cli.books import Balance
from mathematricks_cli.chaos.breaker import Breaker, Felt
from mathematricks_cli.chaos.checks import breaches_of
from mathematricks_cli.chaos.desk import CASH, BrokenDesk, broken_desk
from mathematricks_cli.chaos.gathering import evidence_of
from mathematricks_cli.chaos.plan import Options, plan_of
from mathematricks_cli.chaos.points import fail_points
from mathematricks_cli.chaos.recovery import Books
from mathematricks_cli.chaos.report import Report, slow_recoveries, tally_of
from mathematricks_cli.chaos.sending import Answered, Pace, Senders
from mathematricks_cli.chaos.signals import (
    ACCOUNTS,
    SHARE,
    Planned,
    Strategy,
    kinds_in,
    market_question,
    signals_of,
    strategies_of,
)
from mathematricks_cli.desk_client import DeskClient, DeskRefused, DeskSilent, desk_client
from mathematricks_cli.desk_setup import add_sender, add_strategy, allocate, open_paper_account
from mathematricks_cli.desk_status import debts_of
from mathematricks_cli.gathering import balance_now
from mathematricks_cli.money import cash_of
from mathematricks_cli.mongod import url_for
from mathematricks_cli.playing import Sender
from mathematricks_cli.stack import DATABASE
from mathematricks_cli.state import StateDir

RATE = 20.0
"""Signals per second."""
QUIET_WITHIN = 120.0
LOOK_EVERY = 0.5
VENUE_DATABASE = "venue"
UNDER_WAY = {"$or": [{"live": True}, {"watched": True, "unwinding": True}]}
"""Orders that live, and legs of failed groups that are still to be undone."""
Say = Callable[[str], None]


@dataclass
class Clock:
    """How long each part of a run took."""

    seconds: dict[str, float] = field(default_factory=dict)
    _began: float = field(default_factory=time.monotonic)

    def lap(self, part: str) -> None:
        """Note that *part* is over."""
        now = time.monotonic()
        self.seconds[part] = round(now - self._began, 1)
        self._began = now


async def run(options: Options, state: StateDir, say: Say, rate: float = RATE) -> Report:
    """Break a desk as *options* ask, and return what came of it."""
    clock = Clock()
    strategies = strategies_of(options.seed)
    signals = signals_of(options.seed, options.signals, strategies)
    async with broken_desk(state) as desk, desk_client(state) as client, _books(desk) as books:
        secrets = await _set_up(client, state, strategies)
        clock.lap("start")
        say(f"{options.signals} signals of {len(strategies)} strategies, seed {options.seed} …")
        answers, felt = await _break(desk, books, options, signals, _Sending(client, secrets, strategies, rate))
        clock.lap("broken")
        say(f"{len(felt)} blows have fallen; waiting until it is quiet …")
        balance = await _quiet(desk, client, books)
        clock.lap("quiet")
        evidence = await evidence_of(desk, client, books, answers, balance)
    breaches = [*breaches_of(evidence), *slow_recoveries(felt)]
    clock.lap("checked")
    tally = tally_of(options.signals, evidence, felt, breaches)
    versions = {"decided_by": evidence.decisions[0].decision.code_version if evidence.decisions else ""}
    versions |= {"at": datetime.now(UTC).isoformat(timespec="seconds")}
    return Report(options, tally, breaches, felt, kinds_in(signals), clock.seconds, versions)


@dataclass(frozen=True)
class _Sending:
    client: DeskClient
    secrets: Mapping[str, Sender]
    strategies: Sequence[Strategy]
    rate: float


@asynccontextmanager
async def _books(desk: BrokenDesk) -> AsyncIterator[Books]:
    """Yield the records as they are, not through a wire that is cut."""
    url = url_for(desk.mongod_port)
    async with mongo(url, VENUE_DATABASE) as venue, mongo(url, DATABASE) as own:
        yield Books(venue, own)


async def _set_up(client: DeskClient, state: StateDir, strategies: Sequence[Strategy]) -> dict[str, Sender]:
    for account in ACCOUNTS:
        await open_paper_account(client, account, cash_of([CASH]))
    await client.post(fleet.EXECUTION, "/api/v1/market", market_question().model_dump(mode="json"))
    for each in strategies:
        settings = {"strategy_id": each.name, "strategy_name": each.name, "account": each.account}
        await add_strategy(client, settings | {"trading_mode": "PAPER"})
    await allocate(client, {each.name: Decimal(SHARE) for each in strategies}, "chaos")
    issued = {}
    for name in sorted({each.sender for each in strategies}):
        mine = [each.name for each in strategies if each.sender == name]
        issued[name] = Sender(name, (await add_sender(client, state, name, mine))["secrets"])
    return issued


async def _break(
    desk: BrokenDesk, books: Books, options: Options, signals: Mapping[str, Sequence[Planned]], sending: _Sending
) -> tuple[list[Answered], list[Felt]]:
    pace = Pace(sending.rate)
    limits = httpx.Limits(max_connections=100)
    async with httpx.AsyncClient(timeout=5, limits=limits, trust_env=False) as http:
        url = sending.client.url("signal-ingestion", "/api/v1/signals")
        strategies = {each.name: each for each in sending.strategies}
        senders = Senders(url, sending.secrets, strategies, http, pace)
        breaker = Breaker(desk, books, pace, http)
        await asyncio.gather(senders.send_all(signals), breaker.carry_out(plan_of(options, fail_points())))
        await breaker.calm()
    return senders.answers, breaker.felt


async def _quiet(desk: BrokenDesk, client: DeskClient, books: Books) -> Balance:
    """Return the balance once nothing is under way any more, or once nobody waits longer."""
    deadline = time.monotonic() + QUIET_WITHIN
    balance = Balance((), ())
    while True:
        try:
            at_rest = await _at_rest(desk, client, books)
            balance = await balance_now(client) if at_rest or time.monotonic() > deadline else balance
            if at_rest and balance.balances and balance.figures:
                return balance
        except (DeskSilent, DeskRefused, PyMongoError, httpx.HTTPError):
            pass
        if time.monotonic() > deadline:
            return balance
        await asyncio.sleep(LOOK_EVERY)


async def _at_rest(desk: BrokenDesk, client: DeskClient, books: Books) -> bool:
    if not await desk.ready() or any(debt.owed for debt in await debts_of(client)):
        return False
    if await books.desk[ORDERS.name].count_documents(UNDER_WAY):
        return False
    return not await books.venue[PAPER_ORDERS.name].count_documents({"status": "WORKING"})
