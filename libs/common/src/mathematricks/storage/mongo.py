"""The MongoDB client as every service uses it: majority, journaled, exact decimals, aware UTC times."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from datetime import UTC
from decimal import Decimal
from typing import Any, TypeVar

from bson.codec_options import CodecOptions, TypeCodec, TypeRegistry
from bson.decimal128 import Decimal128
from pydantic import BaseModel
from pymongo import AsyncMongoClient, ReadPreference, WriteConcern
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import PyMongoError
from pymongo.read_concern import ReadConcern

from mathematricks.contracts.base import Collection
from mathematricks.storage import lean_wire
from mathematricks.storage.decimals import to_decimal, to_decimal128
from mathematricks.storage.indexes import ensure

Document = dict[str, Any]
Database = AsyncDatabase[Document]
B = TypeVar("B", bound=BaseModel)

MAJORITY = WriteConcern(w="majority", j=True)
WARM_CONNECTIONS = 8
_ANSWERS_WITHIN = 2.0
lean_wire.install()
_opened: ContextVar[list[Database] | None] = ContextVar("opened", default=None)


class DecimalCodec(TypeCodec):
    """Decimal <-> Decimal128, to the last of its 34 digits."""

    python_type = Decimal
    bson_type = Decimal128

    def transform_python(self, value: Decimal) -> Decimal128:
        return to_decimal128(value)

    def transform_bson(self, value: Decimal128) -> Decimal:
        return to_decimal(value)


CODEC: CodecOptions[Document] = CodecOptions(type_registry=TypeRegistry([DecimalCodec()]), tz_aware=True, tzinfo=UTC)


@asynccontextmanager
async def mongo(url: str, database: str, owned: Sequence[Collection] = ()) -> AsyncIterator[Database]:
    """
    Yield *database*, with the collections in *owned* created, indexed, validated and warm.

    The first requests on a cold pool cost hundreds of milliseconds, so the pool is filled first.
    """
    client: AsyncMongoClient[Document] = AsyncMongoClient(
        url,
        minPoolSize=WARM_CONNECTIONS,
        maxPoolSize=64,
        retryWrites=True,
        serverSelectionTimeoutMS=10_000,
        connectTimeoutMS=5_000,
        socketTimeoutMS=30_000,  # a primary that hangs is an error, not a wait without end
    )
    try:
        db = client.get_database(
            database,
            codec_options=CODEC,
            write_concern=MAJORITY,
            read_concern=ReadConcern("local"),
            read_preference=ReadPreference.PRIMARY,
        )
        for collection in owned:
            await ensure(db, collection)
        await asyncio.gather(*(db.command("ping") for _ in range(WARM_CONNECTIONS)))
        if (opened := _opened.get()) is not None:
            opened.append(db)
        yield db
    finally:
        await client.close()


@contextmanager
def noting_databases() -> Iterator[list[Database]]:
    """Yield a list of the databases opened meanwhile; a service's readiness depends on them."""
    opened: list[Database] = []
    token = _opened.set(opened)
    try:
        yield opened
    finally:
        _opened.reset(token)


async def answers(db: Database) -> bool:
    """Whether *db* answers within two seconds."""
    try:
        async with asyncio.timeout(_ANSWERS_WITHIN):
            await db.command("ping")
    except (PyMongoError, TimeoutError):
        return False
    return True


def to_document(model: BaseModel, identity: Any = None) -> Document:
    """Return *model* as a document; *identity* becomes its ``_id``."""
    document = model.model_dump()
    return document if identity is None else {"_id": identity, **document}
