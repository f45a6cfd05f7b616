"""Builders of what the desk records of one signal: the decision, its orders, and what was booked."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from mathematricks.contracts.accounts import LedgerEntry
from mathematricks.contracts.decisions import Cap, Decision, Grounds, LegDecision
from mathematricks.contracts.executions import Execution
from mathematricks.contracts.orders import Happening, OrderRecord, OrderStatus, TradingOrder
from mathematricks.contracts.signals import SignalRecord, StandardSignal

from support.signals import NOON, a_contract, a_signal

DECIDED = NOON + timedelta(milliseconds=5)
CLAIMED = NOON + timedelta(milliseconds=8)
SUBMITTED = NOON + timedelta(milliseconds=10)
FILLED = NOON + timedelta(milliseconds=30)
BOOKED = NOON + timedelta(milliseconds=40)


def a_stored_signal(signal: StandardSignal | None = None, **but: Any) -> SignalRecord:
    """Return a signal as ingestion stores it, its body beside it."""
    signal = signal or a_signal(**but)
    body = {"raw_id": "r1", "intake": "http", "client": "203.0.113.7", "size": 120, "sha256": "ab" * 32}
    return SignalRecord(**signal.model_dump(), **body, body='{"passphrase": "[redacted]"}')


def a_trading_order(signal: StandardSignal, **but: Any) -> TradingOrder:
    """Return the market order of *signal*'s first leg on the paper book, but for *but*."""
    usual: dict[str, Any] = {
        "order_id": f"o-{signal.signal_id}",
        "signal_id": signal.signal_id,
        "strategy_id": signal.strategy_id,
        "external_id": signal.external_id,
        "portfolio": "paper",
        "seq": 7,
        "account": "paper:IBKR_Main",
        "mode": "PAPER",
        "instrument": signal.legs[0].instrument,
        "contract": signal.legs[0].contract,
        "purpose": "entry",
        "side": signal.legs[0].action,
        "quantity": Decimal(200),
        "reserved_margin": Decimal(15_000),
        "sent_at": signal.sent_at,
        "received_at": signal.received_at,
        "decided_at": DECIDED,
    }
    return TradingOrder(**usual | but)


def an_order_record(order: TradingOrder, status: str = "FILLED", **but: Any) -> OrderRecord:
    """Return *order* as execution keeps it, in *status*; a filled one at 150."""
    filled = order.quantity or Decimal(0) if status == "FILLED" else Decimal(0)
    ended = status in ("FILLED", "CANCELLED", "REJECTED", "EXPIRED")
    usual: dict[str, Any] = {
        "status": OrderStatus(status),
        "revision": 3,
        "live": not ended,
        "working_quantity": order.quantity,
        "filled": filled,
        "average_price": Decimal(150) if filled else None,
        "history": (Happening(at=SUBMITTED, event="NEW", status=OrderStatus.SUBMITTED, reason="venue says hello"),),
        "worker": "w1",
        "recorded_at": CLAIMED,
        "submitted_at": SUBMITTED,
        "ended_at": FILLED if ended else None,
        "updated_at": FILLED,
    }
    return OrderRecord(**order.model_dump() | usual | but)


def a_decision(signal: StandardSignal, *orders: TradingOrder, **but: Any) -> Decision:
    """Return the decision that resized *signal* to 200 units, or whatever *but* says."""
    leg = signal.legs[0]
    caps = (
        Cap(name="strategy_capital", asked=Decimal(400), given=Decimal(310), facts={"equity": Decimal(251_786)}),
        Cap(name="account_margin", asked=Decimal(310), given=Decimal(200), facts={"margin": Decimal("0.39")}),
    )
    sized = LegDecision(
        leg_index=0,
        instrument=leg.instrument,
        intent="ENTRY",
        side=leg.action,
        wanted=Decimal(400),
        quantity=Decimal(200),
        caps=caps,
        capital_per_unit=Decimal(75),
    )
    grounds = Grounds(
        base_currency="USD",
        equity=Decimal(251_786),
        allocation_percent=Decimal("13.25"),
        allocation_id="a1",
        capital=Decimal(33_362),
        in_use=Decimal(0),
        sizing="units",
    )
    usual: dict[str, Any] = {
        "version": "v1",
        "code_version": "0.1.0",
        "portfolio": "paper",
        "seq": 7,
        "epoch": 1,
        "signal_id": signal.signal_id,
        "strategy_id": signal.strategy_id,
        "strategy_seq": signal.strategy_seq,
        "external_id": signal.external_id,
        "mode": "PAPER",
        "account": "paper:IBKR_Main",
        "outcome": "RESIZED",
        "reason": "account_margin",
        "sentence": "Resized from 400 to 200: paper:IBKR_Main has 39 % of 251786 tied up",
        "warnings": ("the book holds 12 lots",),
        "legs": (sized,),
        "grounds": grounds,
        "orders": orders,
        "sent_at": signal.sent_at,
        "received_at": signal.received_at,
        "decided_at": DECIDED,
    }
    return Decision(**usual | but)


def a_refusal(signal: StandardSignal, reason: str = "MARGIN_LIMIT", **but: Any) -> Decision:
    """Return the decision that refused *signal*."""
    usual: dict[str, Any] = {"outcome": "REFUSED", "reason": reason, "legs": (), "grounds": None}
    return a_decision(signal, **usual | but)


def a_fill(order: TradingOrder, **but: Any) -> Execution:
    """Return the fill of all of *order* at 150."""
    usual: dict[str, Any] = {
        "execution_id": f"x-{order.order_id}",
        "order_id": order.order_id,
        "signal_id": order.signal_id,
        "strategy_id": order.strategy_id,
        "account": order.account,
        "mode": order.mode,
        "instrument": order.instrument,
        "contract": a_contract(order.instrument),
        "purpose": order.purpose,
        "side": order.side,
        "quantity": order.quantity,
        "price": Decimal(150),
        "currency": "USD",
        "commission": Decimal("1.25"),
        "fx_rate": Decimal(1),
        "base_currency": "USD",
        "executed_at": FILLED,
        "recorded_at": FILLED,
    }
    return Execution(**usual | but)


def a_booking(fill: Execution, **but: Any) -> LedgerEntry:
    """Return the ledger entry of *fill*, which realized nothing yet."""
    sign = 1 if fill.side == "BUY" else -1
    usual: dict[str, Any] = {
        "entry_id": fill.execution_id,
        "kind": "execution",
        "mode": fill.mode,
        "account": fill.account,
        "at": fill.executed_at,
        "seq": 1,
        "strategy_id": fill.strategy_id,
        "instrument": fill.instrument,
        "order_id": fill.order_id,
        "signal_id": fill.signal_id,
        "booked_at": BOOKED,
        "quantity": sign * fill.quantity,
        "currency": fill.currency,
        "cash": -sign * fill.quantity * fill.price - fill.commission,
        "commission_base": fill.commission,
        "base_currency": fill.base_currency,
        "execution": fill,
    }
    return LedgerEntry(**usual | but)
