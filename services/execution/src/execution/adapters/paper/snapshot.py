"""The account summary: a book and its valuation as the port tells them."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from mathematricks.contracts.accounts import AccountUpdate, BrokerPosition, OpenOrder

from execution.adapters.paper.engine.book import Book
from execution.adapters.paper.engine.margin import STOCK_INITIAL
from execution.adapters.paper.engine.money import exact, round_figure
from execution.adapters.paper.engine.orders import PaperOrder
from execution.adapters.paper.engine.valuation import MarkedPosition, value
from execution.adapters.paper.market import PaperMarket


@exact
def summary(book: Book, market: PaperMarket, as_of: datetime) -> AccountUpdate:
    """
    Return the account as of *as_of*: cash exact per currency, the figures in base to 8 decimals.

    Realized P&L is gross of commission. Margin is of positions only; what resting orders reserve
    is the desk's own to count. Buying power is what of unleveraged stock the free margin would buy.
    """
    account = book.account
    worth = value(account, market)
    available = worth.available
    return AccountUpdate(
        account=account.name,
        mode="PAPER",
        base_currency=account.base_currency,
        equity=round_figure(worth.equity),
        cash_balance=round_figure(worth.cash),
        cash=dict(account.cash),
        rates=dict(worth.rates),
        buying_power=round_figure(max(Decimal(0), available) / STOCK_INITIAL),
        excess_liquidity=round_figure(worth.equity - worth.maintenance),
        initial_margin=round_figure(worth.initial),
        margin_used=round_figure(worth.maintenance),
        margin_available=round_figure(available),
        unrealized_pnl=round_figure(worth.unrealized),
        realized_pnl=round_figure(account.realized_base),
        open_positions=tuple(_position(marked) for marked in worth.positions),
        open_orders=tuple(_order(order) for order in book.working.values()),
        as_of=as_of,
    )


def _position(marked: MarkedPosition) -> BrokerPosition:
    held = marked.position
    return BrokerPosition(
        instrument=held.instrument.instrument,
        contract=held.instrument.contract,
        quantity=held.quantity,
        average_price=held.average_price,
        market_price=marked.price,
        multiplier=held.instrument.multiplier,
        currency=held.instrument.currency,
        unrealized_pnl=round_figure(marked.unrealized),
    )


def _order(order: PaperOrder) -> OpenOrder:
    return OpenOrder(
        client_order_id=order.id,
        instrument=order.instrument.instrument,
        side=order.asked.side,
        quantity=order.asked.quantity,
        filled=order.filled,
        order_type=order.asked.order_type,
        status=order.status,
    )
