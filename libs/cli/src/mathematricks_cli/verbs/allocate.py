"""``allocate``: what the optimisers make of files of returns, with the proof; needs no desk."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from mathematricks_cli.console import Console, JsonOption, answer
from mathematricks_cli.faults import OperatorFault

METHODS = ("max_return_cvar", "min_cvar", "max_sharpe", "min_volatility", "risk_parity", "max_cagr_drawdown")
DEFAULT_LIMIT = 0.02


def allocate(
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="One file per strategy, or one wide file")],
    method: Annotated[str, typer.Option(help=", ".join(METHODS))] = "max_return_cvar",
    confidence: Annotated[float, typer.Option(help="Confidence of the CVaR")] = 0.95,
    cvar_limit: Annotated[float | None, typer.Option(help="Most CVaR per day, a fraction of equity")] = None,
    cap: Annotated[float, typer.Option(help="Most of one strategy, a fraction of equity")] = 0.5,
    leverage: Annotated[float, typer.Option(help="Most of all together")] = 2.0,
    invested: Annotated[float, typer.Option(help="Least of all together")] = 0.0,
    floor: Annotated[float | None, typer.Option(help="Least mean return per day, a fraction")] = None,
    drawdown: Annotated[float, typer.Option(help="Most drawdown, for max_cagr_drawdown")] = 0.2,
    covariance: Annotated[str, typer.Option(help="sample or ledoit-wolf")] = "sample",
    group: Annotated[list[str] | None, typer.Option(help="NAME=CAP:STRATEGY,STRATEGY… a cap on several")] = None,
    margin: Annotated[list[str] | None, typer.Option(help="STRATEGY=MARGIN per unit of weight")] = None,
    margin_limit: Annotated[float, typer.Option(help="Most margin, a fraction of equity")] = 0.4,
    current: Annotated[list[str] | None, typer.Option(help="STRATEGY=WEIGHT held now, for --turnover")] = None,
    turnover: Annotated[float | None, typer.Option(help="Most Σ|weight − current|")] = None,
    frontier: Annotated[int, typer.Option(help="Solve this many CVaR limits up to --cvar-limit")] = 0,
    units: Annotated[str | None, typer.Option(help="percent, fraction or bps")] = None,
    dates: Annotated[str | None, typer.Option(help="month-first or day-first")] = None,
    as_json: JsonOption = False,
) -> None:
    """Allocate equity to strategies and prove that no allocation is better."""
    limits = {"cap": cap, "leverage": leverage, "invested": invested, "floor": floor}
    said = {"units": units, "dates": dates}
    more = {"group": group or [], "margin": margin or [], "margin_limit": margin_limit}
    moved = {"current": current or [], "turnover": turnover}
    wanted = {"method": method, "confidence": confidence, "cvar_limit": cvar_limit, "drawdown": drawdown}

    async def work(console: Console) -> bool:
        if method not in METHODS:
            raise OperatorFault(f"--method is one of {', '.join(METHODS)}, not {method}")
        from mathematricks_cli import allocating  # solvers take a while to import: only this verb needs them

        request = allocating.request_of(limits | more | moved, wanted | {"covariance": covariance, "points": frontier})
        found = allocating.allocate_files(files, said, request)
        console.tell(found, *_lines(found))
        return "infeasible" not in found

    answer(as_json, work)


def min_account(
    lots: Annotated[
        list[str], typer.Argument(metavar="NAME=NOTIONAL:MARGIN[:GAIN]…", help="One lot of each; GAIN per day")
    ],
    weights: Annotated[list[str] | None, typer.Option("--weight", help="NAME=WEIGHT, the shares to trade at")] = None,
    tolerance: Annotated[float | None, typer.Option(help="How far from the weights lots may be, 0.1 for ±10 %")] = None,
    margin_limit: Annotated[float, typer.Option(help="Most margin, a fraction of equity")] = 0.4,
    cap: Annotated[float, typer.Option(help="Most of one strategy")] = 0.5,
    leverage: Annotated[float, typer.Option(help="Most of all together")] = 2.0,
    as_json: JsonOption = False,
) -> None:
    """Find the smallest account for strategies in whole lots, and which of them fit accounts of $100k to $10M."""

    async def work(console: Console) -> bool:
        from mathematricks_cli import allocating

        rules = {"margin_limit": margin_limit, "cap": cap, "leverage": leverage, "tolerance": tolerance}
        found = allocating.account_for(lots, weights or [], rules)
        console.tell(found, *_account_lines(found))
        return "infeasible" not in found

    answer(as_json, work)


def _lines(found: dict[str, Any]) -> list[str]:
    if "points" in found:
        return [f"CVaR ≤ {one['cvar_limit']:.4%}: {one.get('objective', float('nan')):.6%}" for one in found["points"]]
    if "infeasible" in found:
        return [f"Infeasible: {found['why']}"]
    proof, cvar = found["proof"], found["measures"]["cvar"]
    return [
        *(f"{name:24} {weight:10.4%}" for name, weight in found["weights"].items()),
        f"{found['method']}: objective {found['objective']:.8g}, CVaR {cvar:.4%}",
        f"binding: {', '.join(found['binding']) or 'nothing'}",
        f"proof: {proof['primal']:.12g} reached, {proof['dual']:.12g} cannot be passed (gap {proof['gap']:.1e})",
        f"{found['days']} days, {found['milliseconds']:.1f} ms",
    ]


def _account_lines(found: dict[str, Any]) -> list[str]:
    if "infeasible" in found:
        return [f"Infeasible: {found['why']}"]
    curve = [f"  {one['equity']:>12,.0f}: {', '.join(one['lots']) or 'none'}" for one in found["curve"]]
    return [f"{found['equity']:,.2f} ({', '.join(found['binding'])})", *curve]
