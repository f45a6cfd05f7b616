"""Whatever is held and whatever is in doubt: closing never reverses, and splitting leaves nothing behind."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from execution.domain.controls.crossing import Crossing, execution_of, parts_of, records_of
from execution.domain.controls.flattening import closing_order, goes_through_zero, is_clear, to_cancel, to_close
from execution.domain.exits import Lot
from hypothesis import given
from hypothesis import strategies as st
from mathematricks.contracts.controls import ControlMode
from mathematricks.contracts.executions import UNATTRIBUTED, Execution
from mathematricks.contracts.orders import OrderRecord, OrderStatus
from support.controls import DESK, a_switch
from support.execution import AAPL, ACCOUNT, NOON, a_record, an_order

units = st.integers(min_value=1, max_value=500).map(Decimal)
positions = st.integers(min_value=-500, max_value=500).map(Decimal)
sides = st.sampled_from(["BUY", "SELL"])
in_doubt = st.sampled_from([OrderStatus.UNKNOWN, OrderStatus.PARKED, OrderStatus.PENDING_CANCEL])
modes = st.sampled_from(["freeze_entries", "reduce_only", "cancel_resting", "flatten"])
D = Decimal


@st.composite
def doubtful(draw: st.DrawFn, count: int = 4) -> list[OrderRecord]:
    """Orders of any purpose that may or may not still trade, stop-and-target pairs among them."""
    orders = []
    for number in range(draw(st.integers(0, count))):
        purpose = draw(st.sampled_from(["entry", "exit", "stop_loss", "take_profit", "unwind"]))
        order = an_order(order_id=f"o{number}", purpose=purpose, side=draw(sides), quantity=draw(units))
        lot = draw(st.sampled_from(["l1", "l2"])) if purpose in ("stop_loss", "take_profit") else None
        orders.append(a_record(order, status=draw(in_doubt), lot=lot))
    return orders


@given(net=positions, orders=doubtful(), trades=st.lists(st.integers(0, 100), min_size=4, max_size=4))
def test_closing_never_reverses_whatever_orders_in_doubt_still_trade(
    net: Decimal, orders: list[OrderRecord], trades: list[int]
):
    closing = to_close(net, orders)
    left = net
    if closing is not None:
        side, quantity = closing
        left += quantity if side == "BUY" else -quantity
    spent: dict[str, Decimal] = {}
    for order, share in zip(orders, trades, strict=False):  # each pair trades what one of it may, on the closing side
        if order.side != ("SELL" if net > 0 else "BUY"):
            continue
        name = order.lot or order.order_id
        most = max(order.open_quantity - spent.get(name, D(0)), D(0))
        traded = most * share // 100
        spent[name] = spent.get(name, D(0)) + traded
        left += traded if order.side == "BUY" else -traded

    assert left * net >= 0 or closing is None


@given(net=positions)
def test_with_nothing_in_doubt_all_of_it_is_closed(net: Decimal):
    closing = to_close(net, [])

    signed = D(0) if closing is None else closing[1] * (1 if closing[0] == "BUY" else -1)
    assert net + signed == 0


@given(held=st.dictionaries(st.sampled_from("abc"), positions, min_size=1), lots=st.lists(units, max_size=5), fee=units)
def test_splitting_brings_every_strategy_to_zero_and_moves_nothing_in_all(
    held: dict[str, Decimal], lots: list[Decimal], fee: Decimal
):
    own = {name: quantity for name, quantity in held.items() if quantity}
    known = {name: some_lots(name, quantity, lots) for name, quantity in own.items()}

    executions = crossed(parts_of(own, known), fee)

    moved: dict[str, Decimal] = {}
    for each in executions:
        moved[each.strategy_id] = moved.get(each.strategy_id, D(0)) + signed(each)
    assert {name: own[name] + moved.get(name, D(0)) for name in own} == dict.fromkeys(own, D(0))
    assert sum((signed(each) for each in executions), D(0)) == 0
    assert sum((each.commission for each in executions), D(0)) == 0
    assert len({each.execution_id for each in executions}) == len(executions)
    assert len({each.price for each in executions}) <= 1
    paid = sum((each.commission for each in executions if each.strategy_id != UNATTRIBUTED), D(0))
    assert paid == (fee if own and sum(moved.get(name, D(0)) for name in own) else paid)


@given(quantity=units, lots=st.lists(units, max_size=5))
def test_no_lot_gives_up_more_than_is_left_of_it(quantity: Decimal, lots: list[Decimal]):
    known = {"a": some_lots("a", quantity, lots)}

    parts = [part for part in parts_of({"a": quantity}, known) if part.entry is not None]

    left = {lot.entry.order_id: lot.left for lot in known["a"]}
    assert all(part.units <= left[part.entry.order_id] for part in parts if part.entry)
    assert sum((part.units for part in parts), D(0)) == min(quantity, sum(left.values(), D(0)))


@given(orders=doubtful(8), mode=modes)
def test_each_mode_cancels_what_the_milder_ones_do_and_none_a_closing_order(
    orders: list[OrderRecord], mode: ControlMode
):
    ladder: list[ControlMode] = ["freeze_entries", "reduce_only", "cancel_resting", "flatten"]
    live = [*orders, a_record(closing_of(D(5)), status=OrderStatus.SUBMITTED)]
    long_ago = NOON - timedelta(days=1)

    def gone(each: ControlMode) -> set[str]:
        return {order.order_id for order in to_cancel(a_switch(DESK, each), live, long_ago)}

    milder = ladder[: ladder.index(mode)]
    assert all(gone(each) <= gone(mode) for each in milder)
    assert closing_of(D(5)).order_id not in gone("flatten")
    assert gone("freeze_entries") == set()


@given(held=positions, trades=st.lists(positions, max_size=6))
def test_a_position_is_reversed_exactly_if_its_sign_changes_on_the_way(held: Decimal, trades: list[Decimal]):
    fills = [a_trade(number, quantity) for number, quantity in enumerate(trades) if quantity]
    path, position = [], held
    for fill in fills:
        position += signed(fill)
        path.append(position)

    expected = any(step * held < 0 for step in path) or (held == 0 and any(path))
    assert goes_through_zero(held, fills) is expected


@given(orders=doubtful())
def test_what_is_in_doubt_is_clear_and_what_works_is_not(orders: list[OrderRecord]):
    working = a_record(an_order(order_id="w"), status=OrderStatus.SUBMITTED)

    assert is_clear(orders)
    assert not is_clear([*orders, working])


def some_lots(strategy: str, held: Decimal, quantities: list[Decimal]) -> list[Lot]:
    side = "BUY" if held > 0 else "SELL"
    entries = [
        a_record(an_order(order_id=f"{strategy}{i}", signal_id=f"s{strategy}{i}", side=side, strategy_id=strategy))
        for i, _ in enumerate(quantities)
    ]
    return [Lot(entry, quantity) for entry, quantity in zip(entries, quantities, strict=True)]


def closing_of(quantity: Decimal) -> Any:
    return closing_order(f"flatten:1:{ACCOUNT}:AAPL", ("SELL", quantity), (ACCOUNT, "PAPER", AAPL), NOON)


def crossed(parts: Any, fee: Decimal) -> list[Execution]:
    records = records_of(parts, Crossing(closing_of(D(1)), D(150), fee), "w1", NOON)
    return [execution_of(record, (None, D(1), "USD"), NOON) for record in records]


def a_trade(number: int, quantity: Decimal) -> Execution:
    side = "BUY" if quantity > 0 else "SELL"
    (record,) = records_of(
        parts_of({"a": -quantity}, {})[:1], Crossing(closing_of(D(1)), D(150)), "w1", NOON + timedelta(seconds=number)
    )
    done = execution_of(record, (None, D(1), "USD"), NOON)
    assert done.side == side
    return done


def signed(fill: Execution) -> Decimal:
    return fill.quantity if fill.side == "BUY" else -fill.quantity
