"""The market in memory: instruments as the table and the rules describe them, and the newest quotes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal

from mathematricks.contracts.instruments import Contract, Instrument, Quote
from mathematricks.runtime.clock import Clock

from execution.adapters.mongo_instruments import MongoInstruments
from execution.domain import quotes
from execution.domain.instruments import Reference, describe


class QuotedMarket:
    """
    Instruments and the quotes that were posted, read from a file or told by a broker.

    A quote older than *max_age* is not shown, but still serves to convert a fill.
    """

    def __init__(self, instruments: MongoInstruments, known: Reference, clock: Clock, max_age: timedelta) -> None:
        self._store = instruments
        self._known = known
        self._clock = clock
        self._max_age = max_age
        self._quotes: dict[str, Quote] = {}
        self._instruments: dict[str, Instrument | None] = {}

    async def start(self) -> None:
        """Read what was recorded of instruments."""
        for record in await self._store.all():
            self._instruments[record.instrument] = self._described(record.contract)

    def instrument(self, contract: Contract) -> Instrument | None:
        key = contract.key
        if key not in self._instruments:
            found = self._instruments[key] = self._described(contract)
            if found is not None:
                self._store.keep(found)
        found = self._instruments[key]
        return found if found is None or found.contract.type == contract.type else self._described(contract)

    def named(self, instrument: str) -> Instrument | None:
        return self._instruments.get(instrument)

    def quote(self, contract: Contract) -> Quote | None:
        held = self._quotes.get(contract.key)
        return held if held is not None and self._clock.now() - held.at <= self._max_age else None

    def rate(self, currency: str, base: str) -> Decimal | None:
        return Decimal(1) if currency == base else quotes.rate(currency, base, self._mid)

    def take(self, quotes: Sequence[Quote]) -> list[Quote]:
        newer = []
        for quote in quotes:
            held = self._quotes.get(quote.instrument)
            if held is None or held.at < quote.at:
                self._quotes[quote.instrument] = quote
                newer.append(quote)
        return newer

    async def seed(self, contract: Contract, price: Decimal | None) -> None:
        """Nobody invents prices here."""

    def quoted(self) -> list[Quote]:
        """Return every quote that is fresh."""
        held = (self.quote(quote.contract) for quote in list(self._quotes.values()))
        return [quote for quote in held if quote is not None]

    def _mid(self, pair: str) -> Decimal | None:
        held = self._quotes.get(pair)
        return held.mid if held is not None else None

    def _described(self, contract: Contract) -> Instrument | None:
        return describe(contract, self._known)
