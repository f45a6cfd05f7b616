"""What two tasks say of one order at the same time: the one that comes too late changes nothing."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from execution.domain.orders import ExecType, Happened, apply
from execution.domain.submission import claimed, refolded
from mathematricks.contracts.orders import OrderRecord, OrderStatus
from support.accounts import an_execution
from support.execution import NOON, a_record, an_order

D = Decimal


def sent(quantity: Decimal) -> OrderRecord:
    """An exit of 100 that was handed to its venue as *quantity*."""
    order = a_record(an_order(purpose="exit", quantity=D(100)))
    return apply(order, Happened(ExecType.CLAIMED, NOON, but=claimed(order, quantity, NOON, NOON)))


def test_a_size_that_comes_after_the_claim_does_not_undo_what_was_claimed() -> None:
    order = sent(D(80))

    late = apply(order, Happened(ExecType.HELD, NOON, "sized to 100", but={"working_quantity": D(100)}))

    assert late is order
    assert late.working_quantity == 80


def test_a_size_that_comes_while_the_order_waits_is_taken() -> None:
    order = a_record(an_order(purpose="exit", quantity=D(100)))

    assert apply(order, Happened(ExecType.HELD, NOON, but={"working_quantity": D(60)})).working_quantity == 60


def test_not_being_seen_leaves_the_fills_of_an_attempt_as_they_are() -> None:
    order = sent(D(80))

    unseen = apply(order, Happened(ExecType.UNSEEN, NOON, attempt=1))

    assert (unseen.status, unseen.attempts[-1].absent_at) == (OrderStatus.SUBMITTING, NOON)
    assert unseen.attempts[-1].quantity == 80


def test_an_earlier_attempt_that_was_not_seen_says_nothing_of_the_newest() -> None:
    order = sent(D(80))

    assert apply(order, Happened(ExecType.UNSEEN, NOON, attempt=0)) is order


def test_the_time_of_the_last_change_never_goes_back() -> None:
    order = sent(D(100)).model_copy(update={"updated_at": NOON + timedelta(seconds=1)})

    after = apply(order, Happened(ExecType.NEW, NOON))

    assert (after.status, after.updated_at) == (OrderStatus.SUBMITTED, order.updated_at)


def test_an_order_counted_again_has_not_changed_before_its_last_fill_was_recorded() -> None:
    """Whoever holds margin for it lets go once the account was seen after that."""
    fill = an_execution(quantity=D(40))

    after = refolded(sent(D(100)), [fill])

    assert (after.filled, after.updated_at) == (D(40), fill.recorded_at)
