"""What the venue asks of the market: quotes, instruments and rates, from memory."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Protocol

from mathematricks.contracts.instruments import Contract, Instrument, Quote


class PaperMarket(Protocol):
    """The newest known of everything; no call waits. News comes by ``PaperVenue.quote_changed``."""

    def quote(self, contract: Contract) -> Quote | None:
        """Return the newest usable quote of *contract*, None where there is none."""

    def instrument(self, contract: Contract) -> Instrument | None:
        """Return what *contract* is, None where nobody knows it."""

    def rate(self, currency: str, base: str) -> Decimal | None:
        """Return the value of one unit of *currency* in *base*, None where unknown; 1 for the same."""


class LastKnown:
    """
    A market that does not forget: what positions are valued at when nobody quotes them any more.

    A price of an hour ago says more about what a position is worth than what it once cost. Nothing
    is traded on it: ``fresh`` gives what may be traded on.
    """

    def __init__(self, market: PaperMarket) -> None:
        self._market = market
        self._quotes: dict[str, Quote] = {}
        self._rates: dict[tuple[str, str], Decimal] = {}

    def learn(self, quotes: Iterable[Quote]) -> None:
        """Remember *quotes*."""
        self._quotes.update((quote.instrument, quote) for quote in quotes)

    def fresh(self, contract: Contract) -> Quote | None:
        """Return the market's own quote, and remember it."""
        quote = self._market.quote(contract)
        if quote is not None:
            self._quotes[quote.instrument] = quote
        return quote

    def quote(self, contract: Contract) -> Quote | None:
        return self.fresh(contract) or self._quotes.get(contract.key)

    def instrument(self, contract: Contract) -> Instrument | None:
        return self._market.instrument(contract)

    def rate(self, currency: str, base: str) -> Decimal | None:
        rate = self._market.rate(currency, base)
        if rate is not None:
            self._rates[currency, base] = rate
        return self._rates.get((currency, base))
