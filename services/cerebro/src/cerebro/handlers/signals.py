"""A signal arrives: decide once, publish what it owes, as often as it takes."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

import structlog
from mathematricks.contracts.decisions import Decision, Reason
from mathematricks.contracts.signals import StandardSignal
from mathematricks.runtime.failpoints import failpoint

from cerebro.handlers.ports import Ports
from cerebro.handlers.queue import Deposed

log = structlog.get_logger(__name__)


async def on_signal(signal: StandardSignal, ports: Ports) -> None:
    """
    Decide *signal* once and publish the orders and commands that the decision owes.

    A redelivered signal finds its decision and publishes the same again; ids are derived from the
    signal, so execution recognises them. Acknowledged once the decision is durable and published;
    what is lost after that, the sweep publishes. A version without authority leaves the signal to the
    one that has it; what nobody decided, a promoted version takes up from the signals' own record.
    """
    if ports.is_shadow():
        return
    try:
        decision, how = await ports.desk.decide(signal)
    except Deposed:
        return
    if how == "joined":
        return
    orders = [ports.world.outbox.order(order) for order in decision.orders]
    commands = [ports.world.outbox.command(command) for command in decision.commands]
    alarms = [_alarm(decision, ports)] if decision.reason == Reason.UNDECIDABLE else []
    await asyncio.gather(*orders, *commands, *alarms)
    await failpoint("cerebro.published")
    log.info(
        "signal.decided" if how == "made" else "signal.published_again",
        signal_id=decision.signal_id,
        strategy_id=decision.strategy_id,
        portfolio=decision.portfolio,
        seq=decision.seq,
        outcome=decision.outcome,
        reason=decision.reason,
        orders=len(decision.orders),
    )


def _alarm(decision: Decision, ports: Ports) -> Coroutine[Any, Any, None]:
    title = f"Cerebro failed over {decision.external_id} of {decision.strategy_id} and refused it: trade it by hand."
    return ports.world.outbox.alarm(f"undecidable.{decision.signal_id}", "critical", title, decision.decided_at)
