"""Builders of executions, confirmations and account updates: name only what the test is about."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from mathematricks.contracts.accounts import AccountUpdate, BrokerPosition
from mathematricks.contracts.executions import Execution, ExecutionConfirmation
from mathematricks.contracts.instruments import Contract
from mathematricks.contracts.orders import OrderStatus

ACCOUNT = "paper:IBKR_Main"
OPENED = datetime(2026, 11, 20, 14, 30, tzinfo=UTC)
"""Venue time of the first execution that a test builds; each later one is a millisecond younger."""

_numbers = itertools.count(1)


def a_contract(symbol: str = "AAPL", **but: Any) -> Contract:
    """Return a stock, unless told otherwise: ``a_contract("GC", type="FUTURE", expiry="20261229")``."""
    return Contract(**{"symbol": symbol, "type": "STOCK"} | but)


def an_execution(**but: Any) -> Execution:
    """
    Return a fill of 100 AAPL bought at 150.25 by strategy ``Momentum``; ids and times are fresh.

    ``contract`` sets ``instrument``; numbers may be given as text.
    """
    number = next(_numbers)
    contract = but.pop("contract", a_contract())
    usual = {
        "execution_id": f"x{number}",
        "order_id": f"o{number}",
        "signal_id": f"s{number}",
        "strategy_id": "Momentum",
        "account": ACCOUNT,
        "mode": "PAPER",
        "instrument": contract.key,
        "contract": contract,
        "purpose": "entry",
        "side": "BUY",
        "quantity": Decimal(100),
        "price": Decimal("150.25"),
        "multiplier": Decimal(1),
        "currency": "USD",
        "commission": Decimal(0),
        "fx_rate": Decimal(1),
        "base_currency": "USD",
        "executed_at": OPENED + timedelta(milliseconds=number),
        "venue_seq": number,
        "recorded_at": OPENED + timedelta(milliseconds=number + 5),
    }
    return Execution(**usual | but)


def a_confirmation(execution: Execution | None = None, **but: Any) -> ExecutionConfirmation:
    """Return the message that tells of *execution* (a fresh one if none is given) filling its order."""
    execution = execution or an_execution()
    usual = {
        "order_id": execution.order_id,
        "signal_id": execution.signal_id,
        "strategy_id": execution.strategy_id,
        "account": execution.account,
        "instrument": execution.instrument,
        "status": OrderStatus.FILLED,
        "version": 3,
        "quantity": execution.quantity,
        "filled": execution.quantity,
        "average_price": execution.price,
        "execution": execution,
        "recorded_at": execution.recorded_at,
    }
    return ExecutionConfirmation(**usual | but)


def a_broker_position(instrument: str | Contract = "AAPL", quantity: object = 100, **but: Any) -> BrokerPosition:
    """Return the venue's net position in *instrument*, bought at 150.25."""
    contract = a_contract(instrument) if isinstance(instrument, str) else instrument
    usual = {"instrument": contract.key, "contract": contract, "quantity": quantity, "average_price": "150.25"}
    return BrokerPosition(**usual | but)


def an_account_update(**but: Any) -> AccountUpdate:
    """
    Return a paper account of 1,000,000 USD that holds nothing, as of a minute after ``OPENED``.

    Where only ``equity`` is given, cash, buying power and available margin follow it.
    """
    equity = Decimal(but.get("equity", 1_000_000))
    usual = {
        "account": ACCOUNT,
        "mode": "PAPER",
        "base_currency": "USD",
        "equity": equity,
        "cash_balance": equity,
        "cash": {"USD": equity},
        "rates": {"USD": Decimal(1)},
        "buying_power": equity * 2,
        "excess_liquidity": equity,
        "initial_margin": Decimal(0),
        "margin_used": Decimal(0),
        "margin_available": equity,
        "unrealized_pnl": Decimal(0),
        "realized_pnl": Decimal(0),
        "as_of": OPENED + timedelta(minutes=1),
    }
    return AccountUpdate(**usual | but)
