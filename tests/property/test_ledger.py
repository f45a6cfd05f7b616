"""What holds of an account's books for every set of executions, in every order, across every restart."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal

from account_data.domain.checkpoint import account_record, books_of, changed_positions
from account_data.domain.freshness import View, seen
from account_data.domain.ledger import Booked, Books, Lacking, book, ordinary, replay, start_of, told_again
from account_data.domain.reconcile import NEVER
from account_data.domain.state import account_cash, account_quantities, marks_of, sub_ledgers
from hypothesis import given
from hypothesis import strategies as st
from mathematricks.accounting.pnl import cash_effect, unrealized_pnl
from mathematricks.accounting.position import fold, signed, total
from mathematricks.contracts.accounts import LedgerEntry
from mathematricks.contracts.executions import Execution
from support.accounts import ACCOUNT, OPENED, a_contract, an_account_update, an_execution

INSTRUMENTS = (
    (a_contract("AAPL"), 1, "USD", Decimal(1)),
    (a_contract("GC", type="FUTURE", expiry="20261229"), 100, "USD", Decimal(1)),
    (a_contract("AUDNZD", type="FOREX"), 1, "NZD", Decimal("0.59")),
)
EMPTY = Books(ACCOUNT, "PAPER", "USD")


class Desk:
    """The books with a ledger in a list: books, loses its memory, reads it again."""

    def __init__(self) -> None:
        self.books, self.durable = EMPTY, list[LedgerEntry]()
        view = seen(None, an_account_update(), traded=False)
        assert view is not None
        self.view: View = view
        self.record = account_record(EMPTY, view, NEVER, OPENED)

    def arrive(self, executions: Sequence[Execution]) -> None:
        while isinstance(booked := book(self.books, map(ordinary, executions), OPENED), Lacking):
            self._fold_again(booked)
        self.books = booked.books
        self.durable += booked.entries

    def restart(self) -> None:
        """Killed between saving positions and the account: the account's document is one save behind."""
        positions = changed_positions(self.books, self.view, None, None)
        behind, self.record = self.record, account_record(self.books, self.view, NEVER, OPENED)
        self.books = books_of(behind, positions)
        entries = self.durable[self.books.seq :]
        while isinstance(rebuilt := replay(self.books, entries), Lacking):
            self._fold_again(rebuilt)
        self.books = rebuilt

    def _fold_again(self, lacking: Lacking) -> None:
        start = start_of(self.books, lacking)
        owner, instrument = lacking.key
        chain = [e for e in self.durable if e.instrument == instrument and owner in ("", e.strategy_id)]
        self.books = told_again(self.books, lacking, [e for e in chain if e.at >= start.key[0]])


@st.composite
def executions(draw: st.DrawFn) -> list[Execution]:
    rows = draw(
        st.lists(
            st.tuples(
                st.sampled_from(INSTRUMENTS),
                st.sampled_from(["Momentum", "Carry", "unattributed"]),
                st.sampled_from(["BUY", "SELL"]),
                st.integers(1, 50),
                st.integers(1, 10_000_000),
                st.integers(0, 3),
                st.integers(0, 60 * 24 * 2),
            ),
            min_size=1,
            max_size=12,
        )
    )
    return [
        an_execution(
            contract=contract,
            multiplier=multiplier,
            currency=currency,
            fx_rate=rate,
            strategy_id=strategy_id,
            side=side,
            quantity=quantity,
            price=Decimal(price).scaleb(-4),
            commission=Decimal("1.37"),
            executed_at=OPENED + timedelta(minutes=minute),
            venue_seq=seq,
        )
        for (contract, multiplier, currency, rate), strategy_id, side, quantity, price, seq, minute in rows
    ]


def in_some_order(data: st.DataObject, arriving: Sequence[Execution]) -> Desk:
    """Book them shuffled, in batches, with memory lost in between."""
    desk = Desk()
    rest = data.draw(st.permutations(arriving))
    while rest:
        size = data.draw(st.integers(1, len(rest)))
        desk.arrive(rest[:size])
        rest = rest[size:]
        if data.draw(st.booleans()):
            desk.restart()
    return desk


@given(arriving=executions(), data=st.data())
def test_a_late_execution_gives_what_folding_the_sorted_set_gives(
    arriving: list[Execution], data: st.DataObject
) -> None:
    sorted_at_once = Desk()
    sorted_at_once.arrive(arriving)

    desk = in_some_order(data, arriving)

    heads = {key: chain.head for key, chain in desk.books.chains.items()}
    assert heads == {key: chain.head for key, chain in sorted_at_once.books.chains.items()}
    for (owner, instrument), head in heads.items():
        mine = [e for e in arriving if e.instrument == instrument and owner in ("", e.strategy_id)]
        assert head.position == fold(mine)


