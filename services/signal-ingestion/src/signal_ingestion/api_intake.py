"""For the desk itself: what arrived, what was accepted, and who may send."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query
from mathematricks.contracts.rest import Failure
from mathematricks.contracts.signal_health import SignalHealths
from mathematricks.contracts.signals import (
    SENDER_NAME,
    IssuedSender,
    NewSender,
    RawRecord,
    Revocation,
    Rotation,
    SenderAccess,
    SenderAccesses,
    SenderSettings,
    SignalRecord,
    Verdict,
)
from mathematricks.runtime.http import Refusal, ports_of, require
from pydantic import AwareDatetime, BaseModel

from signal_ingestion import administration
from signal_ingestion.administration import UnknownSender
from signal_ingestion.ports import NameTaken, NotRecorded, Ports

_CLOSED: dict[int | str, dict[str, Any]] = {
    401: {"model": Failure, "description": "Show a bearer token"},
    403: {"model": Failure, "description": "Not for this role"},
    503: {"model": Failure, "description": "The store does not answer"},
}
_UNREADABLE: dict[int | str, dict[str, Any]] = {400: {"model": Failure, "description": "Not JSON"}}
_MISSING: dict[int | str, dict[str, Any]] = {404: {"model": Failure, "description": "There is none"}}
_TAKEN: dict[int | str, dict[str, Any]] = {409: {"model": Failure, "description": "Somebody was faster"}}


async def confirmed() -> AsyncIterator[None]:
    """Answer 503 where the store does not."""
    try:
        yield
    except NotRecorded:
        raise Refusal(503, "The store does not answer; try again in a moment", {"Retry-After": "1"}) from None


router = APIRouter(
    prefix="/api/v1", tags=["intake"], dependencies=[require("service", "admin"), Depends(confirmed)], responses=_CLOSED
)

OurPorts = Annotated[Ports, Depends(ports_of)]
FIRST, LAST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2099, 12, 31, tzinfo=UTC)
Limit = Annotated[int, Query(ge=1, le=1_000)]
Name = Annotated[str, Path(pattern=SENDER_NAME)]


class SignalList(BaseModel):
    """Accepted signals, newest first."""

    items: list[SignalRecord]


class RawList(BaseModel):
    """Bodies, newest first."""

    items: list[RawRecord]


@router.get("/intake/signals", response_model=SignalList)
async def signals(
    ports: OurPorts,
    limit: Limit = 100,
    strategy_id: Annotated[str | None, Query(max_length=100)] = None,
    sender: Annotated[str | None, Query(max_length=60)] = None,
    before: AwareDatetime | None = None,
) -> SignalList:
    """Return accepted signals received before *before*."""
    storable = None if before is None else max(FIRST, min(LAST, before))
    return SignalList(items=await ports.signals.newest(limit, {"strategy_id": strategy_id, "sender": sender}, storable))


@router.get("/intake/signals/{signal_id}", response_model=SignalRecord, responses=_MISSING)
async def signal(ports: OurPorts, signal_id: Annotated[str, Path(max_length=200)]) -> SignalRecord:
    """Return one signal with the body it came from, secrets blanked."""
    record = await ports.signals.find(signal_id)
    if record is None:
        raise Refusal(404, "No signal has this id")
    return record


@router.get("/intake/raw", response_model=RawList)
async def raw(ports: OurPorts, limit: Limit = 100, verdict: Verdict | None = None) -> RawList:
    """Return bodies that arrived; strangers' only when asked for by their verdict."""
    return RawList(items=await ports.raws.newest(limit, verdict))


@router.get("/intake/health", response_model=SignalHealths)
async def health(ports: OurPorts) -> SignalHealths:
    """Return how the signals of each strategy have come in lately."""
    return SignalHealths(items=tuple(await ports.health.all()))


@router.get("/senders", response_model=SenderAccesses)
async def list_senders(ports: OurPorts) -> SenderAccesses:
    """Return every sender."""
    return SenderAccesses(items=tuple(await administration.list_senders(ports)))


@router.get("/senders/{name}", response_model=SenderAccess, responses=_MISSING)
async def sender(ports: OurPorts, name: Name) -> SenderAccess:
    """Return one sender."""
    try:
        return await administration.one_sender(name, ports)
    except UnknownSender:
        raise Refusal(404, "No sender has this name") from None


@router.post("/senders", response_model=IssuedSender, status_code=201, responses=_UNREADABLE | _TAKEN)
async def create_sender(ports: OurPorts, new: NewSender) -> IssuedSender:
    """Create a sender; its secrets are shown in this answer and never again."""
    try:
        return await administration.create_sender(new, ports)
    except NameTaken:
        raise Refusal(409, "A sender of this name exists; rotate its secrets instead") from None


@router.put("/senders/{name}", response_model=SenderAccess, responses=_UNREADABLE | _MISSING | _TAKEN)
async def change_sender(ports: OurPorts, name: Name, settings: SenderSettings) -> SenderAccess:
    """Give a sender other strategies, or stop it."""
    try:
        return await administration.change_sender(name, settings, ports)
    except UnknownSender:
        raise Refusal(404, "No sender has this name") from None
    except NameTaken:
        raise Refusal(409, "The sender was changed meanwhile; try again") from None


@router.post("/senders/{name}/rotate", response_model=IssuedSender, responses=_UNREADABLE | _MISSING | _TAKEN)
async def rotate_sender(ports: OurPorts, name: Name, rotation: Rotation | None = None) -> IssuedSender:
    """Issue new secrets, shown in this answer and never again."""
    try:
        return await administration.rotate(name, rotation or Rotation(), ports)
    except UnknownSender:
        raise Refusal(404, "No sender has this name") from None
    except NameTaken:
        raise Refusal(409, "The sender was changed meanwhile; try again") from None


@router.post("/senders/{name}/revoke", response_model=SenderAccess, responses=_UNREADABLE | _MISSING | _TAKEN)
async def revoke_secrets(ports: OurPorts, name: Name, revocation: Revocation | None = None) -> SenderAccess:
    """Make secrets worth nothing, now."""
    try:
        return await administration.revoke(name, revocation or Revocation(), ports)
    except UnknownSender:
        raise Refusal(404, "No sender has this name") from None
    except NameTaken:
        raise Refusal(409, "The sender was changed meanwhile; try again") from None
