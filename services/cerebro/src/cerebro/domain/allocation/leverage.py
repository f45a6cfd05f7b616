"""The leverage rule: a direction is scaled up to the first of the limits, and it is said which."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from mathematricks.quant.returns import Floats

from cerebro.domain.allocation.answers import Infeasible
from cerebro.domain.allocation.constraints import Constraints, polytope
from cerebro.domain.allocation.scenarios import Scenarios

TOUCHING = 1e-9
HALVINGS = 200


@dataclass(frozen=True, eq=False)
class Room:
    """The constraints that a direction is scaled within; a CVaR limit needs the scenarios."""

    names: tuple[str, ...]
    mean: Floats
    constraints: Constraints
    scenarios: Scenarios | None = None
    cvar_limit: float | None = None


@dataclass(frozen=True, eq=False)
class Scaled:
    """Weights as far along their direction as the limits allow, and the limits that stopped them."""

    weights: Floats
    binding: tuple[str, ...]


def scaled_up(direction: Floats, room: Room) -> Scaled | Infeasible:
    """
    Return the largest feasible multiple of *direction*.

    The CVaR grows with the leverage in proportion, so that its limit is one more ratio. A limit on the
    turnover is met by a range of multiples; the largest of them counts.
    """
    stops = _stops(direction, room)
    most = max(min(stop for stop, _ in stops), 0.0)
    turned = _within_turnover(direction, room.constraints, most, room.names)
    if turned is None:
        return Infeasible(("turnover",), "No multiple of the direction is within the turnover of what is held.")
    if turned < most:
        most, stops = turned, [(turned, "turnover")]
    below = _missed(most * direction, room)
    if below:
        return Infeasible(below, f"The direction cannot be scaled to satisfy {' and '.join(below)}.")
    return Scaled(most * direction, tuple(name for stop, name in stops if stop <= most * (1 + TOUCHING)))


def _stops(direction: Floats, room: Room) -> list[tuple[float, str]]:
    rows = polytope(room.names, room.mean, _without_turnover(room.constraints))
    pull = rows.matrix @ direction
    stops = [
        (float(limit / per), name) for name, per, limit in zip(rows.names, pull, rows.limits, strict=True) if per > 0
    ]
    stops += [
        (float(rows.upper[one] / direction[one]), f"cap of {room.names[one]}") for one in np.flatnonzero(direction > 0)
    ]
    if room.scenarios is not None and room.cvar_limit is not None:
        risk = room.scenarios.cvar(direction)
        stops += [(room.cvar_limit / risk, "cvar limit")] if risk > 0 else []
    return stops


def _missed(weights: Floats, room: Room) -> tuple[str, ...]:
    rows = polytope(room.names, room.mean, _without_turnover(room.constraints))
    over = rows.matrix @ weights - rows.limits
    return tuple(
        name for name, by, limit in zip(rows.names, over, rows.limits, strict=True) if by > TOUCHING * (1 + abs(limit))
    )


def _without_turnover(constraints: Constraints) -> Constraints:
    return Constraints(**{**vars(constraints), "turnover": None})


def _within_turnover(direction: Floats, constraints: Constraints, most: float, names: tuple[str, ...]) -> float | None:
    """Return the largest multiple up to *most* whose turnover is allowed; None: there is none."""
    if constraints.turnover is None:
        return most
    current = np.array([constraints.turnover.current.get(name, 0.0) for name in names])
    limit = constraints.turnover.limit

    def moved(multiple: float) -> float:
        return float(np.abs(multiple * direction - current).sum())

    held = direction > 0
    kinks = np.clip(np.concatenate([[0.0, most], current[held] / direction[held]]), 0.0, most)
    least = float(min(kinks, key=moved))  # convex and piecewise linear: its minimum is at a kink
    if moved(least) > limit * (1 + TOUCHING):
        return None
    low, high = least, most
    if moved(most) <= limit:
        return most
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if moved(middle) <= limit else (low, middle)
    return low
