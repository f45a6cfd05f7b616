"""The same body, however often and however parallel, is one signal; another body is another signal."""

from __future__ import annotations

import json
from collections import Counter
from decimal import Decimal

from mathematricks_cli import fleet
from mathematricks_cli.playing import Pace
from support.desk import allot, as_script, client_of, command, post_script, settled

LEGS = [
    {"instrument": "KO", "instrument_type": "STOCK", "action": "BUY", "quantity": 20, "price": 68.15},
    {"instrument": "PEP", "instrument_type": "STOCK", "action": "SELL", "quantity": 9, "price": 151.6},
]
PAIR = {"strategy_name": "Sample Equity", "signal_type": "ENTRY", "account_equity": 1_000_000, "signal_legs": LEGS}


async def test_two_hundred_copies_twenty_at_a_time_are_one_signal_one_decision_and_one_order_per_leg(desk, sender):
    async with client_of(desk) as client:
        await allot(client, Decimal(50), ["Sample Equity"])
    sent = command(
        desk,
        *("send", "-", "--sender", sender.name, "--copies", "200", "--parallel", "20", "--json"),
        text=json.dumps(PAIR),
    )
    answers = [json.loads(line) for line in sent.stdout.splitlines()]
    (signal_id,) = {answer["signal_id"] for answer in answers}

    async with client_of(desk) as client:
        (receipt,) = await settled(client, [signal_id])
        decisions = await client.get(fleet.CEREBRO, "/api/v1/decisions", strategy_id="Sample Equity", limit=200)
        orders = await client.get(fleet.EXECUTION, "/api/v1/orders", signal_id=signal_id)

    assert sent.returncode == 0, sent.stderr
    assert Counter(answer["verdict"] for answer in answers) == {"accepted": 1, "duplicate": 199}
    assert [each["signal_id"] for each in decisions["items"]].count(signal_id) == 1
    assert sorted(order["instrument"] for order in orders["items"]) == ["KO", "PEP"]
    assert [order.status for order in receipt.orders] == ["FILLED", "FILLED"]


async def test_the_same_signal_id_with_another_body_is_another_signal(desk, sender):
    body = PAIR | {"signalID": "one-name", "signal_sent_EPOCH": 1_795_000_000}
    other = body | {"signal_legs": [LEGS[0] | {"quantity": 21}, LEGS[1]]}

    async with client_of(desk) as client:
        await allot(client, Decimal(50), ["Sample Equity"])
        posted = await post_script(client, sender, as_script(body, body, other), Pace(speed=0))
        await settled(client, [each.signal_id for each in posted if each.signal_id])

    first, again, another = posted
    assert (first.verdict, again.verdict, another.verdict) == ("accepted", "duplicate", "accepted")
    assert again.signal_id == first.signal_id != another.signal_id
