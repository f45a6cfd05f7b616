"""Builders of lots: name only what the test is about."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from mathematricks.accounting.lots import Lot, allot, closing_quantity


def a_lot(order_id: str = "e1", **but: Any) -> Lot:
    """An ended entry of 10 asked units that bought 100 of ours."""
    usual: dict[str, Any] = {
        "signal_id": f"s-{order_id}",
        "external_id": f"x-{order_id}",
        "account": "paper:main",
        "side": "BUY",
        "asked": Decimal(10),
        "asked_closed": Decimal(0),
        "filled": Decimal(100),
        "closed": Decimal(0),
        "working": False,
        "lot_step": Decimal(1),
    }
    return Lot(order_id=order_id, **usual | but)


def after_exit(lots: dict[str, Lot], quantity: Decimal | None, reference: str | None = None) -> dict[str, Lot]:
    """The lots (oldest first) once an exit of *quantity* sender's units has filled."""
    after = dict(lots)
    for close in allot(list(reversed(lots.values())), quantity, reference).closes:
        lot = after[close.lot]
        ours = closing_quantity(close, lot.filled, lot.closed, lot.lot_step)
        after[close.lot] = replace(lot, asked_closed=lot.asked_closed + close.asked, closed=lot.closed + ours)
    return after
