"""What a signal means for the position, and how exits close it (RULES 2)."""

import json
from decimal import Decimal

import pytest
from cerebro.domain.decision import decide, decision_text, redecide
from cerebro.domain.inputs import inputs_text
from support.cerebro import Desk, a_book, a_config, a_market, a_quote, inputs_for, quantities, seconds
from support.signals import NOON, a_leg, a_signal

D = Decimal


def told(decision):
    return [(leg.intent, leg.side) for leg in decision.legs]


def test_without_a_position_a_signal_opens_one_either_way():
    assert told(Desk().send(action="SELL")) == [("ENTRY", "SELL")]


def test_the_same_way_adds():
    desk = Desk()
    desk.send()

    assert told(desk.send()) == [("SCALE_IN", "BUY")]


def test_live_orders_count_as_position():
    desk = Desk()
    desk.send(fill=False)

    assert told(desk.send(fill=False, action="SELL")) == [("EXIT", "SELL")]


def test_the_opposite_way_closes():
    desk = Desk()
    desk.send()

    decision = desk.send(action="SELL", quantity=D(4))

    assert told(decision) == [("EXIT", "SELL")]
    assert desk.held() == 300  # 5,000,000 / 100,000 = 50 for each unit: 6 of 10 are left


def test_what_exceeds_the_position_reverses_it():
    desk = Desk()
    desk.send()

    decision = desk.send(action="SELL", quantity=D(15))

    assert told(decision) == [("EXIT", "SELL"), ("ENTRY", "SELL")]
    assert [order.quantity for order in decision.orders] == [500, 250]
    assert decision.orders[1].after == (decision.orders[0].order_id,)
    assert desk.held() == -250


def test_an_entry_does_not_overtake_an_exit_that_is_on_its_way_to_the_same_side():
    desk = Desk()
    desk.send()
    leaving = desk.send(fill=False, signal_type="EXIT", action="SELL", quantity=None).orders[0]

    entry = desk.send(fill=False, signal_type="ENTRY", action="SELL").orders[0]
    other_way = desk.send(fill=False, signal_type="ENTRY", action="BUY").orders[-1]

    assert entry.after == (leaving.order_id,)
    assert leaving.order_id not in other_way.after


def test_an_exit_that_has_ended_is_waited_for_by_nobody():
    desk = Desk()
    desk.send()
    desk.send(signal_type="EXIT", action="SELL")

    assert desk.send(fill=False, signal_type="ENTRY", action="SELL").orders[0].after == ()


def test_an_exit_closes_what_a_resting_one_holds_before_it_turns_to_the_other_side():
    """After a stranger's trade, leftovers of both sides can stand in the book; the stop holds all of the long one."""
    desk = Desk()
    desk.send(signal_type="ENTRY", action="SELL")
    leftover = desk.send(fill=False, signal_type="EXIT", action="BUY", quantity=None).orders[0]
    entry = desk.send(signal_type="ENTRY", action="BUY").orders[0]
    stop = {"signal_type": "EXIT", "action": "SELL", "quantity": None, "order_type": "STOP", "stop_price": D(75)}
    resting = desk.send(fill=False, **stop).orders[0]
    desk.tell(leftover.order_id, 0)

    leaving = desk.send(fill=False, signal_type="EXIT", action="SELL", quantity=None)

    assert [(order.side, [close.lot for close in order.closes]) for order in leaving.orders] == [
        ("SELL", [entry.order_id])
    ]
    assert leaving.legs[0].supersedes == (resting.order_id,)


def test_what_an_exit_on_its_way_takes_before_it_is_sized_is_not_there_to_be_taken_again():
    """It waits for the stop whose place it takes; until then nobody knows its units, and they are its all the same."""
    desk = Desk()
    first = desk.send().orders[0]
    stop = {"signal_type": "EXIT", "action": "SELL", "quantity": None, "order_type": "STOP", "stop_price": D(75)}
    desk.send(fill=False, **stop)
    leaving = desk.send(fill=False, signal_type="EXIT", action="SELL", quantity=None).orders[0]

    again = desk.send(fill=False, signal_type="EXIT", action="SELL", quantity=None)
    more = desk.send(signal_type="ENTRY").orders[0]
    last = desk.send(fill=False, signal_type="EXIT", action="SELL", quantity=None).orders

    assert ([close.lot for close in leaving.closes], leaving.quantity) == ([first.order_id], None)
    assert again.orders == ()
    assert [[close.lot for close in order.closes] for order in last] == [[more.order_id]]


