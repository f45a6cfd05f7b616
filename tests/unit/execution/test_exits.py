"""How much may be reduced, and what an exit takes of which lot."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from execution.domain.exits import (
    Held,
    LiveReducing,
    Lot,
    excess,
    held_of,
    live_reducing,
    making_way,
    reducible,
    size_exit,
)
from hypothesis import given
from hypothesis import strategies as st
from mathematricks.contracts.orders import LotClose, OrderRecord, OrderStatus
from support.execution import NOON, a_record, an_exit, an_order

units = st.integers(-200, 200).map(Decimal)
working = st.integers(0, 150).map(Decimal)


def held(**positions: int) -> Held:
    by_strategy = {name: Decimal(quantity) for name, quantity in positions.items()}
    return Held(sum(by_strategy.values(), Decimal(0)), by_strategy)


@pytest.mark.parametrize(
    ("side", "positions", "most"),
    [
        ("SELL", {"momentum": 100}, 100),
        ("SELL", {"momentum": 100, "bear": -40}, 100),
        ("SELL", {"momentum": 100, "unattributed": -60}, 40),
        ("SELL", {"momentum": -100}, 0),
        ("SELL", {"other": 100}, 0),
        ("BUY", {"momentum": -100, "bull": 300}, 100),
        ("BUY", {"momentum": -100, "unattributed": 30}, 70),
    ],
)
def test_an_exit_may_take_what_its_strategy_and_the_venue_still_hold(side: Any, positions: dict[str, int], most: int):
    assert reducible(side, "momentum", held(**positions), []).most == most


@pytest.mark.parametrize(
    ("positions", "newer", "left"),
    [
        ({"momentum": 100}, 0, 100),
        ({"momentum": 100}, 70, 30),
        ({"momentum": 100}, 100, 0),
        ({"momentum": 100}, 130, 0),
        ({"momentum": 100, "unattributed": -60}, 30, 40),
        ({"momentum": -100}, 0, 0),
    ],
)
def test_newer_lots_explain_what_is_held_before_an_older_one_does(positions: dict[str, int], newer: int, left: int):
    lots = [Lot(a_record(an_order(order_id="o2")), Decimal(newer))]
    other_side = Lot(a_record(an_order(order_id="o3", side="SELL")), Decimal(50))

    assert held_of(a_record(an_order()), held(**positions), [*lots, other_side]) == left


@given(own=units, unattributed=units, lefts=st.lists(st.integers(1, 80).map(Decimal), max_size=5))
def test_lots_are_protected_for_no_more_than_is_held_together(
    own: Decimal, unattributed: Decimal, lefts: list[Decimal]
):
    newest_first = [Lot(a_record(an_order(order_id=f"o{n}")), left) for n, left in enumerate(lefts)]
    seen = Held(own + unattributed, {"momentum": own, "unattributed": unattributed})

    wanted = [min(lot.left, held_of(lot.entry, seen, newest_first[:n])) for n, lot in enumerate(newest_first)]

    assert sum(wanted) <= max(Decimal(0), own)
    if unattributed >= 0:
        assert sum(wanted) == max(Decimal(0), min(own, sum(lefts, Decimal(0))))


@given(own=units, other=units, unattributed=units, mine=working, theirs=working)
def test_with_all_that_is_on_its_way_no_more_is_reduced_than_there_is(
    own: Decimal, other: Decimal, unattributed: Decimal, mine: Decimal, theirs: Decimal
):
    positions = {"momentum": own, "other": other, "unattributed": unattributed}
    seen = Held(own + other + unattributed, positions)
    live = [LiveReducing("momentum", mine), LiveReducing("other", theirs)]

    room = reducible("SELL", "momentum", seen, live)

    assert 0 <= room.now <= room.most
    assert room.most <= max(Decimal(0), own)
    assert room.now == 0 or room.now + mine <= own
    assert room.now == 0 or room.now + mine + theirs <= max(Decimal(0), seen.venue_net + max(Decimal(0), -other))


def on_its_way(order_id: str, **but: Any) -> OrderRecord:
    usual: dict[str, Any] = {"status": OrderStatus.SUBMITTED, "working_quantity": Decimal(100)}
    return a_record(an_exit(an_order(), order_id=order_id), **usual | but)


def test_a_protective_pair_counts_once_and_an_unknown_order_counts_whole():
    stop = on_its_way("stop", purpose="stop_loss", lot="o1")
    target = on_its_way("target", purpose="take_profit", lot="o1", filled=Decimal(30))
    unknown = on_its_way("lost", status=OrderStatus.UNKNOWN, working_quantity=Decimal(50))
    waiting = on_its_way("waits", status=OrderStatus.PENDING)

    live = live_reducing([stop, target, unknown, waiting], apart_from=on_its_way("me"))

    assert sorted(order.open for order in live) == [50, 100]


@pytest.mark.parametrize(
    ("there_is", "other_exit", "makes_way"),
    [(200, 0, ()), (150, 0, ("stop", "target")), (150, 60, ())],
    ids=["room for both", "room for one", "room for neither"],
)
def test_a_pair_makes_way_for_an_exit_only_where_that_lets_the_exit_go(
    there_is: int, other_exit: int, makes_way: tuple[str, ...]
):
    me = on_its_way("me", status=OrderStatus.PENDING)
    pair = [on_its_way("stop", purpose="stop_loss", lot="o9"), on_its_way("target", purpose="take_profit", lot="o9")]
    others = [on_its_way("other", working_quantity=Decimal(other_exit))] if other_exit else []
    near = [me, *pair, *others]
    seen = held(**{me.strategy_id: there_is})
    room = reducible(me.side, me.strategy_id, seen, live_reducing(near, me))

    assert making_way(me, room, seen, near) == makes_way


def test_a_pair_of_another_strategys_lot_that_a_liquidation_closed_makes_way_too():
    me = on_its_way("me", status=OrderStatus.PENDING)
    pair = [
        on_its_way(name, purpose=purpose, lot="o9", strategy_id="other")
        for name, purpose in (("stop", "stop_loss"), ("target", "take_profit"))
    ]
    seen = held(**{me.strategy_id: 100, "other": 100, "unattributed": -100})
    room = reducible(me.side, me.strategy_id, seen, live_reducing([me, *pair], me))

    assert (room.now, room.most) == (0, 100)
    assert making_way(me, room, seen, [me, *pair]) == ("stop", "target")


def test_what_reduces_more_than_there_is_goes_the_newest_first():
    first = on_its_way("first", working_quantity=Decimal(60), recorded_at=NOON)
    second = on_its_way("second", working_quantity=Decimal(40), recorded_at=NOON + timedelta(seconds=1))

    assert excess("SELL", held(momentum=100), [second, first]) == []
    assert excess("SELL", held(momentum=100, unattributed=-30), [second, first]) == ["second"]
    assert excess("SELL", held(momentum=100, unattributed=-100), [second, first]) == ["first", "second"]


def test_an_exit_of_a_strategy_that_holds_less_goes_though_others_hold_enough():
    """Its own opposite entry has closed what it was to reduce; filled now, it would open what nobody asked for."""
    rests = on_its_way("rests", order_type="LIMIT", limit_price=Decimal(200))
    other = on_its_way("other", strategy_id="other", recorded_at=NOON + timedelta(seconds=1))

    assert excess("SELL", held(momentum=100, other=100), [rests, other]) == []
    assert excess("SELL", held(momentum=40, other=160), [rests, other]) == ["rests"]
    assert excess("SELL", held(other=100), [rests, other]) == ["rests"]


def test_what_flattens_the_account_is_nobodys_and_stays():
    closing = on_its_way("flat", strategy_id="unattributed", purpose="flatten")

    assert excess("SELL", held(momentum=100), [closing]) == []


def test_an_exit_is_sized_by_its_share_of_what_the_entry_filled_and_the_last_takes_the_rest():
    entry = a_record(an_order(), filled=Decimal(55), status=OrderStatus.CANCELLED, live=False)
    third = LotClose(lot="o1", asked=Decimal(3), lot_asked=Decimal(10), last=False)
    rest = LotClose(lot="o1", asked=Decimal(7), lot_asked=Decimal(10), last=True)
    first = a_record(an_exit(an_order(), order_id="x1", quantity=None, closes=(third,)))
    second = a_record(an_exit(an_order(), order_id="x2", quantity=None, closes=(rest,)))

    shares = size_exit(first, {"o1": entry}, [], Decimal(1))
    sized = first.model_copy(update={"shares": shares, "working_quantity": shares[0]})

    assert shares == (Decimal(16),)
    assert size_exit(second, {"o1": entry}, [sized, second], Decimal(1)) == (Decimal(39),)


def test_an_entry_that_never_came_leaves_nothing_to_close():
    assert size_exit(a_record(an_exit(an_order(), quantity=None)), {}, [], Decimal(1)) == (Decimal(0),)
