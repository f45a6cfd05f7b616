"""What the admin has settled, read from the registry of strategies (account-data's) and our allocations."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from decimal import ROUND_DOWN, Decimal
from typing import Any

from mathematricks.contracts.allocations import PortfolioAllocation
from mathematricks.contracts.collections import PORTFOLIO_ALLOCATIONS, STRATEGY_BACKTEST_DATA, STRATEGY_CONFIGURATIONS
from mathematricks.contracts.strategies import StrategyConfiguration
from mathematricks.storage.mongo import Database, Document

from cerebro.domain.inputs import Allotted
from cerebro.ports import Terms

Mark = tuple[Any, ...]
ACTIVE = {"status": "ACTIVE"}
ALPHA_STEP = Decimal("0.00000001")


class MongoTerms:
    """
    Reads only versions; a document is read whole when its version has changed.

    So a change holds from the next signal on, at the price of one small read per batch.
    """

    def __init__(self, db: Database) -> None:
        self._strategies = db[STRATEGY_CONFIGURATIONS.name]
        self._allocations = db[PORTFOLIO_ALLOCATIONS.name]
        self._known: dict[str, tuple[Mark, StrategyConfiguration]] = {}
        self._active: tuple[Mark, PortfolioAllocation] | None = None

    async def current(self, strategies: Collection[str]) -> Mapping[str, Terms]:
        marks, alphas = await self._marks(strategies)
        allocation = await self._allocation(marks.get(""))
        changed = [name for name in strategies if name in marks and not self._knows(name, marks[name])]
        if changed:
            await self._read(changed)
        terms = {name: self._terms(name, name in marks, allocation) for name in strategies}
        return {name: _with_alpha(one, alphas.get(name)) for name, one in terms.items()}

    async def _marks(self, strategies: Collection[str]) -> tuple[dict[str, Mark], dict[str, float]]:
        """
        Return the version of each strategy there is, and under "" that of the ACTIVE allocation.

        With them the expected alpha of each strategy whose backtest tells one.
        """
        allocation: Document = {
            "coll": PORTFOLIO_ALLOCATIONS.name,
            "pipeline": [{"$match": ACTIVE}, {"$project": {"updated_at": 1, "allocation_id": 1}}],
        }
        pipeline: list[Document] = [
            {"$match": {"_id": {"$in": list(strategies)}}},
            {"$project": {"version": 1, "updated_at": 1, "created_at": 1}},
            {"$unionWith": allocation},
            {"$unionWith": _alphas_of(strategies)},
        ]
        found = await (await self._strategies.aggregate(pipeline)).to_list()
        alphas = {one["_id"]: one["expected_alpha"] for one in found if "expected_alpha" in one}
        known = [one for one in found if "expected_alpha" not in one]
        return {"" if "allocation_id" in one else one["_id"]: _mark(one) for one in known}, alphas

    async def _allocation(self, mark: Mark | None) -> PortfolioAllocation | None:
        if mark is None:
            return None
        if self._active is None or self._active[0] != mark:
            document = await self._allocations.find_one(ACTIVE)
            if document is None:
                return None
            self._active = _mark(document), PortfolioAllocation.model_validate(document)
        return self._active[1]

    def _knows(self, name: str, mark: Mark) -> bool:
        return name in self._known and self._known[name][0] == mark

    async def _read(self, strategies: Collection[str]) -> None:
        async for document in self._strategies.find({"_id": {"$in": list(strategies)}}):
            self._known[document["_id"]] = _mark(document), StrategyConfiguration.model_validate(document)

    def _terms(self, name: str, there: bool, allocation: PortfolioAllocation | None) -> Terms:
        strategy = self._known[name][1] if there and name in self._known else None
        if allocation is None:
            return Terms(strategy, Allotted())
        return Terms(strategy, Allotted(allocation.allocation_id, allocation.allocations.get(name)))


def _alphas_of(strategies: Collection[str]) -> Document:
    told: list[Document] = [
        {"$match": {"_id": {"$in": list(strategies)}, "expected_alpha": {"$gt": 0, "$lt": 10}}},
        {"$project": {"expected_alpha": 1}},
    ]
    return {"coll": STRATEGY_BACKTEST_DATA.name, "pipeline": told}


def _with_alpha(terms: Terms, alpha: float | None) -> Terms:
    """Return *terms* with the backtest's expected alpha where the admin has set none."""
    strategy = terms.strategy
    if alpha is None or strategy is None or strategy.expected_alpha is not None:
        return terms
    derived = Decimal(str(alpha)).quantize(ALPHA_STEP, rounding=ROUND_DOWN)
    return replace(terms, strategy=strategy.model_copy(update={"expected_alpha": derived})) if derived > 0 else terms


def _mark(document: Document) -> Mark:
    if "allocation_id" in document:
        return document["_id"], document["updated_at"]
    return document["version"], document["created_at"], document["updated_at"]
