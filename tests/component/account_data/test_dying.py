"""Killed between any two writes, account-data heals at its next start: nothing lost, nothing doubled."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from account_data import booking, handlers, saving
from account_data.ports import Ports
from mathematricks.accounting.position import fold
from mathematricks.storage.group_commit import GroupCommit
from support.accounts import a_confirmation, an_account_update, an_execution
from support.ledger_desk import Start


class Died(Exception):
    """The process ended here."""


class DiesAt:
    """A port that ends the process before or after one of its calls, and until then is the real one."""

    def __init__(self, port: object, call: str, moment: str) -> None:
        self._port, self._call, self._moment = port, call, moment

    def __getattr__(self, name: str) -> Any:
        real = getattr(self._port, name)
        return self._fatal(real) if name == self._call else real

    def _fatal(self, real: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        async def call(*args: Any) -> Any:
            if self._moment == "after":
                await real(*args)
            raise Died

        return call


def dying(ports: Ports, port: str, call: str, moment: str) -> Ports:
    """Return *ports* of a process that dies at this moment."""
    doomed: Ports = replace(
        ports,
        **{port: DiesAt(getattr(ports, port), call, moment)},
        accounts={name: replace(account) for name, account in ports.accounts.items()},
        book=GroupCommit(lambda batch: booking.write(batch, doomed)),
    )
    return doomed


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize(
    ("port", "call"),
    [
        ("ledger", "append"),
        ("checkpoints", "save_positions"),
        ("checkpoints", "save_account"),
        ("checkpoints", "keep"),
    ],
)
async def test_a_death_at_any_write_heals(start: Start, port: str, call: str, moment: str) -> None:
    first = [an_execution(quantity=n + 1, commission="0.07") for n in range(4)]
    second = [an_execution(side="SELL", quantity=n + 3, strategy_id="Carry") for n in range(3)]
    async with start() as desk:
        await desk.report(an_account_update())
        await desk.fill(*first)
        await desk.saved()
        doomed = dying(desk.ports, port, call, moment)
        with suppress(Died):
            for fill in second:
                await handlers.on_execution(a_confirmation(fill), doomed)
            await handlers.on_account_update(an_account_update(as_of=fill.recorded_at.replace(year=2027)), doomed)
            await saving.save_what_changed(doomed)

    async with start() as desk:
        await desk.fill(*first[:2], *second)  # redelivered, as after any crash
        await desk.report(an_account_update(as_of=fill.recorded_at.replace(year=2028)))
        entries = (await desk.get("/api/v1/ledger", limit=100))["items"]
        state = await desk.state()

    assert sorted(entry["entry_id"] for entry in entries) == sorted(e.execution_id for e in first + second)
    assert sorted(entry["seq"] for entry in entries) == list(range(1, 8))
    held = {p["strategy_id"]: p["quantity"] for p in state["positions"]}
    assert held == {"Momentum": str(fold(first).quantity), "Carry": str(fold(second).quantity)}
    lines = {line["strategy_id"]: line for line in state["sub_ledgers"]}
    assert lines["Momentum"]["commission"] == "0.28"


async def test_a_store_that_refuses_once_has_the_message_delivered_again(start: Start) -> None:
    async with start() as desk:
        fill = an_execution()
        doomed = dying(desk.ports, "ledger", "append", "before")
        with pytest.raises(Died):
            await handlers.on_execution(a_confirmation(fill), doomed)

        await handlers.on_execution(a_confirmation(fill), desk.ports)

        assert len((await desk.get("/api/v1/ledger"))["items"]) == 1
