"""The plan of a run: which blow falls after how many signals. A seed gives the same plan each time."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from mathematricks_cli import fleet
from mathematricks_cli.chaos.points import ANYONE
from mathematricks_cli.chaos.points import VENUE as VENUE
from mathematricks_cli.faults import OperatorFault

EMULATOR, MONGOD = "emulator", "mongod"
KILLABLE = (*fleet.START_ORDER, EMULATOR, MONGOD, VENUE)
"""Processes that may be killed; an emulator comes back empty."""
AT_VENUE = (
    *("reply_lost", "order_lost", "delay", "duplicate_events", "reordered_events", "partial_fills"),
    *("reject", "disconnect", "reused_ids", "liquidation", "stale_clock"),
)
ON_THE_WAY = ("mongod_cut", "mongod_slow", "venue_cut", "venue_slow")
FAULTS = (*AT_VENUE, *ON_THE_WAY)
WALKED = (fleet.INGESTION, fleet.CEREBRO, fleet.EXECUTION, fleet.ACCOUNTS, VENUE)
"""Those that signals and fills pass through die twice as often."""
SIGNALS_PER_KILL, SIGNALS_PER_FAULT = 100, 70
FIRST, LAST = 0.04, 0.94
"""Between which parts of the signals the blows fall."""
TOGETHER = 0.2
"""How often a second process dies with the first."""
AT_A_POINT = 0.6
"""How often a process that has fail points dies at one of them, instead of anywhere."""
Kind = Literal["kill", "fail_point", "fault"]


@dataclass(frozen=True)
class Options:
    """What a run is asked for: how many signals, which seed, what may be killed, which faults may strike."""

    signals: int
    seed: int
    kill: tuple[str, ...] = KILLABLE
    faults: tuple[str, ...] = FAULTS


@dataclass(frozen=True)
class Blow:
    """
    One thing that is done to the desk.

    Attributes:
        after: How many signals were sent when it falls.
        kind: A process killed at a random moment, or at a fail point; or a fault.
        target: The processes to kill, or the fault.
        point: The fail point to die at.
        terms: What else decides it: the passing of the fail point, seconds, times, a seed.
    """

    after: int
    kind: Kind
    target: tuple[str, ...]
    point: str | None = None
    terms: Mapping[str, float] = field(default_factory=dict)

    def as_document(self) -> dict[str, Any]:
        """Return it as the report shows it."""
        return asdict(self)


def chosen(written: str, known: Sequence[str], what: str) -> tuple[str, ...]:
    """Return the names in *written* (``all``, ``none`` or names with commas), in the order of *known*."""
    if written in ("all", "none", ""):
        return tuple(known) if written == "all" else ()
    named = {part.strip() for part in written.split(",")}
    if unknown := sorted(named - set(known)):
        raise OperatorFault(f"No {what} is called {', '.join(unknown)}; there are {', '.join(known)}, all and none")
    return tuple(name for name in known if name in named)


def plan_of(options: Options, points: Mapping[str, Sequence[str]]) -> tuple[Blow, ...]:
    """Return the blows of a run in their order; *points* are the fail points by whose they are."""
    dice = random.Random(f"plan {options.seed}")  # noqa: S311 - chance that can be repeated, no secret
    blows = [*_kills(options, points, dice), *_faults(options, dice)]
    return tuple(sorted(blows, key=lambda blow: (blow.after, blow.kind, blow.target)))


def _kills(options: Options, points: Mapping[str, Sequence[str]], dice: random.Random) -> Iterator[Blow]:
    if not options.kill:
        return
    count = max(2, options.signals // SIGNALS_PER_KILL)
    turns = [*options.kill, *(name for name in options.kill if name in WALKED)]
    for moment, victim in zip(_moments(options, count, dice), _rounds(turns, dice), strict=False):
        own = [*points.get(victim, ()), *(points.get(ANYONE, ()) if victim in fleet.START_ORDER else ())]
        if own and dice.random() < AT_A_POINT:
            yield Blow(moment, "fail_point", (victim,), dice.choice(own), {"passing": dice.choice((1, 1, 2, 3, 5))})
            continue
        others = [name for name in options.kill if name != victim]
        along = (dice.choice(others),) if others and dice.random() < TOGETHER else ()
        yield Blow(moment, "kill", (victim, *along), None, {"seconds": round(dice.uniform(0, 0.3), 3)})


def _faults(options: Options, dice: random.Random) -> Iterator[Blow]:
    if not options.faults:
        return
    count = max(2, options.signals // SIGNALS_PER_FAULT)
    for moment, fault in zip(_moments(options, count, dice), _rounds(options.faults, dice), strict=False):
        yield Blow(moment, "fault", (fault,), None, _terms(fault, dice))


def _terms(fault: str, dice: random.Random) -> dict[str, float]:
    seed: dict[str, float] = {"seed": dice.randrange(1 << 30)}
    if fault.endswith("_cut") or fault in ("disconnect", "reused_ids"):
        return {"seconds": round(dice.uniform(0, 1.0), 3)}
    if fault.endswith("_slow"):
        return {"seconds": round(dice.uniform(0.5, 2.0), 3), "delay": round(dice.uniform(0.02, 0.3), 3)}
    if fault == "delay":
        return {"times": dice.randint(1, 3), "seconds": round(dice.uniform(0.2, 2.5), 3)} | seed
    if fault == "stale_clock":
        return {"times": dice.randint(1, 5), "seconds": dice.randint(5, 900)}
    if fault == "liquidation":
        return {"times": 1}
    return {"times": dice.randint(1, 8 if fault.endswith("_events") else 4)} | seed


def _moments(options: Options, count: int, dice: random.Random) -> list[int]:
    """Return *count* numbers of signals, spread over the run, each somewhere in its own stretch."""
    stretch = (LAST - FIRST) / count
    return [int(options.signals * (FIRST + stretch * (place + dice.random()))) for place in range(count)]


def _rounds(names: Sequence[str], dice: random.Random) -> Iterator[str]:
    """Yield *names* in one random order after another, so that each has its turn."""
    while True:
        yield from dice.sample(names, len(names))
