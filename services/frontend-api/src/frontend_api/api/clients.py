"""Clients: the admin's ledger of deposits and withdrawals, and each client's own page."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path
from fastapi.responses import JSONResponse, Response
from mathematricks.contracts.clients import Client, Clients, Flow, FlowRequest, Flows, NewClient
from mathematricks.contracts.money_views import ClientView
from mathematricks.contracts.rest import Failure

from frontend_api.api.desk import MODES, page_router
from frontend_api.api.who import Here, Presence, Wired, not_there
from frontend_api.domain.visibility import Page, client_seen_by
from frontend_api.handlers.owned import Change, Question, answer_to, carried_out
from frontend_api.ports import Answer, Ports

ACCOUNT_DATA = "account-data"
CLIENTS = ("api", "v1", "clients")
CONFLICT: dict[int | str, dict[str, Any]] = {409: {"model": Failure}}
ClientId = Annotated[str, Path(min_length=1, max_length=60)]
FlowId = Annotated[str, Path(min_length=1, max_length=200)]

clients = page_router(Page.CLIENTS)
home_page = page_router(Page.CLIENT_HOME)
routers: tuple[APIRouter, ...] = (clients, home_page)


@home_page.get("/client/home")
async def client_home(here: Here, ports: Wired) -> ClientView:
    """Return the capital, flows and returns of the client who asks."""
    client_id = client_seen_by(here.viewer)
    found = await ports.views.client(client_id) if client_id else None
    if found is None:
        raise not_there()
    return found


@clients.get("/clients", response_model=Clients)
async def all_clients(_: Here, ports: Wired) -> Response:
    """Return every client."""
    return _passed_on(await answer_to(Question(ACCOUNT_DATA, CLIENTS), ports))


@clients.post("/clients", status_code=201, response_model=Client, responses=CONFLICT)
async def admit(client: NewClient, here: Here, ports: Wired) -> Response:
    """Admit a client to the fund of one mode."""
    body = client.model_dump(mode="json")
    shown = CLIENTS
    return await _changed(Change("clients.create", "POST", ACCOUNT_DATA, CLIENTS, body, shown), here, ports)


@clients.get("/clients/{client_id}")
async def one_client(
    client_id: ClientId, _: Here, ports: Wired, mode: Literal["paper", "live"] | None = None
) -> ClientView:
    """Return what the client sees; the house is a client of both modes."""
    found = await ports.views.client(client_id, MODES[mode] if mode else None)
    if found is None:
        raise not_there()
    return found


@clients.get("/clients/{client_id}/flows", response_model=Flows)
async def flows(client_id: ClientId, _: Here, ports: Wired) -> Response:
    """Return the client's entries in the ledger with the strike of each, the newest first."""
    return _passed_on(await answer_to(Question(ACCOUNT_DATA, (*CLIENTS, client_id, "flows")), ports))


@clients.post("/clients/{client_id}/flows", status_code=201, response_model=Flow, responses=CONFLICT)
async def record_flow(client_id: ClientId, flow: FlowRequest, here: Here, ports: Wired) -> Response:
    """Record a deposit or a withdrawal at the price struck now; the same key records once."""
    path = (*CLIENTS, client_id, "flows")
    body = flow.model_dump(mode="json", exclude_unset=True)
    shown = (*CLIENTS, client_id, "flows")
    return await _changed(Change("clients.flow", "POST", ACCOUNT_DATA, path, body, shown), here, ports)


@clients.post("/clients/{client_id}/flows/{flow_id}/arrival", status_code=201, response_model=Flow, responses=CONFLICT)
async def record_arrival(client_id: ClientId, flow_id: FlowId, here: Here, ports: Wired) -> Response:
    """Record that a flow's cash has reached, or left, the broker."""
    path = (*CLIENTS, client_id, "flows", flow_id, "arrival")
    shown = (*CLIENTS, client_id, "flows")
    return await _changed(Change("clients.arrival", "POST", ACCOUNT_DATA, path, None, shown), here, ports)


async def _changed(change: Change, here: Presence, ports: Ports) -> Response:
    return _passed_on(await carried_out(change, here.viewer, here.browser, ports))


def _passed_on(answer: Answer) -> Response:
    return JSONResponse(answer.body, status_code=answer.status)
