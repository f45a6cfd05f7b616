"""
Kill -9 at random moments while signals stream in: all reach one end, nothing is lost, nothing is doubled.

``KILL_ROUNDS=10 KILL_SIGNALS=500 KILL_SEED=7`` runs it at length.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
from collections import Counter
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import httpx
import pytest
from mathematricks.contracts.receipts import Receipt
from mathematricks_cli import fleet
from mathematricks_cli.mongod import MongodMissing, find_mongod
from support.desk import DeskProcess, client_of, command, equip, executions_of, settled

ROUNDS = int(os.environ.get("KILL_ROUNDS", "3"))
SIGNALS = int(os.environ.get("KILL_SIGNALS", "120"))
SEED = int(os.environ.get("KILL_SEED", "20261120"))
STRATEGIES = [f"Stream {number}" for number in range(6)]
CUT_OFF_BY_A_KILL = 2 * len(STRATEGIES)
"""
Signals that one kill may cut off: per strategy an entry that never reached its venue, and the exit that then finds
nothing to close. Both are ends, and say so.
"""
PAUSE = 0.03
"""Seconds between the signals of one strategy."""


async def test_signals_survive_kills_at_random_moments(tmp_path: Path) -> None:
    try:
        find_mongod()
    except MongodMissing as missing:
        pytest.skip(f"NOT RUN, no MongoDB: {missing}")
    desk = DeskProcess(tmp_path / "desk")
    await asyncio.to_thread(desk.up)
    try:
        accepted = await _stream_while_killing(desk, random.Random(SEED))
        await _check(desk, accepted)
    finally:
        await asyncio.to_thread(desk.down)


async def _stream_while_killing(desk: DeskProcess, dice: random.Random) -> dict[str, str]:
    """Return the signal id of every signalID that was accepted."""
    async with client_of(desk) as client:
        sender = await equip(client, desk.state, dict.fromkeys(STRATEGIES, Decimal(10)))
        url = client.url(fleet.INGESTION, f"/api/v1/signals/{sender.secrets['token']}")
    accepted: dict[str, str] = {}
    each = SIGNALS // len(STRATEGIES)
    async with httpx.AsyncClient(timeout=10) as http:
        streams = [asyncio.create_task(_stream(http, url, name, each, accepted)) for name in STRATEGIES]
        for kill in range(1, ROUNDS + 1):
            await _until_accepted(accepted, SIGNALS * kill // (ROUNDS + 2), streams)
            await asyncio.sleep(dice.uniform(0, 0.2))
            desk.kill()
            await asyncio.to_thread(desk.up)
        await asyncio.gather(*streams)
    return accepted


async def _stream(http: httpx.AsyncClient, url: str, strategy: str, count: int, accepted: dict[str, str]) -> None:
    """Open and close a position again and again, each body repeated until it is answered."""
    for number in range(count // 2):
        entry, close = f"{strategy}-{number}-in", f"{strategy}-{number}-out"
        await _insist(http, url, _body(strategy, "ENTRY", entry, None), entry, accepted)
        await asyncio.sleep(PAUSE)
        await _insist(http, url, _body(strategy, "EXIT", close, entry), close, accepted)
        await asyncio.sleep(PAUSE)


async def _insist(http: httpx.AsyncClient, url: str, body: bytes, name: str, accepted: dict[str, str]) -> None:
    while name not in accepted:
        try:
            answer = await http.post(url, content=body)
        except httpx.TransportError:
            answer = None
        if answer is not None and answer.is_success:
            accepted[name] = answer.json()["signal_id"]
        else:
            assert answer is None or answer.status_code == 503, answer.text
            await asyncio.sleep(0.05)


def _body(strategy: str, kind: str, name: str, entry: str | None) -> bytes:
    side = "BUY" if kind == "ENTRY" else "SELL"
    symbol = f"KIL{STRATEGIES.index(strategy) % 3}"
    leg = {"instrument": symbol, "instrument_type": "STOCK", "action": side, "quantity": 10, "price": 100}
    body = {"strategy_name": strategy, "signalID": name, "signal_type": kind, "account_equity": 1_000_000}
    body |= {"signal_sent_EPOCH": int(datetime.now(UTC).timestamp() * 1000), "signal_legs": [leg]}
    return json.dumps(body | ({"entry_signal_id": entry} if entry else {})).encode()


async def _until_accepted(accepted: dict[str, str], count: int, streams: list[asyncio.Task[None]]) -> None:
    streaming = asyncio.gather(*streams)
    while len(accepted) < count and not streaming.done():
        await asyncio.wait({streaming}, timeout=0.01)


async def _check(desk: DeskProcess, accepted: dict[str, str]) -> None:
    async with client_of(desk) as client:
        receipts = await settled(client, list(accepted.values()), patience=120)
        fills = await executions_of(client)
    books = await asyncio.to_thread(command, desk, "books")

    assert len(set(accepted.values())) == len(accepted), "two bodies became one signal"
    assert books.returncode == 0, books.stdout + books.stderr
    assert not _doubled(receipts)
    assert len(fills) == len({fill.execution_id for fill in fills})
    assert {fill.signal_id for fill in fills} <= set(accepted.values()), "a fill that nobody asked for"
    ends = Counter(receipt.end for receipt in receipts)
    assert ends["filled"] >= len(receipts) - ROUNDS * CUT_OFF_BY_A_KILL, ends


def _doubled(receipts: list[Receipt]) -> list[str]:
    """Return the signals that were traded more than once: more orders than legs, or more filled than ordered."""
    return [
        receipt.signal_id
        for receipt in receipts
        if len(receipt.orders) > 1
        or any(sum(fill.quantity for fill in order.fills) != order.filled for order in receipt.orders)
        or any(order.quantity is not None and order.filled > order.quantity for order in receipt.orders)
    ]
