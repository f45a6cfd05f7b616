"""The desk's own APIs, asked as its admin."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from decimal import Decimal
from typing import Any

import httpx
from mathematricks.runtime.tokens import Caller, mint_token

from mathematricks_cli.faults import OperatorFault
from mathematricks_cli.state import DeskRecord, StateDir

PATIENCE = 30.0


class DeskRefused(OperatorFault):
    """A service answered no; *status* is HTTP's, the text its reason."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


class DeskSilent(OperatorFault):
    """A service did not answer; it may or may not have done what it was asked."""


class DeskClient:
    """Asks the services of one running desk; numbers in answers keep all their digits."""

    def __init__(self, record: DeskRecord, key: str, http: httpx.AsyncClient, venue_token: str = "") -> None:
        self.record = record
        self.venue_token = venue_token
        self.http = http
        self._key = key
        self.caller = "operator"

    def url(self, service: str, path: str) -> str:
        """Return where *service* answers *path*."""
        return self.record.urls[service] + path

    async def get(self, service: str, path: str, **params: Any) -> Any:
        """Return the answer of *service*; raise ``DeskRefused`` or ``DeskSilent``."""
        asked = {name: value for name, value in params.items() if value is not None}
        return await self._ask("GET", service, path, params=asked)

    async def find(self, service: str, path: str, **params: Any) -> Any:
        """Return the answer of *service*; None where it knows nothing of the kind (404)."""
        try:
            return await self.get(service, path, **params)
        except DeskRefused as refused:
            if refused.status == httpx.codes.NOT_FOUND:
                return None
            raise

    async def post(self, service: str, path: str, body: Any = None, *, patience: float = PATIENCE) -> Any:
        """Return the answer of *service* to *body*."""
        return await self._ask("POST", service, path, json=body, timeout=patience)

    async def put(self, service: str, path: str, body: Any) -> Any:
        """Return the answer of *service* to *body*."""
        return await self._ask("PUT", service, path, json=body)

    async def _ask(self, method: str, service: str, path: str, **what: Any) -> Any:
        token = mint_token(Caller(self.caller, "admin"), self._key)
        try:
            answer = await self.http.request(
                method, self.url(service, path), headers={"Authorization": f"Bearer {token}"}, **what
            )
        except httpx.TransportError as silence:
            raise DeskSilent(f"{service} does not answer at {self.record.urls[service]}: {silence!r}") from silence
        if answer.is_error:
            raise DeskRefused(answer.status_code, f"{service}: {reason_of(answer)}")
        return exactly(answer.text)


def reason_of(answer: httpx.Response) -> str:
    """Return why *answer* is a refusal, in the service's words."""
    try:
        said = answer.json()
    except ValueError:
        return f"HTTP {answer.status_code}"
    return str(said["error"]) if isinstance(said, Mapping) and "error" in said else f"HTTP {answer.status_code}"


def exactly(text: str) -> Any:
    """Return the JSON *text* with its numbers as exact decimals."""
    return json.loads(text, parse_float=Decimal) if text else None


@asynccontextmanager
async def desk_client(state: StateDir) -> AsyncIterator[DeskClient]:
    """Yield a client of the desk that runs in *state*; raise ``DeskIsDown``."""
    record = state.desk()
    async with httpx.AsyncClient(timeout=PATIENCE) as http:
        yield DeskClient(record, state.deployment_key(), http, state.venue_token())
