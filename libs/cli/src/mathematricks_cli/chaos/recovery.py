"""Recovery: how long from a killed process's return until the books hold all that its venue had done by then."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import httpx
from mathematricks.contracts.collections import ACCOUNT_HISTORY, ACCOUNT_STATE, PAPER_ORDERS
from mathematricks.storage.mongo import Database
from pymongo.errors import PyMongoError

LOOK_EVERY = 0.05
GIVE_UP = 60.0
LOOK_BACK = timedelta(minutes=30)
"""A venue's clock may be far behind."""


@dataclass(frozen=True)
class Books:
    """Where to look: what the venue has kept, and what the desk has."""

    venue: Database
    desk: Database


async def seconds_to_correct(books: Books) -> float | None:
    """
    Return the seconds until every fill that the venue has now is booked and its position saved.

    None where that did not come about in a minute.
    """
    began = time.monotonic()
    fills: Sequence[str] | None = None
    while time.monotonic() - began < GIVE_UP:
        try:
            fills = fills if fills is not None else await _fills(books.venue)
            if await _correct(books.desk, fills):
                return round(time.monotonic() - began, 3)
        except (PyMongoError, httpx.TransportError):
            pass
        await asyncio.sleep(LOOK_EVERY)
    return None


async def _fills(venue: Database) -> list[str]:
    lately = {"last_fill_at": {"$gte": datetime.now(UTC) - LOOK_BACK}}
    orders = await venue[PAPER_ORDERS.name].find(lately, {"fills.execution_id": 1}).to_list()
    return [fill["execution_id"] for order in orders for fill in order["fills"]]


async def _correct(desk: Database, fills: Sequence[str]) -> bool:
    entries = {"_id": {"$in": list(fills)}}
    booked = await desk[ACCOUNT_HISTORY.name].find(entries, {"account": 1, "seq": 1}).to_list()
    if len(booked) < len(fills):
        return False
    saved = {each["_id"]: each["through_seq"] async for each in desk[ACCOUNT_STATE.name].find({}, {"through_seq": 1})}
    return all(entry["seq"] <= saved.get(entry["account"], 0) for entry in booked)
