"""What decisions still owe to execution, and where it is seen that execution has it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from datetime import datetime
from typing import Any

from mathematricks.contracts.collections import CEREBRO_DECISIONS, ORDER_TOMBSTONES, ORDERS
from mathematricks.contracts.decisions import Decision
from mathematricks.contracts.orders import OrderCommand
from mathematricks.messaging.outbox import Sweep
from mathematricks.runtime.failpoints import failpoint
from mathematricks.storage.mongo import Database, Document

from cerebro.ports import Outbox


class MongoDebts:
    """
    A decision is settled once ``orders`` has every order of it, and every command of it was obeyed
    or waits in a tombstone for its order. Execution's collections are read, never written.
    """

    def __init__(self, db: Database, outbox: Outbox) -> None:
        self._orders = db[ORDERS.name]
        self._tombstones = db[ORDER_TOMBSTONES.name]
        self._outbox = outbox
        self._sweep = Sweep(db[CEREBRO_DECISIONS.name], self._settled, self._publish)

    async def sweep(self, now: datetime) -> tuple[int, int]:
        return await self._sweep.run(now)

    async def _settled(self, due: Sequence[Document]) -> set[Any]:
        ordered = {order_id for document in due for order_id in document["order_ids"]}
        seen = {document["_id"] async for document in self._orders.find({"_id": {"$in": list(ordered)}}, ["_id"])}
        seen |= await self._obeyed([document for document in due if document["command_ids"]])
        return {one["_id"] for one in due if seen.issuperset([*one["order_ids"], *one["command_ids"]])}

    async def _obeyed(self, due: Sequence[Document]) -> set[str]:
        """Return the commands that have nothing left to do: obeyed, too late, or waiting for their order."""
        commands = [command for document in due for command in _decision(document).commands]
        wanted = {"_id": {"$in": [command.order_id for command in commands]}}
        if not commands:
            return set()
        orders = {order["_id"]: order async for order in self._orders.find(wanted, ["commands", "live"])}
        buried = {tombstone["_id"] async for tombstone in self._tombstones.find(wanted, ["_id"])}
        return {command.command_id for command in commands if _is_obeyed(command, orders, buried)}

    async def _publish(self, document: Document) -> None:
        decision = _decision(document)
        for order in decision.orders:
            await self._outbox.order(order)
            await failpoint("cerebro.order_published_again")
        for command in decision.commands:
            await self._outbox.command(command)
            await failpoint("cerebro.command_published_again")


def _is_obeyed(command: OrderCommand, orders: Mapping[str, Document], buried: Set[str]) -> bool:
    order = orders.get(command.order_id)
    if order is None:
        return command.order_id in buried
    return not order.get("live", True) or command.command_id in order.get("commands", ())


def _decision(document: Document) -> Decision:
    return Decision.model_validate_json(document["output"])
