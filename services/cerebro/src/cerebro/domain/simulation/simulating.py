"""One simulation from its job to its result: the desk as it is beside the desk as asked, on the same days."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from mathematricks.contracts.sandbox import Simulated, SimulationResult

from cerebro.domain.simulation.figures import difference, simulated, spreads
from cerebro.domain.simulation.job import DeskSettings, Job, Member
from cerebro.domain.simulation.planning import Planner
from cerebro.domain.simulation.walk import Walk
from cerebro.domain.simulation.world import NoWorld, World, world_of

Told = Callable[[float, str], None]


class NothingToSimulate(ValueError):
    """No strategy was known long enough for a single day to be traded."""


@dataclass
class _Stage:
    """What part of the whole is behind us."""

    told: Told
    parts: int
    done: int = 0

    def heard(self, name: str) -> Callable[[float], None]:
        """Return what the next part of the whole tells its own progress."""
        begun, self.done = self.done, self.done + 1
        return lambda part: self.told((begun + part) / self.parts, name)


def simulate(job: Job, told: Told) -> SimulationResult:
    """
    Return what comes of *job*: the same for the same job, but for the time it took, which is not known here.

    Raises:
        NoWorld: its scenario cannot be made of these histories.
        NothingToSimulate: no strategy was known for 252 days.
    """
    paths = job.run.scenario.paths
    stage = _Stage(told, paths + (job.before is not None))
    planner = Planner(job.members)
    found = [
        _side(job, job.after, job.members, (path, planner), stage.heard(_named(path, paths))) for path in range(paths)
    ]
    order = sorted(range(paths), key=lambda path: found[path].figures.final_equity)
    middle = order[(paths - 1) // 2]
    before = None
    if job.before is not None:
        real = tuple(one for one in job.members if not one.hypothetical)
        now = replace(job, run=replace(job.run, weights=None))
        before = _side(
            now, job.before, real, (middle, Planner(real, planner.answers)), stage.heard("the desk as it is")
        )
    after = found[middle]
    return SimulationResult(
        before=before,
        after=after,
        difference=difference(before.figures, after.figures) if before else {},
        paths=spreads([one.figures for one in found]) if paths > 1 else {},
        notes=tuple(_notes(job)),
        milliseconds=0.0,
    )


def _side(
    job: Job,
    settings: DeskSettings,
    members: Sequence[Member],
    way: tuple[int, Planner],
    heard: Callable[[float], None],
) -> Simulated:
    path, planner = way
    whole = world_of([one.series() for one in job.members], job.run.scenario, path)
    begin = _begin(whole, Planner(job.members))
    world = _only(whole, [one.name for one in members])
    walked = Walk(world, settings, job.run, planner).over(begin, heard)
    return simulated(world, walked, settings, members, job.after.terms.confidence)


def _begin(world: World, planner: Planner) -> int:
    """Return the first day that may be traded and on which somebody has joined: both sides begin with it."""
    for day in range(world.begin, world.days.size):
        if planner.joined(world, day):
            return day
    raise NothingToSimulate("No strategy was known for 252 days before the last day of the scenario.")


def _only(world: World, names: Sequence[str]) -> World:
    """Return *world* with these strategies alone, on the same days."""
    places = [world.names.index(name) for name in names if name in world.names]
    if not places:
        raise NoWorld("none of the desk's strategies has a return in this scenario")
    return replace(
        world,
        names=tuple(world.names[place] for place in places),
        values=world.values[:, places],
        on=world.on[:, places],
        first=tuple(world.first[place] for place in places),
        last=tuple(world.last[place] for place in places),
    )


def _named(path: int, paths: int) -> str:
    return "the desk as asked" if paths == 1 else f"the desk as asked, path {path + 1} of {paths}"


def _notes(job: Job) -> list[str]:
    unknown = [one.name for one in job.members if one.margin is None]
    blind = [one.name for one in job.members if one.alpha is None]
    notes = []
    if astray := sorted(set(job.run.weights or {}) - {one.name for one in job.members}):
        notes.append(f"No strategy of this name takes part: {', '.join(astray)}")
    if unknown:
        notes.append(f"Margin unknown, counted as none: {', '.join(unknown)}")
    if blind and job.run.delay_minutes:
        notes.append(f"Expected alpha unknown, so never refused for slippage: {', '.join(blind)}")
    return notes
