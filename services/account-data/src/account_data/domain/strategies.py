"""When a strategy's configuration may change."""

from __future__ import annotations

from dataclasses import dataclass

from mathematricks.contracts.executions import UNATTRIBUTED
from mathematricks.contracts.strategies import StrategyConfiguration, StrategySettings


@dataclass(frozen=True)
class Standing:
    """What a strategy has in the market: open positions and live orders, each named."""

    positions: tuple[str, ...] = ()
    orders: tuple[str, ...] = ()


def why_not_created(strategy_id: str, wanted: StrategySettings, *, allow_live: bool) -> str | None:
    """Return why a strategy may not be created with these settings; None: it may."""
    if strategy_id == UNATTRIBUTED:
        return f"'{UNATTRIBUTED}' is the name of what no strategy explains; choose another id"
    return _why_not_live(wanted, allow_live)


def why_not_changed(
    before: StrategyConfiguration, wanted: StrategySettings, standing: Standing, *, allow_live: bool
) -> str | None:
    """
    Return why *before* may not become *wanted*; None: it may.

    Account and mode stay while anything is open: an exit takes its entry's (RULES 9).
    """
    moves = (before.account, before.trading_mode) != (wanted.account, wanted.trading_mode)
    if moves and (open_ := why_not_idle(standing)):
        return f"Account and trading mode stay as they are while the strategy {open_}; close those first"
    return _why_not_live(wanted, allow_live)


def why_not_idle(standing: Standing) -> str | None:
    """Return what the strategy has in the market, as the end of a sentence; None: nothing."""
    if standing.positions:
        return f"holds {', '.join(standing.positions[:5])}"
    if standing.orders:
        return f"has {len(standing.orders)} live order(s), the first {standing.orders[0]}"
    return None


def _why_not_live(wanted: StrategySettings, allow_live: bool) -> str | None:
    if wanted.trading_mode == "LIVE" and not allow_live:
        return "This deployment trades no real money; set MATHEMATRICKS_ALLOW_LIVE before a strategy goes LIVE"
    return None
