"""All optimisers by their names: what the nightly proposal, the sandbox and the command call."""

from __future__ import annotations

from dataclasses import dataclass, replace

from mathematricks.quant.covariance import ledoit_wolf, sample_covariance

from cerebro.domain.allocation.answers import Answer, Infeasible
from cerebro.domain.allocation.constraints import Constraints
from cerebro.domain.allocation.growth import max_cagr_drawdown
from cerebro.domain.allocation.leverage import Room
from cerebro.domain.allocation.parity import risk_parity
from cerebro.domain.allocation.reading_proofs import portfolio_measures
from cerebro.domain.allocation.scenarios import Scenarios
from cerebro.domain.allocation.sharpe import max_sharpe
from cerebro.domain.allocation.tail_methods import max_return_cvar, min_cvar
from cerebro.domain.allocation.volatility import Moments, min_volatility
from cerebro.domain.allocation.within_cvar import within_cvar

DEFAULT_CVAR_LIMIT = 0.02
"""Two per cent of equity on the mean of the worst days; docs/allocation.md says why."""

UNLIMITED = ("min_volatility", "max_cagr_drawdown")
"""Methods that know no CVaR limit by themselves."""


@dataclass(frozen=True)
class Wanted:
    """
    Which optimiser, and its own numbers.

    Attributes:
        cvar_limit: ``max_return_cvar`` takes 2 % if there is none; the others then have none.
        drawdown: Of ``max_cagr_drawdown``.
        shrunk: Covariance by Ledoit and Wolf instead of the sample's.
    """

    method: str = "max_return_cvar"
    confidence: float = 0.95
    cvar_limit: float | None = None
    drawdown: float = 0.20
    shrunk: bool = False


def optimise(
    scenarios: Scenarios, constraints: Constraints, wanted: Wanted, warm: object = None
) -> Answer | Infeasible:
    """
    Return the answer of ``wanted.method``, measured over *scenarios*.

    Raises:
        Unproved: no method could prove its answer.
        ValueError: there is no such method.
    """
    if wanted.method == "max_return_cvar":
        limit = DEFAULT_CVAR_LIMIT if wanted.cvar_limit is None else wanted.cvar_limit
        return max_return_cvar(scenarios, constraints, limit, warm)
    if wanted.method in UNLIMITED and wanted.cvar_limit is not None:
        unlimited = replace(wanted, cvar_limit=None)
        return within_cvar(lambda rows: optimise(scenarios, rows, unlimited), scenarios, constraints, wanted.cvar_limit)
    if wanted.method == "min_cvar":
        return min_cvar(scenarios, constraints, warm, wanted.cvar_limit)
    if wanted.method == "max_cagr_drawdown":
        return max_cagr_drawdown(scenarios, constraints, wanted.drawdown)
    return _by_covariance(scenarios, constraints, wanted)


def _by_covariance(scenarios: Scenarios, constraints: Constraints, wanted: Wanted) -> Answer | Infeasible:
    values = scenarios.values
    covariance = ledoit_wolf(values).covariance if wanted.shrunk else sample_covariance(values)
    room = Room(scenarios.names, scenarios.mean, constraints, scenarios, wanted.cvar_limit)
    if wanted.method == "max_sharpe":
        found = max_sharpe(covariance, room)
    elif wanted.method == "risk_parity":
        found = risk_parity(covariance, room)
    elif wanted.method == "min_volatility":
        found = min_volatility(Moments(scenarios.names, scenarios.mean, covariance), constraints)
    else:
        raise ValueError(f"there is no method {wanted.method}")
    if isinstance(found, Infeasible):
        return found
    measured = {**portfolio_measures(scenarios, found.weights), **found.measures}
    return Answer(
        found.names, found.weights, found.objective, found.proof, found.prices, measured, found.binding, found.warm
    )
