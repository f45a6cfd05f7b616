"""Protection fits its lot, and groups stand or fall together."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from execution.domain.groups import all_or_none, failure, in_the_way, is_unwound, to_unwind
from execution.domain.protection import Guard, guard
from execution.domain.submission import End, Submit, Wait, first_record
from mathematricks.contracts.orders import Attempt, OrderRecord, OrderStatus, order_id_for
from support.execution import ACCOUNT, NOON, a_record, all_of, an_exit, an_order

PLENTY = Decimal(1000)


def an_entry(filled: int = 100, **but: Any) -> OrderRecord:
    order = an_order(stop_loss=Decimal(140), take_profit=Decimal(170))
    done = filled == 100
    state = {"status": OrderStatus.FILLED if done else OrderStatus.PARTIALLY_FILLED, "live": not done}
    return a_record(order, filled=Decimal(filled), **state | but)


def placed(wanted: Guard, **but: Any) -> list[OrderRecord]:
    records = [first_record(order, "w1", NOON, lot="o1") for order in wanted.place]
    return [record.model_copy(update={"status": OrderStatus.SUBMITTED} | but) for record in records]


def test_a_filled_entry_gets_a_stop_and_a_target_of_its_size():
    stop, target = guard(an_entry(), [], PLENTY, NOON).place

    assert (stop.order_type, stop.stop_price, stop.side, stop.quantity) == ("STOP", Decimal(140), "SELL", Decimal(100))
    assert (target.order_type, target.limit_price, target.quantity) == ("LIMIT", Decimal(170), Decimal(100))
    assert stop.order_id == order_id_for("s1", ACCOUNT, 0, "stop_loss")
    assert target.time_in_force == "GTC"


def test_a_pair_that_fits_stays_and_one_that_does_not_is_cancelled_and_then_replaced():
    pair = placed(guard(an_entry(50), [], PLENTY, NOON))

    assert guard(an_entry(50), pair, PLENTY, NOON) == Guard()
    assert set(guard(an_entry(), pair, PLENTY, NOON).cancel) == {order.order_id for order in pair}

    ended = [order.model_copy(update={"status": OrderStatus.CANCELLED, "live": False}) for order in pair]
    replaced = guard(an_entry(), ended, PLENTY, NOON).place
    assert [order.quantity for order in replaced] == [Decimal(100), Decimal(100)]
    assert not {order.order_id for order in replaced} & {order.order_id for order in pair}


def test_what_the_target_fills_is_taken_from_the_pair_and_nothing_needs_to_be_done():
    stop, target = placed(guard(an_entry(), [], PLENTY, NOON))

    assert guard(an_entry(), [stop, target.model_copy(update={"filled": Decimal(30)})], PLENTY, NOON) == Guard()


def test_an_exit_at_the_venue_takes_its_share_and_one_that_waits_does_not():
    exit_ = a_record(an_exit(an_order(), quantity=Decimal(40)), status=OrderStatus.SUBMITTED)
    waiting = exit_.model_copy(update={"status": OrderStatus.PENDING})

    assert guard(an_entry(), [exit_], PLENTY, NOON).place[0].quantity == 60
    assert guard(an_entry(), [waiting], PLENTY, NOON).place[0].quantity == 100


def test_a_lot_is_done_with_once_it_is_closed_and_never_protected_beyond_what_is_held():
    closed = a_record(an_exit(an_order()), status=OrderStatus.FILLED, live=False, filled=Decimal(100))

    assert guard(an_entry(), [closed], PLENTY, NOON) == Guard(over=True)
    assert guard(an_entry(), [], Decimal(0), NOON) == Guard()
    assert guard(an_entry(), [], Decimal(25), NOON).place[0].quantity == 25


def a_leg(index: int, status: OrderStatus, filled: int = 0, begun: timedelta = timedelta(0), **but: Any) -> OrderRecord:
    order = an_order(order_id=f"l{index}", leg_index=index, total_legs=2)
    attempt = Attempt(number=1, client_order_id=f"l{index}.1", quantity=Decimal(100), begun_at=NOON - begun)
    live = status not in (OrderStatus.FILLED, OrderStatus.REJECTED, OrderStatus.CANCELLED)
    return a_record(order, status=status, live=live, filled=Decimal(filled), attempts=(attempt,), **but)


def test_all_legs_go_or_all_wait_or_all_end():
    go, wait = Submit(Decimal(1)), Wait("market closed")
    end = End(OrderStatus.REJECTED, "KILL_SWITCH")

    assert all_or_none([go, go]) == [go, go]
    assert all_or_none([go, wait]) == [wait, wait]
    assert [step.status for step in all_or_none([go, wait, end]) if isinstance(step, End)] == [OrderStatus.REJECTED] * 3


def test_a_group_fails_with_a_leg_that_ends_short_or_does_not_work_in_ten_seconds():
    filled, resting = a_leg(0, OrderStatus.FILLED, 100), a_leg(1, OrderStatus.SUBMITTED, begun=timedelta(minutes=5))
    young, old = (a_leg(1, OrderStatus.UNKNOWN, begun=timedelta(seconds=age)) for age in (9, 11))

    assert failure([filled, resting], NOON) is None
    assert failure([filled, young], NOON) is None
    assert failure([filled, old], NOON) is not None
    assert "REJECTED" in (failure([filled, a_leg(1, OrderStatus.REJECTED)], NOON) or "")


def test_what_a_leg_filled_is_closed_once_and_a_late_fill_again():
    leg = a_leg(0, OrderStatus.FILLED, 100)
    closing = to_unwind(leg, [], NOON)
    assert closing is not None
    assert (closing.side, closing.quantity, closing.purpose) == ("SELL", Decimal(100), "unwind")
    done = first_record(closing, "w1", NOON, lot="l0").model_copy(
        update={"filled": Decimal(100), "live": False, "status": OrderStatus.FILLED}
    )

    assert to_unwind(leg, [done], NOON) is None
    assert is_unwound([leg, a_leg(1, OrderStatus.REJECTED)], [done])
    late = to_unwind(leg.model_copy(update={"filled": Decimal(120)}), [done], NOON)
    assert late is not None
    assert (late.quantity, late.order_id != closing.order_id) == (Decimal(20), True)


def test_what_an_exit_takes_of_a_failed_leg_is_not_unwound_as_well():
    """An exit that overtakes a pair ends both legs short: what they filled is the exit's to close."""
    leg = a_leg(0, OrderStatus.CANCELLED, 100)
    exit_ = a_record(an_exit(leg, quantity=None))
    sized = exit_.model_copy(update={"working_quantity": Decimal(100), "shares": (Decimal(100),)})
    done = {"status": OrderStatus.FILLED, "filled": Decimal(100), "live": False}

    assert to_unwind(leg, [exit_], NOON) is None
    assert to_unwind(leg, [sized], NOON) is None
    assert not is_unwound([leg], [sized])
    assert is_unwound([leg], [sized.model_copy(update=done)])


