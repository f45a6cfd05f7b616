"""What holds for every set of fills, in every order."""

from __future__ import annotations

from decimal import Decimal, localcontext

from hypothesis import given
from hypothesis import strategies as st
from mathematricks.accounting.pnl import unrealized_pnl
from mathematricks.accounting.position import EXACT, FLAT, apply_fill, fold, notional, signed, total
from mathematricks.contracts.executions import Execution
from support.accounts import OPENED, an_execution

sides = st.sampled_from(["BUY", "SELL"])
quantities = st.integers(1, 10**14).map(lambda number: Decimal(number).scaleb(-8))
prices = st.integers(-(10**15), 10**15).map(lambda number: Decimal(number).scaleb(-10))
fees = st.integers(-(10**7), 10**9).map(lambda number: Decimal(number).scaleb(-6))


@st.composite
def fill_sets(draw: st.DrawFn, most: int = 8) -> list[Execution]:
    """Fills of one instrument; several may share a venue time."""
    rows = draw(st.lists(st.tuples(sides, quantities, prices, fees, st.integers(0, 2)), min_size=1, max_size=most))
    multiplier = draw(st.sampled_from([1, 50, 100, 5000]))
    return [
        an_execution(
            side=side, quantity=q, price=p, commission=fee, multiplier=multiplier, executed_at=OPENED, venue_seq=seq
        )
        for side, q, p, fee, seq in rows
    ]


@given(fills=fill_sets(), data=st.data())
def test_fills_in_any_order_and_however_often_give_the_same_position(
    fills: list[Execution], data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations(fills + fills[:2]))

    assert fold(shuffled) == fold(fills)


@given(fills=fill_sets())
def test_what_was_realized_less_what_is_open_is_the_flow_of_money_to_the_last_digit(fills: list[Execution]) -> None:
    position = fold(fills)

    with localcontext(EXACT):
        assert position.realized_pnl - position.cost == -total(notional(fill) for fill in fills)
    assert position.quantity == total(signed(fill) for fill in fills)
    assert position.commission == total(fill.commission for fill in fills)


@given(fills=fill_sets())
def test_once_flat_everything_is_realized(fills: list[Execution]) -> None:
    open_quantity = fold(fills).quantity
    if open_quantity:
        side = "SELL" if open_quantity > 0 else "BUY"
        last = {"executed_at": OPENED.replace(year=2027), "multiplier": fills[0].multiplier}
        fills = [*fills, an_execution(side=side, quantity=open_quantity.copy_abs(), price=1, **last)]

    position = fold(fills)

    assert position.quantity == 0
    assert position.cost == 0
    assert position.realized_pnl == total(notional(fill).copy_negate() for fill in fills)


@given(fills=fill_sets(), rest=quantities, price=prices)
def test_a_reversal_is_a_close_and_an_opening(fills: list[Execution], rest: Decimal, price: Decimal) -> None:
    before = fold(fills)
    with localcontext(EXACT):
        beyond = abs(before.quantity) + rest
    terms = {"side": "SELL" if before.quantity > 0 else "BUY", "price": price, "multiplier": fills[0].multiplier}

    reversed_ = apply_fill(before, an_execution(quantity=beyond, **terms))

    assert abs(reversed_.quantity) == rest
    if before.quantity:
        closed = apply_fill(before, an_execution(quantity=before.quantity.copy_abs(), **terms))
        assert closed.quantity == closed.cost == 0
        assert apply_fill(closed, an_execution(quantity=rest, **terms)) == reversed_


@given(fills=fill_sets(), owners=st.lists(st.integers(0, 2), min_size=8, max_size=8), mark=prices)
def test_the_strategies_profits_sum_to_the_accounts(fills: list[Execution], owners: list[int], mark: Decimal) -> None:
    owned = list(zip(fills, owners, strict=False))
    shares = [fold(fill for fill, owner in owned if owner == strategy) for strategy in range(3)]
    whole = fold(fills)
    shares = [share for share in shares if share != FLAT]

    with localcontext(EXACT):
        parts = total(share.realized_pnl + unrealized_pnl(share, mark) for share in shares)
        assert parts == whole.realized_pnl + unrealized_pnl(whole, mark)
