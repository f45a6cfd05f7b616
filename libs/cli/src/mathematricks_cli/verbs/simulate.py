"""``simulate``: what a desk would have made of files of returns, decision by decision; needs no desk."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from mathematricks_cli.console import Console, JsonOption, answer


def simulate(
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="One file per strategy, or one wide file")],
    method: Annotated[str | None, typer.Option(help="Optimiser, as for allocate")] = None,
    confidence: Annotated[float | None, typer.Option(help="Of the CVaR")] = None,
    cvar_limit: Annotated[float | None, typer.Option(help="Most CVaR per day, a fraction of equity")] = None,
    cap: Annotated[float | None, typer.Option(help="Most of one strategy")] = None,
    leverage: Annotated[float | None, typer.Option(help="Most of all together")] = None,
    margin_limit: Annotated[float | None, typer.Option(help="Most margin, a fraction of equity")] = None,
    correlation_threshold: Annotated[float | None, typer.Option(help="Above it a strategy's capital shrinks")] = None,
    slippage_limit: Annotated[float | None, typer.Option(help="Share of the expected alpha that may be gone")] = None,
    reoptimise: Annotated[str, typer.Option(help="weekly, monthly, quarterly or yearly")] = "monthly",
    trades: Annotated[str | None, typer.Option(help="How often strategies close and open; as --reoptimise")] = None,
    weight: Annotated[list[str] | None, typer.Option(help="STRATEGY=WEIGHT kept instead of optimising")] = None,
    scenario: Annotated[str, typer.Option(help="historical, bootstrapped or stressed")] = "historical",
    start: Annotated[str | None, typer.Option(help="First day traded, 2020-01-31")] = None,
    end: Annotated[str | None, typer.Option(help="Last day")] = None,
    seed: Annotated[int, typer.Option(help="Of whatever is drawn")] = 0,
    block: Annotated[int, typer.Option(help="Bootstrapped: days drawn together")] = 21,
    days: Annotated[int | None, typer.Option(help="Bootstrapped: days drawn")] = None,
    paths: Annotated[int, typer.Option(help="Bootstrapped: histories drawn")] = 1,
    stress: Annotated[
        list[str] | None, typer.Option(help="Stressed: volatility=, haircut=, correlation=, crashes=, crash=")
    ] = None,
    equity: Annotated[float, typer.Option(help="At the start")] = 1_000_000.0,
    cost: Annotated[float, typer.Option(help="Fraction of what is traded to change sizes")] = 0.0002,
    delay_minutes: Annotated[float, typer.Option(help="From signal to decision")] = 0.0,
    compare: Annotated[bool, typer.Option("--compare/--alone", help="Beside the desk's usual settings")] = True,
    units: Annotated[str | None, typer.Option(help="percent, fraction or bps")] = None,
    dates: Annotated[str | None, typer.Option(help="month-first or day-first")] = None,
    as_json: JsonOption = False,
) -> None:
    """Walk through history with the desk's own decisions and optimisers; the same files and seed, the same result."""
    answer(as_json, _work(files, dict(locals())))


def _work(files: list[Path], given: dict[str, Any]) -> Callable[[Console], Awaitable[bool]]:
    async def work(console: Console) -> bool:
        from mathematricks_cli import simulating  # solvers take a while to import: only this verb needs them

        said = {"units": given["units"], "dates": given["dates"]}
        found = simulating.simulate_files(files, said, _asked(given))
        console.tell(found, *simulating.lines_of(found))
        return True

    return work


SETTINGS = ("method", "confidence", "cvar_limit", "cap", "leverage", "margin_limit", "correlation_threshold")
DRAWN = ("start", "end", "seed", "block", "days", "paths")
RUN = ("reoptimise", "trades", "equity", "cost", "delay_minutes", "compare")


def _asked(given: dict[str, Any]) -> dict[str, Any]:
    """Return the options as the sandbox's own request."""
    settings = {name: given[name] for name in (*SETTINGS, "slippage_limit") if given[name] is not None}
    scenario = {"kind": given["scenario"]} | {name: given[name] for name in DRAWN if given[name] is not None}
    scenario |= _pairs(given["stress"])
    run = {name: given[name] for name in RUN if given[name] is not None}
    return run | {"settings": settings, "scenario": scenario, "weights": _pairs(given["weight"]) or None}


def _pairs(given: list[str] | None) -> dict[str, str]:
    split = (one.rpartition("=") for one in given or ())
    return {name or value: value if name else "" for name, _, value in split}