def test_what_an_exit_leaves_of_a_failed_leg_is_unwound():
    leg = a_leg(0, OrderStatus.CANCELLED, 100)
    part = a_record(an_exit(leg, quantity=Decimal(40)), status=OrderStatus.SUBMITTED)
    short = part.model_copy(update={"status": OrderStatus.CANCELLED, "live": False, "filled": Decimal(15)})

    quantities = [closing.quantity for each in (part, short) if (closing := to_unwind(leg, [each], NOON))]

    assert quantities == [60, 85]


def test_an_unwinding_order_that_found_nothing_to_reduce_is_the_last_one():
    leg = a_leg(0, OrderStatus.CANCELLED, 100)
    closing = to_unwind(leg, [], NOON)
    assert closing is not None
    ended = {"status": OrderStatus.CANCELLED, "live": False, "filled": Decimal(30)}
    short = first_record(closing, "w1", NOON, lot=leg.order_id).model_copy(update=ended)

    assert to_unwind(leg, [short], NOON) is None
    assert is_unwound([leg], [short])


def test_exits_that_rest_on_a_failed_group_alone_make_way_for_its_unwinding():
    leg = a_leg(0, OrderStatus.CANCELLED, 100)
    stop = a_record(an_exit(leg, order_id="stop", order_type="STOP", stop_price=Decimal(90)))
    wider = stop.model_copy(update={"order_id": "wider", "closes": (*stop.closes, all_of(an_order(order_id="other")))})
    market = a_record(an_exit(leg, order_id="market"))

    assert in_the_way([leg], [stop, wider, market]) == [stop]
    assert to_unwind(leg, [stop], NOON) is not None
    assert not is_unwound([leg], [stop])