@given(arriving=executions(), data=st.data())
def test_the_entries_sum_to_the_sub_ledgers_whatever_order_they_were_booked_in(
    arriving: list[Execution], data: st.DataObject
) -> None:
    desk = in_some_order(data, arriving)

    assert [entry.seq for entry in desk.durable] == list(range(1, len(arriving) + 1))
    for (owner, instrument), chain in desk.books.chains.items():
        if owner:
            mine = [e for e in desk.durable if (e.strategy_id, e.instrument) == (owner, instrument)]
            assert total(e.cash for e in mine) == chain.head.cash
            assert total(e.realized_pnl for e in mine) == chain.head.position.realized_pnl
            assert total(e.realized_base for e in mine) == chain.head.realized_base
            assert total(e.commission_base for e in mine) == chain.head.commission_base
            assert total(e.quantity for e in mine) == chain.head.position.quantity


@given(arriving=executions(), data=st.data())
def test_sub_ledgers_sum_to_the_account_in_cash_positions_and_profit(
    arriving: list[Execution], data: st.DataObject
) -> None:
    desk = in_some_order(data, arriving)
    lines = sub_ledgers(desk.books, marks_of(desk.view), OPENED.date())

    cash = account_cash(desk.books)
    for currency, amount in cash.items():
        assert total(line.cash.get(currency, Decimal(0)) for line in lines) == amount
        assert amount == by_the_venue(arriving, currency)
    for instrument, quantity in account_quantities(desk.books).items():
        mine = [e for e in arriving if e.instrument == instrument]
        assert quantity == total(signed(e) for e in mine)
        whole, mark = fold(mine), Decimal("123.4567")
        shares = [chain.head.position for key, chain in desk.books.chains.items() if key[0] and key[1] == instrument]
        profit = total(share.realized_pnl + unrealized_pnl(share, mark) for share in shares)
        assert profit == total([whole.realized_pnl, unrealized_pnl(whole, mark)])


@given(arriving=executions(), data=st.data())
def test_memory_is_rebuilt_from_the_ledger_alone(arriving: list[Execution], data: st.DataObject) -> None:
    desk = in_some_order(data, arriving)

    rebuilt = replay(EMPTY, desk.durable)

    assert isinstance(rebuilt, Books)
    assert {key: chain.head for key, chain in rebuilt.chains.items()} == {
        key: chain.head for key, chain in desk.books.chains.items()
    }
    assert (rebuilt.seq, rebuilt.executions, rebuilt.recorded_through) == (
        desk.books.seq,
        desk.books.executions,
        desk.books.recorded_through,
    )


def test_executions_later_than_everything_in_memory_are_folded_from_the_checkpoint_before_them() -> None:
    fills = [an_execution(quantity=1 + n % 7, price=100 + n % 13, side="BUY" if n % 3 else "SELL") for n in range(400)]
    missing = fills.pop(250), fills.pop(170), fills.pop(3)
    desk = Desk()
    for fill in fills:
        desk.arrive([fill])
    assert isinstance(book(desk.books, [ordinary(missing[2])], OPENED), Lacking)

    desk.arrive(missing)

    assert desk.books.chains["Momentum", "AAPL"].head.position == fold([*fills, *missing])


def test_a_batch_with_one_impossible_booking_books_the_others() -> None:
    good, absurd = an_execution(), an_execution(quantity="1e15", price="1e15")

    booked = book(EMPTY, [ordinary(absurd), ordinary(good)], OPENED)

    assert isinstance(booked, Booked)
    assert [entry.entry_id for entry in booked.entries] == [good.execution_id]
    assert list(booked.impossible) == [absurd.execution_id]


def by_the_venue(arriving: Sequence[Execution], currency: str) -> Decimal:
    """The account's cash as a venue keeps it: net per instrument, one fill after the other."""
    flows = []
    for contract, _, quoted, _ in INSTRUMENTS:
        mine = sorted(
            (e for e in arriving if e.contract == contract), key=lambda e: (e.executed_at, e.venue_seq, e.execution_id)
        )
        for number, fill in enumerate(mine):
            realized = fold(mine[: number + 1]).realized_pnl - fold(mine[:number]).realized_pnl
            flows += [cash_effect(contract.type, fill, realized)] if quoted == currency else []
    return total(flows)
