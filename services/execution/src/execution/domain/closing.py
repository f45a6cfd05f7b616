"""What the desk's own closing orders are sized by, on the blotter as it is now."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal

from mathematricks.contracts.controls import Scope
from mathematricks.contracts.executions import UNATTRIBUTED
from mathematricks.contracts.orders import OrderRecord

from execution.domain.blotter import Blotter
from execution.domain.controls.flattening import FLATTEN, PREFIX, is_clear, to_close
from execution.domain.orders import Place

ZERO = Decimal(0)


def concerned(orders: Iterable[OrderRecord], whose: str) -> list[OrderRecord]:
    """Return which *orders* of a place bear on closing it: all, or for one strategy its own and those that close it."""
    return [order for order in orders if not whose or order.strategy_id == whose or _closes(order, whose)]


def _closes(order: OrderRecord, whose: str) -> bool:
    return order.purpose == FLATTEN and order.external_id in ("", whose)


def has_moved(order: OrderRecord, blotter: Blotter, going: Iterable[OrderRecord] = ()) -> bool:
    """
    Return whether a closing *order* may no longer be what its place needs, so that the place is looked at again.

    What is *going* in the same moment counts as gone.

    One for an account was sized by its venue's word: nothing in the place may have changed since. One for
    a strategy was sized by the records: they must still call for as much.
    """
    place = order.account, order.instrument
    beside = [other for other in blotter.live_in(*place) if other.order_id != order.order_id]
    mine = concerned(beside, order.external_id)
    if not is_clear(mine) or any((other.account, other.instrument) == place for other in going):
        return True
    if not order.external_id:
        return blotter.changed_since(*place, order.decided_at)
    need = to_close(own_need(blotter, place, order.external_id), mine)
    return need is None or need[0] != order.side or need[1] < order.open_quantity


def own_need(blotter: Blotter, place: Place, whose: str) -> Decimal:
    """Return what is still to be closed for one strategy: what it holds, less what was closed for it but not split."""
    done = [order for order in closers_of(blotter, place, whose) if order.external_id == whose]
    closed = sum((order.filled if order.side == "BUY" else -order.filled for order in done), ZERO)
    return blotter.sub_positions(*place).get(whose, ZERO) + closed


def closers_of(blotter: Blotter, place: Place, whose: str) -> list[OrderRecord]:
    """Return what closed *place* and is not split yet: all of it for its account, for one strategy what closed that."""
    known = uncrossed(blotter).get(place, [])
    return known if not whose else [order for order in known if order.external_id == whose]


def uncrossed(blotter: Blotter) -> dict[Place, list[OrderRecord]]:
    """Return by place the closing orders that traded and whose trades are not yet split over the strategies."""
    found: dict[Place, list[OrderRecord]] = defaultdict(list)
    for order in blotter.watched():
        if order.purpose == FLATTEN and order.strategy_id == UNATTRIBUTED and order.attempts and order.filled:
            found[(order.account, order.instrument)].append(order)
    return found


def generation_of(order: OrderRecord) -> int | None:
    """Return the generation that a closing order was named by; None for any other order."""
    if order.purpose != FLATTEN or not order.signal_id.startswith(PREFIX):
        return None
    number = order.signal_id.removeprefix(PREFIX).partition(":")[0]
    return int(number) if number.isdecimal() else None


def is_held(scope: Scope, blotter: Blotter, place: Place) -> bool:
    """Return whether anything within *scope* is held in *place*, by a strategy or by the venue."""
    positions = blotter.sub_positions(*place)
    if scope.kind == "strategy":
        return bool(positions.get(scope.name))
    if not scope.covers(place[0], UNATTRIBUTED):
        return False
    return bool(blotter.held(*place).venue_net) or any(name != UNATTRIBUTED for name in positions)
