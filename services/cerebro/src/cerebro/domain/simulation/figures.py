"""From the days lived through to what is told of them: figures, curve, contributions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
from mathematricks.contracts.sandbox import (
    Reallocation,
    Simulated,
    SimulatedContribution,
    SimulatedCurve,
    SimulatedFigures,
    Spread,
)
from mathematricks.quant import measures
from mathematricks.quant.returns import Floats

from cerebro.domain.simulation.desk import Tally
from cerebro.domain.simulation.job import DeskSettings, Member
from cerebro.domain.simulation.walk import Walked
from cerebro.domain.simulation.world import World

POINTS = 1500
"""Of a curve: more than a screen shows."""
MOST_TOLD = 1000
"""Reallocations; of more, as many evenly spread."""
COMPARED = (
    *("final_equity", "total_return", "annual_return", "volatility", "sharpe", "max_drawdown", "cvar", "worst_day"),
    *("mean_leverage", "max_leverage", "mean_margin", "max_margin", "turnover", "costs"),
)


def simulated(
    world: World, walked: Walked, settings: DeskSettings, members: Sequence[Member], confidence: float
) -> Simulated:
    """Return what *walked* came to; its CVaR is at this *confidence*."""
    margins = np.array([_margin(name, members) for name in world.names])
    tallies = walked.tallies.values()
    return Simulated(
        settings=settings.used(),
        figures=_figures(world, walked, margins, confidence),
        curve=_curve(world, walked),
        contributions=tuple(_contributions(world, walked, members)),
        reallocations=tuple(_thinned(walked.plans)),
        refusals=dict(sorted(sum((one.refused for one in tallies), Counter[str]()).items())),
        shrunk=dict(sorted(sum((one.shrunk for one in tallies), Counter[str]()).items())),
    )


def _thinned(plans: Sequence[Reallocation]) -> list[Reallocation]:
    if len(plans) <= MOST_TOLD:
        return list(plans)
    return [plans[place] for place in np.unique(np.linspace(0, len(plans) - 1, MOST_TOLD).round().astype(int))]


def difference(before: SimulatedFigures, after: SimulatedFigures) -> dict[str, float]:
    """Return *after* − *before* of each figure that can be compared."""
    return {name: getattr(after, name) - getattr(before, name) for name in COMPARED}


def spreads(figures: Sequence[SimulatedFigures]) -> dict[str, Spread]:
    """Return how far each figure spreads over several paths."""
    found = {}
    for name in COMPARED:
        low, middle, high = np.quantile([getattr(one, name) for one in figures], [0.05, 0.5, 0.95])
        found[name] = Spread(low=float(low), middle=float(middle), high=float(high))
    return found


def _figures(world: World, walked: Walked, margins: Floats, confidence: float) -> SimulatedFigures:
    equity = walked.equity
    returns = daily(equity)
    years = returns.size / measures.DAYS_PER_YEAR
    leverage, margin = _share(walked.held.sum(axis=1), equity[1:]), _share(walked.held @ margins, equity[1:])
    tallies = walked.tallies.values()
    return SimulatedFigures(
        days=returns.size,
        first=str(world.days[walked.begin]),
        last=str(world.days[-1]),
        final_equity=float(equity[-1]),
        total_return=float(equity[-1] / equity[0] - 1),
        annual_return=float(measures.annual_return(returns)),
        volatility=float(measures.annual_volatility(returns)) if returns.size > 1 else 0.0,
        sharpe=float(measures.sharpe(returns)) if returns.size > 1 else 0.0,
        max_drawdown=float(measures.max_drawdown(returns)),
        cvar=float(measures.cvar(returns, confidence)),
        confidence=confidence,
        worst_day=float(returns.min()),
        mean_leverage=float(leverage.mean()),
        max_leverage=float(leverage.max()),
        mean_margin=float(margin.mean()),
        max_margin=float(margin.max()),
        turnover=float(_share(walked.traded, equity[:-1]).sum() / years),
        costs=float(walked.paid.sum()),
        decided=sum(one.decided for one in tallies),
        refused=sum(sum(one.refused.values()) for one in tallies),
    )


def daily(equity: Floats) -> Floats:
    """Return the daily returns of an equity curve; once it is lost there are none."""
    before = equity[:-1]
    returns: Floats = np.where(before > 0, np.diff(equity) / np.where(before > 0, before, 1.0), 0.0)
    return returns


def _share(amount: Floats, equity: Floats) -> Floats:
    share: Floats = np.where(equity > 0, amount / np.where(equity > 0, equity, 1.0), 0.0)
    return share


def _curve(world: World, walked: Walked) -> SimulatedCurve:
    equity = walked.equity[1:]
    fallen = measures.drawdowns(daily(walked.equity))
    leverage = _share(walked.held.sum(axis=1), equity)
    ends = np.unique(np.linspace(0, equity.size - 1, min(equity.size, POINTS)).round().astype(int))
    starts = np.concatenate([[0], ends[:-1] + 1])
    return SimulatedCurve(
        days=tuple(str(one) for one in world.days[walked.begin :][ends]),
        equity=tuple(equity[ends].round(2).tolist()),
        drawdown=tuple(np.minimum.reduceat(fallen, starts).round(6).tolist()),
        leverage=tuple(np.maximum.reduceat(leverage, starts).round(6).tolist()),
    )


def _contributions(world: World, walked: Walked, members: Sequence[Member]) -> list[SimulatedContribution]:
    known: Mapping[str, Member] = {one.name: one for one in members}
    earned = walked.gains.sum(axis=0) - walked.paid.sum(axis=0)
    whole = float(earned.sum())
    shares = _share(walked.held, walked.equity[1:, None])
    return [
        SimulatedContribution(
            strategy_id=name,
            hypothetical=known[name].hypothetical,
            joined=walked.joined.get(name),
            gain=float(earned[column]),
            share=float(earned[column] / whole) if whole else 0.0,
            costs=float(walked.paid[:, column].sum()),
            mean_weight=float(shares[:, column].mean()),
            days_held=int((walked.held[:, column] > 0).sum()),
            decided=walked.tallies.get(name, Tally()).decided,
            refused=sum(walked.tallies.get(name, Tally()).refused.values()),
        )
        for column, name in enumerate(world.names)
    ]


def _margin(name: str, members: Sequence[Member]) -> float:
    return next(one.margin or 0.0 for one in members if one.name == name)
