"""What an allocation must respect, and the same as linear rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from mathematricks.quant.returns import Floats


@dataclass(frozen=True)
class Group:
    """Strategies whose weights together may reach *cap*."""

    name: str
    members: tuple[str, ...]
    cap: float


@dataclass(frozen=True)
class Margins:
    """
    Margin that each unit of weight ties up, as a fraction of equity, and how much may be tied up.

    Attributes:
        per_unit: By strategy; one that is absent ties up nothing.
        accounts: By strategy, the account it trades on; an account's limit is a share of *equity*.
        equity: By account, its share of the whole equity; empty: only the overall limit holds.
    """

    per_unit: Mapping[str, float]
    limit: float = 0.40
    accounts: Mapping[str, str] = field(default_factory=dict)
    equity: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Turnover:
    """How far the weights may move from the current ones: Σ|w − current| ≤ *limit*."""

    current: Mapping[str, float]
    limit: float


@dataclass(frozen=True)
class Constraints:
    """
    Long only; every number is a fraction of equity.

    Attributes:
        cap: Most of one strategy; *caps* overrides it by name.
        leverage: Most of all together.
        invested: Least of all together; equal to *leverage* it fixes the sum.
        floor: Least mean return per day; None: none.
        most: Other rows, each a name, what a unit of each strategy adds, and the most of it.
    """

    cap: float = 0.5
    leverage: float = 2.0
    invested: float = 0.0
    caps: Mapping[str, float] = field(default_factory=dict)
    groups: tuple[Group, ...] = ()
    margins: Margins | None = None
    turnover: Turnover | None = None
    floor: float | None = None
    most: tuple[tuple[str, tuple[float, ...], float], ...] = ()


@dataclass(frozen=True, eq=False)
class Polytope:
    """
    The feasible weights w ≥ 0 (and helping variables e ≥ 0): ``matrix w + helping e ≤ limits``, within *upper*.

    Attributes:
        names: Of the rows, M of them.
        helping: M × E.
    """

    names: tuple[str, ...]
    upper: Floats
    matrix: Floats
    limits: Floats
    helping: Floats
    helping_upper: Floats

    def violation(self, weights: Floats) -> float:
        """Return the largest amount by which *weights* pass a row or a bound, relative to it."""
        over = (self.matrix @ weights + self.helping @ self.help_for(weights) - self.limits) / (1 + np.abs(self.limits))
        beyond = np.concatenate([over, weights - self.upper, -weights])
        return max(float(beyond.max()), 0.0)

    def help_for(self, weights: Floats) -> Floats:
        """Return the least helping variables that go with *weights*: what was sold of each strategy held."""
        if not self.helping_upper.size:
            return np.zeros(0)
        sold = self.matrix[-self.helping_upper.size :] @ weights - self.limits[-self.helping_upper.size :]
        return np.clip(sold, 0.0, self.helping_upper)

    def in_units(self, unit: float) -> Polytope:
        """Return the same polytope of weights counted in *unit*."""
        return Polytope(
            self.names,
            self.upper / unit,
            self.matrix,
            self.limits / unit,
            self.helping,
            self.helping_upper / unit,
        )

    def holds_nothing(self) -> bool:
        """Whether weights of zero are feasible, so that shrinking any feasible weights leaves them so."""
        return bool(np.all(self.limits >= 0))


@dataclass(frozen=True)
class _Row:
    name: str
    values: Floats
    limit: float


def polytope(names: Sequence[str], mean: Floats, constraints: Constraints) -> Polytope:
    """Return *constraints* as rows over the strategies *names*, whose mean daily returns are *mean*."""
    rows = [_Row("leverage", np.ones(len(names)), constraints.leverage)]
    if constraints.invested > 0:
        rows.append(_Row("invested", -np.ones(len(names)), -constraints.invested))
    if constraints.floor is not None:
        rows.append(_Row("return floor", -mean, -constraints.floor))
    for group in constraints.groups:
        inside = np.array([1.0 if name in group.members else 0.0 for name in names])
        rows.append(_Row(f"group {group.name}", inside, group.cap))
    rows += _margin_rows(names, constraints.margins) if constraints.margins else []
    rows += [_Row(name, np.array(values), limit) for name, values, limit in constraints.most]
    upper = np.array([constraints.caps.get(name, constraints.cap) for name in names])
    plain = Polytope(
        tuple(row.name for row in rows),
        np.minimum(upper, max(constraints.leverage, 0.0)),
        np.array([row.values for row in rows]),
        np.array([row.limit for row in rows]),
        np.zeros((len(rows), 0)),
        np.zeros(0),
    )
    return _with_turnover(plain, names, constraints.turnover) if constraints.turnover else plain


def _margin_rows(names: Sequence[str], margins: Margins) -> list[_Row]:
    tied = np.array([margins.per_unit.get(name, 0.0) for name in names])
    rows = [_Row("margin", tied, margins.limit)]
    for account, share in margins.equity.items():
        here = np.array([1.0 if margins.accounts.get(name) == account else 0.0 for name in names])
        rows.append(_Row(f"margin of {account}", tied * here, margins.limit * share))
    return rows


def _with_turnover(plain: Polytope, names: Sequence[str], turnover: Turnover) -> Polytope:
    """
    Add one row for the sum, and for each strategy held a helping variable: what is sold of it.

    |w − c| is w − c plus twice what is sold, and what is sold is at least c − w.
    """
    current = np.array([turnover.current.get(name, 0.0) for name in names])
    held = np.flatnonzero(current > 0)
    sold = -np.eye(held.size)
    total = np.vstack([plain.matrix, np.ones((1, len(names))), -np.eye(len(names))[held]])
    helping = np.vstack([np.zeros((len(plain.names), held.size)), np.full((1, held.size), 2.0), sold])
    limits = np.concatenate([plain.limits, [turnover.limit + current.sum()], -current[held]])
    rows = (*plain.names, "turnover", *(f"sold of {names[int(one)]}" for one in held))
    return Polytope(rows, plain.upper, total, limits, helping, current[held])
