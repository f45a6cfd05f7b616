"""Builders of orders, a broker that misbehaves as its script says, and a running execution service around them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from execution.domain.submission import first_record
from execution.ports import (
    BrokerEvent,
    BrokerFill,
    BrokerOrder,
    BrokerOrderState,
    BrokerRejected,
    BrokerUnavailable,
    Ports,
)
from execution.service import assemble, service
from execution.settings import Settings
from mathematricks.contracts.accounts import AccountUpdate, BrokerPosition
from mathematricks.contracts.alerts import Alert
from mathematricks.contracts.base import Topic, to_instant
from mathematricks.contracts.executions import ExecutionConfirmation
from mathematricks.contracts.instruments import Contract, Instrument, Quote
from mathematricks.contracts.orders import LotClose, OrderRecord, TradingOrder
from mathematricks.contracts.rest import BrokerAccount
from mathematricks.contracts.topics import ACCOUNT_UPDATES, ALERTS, EXECUTION_CONFIRMATIONS
from mathematricks.messaging.memory import MemoryBus
from mathematricks.runtime.clock import WallClock
from mathematricks.runtime.service import running
from mathematricks.runtime.settings import Platform
from mathematricks.storage.mongo import Database

ACCOUNT = "paper:IBKR_Main"
NOON = datetime(2026, 3, 11, 16, 0, tzinfo=UTC)
"""A Wednesday, noon in New York."""
AAPL = Contract(symbol="AAPL", type="STOCK")


def an_order(**but: Any) -> TradingOrder:
    """A market entry of 100 AAPL for one strategy."""
    now = to_instant(datetime.now(UTC))
    usual: dict[str, Any] = {
        "order_id": "o1",
        "signal_id": "s1",
        "strategy_id": "momentum",
        "portfolio": "paper",
        "seq": 1,
        "account": ACCOUNT,
        "mode": "PAPER",
        "contract": AAPL,
        "purpose": "entry",
        "side": "BUY",
        "quantity": Decimal(100),
        "asked": Decimal(10),
        "reserved_margin": Decimal(5000),
        "sent_at": now,
        "received_at": now,
        "decided_at": now,
    }
    wanted = usual | but
    return TradingOrder(instrument=wanted["contract"].key, **wanted)


def an_exit(of: TradingOrder, **but: Any) -> TradingOrder:
    """A market exit of the whole lot of the entry *of*."""
    usual: dict[str, Any] = {
        "order_id": f"x{of.order_id}",
        "signal_id": f"x{of.signal_id}",
        "purpose": "exit",
        "side": "SELL" if of.side == "BUY" else "BUY",
        "account": of.account,
        "contract": of.contract,
        "strategy_id": of.strategy_id,
        "quantity": of.quantity,
        "closes": (all_of(of),),
        "reserved_margin": Decimal(0),
    }
    return an_order(**usual | but)


def all_of(entry: TradingOrder) -> LotClose:
    """Everything the sender has in the lot of *entry*."""
    asked = entry.asked or Decimal(1)
    return LotClose(lot=entry.order_id, asked=asked, lot_asked=asked, last=True)


def a_record(order: TradingOrder | None = None, **but: Any) -> OrderRecord:
    """*order* as execution first keeps it, with *but* changed."""
    return first_record(order or an_order(), "w1", NOON).model_copy(update=but)


def a_quote(contract: Contract = AAPL, bid: str = "149.99", ask: str = "150.01", **but: Any) -> Quote:
    """A quote of AAPL around 150, of now."""
    usual: dict[str, Any] = {"instrument": contract.key, "contract": contract, "currency": "USD"}
    usual |= {"bid": Decimal(bid), "ask": Decimal(ask), "at": datetime.now(UTC)}
    return Quote(**usual | but)


class StillMarket:
    """A market that is always open and moves only when told to."""

    def __init__(self) -> None:
        self.quotes: dict[str, Quote] = {}
        self.calendar = "always"

    def quote(self, contract: Contract) -> Quote | None:
        return self.quotes.get(contract.key)

    def instrument(self, contract: Contract) -> Instrument | None:
        if contract.symbol == "NOTHING":
            return None
        return Instrument.model_construct(
            instrument=contract.key, contract=contract, currency="USD", calendar=self.calendar
        )

    def named(self, instrument: str) -> Instrument | None:
        held = self.quotes.get(instrument)
        return self.instrument(held.contract) if held else None

    def rate(self, currency: str, base: str) -> Decimal | None:
        return Decimal(1)

    def take(self, quotes: Sequence[Quote]) -> list[Quote]:
        self.quotes |= {quote.instrument: quote for quote in quotes}
        return list(quotes)

    async def seed(self, contract: Contract, price: Decimal | None) -> None:
        return None


class ScriptedBroker:
    """
    A venue that accepts every order under its own id, or fails as the script says.

    *script* gives one outcome per submission: ``ok``, ``lost`` (never arrived), ``unanswered`` (arrived, the
    reply did not), ``rejected``, ``rests`` (accepted, not filled), ``partial`` (half filled, rests), ``silent``
    (arrived, and every later call goes unanswered until ``deaf`` is reset). Then all is well. Market orders fill
    at once unless they rest; others rest until :meth:`fill`. *scripts* gives an order a script of its own.
    """

    name = "paper"

    def __init__(self, script: Iterable[str] = (), accounts: Sequence[str] = (ACCOUNT,)) -> None:
        self.arrived: list[BrokerOrder] = []
        self.calls: list[str] = []
        self.cancels: list[str] = []
        self.orders: dict[str, BrokerOrderState] = {}
        self.asked: dict[str, BrokerOrder] = {}
        self.scripts: dict[str, Iterator[str]] = {}
        self.deaf = False
        self.refuse_cancels = False
        self.copies = 1
        self.price = Decimal("150")
        self.delay = 0.0
        self._script: Iterator[str] = iter(script)
        self._accounts = list(accounts)
        self._feeds: list[asyncio.Queue[BrokerEvent]] = []
        self._fills = 0

    def then(self, *script: str) -> None:
        """Follow *script* from the next submission on."""
        self._script = iter(script)

    def accounts(self) -> Sequence[str]:
        return self._accounts

    async def submit(self, order: BrokerOrder) -> None:
        self.calls.append(order.client_order_id)
        if self.delay:
            await asyncio.sleep(self.delay)
        self._answer()
        own = self.scripts.get(order.client_order_id.rpartition(".")[0])
        outcome = next(self._script if own is None else own, "ok")
        if outcome == "lost":
            raise BrokerUnavailable("lost")
        if outcome == "rejected":
            raise BrokerRejected("REJECTED by script")
        if order.client_order_id in self.orders:
            return
        self.arrive(order)
        if outcome == "partial":
            self.fill(order.client_order_id, order.quantity / 2)
        elif order.order_type == "MARKET" and outcome != "rests":
            self.fill(order.client_order_id, order.quantity)
        if outcome == "silent":
            self.deaf = True
        if outcome in ("unanswered", "silent"):
            raise BrokerUnavailable(outcome)

    async def cancel(self, account: str, client_order_id: str) -> None:
        self._answer()
        self.cancels.append(client_order_id)
        state = self.orders.get(client_order_id)
        if state is None or state.status != "WORKING":
            return
        if self.refuse_cancels:
            self._tell(BrokerEvent("cancel_rejected", account, client_order_id, None, _now(), reason="too late"))
        else:
            self.end(client_order_id, "CANCELLED")

    async def find(self, account: str, client_order_id: str) -> BrokerOrderState | None:
        self._answer()
        return self.orders.get(client_order_id)

    async def open_orders(self, account: str) -> Sequence[BrokerOrderState]:
        self._answer()
        return [state for state in self.orders.values() if state.account == account and state.status == "WORKING"]

    async def executions(self, account: str, since: datetime) -> Sequence[BrokerFill]:
        self._answer()
        fills = [fill for state in self.orders.values() for fill in state.fills if fill.account == account]
        return [fill for fill in fills if fill.executed_at >= since]

    async def snapshot(self, account: str) -> AccountUpdate:
        self._answer()
        return an_account_update(account, self.positions(account))

    def events(self) -> AsyncIterator[BrokerEvent]:
        feed: asyncio.Queue[BrokerEvent] = asyncio.Queue()
        self._feeds.append(feed)
        return _each(feed)

    def arrive(self, order: BrokerOrder) -> None:
        """Take *order* into the book, as if its message had come now."""
        self.arrived.append(order)
        self.asked[order.client_order_id] = order
        self.orders[order.client_order_id] = BrokerOrderState(
            order.client_order_id, order.account, "WORKING", order.quantity, Decimal(0)
        )

    def positions(self, account: str) -> dict[str, tuple[Contract, Decimal]]:
        """What the venue holds, net."""
        net: dict[str, tuple[Contract, Decimal]] = {}
        for state in self.orders.values():
            for fill in (fill for fill in state.fills if fill.account == account):
                signed = fill.quantity if fill.side == "BUY" else -fill.quantity
                net[fill.contract.key] = (fill.contract, net.get(fill.contract.key, (None, Decimal(0)))[1] + signed)
        return net

    def fill(self, client_order_id: str, quantity: Decimal, *, say: bool = True) -> BrokerFill:
        """Fill *quantity* of a working order, and tell it unless not to *say* so."""
        asked, state = self.asked[client_order_id], self.orders[client_order_id]
        self._fills += 1
        fill = a_fill(asked, quantity, self.price, self._fills)
        done = state.filled + quantity >= state.quantity
        status = "FILLED" if done else state.status
        self.orders[client_order_id] = replace(
            state, filled=state.filled + quantity, fills=(*state.fills, fill), status=status
        )
        if say:
            self._tell(BrokerEvent("fill", asked.account, client_order_id, status, fill.executed_at, fill))
        if done and asked.oco_group:
            for name, other in self.asked.items():
                same = other.oco_group == asked.oco_group and name != client_order_id
                if same and self.orders[name].status == "WORKING":
                    self.end(name, "CANCELLED", "OCO")
        return fill

    def trade_by_hand(
        self, contract: Contract, side: str, quantity: Decimal, *, say: bool = True, ago: timedelta = timedelta(0)
    ) -> None:
        """A trade in the account that nobody here ordered, dated *ago*, told unless not to *say* so."""
        order = BrokerOrder("by-hand", self._accounts[0], contract, side, quantity)  # type: ignore[arg-type]
        self._fills += 1
        fill = a_fill(order, quantity, self.price, self._fills)
        fill = replace(fill, client_order_id=None, executed_at=fill.executed_at - ago)
        state = BrokerOrderState("by-hand", order.account, "FILLED", quantity, quantity, "", (fill,))
        self.orders[f"by-hand-{self._fills}"] = state
        if say:
            self._tell(BrokerEvent("fill", order.account, None, "FILLED", fill.executed_at, fill))

    def end(self, client_order_id: str, status: Any, reason: str = "") -> None:
        """End a working order without a fill."""
        state = self.orders[client_order_id] = replace(self.orders[client_order_id], status=status, reason=reason)
        account = self.asked[client_order_id].account
        told = {"reason": reason, "filled": state.filled}
        self._tell(BrokerEvent("status", account, client_order_id, status, _now(), **told))  # type: ignore[arg-type]

    def _answer(self) -> None:
        if self.deaf:
            raise BrokerUnavailable("deaf")

    def _tell(self, event: BrokerEvent) -> None:
        for feed in self._feeds:
            for _ in range(self.copies):
                feed.put_nowait(event)


class OneBroker:
    """A desk with one broker, which serves every account it names."""

    def __init__(self, broker: ScriptedBroker) -> None:
        self.broker = broker
        self.moved: list[Quote] = []

    def all(self) -> Sequence[ScriptedBroker]:
        return [self.broker]

    def accounts(self) -> list[BrokerAccount]:
        return [_account(name) for name in self.broker.accounts()]

    def account(self, name: str) -> BrokerAccount | None:
        return _account(name) if name in self.broker.accounts() else None

    def of(self, account: str) -> ScriptedBroker:
        if account not in self.broker.accounts():
            raise KeyError(account)
        return self.broker

    async def ensure_open(self, account: str) -> None:
        return None

    async def quotes_moved(self, quotes: Sequence[Quote]) -> None:
        self.moved += quotes

    async def open_paper(self, account: str, base_currency: str, cash: Mapping[str, Decimal]) -> BrokerAccount:
        return _account(account)


@dataclass
class Desk:
    """A running execution service, its broker and market, and everything it has published."""

    ports: Ports
    bus: MemoryBus
    broker: ScriptedBroker
    market: StillMarket
    db: Database
    confirmations: list[ExecutionConfirmation] = field(default_factory=list)
    updates: list[AccountUpdate] = field(default_factory=list)
    alerts: list[Alert] = field(default_factory=list)
    deaths: list[str] = field(default_factory=list)

    async def order(self, order_id: str) -> OrderRecord | None:
        """Return an order as it is on record."""
        return next(iter(await self.ports.orders.load([order_id])), None)

    async def until(self, order_id: str, *statuses: str, seconds: float = 5) -> OrderRecord:
        """Wait until an order is recorded in one of *statuses*, and the service knows that it is."""
        found: OrderRecord | None = None
        try:
            async with asyncio.timeout(seconds):
                while True:
                    found = await self.order(order_id)
                    known = self.ports.blotter.find(order_id)
                    if found is not None and found.status in statuses and (not known or known.status == found.status):
                        return found
                    await asyncio.sleep(0.01)
        except TimeoutError:
            raise AssertionError(f"{order_id} is not {statuses} but {found and found.status}: {found}") from None

    async def wait(self, condition: Callable[[], bool], seconds: float = 5) -> None:
        """Wait until *condition* holds."""
        async with asyncio.timeout(seconds):
            while not condition():  # noqa: ASYNC110 - polls what the service changes, which signals nobody
                await asyncio.sleep(0.01)

    def held(self, strategy: str = "momentum", contract: Contract = AAPL) -> Decimal:
        """What the strategy holds, as recorded."""
        return (self.ports.blotter.held(ACCOUNT, contract.key).by_strategy or {}).get(strategy, Decimal(0))


@asynccontextmanager
async def a_desk(
    db: Database, broker: ScriptedBroker | None = None, market: StillMarket | None = None, **settings: Any
) -> AsyncIterator[Desk]:
    """A running execution service on *db*; another one on the same database is what a restart is."""
    broker, market, bus = broker or ScriptedBroker(), market or StillMarket(), MemoryBus()
    told = execution_settings(**settings)

    @asynccontextmanager
    async def connect(given: Settings, on: MemoryBus) -> AsyncIterator[Ports]:
        yield assemble(given, on, db, (market, OneBroker(broker)), WallClock())

    deaths: list[str] = []

    def died(name: str, error: BaseException | None) -> None:
        deaths.append(f"{name}: {error!r}")

    collected: dict[str, list[Any]] = {}
    for topic in (EXECUTION_CONFIRMATIONS, ACCOUNT_UPDATES, ALERTS):
        await _collect(bus, topic, collected.setdefault(topic.name, []))
    quick = tuple(replace(job, interval=min(job.interval, timedelta(milliseconds=50))) for job in service.jobs)
    async with running(replace(service, connect=connect, jobs=quick), told, bus, died) as state:
        desk = Desk(state.ports, bus, broker, market, db, deaths=deaths)
        desk.confirmations = collected[EXECUTION_CONFIRMATIONS.name]
        desk.updates = collected[ACCOUNT_UPDATES.name]
        desk.alerts = collected[ALERTS.name]
        yield desk


def execution_settings(**but: Any) -> Settings:
    """Settings with short time-outs."""
    platform = Platform(mongo_url="mongodb://unused", deployment_key="k" * 32)  # type: ignore[arg-type]
    return Settings(platform=platform, **{"call_timeout": timedelta(milliseconds=100)} | but)


def a_fill(order: BrokerOrder, quantity: Decimal, price: Decimal, number: int) -> BrokerFill:
    """The *number*-th fill of a scripted broker."""
    return BrokerFill(
        execution_id=f"f{number}-{order.client_order_id}",
        client_order_id=order.client_order_id,
        account=order.account,
        contract=order.contract,
        side=order.side,
        quantity=quantity,
        price=price,
        commission=Decimal(1),
        currency="USD",
        multiplier=Decimal(1),
        executed_at=_now(),
        venue_seq=number,
    )


def an_account_update(account: str, positions: Mapping[str, tuple[Contract, Decimal]]) -> AccountUpdate:
    """An account of a million with *positions*."""
    million, zero = Decimal(1_000_000), Decimal(0)
    held = tuple(
        BrokerPosition(instrument=key, contract=contract, quantity=quantity, average_price=Decimal(150))
        for key, (contract, quantity) in positions.items()
        if quantity
    )
    return AccountUpdate(
        account=account,
        mode="PAPER",
        base_currency="USD",
        equity=million,
        cash_balance=million,
        buying_power=million,
        excess_liquidity=million,
        initial_margin=zero,
        margin_used=zero,
        margin_available=million,
        unrealized_pnl=zero,
        realized_pnl=zero,
        open_positions=held,
        as_of=_now(),
    )


async def _collect(bus: MemoryBus, topic: Topic[Any], into: list[Any]) -> None:
    async def take(message: Any) -> None:
        into.append(message)

    await bus.subscribe(topic, "test", take)


async def _each(feed: asyncio.Queue[BrokerEvent]) -> AsyncIterator[BrokerEvent]:
    while True:
        yield await feed.get()


def _account(name: str) -> BrokerAccount:
    return BrokerAccount(account=name, broker="paper", mode="PAPER", base_currency="USD")


def _now() -> datetime:
    return to_instant(datetime.now(UTC))
