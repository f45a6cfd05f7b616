"""What account-data serves of money that people own and are owed: clients, flows, agreements, payments."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path
from mathematricks.contracts.agreements import (
    Agreement,
    AgreementEnd,
    AgreementRequest,
    Agreements,
    NewPayment,
    Payment,
    Payments,
)
from mathematricks.contracts.clients import Client, Clients, Flow, FlowRequest, Flows, NewClient
from mathematricks.runtime.http import caller_of, require
from mathematricks.runtime.tokens import Caller

from account_data.administration import funding, owing
from account_data.api import AskPorts, Person, failures, who

router = APIRouter(dependencies=[require("service", "admin")], responses=failures(401, 403, 422, 503))

ClientId = Annotated[str, Path(min_length=1, max_length=60, examples=["carol"])]
Text = Annotated[str, Path(min_length=1, max_length=200)]
Known = Annotated[Caller, Depends(caller_of)]


@router.get("/api/v1/clients", tags=["clients"])
async def clients(ports: AskPorts) -> Clients:
    """Return every client, by id; the house is none of them."""
    return Clients(items=tuple(await ports.money.clients()))


@router.post("/api/v1/clients", tags=["clients"], status_code=201, responses=failures(409))
async def admit(wanted: NewClient, ports: AskPorts, caller: Known, by: Person = None) -> Client:
    """Admit a client to the fund of one mode."""
    return await funding.admit(wanted, who(caller, by), ports)


@router.get("/api/v1/clients/{client_id}/flows", tags=["clients"], responses=failures(404))
async def flows(client_id: ClientId, ports: AskPorts) -> Flows:
    """Return the client's entries in the fund's ledger, the newest first."""
    await funding.mode_of(client_id, None, ports)
    return Flows(items=tuple(await ports.money.flows_of(client_id)))


@router.post("/api/v1/clients/{client_id}/flows", tags=["clients"], status_code=201, responses=failures(404, 409))
async def record_flow(
    client_id: ClientId,
    wanted: FlowRequest,
    ports: AskPorts,
    caller: Known,
    by: Person = None,
) -> Flow:
    """Record a deposit or a withdrawal at the price struck now."""
    return await funding.record(
        client_id, await funding.mode_of(client_id, wanted.mode, ports), wanted, who(caller, by), ports
    )


@router.post(
    "/api/v1/clients/{client_id}/flows/{flow_id}/arrival",
    tags=["clients"],
    status_code=201,
    responses=failures(404, 409),
)
async def record_arrival(client_id: ClientId, flow_id: Text, ports: AskPorts, caller: Known, by: Person = None) -> Flow:
    """Record that a flow's cash has reached, or left, the broker: until then it is in transit."""
    return await funding.record_arrival(client_id, flow_id, who(caller, by), ports)


@router.get("/api/v1/agreements", tags=["agreements"])
async def agreements(ports: AskPorts) -> Agreements:
    """Return every agreement, the oldest first."""
    return Agreements(items=tuple(await ports.money.agreements()))


@router.post("/api/v1/agreements", tags=["agreements"], status_code=201, responses=failures(409))
async def agree(wanted: AgreementRequest, ports: AskPorts, caller: Known, by: Person = None) -> Agreement:
    """Make an agreement with a sender; a strategy is in one at a time."""
    return await owing.agree(wanted, who(caller, by), ports)


@router.get("/api/v1/agreements/{agreement_id}", tags=["agreements"], responses=failures(404))
async def one_agreement(agreement_id: Text, ports: AskPorts) -> Agreement:
    """Return one agreement."""
    return await owing.find(agreement_id, ports)


@router.post("/api/v1/agreements/{agreement_id}/end", tags=["agreements"], responses=failures(404, 409))
async def end_agreement(
    agreement_id: Text, wanted: AgreementEnd, ports: AskPorts, caller: Known, by: Person = None
) -> Agreement:
    """End an agreement, from today on at the earliest."""
    return await owing.end(agreement_id, wanted, who(caller, by), ports)


@router.get("/api/v1/agreements/{agreement_id}/payments", tags=["agreements"], responses=failures(404))
async def payments(agreement_id: Text, ports: AskPorts) -> Payments:
    """Return what was paid under the agreement, the oldest first."""
    await owing.find(agreement_id, ports)
    return Payments(items=tuple(await ports.money.payments(agreement_id)))


@router.post(
    "/api/v1/agreements/{agreement_id}/payments", tags=["agreements"], status_code=201, responses=failures(404, 409)
)
async def record_payment(
    agreement_id: Text, wanted: NewPayment, ports: AskPorts, caller: Known, by: Person = None
) -> Payment:
    """Record a payment that was made."""
    return await owing.pay(agreement_id, wanted, who(caller, by), ports)
