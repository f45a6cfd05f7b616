"""Every body that real senders posted ends in a decision, or in a refusal that its sender understands."""

from __future__ import annotations

from decimal import Decimal

import pytest
from mathematricks.contracts.decisions import Reason
from mathematricks_cli.playing import Pace
from support.desk import allot, client_of, corpus, post_script, settled

STRATEGIES = ("FloridaForex", "UPRO_NewYork", "Default Strategy", "My Strategy", "A4")
pytestmark = pytest.mark.skipif(
    corpus() is None, reason="NOT RUN: no senders' bodies on this machine; set SIGNAL_CORPUS"
)


async def test_every_body_ends_in_a_decision_or_an_understandable_refusal(desk, sender):
    place = corpus()
    assert place is not None
    text = (place / "raw_signals.jsonl").read_text()

    async with client_of(desk) as client:
        await allot(client, Decimal(40), STRATEGIES)
        posted = await post_script(client, sender, text, Pace(speed=0), redating=True)
        receipts = await settled(client, [each.signal_id for each in posted if each.signal_id])

    refused_at_the_door = [each for each in posted if each.verdict == "refused"]
    assert len(posted) == len(text.splitlines())
    assert len({each.signal_id for each in posted if each.signal_id}) + len(refused_at_the_door) == len(posted)
    for each in refused_at_the_door:
        assert each.status in (400, 422), each
        assert len(each.reason.split()) >= 3, each
    for receipt in receipts:
        assert receipt.decision is not None
        assert receipt.decision.sentence
        if receipt.decision.outcome == "REFUSED":
            assert receipt.decision.reason in set(Reason)
