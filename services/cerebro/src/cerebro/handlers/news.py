"""What others tell: what became of orders, how accounts stand, what things cost."""

from __future__ import annotations

from mathematricks.contracts.accounts import AccountUpdate
from mathematricks.contracts.decisions import PortfolioId
from mathematricks.contracts.executions import ExecutionConfirmation
from mathematricks.contracts.instruments import Quote
from mathematricks.contracts.orders import TERMINAL

from cerebro.domain.book_orders import OrderNews
from cerebro.handlers.ports import Ports


async def on_confirmation(told: ExecutionConfirmation, ports: Ports) -> None:
    """Take an order's state into the book that holds it; fills nobody here ordered are not the book's."""
    if told.order_id is None:
        return
    portfolio: PortfolioId = "paper" if told.account.startswith("paper:") else "live"
    ports.keepers[portfolio].hear(news_of(told, told.order_id), ports.world.clock.now())


async def on_account_update(update: AccountUpdate, ports: Ports) -> None:
    """Take an account's snapshot into the book of its mode."""
    ports.keepers["live" if update.mode == "LIVE" else "paper"].see(update)


async def on_quote(quote: Quote, ports: Ports) -> None:
    """Keep a quote for the few seconds that it is good for."""
    ports.market.quote(quote, ports.world.clock.now())


def news_of(told: ExecutionConfirmation, order_id: str) -> OrderNews:
    """Return a confirmation as the book hears it; without its fill, its own time bounds the last fill's."""
    filled_at = told.execution.recorded_at if told.execution else told.recorded_at
    return OrderNews(
        order_id=order_id,
        version=told.version,
        ended=told.status in TERMINAL,
        filled=told.filled,
        last_fill_at=filled_at if told.filled else None,
        lot=told.lot,
        shares=told.shares,
    )
