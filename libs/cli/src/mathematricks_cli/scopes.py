"""What a control is for, as it is named on the command line; and who asks."""

from __future__ import annotations

import os
import pwd
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from mathematricks_cli.desk_client import DeskClient, desk_client
from mathematricks_cli.faults import OperatorFault
from mathematricks_cli.state import state_dir

AccountOption = Annotated[str | None, typer.Option("--account", help="This account alone, such as paper:IBKR_Main")]
StrategyOption = Annotated[str | None, typer.Option("--strategy", help="This strategy alone, on all its accounts")]
ReasonOption = Annotated[str, typer.Option(help="Why, for the trail")]


def scope_of(account: str | None, strategy: str | None) -> dict[str, str]:
    """Return the scope that was named; the whole desk where none was."""
    if account and strategy:
        raise OperatorFault("Name an account or a strategy, not both")
    if account:
        return {"kind": "account", "name": account}
    return {"kind": "strategy", "name": strategy} if strategy else {"kind": "desk", "name": ""}


def said(scope: dict[str, Any]) -> str:
    """Return a scope as people read it."""
    return "the desk" if scope["kind"] == "desk" else f"{scope['kind']} {scope['name']}"


@asynccontextmanager
async def personal_client(state: Path) -> AsyncIterator[DeskClient]:
    """Yield a client that asks in the name of who is logged in here: controls know people, not commands."""
    async with desk_client(state_dir(state)) as desk:
        desk.caller = _whose_process()
        yield desk


def _whose_process() -> str:
    """The system's word for it: what the environment says, anybody could set, and be two admins."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return f"uid {os.getuid()}"
