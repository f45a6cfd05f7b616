"""Accounts as account-data last told them, and what each strategy made today."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal

from mathematricks.contracts.accounts import AccountState
from mathematricks.contracts.decisions import PortfolioId

from cerebro.domain.inputs import Day
from cerebro.handlers.keeper import BookKeeper
from cerebro.ports import Unavailable, World

OLD = timedelta(seconds=45)
ASKED_AGAIN = timedelta(seconds=1)


class Standings:
    """Asks account-data when the bus has been silent about an account, and for the day's results."""

    def __init__(self, world: World, keepers: Mapping[PortfolioId, BookKeeper]) -> None:
        self._world = world
        self._keepers = keepers
        self._days: dict[tuple[str, str], Day] = {}
        self._answered: dict[str, datetime] = {}
        self._asked_at: datetime | None = None

    async def know(self, portfolio: PortfolioId, accounts: Iterable[str], now: datetime) -> None:
        """
        Make sure that each account was seen lately, as far as account-data knows, asking once a second at most.

        Raises:
            Unavailable: an account is unknown or too old to trade on, and account-data does not answer.
        """
        old = [account for account in accounts if self._age(portfolio, account, now) > OLD]
        if not old or (self._asked_at is not None and now - self._asked_at < ASKED_AGAIN):
            return
        self._asked_at = now
        try:
            await self.refresh(now)
        except Unavailable:
            if any(self._age(portfolio, one, now) > self._world.rules.policy.max_account_age for one in old):
                self._asked_at = None
                raise

    async def refresh(self, now: datetime) -> None:
        """Take in every account as account-data has it now; raise ``Unavailable`` if it does not answer."""
        for state in await self._world.accounts.all():
            portfolio: PortfolioId = "live" if state.mode == "LIVE" else "paper"
            self._keepers[portfolio].see(state)
            self._note_day(state, now)

    def is_fresh(self, portfolio: PortfolioId, account: str, now: datetime) -> bool:
        """Whether entries may trade on what is known of the account."""
        return self._age(portfolio, account, now) <= self._world.rules.policy.max_account_age

    def day(self, account: str, strategy: str) -> Day | None:
        """Return what the strategy made today on the account; None while the account is unknown."""
        known = self._days.get((account, strategy))
        if known is None and (answered := self._answered.get(account)):
            return Day(Decimal(0), Decimal(0), answered)
        return known

    def base_currency(self, portfolio: PortfolioId, account: str | None) -> str:
        """Return the account's base currency; dollars while it is unknown."""
        known = self._keepers[portfolio].book.accounts.get(account) if account else None
        return known.base_currency if known else "USD"

    def _age(self, portfolio: PortfolioId, account: str, now: datetime) -> timedelta:
        known = self._keepers[portfolio].book.accounts.get(account)
        return now - known.as_of if known else timedelta.max

    def _note_day(self, state: AccountState, now: datetime) -> None:
        self._answered[state.account] = now
        for ledger in state.sub_ledgers:
            day = Day(ledger.realized_today, ledger.unrealized_pnl, now)
            self._days[state.account, ledger.strategy_id] = day
