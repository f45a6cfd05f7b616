"""What the desk did lately, each thing asked of its owner and narrowed to what the viewer may see."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from mathematricks.contracts.decisions import Decision
from mathematricks.contracts.receipts import (
    DecisionLine,
    DecisionLines,
    OrderLine,
    OrderLines,
    SignalLines,
)
from mathematricks.contracts.signal_health import SignalHealth, SignalHealths
from mathematricks.contracts.signals import StandardSignal

from frontend_api.domain.lines import line_of
from frontend_api.domain.visibility import Viewer, may_see_health, may_see_signal, sender_seen_by
from frontend_api.handlers.owned import Question, found, listed, read
from frontend_api.ports import Ports

SIGNALS = ("api", "v1", "intake", "signals")
HEALTH = ("api", "v1", "intake", "health")
DECISIONS = ("api", "v1", "decisions")
ORDERS = ("api", "v1", "orders")
FURTHEST = 500
"""Decisions looked through for those on older signals, before they are asked for one by one."""


async def newest_orders(asked: Mapping[str, Any], ports: Ports) -> OrderLines:
    """Return the newest orders."""
    return OrderLines(items=tuple(await listed(Question("execution", ORDERS, asked), OrderLine, ports)))


async def newest_decisions(asked: Mapping[str, Any], ports: Ports) -> DecisionLines:
    """Return the newest decisions, each with how it sized its legs."""
    return DecisionLines(items=tuple(await listed(Question("cerebro", DECISIONS, asked), DecisionLine, ports)))


async def newest_signals(viewer: Viewer, asked: Mapping[str, Any], ports: Ports) -> SignalLines:
    """Return the newest signals that *viewer* may see, each with what was decided on it."""
    narrowed = {**asked, "sender": sender_seen_by(viewer)}
    reach = FURTHEST if asked["before"] else asked["limit"]
    recent = {"limit": reach, "strategy_id": asked["strategy_id"]}
    signals, decisions = await asyncio.gather(
        listed(Question("signal-ingestion", SIGNALS, narrowed), StandardSignal, ports),
        listed(Question("cerebro", DECISIONS, recent), Decision, ports),
    )
    mine = [signal for signal in signals if may_see_signal(viewer, signal.sender)]
    known = {decision.signal_id: decision for decision in decisions}
    older = await asyncio.gather(*(_decision_on(one.signal_id, ports) for one in mine if one.signal_id not in known))
    known |= {decision.signal_id: decision for decision in older if decision}
    return SignalLines(items=tuple(line_of(signal, known.get(signal.signal_id)) for signal in mine))


async def signal_health(viewer: Viewer, ports: Ports) -> SignalHealths:
    """Return the health of every strategy whose signals *viewer* may see."""
    all_of_them = await listed(Question("signal-ingestion", HEALTH), SignalHealth, ports)
    return SignalHealths(items=tuple(health for health in all_of_them if may_see_health(viewer, health)))


async def _decision_on(signal_id: str, ports: Ports) -> Decision | None:
    question = Question("cerebro", (*DECISIONS, signal_id))
    body = await found(question, ports)
    return read(Decision, body, question) if body else None
