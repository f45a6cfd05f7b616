"""A signal arrives: decide once, publish what it owes, as often as it takes."""

from __future__ import annotations

import asyncio

from mathematricks.contracts.signals import StandardSignal

from cerebro.handlers.ports import Ports


async def on_signal(signal: StandardSignal, ports: Ports) -> None:
    """
    Decide *signal* once and publish the orders and commands that the decision owes.

    A redelivered signal finds its decision and publishes the same again; ids are derived from the
    signal, so execution recognises them. Acknowledged once the decision is durable and published;
    what is lost after that, the sweep publishes.
    """
    decision, to_publish = await ports.desk.decide(signal)
    if not to_publish:
        return
    orders = [ports.world.outbox.order(order) for order in decision.orders]
    commands = [ports.world.outbox.command(command) for command in decision.commands]
    await asyncio.gather(*orders, *commands)
