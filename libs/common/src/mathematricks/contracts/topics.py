"""Every topic, once: name, message and key. Emulator topology, AsyncAPI and docs come from here."""

from __future__ import annotations

from typing import Any

from mathematricks.contracts.accounts import AccountUpdate
from mathematricks.contracts.alerts import Alert
from mathematricks.contracts.base import Topic
from mathematricks.contracts.executions import ExecutionConfirmation
from mathematricks.contracts.instruments import Quote
from mathematricks.contracts.orders import OrderCommand, TradingOrder
from mathematricks.contracts.signals import RawBody, StandardSignal

RAW_SIGNALS = Topic("raw-signals", RawBody, lambda raw: raw.sender, "Bodies that did not come by the front door")
STANDARDIZED_SIGNALS = Topic(
    "standardized-signals", StandardSignal, lambda signal: signal.strategy_id, "Accepted signals in the desk's words"
)
TRADING_ORDERS = Topic("trading-orders", TradingOrder, lambda order: order.account, "Sized orders to carry out")
ORDER_COMMANDS = Topic("order-commands", OrderCommand, lambda command: command.account, "Cancel an order")
EXECUTION_CONFIRMATIONS = Topic(
    "execution-confirmations", ExecutionConfirmation, lambda told: told.account, "What happened to orders"
)
ACCOUNT_UPDATES = Topic("account-updates", AccountUpdate, lambda update: update.account, "Accounts as brokers see them")
QUOTES = Topic("quotes", Quote, lambda quote: quote.instrument, "Best bid and ask of what is traded")
ALERTS = Topic("alerts", Alert, lambda alert: alert.key, "What a person must know")

TOPICS: tuple[Topic[Any], ...] = (
    RAW_SIGNALS,
    STANDARDIZED_SIGNALS,
    TRADING_ORDERS,
    ORDER_COMMANDS,
    EXECUTION_CONFIRMATIONS,
    ACCOUNT_UPDATES,
    QUOTES,
    ALERTS,
)
