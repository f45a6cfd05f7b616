"""The three addresses that every service has: is it alive, may it be given work, how is it doing."""

from __future__ import annotations

from typing import Literal

from fastapi import FastAPI
from fastapi.responses import JSONResponse, PlainTextResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from mathematricks.contracts.base import Message
from mathematricks.contracts.rest import Failure
from mathematricks.runtime.errors import answer
from mathematricks.runtime.service import Running


class Alive(Message):
    """The event loop turns and every stream lives."""

    status: Literal["alive"] = "alive"


class Ready(Message):
    """Work may be sent here."""

    status: Literal["ready"] = "ready"


def add_probes(app: FastAPI) -> None:
    """Add ``/live``, ``/ready`` and ``/metrics`` to *app*."""

    @app.get("/live", tags=["probes"], response_model=Alive, responses={503: {"model": Failure}})
    async def live() -> Response:
        """Answer 200 while the event loop turns and every stream lives."""
        state: Running | None = app.state.running
        if state is not None and not state.alive():
            return answer(503, "A stream has died or the event loop was stuck: restart this process")
        return JSONResponse(Alive().model_dump())

    @app.get("/ready", tags=["probes"], response_model=Ready, responses={503: {"model": Failure}})
    async def ready() -> Response:
        """Answer 200 when work may be sent here: started, not draining, bus and store answer."""
        state: Running | None = app.state.running
        if state is None or (missing := await state.missing()):
            return answer(503, f"Not ready: {'starting or stopping' if state is None else missing}")
        return JSONResponse(Ready().model_dump())

    @app.get("/metrics", tags=["probes"], response_class=PlainTextResponse)
    async def metrics() -> Response:
        """Counters and histograms for Prometheus; no ids, no amounts."""
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)
