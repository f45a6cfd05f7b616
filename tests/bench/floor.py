"""The floor the desk is measured against: an empty handler, and one that makes three journaled writes."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import uvicorn
from fastapi import FastAPI, Request, Response
from mathematricks.contracts.base import derive_id
from mathematricks.storage.mongo import mongo


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    async with mongo(os.environ["MONGO_URL"], "bench_floor") as db:
        app.state.db = db
        yield
        await db.client.drop_database("bench_floor")


app = FastAPI(lifespan=lifespan)


@app.post("/empty")
async def empty(request: Request) -> Response:
    await request.body()
    return Response(b'{"status":"success"}', 202, media_type="application/json")


@app.post("/three-writes")
async def three_writes(request: Request) -> Response:
    body = await request.body()
    for name in ("one", "two", "three"):
        await app.state.db[name].insert_one(
            {"body": body.decode(), "at": datetime.now(UTC), "of": derive_id("f", body)}
        )
    return Response(b'{"status":"success"}', 202, media_type="application/json")


if __name__ == "__main__":
    uvicorn.run(app, port=int(os.environ["PORT"]), log_config=None, access_log=False)
