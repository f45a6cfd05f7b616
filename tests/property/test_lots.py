"""Whatever the exits, lots end flat and never reverse (RULES 2)."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st
from mathematricks.accounting.lots import allot
from support.lots import a_lot, after_exit

units = st.integers(1, 10_000).map(lambda number: Decimal(number) / 100)
steps = st.sampled_from([Decimal(1), Decimal("0.01"), Decimal("0.00000001")])


@st.composite
def books(draw):
    """Up to six ended entries of one strategy; what filled has nothing to do with what was asked."""
    step = draw(steps)
    return {
        f"e{number}": a_lot(f"e{number}", asked=draw(units), filled=draw(st.integers(0, 10_000)) * step, lot_step=step)
        for number in range(draw(st.integers(1, 6)))
    }


@st.composite
def books_and_exits(draw):
    """A book, and exits that sum to what its entries asked, in any sizes and naming any entry."""
    lots = draw(books())
    left, exits = sum(lot.asked for lot in lots.values()), []
    while left > 0:
        quantity = min(left, draw(units) * 5)
        exits.append((quantity, draw(st.sampled_from([None, *(f"x-{name}" for name in lots)]))))
        left -= quantity
    return lots, exits


@given(books_and_exits())
def test_exits_that_sum_to_the_entries_end_flat_and_never_reverse(script):
    lots, exits = script

    for quantity, named in exits:
        lots = after_exit(lots, quantity, named)
        assert all(0 <= lot.closed <= lot.filled for lot in lots.values())

    assert all(lot.open == 0 and lot.asked_open == 0 for lot in lots.values())


@given(books(), units)
def test_an_exit_is_allotted_or_excess_to_the_last_unit(lots, quantity):
    allotment = allot(list(lots.values()), quantity)

    assert sum(close.asked for close in allotment.closes) + allotment.excess == quantity


@given(books(), units)
def test_closing_all_after_any_exit_ends_flat(lots, quantity):
    lots = after_exit(after_exit(lots, quantity), None)

    assert all(lot.open == 0 for lot in lots.values())
