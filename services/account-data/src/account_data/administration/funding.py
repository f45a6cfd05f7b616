"""Clients and their flows: who is admitted, and what is entered in a fund's ledger at which price."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import structlog
from mathematricks.contracts.base import Mode
from mathematricks.contracts.clients import HOUSE, Client, Flow, FlowRequest, NewClient
from mathematricks.runtime.http import Refusal

from account_data.domain.fund import Asked, Fund, Refused, arrival, flow_id, flows_for, fund_of, same_request, strike
from account_data.ports import Ports

log = structlog.get_logger(__name__)

MOST_TRIES = 8
FEES_KNOWN_FOR = timedelta(minutes=2)
BUSY = "Somebody recorded a flow at the same moment; nothing was recorded now, try again"


async def admit(wanted: NewClient, by: str, ports: Ports) -> Client:
    """Admit a client; refuse with 409 where the name is taken."""
    client = Client(**wanted.model_dump(), created_at=ports.clock.now(), created_by=by)
    if wanted.client_id == HOUSE or not await ports.money.admit(client):
        raise Refusal(409, "A client of this name exists; choose another")
    log.info("client.admitted", client_id=client.client_id, mode=client.mode, by=by)
    return client


async def mode_of(client_id: str, asked: Mode | None, ports: Ports) -> Mode:
    """Return whose fund it is about: a client's own; the house is in both, so it must be said. Refuse with 404."""
    if client_id == HOUSE:
        return asked or "PAPER"
    client = await ports.money.client(client_id)
    if client is None or (asked and asked != client.mode):
        raise Refusal(404, "No client has this name; GET /api/v1/clients lists them")
    return client.mode


async def record(client_id: str, mode: Mode, request: FlowRequest, by: str, ports: Ports) -> Flow:
    """
    Enter a deposit or withdrawal at the price struck now; the same key enters once.

    Raises:
        Refusal: 409 more than the client owns, the key used for something else, or no price can be struck.
    """
    identity = flow_id(client_id, mode, request.idempotency_key)
    for _ in range(MOST_TRIES):
        if known := await ports.money.flow(identity):
            if not same_request(known, request):
                raise Refusal(409, "This idempotency key was used for another flow; take a new one")
            return known
        fund = await _fund(mode, ports)
        entries = await _decided(fund, Asked(client_id, request, by, ports.clock.now()), ports)
        if await ports.money.append(entries):
            log.info("flow.recorded", client_id=client_id, mode=mode, kind=request.kind, flow_id=identity, by=by)
            return entries[-1]
    raise Refusal(409, BUSY)


async def record_arrival(client_id: str, identity: str, by: str, ports: Ports) -> Flow:
    """Enter that a flow's cash has reached, or left, the broker; twice is once."""
    flow = await ports.money.flow(identity)
    if flow is None or flow.client_id != client_id or flow.kind not in ("DEPOSIT", "WITHDRAWAL"):
        raise Refusal(404, "No flow of this client has this id")
    for _ in range(MOST_TRIES):
        fund = await _fund(flow.mode, ports)
        entry = arrival(fund, flow, by, ports.clock.now())
        if known := await ports.money.flow(entry.flow_id):
            return known
        if await ports.money.append([entry]):
            log.info("flow.arrived", client_id=client_id, flow_id=identity, by=by)
            return entry
    raise Refusal(409, BUSY)


async def _fund(mode: Mode, ports: Ports) -> Fund:
    return fund_of(mode, ports.terms.fund_currency, await ports.money.flows(mode))


async def _decided(fund: Fund, asked: Asked, ports: Ports) -> list[Flow]:
    fees = await _fees(fund.mode, ports)
    views = [each.view for each in ports.accounts.values() if each.view and each.view.update.mode == fund.mode]
    struck = strike(fund, [view.update for view in views], fees, asked.now)
    if isinstance(struck, Refused):
        raise Refusal(409, struck.why)
    entries = flows_for(fund, asked, struck)
    if isinstance(entries, Refused):
        raise Refusal(409, entries.why)
    return entries


async def _fees(mode: Mode, ports: Ports) -> Decimal:
    """What senders are owed; nobody can be owed anything while there is no agreement."""
    if not await ports.money.agreements():
        return Decimal(0)
    known = await ports.money.fees(mode)
    if known is None or ports.clock.now() - known[1] > FEES_KNOWN_FOR:
        raise Refusal(409, "What is owed to senders is not known to the minute: the dashboard processor must run")
    return known[0]
