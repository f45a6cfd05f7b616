"""What every test may ask for: a real MongoDB, and a database of its own in it."""

from __future__ import annotations

import shutil
import signal
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import structlog
from hypothesis import settings
from mathematricks.contracts.collections import COLLECTIONS
from mathematricks.storage.mongo import Database
from mathematricks_cli.emulator import EmulatorMissing, own_emulator
from mathematricks_cli.mongod import MongodMissing, own_mongod
from support.databases import Databases

structlog.configure(
    processors=[
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback),
    ]
)
"""Plain tracebacks: drawing pretty ones takes seconds each."""


settings.register_profile("seeded", derandomize=True, deadline=None)
settings.register_profile("hunt", max_examples=1_000, deadline=None)
settings.load_profile("seeded")
"""The same examples in every run, so that a run says something of the change; `make hunt` looks for new ones."""


def pytest_configure() -> None:
    """A run that is told to end stops what it started, as on Ctrl-C."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)


def _in_memory() -> Path | None:
    """Return a directory in memory where there is room: collections are made four times faster there."""
    memory = Path("/dev/shm")
    return memory if memory.is_dir() and shutil.disk_usage(memory).free > 4 << 30 else None


@pytest.fixture(scope="session")
def mongo_url() -> Iterator[str]:
    """The URL of a MongoDB replica set; the test is skipped, loudly, where there is none."""
    try:
        with TemporaryDirectory(dir=_in_memory()) as directory, own_mongod(Path(directory)) as url:
            yield url
    except MongodMissing as missing:
        pytest.skip(f"NOT RUN, no MongoDB: {missing}")


@pytest.fixture(scope="session")
def databases(mongo_url: str) -> Databases:
    """Databases with every collection of the contracts."""
    return Databases(mongo_url, COLLECTIONS)


@pytest.fixture
async def db(databases: Databases) -> AsyncIterator[Database]:
    """An empty database with every collection of the contracts."""
    async with databases.one() as database:
        yield database


@pytest.fixture(scope="session")
def emulator() -> Iterator[str]:
    """host:port of a Pub/Sub emulator, named in the environment too; skipped, loudly, where there is none."""
    try:
        with own_emulator() as host, pytest.MonkeyPatch.context() as environment:
            environment.setenv("PUBSUB_EMULATOR_HOST", host)
            yield host
    except EmulatorMissing as missing:
        pytest.skip(f"NOT RUN, no Pub/Sub emulator: {missing}")
