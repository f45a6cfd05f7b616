"""What people own and are owed in MongoDB: ``clients``, ``client_flows``, ``agreements``, ``payments``."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from mathematricks.contracts.agreements import Agreement, Payment, Statement
from mathematricks.contracts.base import Mode
from mathematricks.contracts.clients import Client, Flow
from mathematricks.contracts.collections import (
    AGREEMENTS,
    CLIENT_FLOWS,
    CLIENTS,
    DASHBOARD_FUNDS,
    DASHBOARD_STATEMENTS,
    PAYMENTS,
)
from mathematricks.storage.mongo import Database, Document, to_document
from pymongo.errors import BulkWriteError, DuplicateKeyError

TAKEN = 11000


class MongoMoney:
    """Ledgers whose next number a unique index gives to one writer; the accruals of fees are read."""

    def __init__(self, db: Database) -> None:
        self._clients = db[CLIENTS.name]
        self._flows = db[CLIENT_FLOWS.name]
        self._agreements = db[AGREEMENTS.name]
        self._payments = db[PAYMENTS.name]
        self._statements = db[DASHBOARD_STATEMENTS.name]
        self._funds = db[DASHBOARD_FUNDS.name]

    async def clients(self) -> Sequence[Client]:
        return [Client.model_validate(each) async for each in self._clients.find().sort("_id", 1)]

    async def client(self, client_id: str) -> Client | None:
        found = await self._clients.find_one({"_id": client_id})
        return Client.model_validate(found) if found else None

    async def admit(self, client: Client) -> bool:
        return await _added(self._clients.insert_one(to_document(client, client.client_id)))

    async def flows(self, mode: Mode) -> Sequence[Flow]:
        return [Flow.model_validate(each) async for each in self._flows.find({"mode": mode}).sort("seq", 1)]

    async def flows_of(self, client_id: str) -> Sequence[Flow]:
        found = self._flows.find({"client_id": client_id}).sort("seq", -1)
        return [Flow.model_validate(each) async for each in found]

    async def flow(self, flow_id: str) -> Flow | None:
        found = await self._flows.find_one({"_id": flow_id})
        return Flow.model_validate(found) if found else None

    async def append(self, flows: Sequence[Flow]) -> bool:
        return await _added(self._flows.insert_many([to_document(flow, flow.flow_id) for flow in flows]))

    async def fees(self, mode: Mode) -> tuple[Decimal, datetime] | None:
        found = await self._funds.find_one({"_id": mode.lower()}, {"accrued_fees": 1, "as_of": 1})
        return (found["accrued_fees"], found["as_of"]) if found and found.get("as_of") else None

    async def agreements(self) -> Sequence[Agreement]:
        return [Agreement.model_validate(each) async for each in self._agreements.find().sort("number", 1)]

    async def agreement(self, agreement_id: str) -> Agreement | None:
        found = await self._agreements.find_one({"_id": agreement_id})
        return Agreement.model_validate(found) if found else None

    async def agree(self, agreement: Agreement) -> bool:
        return await _added(self._agreements.insert_one(to_document(agreement, agreement.agreement_id)))

    async def end(self, agreement: Agreement, version: int) -> bool:
        guard = {"_id": agreement.agreement_id, "version": version}
        done = await self._agreements.replace_one(guard, to_document(agreement, agreement.agreement_id))
        return done.matched_count == 1

    async def statements(self, agreement_id: str) -> Sequence[Statement]:
        asked: Document = {"agreement_id": agreement_id, "mode": "LIVE"}
        return [Statement.model_validate(each) async for each in self._statements.find(asked).sort("number", 1)]

    async def payments(self, agreement_id: str) -> Sequence[Payment]:
        found = self._payments.find({"agreement_id": agreement_id}).sort("number", 1)
        return [Payment.model_validate(each) async for each in found]

    async def pay(self, payment: Payment) -> bool:
        return await _added(self._payments.insert_one(to_document(payment, payment.payment_id)))


async def _added(write: Any) -> bool:
    """Whether it is in; False: its id or its number was taken."""
    try:
        await write
    except DuplicateKeyError:
        return False
    except BulkWriteError as error:
        if any(fault["code"] != TAKEN for fault in error.details["writeErrors"]):
            raise
        return False
    return True
