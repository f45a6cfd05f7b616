"""The owners of the records, over internal HTTP; a path is made of parts, so none can climb out of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

import httpx

from frontend_api.ports import PATIENCE, Answer, OwnerSilent


class HttpOwners:
    """One client per service, by its name."""

    def __init__(self, clients: Mapping[str, httpx.AsyncClient]) -> None:
        self._clients = clients

    async def ask(
        self,
        service: str,
        method: str,
        path: Sequence[str],
        params: Mapping[str, Any] | None = None,
        body: Any = None,
        *,
        patience: float = PATIENCE,
    ) -> Answer:
        wanted = {name: value for name, value in (params or {}).items() if value is not None}
        try:
            answer = await self._clients[service].request(
                method, url_of(path), params=wanted, json=body, timeout=patience
            )
            return Answer(answer.status_code, answer.json() if answer.content else None)
        except (httpx.HTTPError, ValueError) as why:
            raise OwnerSilent(f"{service} did not answer") from why


def url_of(parts: Sequence[str]) -> str:
    """Return the path of *parts*, each quoted whole; a part of dots alone names nothing and is quoted too."""
    return "/" + "/".join("%2E" * len(part) if set(part) == {"."} else quote(part, safe="") for part in parts)
