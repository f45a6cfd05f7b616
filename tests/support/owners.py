"""Stand-ins for the services that own records: they answer as told and remember what they were asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send


@dataclass(frozen=True)
class Asked:
    """One request as it arrived."""

    method: str
    path: str
    params: dict[str, list[str]]
    body: Any
    authorization: str


Answers = Callable[[Asked], tuple[int, Any]]


class Owner:
    """An ASGI app in the place of one service; unless *answers* says otherwise it knows nothing (404)."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.answers: dict[tuple[str, str], tuple[int, Any] | Answers] = {}

    def tells(self, path: str, body: Any, status: int = 200, method: str = "GET") -> None:
        """Answer *method* on *path* with *body* (a function of what was asked, or JSON)."""
        self.answers[method, path] = body if callable(body) else (status, body)

    def lists(self, path: str, *items: Any) -> None:
        """Answer *path* with these models as its items."""
        self.tells(path, {"items": [item.model_dump(mode="json") for item in items]})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        params = {name: request.query_params.getlist(name) for name in request.query_params}
        body = await request.json() if await request.body() else None
        asked = Asked(request.method, request.url.path, params, body, request.headers.get("authorization", ""))
        self.asked.append(asked)
        answer = self.answers.get((request.method, request.url.path), (404, {"error": "No such thing"}))
        status, said = answer(asked) if callable(answer) else answer
        response = Response(status_code=status) if said is None else JSONResponse(said, status_code=status)
        await response(scope, receive, send)
