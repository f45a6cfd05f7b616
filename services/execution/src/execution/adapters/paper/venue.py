"""The paper venue as a broker: submit, cancel, find, ask, listen."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime
from decimal import Decimal

from mathematricks.contracts.accounts import AccountUpdate
from mathematricks.contracts.instruments import Quote
from mathematricks.runtime.clock import Clock, WallClock
from mathematricks.storage.mongo import Database
from pymongo.errors import PyMongoError

from execution.adapters.paper.accounts import LiveAccounts
from execution.adapters.paper.engine.admission import malformed
from execution.adapters.paper.engine.orders import as_fill, as_state
from execution.adapters.paper.engine.steps import cancelled
from execution.adapters.paper.feed import Feed
from execution.adapters.paper.intake import TRIES, Intake
from execution.adapters.paper.journal import Journal
from execution.adapters.paper.market import LastKnown, PaperMarket
from execution.adapters.paper.rounds import Rounds
from execution.adapters.paper.settings import PaperSettings
from execution.adapters.paper.snapshot import summary
from execution.adapters.paper.store import Outdated, PaperStore
from execution.ports import BrokerEvent, BrokerFill, BrokerOrder, BrokerOrderState, BrokerRejected, BrokerUnavailable


class PaperVenue:
    """
    A ``Broker`` whose market is the desk's own quotes and whose book is MongoDB.

    Whoever runs it tells it of new quotes (``quote_changed``) and calls ``tick`` every second or so.
    """

    name = "paper"

    def __init__(
        self,
        store: PaperStore,
        market: PaperMarket,
        settings: PaperSettings | None = None,
        clock: Clock | None = None,
    ) -> None:
        settings = settings or PaperSettings()
        self._store, self._settings = store, settings
        self._market = LastKnown(market)
        self._clock = clock or WallClock()
        self._feed = Feed()
        self._journal = Journal(store, self._feed, settings.remembered)
        self._accounts = LiveAccounts(store, self._journal, settings, self._clock)
        self._intake = Intake(store, self._journal, self._accounts, self._market, settings)
        self._rounds = Rounds(store, self._journal, self._accounts, self._market, settings)

    async def start(self) -> None:
        """Read every account, and end the orders whose day ended while nobody was looking."""
        await self._accounts.load_all()
        await self.tick()

    async def close(self) -> None:
        """Keep a checkpoint of every account that traded, so that the next start reads little."""
        with _answered():
            await self._rounds.checkpoint(every=1)

    @property
    def told(self) -> int:
        """How many events were told since the start."""
        return self._feed.told

    def accounts(self) -> Sequence[str]:
        return self._accounts.names()

    def base_currency(self, account: str) -> str:
        """Return the base currency of an account; raise ``KeyError`` if there is none of that name."""
        return self._accounts[account].ahead.account.base_currency

    def last_number(self, account: str) -> int:
        """Return the number of the account's last fill; raise ``KeyError`` if there is no such account."""
        return self._accounts[account].ahead.account.seq

    async def open_account(self, account: str, base_currency: str, cash: Mapping[str, Decimal]) -> None:
        """
        Open *account* (``paper:<name>``) with *cash* by currency; one that never traded gets these balances.

        Raise ``BrokerRejected`` if the name is not the venue's, or the account has traded on others.
        """
        with _answered():
            await self._accounts.open(account, base_currency, cash)

    async def submit(self, order: BrokerOrder) -> None:
        """
        Take *order*; return once it is durable, with whatever the quote filled of it at once.

        A refusal on its merits is kept and final under this id; a malformed order or one on an
        unknown instrument never becomes an order.
        """
        if refusal := malformed(order):
            raise BrokerRejected(refusal)
        if delay := self._settings.latency.of(order.client_order_id):
            await asyncio.sleep(delay.total_seconds())
        with _answered():
            arrived = await self._intake.submitted(order, self._clock)
        if arrived.status == "REJECTED":
            raise BrokerRejected(arrived.reason)

    async def cancel(self, account: str, client_order_id: str) -> None:
        with _answered():
            for _ in range(TRIES):
                live = await self._accounts.find(account)
                if live is None or client_order_id not in live.ahead.working:
                    return
                try:
                    await self._journal.commit((live, cancelled(live.ahead, client_order_id, self._clock.now())))
                except Outdated:
                    continue
                return
        raise BrokerUnavailable(f"{client_order_id}: the book kept changing")

    async def find(self, account: str, client_order_id: str) -> BrokerOrderState | None:
        with _answered():
            live = await self._accounts.find(account)
            order = await self._intake.known(live, client_order_id) if live else None
            order = order or await self._store.find(account, client_order_id)
        return as_state(order) if order else None

    async def open_orders(self, account: str) -> Sequence[BrokerOrderState]:
        with _answered():
            live = await self._accounts.find(account)
        return [as_state(order) for order in live.durable.working.values()] if live else []

    async def executions(self, account: str, since: datetime) -> Sequence[BrokerFill]:
        with _answered():
            orders = await self._store.filled_since(account, since)
        fills = [as_fill(order, fill) for order in orders for fill in order.fills if fill.executed_at >= since]
        return sorted(fills, key=lambda fill: fill.venue_seq)

    async def snapshot(self, account: str) -> AccountUpdate:
        now = self._clock.now()
        with _answered():
            live = await self._accounts.find(account)
        if live is None:
            raise BrokerRejected(f"UNKNOWN_ACCOUNT: the paper venue has no account {account}")
        return summary(live.durable, self._market, now)

    def events(self) -> AsyncIterator[BrokerEvent]:
        """Subscribe at once: what happens after this call is yielded, each event once."""
        return self._feed.subscribe()

    async def quote_changed(self, quotes: Iterable[Quote]) -> None:
        """Let resting orders meet *quotes*; orders whose day is over are ended first."""
        with _answered():
            await self._rounds.meet(quotes, self._clock.now())

    async def tick(self) -> None:
        """End what is due, and keep checkpoints; to be called every second or so."""
        with _answered():
            await self._rounds.expire(self._clock.now())
            await self._rounds.checkpoint(self._settings.checkpoint_every)


@contextmanager
def _answered() -> Iterator[None]:
    """A store that does not answer leaves everyone in doubt, as a lost connection to a venue would."""
    try:
        yield
    except PyMongoError as error:
        raise BrokerUnavailable(f"the paper venue's store did not answer: {type(error).__name__}") from error


@asynccontextmanager
async def open_paper_venue(
    db: Database, market: PaperMarket, settings: PaperSettings | None = None, clock: Clock | None = None
) -> AsyncIterator[PaperVenue]:
    """Yield the venue on *db* with every account read; keep checkpoints at the end."""
    venue = PaperVenue(PaperStore(db), market, settings, clock)
    await venue.start()
    yield venue
    await venue.close()
