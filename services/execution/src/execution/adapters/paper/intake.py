"""Intake: from an order as asked to one durable order, whatever races and however often it is asked."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from mathematricks.runtime.clock import Clock

from execution.adapters.paper.accounts import LiveAccounts
from execution.adapters.paper.engine.admission import judge, short_of_funds
from execution.adapters.paper.engine.book import Outcome
from execution.adapters.paper.engine.orders import PaperOrder
from execution.adapters.paper.engine.steps import Admission, Trading, accept
from execution.adapters.paper.engine.taken import taken_of
from execution.adapters.paper.journal import Journal, LiveAccount
from execution.adapters.paper.market import LastKnown
from execution.adapters.paper.settings import PaperSettings
from execution.adapters.paper.store import Outdated, PaperStore
from execution.domain.calendar import session_end
from execution.domain.instruments import underlying_of
from execution.ports import BrokerOrder, BrokerRejected, BrokerUnavailable

TRIES = 5


class Intake:
    """Takes orders into their account's book; the same id is the same order, in flight or long ended."""

    def __init__(
        self, store: PaperStore, journal: Journal, accounts: LiveAccounts, market: LastKnown, settings: PaperSettings
    ) -> None:
        self._store = store
        self._journal = journal
        self._accounts = accounts
        self._market = market
        self._settings = settings

    async def submitted(self, asked: BrokerOrder, clock: Clock) -> PaperOrder:
        """
        Return the order as the venue durably has it, new or known.

        Raise ``BrokerRejected`` where it can be no order at all, ``BrokerUnavailable`` where
        other writers kept changing the account.
        """
        for _ in range(TRIES):
            live = await self._accounts.demand(asked.account)
            siblings = await self._siblings(live, asked)
            if known := await self.known(live, asked.client_order_id):
                return known
            if live.stale or asked.client_order_id in live.arriving:
                continue
            try:
                return await self._arrive(live, asked, self._decide(live, asked, siblings, clock))
            except Outdated:
                if stored := await self._store.find(asked.account, asked.client_order_id):
                    return stored
        raise BrokerUnavailable(f"{asked.client_order_id}: the book kept changing")

    async def known(self, live: LiveAccount, client_order_id: str) -> PaperOrder | None:
        """Return the order if memory holds it as stored; one on its way is waited for."""
        if arriving := live.arriving.get(client_order_id):
            await arriving.wait()
        ended = self._journal.ended(live.ahead.account.name, client_order_id)
        return ended or live.durable.working.get(client_order_id)

    async def _siblings(self, live: LiveAccount, asked: BrokerOrder) -> Sequence[PaperOrder]:
        """Return the other orders of its OCO group; a group not seen lately is read once."""
        group = asked.oco_group
        if group is None:
            return ()
        if group not in live.groups:
            stored = await self._store.group(asked.account, group)
            known = live.groups.get(group, {})
            live.join(group, [order for order in stored if order.id not in known])
        return [order for order in live.groups[group].values() if order.id != asked.client_order_id]

    def _decide(self, live: LiveAccount, asked: BrokerOrder, siblings: Sequence[PaperOrder], clock: Clock) -> Outcome:
        now, book, trading = clock.now(), live.ahead, self._trading(live, asked)
        judgement = judge(book, asked, trading, underlying_of(trading.instrument.contract, self._market.fresh), now)
        refusal, required = judgement.refusal, judgement.required
        if required > 0:
            funds = live.funds(required, self._market, now, self._settings.credit_for)
            refusal = short_of_funds(judgement, funds, book.account.base_currency)
        rests_until = None if asked.time_in_force == "GTC" else session_end(trading.instrument.calendar, now)
        return accept(book, asked, trading, Admission(refusal, required, rests_until, siblings), now)

    def _trading(self, live: LiveAccount, asked: BrokerOrder) -> Trading:
        instrument = self._market.instrument(asked.contract)
        if instrument is None:
            raise BrokerRejected(f"UNKNOWN_INSTRUMENT: the paper venue does not know {asked.contract.key}")
        quote = self._market.fresh(asked.contract)
        return Trading(
            instrument,
            quote,
            self._market.rate(instrument.currency, live.ahead.account.base_currency),
            self._settings.tariffs[instrument.contract.type],
            self._settings.depth,
            self._settings.offered(asked, instrument),
            taken_of(quote, (other.ahead.taken for other in self._accounts.all() if other is not live)),
        )

    async def _arrive(self, live: LiveAccount, asked: BrokerOrder, outcome: Outcome) -> PaperOrder:
        """
        Make a new order durable; nothing was awaited since it was decided.

        Until it is, it is on its way: nobody is told that it is absent, whoever has given up waiting.
        """
        arrived = live.arriving[asked.client_order_id] = asyncio.Event()

        def land(_: asyncio.Future[None]) -> None:
            del live.arriving[asked.client_order_id]
            arrived.set()

        writing = self._journal.begin((live, outcome))
        writing.add_done_callback(land)
        await asyncio.shield(writing)
        return next(order for order in outcome.changed if order.id == asked.client_order_id)
