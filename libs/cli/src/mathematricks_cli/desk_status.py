"""How the desk is: which services take work, what is still owed and since when, how far each book is."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

import httpx
from mathematricks.contracts.base import Collection
from mathematricks.contracts.collections import COLLECTIONS, OWED
from mathematricks.storage.mongo import mongo

from mathematricks_cli import fleet
from mathematricks_cli.desk_client import DeskClient
from mathematricks_cli.faults import OperatorFault

PORTFOLIOS = ("paper", "live")


@dataclass(frozen=True)
class ServiceStatus:
    """Whether a service takes work, and how long its answer took."""

    service: str
    ready: bool
    milliseconds: float
    url: str


@dataclass(frozen=True)
class Debt:
    """Records of one collection whose effect is not yet seen; *lag* is the seconds since the oldest."""

    collection: str
    owed: int
    lag: float


@dataclass(frozen=True)
class DeskStatus:
    """The whole desk. *heads* is the number of the newest decision, by portfolio."""

    services: tuple[ServiceStatus, ...]
    debts: tuple[Debt, ...]
    heads: dict[str, int]

    @property
    def ready(self) -> bool:
        return all(service.ready for service in self.services)

    def as_document(self) -> dict[str, Any]:
        return {"ready": self.ready, **asdict(self)}


async def status_of(desk: DeskClient) -> DeskStatus:
    """Return how *desk* is now."""
    services = tuple([await _service(desk, name) for name in fleet.START_ORDER])
    heads = {portfolio: await _head(desk, portfolio) for portfolio in PORTFOLIOS}
    return DeskStatus(services, await debts_of(desk), heads)


async def debts_of(desk: DeskClient) -> tuple[Debt, ...]:
    """Return what each collection owes; the records are only read."""
    async with mongo(desk.record.mongo_url, desk.record.mongo_database) as db:
        return tuple([await _debt(db, collection) for collection in _owing(COLLECTIONS)])


def _owing(collections: Sequence[Collection]) -> list[Collection]:
    return [collection for collection in collections if OWED in collection.indexes]


async def _debt(db: Any, collection: Collection) -> Debt:
    unsettled = {"owed.next": {"$exists": True}}
    records = db[collection.name]
    oldest = await records.find_one(unsettled, {"owed.since": 1}, sort=[("owed.since", 1)])
    lag = (datetime.now(UTC) - oldest["owed"]["since"]).total_seconds() if oldest else 0.0
    return Debt(collection.name, await records.count_documents(unsettled), round(lag, 2))


async def _service(desk: DeskClient, name: str) -> ServiceStatus:
    began = time.perf_counter()
    try:
        ready = (await desk.http.get(desk.url(name, "/ready"))).is_success
    except httpx.TransportError:
        ready = False
    return ServiceStatus(name, ready, round((time.perf_counter() - began) * 1e3, 1), desk.record.urls[name])


async def _head(desk: DeskClient, portfolio: str) -> int:
    try:
        book = await desk.find(fleet.CEREBRO, f"/api/v1/book/{portfolio}")
    except OperatorFault:
        return 0
    return int(book["seq"]) if book else 0
