"""Senders: the admin's agreements, statements and payments, and each sender's own page."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path
from fastapi.responses import JSONResponse, Response
from mathematricks.contracts.agreements import (
    Agreement,
    AgreementEnd,
    AgreementRequest,
    Agreements,
    Month,
    NewPayment,
    Payment,
    Payments,
    Statements,
)
from mathematricks.contracts.base import Message
from mathematricks.contracts.money_views import SenderView, SenderViews, SignalRows
from mathematricks.contracts.rest import Failure

from frontend_api.api.desk import MODES, Before, Limit, page_router
from frontend_api.api.who import Fresh, Here, Presence, Wired, not_there
from frontend_api.domain.visibility import Page, sender_paid_by
from frontend_api.handlers.owned import Change, Question, answer_to, carried_out
from frontend_api.ports import Answer, Ports

ACCOUNT_DATA = "account-data"
AGREEMENTS = ("api", "v1", "agreements")
CONFLICT: dict[int | str, dict[str, Any]] = {409: {"model": Failure}}
Text = Annotated[str, Path(min_length=1, max_length=200)]
AskedMode = Literal["paper", "live"]

senders = page_router(Page.SENDERS)
home_page = page_router(Page.SENDER_HOME)
routers: tuple[APIRouter, ...] = (senders, home_page)


@home_page.get("/sender/home")
async def sender_home(here: Here, ports: Wired, mode: AskedMode = "live") -> SenderView:
    """Return the signals, earnings and dues of the sender who asks; on paper all of it is an estimate."""
    sender = _oneself(here)
    return await ports.views.sender(sender, MODES[mode]) or _empty(sender, mode)


@home_page.get("/sender/signals")
async def sender_signals(
    here: Here, ports: Wired, mode: AskedMode = "live", limit: Limit = 50, before: Before = None
) -> SignalRows:
    """Return the signals of the sender who asks, the newest first; *before* pages on."""
    return SignalRows(items=tuple(await ports.views.signals(_oneself(here), MODES[mode], before, limit)))


@home_page.get("/sender/statements")
async def sender_statements(here: Here, ports: Wired) -> Statements:
    """Return every statement of the sender who asks, the newest first."""
    return Statements(items=tuple(await ports.views.statements({"sender": _oneself(here), "mode": "LIVE"})))


@home_page.get("/sender/statements/{month}")
async def sender_statement(month: Month, here: Here, ports: Wired) -> Statements:
    """Return the statements of one month, one per agreement."""
    found = await ports.views.statements({"sender": _oneself(here), "mode": "LIVE", "month": month})
    if not found:
        raise not_there()
    return Statements(items=tuple(found))


@senders.get("/senders")
async def all_senders(_: Here, ports: Wired, mode: AskedMode = "live") -> SenderViews:
    """Return what every sender sees."""
    return SenderViews(items=tuple(await ports.views.senders(MODES[mode])))


@senders.get("/senders/{sender}")
async def one_sender(sender: Text, _: Here, ports: Wired, mode: AskedMode = "live") -> SenderView:
    """Return what one sender sees."""
    found = await ports.views.sender(sender, MODES[mode])
    if found is None:
        raise not_there()
    return found


@senders.get("/agreements", response_model=Agreements)
async def all_agreements(_: Here, ports: Wired) -> Response:
    """Return every agreement."""
    return await _asked(AGREEMENTS, ports)


@senders.post("/agreements", status_code=201, response_model=Agreement, responses=CONFLICT)
async def agree(wanted: AgreementRequest, here: Here, ports: Wired) -> Response:
    """Make an agreement; no strategy is in two at the same time."""
    return await _changed(("agreements.create", AGREEMENTS, AGREEMENTS), wanted, here, ports)


@senders.post("/agreements/{agreement_id}/end", response_model=Agreement, responses=CONFLICT)
async def end_agreement(agreement_id: Text, wanted: AgreementEnd, here: Here, ports: Wired) -> Response:
    """End an agreement, from today on at the earliest."""
    shown = (*AGREEMENTS, agreement_id)
    return await _changed(("agreements.end", (*shown, "end"), shown), wanted, here, ports)


@senders.get("/agreements/{agreement_id}/statements")
async def statements(agreement_id: Text, _: Here, ports: Wired) -> Statements:
    """Return the agreement's statements, the newest first."""
    asked = {"agreement_id": agreement_id, "mode": "LIVE"}
    return Statements(items=tuple(await ports.views.statements(asked)))


@senders.get("/agreements/{agreement_id}/payments", response_model=Payments)
async def payments(agreement_id: Text, _: Here, ports: Wired) -> Response:
    """Return what was paid under the agreement."""
    return await _asked((*AGREEMENTS, agreement_id, "payments"), ports)


@senders.post(
    "/agreements/{agreement_id}/payments",
    status_code=201,
    response_model=Payment,
    responses=CONFLICT,
    dependencies=(Fresh,),
)
async def record_payment(agreement_id: Text, wanted: NewPayment, here: Here, ports: Wired) -> Response:
    """
    Record a payment that was made, with a fresh second factor; the same key records once.

    More than is due is taken only where that is accepted.
    """
    path = (*AGREEMENTS, agreement_id, "payments")
    return await _changed(("payments.record", path, path), wanted, here, ports)


def _oneself(here: Presence) -> str:
    sender = sender_paid_by(here.viewer)
    if sender is None:
        raise not_there()
    return sender


def _empty(sender: str, mode: AskedMode) -> SenderView:
    return SenderView(sender=sender, mode=MODES[mode], payable=mode == "live")


async def _asked(path: tuple[str, ...], ports: Ports) -> Response:
    return _passed_on(await answer_to(Question(ACCOUNT_DATA, path), ports))


async def _changed(
    act: tuple[str, tuple[str, ...], tuple[str, ...]], body: Message, here: Presence, ports: Ports
) -> Response:
    action, path, shown = act
    told = body.model_dump(mode="json", exclude_unset=True)
    change = Change(action, "POST", ACCOUNT_DATA, path, told, shown)
    return _passed_on(await carried_out(change, here.viewer, here.browser, ports))


def _passed_on(answer: Answer) -> Response:
    return JSONResponse(answer.body, status_code=answer.status)
