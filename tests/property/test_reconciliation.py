"""Reconciling twice is reconciling once, whatever our records and the venue's are."""

from __future__ import annotations

from decimal import Decimal

from execution.domain.orders import ExecType, Happened, apply
from execution.domain.reconcile import CHANGING, Ours, TheirFill, TheirOrder, Theirs, corrected, diff
from hypothesis import given
from hypothesis import strategies as st
from mathematricks.contracts.orders import Attempt, OrderRecord, OrderStatus
from support.execution import ACCOUNT, NOON, a_record, an_order

D = Decimal
names = st.sampled_from(["AAPL", "MSFT"])
order_ids = st.sampled_from(["o1", "o2", "o3", "o4"])
maybe_ours = st.one_of(st.none(), order_ids, st.just("nobody"))
quantities = st.integers(1, 50).map(Decimal)
statuses = st.sampled_from(
    [
        OrderStatus.PENDING,
        OrderStatus.SUBMITTING,
        OrderStatus.SUBMITTED,
        OrderStatus.PARTIALLY_FILLED,
        OrderStatus.PENDING_CANCEL,
        OrderStatus.UNKNOWN,
        OrderStatus.PARKED,
        OrderStatus.FILLED,
        OrderStatus.CANCELLED,
    ]
)
ENDED = (OrderStatus.FILLED, OrderStatus.CANCELLED)


@st.composite
def records(draw: st.DrawFn) -> dict[str, OrderRecord]:
    orders = {}
    for name in draw(st.sets(order_ids)):
        status, number = draw(statuses), draw(st.integers(1, 2))
        attempt = Attempt(number=number, client_order_id=f"{name}.{number}", quantity=D(100), begun_at=NOON)
        purpose = draw(st.sampled_from(["entry", "exit"]))
        order = an_order(order_id=name, purpose=purpose)
        orders[name] = a_record(order, status=status, live=status not in ENDED, attempts=(attempt,))
    return orders


@st.composite
def sides(draw: st.DrawFn) -> tuple[Ours, Theirs]:
    fills = draw(
        st.lists(
            st.builds(TheirFill, st.sampled_from(["f1", "f2", "f3"]), maybe_ours, names, st.just("BUY"), quantities),
            unique_by=lambda fill: fill.execution_id,
        )
    )
    working = [
        TheirOrder(f"{name or 'theirs'}.{number}", name, number if name else None)
        for name, number in draw(st.sets(st.tuples(maybe_ours, st.integers(1, 2))))
    ]
    held = st.dictionaries(names, st.integers(-60, 60).map(Decimal))
    known = frozenset(fill.execution_id for fill in fills if draw(st.booleans()))
    ours = Ours(ACCOUNT, draw(records()), known, draw(held), draw(st.sets(names)), draw(st.sets(order_ids, max_size=1)))
    return ours, Theirs(fills, working, draw(held))


@given(both=sides())
def test_reconciling_twice_is_reconciling_once(both: tuple[Ours, Theirs]):
    ours, theirs = both
    first = diff(ours, theirs)
    once = corrected(ours, first, theirs)
    second = diff(once, theirs)
    twice = corrected(once, second, theirs)

    assert not [each for each in second if each.kind in CHANGING]
    assert twice == once
    findings = {each.correction_id for each in first if each.kind not in CHANGING}
    assert {each.correction_id for each in second} <= findings


@given(both=sides())
def test_the_same_corrections_again_change_nothing(both: tuple[Ours, Theirs]):
    ours, theirs = both
    found = diff(ours, theirs)

    once = corrected(ours, found, theirs)

    assert corrected(once, found, theirs) == once


@given(both=sides())
def test_ids_are_functions_of_the_difference_and_each_is_named_once(both: tuple[Ours, Theirs]):
    first, again = diff(*both), diff(*both)

    assert first == again
    assert len({each.correction_id for each in first}) == len(first)


@given(both=sides())
def test_every_fill_ends_on_record_and_counts_in_the_position(both: tuple[Ours, Theirs]):
    ours, theirs = both

    after = corrected(ours, diff(ours, theirs), theirs)

    new = [fill for fill in theirs.fills if fill.execution_id not in ours.executions]
    assert {fill.execution_id for fill in theirs.fills} <= after.executions
    for name in {fill.instrument for fill in new}:
        expected = ours.positions.get(name, D(0)) + sum(fill.signed for fill in new if fill.instrument == name)
        assert after.positions[name] == expected


@given(records())
def test_two_sides_that_say_the_same_agree(orders: dict[str, OrderRecord]):
    at_work = {name: each for name, each in orders.items() if each.status is OrderStatus.SUBMITTED}
    shown = [
        TheirOrder(each.attempts[-1].client_order_id, name, each.attempts[-1].number) for name, each in at_work.items()
    ]
    positions = {"AAPL": D(7)}

    assert diff(Ours(ACCOUNT, at_work, frozenset({"f1"}), positions), Theirs((), shown, positions)) == ()


def test_what_our_records_make_of_a_working_order_is_what_the_table_of_states_makes_of_it():
    attempt = Attempt(number=1, client_order_id="o1.1", quantity=D(100), begun_at=NOON)
    order = a_record(status=OrderStatus.UNKNOWN, attempts=(attempt,))
    ours, theirs = Ours(ACCOUNT, {"o1": order}), Theirs((), [TheirOrder("o1.1", "o1", 1)])

    after = corrected(ours, diff(ours, theirs), theirs)

    assert after.orders["o1"] == apply(order, Happened(ExecType.NEW, order.updated_at, None, 1))