def test_what_was_recorded_before_exits_on_their_way_were_read_is_decided_again_as_it_was():
    inputs = inputs_for(a_signal(signal_type="ENTRY"))
    recorded = json.loads(inputs_text(inputs))
    for holding in recorded["book"]["holdings"].values():
        del holding["leaving"]

    assert redecide(json.dumps(recorded)) == decision_text(decide(inputs))


def test_a_reversal_reuses_the_capital_that_it_frees():
    desk = Desk(a_book(equity=1_000_000), percent=D(10))
    desk.send(account_equity=D(1), quantity=D("0.99"))

    decision = desk.send(account_equity=D(1), quantity=D("1.98"), action="SELL")

    assert decision.outcome == "APPROVED"
    assert desk.held() == -660


def test_a_reversal_whose_entry_is_refused_still_closes():
    desk = Desk()
    desk.send()
    desk.but["strategy"] = a_config(status="INACTIVE")

    decision = desk.send(action="SELL", quantity=D(15))

    assert (decision.outcome, decision.reason) == ("RESIZED", "STRATEGY_INACTIVE")
    assert desk.held() == 0


def test_a_named_exits_excess_is_recorded_and_not_traded():
    desk = Desk()
    desk.send(external_id="E1")

    decision = desk.send(action="SELL", quantity=D(15), entry_ref="E1")

    assert (decision.outcome, decision.reason, decision.legs[0].excess) == ("RESIZED", "NO_OPEN_POSITION", 5)
    assert desk.held() == 0


def test_an_explicit_entry_adds_whatever_its_name():
    desk = Desk()
    desk.send()

    assert told(desk.send(signal_type="ENTRY")) == [("ENTRY", "BUY")]


def test_an_explicit_entry_against_the_position_closes_it_first():
    """An account holds one net position; two lots against each other could not be closed one by one."""
    desk = Desk()
    desk.send(external_id="E1")
    decision = desk.send(signal_type="ENTRY", action="SELL", quantity=D(4), external_id="E2")
    assert told(decision) == [("EXIT", "SELL")]

    named = desk.send(signal_type="EXIT", action="BUY", quantity=D(4), entry_ref="E2")
    rest = desk.send(signal_type="EXIT", action="SELL", quantity=D(10), entry_ref="E1")

    assert (named.reason, rest.orders[0].quantity, desk.held()) == ("NO_OPEN_POSITION", 300, 0)


def test_an_explicit_entry_without_quantity_turns_the_position_round():
    desk = Desk()
    desk.send()

    assert told(desk.send(signal_type="ENTRY", action="SELL", quantity=None)) == [("EXIT", "SELL"), ("ENTRY", "SELL")]


def test_an_exits_side_is_opposite_to_the_position_whatever_its_action():
    desk = Desk()
    desk.send()

    decision = desk.send(signal_type="EXIT", action="BUY")

    assert decision.orders[0].side == "SELL"
    assert "SELL" in decision.warnings[0]
    assert desk.held() == 0


def test_an_exit_without_a_position_is_refused():
    assert Desk().send(signal_type="EXIT", action="SELL").reason == "NO_OPEN_POSITION"


def test_the_ladder_ends_flat():
    desk = Desk()
    for quantity in (10, 7, 13):
        desk.send(signal_type="ENTRY", quantity=D(quantity), account_equity=D(500_000))
    for name, quantity in (("x1", 5), ("x2", 15), ("x3", 10)):
        desk.send(signal_type="EXIT", action="SELL", quantity=D(quantity), entry_ref=name, account_equity=D(500_000))

    assert [sum(order.quantity for order in one.orders) for one in desk.decisions] == [100, 70, 130, 50, 150, 100]
    assert desk.held() == 0
    assert not desk.book.exits
    assert not desk.book.in_use


def test_an_exit_closes_in_proportion_to_what_was_bought():
    desk = Desk(a_book(equity=1_000_000), percent=D(10))
    desk.send(quantity=D(1000), account_equity=D(10_000))  # 10,000 wanted, 666 given

    assert desk.send(action="SELL", quantity=D(500), account_equity=D(10_000)).orders[0].quantity == 333


def test_an_exit_that_names_a_refused_entry_takes_no_other():
    desk = Desk()
    desk.send()
    desk.but["now"] = NOON + seconds(2000)
    desk.send(external_id="late")

    decision = desk.send(signal_type="EXIT", action="SELL", entry_ref="late")

    assert decision.reason == "NO_OPEN_POSITION"
    assert desk.held() == 500


def test_an_exit_that_names_nothing_we_know_closes_the_newest():
    desk = Desk()
    desk.send()
    desk.send()

    decision = desk.send(signal_type="EXIT", action="SELL", entry_ref="$PREVIOUS")

    assert [close.lot for close in decision.legs[0].closes] == [desk.decisions[1].orders[0].order_id]


