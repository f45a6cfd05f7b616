"""One desk on simulated prices, shared by the tests of a module."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from mathematricks_cli.mongod import MongodMissing, find_mongod
from mathematricks_cli.playing import Sender
from mathematricks_cli.samples import bundled_samples
from support.desk import DeskProcess, client_of, equip

STRATEGIES = (
    *("SPX_1-D_Opt", "Forex", "FloridaForex", "UPRO_NewYork", "Default Strategy", "My Strategy", "A4"),
    *sorted({name for sample in bundled_samples() for name in sample.strategies}),
)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeskProcess]:
    """A desk that is up, and stopped after the module's tests."""
    process = a_desk(tmp_path_factory.mktemp("desk"))
    process.up()
    yield process
    process.down()


@pytest.fixture(scope="module")
def sender(desk: DeskProcess) -> Sender:
    """A sender for every strategy of the scripts, all on one paper account of 10,000,000 USD; tests allot capital."""

    async def set_up() -> Sender:
        async with client_of(desk) as client:
            return await equip(client, desk.state, dict.fromkeys(STRATEGIES, Decimal(0)))

    return asyncio.run(set_up())


def a_desk(directory: Path) -> DeskProcess:
    """Return a desk to start in *directory*; the test is skipped, loudly, where there is no MongoDB."""
    try:
        find_mongod()
    except MongodMissing as missing:
        pytest.skip(f"NOT RUN, no MongoDB: {missing}")
    return DeskProcess(directory)
