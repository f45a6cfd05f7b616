"""Builders of sender bodies, legs and standardized signals: a test names only what it is about."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from mathematricks.contracts.base import derive_id
from mathematricks.contracts.instruments import Contract
from mathematricks.contracts.signals import Leg, StandardSignal

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
"""When the signals of tests are sent, unless they say otherwise."""

_LEG_FIELDS = frozenset(Leg.model_fields) | {"instrument"}


def a_contract(instrument: str = "AAPL", **but: Any) -> Contract:
    """Return the contract of a stock, a ``BTC/USD`` or (by *but*) anything else."""
    usual: dict[str, Any] = {"symbol": instrument, "type": "CRYPTO" if "/" in instrument else "STOCK"}
    return Contract(**usual | but)


def a_leg(instrument: str = "AAPL", **but: Any) -> Leg:
    """Return a market order to buy 10 AAPL seen at 150, but for *but*."""
    usual: dict[str, Any] = {
        "contract": a_contract(instrument),
        "action": "BUY",
        "quantity": Decimal(10),
        "price": Decimal(150),
    }
    return Leg(**usual | but)


def a_signal(**but: Any) -> StandardSignal:
    """
    Return a signal of one leg; fields of the leg may be named directly, ``a_signal(price=…)``.

    ``signal_id`` follows from the strategy, its number and the sender's id, so that two different
    signals never share one by accident.
    """
    leg = {name: but.pop(name) for name in list(but) if name in _LEG_FIELDS}
    usual: dict[str, Any] = {
        "environment": "staging",
        "strategy_id": "Trend",
        "strategy_seq": 1,
        "sender": "alice",
        "external_id": "trend-1",
        "sent_at": NOON,
        "received_at": NOON,
        "account_equity": Decimal(100_000),
        "legs": (a_leg(**leg),),
        "provider": "v3",
    }
    fields = usual | but
    identity = derive_id("s", fields["strategy_id"], fields["strategy_seq"], fields["external_id"])
    return StandardSignal(**{"signal_id": identity} | fields)


def a_body(**but: Any) -> dict[str, Any]:
    """Return a v3 body as a sender posts it; ``legs=[…]`` replaces its one leg, None removes a field."""
    usual: dict[str, Any] = {
        "strategy_name": "Trend",
        "signal_sent_EPOCH": int(NOON.timestamp()),
        "signalID": "trend-1",
        "passphrase": "correct horse battery staple",
        "account_equity": 100_000,
        "signal_legs": but.pop("legs", [a_body_leg()]),
    }
    return {name: value for name, value in (usual | but).items() if value is not None}


def a_body_leg(**but: Any) -> dict[str, Any]:
    """Return one ``signal_legs`` entry that buys 10 AAPL at the market."""
    usual: dict[str, Any] = {
        "instrument": "AAPL",
        "instrument_type": "STOCK",
        "action": "BUY",
        "direction": "LONG",
        "quantity": 10,
        "order_type": "MARKET",
        "price": 150.25,
    }
    return {name: value for name, value in (usual | but).items() if value is not None}