def test_an_exit_of_a_working_entry_waits_for_it():
    desk = Desk()
    entry = desk.send(fill=False).orders[0]

    order = desk.send(fill=False, action="SELL").orders[0]

    assert (order.quantity, order.waits_for) == (None, (entry.order_id,))
    desk.tell(entry.order_id, 200)  # cancelled after 200 of 500
    desk.tell(order.order_id, 200)
    assert desk.held() == 0
    assert not desk.book.exits


def test_a_second_exit_takes_only_what_the_first_left():
    desk = Desk()
    desk.send()

    first = desk.send(fill=False, action="SELL", quantity=D(4)).orders[0]
    second = desk.send(fill=False, signal_type="EXIT", action="SELL", quantity=None).orders[0]

    assert (first.quantity, second.quantity) == (200, 300)
    assert desk.send(signal_type="EXIT", action="SELL", quantity=None).reason == "NO_OPEN_POSITION"


def test_an_exit_that_fails_gives_its_lot_back():
    desk = Desk()
    desk.send()
    order = desk.send(fill=False, action="SELL", quantity=D(4)).orders[0]

    desk.tell(order.order_id, 50)  # ended after 50 of 200

    assert desk.held() == 450
    assert desk.send(signal_type="EXIT", action="SELL", quantity=None).orders[0].quantity == 450


def test_a_stop_for_the_whole_position_gives_way_to_an_exit_and_covers_what_is_left():
    desk = Desk()
    desk.send()
    stop = desk.send(fill=False, signal_type="EXIT", action="SELL", quantity=None, order_type="STOP", stop_price=D(145))
    resting = stop.orders[0]
    assert (resting.order_type, resting.stop_price, resting.time_in_force) == ("STOP", 145, "GTC")

    now, renewed = desk.send(fill=False, signal_type="EXIT", action="SELL", quantity=D(4)).orders

    assert now.waits_for == renewed.waits_for == (resting.order_id,)
    assert (renewed.order_type, renewed.stop_price) == ("STOP", 145)
    desk.tell(resting.order_id, 0)
    desk.tell(now.order_id, 200)
    assert desk.held() == 0  # 300 are on their way out by the stop
    desk.tell(renewed.order_id, 0)
    assert desk.held() == 300


def test_a_stop_gives_way_also_while_the_entry_of_both_still_works():
    desk = Desk()
    entry = desk.send(fill=False).orders[0]
    stop = desk.send(fill=False, signal_type="EXIT", action="SELL", quantity=None, order_type="STOP", stop_price=D(145))

    order = desk.send(fill=False, signal_type="EXIT", action="SELL", quantity=None).orders[0]

    assert order.waits_for == (entry.order_id, stop.orders[0].order_id)
    desk.tell(entry.order_id, 500)
    desk.tell(stop.orders[0].order_id, 0)
    desk.tell(order.order_id, 500)
    assert desk.held() == 0
    assert not desk.book.exits


def test_a_stop_that_filled_before_it_gave_way_leaves_nothing_to_close():
    desk = Desk()
    desk.send()
    stop = desk.send(fill=False, signal_type="EXIT", action="SELL", quantity=None, order_type="STOP", stop_price=D(145))
    order = desk.send(fill=False, signal_type="EXIT", action="SELL", quantity=None).orders[0]

    desk.tell(stop.orders[0].order_id, 500)
    desk.tell(order.order_id, 0)

    assert desk.held() == 0
    assert not desk.book.exits


def test_a_filled_protective_order_closes_its_lot():
    desk = Desk()
    entry = desk.send(stop_loss=D(140)).orders[0]

    desk.tell("its stop-loss", 500, lot=entry.order_id)

    assert desk.held() == 0
    assert desk.send(signal_type="EXIT", action="SELL").reason == "NO_OPEN_POSITION"


def test_cancel_commands_what_rests_and_meets_what_comes_late():
    desk = Desk()
    resting = desk.send(fill=False, order_type="LIMIT", external_id="E1").orders[0]
    early, late = NOON - seconds(2), NOON + seconds(2)

    decision = desk.send(signal_type="CANCEL", sent_at=NOON)

    assert [command.order_id for command in decision.commands] == [resting.order_id]
    assert desk.send(signal_type="ENTRY", sent_at=early).reason == "CANCELLED"
    assert desk.send(signal_type="ENTRY", sent_at=late).outcome == "APPROVED"


