"""Each day's live return of each strategy, from what account-data says it made; the newest returns count."""

from __future__ import annotations

from collections.abc import Mapping

import structlog
from mathematricks.contracts.accounts import AccountState
from mathematricks.contracts.allocations import PortfolioAllocation
from mathematricks.contracts.backtests import BacktestRecord
from mathematricks.contracts.strategies import StrategyConfiguration

from cerebro.domain.allotment import capital_for
from cerebro.domain.backtests.living import is_due, made_between, mark_of
from cerebro.domain.inputs import Allotted
from cerebro.domain.reading import standings_of
from cerebro.domain.refused import Refused
from cerebro.handlers.ports import Ports

log = structlog.get_logger(__name__)


async def note_live_returns(ports: Ports) -> int:
    """
    Add the day that has ended to the returns of each strategy that has traded live; return how many were added.

    Raises:
        Unavailable: account-data does not answer.
    """
    if ports.is_shadow():
        return 0
    states = {one.account: one for one in await ports.world.accounts.all() if one.mode == "LIVE"}
    if not states:
        return 0
    records = {one.strategy_id: one for one in await ports.backtests.all()}
    active = await ports.allocations.active()
    added = 0
    for strategy in await ports.runs.strategies():
        record = records.get(strategy.strategy_id)
        if record is not None:
            added += await _note(strategy, record, (states, active), ports)
    log.info("live_returns.noted", strategies=added)
    return added


async def _note(
    strategy: StrategyConfiguration,
    record: BacktestRecord,
    known: tuple[Mapping[str, AccountState], PortfolioAllocation | None],
    ports: Ports,
) -> bool:
    (states, active), now = known, ports.world.clock.now()
    state = states.get(strategy.account)
    if state is None or not is_due(record.live_mark, now):
        return False
    allotted = Allotted(active.allocation_id, active.allocations.get(strategy.strategy_id)) if active else Allotted()
    standings = standings_of(ports.keepers["live"].book, state.account)
    capital = capital_for(strategy.strategy_id, allotted, standings, ports.world.rules.policy)
    mark = mark_of(
        strategy.strategy_id, state, 0 * state.equity if isinstance(capital, Refused) else capital.amount, now
    )
    if mark is None:
        return False
    made = made_between(record.live_mark, mark)
    return await ports.backtests.lived(strategy.strategy_id, mark, record.live_mark, made) and made is not None
