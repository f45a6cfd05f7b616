"""A receipt, drawn."""

from __future__ import annotations

from decimal import Decimal

from mathematricks.contracts.receipts import Receipt
from mathematricks_cli.ladder import in_short, ladder, number

AT = "2026-11-20T14:30:00.000Z"
CONTRACT = {"symbol": "AAPL", "type": "STOCK"}


def a_receipt() -> Receipt:
    """400 asked, 200 given by the caps and the lot, bought in one fill."""
    return Receipt.model_validate(
        {
            "signal_id": "s1",
            "end": "filled",
            "settled": True,
            "summary": "Bought 200 of 400 AAPL",
            "raw": {"raw_id": "r1", "intake": "http", "size": 312, "sha256": "00", "body": "{}"},
            "signal": {
                "signal_id": "s1",
                "environment": "staging",
                "strategy_id": "Momentum",
                "strategy_seq": 1,
                "sender": "acme",
                "external_id": "x-1",
                "sent_at": AT,
                "received_at": AT,
                "signal_type": "ENTRY",
                "account_equity": "1000000",
                "legs": [{"contract": CONTRACT, "action": "BUY", "quantity": "400", "price": "150.25"}],
                "provider": "v3",
                "warnings": ["direction disagrees with action"],
            },
            "decision": {
                "outcome": "RESIZED",
                "reason": "account_margin",
                "sentence": "Half of what was asked",
                "mode": "PAPER",
                "account": "paper:Main",
                "decided_at": AT,
                "legs": [
                    {
                        "leg_index": 0,
                        "instrument": "AAPL",
                        "intent": "ENTRY",
                        "side": "BUY",
                        "asked": "400",
                        "wanted": "400",
                        "quantity": "200",
                        "caps": [
                            {"name": "strategy_capital", "asked": "400", "given": "400"},
                            {"name": "account_margin", "asked": "400", "given": "210", "facts": {"room": "15776.25"}},
                            {"name": "lot", "asked": "210", "given": "200", "facts": {"lot": "100"}},
                        ],
                    }
                ],
            },
            "orders": [
                {
                    "order_id": "o1",
                    "purpose": "entry",
                    "instrument": "AAPL",
                    "side": "BUY",
                    "order_type": "MARKET",
                    "quantity": "200",
                    "filled": "200",
                    "average_price": "150.27",
                    "status": "FILLED",
                    "fills": [
                        {
                            "execution_id": "e1",
                            "quantity": "200",
                            "price": "150.27",
                            "commission": "1",
                            "currency": "USD",
                            "executed_at": AT,
                        }
                    ],
                }
            ],
            "results": [{"currency": "USD", "gross": "0", "commission": "1", "net": "-1"}],
            "hops": [
                {"name": "received", "at": AT, "after_received_ms": 0},
                {"name": "submitted", "at": AT, "after_previous_ms": 7, "after_received_ms": 7},
            ],
        }
    )


def test_a_ladder_shows_every_cap_that_bound_in_order_and_each_with_its_numbers():
    text = "\n".join(ladder(a_receipt()))

    assert "asked 400 → wanted 400 → account_margin 210 → lot 200 → ordered 200" in text
    assert "account_margin     400 → 210   (room 15,776.25)" in text
    assert "strategy_capital   400 → 400" in text


def test_a_ladder_shows_orders_fills_profit_hops_and_warnings():
    text = "\n".join(ladder(a_receipt()))

    assert "o1  entry: BUY 200 AAPL MARKET  →  FILLED 200 @ 150.27" in text
    assert "fill 200 @ 150.27, fee 1.00 USD" in text
    assert "-1.00 USD realized" in text
    assert "submitted +7 ms  (7 ms after it arrived)" in text
    assert "! direction disagrees with action" in text


def test_a_signal_nobody_decided_yet_says_so():
    waiting = a_receipt().model_copy(update={"decision": None, "orders": (), "hops": (), "settled": False})

    text = "\n".join(ladder(waiting))

    assert "not yet" in text
    assert "still moving" in text


def test_in_short_it_says_what_was_asked_and_what_became_of_it():
    assert in_short(a_receipt()) == ("Momentum  ENTRY BUY 400 AAPL @ 150.25  →  FILLED  Bought 200 of 400 AAPL  7 ms")


def test_numbers_are_written_with_thousands_and_without_needless_zeros():
    assert number(Decimal("1234567.500")) == "1,234,567.5"
    assert number(Decimal("-1E+4")) == "-10,000"
    assert number(0) == "0"
