"""Which entries an exit closes, and how much of each (RULES 2)."""

from decimal import Decimal

from mathematricks.accounting.lots import allot, closing_quantity, round_down, spread_fill
from mathematricks.contracts.orders import LotClose
from support.lots import a_lot, after_exit


def taken(allotment):
    return [(close.lot, close.asked, close.last) for close in allotment.closes]


def test_an_exit_takes_the_lot_it_names_by_the_senders_id_first():
    lots = [a_lot("e3"), a_lot("e2"), a_lot("e1")]

    allotment = allot(lots, Decimal(4), "x-e1")

    assert taken(allotment) == [("e1", Decimal(4), False)]


def test_an_exit_may_name_its_entry_by_our_signal_id():
    assert taken(allot([a_lot("e2"), a_lot("e1")], Decimal(10), "s-e1")) == [("e1", Decimal(10), True)]


def test_of_several_lots_with_one_name_the_newest_is_meant():
    lots = [a_lot("e2", external_id="same"), a_lot("e1", external_id="same")]

    assert taken(allot(lots, Decimal(10), "same")) == [("e2", Decimal(10), True)]


def test_what_exceeds_the_named_lot_closes_the_others_newest_first():
    lots = [a_lot("e3"), a_lot("e2"), a_lot("e1")]

    allotment = allot(lots, Decimal(15), "x-e1")

    assert taken(allotment) == [("e1", Decimal(10), True), ("e3", Decimal(5), False)]


def test_what_no_lot_can_give_is_excess():
    allotment = allot([a_lot("e1", asked_closed=Decimal(8))], Decimal(5))

    assert taken(allotment) == [("e1", Decimal(2), True)]
    assert allotment.excess == 3


def test_no_quantity_closes_every_lot_or_all_of_the_named_one():
    lots = [a_lot("e2"), a_lot("e1", asked_closed=Decimal(3))]

    assert taken(allot(lots, None)) == [("e2", Decimal(10), True), ("e1", Decimal(7), True)]
    assert taken(allot(lots, None, "x-e1")) == [("e1", Decimal(7), True)]


def test_an_exit_closes_in_the_ratio_of_its_lot():
    close = LotClose(lot="e1", asked=Decimal(5), lot_asked=Decimal(10), last=False)

    assert closing_quantity(close, Decimal(37), Decimal(0), Decimal(1)) == 18


def test_the_last_exit_takes_all_that_is_left_of_a_partly_filled_entry():
    close = LotClose(lot="e1", asked=Decimal(5), lot_asked=Decimal(10), last=True)

    assert closing_quantity(close, Decimal(37), Decimal(18), Decimal(1)) == 19


def test_an_entry_that_never_filled_gives_nothing_to_close():
    close = LotClose(lot="e1", asked=Decimal(10), lot_asked=Decimal(10), last=True)

    assert closing_quantity(close, Decimal(0), Decimal(0), Decimal(1)) == 0


def test_the_ladder_of_the_samples_ends_flat():
    asked = {"e1": Decimal(10), "e2": Decimal(7), "e3": Decimal(13)}
    lots = {name: a_lot(name, asked=units, filled=units * 10) for name, units in asked.items()}

    for named, quantity in (("x-e1", 5), ("x-e2", 15), ("x-e3", 10)):
        lots = after_exit(lots, Decimal(quantity), named)

    assert all(lot.open == 0 and lot.asked_open == 0 for lot in lots.values())


def test_rounding_down_keeps_whole_steps():
    assert round_down(Decimal("1.999999999"), Decimal("0.00000001")) == Decimal("1.99999999")
    assert round_down(Decimal("0.99"), Decimal(1)) == 0


def test_a_partial_fill_covers_the_shares_of_an_exit_in_their_order():
    assert spread_fill(Decimal(7), [Decimal(5), Decimal(5), Decimal(1)]) == (5, 2, 0)
