"""Replay on a running desk: what was said is listed, what was decided is decided again."""

from __future__ import annotations

import json
from decimal import Decimal

from mathematricks_cli.playing import Pace
from support.desk import allot, as_script, client_of, command, post_script, settled

LEG = {"instrument": "KO", "instrument_type": "STOCK", "action": "BUY", "quantity": 20, "price": 68.15}
ENTRY = {"strategy_name": "Sample Equity", "signal_type": "ENTRY", "account_equity": 1_000_000, "signal_legs": [LEG]}


async def test_what_a_signal_caused_is_listed_and_its_decision_is_the_same_again(desk, sender):
    async with client_of(desk) as client:
        await allot(client, Decimal(50), ["Sample Equity"])
        (posted,) = await post_script(client, sender, as_script(ENTRY), Pace(speed=0))
        await settled(client, [posted.signal_id])

    listed = json.loads(command(desk, "replay", "list", "--id", posted.signal_id, "--json").stdout)
    verified = command(desk, "replay", "verify", "--json")
    stricter = command(desk, "replay", "verify", "--policy", "margin_limit=0.000001", "--json")
    published = command(desk, "replay", "publish", "--id", posted.signal_id)

    assert {"standardized-signals", "trading-orders", "execution-confirmations"} <= {one["topic"] for one in listed}
    assert len({one["trace"] for one in listed}) == 1
    assert verified.returncode == 0, verified.stdout + verified.stderr
    assert json.loads(verified.stdout)["decisions"] >= 1
    assert [one["decision"] for one in json.loads(stricter.stdout)["shown"]] == [f"v1:{posted.signal_id}"]
    assert (published.returncode, "--processes" in published.stderr) == (2, True)
