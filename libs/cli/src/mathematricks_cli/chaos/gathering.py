"""Gathering the evidence of a run: the records, the venue's book, the log, and the dead letters."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

import httpx
from mathematricks.contracts.collections import (
    ALERTS,
    CEREBRO_DECISIONS,
    EXECUTIONS,
    ORDERS,
    PAPER_ORDERS,
    SIGNALS,
)
from mathematricks.contracts.executions import Execution
from mathematricks.contracts.orders import OrderRecord
from mathematricks.contracts.paper import PaperOrderRecord
from mathematricks.contracts.topics import TOPICS
from mathematricks.messaging.topology import kept_letters
from mathematricks.storage.mongo import Database

from mathematricks_cli import fleet
from mathematricks_cli.books import Balance
from mathematricks_cli.chaos.desk import BrokenDesk, log_lines
from mathematricks_cli.chaos.evidence import Accepted, Decided, Evidence
from mathematricks_cli.chaos.plan import VENUE
from mathematricks_cli.chaos.recovery import Books
from mathematricks_cli.chaos.sending import Answered
from mathematricks_cli.desk_client import DeskClient
from mathematricks_cli.desk_status import debts_of
from mathematricks_cli.stack import EMULATOR, PROJECT

AUTHORITATIVE = {"shadow": "", "promotes": None}


async def evidence_of(
    desk: BrokenDesk, client: DeskClient, books: Books, answers: Sequence[Answered], balance: Balance
) -> Evidence:
    """Return everything that the checks read."""
    orders = [OrderRecord.model_validate(each) for each in await books.desk[ORDERS.name].find().to_list()]
    executions = [Execution.model_validate(each) for each in await books.desk[EXECUTIONS.name].find().to_list()]
    venue_orders = await books.venue[PAPER_ORDERS.name].find().to_list()
    return Evidence(
        answers=answers,
        signals=await _signals(books.desk),
        decisions=await _decisions(books.desk),
        orders={order.order_id: order for order in orders},
        executions=executions,
        venue_orders=[PaperOrderRecord.model_validate(each) for each in venue_orders],
        debts={debt.collection: debt.owed for debt in await debts_of(client)},
        dead_letters=await _dead_letters(desk),
        alerts=frozenset([each["key"] async for each in books.desk[ALERTS.name].find({}, {"key": 1})]),
        balance=balance,
        not_ready=tuple([name for name in (*fleet.START_ORDER, VENUE) if not await desk.answers(name)]),
    )


async def _signals(db: Database) -> list[Accepted]:
    names = ("external_id", "strategy_id", "strategy_seq")
    found = db[SIGNALS.name].find({}, dict.fromkeys(names, 1))
    return [Accepted(each["_id"], *(each[name] for name in names)) async for each in found]


async def _decisions(db: Database) -> list[Decided]:
    found = db[CEREBRO_DECISIONS.name].find(AUTHORITATIVE, {"inputs": 1, "output": 1})
    return [Decided.read(each["inputs"], each["output"]) async for each in found]


async def _dead_letters(desk: BrokenDesk) -> dict[str, int]:
    """Return by topic what was buried: as the log says, and as lies there still."""
    logged: Counter[str] = Counter(str(topic) for topic in log_lines(desk.state.log_path, "message.dead", _topic))
    for topic in TOPICS:
        logged[topic.name] = max(logged[topic.name], await _kept(desk, topic.name))
    return {topic: count for topic, count in logged.items() if count}


def _topic(line: Mapping[str, Any]) -> object:
    return line.get("topic", "")


async def _kept(desk: BrokenDesk, topic: str) -> int:
    """Return how many dead letters of *topic* the emulator keeps; an emulator that lost everything keeps none."""
    url = f"http://127.0.0.1:{desk.state.port(EMULATOR)}/v1/projects/{PROJECT}/subscriptions/{kept_letters(topic)}:pull"
    with suppress(httpx.HTTPError, ValueError):
        async with httpx.AsyncClient(timeout=5, trust_env=False) as http:
            answer = await http.post(url, json={"maxMessages": 1000, "returnImmediately": True})
            return len(answer.json().get("receivedMessages", ()))
    return 0
