"""The accounts as account-data last knew them, with their open positions."""

from __future__ import annotations

from decimal import Decimal

from mathematricks.contracts.collections import ACCOUNT_STATE
from mathematricks.contracts.dashboard import OverviewAccount, OverviewPosition
from mathematricks.storage.mongo import Database, Document

from dashboard_processor.domain.overview import AccountFigures

FIELDS = [
    *OverviewAccount.model_fields,
    "mode",
    "rates",
    "day",
    "day_open_equity",
    "sub_ledgers.realized_today",
    "positions",
]


class MongoAccounts:
    """One document per account holds its figures and its open positions."""

    def __init__(self, db: Database) -> None:
        self._collection = db[ACCOUNT_STATE.name]

    async def read(self) -> tuple[tuple[AccountFigures, ...], tuple[OverviewPosition, ...]]:
        """Return every account, and every open position of all of them."""
        found = await self._collection.find({}, FIELDS).sort("_id", 1).to_list()
        positions = (position for account in found for position in account.get("positions", ()))
        return tuple(map(_figures, found)), tuple(map(OverviewPosition.model_validate, positions))


def _figures(account: Document) -> AccountFigures:
    realized = (sub_ledger["realized_today"] for sub_ledger in account.get("sub_ledgers", ()))
    return AccountFigures(
        line=OverviewAccount.model_validate(account),
        mode=account["mode"],
        day=account.get("day"),
        day_open_equity=account.get("day_open_equity"),
        realized_today=sum(realized, Decimal(0)),
        rates=account.get("rates") or {},
    )
