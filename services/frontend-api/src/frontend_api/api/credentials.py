"""Who may send signals, and with what: secrets are issued, rotated and revoked by admins, and shown once."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from fastapi.responses import JSONResponse, Response
from mathematricks.contracts.base import Message
from mathematricks.contracts.rest import Failure
from mathematricks.contracts.signals import (
    SENDER_NAME,
    IssuedSender,
    NewSender,
    Revocation,
    Rotation,
    SenderAccess,
    SenderAccesses,
    SenderSettings,
)

from frontend_api.api.desk import page_router
from frontend_api.api.who import Fresh, Here, Presence, Wired, fresh
from frontend_api.domain.visibility import Page
from frontend_api.handlers.owned import Change, Question, answer_to, carried_out
from frontend_api.ports import Ports

INGESTION = "signal-ingestion"
OWNED_AT = ("api", "v1", "senders")
CONFLICT: dict[int | str, dict[str, Any]] = {409: {"model": Failure}}
SECRETS = frozenset({"secrets"})
Sender = Annotated[str, Path(pattern=SENDER_NAME)]

router: APIRouter = page_router(Page.SENDERS)


@router.get("/sender-credentials", response_model=SenderAccesses)
async def all_credentials(_: Here, ports: Wired) -> Response:
    """Return who may send, for which strategies and with which kinds of secret."""
    answer = await answer_to(Question(INGESTION, OWNED_AT), ports)
    return JSONResponse(answer.body, status_code=answer.status)


@router.post(
    "/sender-credentials", status_code=201, response_model=IssuedSender, responses=CONFLICT, dependencies=(Fresh,)
)
async def let_send(wanted: NewSender, here: Here, ports: Wired) -> Response:
    """Let somebody send: the answer holds the secrets, shown this once. It needs a fresh second factor."""
    change = Change("senders.create", "POST", INGESTION, OWNED_AT, _told(wanted), (*OWNED_AT, wanted.name), SECRETS)
    return await _changed(change, here, ports)


@router.put("/sender-credentials/{sender}", response_model=SenderAccess, responses=CONFLICT)
async def change_sender(sender: Sender, wanted: SenderSettings, here: Here, request: Request, ports: Wired) -> Response:
    """Give a sender other strategies, with a fresh second factor; or stop it, which asks for none."""
    if wanted.active:
        fresh(request, ports)
    path = (*OWNED_AT, sender)
    return await _changed(Change("senders.change", "PUT", INGESTION, path, _told(wanted)), here, ports)


@router.post(
    "/sender-credentials/{sender}/rotate", response_model=IssuedSender, responses=CONFLICT, dependencies=(Fresh,)
)
async def rotate_secrets(sender: Sender, wanted: Rotation, here: Here, ports: Wired) -> Response:
    """Issue new secrets, shown this once; the old ones stay good for the overlap. It needs a fresh second factor."""
    path = (*OWNED_AT, sender)
    change = Change("senders.rotate", "POST", INGESTION, (*path, "rotate"), _told(wanted), path, SECRETS)
    return await _changed(change, here, ports)


@router.post("/sender-credentials/{sender}/revoke", response_model=SenderAccess, responses=CONFLICT)
async def revoke_secrets(sender: Sender, wanted: Revocation, here: Here, ports: Wired) -> Response:
    """Make secrets worth nothing, now; like every stop, it asks for no code."""
    path = (*OWNED_AT, sender)
    change = Change("senders.revoke", "POST", INGESTION, (*path, "revoke"), _told(wanted), path)
    return await _changed(change, here, ports)


def _told(wanted: Message) -> dict[str, Any]:
    return wanted.model_dump(mode="json")


async def _changed(change: Change, here: Presence, ports: Ports) -> Response:
    answer = await carried_out(change, here.viewer, here.browser, ports)
    return JSONResponse(answer.body, status_code=answer.status)
