"""Which broker serves which account: the paper venue every ``paper:`` account, the others those of the settings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Protocol

from mathematricks.contracts.instruments import Quote
from mathematricks.contracts.rest import BrokerAccount

from execution.domain.venues import PAPER_BROKER, is_paper_name
from execution.ports import Broker, BrokerRejected, BrokerUnavailable

PAPER_CURRENCY = "USD"


class PaperBroker(Broker, Protocol):
    """A venue whose accounts we open and whose market we may tell of."""

    def base_currency(self, account: str) -> str:
        """Return the base currency of an account; raise ``KeyError`` if there is none of that name."""

    async def open_account(self, account: str, base_currency: str, cash: Mapping[str, Decimal]) -> None:
        """Open *account*; raise ``BrokerRejected`` where it has traded on other balances."""

    async def quote_changed(self, quotes: Iterable[Quote]) -> None:
        """Let resting orders meet *quotes*."""

    async def tick(self) -> None:
        """Say that time has passed."""


class BrokerDesk:
    """The brokers of this deployment; *live* are the configured accounts with the broker that serves each."""

    def __init__(
        self, paper: PaperBroker, paper_cash: Decimal, live: Sequence[tuple[BrokerAccount, Broker]] = ()
    ) -> None:
        self._paper = paper
        self._paper_cash = paper_cash
        self._live = {account.account: (account, broker) for account, broker in live}

    def all(self) -> list[Broker]:
        others = {broker.name: broker for _, broker in self._live.values()}
        return [self._paper, *others.values()]

    def accounts(self) -> list[BrokerAccount]:
        opened = [self._paper_account(name) for name in self._paper.accounts()]
        return [*(account for account, _ in self._live.values()), *opened]

    def account(self, name: str) -> BrokerAccount | None:
        if name in self._live:
            return self._live[name][0]
        return self._paper_account(name) if is_paper_name(name) else None

    def of(self, account: str) -> Broker:
        if account in self._live:
            return self._live[account][1]
        if is_paper_name(account):
            return self._paper
        raise KeyError(f"no broker of this desk serves {account}")

    async def ensure_open(self, account: str) -> None:
        if account not in self._live and is_paper_name(account) and account not in self._paper.accounts():
            await self._paper.open_account(account, PAPER_CURRENCY, {PAPER_CURRENCY: self._paper_cash})

    async def open_paper(self, account: str, base_currency: str, cash: Mapping[str, Decimal]) -> BrokerAccount:
        await self._paper.open_account(account, base_currency, cash)
        return self._paper_account(account)

    async def quotes_moved(self, quotes: Sequence[Quote]) -> None:
        """A venue whose store is silent misses one round of quotes, and meets the next."""
        try:
            if quotes:
                await self._paper.quote_changed(quotes)
            await self._paper.tick()
        except (BrokerUnavailable, BrokerRejected):
            return

    def _paper_account(self, name: str) -> BrokerAccount:
        try:
            currency = self._paper.base_currency(name)
        except KeyError:
            currency = PAPER_CURRENCY
        return BrokerAccount(account=name, broker=PAPER_BROKER, mode="PAPER", base_currency=currency)
