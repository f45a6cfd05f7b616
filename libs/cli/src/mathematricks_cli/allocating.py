"""Asking the optimisers from the command line: options become constraints, answers become documents."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from cerebro.domain.allocation.answers import Answer, Infeasible, Unproved
from cerebro.domain.allocation.constraints import Constraints, Group, Margins, Turnover
from cerebro.domain.allocation.methods import Wanted, optimise
from cerebro.domain.allocation.min_account import AccountRules, Lot, account_curve, smallest_account
from cerebro.domain.allocation.scenarios import Scenarios, scenarios_of
from cerebro.domain.allocation.tail_methods import frontier
from mathematricks.quant.returns import Panel, SeriesError, align

from mathematricks_cli.faults import OperatorFault
from mathematricks_cli.returns_files import Said, series_of_files

CAPITALS = (100_000, 250_000, 500_000, 1_000_000, 2_500_000, 5_000_000, 10_000_000)


@dataclass(frozen=True)
class Request:
    """What is to be optimised within what; *points* > 0 asks for a frontier."""

    constraints: Constraints
    wanted: Wanted
    points: int


def request_of(limits: Mapping[str, Any], wanted: Mapping[str, Any]) -> Request:
    """Return the options as a request; raise ``OperatorFault`` for one that cannot be read."""
    tied = _pairs(limits["margin"], "--margin STRATEGY=MARGIN")
    held = _pairs(limits["current"], "--current STRATEGY=WEIGHT")
    constraints = Constraints(
        cap=limits["cap"],
        leverage=limits["leverage"],
        invested=limits["invested"],
        floor=limits["floor"],
        groups=tuple(_group(one) for one in limits["group"]),
        margins=Margins(tied, limits["margin_limit"]) if tied else None,
        turnover=Turnover(held, limits["turnover"]) if limits["turnover"] is not None else None,
    )
    asked = Wanted(
        wanted["method"],
        wanted["confidence"],
        wanted["cvar_limit"],
        wanted["drawdown"],
        wanted["covariance"] == "ledoit-wolf",
    )
    return Request(constraints, asked, wanted["points"])


def allocate_files(files: Sequence[Path], said: Mapping[str, Any], request: Request) -> dict[str, Any]:
    """Return the optimal weights over the common window of *files*, with their proof; or what is infeasible."""
    try:
        panel = align(series_of_files(files, Said(**said)))
        scenarios = scenarios_of(panel, request.wanted.confidence)
        _know(panel, request.constraints)
        start = time.perf_counter()
        if request.points:
            return _frontier(scenarios, request) | _window(panel)
        found = optimise(scenarios, request.constraints, request.wanted)
        took = (time.perf_counter() - start) * 1000
    except (SeriesError, ValueError) as why:
        raise OperatorFault(str(why)) from why
    except Unproved as why:
        raise OperatorFault(f"No answer could be proved: {why}") from why
    return {"method": request.wanted.method, "milliseconds": took} | _window(panel) | document_of(found)


def document_of(found: Answer | Infeasible) -> dict[str, Any]:
    """Return an optimiser's answer as a document."""
    if isinstance(found, Infeasible):
        return {"infeasible": list(found.which), "why": found.why}
    proof = found.proof
    return {
        "weights": {name: float(one) for name, one in zip(found.names, found.weights, strict=True)},
        "objective": float(found.objective),
        "cvar": found.measures.get("cvar"),
        "measures": {name: float(value) for name, value in found.measures.items()},
        "binding": list(found.binding),
        "shadow_prices": {name: float(price) for name, price in found.prices.items()},
        "proof": {
            "primal": float(proof.primal),
            "dual": float(proof.dual),
            "gap": float(proof.gap),
            "violation": float(proof.violation),
            "found_by": proof.method,
            "rounds": proof.rounds,
        },
    }


def account_for(lots: Sequence[str], weights: Sequence[str], rules: Mapping[str, Any]) -> dict[str, Any]:
    """Return the smallest account for *lots*, and which of them fit each capital."""
    wanted = _pairs(weights, "--weight NAME=WEIGHT")
    known = [_lot(one) for one in lots]
    if wanted and set(wanted) != {one.name for one in known}:
        raise OperatorFault("--weight must name each of the lots, or none")
    bounds = AccountRules(**rules)
    found = smallest_account(known, bounds, [wanted[one.name] for one in known] if wanted else None)
    curve = [{"equity": one.equity, "lots": one.lots} for one in account_curve(known, bounds, CAPITALS)]
    if isinstance(found, Infeasible):
        return {"infeasible": list(found.which), "why": found.why, "curve": curve}
    return {"equity": found.equity, "lots": found.lots, "binding": list(found.binding), "curve": curve}


def _frontier(scenarios: Scenarios, request: Request) -> dict[str, Any]:
    most = request.wanted.cvar_limit
    limits = np.linspace(0, 0.02 if most is None else most, request.points + 1)[1:].tolist()
    start = time.perf_counter()
    found = frontier(scenarios, request.constraints, limits)
    took = (time.perf_counter() - start) * 1000
    points = [{"cvar_limit": limit} | document_of(one) for limit, one in zip(limits, found, strict=True)]
    return {"method": "frontier", "milliseconds": took, "points": points}


def _window(panel: Panel) -> dict[str, Any]:
    return {
        "from": str(panel.days[0]),
        "to": str(panel.days[-1]),
        "days": int(panel.days.size),
        "days_not_traded": dict(zip(panel.names, panel.missing, strict=True)),
    }


def _know(panel: Panel, constraints: Constraints) -> None:
    named = {name for group in constraints.groups for name in group.members}
    named |= set(constraints.margins.per_unit) if constraints.margins else set()
    named |= set(constraints.turnover.current) if constraints.turnover else set()
    if unknown := sorted(named - set(panel.names)):
        raise OperatorFault(f"No returns of {', '.join(unknown)}; there are {', '.join(panel.names)}")


def _pairs(given: Sequence[str], shape: str) -> dict[str, float]:
    try:
        return {name: float(value) for name, value in (one.rsplit("=", 1) for one in given)}
    except ValueError as why:
        raise OperatorFault(f"Write {shape}") from why


def _group(text: str) -> Group:
    try:
        name, rest = text.split("=", 1)
        cap, members = rest.split(":", 1)
        return Group(name, tuple(members.split(",")), float(cap))
    except ValueError as why:
        raise OperatorFault("Write --group NAME=CAP:STRATEGY,STRATEGY…") from why


def _lot(text: str) -> Lot:
    try:
        name, rest = text.rsplit("=", 1)
        notional, margin, *gain = (float(one) for one in rest.split(":"))
        return Lot(name, notional, margin, 1, gain[0] if gain else 0.0001)
    except ValueError as why:
        raise OperatorFault("Write each lot as NAME=NOTIONAL:MARGIN, for example ES=250000:16000") from why
