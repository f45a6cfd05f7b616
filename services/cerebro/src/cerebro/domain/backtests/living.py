"""What a strategy makes with real money, day by day: from mark to mark, over the capital it had."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from mathematricks.contracts.accounts import AccountState
from mathematricks.contracts.backtests import DailyReturn, LiveMark

SATURDAY = 5


def mark_of(strategy_id: str, state: AccountState, capital: Decimal, now: datetime) -> LiveMark | None:
    """Return how the strategy stands on its live account; None: it has never traded there."""
    ledger = next((one for one in state.sub_ledgers if one.strategy_id == strategy_id), None)
    if ledger is None or state.mode != "LIVE":
        return None
    made = ledger.realized_pnl - ledger.commission + ledger.unrealized_pnl
    return LiveMark(at=now, account=state.account, made=made, capital=capital)


def is_due(known: LiveMark | None, now: datetime) -> bool:
    """Whether a day has ended since the strategy was last looked at."""
    return known is None or _day(known.at) < _day(now)


def made_between(known: LiveMark | None, mark: LiveMark) -> DailyReturn | None:
    """
    Return what was made since *known*, over the capital of then, as the return of the last day that has ended.

    None where nothing can be said: the first mark, another account, no capital; or nothing was made on a weekend.
    A desk that was down for days gives the whole to the last of them: what was made is not lost.
    """
    if known is None or known.account != mark.account or known.capital <= 0:
        return None
    day = _day(mark.at) - timedelta(days=1)
    made = mark.made - known.made
    if not made and day.weekday() >= SATURDAY:
        return None
    return DailyReturn(day=day, value=float(made / known.capital))


def _day(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
