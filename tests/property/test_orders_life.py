"""An order's life, whatever happens to it and in whatever order."""

from __future__ import annotations

import itertools
from datetime import timedelta
from decimal import Decimal
from typing import Any

from execution.domain.orders import LIFE, ExecType, Happened, apply
from execution.domain.submission import claimed
from hypothesis import example, given
from hypothesis import strategies as st
from mathematricks.contracts.executions import Execution
from mathematricks.contracts.orders import TERMINAL, OrderRecord, OrderStatus
from support.execution import AAPL, ACCOUNT, NOON, a_record, an_order

PURPOSES = ("entry", "exit", "stop_loss", "take_profit", "unwind")
PLAIN = [kind for kind in ExecType if kind not in (ExecType.TRADE, ExecType.CLAIMED)]
kinds = st.sampled_from([*PLAIN, ExecType.CLAIMED, ExecType.TRADE, ExecType.TRADE])
lives = st.lists(st.tuples(kinds, st.integers(1, 60)), max_size=12)


def after(order: OrderRecord, kind: ExecType, quantity: int) -> OrderRecord:
    """*order* after one event, as the handlers would make it."""
    but: dict[str, Any] | None = None
    if kind is ExecType.CLAIMED and order.status is OrderStatus.PENDING and order.open_quantity > 0:
        but = claimed(order, order.open_quantity, NOON, NOON)
    elif kind is ExecType.CLAIMED:
        return order
    fill = a_trade(Decimal(quantity)) if kind is ExecType.TRADE else None
    ends = OrderStatus.CANCELLED if kind is ExecType.CANCEL_ASKED else None
    return apply(order, Happened(kind, NOON, None, None, fill, ends, None, but))


def a_trade(quantity: Decimal) -> Execution:
    return Execution(
        execution_id="e",
        order_id="o1",
        account=ACCOUNT,
        mode="PAPER",
        instrument="AAPL",
        contract=AAPL,
        side="BUY",
        quantity=quantity,
        price=Decimal(150),
        currency="USD",
        commission=Decimal(1),
        fx_rate=Decimal(1),
        base_currency="USD",
        executed_at=NOON,
        recorded_at=NOON,
    )


def lived(purpose: str, life: list[tuple[ExecType, int]]) -> list[OrderRecord]:
    """Every stage of an order of *purpose* that lived *life*, the first one before it."""
    stages = [a_record(an_order(purpose=purpose))]
    for kind, quantity in life:
        stages.append(after(stages[-1], kind, quantity))
    return stages


@given(purpose=st.sampled_from(PURPOSES), life=lives, more=lives)
def test_terminal_states_absorb_everything_but_count_late_fills(
    purpose: str, life: list[tuple[ExecType, int]], more: list[tuple[ExecType, int]]
):
    ended = lived(purpose, life)[-1]
    if ended.live:
        return

    order = ended
    for kind, quantity in more:
        order = after(order, kind, quantity)

    late = sum(quantity for kind, quantity in more if kind is ExecType.TRADE)
    assert order.status is ended.status
    assert not order.live
    assert order.filled == ended.filled + late


@given(purpose=st.sampled_from(PURPOSES), life=lives)
def test_what_is_filled_is_the_sum_of_the_fills_and_live_means_not_terminal(
    purpose: str, life: list[tuple[ExecType, int]]
):
    *_, order = stages = lived(purpose, life)

    assert order.filled == sum(quantity for kind, quantity in life if kind is ExecType.TRADE)
    assert all(stage.live is (stage.status not in TERMINAL) for stage in stages)
    assert all(one.revision <= two.revision for one, two in itertools.pairwise(stages))


@given(purpose=st.sampled_from(PURPOSES), life=lives)
def test_a_live_order_never_has_all_it_asked_for_and_a_filled_one_always_has(
    purpose: str, life: list[tuple[ExecType, int]]
):
    for order in lived(purpose, life):
        if order.attempts and order.status is OrderStatus.FILLED:
            assert order.filled >= (order.working_quantity or 0)
        if order.live and order.attempts:
            assert order.open_quantity > 0


@given(life=lives)
@example([(ExecType.CLAIMED, 1), (ExecType.CANCEL_ASKED, 1), (ExecType.CANCELLED, 1), (ExecType.CANCEL_REJECTED, 1)])
def test_an_exit_ends_only_filled_or_because_it_was_called_off(life: list[tuple[ExecType, int]]):
    order = lived("exit", life)[-1]

    if not order.live and order.attempts:
        assert order.status is OrderStatus.FILLED or order.ends_as is OrderStatus.CANCELLED


@given(life=lives)
def test_an_entry_gets_another_attempt_only_if_its_venue_never_had_the_last_one(life: list[tuple[ExecType, int]]):
    order = lived("entry", life)[-1]

    assert all(attempt.outcome == "ABSENT" for attempt in order.attempts[:-1] if attempt.outcome != "FILLED")


@given(status=st.sampled_from([OrderStatus.SUBMITTED, OrderStatus.PARTIALLY_FILLED]))
def test_a_refused_cancellation_returns_to_the_state_before(status: OrderStatus):
    filled = Decimal(40) if status is OrderStatus.PARTIALLY_FILLED else Decimal(0)
    working = a_record(status=status, filled=filled)

    asked = apply(working, Happened(ExecType.CANCEL_ASKED, NOON, ends_as=OrderStatus.CANCELLED))
    refused = apply(asked, Happened(ExecType.CANCEL_REJECTED, NOON + timedelta(seconds=1), "too late"))

    assert asked.status is OrderStatus.PENDING_CANCEL
    assert (refused.status, refused.ends_as) == (status, None)


def test_a_fill_while_the_cancellation_is_pending_counts_and_a_cancel_reject_then_says_partially_filled():
    working = a_record(status=OrderStatus.SUBMITTED)
    asked = apply(working, Happened(ExecType.CANCEL_ASKED, NOON, ends_as=OrderStatus.CANCELLED))

    filled = apply(asked, Happened(ExecType.TRADE, NOON, fill=a_trade(Decimal(30))))
    refused = apply(filled, Happened(ExecType.CANCEL_REJECTED, NOON))

    assert (filled.status, filled.filled) == (OrderStatus.PENDING_CANCEL, Decimal(30))
    assert refused.status is OrderStatus.PARTIALLY_FILLED


def test_every_state_has_its_row_in_the_table():
    assert set(LIFE) == set(OrderStatus)
