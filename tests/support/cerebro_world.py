"""The world around Cerebro's desk: real records, services that answer as told, a clock that can be set."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from cerebro.adapters.child_process import ChildProcess
from cerebro.adapters.debts import MongoDebts
from cerebro.adapters.mongo_allocations import MongoAllocations
from cerebro.adapters.mongo_authorities import MongoAuthorities
from cerebro.adapters.mongo_backtests import MongoBacktests
from cerebro.adapters.mongo_checkpoints import MongoCheckpoints
from cerebro.adapters.mongo_decisions import MongoDecisions
from cerebro.adapters.mongo_histories import MongoHistories
from cerebro.adapters.mongo_runs import MongoRuns
from cerebro.adapters.mongo_sandbox import MongoSandbox
from cerebro.adapters.mongo_shadows import MongoShadows
from cerebro.adapters.mongo_terms import MongoTerms
from cerebro.adapters.sheets import table_of
from cerebro.domain.book_orders import OrderNews
from cerebro.domain.policy import Policy
from cerebro.handlers.allocations import activate_custom
from cerebro.handlers.ports import Ports, open_desk
from cerebro.ports import Rules, Unavailable, World
from cerebro.return_ports import Sandbox
from mathematricks.contracts.accounts import AccountState
from mathematricks.contracts.allocations import CustomAllocation
from mathematricks.contracts.instruments import Contract
from mathematricks.contracts.orders import OrderCommand, TradingOrder
from mathematricks.contracts.rest import MarketQuestion, MarketView
from mathematricks.contracts.signals import StandardSignal
from mathematricks.storage.mongo import Database, to_document

from support.cerebro import PAPER, a_config, a_quote, an_instrument, an_update
from support.signals import NOON, a_signal


@dataclass
class SetClock:
    """A clock that stands still until it is set."""

    at: datetime = NOON

    def now(self) -> datetime:
        return self.at


@dataclass
class FakeMarket:
    """Knows every plain stock, at 150 unless told otherwise."""

    prices: dict[str, Any] = field(default_factory=dict)
    down: bool = False
    asked: list[MarketQuestion] = field(default_factory=list)

    async def ask(self, question: MarketQuestion) -> MarketView:
        if self.down:
            raise Unavailable("execution is down")
        self.asked.append(question)
        await asyncio.sleep(0)
        return MarketView(
            instruments={one.key: self._instrument(one) for one in question.contracts},
            quotes={one.key: a_quote(contract=one, ask=self.prices.get(one.key, 150)) for one in question.contracts},
        )

    def _instrument(self, contract: Contract) -> Any:
        return an_instrument(contract=contract)


@dataclass
class FakeOrders:
    """Knows the orders it was told of."""

    known: dict[str, OrderNews] = field(default_factory=dict)
    down: bool = False
    asked: list[list[str]] = field(default_factory=list)

    async def states(self, order_ids: Sequence[str]) -> Sequence[OrderNews]:
        if self.down:
            raise Unavailable("execution is down")
        self.asked.append(list(order_ids))
        return [self.known[one] for one in order_ids if one in self.known]

    async def guards(self, entries: Sequence[str]) -> Sequence[OrderNews]:
        return [news for news in self.known.values() if news.lot in entries]

    async def flattened(self, since: datetime) -> Sequence[OrderNews]:
        return [news for news in self.known.values() if news.lot is not None and news.order_id.startswith("flat")]


@dataclass
class FakeAccounts:
    """Knows the accounts it was told of."""

    known: list[AccountState] = field(default_factory=list)
    down: bool = False
    asked: int = 0

    async def all(self) -> Sequence[AccountState]:
        self.asked += 1
        if self.down:
            raise Unavailable("account-data is down")
        return list(self.known)


@dataclass
class Sent:
    """What was published, in order."""

    orders: list[TradingOrder] = field(default_factory=list)
    commands: list[OrderCommand] = field(default_factory=list)
    alarms: list[tuple[str, str, str]] = field(default_factory=list)
    broken: bool = False

    async def order(self, order: TradingOrder) -> None:
        if self.broken:
            raise ConnectionError("the bus is gone")
        self.orders.append(order)

    async def command(self, command: OrderCommand) -> None:
        self.commands.append(command)

    async def alarm(self, key: str, severity: str, title: str, now: datetime) -> None:
        self.alarms.append((key, severity, title))


@dataclass
class Around:
    """One desk and everything around it."""

    db: Database
    ports: Ports
    clock: SetClock
    market: FakeMarket
    orders: FakeOrders
    accounts: FakeAccounts
    sent: Sent

    def another(self) -> Around:
        """Another process on the same records and the same services."""
        return around(self.db, clock=self.clock, market=self.market, orders=self.orders, accounts=self.accounts)

    async def register(self, **but: Any) -> None:
        """Put a strategy into the registry, as account-data would."""
        config = a_config(**but)
        await self.db.strategy_configurations.replace_one(
            {"_id": config.strategy_id}, to_document(config, config.strategy_id), upsert=True
        )

    async def allot(self, **percents: Any) -> None:
        """Make an allocation ACTIVE."""
        wanted = {name: Decimal(percent) for name, percent in percents.items()}
        await activate_custom(CustomAllocation(allocations=wanted, approved_by="a test"), self.ports)

    async def decisions(self) -> list[dict[str, Any]]:
        """Every decision recorded, by portfolio and number."""
        return await self.db.cerebro_decisions.find().sort([("portfolio", 1), ("seq", 1)]).to_list()


def a_state(account: str = PAPER, **but: Any) -> AccountState:
    """An account's state as account-data serves it."""
    return AccountState(**an_update(account, **but).model_dump())


def around(db: Database, **but: Any) -> Around:
    """A desk on the records in *db*; patience is short, since nothing here is far away."""
    clock = but.get("clock") or SetClock()
    market, orders = but.get("market") or FakeMarket(), but.get("orders") or FakeOrders()
    accounts = but.get("accounts") or FakeAccounts([a_state(equity=Decimal(10_000_000))])
    sent = Sent()
    usual = Rules("v1", "test", Policy(), patience=0.05, account_patience=0)
    rules = replace(usual, **but.get("rules", {}))
    world = World(
        decisions=MongoDecisions(db),
        checkpoints=MongoCheckpoints(db, rules.version),
        terms=MongoTerms(db),
        authorities=MongoAuthorities(db),
        market=market,
        orders=orders,
        accounts=accounts,
        outbox=sent,
        clock=clock,
        rules=rules,
    )
    shadows = MongoShadows(db, rules.version)
    kept = MongoAllocations(db), MongoDebts(db, sent), MongoBacktests(db), table_of
    sandbox = Sandbox(MongoSandbox(db), but.get("workshop") or ChildProcess(), but.get("runner", "a test"))
    ports = open_desk(world, *kept, shadows, MongoRuns(db), MongoHistories(db), sandbox)
    return Around(db, ports, clock, market, orders, accounts, sent)


def numbered(count: int, strategy: str = "Trend", first: int = 1, **but: Any) -> list[StandardSignal]:
    """Consecutive signals of one strategy."""
    return [
        a_signal(strategy_id=strategy, strategy_seq=number, external_id=f"x{number}", **but)
        for number in range(first, first + count)
    ]
