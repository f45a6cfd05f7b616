"""The journal: steps taken in memory at once, made durable in groups, and only then told to anyone."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import islice

from mathematricks.runtime.failpoints import failpoint
from mathematricks.storage.group_commit import GroupCommit

from execution.adapters.paper.engine.accounts import EPOCH
from execution.adapters.paper.engine.book import Book, Outcome
from execution.adapters.paper.engine.money import ZERO
from execution.adapters.paper.engine.orders import PaperOrder
from execution.adapters.paper.engine.valuation import value
from execution.adapters.paper.feed import Feed
from execution.adapters.paper.market import PaperMarket
from execution.adapters.paper.store import PaperStore

_GROUPS_REMEMBERED = 10_000


@dataclass
class LiveAccount:
    """
    An account in memory.

    Attributes:
        ahead: The book with every step taken; the next step starts from it.
        durable: The book with the steps that are stored; every question is answered from it.
        checkpointed: Fill that the stored checkpoint reaches.
        stale: A write failed, so nobody knows what is stored: the account is read again before its next step.
        doubts: What those writes would have changed; what turns out to be stored is told then.
        arriving: Orders whose first write is under way.
        groups: Orders of the OCO groups seen last, as they are ahead.
    """

    ahead: Book
    durable: Book
    checkpointed: int = 0
    stale: bool = False
    doubts: list[Outcome] = field(default_factory=list)
    arriving: dict[str, asyncio.Event] = field(default_factory=dict)
    groups: OrderedDict[str, dict[str, PaperOrder]] = field(default_factory=OrderedDict)
    _in_flight: int = 0
    _idle: asyncio.Event = field(default_factory=asyncio.Event)
    _credit: Decimal = ZERO
    _credit_at: datetime = EPOCH

    def restart(self, book: Book, checkpointed: int) -> None:
        """Begin again from what is stored."""
        self.ahead = self.durable = book
        self.checkpointed, self.stale, self._credit_at = checkpointed, False, EPOCH
        self.groups.clear()

    def take(self, outcome: Outcome) -> None:
        """Make *outcome* the newest view."""
        self.ahead = outcome.book
        self._in_flight += 1
        self._idle.clear()
        for order in outcome.changed:
            if order.asked.oco_group:
                self.join(order.asked.oco_group, [order])

    def written(self, outcome: Outcome, failure: Exception | None) -> None:
        """Move on what is durable, or mark everything as in doubt."""
        self._in_flight -= 1
        if not self._in_flight:
            self._idle.set()
        if failure is not None:
            self.stale = True
            self.doubts.append(outcome)
        if not self.stale:
            self.durable = outcome.book

    async def idle(self) -> None:
        """Return once no write is under way."""
        if self._in_flight:
            await self._idle.wait()

    def join(self, oco_group: str, orders: Iterable[PaperOrder]) -> dict[str, PaperOrder]:
        """Add *orders* to what is known of their group, and return it."""
        group = self.groups.setdefault(oco_group, {})
        group.update((order.id, order) for order in orders)
        if len(self.groups) > _GROUPS_REMEMBERED:
            self.groups.popitem(last=False)
        return group

    def funds(self, required: Decimal, market: PaperMarket, now: datetime, fresh_for: timedelta) -> Decimal:
        """
        Return what may be tied up, at least where it decides: a valuation serves *fresh_for*, less what it lent.

        Valuing an account takes time that grows with its positions, so it is not done for each
        order; but no order is refused on an old valuation.
        """
        if required > self._credit or now - self._credit_at >= fresh_for:
            self._credit = value(self.ahead.account, market).available - self.ahead.reserved
            self._credit_at = now
        funds = self._credit
        if required <= funds:
            self._credit -= required
        return funds


Step = tuple[LiveAccount, Outcome]
"""One account's step, to be taken and written."""
COMPANY = 0.01
"""Seconds that a step waits for others before it is written; real venues take longer to answer."""


class Journal:
    """Writes steps in the order they were taken; *remembered* ended orders stay in memory."""

    def __init__(self, store: PaperStore, feed: Feed, remembered: int) -> None:
        self._store = store
        self._feed = feed
        self._ended: OrderedDict[tuple[str, str], PaperOrder] = OrderedDict()
        self._remembered = remembered
        self._under_way: set[asyncio.Task[None]] = set()
        self._commit: GroupCommit[Sequence[Step], None] = GroupCommit(self._write, linger=COMPANY)

    async def commit(self, *steps: Step) -> None:
        """
        Take *steps* at once and return when they are durable; raise why not (``Outdated``, ``PyMongoError``).

        Whoever gives up waiting takes nothing back: what was taken is written all the same.
        """
        if steps:
            await asyncio.shield(self.begin(*steps))

    def begin(self, *steps: Step) -> asyncio.Future[None]:
        """
        Take *steps* at once and return their writing, which goes on whoever waits for it.

        They are taken, and their place in the writing is given, before anything is awaited: so an
        account's steps are written in the order in which they were decided.
        """
        for live, outcome in steps:
            live.take(outcome)
        writing = asyncio.create_task(self._commit(steps))
        self._under_way.add(writing)
        writing.add_done_callback(self._landed)
        return writing

    def _landed(self, writing: asyncio.Task[None]) -> None:
        self._under_way.discard(writing)
        if not writing.cancelled():
            writing.exception()  # told to whoever waits, if anybody still does

    def ended(self, account: str, client_order_id: str) -> PaperOrder | None:
        """Return an ended order if it is still remembered."""
        return self._ended.get((account, client_order_id))

    async def resolve(self, live: LiveAccount) -> None:
        """Tell what was written after all by writes that had failed for all we knew."""
        while live.doubts:
            outcome = live.doubts[0]
            for order in outcome.changed:
                stored = await self._store.find(order.asked.account, order.id)
                if stored and stored.fills[: len(order.fills)] == order.fills and stored.version >= order.version:
                    self._feed.tell(event for event in outcome.events if event.client_order_id == order.id)
            live.doubts.pop(0)

    async def _write(self, batch: list[Sequence[Step]]) -> list[BaseException | None]:
        steps = [step for together in batch for step in together]
        failures: Sequence[Exception | None]
        try:
            failures = await self._store.write([outcome.changed for _, outcome in steps])
            await failpoint("venue.written")
        except Exception as error:
            failures = [error] * len(steps)
        for (live, outcome), failure in zip(steps, failures, strict=True):
            self._settle(live, outcome, failure)
        each = iter(failures)
        own = [list(islice(each, len(together))) for together in batch]
        return [next((failure for failure in failures if failure), None) for failures in own]

    def _settle(self, live: LiveAccount, outcome: Outcome, failure: Exception | None) -> None:
        live.written(outcome, failure)
        if failure is not None:
            return
        for order in outcome.changed:
            if not order.working:
                self._remember(order)
        # Whoever waits for the write goes on before anyone hears of it: an order is accepted, then filled.
        asyncio.get_running_loop().call_soon(self._feed.tell, outcome.events)

    def _remember(self, order: PaperOrder) -> None:
        self._ended[(order.asked.account, order.id)] = order
        if len(self._ended) > self._remembered:
            self._ended.popitem(last=False)
