"""What MongoDB must give back exactly, refuse, index and bring up to date."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from mathematricks.contracts.base import Collection, Index, Instant, Message, Money, to_instant
from mathematricks.contracts.collections import COLLECTIONS
from mathematricks.storage.indexes import SchemaConflict, ensure, validator_of
from mathematricks.storage.mongo import MAJORITY, Database, answers, mongo, noting_databases, to_document
from pymongo.errors import WriteError
from support.messages import an_example

DOCUMENT_FAILED_VALIDATION = 121
VALIDATED = [each for each in COLLECTIONS if each.model]
WRONG: dict[str, Any] = {"string": 7.5, "other": "text"}


class Old(Message):
    """A record as an older version stored it."""

    amount: Money


class New(Message):
    """The same record now."""

    amount: Money
    at: Instant
    note: str | None = None


def a_collection(**but: Any) -> Collection:
    usual: dict[str, Any] = {"name": "kept", "owner": "nobody", "purpose": "to test with", "model": Old}
    return Collection(**usual | but)


def smallest(collection: Collection) -> dict[str, Any]:
    """Return the plainest document that *collection* must accept."""
    assert collection.model is not None
    return to_document(an_example(collection.model), "an-id")


def fields_of(collection: Collection) -> dict[str, list[str]]:
    properties = validator_of(collection)["$jsonSchema"]["properties"]
    return {name: schema["bsonType"] for name, schema in properties.items()}


async def refused(db: Database, collection: Collection, document: dict[str, Any]) -> bool:
    try:
        await db[collection.name].insert_one(document | {"_id": "wrong"})
    except WriteError as error:
        return error.code == DOCUMENT_FAILED_VALIDATION
    return False


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


async def test_writes_are_majority_and_journaled(db: Database) -> None:
    assert db.write_concern == MAJORITY
    assert MAJORITY.document == {"w": "majority", "j": True}


async def test_every_collection_has_its_indexes_and_no_others(db: Database) -> None:
    for collection in COLLECTIONS:
        found = await db[collection.name].index_information()
        found.pop("_id_")

        there = [
            (
                tuple(index["key"]),
                index.get("unique", False),
                index.get("partialFilterExpression"),
                index.get("expireAfterSeconds"),
            )
            for index in found.values()
        ]
        declared = [(index.keys, index.unique, index.where, index.expire_after_seconds) for index in collection.indexes]
        assert sorted(there, key=repr) == sorted(declared, key=repr), collection.name


@pytest.mark.parametrize("collection", VALIDATED, ids=lambda collection: collection.name)
async def test_a_valid_record_is_accepted_and_every_wrong_one_refused(db: Database, collection: Collection) -> None:
    valid = smallest(collection)
    await db[collection.name].insert_one(valid)
    required = validator_of(collection)["$jsonSchema"].get("required", [])

    for name, kinds in fields_of(collection).items():
        wrong = WRONG["string" if "string" in kinds else "other"]
        assert await refused(db, collection, valid | {name: wrong}), f"{name} took {wrong!r}"
    for name in required:
        assert await refused(db, collection, {key: value for key, value in valid.items() if key != name}), name


def test_every_record_says_its_types() -> None:
    untyped = {
        (collection.name, name)
        for collection in VALIDATED
        if collection.model
        for name, field in collection.model.model_fields.items()
        if name not in fields_of(collection) and field.annotation is not Any
    }

    assert untyped == set()


async def test_floats_are_not_money(db: Database) -> None:
    collection = a_collection()
    await ensure(db, collection)

    assert await refused(db, collection, {"amount": 1.5})
    assert not await refused(db, collection, {"amount": Decimal("1.5")})


async def test_many_processes_may_create_a_collection_at_once(db: Database) -> None:
    collection = a_collection(indexes=(Index((("amount", 1),), unique=True), Index((("at", -1),))), model=New)

    await asyncio.gather(*(ensure(db, collection) for _ in range(12)))
    await ensure(db, collection)

    assert len(await db.kept.index_information()) == 3
    assert await refused(db, collection, {"amount": Decimal(1)})


async def test_a_changed_model_changes_the_validator(db: Database) -> None:
    await ensure(db, a_collection())
    await db.kept.insert_one({"_id": 1, "amount": Decimal(1)})

    await ensure(db, a_collection(model=New))

    assert await refused(db, a_collection(), {"amount": Decimal(1)})
    assert not await refused(db, a_collection(), {"amount": Decimal(1), "at": datetime.now(UTC), "note": None})


async def test_a_model_taken_away_takes_its_validator_with_it(db: Database) -> None:
    await ensure(db, a_collection())

    await ensure(db, a_collection(model=None))

    assert not await refused(db, a_collection(), {"anything": "goes"})


async def test_a_changed_expiry_is_adjusted(db: Database) -> None:
    await ensure(db, a_collection(indexes=(Index((("at", 1),), expire_after_seconds=60),)))

    await ensure(db, a_collection(indexes=(Index((("at", 1),), expire_after_seconds=900),)))

    (index,) = [index for name, index in (await db.kept.index_information()).items() if name != "_id_"]
    assert index["expireAfterSeconds"] == 900


async def test_an_index_that_contradicts_the_contracts_stops_the_start(db: Database) -> None:
    await ensure(db, a_collection(indexes=(Index((("at", 1),)),)))

    with pytest.raises(SchemaConflict, match="kept has another index"):
        await ensure(db, a_collection(indexes=(Index((("at", 1),), unique=True),)))


async def test_a_capped_collection_stays_within_its_bytes(db: Database) -> None:
    collection = a_collection(name="capped", model=None, capped_bytes=4096)
    await ensure(db, collection)
    await ensure(db, collection)

    for number in range(50):
        await db.capped.insert_one({"_id": number, "text": "x" * 400})

    kept = [document["_id"] async for document in db.capped.find()]
    assert len(kept) < 15
    assert kept[-1] == 49


async def test_the_pool_is_warm_and_a_service_knows_its_stores(mongo_url: str) -> None:
    with noting_databases() as opened:
        async with mongo(mongo_url, "warmth") as db:
            assert opened == [db]
            assert await answers(db)


async def test_a_store_that_is_gone_does_not_answer(mongo_url: str) -> None:
    async with mongo(mongo_url, "gone") as db:
        pass

    assert not await answers(db)
