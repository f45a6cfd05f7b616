"""A service as a process of its own, which misbehaves as ``TRIAL_FAULT`` says."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from mathematricks.contracts.orders import OrderCommand
from mathematricks.contracts.topics import ORDER_COMMANDS
from mathematricks.messaging.bus import Bus
from mathematricks.runtime.main import run
from mathematricks.runtime.service import Service
from mathematricks.runtime.settings import ServiceSettings
from mathematricks.storage.mongo import Database, mongo
from pydantic_settings import SettingsConfigDict

HANDLING_SECONDS = 1.0


class TrialSettings(ServiceSettings):
    """What fault to show."""

    model_config = SettingsConfigDict(env_prefix="TRIAL_")

    fault: str = ""


@asynccontextmanager
async def connect(settings: TrialSettings, _: Bus) -> AsyncIterator[Database]:
    platform = settings.platform
    async with mongo(platform.mongo_url.get_secret_value(), platform.mongo_database) as db:
        yield db
        await db.diary.insert_one({"_id": "closed"})


async def on_start(_: Database) -> None:
    if os.environ.get("TRIAL_FAULT") == "start":
        raise ConnectionError("the broker is away")


async def follow_broker(_: Database) -> None:
    await asyncio.sleep(0.5 if os.environ.get("TRIAL_FAULT") == "stream" else 3600)


async def on_command(command: OrderCommand, db: Database) -> None:
    await db.diary.insert_one({"_id": f"begun {command.command_id}"})
    await asyncio.sleep(HANDLING_SECONDS)
    await db.diary.insert_one({"_id": f"done {command.command_id}"})


service = Service(
    name="trial",
    settings=TrialSettings,
    connect=connect,
    on_start=on_start,
    streams=(follow_broker,),
    consumes={ORDER_COMMANDS: on_command},
)

if __name__ == "__main__":
    run(service)
