"""Proof that what is sent ten times happens once: four ways of repeating an alert, its effects counted from outside."""

from __future__ import annotations

import asyncio
import json
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

import httpx
from mathematricks.contracts.collections import CEREBRO_DECISIONS, EXECUTIONS, ORDERS, PAPER_ORDERS, SIGNALS
from mathematricks.storage.mongo import Database, mongo
from websockets.asyncio.client import connect

from mathematricks_cli import fleet
from mathematricks_cli.desk_client import DeskClient
from mathematricks_cli.desk_setup import add_sender, add_strategy, allocate, ensure_paper_account
from mathematricks_cli.state import StateDir

TEN = 10
HALF = TEN // 2
ACCOUNT, SENDER = "IBKR_Main", "prover"
PATIENCE, LOOK_EVERY, QUIET = 30.0, 0.1, 1.5
"""Seconds: for the order to be filled, between looks, and for anything more to happen than should."""
Part = Literal["parallel", "sequence", "restart", "two intakes"]
PARTS: dict[Part, str] = {
    "parallel": "Proof Parallel",
    "sequence": "Proof Sequence",
    "restart": "Proof Restart",
    "two intakes": "Proof Intakes",
}
"""The ways of repeating an alert, and the strategy that each is sent for."""


@dataclass(frozen=True)
class Effects:
    """What came of one alert that was sent ten times."""

    part: Part
    sent: int
    answered: int
    names: int
    signals: int
    decisions: int
    orders: int
    at_venue: int
    filled: Decimal

    @property
    def effects(self) -> int:
        """How often it happened: the most often that any stage has it; 0 where a stage has none of it."""
        counts = (self.names, self.signals, self.decisions, self.orders, self.at_venue, int(self.filled))
        return max(counts) if min(counts) else 0

    @property
    def good(self) -> bool:
        """Every copy was answered, and there is one effect."""
        return self.answered == self.sent and self.effects == 1 and self.filled == 1


@dataclass
class Prover:
    """Sends alerts to a desk and remembers the signal ids that it was answered."""

    desk: DeskClient
    secrets: dict[str, str]

    async def by_http(self, content: bytes) -> str | None:
        """Return the id that the webhook answers with; None where it takes nothing."""
        answer = await self.desk.http.post(self.desk.url(fleet.INGESTION, "/api/v1/signals"), content=content)
        return str(answer.json()["signal_id"]) if answer.is_success else None

    async def by_socket(self, content: bytes) -> str | None:
        """Return the id that the WebSocket answers with; None where it takes nothing."""
        url = self.desk.url(fleet.INGESTION, f"/api/v1/signals/ws?token={self.secrets['token']}")
        async with connect(url.replace("http", "ws", 1), proxy=None) as socket:
            await socket.send(content.decode())
            said = json.loads(await socket.recv())
        return str(said["signal_id"]) if said["code"] < httpx.codes.BAD_REQUEST else None

    def alert(self, part: Part) -> bytes:
        """Return a new alert for *part*, complete with its secret: every copy of it is the same bytes."""
        leg = {"instrument": "AAPL", "instrument_type": "STOCK", "action": "BUY", "direction": "LONG", "price": 200}
        body = {
            "strategy_name": PARTS[part],
            "signalID": f"proof_{uuid.uuid4().hex}",
            "signal_sent_EPOCH": int(time.time() * 1000),
            "signal_type": "ENTRY",
            "account_equity": 100_000,
            "passphrase": self.secrets["passphrase"],
            "signal_legs": [leg | {"quantity": 10, "order_type": "MARKET"}],
        }
        return json.dumps(body).encode()


async def prover_of(desk: DeskClient, state: StateDir) -> Prover:
    """Set up what the proof needs on a fresh *desk*, and return who sends."""
    await ensure_paper_account(desk, ACCOUNT)
    for name in PARTS.values():
        strategy = {"strategy_id": name, "strategy_name": name, "account": ACCOUNT, "trading_mode": "PAPER"}
        await add_strategy(desk, strategy)
    await allocate(desk, dict.fromkeys(PARTS.values(), Decimal(5)), "proof")
    issued = await add_sender(desk, state, SENDER, sorted(PARTS.values()))
    return Prover(desk, issued["secrets"])


async def in_parallel(prover: Prover, content: bytes) -> list[str | None]:
    """Send *content* ten times at once."""
    return list(await asyncio.gather(*(prover.by_http(content) for _ in range(TEN))))


async def in_sequence(prover: Prover, content: bytes, times: int = TEN) -> list[str | None]:
    """Send *content* again and again, each when the one before is answered."""
    return [await prover.by_http(content) for _ in range(times)]


async def through_two_intakes(prover: Prover, content: bytes) -> list[str | None]:
    """Send *content* five times to the webhook and five times to the WebSocket, all at once."""
    ways = [way(content) for _ in range(HALF) for way in (prover.by_http, prover.by_socket)]
    return list(await asyncio.gather(*ways))


async def effects_of(part: Part, content: bytes, answers: Sequence[str | None], desk: DeskClient) -> Effects:
    """Return what came of *content*, counted in every service's records and at the venue once all is quiet."""
    name = json.loads(content)["signalID"]
    async with mongo(desk.record.mongo_url, desk.record.mongo_database) as db:
        deadline = time.monotonic() + PATIENCE
        while not await _filled(db, name) and time.monotonic() < deadline:  # noqa: ASYNC110
            await asyncio.sleep(LOOK_EVERY)
        await asyncio.sleep(QUIET)
        return await _counted(db, part, name, answers)


async def _counted(db: Database, part: Part, name: str, answers: Sequence[str | None]) -> Effects:
    signals = [each["_id"] async for each in db[SIGNALS.name].find({"external_id": name}, {"_id": 1})]
    of_signals = {"signal_id": {"$in": signals}}
    orders = [each["_id"] async for each in db[ORDERS.name].find(of_signals, {"_id": 1})]
    at_venue = {"client_order_id": {"$regex": "|".join(f"^{order}[.]" for order in orders) or "^$"}}
    return Effects(
        part=part,
        sent=len(answers),
        answered=sum(answer is not None for answer in answers),
        names=len({answer for answer in answers if answer}),
        signals=len(signals),
        decisions=await db[CEREBRO_DECISIONS.name].count_documents(of_signals | {"shadow": ""}),
        orders=len(orders),
        at_venue=await db[PAPER_ORDERS.name].count_documents(at_venue),
        filled=await _filled(db, name),
    )


async def _filled(db: Database, name: str) -> Decimal:
    """Return what was filled of the alert *name*, in whole orders."""
    orders = [each async for each in db[ORDERS.name].find({"external_id": name}, {"quantity": 1})]
    if not orders:
        return Decimal(0)
    fills = db[EXECUTIONS.name].find({"order_id": {"$in": [order["_id"] for order in orders]}}, {"quantity": 1})
    total = sum([fill["quantity"] async for fill in fills], Decimal(0))
    return Decimal(total / max(order["quantity"] for order in orders))


def as_document(found: Effects) -> dict[str, Any]:
    """Return *found* for a program."""
    return {
        "part": found.part,
        "sent": found.sent,
        "answered": found.answered,
        "effects": found.effects,
        "names": found.names,
        "signals": found.signals,
        "decisions": found.decisions,
        "orders": found.orders,
        "at_venue": found.at_venue,
        "filled": found.filled,
        "good": found.good,
    }
