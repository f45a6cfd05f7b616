"""The optimisation of one day of the walk: what the nightly proposal would have said, from what was known then."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from mathematricks.contracts.sandbox import Reallocation
from mathematricks.quant.returns import SeriesError

from cerebro.domain.allocation.answers import Answer, Infeasible, Unproved
from cerebro.domain.proposal import FEWEST_DAYS, Problem, problem_of, shares_of, solve
from cerebro.domain.simulation.job import DeskSettings, Member
from cerebro.domain.simulation.world import World


@dataclass(frozen=True)
class Plan:
    """The allocation in force: per cent of equity, and what the optimiser said."""

    percents: Mapping[str, Decimal]
    told: Reallocation


@dataclass
class Planner:
    """
    Proposes and approves at once.

    Answers are kept by the hash of their problem: the desk as it is and the desk as asked often solve the same one.
    """

    members: Sequence[Member]
    answers: dict[str, Answer | Infeasible | Unproved] = field(default_factory=dict)

    def joined(self, world: World, day: int) -> list[int]:
        """
        Return the columns of the strategies that have 252 returns before *day* and are not over, by name.

        That a strategy is over is known from its last day in the files: only whether it goes on is looked up ahead.
        """
        known = world.on[:day].sum(axis=0)
        places = [place for place in range(len(world.names)) if world.alive(place, day) and known[place] >= FEWEST_DAYS]
        return sorted(places, key=lambda place: world.names[place])

    def plan(self, world: World, day: int, settings: DeskSettings, before: Mapping[str, Decimal]) -> Plan | None:
        """Return the allocation from *day* on; where there is no answer, the one *before*; None: nobody has joined."""
        series = [world.series(place, day) for place in self.joined(world, day)]
        if not series:
            return None
        known = {one.name: one.margin for one in self.members if one.margin is not None}
        margins = {one.name: known[one.name] for one in series if one.name in known}
        try:
            problem = problem_of(series, settings.terms, margins, float(settings.policy.margin_limit))
        except SeriesError as why:
            return Plan(before, _kept((world, day, 0), Infeasible(("days",), str(why)), before))
        seen, answer = (world, day, problem.values.shape[0]), self._answer(problem)
        if not isinstance(answer, Answer):
            return Plan(before, _kept(seen, answer, before))
        percents = shares_of(dict(zip(answer.names, map(float, answer.weights), strict=True)))
        return Plan(percents, _told(seen, answer, percents, before))

    def _answer(self, problem: Problem) -> Answer | Infeasible | Unproved:
        key = problem.hash()
        if key not in self.answers:
            try:
                self.answers[key] = solve(problem)
            except Unproved as why:
                self.answers[key] = why
        return self.answers[key]


def fixed(world: World, day: int, weights: Mapping[str, float], joined: Sequence[int]) -> Plan:
    """Return the allocation that gives *weights* to those who have joined."""
    names = {world.names[place] for place in joined}
    percents = shares_of({name: weight for name, weight in weights.items() if name in names})
    told = Reallocation(day=str(world.days[day]), outcome="KEPT", days=0, weights=_shares(percents), turnover=0.0)
    return Plan(percents, told)


Seen = tuple[World, int, int]
"""A world, the day of the optimisation, and how many days it saw."""


def _told(seen: Seen, answer: Answer, after: Mapping[str, Decimal], before: Mapping[str, Decimal]) -> Reallocation:
    world, day, days = seen
    return Reallocation(
        day=str(world.days[day]),
        outcome="OPTIMAL",
        days=days,
        weights=_shares(after),
        turnover=_turnover(after, before),
        cvar=answer.measures.get("cvar"),
        gap=answer.proof.gap,
        binding=answer.binding,
    )


def _kept(seen: Seen, answer: Infeasible | Unproved, before: Mapping[str, Decimal]) -> Reallocation:
    world, day, days = seen
    infeasible = isinstance(answer, Infeasible)
    return Reallocation(
        day=str(world.days[day]),
        outcome="INFEASIBLE" if infeasible else "UNPROVED",
        why=f"{', '.join(answer.which)}: {answer.why}" if isinstance(answer, Infeasible) else str(answer),
        days=days,
        weights=_shares(before),
        turnover=0.0,
    )


def _shares(percents: Mapping[str, Decimal]) -> dict[str, float]:
    return {name: float(percent) / 100 for name, percent in percents.items()}


def _turnover(after: Mapping[str, Decimal], before: Mapping[str, Decimal]) -> float:
    names = after.keys() | before.keys()
    zero = Decimal(0)
    return float(sum(abs(after.get(name, zero) - before.get(name, zero)) for name in names)) / 100
