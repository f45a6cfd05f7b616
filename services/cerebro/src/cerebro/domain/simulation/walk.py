"""
The walk over history: optimise on what was known, let every strategy trade through the desk, live the days.

A file of returns does not say when its strategy trades. So every strategy closes and opens anew on the first day
of each period: the desk then decides what capital it gets, as for any of its signals, and until the next such day
the position earns the strategy's returns. The costs of its own trades are in those returns; what the desk adds is
the change of its size.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import numpy as np
from mathematricks.contracts.sandbox import Reallocation
from mathematricks.quant.returns import Floats

from cerebro.domain.histories import ENOUGH, common_history, history_of
from cerebro.domain.inputs import Allotted
from cerebro.domain.simulation.calendar import first_days
from cerebro.domain.simulation.desk import SimulatedDesk, Tally
from cerebro.domain.simulation.floor import PAR, Stall, stall_of
from cerebro.domain.simulation.job import DeskSettings, Run
from cerebro.domain.simulation.planning import Plan, Planner, fixed
from cerebro.domain.simulation.world import World
from cerebro.domain.tail_risk import History

OPENING = timedelta(hours=14, minutes=30)
MINUTES = 390
"""Of a trading day: what a delay is measured against."""
Heard = Callable[[float], None]


@dataclass(eq=False)
class Walked:
    """
    What was lived through, from day *begin* on, money in base currency.

    Attributes:
        equity: At the end of each of the T days, and before the first: T + 1.
        held: T × N values at the end of each day; *gains* T × N; *paid* T × N costs.
        traded: T, what changed hands.
    """

    begin: int
    equity: Floats
    held: Floats
    gains: Floats
    paid: Floats
    traded: Floats
    plans: list[Reallocation] = field(default_factory=list)
    tallies: dict[str, Tally] = field(default_factory=dict)
    joined: dict[str, str] = field(default_factory=dict)


class Walk:
    """One simulated desk on its way through a world."""

    def __init__(self, world: World, settings: DeskSettings, run: Run, planner: Planner) -> None:
        self._world, self._settings, self._run, self._planner = world, settings, run, planner
        since = _moment(world, 0)
        known = {one.name: one for one in planner.members}
        self._stalls = [stall_of(place, known[name], since) for place, name in enumerate(world.names)]
        self._margins = np.array([known[name].margin or 0.0 for name in world.names])
        self._desk = SimulatedDesk(settings.policy, timedelta(minutes=run.delay_minutes), since - timedelta(days=1))
        self._plan: Plan | None = None
        self._values = np.zeros(len(world.names))
        self._equity = run.equity

    def over(self, begin: int, heard: Heard) -> Walked:
        """Live the days from *begin* on; tell *heard* what part of them is behind us."""
        days, names = self._world.days.size - begin, len(self._world.names)
        held, gains, paid = (np.zeros((days, names)) for _ in range(3))
        walked = Walked(begin, np.full(days + 1, self._equity), held, gains, paid, np.zeros(days))
        optimised = first_days(self._world.days, self._run.reoptimise) | {begin}
        renewals = sorted({one for one in first_days(self._world.days, self._run.trades) | optimised if one >= begin})
        for start, stop in zip(renewals, [*renewals[1:], self._world.days.size], strict=True):
            if start in optimised:
                self._allocate(start, walked)
            self._renew(start, walked)
            self._live(start, stop, walked)
            heard((stop - begin) / days)
        walked.tallies = self._desk.tallies
        return walked

    def _allocate(self, day: int, walked: Walked) -> None:
        before = self._plan.percents if self._plan else {}
        joined = self._planner.joined(self._world, day)
        for place in joined:
            walked.joined.setdefault(self._world.names[place], str(self._world.days[day]))
        if self._run.weights is not None:
            plan: Plan | None = fixed(self._world, day, self._run.weights, joined)
        else:
            plan = self._planner.plan(self._world, day, self._settings, before)
        if plan is not None and (self._run.weights is None or self._plan is None or plan.percents != before):
            walked.plans.append(plan.told)
        self._plan = plan or self._plan

    def _renew(self, day: int, walked: Walked) -> None:
        """Close everything and open it anew, in the size that the desk gives it now."""
        at, margin = _moment(self._world, day), float(self._values @ self._margins)
        self._desk.see(at, self._equity, margin)
        for stall in self._stalls:
            self._desk.close(stall)
        self._desk.see(at, self._equity, 0.0)
        history = self._history(day)
        fresh = np.array([self._open(stall, day, history) for stall in self._stalls])
        moved = np.abs(fresh - self._values)
        walked.traded[day - walked.begin] = moved.sum()
        walked.paid[day - walked.begin] = self._run.cost * moved
        self._values = fresh

    def _open(self, stall: Stall, day: int, history: History | None) -> float:
        percent = self._plan.percents.get(stall.name, Decimal(0)) if self._plan else Decimal(0)
        if not percent or not self._world.alive(stall.place, day) or self._equity <= 0:
            return 0.0
        moved = self._moved(stall.place, day)
        units = self._desk.open(stall, Allotted(f"a{day}", percent), moved, history)
        return float(units * PAR) * (1 + moved)

    def _moved(self, place: int, day: int) -> float:
        """Return how far the market moved from signal to decision: drawn, as wild as the strategy was lately."""
        if not self._run.delay_minutes:
            return 0.0
        lately = self._world.values[max(0, day - ENOUGH) : day, place]
        spread = float(lately.std()) * (self._run.delay_minutes / MINUTES) ** 0.5
        drawn = np.random.default_rng([self._run.scenario.seed, day, place]).standard_normal()
        return float(np.clip(spread * drawn, -0.5, 0.5))

    def _history(self, day: int) -> History | None:
        joined = self._planner.joined(self._world, day)
        if not joined:
            return None
        panel = common_history([self._world.series(place, day) for place in joined])
        return history_of(panel) if panel is not None else None

    def _live(self, start: int, stop: int, walked: Walked) -> None:
        """Let the positions earn the returns of the days from *start* until *stop*; a lost one stays lost."""
        world, rows = self._world, slice(start - walked.begin, stop - walked.begin)
        bought = self._bought(start)
        growth = np.cumprod(1.0 + world.values[start:stop], axis=0) * bought
        lost = np.cumsum(growth <= 0, axis=0) > 0
        values = np.where(lost, np.take_along_axis(growth, np.argmax(lost, axis=0)[None, :], axis=0), growth)
        gains = np.diff(np.vstack([self._values, values]), axis=0)
        gone = np.arange(start, stop)[:, None] > np.array(world.last)
        walked.gains[rows] = gains
        walked.held[rows] = np.where(gone | lost, 0.0, values)
        walked.equity[start - walked.begin + 1 : stop - walked.begin + 1] = self._equity + np.cumsum(
            gains.sum(axis=1) - walked.paid[rows].sum(axis=1)
        )
        self._equity = float(walked.equity[stop - walked.begin])
        self._values = walked.held[stop - walked.begin - 1].copy()

    def _bought(self, start: int) -> Floats:
        """Return what the positions would be worth at the signal's own price: the delay's move is paid for."""
        moves = np.array([self._moved(stall.place, start) for stall in self._stalls])
        worth: Floats = self._values / (1 + moves)
        return worth


def _moment(world: World, day: int) -> datetime:
    return datetime.fromisoformat(str(world.days[day])).replace(tzinfo=UTC) + OPENING
