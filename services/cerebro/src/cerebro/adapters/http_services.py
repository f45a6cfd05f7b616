"""Execution and account-data over HTTP. No answer, or a wrong one, is ``Unavailable``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeVar

import httpx
from mathematricks.contracts.accounts import AccountState
from mathematricks.contracts.base import Id, Message
from mathematricks.contracts.collections import ORDERS
from mathematricks.contracts.rest import MarketQuestion, MarketView
from mathematricks.storage.mongo import Database, Document
from pydantic import AwareDatetime, ValidationError

from cerebro.domain.book_orders import OrderNews
from cerebro.ports import Unavailable

ASKED_AT_ONCE = 200
M = TypeVar("M", bound=Message)


class _Order(Message):
    order_id: Id
    revision: int
    live: bool
    filled: Decimal = Decimal(0)
    lot: Id | None = None
    shares: tuple[Decimal, ...] = ()
    updated_at: AwareDatetime

    def news(self) -> OrderNews:
        changed: datetime = self.updated_at  # never before its last fill was recorded, and that may come after its end
        return OrderNews(
            order_id=self.order_id,
            version=self.revision,
            ended=not self.live,
            filled=self.filled,
            last_fill_at=changed if self.filled else None,
            lot=self.lot,
            shares=self.shares,
        )


def _as_it_happened(orders: Iterable[_Order]) -> list[OrderNews]:
    return [order.news() for order in sorted(orders, key=lambda one: one.updated_at)]


class _Orders(Message):
    items: tuple[_Order, ...]


class _States(Message):
    items: tuple[AccountState, ...]


class HttpMarketData:
    """``POST /api/v1/market`` of execution."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http

    async def ask(self, question: MarketQuestion) -> MarketView:
        body = question.model_dump_json().encode()
        return await _answer(self._http, "POST", "/api/v1/market", MarketView, content=body)


class ExecutionOrders:
    """``GET /api/v1/orders`` of execution; what guards a lot is found in its collection, read only."""

    def __init__(self, http: httpx.AsyncClient, db: Database) -> None:
        self._http = http
        self._orders = db[ORDERS.name]

    async def states(self, order_ids: Sequence[str]) -> Sequence[OrderNews]:
        known: list[_Order] = []
        for start in range(0, len(order_ids), ASKED_AT_ONCE):
            asked = order_ids[start : start + ASKED_AT_ONCE]
            params = [("limit", str(ASKED_AT_ONCE)), *(("order_id", order_id) for order_id in asked)]
            found = await _answer(self._http, "GET", "/api/v1/orders", _Orders, params=params)
            known += found.items
        return _as_it_happened(known)

    async def guards(self, entries: Sequence[str]) -> Sequence[OrderNews]:
        if not entries:
            return []
        closing = {"closes.0.lot": {"$exists": True}, "closes.lot": {"$in": list(entries)}, "lot": {"$ne": None}}
        return await self._news(closing)

    async def flattened(self, since: datetime) -> Sequence[OrderNews]:
        return await self._news({"purpose": "flatten", "decided_at": {"$gte": since}, "lot": {"$ne": None}})

    async def _news(self, which: Document) -> list[OrderNews]:
        found = await self._orders.find(which, list(_Order.model_fields)).to_list()
        return _as_it_happened(_Order.model_validate(document) for document in found)


class HttpAccounts:
    """``GET /api/v1/accounts-state`` of account-data."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http

    async def all(self) -> Sequence[AccountState]:
        return (await _answer(self._http, "GET", "/api/v1/accounts-state", _States)).items


async def _answer(http: httpx.AsyncClient, method: str, path: str, model: type[M], **request: Any) -> M:
    if "content" in request:
        request["headers"] = {"Content-Type": "application/json"}
    try:
        response = await http.request(method, path, **request)
        response.raise_for_status()
        return model.model_validate_json(response.content)
    except (httpx.HTTPError, ValidationError) as error:
        raise Unavailable(f"{method} {path}: {type(error).__name__}") from error
