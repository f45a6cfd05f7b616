"""The end of a signal: what all its orders together have come to."""

from __future__ import annotations

from collections.abc import Sequence

from mathematricks.contracts.accounts import LedgerEntry
from mathematricks.contracts.decisions import Decision
from mathematricks.contracts.executions import Execution
from mathematricks.contracts.orders import TERMINAL, OrderRecord, OrderStatus
from mathematricks.contracts.receipts import End, ReceiptCommand

PROTECTIVE = frozenset({"stop_loss", "take_profit"})
"""Orders that live with a position: the signal that opened it has its end without them."""
UNSETTLED: frozenset[End] = frozenset({"waiting", "working", "parked"})
_AT_VENUE = frozenset({OrderStatus.SUBMITTED, OrderStatus.PARTIALLY_FILLED})


def outcome_of(
    decision: Decision | None, orders: Sequence[OrderRecord], commands: Sequence[ReceiptCommand] = ()
) -> End:
    """
    Return where a signal stands, given its decision, its orders and the commands it gave.

    An order that was decided but that execution has not recorded yet is on its way.
    """
    if decision is None:
        return "waiting"
    if decision.outcome == "REFUSED":
        return "refused"
    missing = {order.order_id for order in decision.orders} - {order.order_id for order in orders}
    traded = [order for order in orders if order.purpose not in PROTECTIVE]
    alive = [order for order in traded if order.status not in TERMINAL]
    if any(order.status is OrderStatus.PARKED for order in alive):
        return "parked"
    if missing or not all(command.obeyed for command in commands):
        return "working"
    if alive:
        return "resting" if all(_rests(order) for order in alive) else "working"
    return _ended(traded) if traded else "done"


def is_settled(end: End, executions: Sequence[Execution], entries: Sequence[LedgerEntry]) -> bool:
    """Return whether nothing more happens by itself: the signal is at an end and all its fills are booked."""
    booked = {entry.entry_id for entry in entries}
    return end not in UNSETTLED and all(execution.execution_id in booked for execution in executions)


def _rests(order: OrderRecord) -> bool:
    return order.status in _AT_VENUE and order.order_type != "MARKET"


def _ended(orders: Sequence[OrderRecord]) -> End:
    statuses = {order.status for order in orders}
    if any(order.purpose == "unwind" for order in orders):
        return "unwound"
    if statuses == {OrderStatus.FILLED}:
        return "filled"
    if any(order.filled > 0 for order in orders):
        return "partly_filled"
    if OrderStatus.REJECTED in statuses:
        return "rejected"
    return "expired" if OrderStatus.EXPIRED in statuses else "cancelled"
