"""A stop-loss and a take-profit live with the position: what the market reaches first closes it and ends the other."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from functools import partial

import pytest
from mathematricks_cli import fleet
from mathematricks_cli.desk_client import DeskClient
from mathematricks_cli.gathering import balance_when_quiet
from mathematricks_cli.playing import Pace
from support.desk import allot, as_script, client_of, eventually, post_script, receipt_of, settled

PRICE = Decimal(200)


def an_entry(symbol: str) -> dict[str, object]:
    leg = {"instrument": symbol, "instrument_type": "STOCK", "action": "BUY", "quantity": 10, "price": float(PRICE)}
    leg |= {"stop_loss": 150, "take_profit": 260}
    return {"strategy_name": "Sample Equity", "signal_type": "ENTRY", "account_equity": 1_000_000, "signal_legs": [leg]}


async def quote(client: DeskClient, symbol: str, mid: Decimal) -> None:
    """Post a quote around *mid*, deep enough for anything."""
    contract = {"symbol": symbol, "type": "STOCK"}
    sides = {"bid": str(mid - Decimal("0.01")), "ask": str(mid + Decimal("0.01")), "bid_size": "1E6", "ask_size": "1E6"}
    posted = {"instrument": symbol, "contract": contract, "currency": "USD", "at": datetime.now(UTC).isoformat()}
    await client.post(fleet.EXECUTION, "/api/v1/quotes", posted | sides)


@pytest.mark.parametrize(
    ("symbol", "reached", "filled", "cancelled"),
    [("STPA", Decimal(140), "stop_loss", "take_profit"), ("STPB", Decimal(270), "take_profit", "stop_loss")],
)
async def test_the_level_the_market_reaches_closes_the_position_and_ends_the_other(
    desk, sender, symbol, reached, filled, cancelled
):
    async with client_of(desk) as client:
        await allot(client, Decimal(50), ["Sample Equity"])
        (posted,) = await post_script(client, sender, as_script(an_entry(symbol)), Pace(speed=0))
        signal_id = posted.signal_id or "refused"
        await settled(client, [signal_id])

        async def after_a_quote() -> dict[str, str]:
            await quote(client, symbol, reached)
            return await protection_of(client, signal_id)

        await eventually(after_a_quote, lambda said: said.get(filled) == "FILLED")
        look = partial(protection_of, client, signal_id)
        ends = await eventually(look, lambda said: said[cancelled] == "CANCELLED")
        balance = await balance_when_quiet(client)
        snapshot = await client.get(fleet.EXECUTION, "/api/v1/accounts/paper:IBKR_Main/snapshot")

    assert ends == {"entry": "FILLED", filled: "FILLED", cancelled: "CANCELLED"}
    assert balance.balances, balance.differences or balance.missing
    assert symbol not in {each["instrument"] for each in snapshot["open_positions"]}


async def protection_of(client: DeskClient, signal_id: str) -> dict[str, str]:
    """Return the state of each order of a signal, by purpose."""
    return {order.purpose: order.status for order in (await receipt_of(client, signal_id)).orders}
