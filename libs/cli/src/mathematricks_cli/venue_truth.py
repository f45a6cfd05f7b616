"""What the venue itself says of an account: asked at the venue where it is a process of its own."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import httpx
from execution.adapters.remote import wire
from mathematricks.contracts.accounts import AccountUpdate

from mathematricks_cli import fleet
from mathematricks_cli.desk_client import DeskClient, DeskSilent

EVER = "1970-01-01T00:00:00+00:00"


async def venue_account(desk: DeskClient, account: str) -> AccountUpdate:
    """Return *account* as its venue sees it now."""
    if desk.record.venue_url and account.startswith("paper:"):
        return wire.UPDATE.validate_json(await _ask(desk, wire.SNAPSHOT, account=account))
    path = f"/api/v1/accounts/{quote(account, safe='')}/snapshot"
    return AccountUpdate.model_validate(await desk.get(fleet.EXECUTION, path))


async def venue_fills(desk: DeskClient, account: str) -> frozenset[str]:
    """Return the ids of all executions that the venue holds of *account*."""
    if desk.record.venue_url and account.startswith("paper:"):
        fills = wire.FILLS.validate_json(await _ask(desk, wire.EXECUTIONS, account=account, since=EVER))
        return frozenset(fill.execution_id for fill in fills)
    held = await desk.get(fleet.EXECUTION, f"/api/v1/accounts/{quote(account, safe='')}/venue-executions")
    return frozenset(each["execution_id"] for each in held["items"])


async def _ask(desk: DeskClient, path: str, **params: Any) -> bytes:
    headers = {"Authorization": f"Bearer {desk.venue_token}"}
    try:
        answer = await desk.http.get(f"{desk.record.venue_url}{path}", params=params, headers=headers)
    except httpx.TransportError as silence:
        raise DeskSilent(f"The venue does not answer at {desk.record.venue_url}: {silence!r}") from silence
    if answer.is_error:
        raise DeskSilent(f"The venue answers {answer.status_code} at {desk.record.venue_url}")
    return answer.content
