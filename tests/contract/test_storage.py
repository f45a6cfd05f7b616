"""What MongoDB must give back exactly."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from mathematricks.contracts.base import to_instant
from mathematricks.storage.mongo import Database


async def test_decimals_and_times_survive_storage_to_the_last_digit(db: Database) -> None:
    kept = {
        "_id": 1,
        "price": Decimal("0.1234567890123456789012345678901234"),
        "size": Decimal("100.00"),
        "at": to_instant(datetime(2026, 11, 20, 12, 0, 0, 123456, tzinfo=UTC)),
    }

    await db.survival.insert_one(kept)

    found = await db.survival.find_one({"_id": 1})
    assert found == kept
    assert str(found["size"]) == "100.00"
    assert found["at"].tzinfo is not None
