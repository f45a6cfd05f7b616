"""Setting a desk up through its own APIs: strategies, paper accounts, allocations, senders."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from mathematricks_cli import fleet
from mathematricks_cli.desk_client import DeskClient
from mathematricks_cli.state import StateDir

PAPER = "paper:"
SECRET_KINDS = ("passphrase", "token", "mac")
_SENDERS = "senders"


def paper_twin(account: str) -> str:
    """Return the paper account that stands beside *account* (RULES 9)."""
    return account if account.startswith(PAPER) else PAPER + account


async def open_paper_account(desk: DeskClient, account: str, cash: Mapping[str, str]) -> Any:
    """Open the paper twin of *account* with *cash*, in the first currency named; return what stands there."""
    body = {"account": paper_twin(account), "base_currency": next(iter(cash)), "cash": dict(cash)}
    return await desk.post(fleet.EXECUTION, "/api/v1/accounts", body)


async def ensure_paper_account(desk: DeskClient, account: str) -> None:
    """Open the paper twin of *account* with the desk's paper cash, unless it is open."""
    known = await desk.get(fleet.EXECUTION, "/api/v1/accounts")
    if paper_twin(account) not in {each["account"] for each in known["items"]}:
        await open_paper_account(desk, account, desk.record.paper_cash)


async def add_strategy(desk: DeskClient, strategy: Mapping[str, Any]) -> Any:
    """Create *strategy*, and the paper account it trades on if there is none yet."""
    if strategy["trading_mode"] == "PAPER":
        await ensure_paper_account(desk, strategy["account"])
    return await desk.post(fleet.ACCOUNTS, "/api/strategies", dict(strategy))


async def current_shares(desk: DeskClient) -> dict[str, Decimal]:
    """Return the per cent of equity each strategy may use now; empty where nothing was ever allocated."""
    active = await desk.find(fleet.CEREBRO, "/api/portfolio/allocations/current")
    return {name: Decimal(share) for name, share in active["allocations"].items()} if active else {}


async def allocate(desk: DeskClient, shares: Mapping[str, Decimal], reason: str) -> Any:
    """Make *shares* (per cent of equity, by strategy) part of the active allocation; the others stay."""
    merged = {**await current_shares(desk), **shares}
    written = {name: str(share) for name, share in merged.items()}
    body = {"allocations": written, "reason": reason, "approved_by": "operator"}
    return await desk.put(fleet.CEREBRO, "/api/portfolio/allocations/custom", body)


async def add_sender(desk: DeskClient, state: StateDir, name: str, strategies: Iterable[str]) -> dict[str, Any]:
    """Create a sender for *strategies*; its secrets are returned once, and kept in the state directory for `send`."""
    body = {"name": name, "strategies": list(strategies), "kinds": list(SECRET_KINDS)}
    return _keep(state, await desk.post(fleet.INGESTION, "/api/v1/senders", body))


async def rotate_sender(desk: DeskClient, state: StateDir, name: str, overlap: int) -> dict[str, Any]:
    """Issue new secrets to a sender; the old ones stay good for *overlap* seconds."""
    body = {"overlap_seconds": overlap}
    return _keep(state, await desk.post(fleet.INGESTION, f"/api/v1/senders/{name}/rotate", body))


def secrets_of(state: StateDir, sender: str) -> dict[str, str]:
    """Return the secrets of *sender* by kind; empty where this state directory never saw them."""
    kept: dict[str, str] = state.read(_SENDERS, {}).get(sender, {})
    return kept


def _keep(state: StateDir, issued: dict[str, Any]) -> dict[str, Any]:
    kept = state.read(_SENDERS, {})
    kept[issued["name"]] = kept.get(issued["name"], {}) | issued["secrets"]
    state.write(_SENDERS, kept)
    return issued