def test_a_cancel_that_names_an_entry_cancels_only_that():
    desk = Desk()
    meant = desk.send(fill=False, order_type="LIMIT", external_id="E1").orders[0]
    desk.send(fill=False, order_type="LIMIT", external_id="E2", signal_type="ENTRY")

    decision = desk.send(signal_type="CANCEL", entry_ref="E1")

    assert [command.order_id for command in decision.commands] == [meant.order_id]


def test_a_cancel_that_names_a_signal_cancels_its_exits_too_and_no_others():
    desk = Desk()
    desk.send(external_id="E1")
    desk.send(fill=False, action="SELL", quantity=D(2), order_type="LIMIT", external_id="S1")
    reversal = desk.send(fill=False, action="SELL", quantity=D(15), order_type="LIMIT", external_id="R1")

    decision = desk.send(signal_type="CANCEL", action="SELL", entry_ref="R1")

    assert [order.purpose for order in reversal.orders] == ["exit", "entry"]
    assert {command.order_id for command in decision.commands} == {order.order_id for order in reversal.orders}


def test_pairs_open_and_close_leg_by_leg():
    market = a_market(a_quote("SPY", ask=100), a_quote("QQQ", ask=200))
    desk = Desk(market=market)
    legs = (a_leg("SPY", quantity=D(10)), a_leg("QQQ", quantity=D(5), action="SELL"))
    desk.send(legs=legs)
    back = (a_leg("SPY", quantity=D(10), action="SELL"), a_leg("QQQ", quantity=D(5)))

    decision = desk.send(legs=back)

    assert quantities(decision.orders) == [("SPY", "SELL", 500), ("QQQ", "BUY", 250)]
    assert (desk.held("SPY"), desk.held("QQQ")) == (0, 0)


def test_two_legs_in_one_instrument_do_not_close_the_same_lot_twice():
    desk = Desk()
    desk.send()
    legs = (a_leg(action="SELL", quantity=D(6)), a_leg(action="SELL", quantity=D(6)))

    decision = desk.send(legs=legs, signal_type="EXIT")

    assert [order.quantity for order in decision.orders] == [300, 200]
    assert decision.legs[1].excess == 2


@pytest.mark.parametrize(
    ("targets", "held"),
    [
        ([("BUY", "0.3")], 300),
        ([("BUY", "0.3"), ("BUY", "0.3")], 300),
        ([("BUY", "0.3"), ("BUY", "0.5")], 500),
        ([("BUY", "0.5"), ("BUY", "0.2")], 200),
        ([("BUY", "0.5"), ("SELL", "0.2")], -200),
    ],
)
def test_a_target_is_what_shall_be_held(targets, held):
    desk = Desk(a_book(equity=300_000), strategy=a_config(sizing="target"))
    for action, quantity in targets:
        desk.send(action=action, quantity=D(quantity), account_equity=D(1))

    assert desk.held() == held


def test_an_exit_too_small_to_trade_is_left_to_the_last_one():
    desk = Desk()
    desk.send(quantity=D(10), account_equity=D(50_000_000))  # one share

    half = desk.send(signal_type="EXIT", action="SELL", quantity=D(5))
    rest = desk.send(signal_type="EXIT", action="SELL", quantity=D(5))

    assert (half.reason, half.orders) == ("TOO_SMALL", ())
    assert rest.orders[0].quantity == 1
    assert desk.held() == 0


def test_a_reversal_whose_entry_overtakes_its_exit_leaves_no_lots_against_each_other():
    """As the venue sees it: bought 250, sold 350 before the exit was let go, bought back the last 100."""
    desk = Desk()
    first = desk.send(fill=False, quantity=D(5)).orders[0]
    out, reverse = desk.send(fill=False, action="SELL", quantity=D(12)).orders
    back = desk.send(fill=False, quantity=D(7)).orders[0]

    desk.tell(first.order_id, 250)
    desk.tell(reverse.order_id, 350)
    desk.tell(out.order_id, 0)  # nothing was left to reduce
    desk.tell(back.order_id, 100)  # trimmed to what was left

    assert desk.held() == 0
    assert not desk.book.in_use
    assert desk.send(signal_type="EXIT", action="SELL", quantity=None).reason == "NO_OPEN_POSITION"


def test_a_limit_exit_that_names_no_price_goes_to_the_market_and_a_stop_is_refused():
    desk = Desk()
    desk.send()

    stop = desk.send(signal_type="EXIT", action="SELL", order_type="STOP", price=None, quantity=None)
    limit = desk.send(signal_type="EXIT", action="SELL", order_type="LIMIT", price=None, quantity=None)

    assert stop.reason == "INVALID_PRICE"
    assert limit.orders[0].order_type == "MARKET"
