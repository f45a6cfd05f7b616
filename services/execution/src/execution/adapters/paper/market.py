"""What the venue asks of the market: quotes, instruments and rates, from memory."""

from __future__ import annotations

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
