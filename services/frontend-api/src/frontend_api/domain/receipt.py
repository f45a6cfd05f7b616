"""The receipt of a signal, put together from what each service recorded of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from mathematricks.contracts.accounts import LedgerEntry
from mathematricks.contracts.decisions import Decision
from mathematricks.contracts.executions import Execution
from mathematricks.contracts.orders import TERMINAL, OrderRecord
from mathematricks.contracts.receipts import (
    Receipt,
    ReceiptBooking,
    ReceiptCommand,
    ReceiptDecision,
    ReceiptFill,
    ReceiptOrder,
    ReceiptResult,
    ReceiptVersions,
)
from mathematricks.contracts.signals import BodyFacts, SignalRecord, StandardSignal

from frontend_api.domain.hops import hops_of
from frontend_api.domain.outcome import is_settled, outcome_of


@dataclass(frozen=True)
class Trail:
    """What the desk recorded of one signal; *commanded* are other signals' orders that it told to cancel."""

    signal: SignalRecord
    decision: Decision | None = None
    orders: Sequence[OrderRecord] = ()
    commanded: Sequence[OrderRecord] = ()
    executions: Sequence[Execution] = ()
    entries: Sequence[LedgerEntry] = ()


def receipt_of(trail: Trail) -> Receipt:
    """Return the receipt; parts that have not happened yet are empty."""
    decision, commands = trail.decision, _commands(trail)
    end = outcome_of(decision, trail.orders, commands)
    return Receipt(
        signal_id=trail.signal.signal_id,
        end=end,
        settled=is_settled(end, trail.executions, trail.entries),
        summary=decision.sentence if decision else "Received; Cerebro has not decided yet",
        raw=BodyFacts.model_validate(trail.signal.model_dump()),
        signal=StandardSignal.model_validate(trail.signal.model_dump()),
        decision=ReceiptDecision.model_validate(decision.model_dump()) if decision else None,
        orders=tuple(_order(order, trail.executions) for order in sorted(trail.orders, key=_place)),
        commands=commands,
        bookings=tuple(ReceiptBooking.model_validate(entry.model_dump()) for entry in trail.entries),
        results=_results(trail.entries),
        hops=hops_of(trail.signal, decision, trail.orders, trail.executions, trail.entries),
        versions=_versions(decision) if decision else None,
    )


def _place(order: OrderRecord) -> tuple[int, str, str]:
    return order.leg_index, order.decided_at.isoformat(), order.order_id


def _order(order: OrderRecord, executions: Sequence[Execution]) -> ReceiptOrder:
    mine = sorted((one for one in executions if one.order_id == order.order_id), key=lambda one: one.executed_at)
    fills = tuple(ReceiptFill.model_validate(one.model_dump()) for one in mine)
    return ReceiptOrder.model_validate(order.model_dump()).model_copy(update={"fills": fills})


def _commands(trail: Trail) -> tuple[ReceiptCommand, ...]:
    known = {order.order_id: order for order in trail.commanded}
    return tuple(
        ReceiptCommand(
            command_id=command.command_id,
            order_id=command.order_id,
            status=order.status if order else None,
            obeyed=order is not None and (order.status in TERMINAL or command.command_id in order.commands),
        )
        for command in (trail.decision.commands if trail.decision else ())
        for order in (known.get(command.order_id),)
    )


def _results(entries: Sequence[LedgerEntry]) -> tuple[ReceiptResult, ...]:
    """Return one result per base currency; amounts in different currencies are never summed."""
    results = []
    for currency in sorted({entry.base_currency for entry in entries}):
        mine = [entry for entry in entries if entry.base_currency == currency]
        gross = sum((entry.realized_base for entry in mine), Decimal(0))
        commission = sum((entry.commission_base for entry in mine), Decimal(0))
        results.append(ReceiptResult(currency=currency, gross=gross, commission=commission, net=gross - commission))
    return tuple(results)


def _versions(decision: Decision) -> ReceiptVersions:
    allocation = decision.grounds.allocation_id if decision.grounds else None
    return ReceiptVersions.model_validate(decision.model_dump() | {"allocation_id": allocation})
