"""What handlers, jobs and routes are given: the world outside and the desk inside."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from mathematricks.contracts.decisions import PortfolioId
from mathematricks.contracts.risk import PortfolioRisk

from cerebro.handlers.desk import Desk
from cerebro.handlers.histories import ReturnsCache
from cerebro.handlers.judging import Judging
from cerebro.handlers.keeper import BookKeeper
from cerebro.handlers.market import MarketCache
from cerebro.handlers.queue import PortfolioQueue
from cerebro.handlers.standings import Standings
from cerebro.handlers.tickets import Lines
from cerebro.ports import Allocations, Debts, Shadows, World
from cerebro.return_ports import Backtests, Histories, Runs, Sandbox, Tables

PORTFOLIOS: tuple[PortfolioId, ...] = ("live", "paper")


@dataclass(frozen=True)
class Ports:
    """The world outside, and the desk that this process keeps."""

    world: World
    allocations: Allocations
    debts: Debts
    backtests: Backtests
    keepers: Mapping[PortfolioId, BookKeeper]
    queues: Mapping[PortfolioId, PortfolioQueue]
    lines: Lines
    market: MarketCache
    standings: Standings
    desk: Desk
    tables: Tables
    shadows: Shadows
    runs: Runs
    histories: Histories
    returns: ReturnsCache
    sandbox: Sandbox
    followed: dict[PortfolioId, int] = field(default_factory=dict)
    """Number of the newest entry shadowed, by portfolio, once it is known."""
    risks: dict[PortfolioId, PortfolioRisk] = field(default_factory=dict)
    """How each portfolio's risk stood when it was last recorded."""

    def is_shadow(self) -> bool:
        """Whether no portfolio is this version's to decide, as far as is known."""
        return not any(queue.reigns for queue in self.queues.values())


def open_desk(
    world: World,
    allocations: Allocations,
    debts: Debts,
    backtests: Backtests,
    tables: Tables,
    shadows: Shadows,
    runs: Runs,
    histories: Histories,
    sandbox: Sandbox,
) -> Ports:
    """Return an empty desk in *world*; ``recover`` fills its books."""
    keepers = {portfolio: BookKeeper(portfolio) for portfolio in PORTFOLIOS}
    lines, market, standings = Lines(), MarketCache(world), Standings(world, keepers)
    returns = ReturnsCache(backtests, histories, world.clock)
    judging = Judging(world, market, standings, returns)
    queues = {name: PortfolioQueue(world, keepers[name], lines, judging) for name in PORTFOLIOS}
    desk = Desk(world, lines, queues, keepers["live"])
    return Ports(
        world=world,
        allocations=allocations,
        debts=debts,
        backtests=backtests,
        keepers=keepers,
        queues=queues,
        lines=lines,
        market=market,
        standings=standings,
        desk=desk,
        tables=tables,
        shadows=shadows,
        runs=runs,
        histories=histories,
        returns=returns,
        sandbox=sandbox,
    )
