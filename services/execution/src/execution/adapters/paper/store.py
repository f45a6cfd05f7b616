"""The venue's store: orders with their fills embedded, accounts with deposits and checkpoints."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from mathematricks.contracts.collections import PAPER_ACCOUNTS, PAPER_ORDERS
from mathematricks.storage.mongo import Database, Document
from pymongo import InsertOne, ReplaceOne
from pymongo.errors import BulkWriteError, DuplicateKeyError, OperationFailure

from execution.adapters.paper.documents import (
    InstrumentDocuments,
    account_document,
    account_from,
    checkpoint_of,
    order_document,
    order_from,
    order_key,
)
from execution.adapters.paper.engine.accounts import Account
from execution.adapters.paper.engine.book import Book
from execution.adapters.paper.engine.orders import PaperOrder
from execution.adapters.paper.engine.replay import replayed

_DUPLICATE_KEY = 11000
QUOTED = timedelta(hours=1)
"""How long before a checkpoint a quote may have come that is still traded on."""


class Outdated(Exception):
    """The store holds something newer than the view this was decided on: read again, decide again."""


@dataclass(frozen=True)
class Loaded:
    """A book made again from the store, its unfinished OCO groups, and the fill its checkpoint reaches."""

    book: Book
    groups: Mapping[str, Sequence[PaperOrder]]
    checkpoint: int


class PaperStore:
    """MongoDB as the venue uses it. One write makes an order with all its fills durable."""

    def __init__(self, db: Database) -> None:
        self._orders = db[PAPER_ORDERS.name]
        self._accounts = db[PAPER_ACCOUNTS.name]
        self._instruments = InstrumentDocuments()

    async def write(self, steps: Sequence[Sequence[PaperOrder]]) -> list[Exception | None]:
        """
        Write the orders that each step changed; return for each None, or why it is not durable.

        Steps are given in their order. An order that several of them changed is written once, as
        the last left it. ``Outdated`` means that another writer was there first.
        """
        newest: dict[str, PaperOrder] = {}
        first_version: dict[str, int] = {}
        for order in (order for step in steps for order in step):
            key = order_key(order.asked.account, order.id)
            newest[key] = order
            first_version.setdefault(key, order.version)
        failed = await self._write([self._operation(order, first_version[key]) for key, order in newest.items()])
        by_key = {key: failed[place] for place, key in enumerate(newest) if place in failed}
        return [self._first_failure(step, by_key) for step in steps]

    async def find(self, account: str, client_order_id: str) -> PaperOrder | None:
        """Return one order by our id."""
        document = await self._orders.find_one({"_id": order_key(account, client_order_id)})
        return order_from(document) if document else None

    async def group(self, account: str, oco_group: str) -> list[PaperOrder]:
        """Return every order of one OCO group, ended ones too."""
        return await self._find({"account": account, "oco_group": oco_group})

    async def filled_since(self, account: str, since: datetime) -> list[PaperOrder]:
        """Return the orders that have a fill at or after *since*."""
        return await self._find({"account": account, "last_fill_at": {"$gte": since}})

    async def account_names(self) -> list[str]:
        """Return the names of all accounts."""
        return [document["_id"] async for document in self._accounts.find({}, {"_id": 1})]

    async def open(self, account: Account, now: datetime) -> None:
        """Keep a new account; one that exists already stays as it is."""
        try:
            await self._accounts.insert_one(account_document(account, now))
        except DuplicateKeyError:
            return

    async def redeposit(self, account: Account) -> None:
        """Replace what an account that never traded was opened with."""
        changed = {"base_currency": account.base_currency, "deposits": dict(account.deposits)}
        await self._accounts.update_one({"_id": account.name, "checkpoint": {"$exists": False}}, {"$set": changed})

    async def checkpoint(self, account: Account) -> None:
        """Keep *account* as it is, so that a start need not fold the fills before; never an older one over a newer."""
        older = {"_id": account.name, "checkpoint.seq": {"$not": {"$gte": account.seq}}}
        await self._accounts.update_one(older, {"$set": {"checkpoint": checkpoint_of(account)}})

    async def load(self, account: str) -> Loaded | None:
        """Return the account's book as the stored orders make it; None if there is no such account."""
        document = await self._accounts.find_one({"_id": account})
        if document is None:
            return None
        kept = account_from(document)
        filled, working, last = await asyncio.gather(
            self.filled_since(account, kept.last_at - QUOTED),
            self._find({"account": account, "status": "WORKING"}),
            self._orders.find_one({"account": account}, {"number": 1}, sort=[("number", -1)]),
        )
        book = replayed(kept, filled, working, last["number"] if last else 0)
        names = {order.asked.oco_group for order in working if order.asked.oco_group}
        groups = {name: await self.group(account, name) for name in sorted(names)}
        return Loaded(book, groups, kept.seq)

    async def _find(self, query: Document) -> list[PaperOrder]:
        return [order_from(document) async for document in self._orders.find(query)]

    def _operation(self, order: PaperOrder, first_version: int) -> InsertOne[Document] | ReplaceOne[Document]:
        """A change of a document that is not as we left it turns into an insert, which its ``_id`` refuses."""
        document = order_document(order, self._instruments.of(order.instrument))
        if first_version == 1:
            return InsertOne(document)
        return ReplaceOne({"_id": document["_id"], "version": first_version - 1}, document, upsert=True)

    async def _write(self, operations: Sequence[InsertOne[Document] | ReplaceOne[Document]]) -> Mapping[int, Exception]:
        """Run *operations*; return the failed ones by their place."""
        try:
            await self._orders.bulk_write(operations, ordered=False)
        except BulkWriteError as error:
            if error.details.get("writeConcernErrors"):
                raise
            return {fault["index"]: _reason(fault) for fault in error.details["writeErrors"]}
        return {}

    @staticmethod
    def _first_failure(step: Sequence[PaperOrder], failed: Mapping[str, Exception]) -> Exception | None:
        return next(
            (failed[key] for order in step if (key := order_key(order.asked.account, order.id)) in failed), None
        )


def _reason(fault: Document) -> Exception:
    if fault["code"] == _DUPLICATE_KEY:
        return Outdated(fault["errmsg"])
    return OperationFailure(fault["errmsg"], fault["code"])
