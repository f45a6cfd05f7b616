"""Life on the demonstration's desk: made-up histories, a client, a sender's agreement, and a signal now and then."""

from __future__ import annotations

import asyncio
import base64
import random
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx

from mathematricks_cli import fleet
from mathematricks_cli.demo import SENDER, SHARES
from mathematricks_cli.desk_client import DeskClient, DeskRefused
from mathematricks_cli.playing import FrontDoor, Pace, Posted, Sender, play
from mathematricks_cli.script import Step

CLIENT, INVESTED = "harbour-pension", "2500000.00"
PEOPLE = (
    {"name": "client", "role": "client", "client_id": CLIENT},
    {"name": "sender", "role": "sender", "sender": SENDER},
)
DAYS = 756
CHARACTER = {
    "Sample Equity": (0.11, 0.13, 0.7),
    "Sample FX": (0.06, 0.07, -0.1),
    "Sample Macro": (0.08, 0.10, 0.3),
    "Sample Crypto": (0.22, 0.34, 0.4),
    "Sample Webhook": (0.09, 0.15, 0.6),
}
"""Of each strategy's made-up history: return and volatility a year, and likeness to the market."""
PAUSE = (8.0, 20.0)
"""Shortest and longest seconds between two signals of the demo sender."""


@dataclass(frozen=True)
class Habit:
    """What a strategy of the demonstration trades now and then."""

    strategy: str
    instrument: str
    instrument_type: str
    quantity: str
    price: str


HABITS = (
    Habit("Sample Equity", "MSFT", "STOCK", "40", "410.20"),
    Habit("Sample Equity", "KO", "STOCK", "180", "68.15"),
    Habit("Sample Equity", "META", "STOCK", "12", "598.00"),
    Habit("Sample Macro", "CVX", "STOCK", "60", "154.80"),
    Habit("Sample FX", "GBPJPY", "FOREX", "40000", "193.42"),
    Habit("Sample Crypto", "ETH", "CRYPTO", "1.5", "3480.50"),
)


async def furnish(desk: DeskClient) -> list[dict[str, Any]]:
    """Give the desk what a desk of some years has, and return the invitations of those who were let in now."""
    for strategy in SHARES:
        if await desk.find(fleet.CEREBRO, f"/api/strategies/{strategy}/backtest") is None:
            content = base64.b64encode(history_of(strategy, datetime.now(UTC).date()).encode()).decode()
            file = {"name": f"{strategy}.csv", "content": content, "units": "fraction", "dates": "month-first"}
            await desk.post(fleet.CEREBRO, f"/api/strategies/{strategy}/sync-backtest", file)
    await _propose(desk)
    await _invest(desk)
    return await _let_in(desk)


def history_of(strategy: str, until: date) -> str:
    """Return a CSV of three years of daily returns; made up, but for good: a day's return never changes."""
    yearly, volatility, likeness = CHARACTER[strategy]
    rows = ["date,return"]
    for day in _weekdays(until):
        shock = likeness * _chance(f"market {day}") + (1 - likeness**2) ** 0.5 * _chance(f"{strategy} {day}")
        rows.append(f"{day:%m/%d/%Y},{yearly / 252 + volatility / 252**0.5 * shock:.6f}")
    return "\n".join(rows) + "\n"


async def trade_now_and_then(desk: DeskClient, sender: Sender) -> AsyncIterator[Posted]:
    """Send a signal every few seconds, in and out in turns, and yield the answers; ends only when it is ended."""
    chance = random.Random(datetime.now(UTC).isoformat())  # noqa: S311 (no secret)
    held: dict[Habit, str] = {}
    async with httpx.AsyncClient(timeout=30) as http:
        door = FrontDoor(http, desk.url(fleet.INGESTION, "/api/v1/signals"), sender)
        while True:
            habit = chance.choice(HABITS)
            step = await _step(desk, habit, held.pop(habit, None))
            async for posted in play([step], sender.player(None), door, Pace()):
                if step.body["signal_type"] == "ENTRY" and posted.verdict == "accepted":
                    held[habit] = posted.external_id
                yield posted
            await asyncio.sleep(chance.uniform(*PAUSE))


async def _step(desk: DeskClient, habit: Habit, entry: str | None) -> Step:
    quote = await desk.find(fleet.EXECUTION, f"/api/v1/quotes/{habit.instrument}")
    price = str(quote["bid" if entry else "ask"]) if quote else habit.price
    leg = {
        "instrument": habit.instrument,
        "instrument_type": habit.instrument_type,
        "action": "SELL" if entry else "BUY",
        "direction": "SHORT" if entry else "LONG",
        "quantity": float(habit.quantity),
        "order_type": "MARKET",
        "price": float(price),
    }
    body = {
        "strategy_name": habit.strategy,
        "signal_type": "EXIT" if entry else "ENTRY",
        "account_equity": 1_000_000,
        "passphrase": "",
        "signal_legs": [leg],
    }
    return Step(body | ({"entry_signal_id": entry} if entry else {}))


async def _propose(desk: DeskClient) -> None:
    if await desk.find(fleet.CEREBRO, "/api/portfolio/allocations/latest-recommendation") is None:
        with suppress(DeskRefused):  # a proposal is nice to have; why there is none, the Allocations page says
            wanted = {"method": "max_return_cvar", "cap": 0.6, "leverage": 1.5, "reason": "demonstration"}
            await desk.post(fleet.CEREBRO, "/api/portfolio/allocations/optimize", wanted)


async def _invest(desk: DeskClient) -> None:
    known = {each["client_id"] for each in (await desk.get(fleet.ACCOUNTS, "/api/v1/clients"))["items"]}
    if CLIENT not in known:
        admitted = {"client_id": CLIENT, "display_name": "Harbour Pension (demonstration)", "mode": "PAPER"}
        await desk.post(fleet.ACCOUNTS, "/api/v1/clients", admitted)
        flow = {"kind": "DEPOSIT", "amount": INVESTED, "note": "demonstration", "idempotency_key": "demo-deposit"}
        await desk.post(fleet.ACCOUNTS, f"/api/v1/clients/{CLIENT}/flows", flow)
    agreed = {each["sender"] for each in (await desk.get(fleet.ACCOUNTS, "/api/v1/agreements"))["items"]}
    if SENDER not in agreed:
        today = datetime.now(UTC).date()
        terms = {"sender": SENDER, "strategies": sorted(SHARES), "share": "0.20", "minimum": "50.00"}
        terms |= {"starts_on": f"{today:%Y-%m-01}", "idempotency_key": "demo-agreement"}
        await desk.post(fleet.ACCOUNTS, "/api/v1/agreements", terms)


async def _let_in(desk: DeskClient) -> list[dict[str, Any]]:
    known = {each["name"] for each in (await desk.get(fleet.FRONTEND, "/api/users"))["items"]}
    return [await desk.post(fleet.FRONTEND, "/api/users", one) for one in PEOPLE if one["name"] not in known]


def _weekdays(until: date) -> Iterator[date]:
    days = (until - timedelta(days=back) for back in range(DAYS * 7 // 5, 0, -1))
    return (day for day in days if day.weekday() < 5)


def _chance(cause: str) -> float:
    return random.Random(cause).gauss(0, 1)  # noqa: S311 (no secret)
