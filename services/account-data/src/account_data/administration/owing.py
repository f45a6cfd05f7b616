"""Agreements with senders, and payments that were made to them."""

from __future__ import annotations

import structlog
from mathematricks.contracts.agreements import (
    Agreement,
    AgreementEnd,
    AgreementRequest,
    NewAgreement,
    NewPayment,
    Payment,
)
from mathematricks.contracts.base import derive_id
from mathematricks.runtime.http import Refusal

from account_data.domain.owing import masked, why_not_agreed, why_not_ended, why_not_paid
from account_data.ports import Ports

log = structlog.get_logger(__name__)

MOST_TRIES = 8
BUSY = "Somebody changed the same at the same moment; nothing was recorded now, read it and try again"
TAKEN = "This idempotency key was used for something else; take a new one"


async def agree(wanted: AgreementRequest, by: str, ports: Ports) -> Agreement:
    """Make an agreement; refuse with 409 where a strategy is in two at the same time. The same key agrees once."""
    identity = derive_id("a", wanted.idempotency_key)
    terms = wanted.model_dump(exclude={"idempotency_key"})
    for _ in range(MOST_TRIES):
        agreements = await ports.money.agreements()
        if known := next((each for each in agreements if each.agreement_id == identity), None):
            if not _same(known, wanted):
                raise Refusal(409, TAKEN)
            return known
        if why := why_not_agreed(wanted, agreements):
            raise Refusal(409, why)
        number = len(agreements) + 1
        made = Agreement(**terms, agreement_id=identity, number=number, created_at=ports.clock.now(), created_by=by)
        if await ports.money.agree(made):
            log.info("agreement.made", agreement_id=identity, sender=wanted.sender, by=by)
            return made
    raise Refusal(409, BUSY)


async def find(agreement_id: str, ports: Ports) -> Agreement:
    """Return one agreement; refuse with 404."""
    agreement = await ports.money.agreement(agreement_id)
    if agreement is None:
        raise Refusal(404, "No agreement has this id; GET /api/v1/agreements lists them")
    return agreement


async def end(agreement_id: str, wanted: AgreementEnd, by: str, ports: Ports) -> Agreement:
    """Set the first day that no longer counts; refuse with 409 where that is past."""
    before = await find(agreement_id, ports)
    if before.ends_on == wanted.ends_on:
        return before
    if why := why_not_ended(before, wanted.ends_on, ports.clock.now()):
        raise Refusal(409, why)
    after = before.model_copy(update={"ends_on": wanted.ends_on, "version": before.version + 1})
    if not await ports.money.end(after, before.version):
        raise Refusal(409, BUSY)
    log.info("agreement.ended", agreement_id=agreement_id, ends_on=wanted.ends_on, by=by)
    return after


async def pay(agreement_id: str, wanted: NewPayment, by: str, ports: Ports) -> Payment:
    """Record a payment; refuse with 409 more than is due, unless that is accepted. The same key records once."""
    agreement = await find(agreement_id, ports)
    identity = derive_id("p", agreement_id, wanted.idempotency_key)
    for _ in range(MOST_TRIES):
        payments = await ports.money.payments(agreement_id)
        if known := next((each for each in payments if each.payment_id == identity), None):
            if (known.month, known.amount) != (wanted.month, wanted.amount):
                raise Refusal(409, TAKEN)
            return known
        if why := why_not_paid(wanted, await ports.money.statements(agreement_id), payments):
            raise Refusal(409, why)
        payment = Payment(
            **wanted.model_dump(include={"month", "amount", "paid_on", "reference"}),
            payment_id=identity,
            agreement_id=agreement_id,
            sender=agreement.sender,
            number=len(payments) + 1,
            currency=agreement.currency,
            bank_account=masked(wanted.bank_account),
            recorded_at=ports.clock.now(),
            recorded_by=by,
        )
        if await ports.money.pay(payment):
            log.info("payment.recorded", payment_id=identity, agreement_id=agreement_id, by=by)
            return payment
    raise Refusal(409, BUSY)


def _same(agreement: Agreement, wanted: AgreementRequest) -> bool:
    """Whether *agreement* is what is asked for; its end may have been set since."""
    names = set(NewAgreement.model_fields) - {"ends_on"}
    return agreement.model_dump(include=names) == wanted.model_dump(include=names)
