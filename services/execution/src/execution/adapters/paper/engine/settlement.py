"""Settlement: what is held when its contract has expired becomes cash, at what it is worth then (RULES 4)."""

from __future__ import annotations

from datetime import datetime

from execution.adapters.paper.engine.book import Book, Draft, Outcome
from execution.adapters.paper.engine.commissions import Tariff
from execution.adapters.paper.engine.money import exact
from execution.adapters.paper.engine.orders import PaperOrder
from execution.adapters.paper.market import PaperMarket
from execution.domain.instruments import has_expired, settles_at
from execution.ports import BrokerOrder

FREE = Tariff()


@exact
def settled(book: Book, market: PaperMarket, now: datetime) -> Outcome:
    """
    Return the book without the expired positions that *market* tells the worth of; the others wait for a quote.

    Each is closed by an order of the venue's own, without commission: an execution that nobody here ordered.
    """
    draft, number = Draft(book, now), book.orders
    for position in book.account.positions.values():
        instrument, units = position.instrument, abs(position.quantity)
        if not has_expired(instrument.contract, now):
            continue
        price = settles_at(instrument.contract, market.quote)
        if price is None:
            continue
        number += 1
        asked = BrokerOrder(
            client_order_id=f"{instrument.instrument}:expiry",
            account=book.account.name,
            contract=instrument.contract,
            side="SELL" if position.quantity > 0 else "BUY",
            quantity=units,
            order_type="MARKET",
        )
        order = PaperOrder(asked=asked, instrument=instrument, number=number, accepted_at=draft.at)
        draft.arrive(order)
        draft.fill(order, units, price, market.rate(instrument.currency, book.account.base_currency), FREE)
    return draft.outcome()
