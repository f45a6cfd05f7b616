"""What a receipt says: the end of a signal, its hops, its money."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from frontend_api.domain.outcome import outcome_of
from frontend_api.domain.receipt import Trail, receipt_of
from mathematricks.contracts.orders import OrderCommand
from support.signals import NOON, a_signal
from support.trails import (
    a_booking,
    a_decision,
    a_fill,
    a_refusal,
    a_stored_signal,
    a_trading_order,
    an_order_record,
)

SIGNAL = a_signal()
ORDER = a_trading_order(SIGNAL)
DECISION = a_decision(SIGNAL, ORDER)


def orders_in(*statuses: str, **but: Any) -> list[Any]:
    return [an_order_record(ORDER, status, **{"order_id": f"o{n}"} | but) for n, status in enumerate(statuses)]


def test_an_undecided_signal_waits():
    receipt = receipt_of(Trail(a_stored_signal(SIGNAL)))

    assert (receipt.end, receipt.settled, receipt.decision) == ("waiting", False, None)


def test_a_refused_signal_is_at_its_end_with_the_reason():
    receipt = receipt_of(Trail(a_stored_signal(SIGNAL), a_refusal(SIGNAL)))

    assert (receipt.end, receipt.settled) == ("refused", True)
    assert receipt.decision is not None
    assert receipt.decision.reason == "MARGIN_LIMIT"


def test_an_order_that_execution_has_not_recorded_yet_is_on_its_way():
    assert outcome_of(DECISION, []) == "working"


def test_a_filled_signal_is_settled_once_its_fills_are_booked():
    record, fill = an_order_record(ORDER), a_fill(ORDER)
    trail = Trail(a_stored_signal(SIGNAL), DECISION, [record], (), [fill])

    assert (receipt_of(trail).end, receipt_of(trail).settled) == ("filled", False)
    booked = Trail(trail.signal, trail.decision, trail.orders, (), trail.executions, [a_booking(fill)])
    assert (receipt_of(booked).end, receipt_of(booked).settled) == ("filled", True)


@pytest.mark.parametrize(
    ("statuses", "end"),
    [
        (("FILLED", "FILLED"), "filled"),
        (("FILLED", "CANCELLED"), "partly_filled"),
        (("CANCELLED", "EXPIRED"), "expired"),
        (("REJECTED", "CANCELLED"), "rejected"),
        (("CANCELLED",), "cancelled"),
        (("FILLED", "PARTIALLY_FILLED"), "working"),
        (("UNKNOWN",), "working"),
        (("FILLED", "PARKED"), "parked"),
    ],
)
def test_all_orders_together_make_the_end(statuses: tuple[str, ...], end: str):
    assert outcome_of(a_decision(SIGNAL), orders_in(*statuses)) == end


def test_an_order_cancelled_half_filled_ended_partly_filled():
    assert outcome_of(a_decision(SIGNAL), orders_in("CANCELLED", filled=Decimal(1))) == "partly_filled"


def test_a_stop_that_waits_for_its_price_rests_and_is_settled():
    resting = orders_in("SUBMITTED", order_type="STOP", purpose="exit")

    assert outcome_of(a_decision(SIGNAL), resting) == "resting"
    assert receipt_of(Trail(a_stored_signal(SIGNAL), a_decision(SIGNAL), resting)).settled


def test_a_protected_entry_has_its_end_though_its_protection_rests():
    entry = an_order_record(ORDER)
    stop = an_order_record(ORDER, "SUBMITTED", order_id="o-stop", purpose="stop_loss", order_type="STOP")

    assert outcome_of(DECISION, [entry, stop]) == "filled"


def test_a_failed_group_ends_unwound():
    legs = orders_in("FILLED", "REJECTED")
    undone = an_order_record(ORDER, order_id="o9", purpose="unwind")

    assert outcome_of(a_decision(SIGNAL), [*legs, undone]) == "unwound"


def test_a_cancellation_is_done_when_its_order_has_obeyed():
    command = OrderCommand(
        command_id="c1",
        order_id="o-other",
        signal_id=SIGNAL.signal_id,
        strategy_id="Trend",
        account="paper:IBKR_Main",
        given_at=NOON,
    )
    decision = a_decision(SIGNAL, commands=(command,), legs=())
    working = an_order_record(ORDER, "SUBMITTED", order_id="o-other")
    ended = an_order_record(ORDER, "CANCELLED", order_id="o-other")

    before = receipt_of(Trail(a_stored_signal(SIGNAL), decision, (), [working]))
    after = receipt_of(Trail(a_stored_signal(SIGNAL), decision, (), [ended]))
    unheard = receipt_of(Trail(a_stored_signal(SIGNAL), decision))

    assert [one.end for one in (unheard, before, after)] == ["working", "working", "done"]
    assert after.commands[0].status == "CANCELLED"


def test_the_hops_tell_how_long_each_step_took():
    signal = a_stored_signal(SIGNAL, received_at=NOON)
    fill = a_fill(ORDER)
    receipt = receipt_of(Trail(signal, DECISION, [an_order_record(ORDER)], (), [fill], [a_booking(fill)]))

    assert [(hop.name, hop.after_previous_ms, hop.after_received_ms) for hop in receipt.hops] == [
        ("sent", None, 0),
        ("received", 0, 0),
        ("decided", 5, 5),
        ("recorded", 3, 8),
        ("submitted", 2, 10),
        ("first_fill", 20, 30),
        ("booked", 10, 40),
    ]


def test_of_several_fills_the_first_counts_and_of_bookings_the_last():
    first, second = a_fill(ORDER), a_fill(ORDER, execution_id="x2", executed_at=NOON + timedelta(seconds=9))
    entries = [a_booking(first), a_booking(second, booked_at=NOON + timedelta(seconds=10))]
    receipt = receipt_of(
        Trail(a_stored_signal(SIGNAL), DECISION, [an_order_record(ORDER)], (), [second, first], entries)
    )

    assert [hop.after_received_ms for hop in receipt.hops[-2:]] == [30, 10_000]
    assert [fill.execution_id for fill in receipt.orders[0].fills] == [first.execution_id, "x2"]


def test_results_are_net_of_commission_and_never_summed_across_currencies():
    fill = a_fill(ORDER)
    entries = [
        a_booking(fill, realized_base=Decimal("10.10"), commission_base=Decimal("1.25")),
        a_booking(fill, entry_id="x2", realized_base=Decimal("-3"), commission_base=Decimal("0.05")),
        a_booking(fill, entry_id="x3", base_currency="EUR", realized_base=Decimal(1), commission_base=Decimal(0)),
    ]
    receipt = receipt_of(Trail(a_stored_signal(SIGNAL), DECISION, [an_order_record(ORDER)], (), [fill], entries))

    assert [(one.currency, one.gross, one.commission, one.net) for one in receipt.results] == [
        ("EUR", Decimal(1), Decimal(0), Decimal(1)),
        ("USD", Decimal("7.10"), Decimal("1.30"), Decimal("5.80")),
    ]


def test_a_receipt_names_what_decided_and_shows_every_cap():
    receipt = receipt_of(Trail(a_stored_signal(SIGNAL), DECISION, [an_order_record(ORDER)]))

    assert receipt.versions is not None
    assert (receipt.versions.version, receipt.versions.seq, receipt.versions.allocation_id) == ("v1", 7, "a1")
    assert receipt.decision is not None
    assert [(cap.name, cap.asked, cap.given) for cap in receipt.decision.legs[0].caps] == [
        ("strategy_capital", 400, 310),
        ("account_margin", 310, 200),
    ]
    assert "[redacted]" in receipt.raw.body
