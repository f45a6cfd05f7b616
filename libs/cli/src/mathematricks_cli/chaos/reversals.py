"""Positions as their venue made them, fill by fill: does any exit go through zero, does any position stay?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from decimal import Decimal

from mathematricks.contracts.base import Side, opposite
from mathematricks.contracts.executions import UNATTRIBUTED, Execution

from mathematricks_cli.chaos.evidence import Breach

ZERO = Decimal(0)
Place = tuple[str, str, str]
"""Account, strategy and instrument."""


def reversals(executions: Iterable[Execution]) -> Iterator[Breach]:
    """
    Yield the fills of exits that closed more than there was, in the venue's order.

    What entries have bought, exits may sell, and the other way round: an entry to the other side that
    is filled meanwhile makes no room for either.
    """
    opened: dict[tuple[Place, Side], Decimal] = defaultdict(lambda: ZERO)
    for each in executions:
        place = _place(each)
        if each.purpose == "entry":
            opened[place, each.side] += each.quantity
        elif each.purpose is not None:
            left = opened[place, opposite(each.side)] = opened[place, opposite(each.side)] - each.quantity
            if left < 0:
                said = f"closed {-left:f} more than {place[1]} held of {place[2]} on {place[0]}"
                yield Breach("unexplained", f"{each.purpose} {each.execution_id} {said}")


def left_open(executions: Iterable[Execution], disturbed: Collection[tuple[str, str]]) -> Iterator[Breach]:
    """Yield what strategies hold at the end, where nobody else traded: every story ends with an exit of all."""
    positions: dict[Place, Decimal] = defaultdict(lambda: ZERO)
    for each in executions:
        positions[_place(each)] += each.quantity if each.side == "BUY" else -each.quantity
    for (account, strategy, instrument), units in sorted(positions.items()):
        if units and strategy != UNATTRIBUTED and (account, instrument) not in disturbed:
            yield Breach("orphaned", f"{strategy} still holds {units:f} {instrument} on {account}")


def _place(execution: Execution) -> Place:
    return execution.account, execution.strategy_id, execution.instrument
