"""The archive: every message that the records owe or owed, with its topic, key and time."""

from __future__ import annotations

import heapq
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from execution.steps.telling import confirmation, external_confirmation
from mathematricks.contracts.base import Topic
from mathematricks.contracts.collections import CEREBRO_DECISIONS, EXECUTIONS, ORDERS, SIGNALS
from mathematricks.contracts.decisions import Decision
from mathematricks.contracts.executions import Execution
from mathematricks.contracts.orders import OrderRecord
from mathematricks.contracts.signals import StandardSignal
from mathematricks.contracts.topics import (
    EXECUTION_CONFIRMATIONS,
    ORDER_COMMANDS,
    STANDARDIZED_SIGNALS,
    TRADING_ORDERS,
)
from mathematricks.storage.mongo import Database, Document

from mathematricks_cli.replay.records import Span


@dataclass(frozen=True)
class Archived:
    """One message as its record remakes it; *owed*: its effect was not seen yet."""

    at: datetime
    topic: Topic[Any]
    identity: str
    message: Any
    owed: bool

    @property
    def key(self) -> str:
        """What the topic groups it by."""
        return self.topic.key(self.message)


Source = Callable[[Database, Span], AsyncIterator[Archived]]


async def archived(db: Database, span: Span, topics: frozenset[str]) -> list[Archived]:
    """Return the newest messages of *span* on *topics* (none named: on all), newest first."""
    wanted = [source for name, source in SOURCES.items() if not topics or topics & NAMES[name]]
    found = [one for source in wanted async for one in source(db, span)]
    chosen = (one for one in found if not topics or one.topic.name in topics)
    return heapq.nlargest(span.limit, chosen, key=lambda one: (one.at, one.identity))


async def _signals(db: Database, span: Span) -> AsyncIterator[Archived]:
    async for document in _found(db[SIGNALS.name], span, "received_at"):
        signal = StandardSignal.model_validate(document)
        yield Archived(signal.received_at, STANDARDIZED_SIGNALS, signal.signal_id, signal, "owed" in document)


async def _decisions(db: Database, span: Span) -> AsyncIterator[Archived]:
    of_the_authority = {"shadow": "", "promotes": None}
    async for document in _found(db[CEREBRO_DECISIONS.name], span, "decided_at", of_the_authority):
        for one in _of_decision(Decision.model_validate_json(document["output"]), "owed" in document):
            yield one


def _of_decision(decision: Decision, owed: bool) -> Iterator[Archived]:
    for order in decision.orders:
        yield Archived(decision.decided_at, TRADING_ORDERS, order.order_id, order, owed)
    for command in decision.commands:
        yield Archived(decision.decided_at, ORDER_COMMANDS, command.command_id, command, owed)


async def _executions(db: Database, span: Span) -> AsyncIterator[Archived]:
    async for document in _found(db[EXECUTIONS.name], span, "recorded_at"):
        execution = Execution.model_validate(document)
        order = await db[ORDERS.name].find_one({"_id": execution.order_id}) if execution.order_id else None
        told = confirmation(OrderRecord.model_validate(order), execution) if order else external_confirmation(execution)
        yield Archived(execution.recorded_at, EXECUTION_CONFIRMATIONS, execution.execution_id, told, "owed" in document)


def _found(collection: Any, span: Span, time: str, more: Mapping[str, Any] | None = None) -> Any:
    wanted: Document = {**(more or {}), **span.within(time)}
    if span.strategy:
        wanted["strategy_id"] = span.strategy
    if span.identity:
        wanted["$or"] = [{"_id": span.identity}, {"signal_id": span.identity}, {"order_ids": span.identity}]
        wanted["$or"].append({"order_id": span.identity})
    return collection.find(wanted).sort(time, -1).limit(span.limit)


SOURCES: Mapping[str, Source] = {"signals": _signals, "decisions": _decisions, "executions": _executions}
NAMES: Mapping[str, frozenset[str]] = {
    "signals": frozenset({STANDARDIZED_SIGNALS.name}),
    "decisions": frozenset({TRADING_ORDERS.name, ORDER_COMMANDS.name}),
    "executions": frozenset({EXECUTION_CONFIRMATIONS.name}),
}
REPLAYABLE = frozenset().union(*NAMES.values())
