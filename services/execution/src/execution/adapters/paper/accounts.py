"""The venue's accounts: opened on demand, read from the store, read again when a write is in doubt."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from decimal import Decimal

from mathematricks.runtime.clock import Clock

from execution.adapters.paper.engine.accounts import Account, opened
from execution.adapters.paper.engine.steps import regrouped
from execution.adapters.paper.journal import Journal, LiveAccount
from execution.adapters.paper.settings import PaperSettings
from execution.adapters.paper.store import PaperStore
from execution.ports import BrokerRejected

PREFIX = "paper:"


class LiveAccounts:
    """Every account the venue has in memory, by name."""

    def __init__(self, store: PaperStore, journal: Journal, settings: PaperSettings, clock: Clock) -> None:
        self._store = store
        self._journal = journal
        self._settings = settings
        self._clock = clock
        self._live: dict[str, LiveAccount] = {}
        self._reading = asyncio.Lock()

    def names(self) -> list[str]:
        """Return the names of the accounts, sorted."""
        return sorted(self._live)

    def all(self) -> list[LiveAccount]:
        """Return every account in memory."""
        return list(self._live.values())

    def __getitem__(self, name: str) -> LiveAccount:
        return self._live[name]

    async def refresh(self) -> None:
        """Read again every account that is in doubt."""
        for name, live in list(self._live.items()):
            if live.stale:
                await self.find(name)

    async def load_all(self) -> None:
        """Read every account of the store."""
        for name in await self._store.account_names():
            await self.find(name)

    async def find(self, name: str) -> LiveAccount | None:
        """Return the account, read from the store if need be; None if there is none of that name."""
        live = self._live.get(name)
        if live is not None and not live.stale:
            return live
        async with self._reading:
            live = self._live.get(name)
            return live if live is not None and not live.stale else await self._read(name, live)

    async def demand(self, name: str) -> LiveAccount:
        """Return the account, opened with the default cash if it is new; raise ``BrokerRejected`` if it is not ours."""
        if live := await self.find(name):
            return live
        settings = self._settings
        return await self.open(name, settings.default_base_currency, settings.default_cash)

    async def open(self, name: str, base_currency: str, cash: Mapping[str, Decimal]) -> LiveAccount:
        """
        Return the account, opened with *cash*; one that never traded gets these balances instead of its own.

        Raise ``BrokerRejected`` where the name is not the venue's, or the account has traded on other balances.
        """
        if not name.startswith(PREFIX):
            raise BrokerRejected(f"UNKNOWN_ACCOUNT: the paper venue serves accounts named {PREFIX}<name>")
        account = opened(name, base_currency, cash)
        await self._store.open(account, self._clock.now())
        live = await self.find(name)
        if live is None:
            raise LookupError(name)
        kept = live.ahead.account
        if (kept.base_currency, kept.deposits) != (account.base_currency, account.deposits):
            await self._redeposit(live, account)
        return live

    async def _redeposit(self, live: LiveAccount, account: Account) -> None:
        async with self._reading:
            await self._read(account.name, live)
            if live.ahead.orders:
                raise BrokerRejected(f"ACCOUNT_TRADED: {account.name} has traded; what it holds is what it earned")
            live.stale = True
            await self._store.redeposit(account)
            await self._read(account.name, live)

    async def _read(self, name: str, live: LiveAccount | None) -> LiveAccount | None:
        if live is not None:
            await live.idle()
            await self._journal.resolve(live)
        loaded = await self._store.load(name)
        if loaded is None:
            return None
        if live is None:
            live = self._live[name] = LiveAccount(loaded.book, loaded.book)
        live.restart(loaded.book, loaded.checkpoint)
        for group, members in loaded.groups.items():
            live.join(group, members)
            outcome = regrouped(live.ahead, members, self._clock.now())
            if outcome.changed:
                await self._journal.commit((live, outcome))
        return live
