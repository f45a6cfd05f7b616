"""The venue's floor: the paper venue with a market and a clock of its own, and the faults that strike it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal

import structlog
from execution.adapters.market import QuotedMarket
from execution.adapters.mongo_instruments import MongoInstruments
from execution.adapters.paper.settings import PaperSettings
from execution.adapters.paper.store import PaperStore
from execution.adapters.paper.venue import PaperVenue
from execution.adapters.reference import reference
from execution.adapters.simulated_market import SimulatedMarket
from execution.ports import BrokerFill, BrokerOrder, BrokerOrderState, BrokerRejected, BrokerUnavailable
from mathematricks.contracts.base import derive_id
from mathematricks.contracts.collections import INSTRUMENTS, PAPER_ACCOUNTS, PAPER_ORDERS
from mathematricks.contracts.instruments import Instrument, Quote
from mathematricks.runtime.clock import Clock, WallClock
from mathematricks.storage.mongo import Database, mongo

from mathematricks_cli.venue.faults import Fault, Faults

log = structlog.get_logger(__name__)

OWN = "venue:"
"""What the ids of the venue's own orders begin with; nobody outside ever sees one."""
QUOTE_MAX_AGE = timedelta(minutes=5)
ROUND_EVERY = 1.0


@dataclass(frozen=True)
class FloorOptions:
    """What a venue is started with; *simulated* lets it make its own prices, else they are posted to it."""

    mongo_url: str
    database: str = "venue"
    simulated: bool = True
    paper_cash: Mapping[str, Decimal] = field(default_factory=lambda: {"USD": Decimal(1_000_000)})
    seed: int = 0


class FaultyClock:
    """The venue's clock: the wall's, or behind it while a stale clock is armed."""

    def __init__(self, faults: Faults, wall: Clock) -> None:
        self._faults, self._wall = faults, wall

    def now(self) -> datetime:
        """Return what the venue believes the time to be."""
        behind = max((armed.fault.seconds for armed in self._faults.waiting("stale_clock")), default=0.0)
        return self._wall.now() - timedelta(seconds=behind)


class Floor:
    """One venue at work. What it tells outside passes through :meth:`shown`."""

    def __init__(self, db: Database, options: FloorOptions) -> None:
        self.db = db
        self.faults = Faults(options.seed)
        self.wall: Clock = WallClock()
        self.instruments = MongoInstruments(db)
        self.market = self._market(options.simulated)
        clock = FaultyClock(self.faults, self.wall)
        cash = dict(options.paper_cash)
        settings = PaperSettings(default_base_currency=next(iter(cash)), default_cash=cash, offered=self._offered)
        self.store = PaperStore(db)
        self.venue = PaperVenue(self.store, self.market, settings, clock)
        self._numbers_from: dict[str, int] = {}

    def _market(self, simulated: bool) -> QuotedMarket:
        if simulated:
            return SimulatedMarket(self.instruments, reference(), self.wall)
        return QuotedMarket(self.instruments, reference(), self.wall, QUOTE_MAX_AGE)

    async def take_quotes(self, quotes: Sequence[Quote]) -> None:
        """Let resting orders meet those of *quotes* that are news."""
        if newer := self.market.take(quotes):
            await self.venue.quote_changed(newer)

    async def go_round(self) -> None:
        """Let time pass: prices move, days end, and what is to be liquidated is."""
        await self.venue.quote_changed(self.market.quoted())
        await self.venue.tick()
        await self.liquidate()

    async def liquidate(self) -> None:
        """Close holdings that a liquidation names, as a margin desk would: nobody here is asked."""
        for armed in self.faults.waiting("liquidation"):
            for _ in range(armed.left):
                holding = await self._holding(armed.fault)
                if holding is None or not armed.takes():
                    break
                await self._close(*holding)

    def reuse_ids(self, account: str | None) -> None:
        """Number the fills to come from one again, as a venue does that lost its count in a restart."""
        for name in self.venue.accounts():
            if account in (None, name):
                self._numbers_from[name] = self.venue.last_number(name)

    def shown(self, fill: BrokerFill) -> BrokerFill:
        """Return *fill* as the world sees it: the venue's own orders bear no id of anybody's."""
        base = self._numbers_from.get(fill.account, 0)
        return replace(
            fill,
            client_order_id=public_id(fill.client_order_id),
            venue_seq=fill.venue_seq - base if fill.venue_seq > base else fill.venue_seq,
        )

    def shown_state(self, state: BrokerOrderState) -> BrokerOrderState:
        """Return *state* with its fills as the world sees them."""
        return replace(state, fills=tuple(self.shown(fill) for fill in state.fills))

    def _offered(self, asked: BrokerOrder, instrument: Instrument) -> Decimal | None:
        """Return half of an order, in whole lots, where partial fills strike it."""
        half = asked.quantity / 2 // instrument.lot * instrument.lot
        struck = half and self.faults.strike("partial_fills", asked.account, instrument.instrument)
        return half if struck else None

    async def _holding(self, fault: Fault) -> tuple[str, Instrument, Decimal] | None:
        held = []
        for account in [name for name in self.venue.accounts() if fault.account in (None, name)]:
            for position in (await self.venue.snapshot(account)).open_positions:
                instrument = self.market.instrument(position.contract)
                if instrument is not None and fault.instrument in (None, position.instrument):
                    held.append((account, instrument, position.quantity))
        return self.faults.chance.choice(held) if held else None

    async def _close(self, account: str, instrument: Instrument, held: Decimal) -> None:
        cause = self.venue.last_number(account)
        order = BrokerOrder(
            client_order_id=OWN + derive_id("l", account, instrument.instrument, cause),
            account=account,
            contract=instrument.contract,
            side="SELL" if held > 0 else "BUY",
            quantity=abs(held),
            time_in_force="IOC",
        )
        with suppress(BrokerRejected):
            await self.venue.submit(order)
        log.warning("venue.liquidated", account=account, instrument=instrument.instrument, quantity=str(held))


def public_id(client_order_id: str | None) -> str | None:
    """Return an id as the world may see it; None for the venue's own orders."""
    return None if client_order_id is None or client_order_id.startswith(OWN) else client_order_id


@asynccontextmanager
async def open_floor(options: FloorOptions) -> AsyncIterator[Floor]:
    """Yield a venue on its own database, going its rounds; keep checkpoints at the end."""
    owned = (PAPER_ORDERS, PAPER_ACCOUNTS, INSTRUMENTS)
    async with mongo(options.mongo_url, options.database, owned) as db:
        floor = Floor(db, options)
        await floor.market.start()
        await floor.venue.start()
        rounds = asyncio.create_task(_rounds(floor))
        try:
            yield floor
        finally:
            rounds.cancel()
            with suppress(asyncio.CancelledError):
                await rounds
            with suppress(BrokerUnavailable):
                await floor.venue.close()
            await floor.instruments.close()


async def _rounds(floor: Floor) -> None:
    """A round that fails, for whatever reason, is followed by the next."""
    while True:
        try:
            await floor.go_round()
        except BrokerUnavailable as silence:
            log.warning("venue.round_failed", reason=str(silence))
        except Exception:
            log.exception("venue.round_broke")
        await asyncio.sleep(ROUND_EVERY)
