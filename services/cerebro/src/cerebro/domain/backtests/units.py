"""Whether returns are fractions or per cent: said by the cells or the heading, proved by the numbers, or asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import pstdev

from mathematricks.contracts.backtests import Units

from cerebro.domain.backtests.asking import Asked
from cerebro.domain.backtests.cells import Number

FACTORS: dict[Units, float] = {"percent": 0.01, "fraction": 1.0, "bps": 0.0001}
ENOUGH = 20
LARGEST_FRACTION, WIDEST_FRACTION = 0.25, 0.04
"""
Numbers within these are fractions: as per cent, the strategy would never have moved by a quarter of a per cent in
a day, nor by 0.6 % in a year.
"""


@dataclass(frozen=True)
class Scale:
    """What a number without a sign of its own is multiplied by, and how that is known."""

    factor: float
    why: str


def scale_of(numbers: Sequence[Number], heading: str, given: Units | None) -> Scale | Asked:
    """
    Return what numbers without a per cent sign mean.

    An option settles it. Otherwise the numbers must be possible in one unit only, or the heading names a unit that
    the numbers do not speak against.
    """
    bare = [one.value for one in numbers if not one.percent and one.value != 0]
    if given is not None:
        return Scale(FACTORS[given], f"told: {given}")
    if not bare:
        return Scale(0.01, "every return carries a % sign")
    if len(bare) < len([one for one in numbers if one.value != 0]):
        return _ask(f"{len(bare)} returns have no % sign and others have one")
    if any(word in heading for word in ("bps", "basis point")):
        return Scale(0.0001, f'the heading "{heading}" says basis points')
    shown = _shown(bare)
    said = _said(heading)
    if said is not None and shown is not None and said.factor != shown.factor:
        return _ask(f'the heading "{heading}" and the numbers contradict each other ({shown.why})')
    return said or shown or _ask(f"the returns reach {max(bare, key=abs):g} and nothing names their unit")


def _said(heading: str) -> Scale | None:
    if any(word in heading for word in ("%", "pct", "percent", "per cent")):
        return Scale(0.01, f'the heading "{heading}" says per cent')
    if any(word in heading for word in ("fraction", "decimal")):
        return Scale(1.0, f'the heading "{heading}" says fractions')
    return None


def _shown(bare: Sequence[float]) -> Scale | None:
    if min(bare) <= -1:
        return Scale(
            0.01, f"a return of {min(bare):g} can only be per cent: as a fraction it loses more than everything"
        )
    largest = max(abs(one) for one in bare)
    if len(bare) >= ENOUGH and largest < LARGEST_FRACTION and pstdev(bare) < WIDEST_FRACTION:
        return Scale(1.0, f"no return is beyond {largest:g}: as per cent it would never have moved")
    return None


def _ask(because: str) -> Asked:
    return Asked(
        "units",
        f"Are the returns fractions or per cent? {because[0].upper()}{because[1:]}. "
        "Give --units percent (0.5 means 0.5 %), --units fraction (0.5 means 50 %) or --units bps (50 means 0.5 %).",
    )
