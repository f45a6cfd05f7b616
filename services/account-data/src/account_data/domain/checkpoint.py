"""Books as documents, and back: exact, so that a start goes on where the last process stopped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal

from mathematricks.accounting.position import Position
from mathematricks.contracts.accounts import AccountRecord, AccountUpdate, FoldPoint, NetPosition, PositionRecord

from account_data.domain.freshness import View, midnight
from account_data.domain.holding import BEFORE_ALL, Chain, Holding
from account_data.domain.ledger import NET, Books, Key
from account_data.domain.reconcile import Agreement
from account_data.domain.state import Marks, account_state, marks_of, position


def changed_positions(books: Books, view: View, saved: Books | None, saved_view: View | None) -> list[PositionRecord]:
    """Return the positions whose fold or market price is not what was last saved."""
    marks, then = marks_of(view), marks_of(saved_view)
    before = saved.chains if saved else {}
    return [
        _position_record(books.account, key, chain, marks)
        for key, chain in books.chains.items()
        if key[0] != NET and not (before.get(key) is chain and marks.price(key[1], chain) == then.price(key[1], chain))
    ]


def account_record(books: Books, view: View, agreement: Agreement, now: datetime) -> AccountRecord:
    """Return the account as it is stored."""
    state = account_state(books, view, now)
    figures = {name: getattr(state, name) for name in type(state).model_fields}
    return AccountRecord(
        **figures,
        netted=tuple(_net(key[1], chain) for key, chain in sorted(books.chains.items()) if key[0] == NET),
        corrections=dict(books.corrections),
        opened=books.opened,
        executions=books.executions,
        recorded_through=books.recorded_through,
        agreed_at=agreement.at,
        proven=agreement.proven,
    )


def books_of(record: AccountRecord, positions: Sequence[PositionRecord]) -> Books:
    """Return the books that were stored as *record* and *positions*."""
    own: Iterable[tuple[Key, NetPosition | PositionRecord]] = (((p.strategy_id, p.instrument), p) for p in positions)
    net: Iterable[tuple[Key, NetPosition | PositionRecord]] = (((NET, p.instrument), p) for p in record.netted)
    return Books(
        account=record.account,
        mode=record.mode,
        base_currency=record.base_currency,
        seq=record.through_seq,
        chains={key: _chain(stored) for key, stored in (*own, *net)},
        deposits=record.deposits,
        corrections=record.corrections,
        opened=record.opened,
        executions=record.executions,
        recorded_through=record.recorded_through,
    )


def view_of(record: AccountRecord, positions: Sequence[PositionRecord]) -> View:
    """Return the broker's figures that were stored as *record*, and the market prices in *positions*."""
    marks: dict[str, Decimal] = {p.instrument: p.market_price for p in positions if p.market_price is not None}
    told = {p.instrument: p.market_price for p in record.open_positions if p.market_price is not None}
    return View(
        update=AccountUpdate(**{name: getattr(record, name) for name in AccountUpdate.model_fields}),
        marks=marks | told,
        day=(record.day or record.as_of).date(),
        open_equity=record.equity if record.day_open_equity is None else record.day_open_equity,
        open_unrealized=record.unrealized_pnl if record.day_open_unrealized is None else record.day_open_unrealized,
    )


def _position_record(account: str, key: Key, chain: Chain, marks: Marks) -> PositionRecord:
    served = position(account, key, chain, marks)
    figures = {name: getattr(served, name) for name in type(served).model_fields}
    return PositionRecord(**figures, **_fold(chain))


def _net(instrument: str, chain: Chain) -> NetPosition:
    return NetPosition(instrument=instrument, contract=chain.contract, currency=chain.currency, **_fold(chain))


def _fold(chain: Chain) -> dict[str, FoldPoint | int]:
    return {"head": _point(chain.head), "checkpoint": _point(chain.checkpoint), "through_seq": chain.through_seq}


def _chain(stored: NetPosition | PositionRecord) -> Chain:
    return Chain(
        contract=stored.contract,
        currency=stored.currency,
        checkpoint=_holding(stored.checkpoint),
        root=_holding(stored.head),
        through_seq=stored.through_seq,
    )


def _point(holding: Holding) -> FoldPoint:
    at, seq, execution_id = holding.key
    held = holding.position
    return FoldPoint(
        quantity=held.quantity,
        cost=held.cost,
        realized_pnl=held.realized_pnl,
        commission=held.commission,
        multiplier=held.multiplier,
        cash=holding.cash,
        realized_base=holding.realized_base,
        commission_base=holding.commission_base,
        day=midnight(holding.day) if holding.day else None,
        realized_day=holding.realized_day,
        last_price=holding.last_price,
        fx_rate=holding.fx_rate,
        executed_at=None if holding.key == BEFORE_ALL else at,
        venue_seq=seq,
        execution_id=execution_id,
    )


def _holding(point: FoldPoint) -> Holding:
    held = Position(point.quantity, point.cost, point.realized_pnl, point.commission, point.multiplier)
    key = (point.executed_at, point.venue_seq, point.execution_id) if point.executed_at else BEFORE_ALL
    return Holding(
        position=held,
        cash=point.cash,
        realized_base=point.realized_base,
        commission_base=point.commission_base,
        day=point.day.date() if point.day else None,
        realized_day=point.realized_day,
        last_price=point.last_price,
        fx_rate=point.fx_rate,
        key=key,
    )
