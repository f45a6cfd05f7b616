"""Booking: a venue's fill becomes an execution, with the facts that money depends on."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import structlog
from mathematricks.contracts.base import to_instant
from mathematricks.contracts.executions import UNATTRIBUTED, Execution
from mathematricks.contracts.orders import OrderRecord

from execution.ports import BrokerFill, Ports

log = structlog.get_logger(__name__)


def order_id_of(client_order_id: str | None) -> tuple[str | None, int | None]:
    """Return order id and attempt that our id at the venue is made of; nothing where it is not ours."""
    name, dot, number = (client_order_id or "").rpartition(".")
    return (name, int(number)) if dot and name and number.isdecimal() else (None, None)


def book_fill(ports: Ports, fill: BrokerFill, order: OrderRecord | None, now: datetime) -> Execution:
    """Return *fill* as we keep it: attributed to *order*'s strategy, or EXTERNAL where nobody here ordered it."""
    account = ports.brokers.account(fill.account)
    base = account.base_currency if account else "USD"
    return Execution.model_construct(
        execution_id=fill.execution_id,
        order_id=order.order_id if order else None,
        signal_id=order.signal_id if order else None,
        strategy_id=order.strategy_id if order else UNATTRIBUTED,
        account=fill.account,
        mode=account.mode if account else "LIVE",
        instrument=fill.contract.key,
        contract=fill.contract,
        purpose=order.purpose if order else None,
        side=fill.side,
        quantity=fill.quantity,
        price=fill.price,
        multiplier=fill.multiplier,
        currency=fill.currency,
        commission=fill.commission,
        fx_rate=fx_rate(ports, fill.currency, base),
        base_currency=base,
        executed_at=to_instant(fill.executed_at),
        venue_seq=fill.venue_seq,
        recorded_at=now,
    )


def fx_rate(ports: Ports, currency: str, base: str) -> Decimal:
    """
    Return the value of one unit of *currency* in *base*: as quoted, else as last booked.

    A fill is a fact and is booked even where no rate was ever known; then at 1, and the log says so.
    """
    rate = ports.market.rate(currency, base) or ports.blotter.rates.get((currency, base))
    if rate is None:
        log.error("execution.rate_unknown", currency=currency, base=base)
    return rate if rate is not None else Decimal(1)
