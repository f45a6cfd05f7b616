"""One process per service: any of them may be killed while signals walk, and the bus between them wiped."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from decimal import Decimal
from functools import partial

import pytest
from mathematricks_cli import fleet
from mathematricks_cli.desk_status import status_of
from mathematricks_cli.emulator import EmulatorMissing, find_jar, find_java
from mathematricks_cli.gathering import balance_when_quiet
from mathematricks_cli.mongod import MongodMissing, find_mongod
from mathematricks_cli.playing import Pace
from mathematricks_cli.processes import command_of
from mathematricks_cli.stack import EMULATOR
from mathematricks_cli.verbs.send import text_of
from support.desk import DeskProcess, client_of, equip, eventually, post_script, settled

VICTIMS = (fleet.EXECUTION, fleet.CEREBRO, fleet.ACCOUNTS, EMULATOR)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeskProcess]:
    try:
        find_mongod(), find_java(), find_jar()
    except (MongodMissing, EmulatorMissing) as missing:
        pytest.skip(f"NOT RUN: {missing}")
    process = DeskProcess(tmp_path_factory.mktemp("stack"), ("--processes",))
    process.up()
    yield process
    process.down()


async def test_signals_reach_their_end_whichever_process_dies_on_the_way(desk: DeskProcess) -> None:
    async with client_of(desk) as client:
        sender = await equip(client, desk.state, {"Sample Equity": Decimal(50)})
        posted = []
        for victim in VICTIMS:
            posted += await post_script(client, sender, text_of("scale_in"), Pace(speed=0))
            os.kill(pid_of(desk, victim), signal.SIGKILL)
            await eventually(partial(status_of, client), lambda status: status.ready, patience=90)
        receipts = await settled(client, [each.signal_id for each in posted if each.signal_id], patience=120)
        balance = await balance_when_quiet(client, patience=60)

    assert [each.verdict for each in posted] == ["accepted"] * 3 * len(VICTIMS)
    assert all(receipt.decision for receipt in receipts)
    assert not [receipt.signal_id for receipt in receipts if len(receipt.orders) > 1], "traded twice"
    assert balance.balances, balance.differences or balance.missing


def test_stopping_drains_every_process(desk: DeskProcess) -> None:
    pids = desk.state.desk().pids

    desk.down()

    # a process that has ended and waits for its parent to notice has no command line any more
    assert [name for name, pid in pids.items() if command_of(pid)] == []


def pid_of(desk: DeskProcess, name: str) -> int:
    return desk.state.desk().pids[name]
