"""Where a strategy trades: which portfolio, which account, and whether with real money (RULES 9)."""

from __future__ import annotations

from mathematricks.contracts.decisions import PortfolioId, Reason
from mathematricks.contracts.signals import StandardSignal
from mathematricks.contracts.strategies import StrategyConfiguration

from cerebro.domain.book import Book
from cerebro.domain.reading import ENTRIES
from cerebro.domain.refused import Refused

TWIN = "paper:"


def portfolio_for(strategy: StrategyConfiguration | None, signal: StandardSignal, live: Book) -> PortfolioId:
    """
    Return the portfolio that decides *signal*.

    LIVE strategies trade live; everything else trades on paper, strategies under TESTING too. An
    exit follows its entry: what a strategy still holds live is closed live, whatever it is now.
    """
    if strategy is None or strategy.trading_mode != "LIVE":
        return "paper"
    if strategy.status != "TESTING":
        return "live"
    held = any(live.stack(signal.strategy_id, leg.instrument).units for leg in signal.legs)
    return "live" if held and signal.signal_type not in ENTRIES else "paper"


def account_for(strategy: StrategyConfiguration | None, portfolio: PortfolioId) -> str | None:
    """Return the account that the strategy trades on in *portfolio*: its own, or its paper twin."""
    if strategy is None:
        return None
    if portfolio == "live" or strategy.account.startswith(TWIN):
        return strategy.account
    return TWIN + strategy.account


def refuse_entry(
    strategy: StrategyConfiguration | None, portfolio: PortfolioId, account_known: bool, allow_live: bool
) -> Refused | None:
    """Return why the strategy may not open a position, if it may not; exits are never asked."""
    if strategy is None:
        return Refused(Reason.STRATEGY_UNKNOWN, "The desk knows no strategy of this name; ask for it to be set up.")
    if strategy.status == "INACTIVE":
        return Refused(
            Reason.STRATEGY_INACTIVE, f"{strategy.strategy_id} is inactive: its exits trade, its entries do not."
        )
    if portfolio == "paper":
        return None
    if strategy.status == "TESTING":
        return Refused(
            Reason.LIVE_NOT_ALLOWED, f"{strategy.strategy_id} is under test: it may only close what it holds live."
        )
    if not allow_live:
        return Refused(Reason.LIVE_NOT_ALLOWED, "This deployment does not trade real money.")
    if not account_known or strategy.account.startswith(TWIN):
        return Refused(Reason.LIVE_NOT_ALLOWED, f"{strategy.account} is not an account known to be live.")
    return None
