"""The simulated market of a demo: it seeds an instrument at the first price seen, and then walks by itself."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from mathematricks.contracts.instruments import Contract, Instrument, Quote
from mathematricks.runtime.clock import Clock

from execution.adapters.market import QuotedMarket
from execution.adapters.mongo_instruments import MongoInstruments
from execution.adapters.reference import first_prices
from execution.domain.instruments import FOREX, Reference
from execution.domain.walk import DEPTH, Seed, option_premium, two_sided

SOURCE = "simulated"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class SimulatedMarket(QuotedMarket):
    """
    Every market open always, every instrument quoted once it has a seed.

    The seed is the first price anyone named, else a bundled one, and is kept: a restart goes on where
    the walk was, and no later signal moves it.
    """

    def __init__(self, instruments: MongoInstruments, known: Reference, clock: Clock) -> None:
        super().__init__(instruments, known, clock, timedelta(seconds=5))
        self._seeds: dict[str, Seed] = {}
        self._walked: dict[str, Quote] = {}

    async def start(self) -> None:
        await super().start()
        for record in await self._store.all():
            if record.seed_price is not None and record.seeded_at is not None:
                self._seeds[record.instrument] = Seed(record.seed_price, record.seeded_at)

    async def seed(self, contract: Contract, price: Decimal | None) -> None:
        instrument = self.instrument(contract)
        if instrument is None or instrument.instrument in self._seeds:
            return
        first = price if price is not None and price > 0 else _bundled(contract) or await self._premium(contract)
        if first is not None:
            seed = Seed(first, self._clock.now())
            kept = await self._store.keep_seed(instrument, seed.price, seed.at)
            self._seeds[instrument.instrument] = kept

    def quote(self, contract: Contract) -> Quote | None:
        posted = super().quote(contract)
        if posted is not None:
            return posted
        key, now = contract.key, self._clock.now().replace(microsecond=0)
        walked = self._walked.get(key)
        if walked is None or walked.at != now:
            walked = self._walk(contract, now)
            if walked is not None:
                self._walked[key] = walked
        return walked

    def quoted(self) -> list[Quote]:
        """Return a quote of everything that has a seed, and of every currency pair."""
        known = [found.contract for key in list(self._seeds) if (found := self.named(key)) is not None]
        quotes = [quote for contract in (*known, *_pairs()) if (quote := self.quote(contract)) is not None]
        return list({quote.instrument: quote for quote in [*super().quoted(), *quotes]}.values())

    async def _premium(self, contract: Contract) -> Decimal | None:
        """An option nobody has priced begins at its worth under a usual volatility of its underlying."""
        if contract.type != "OPTION":
            return None
        underlying = Contract(symbol=contract.symbol, type="STOCK")
        await self.seed(underlying, None)
        quote = self.quote(underlying)
        return option_premium(contract, quote.mid, self._clock.now()) if quote is not None else None

    def _walk(self, contract: Contract, now: datetime) -> Quote | None:
        instrument = self.instrument(contract)
        seed = self._seeds.get(contract.key) or self._unseen(contract)
        if instrument is None or seed is None:
            return None
        bid, ask = two_sided(instrument, seed, now)
        size = DEPTH[contract.type]
        return Quote.model_construct(
            instrument=instrument.instrument,
            contract=instrument.contract,
            currency=instrument.currency,
            bid=bid,
            ask=ask,
            bid_size=size,
            ask_size=size,
            at=now,
            source=SOURCE,
        )

    def _unseen(self, contract: Contract) -> Seed | None:
        """Currencies convert money, so they are quoted without anybody asking to trade them first."""
        price = _bundled(contract) if contract.type == "FOREX" else None
        return Seed(price, EPOCH) if price is not None else None

    def _mid(self, pair: str) -> Decimal | None:
        quote = self.quote(Contract.model_construct(symbol=pair, type="FOREX"))
        return quote.mid if quote is not None else super()._mid(pair)

    def _described(self, contract: Contract) -> Instrument | None:
        found = super()._described(contract)
        return found.model_copy(update={"calendar": "always"}) if found is not None else None


def _pairs() -> list[Contract]:
    """Return the currency pairs whose price is bundled."""
    by_instrument, _ = first_prices()
    return [Contract.model_construct(symbol=name, type="FOREX") for name in by_instrument if FOREX.fullmatch(name)]


def _bundled(contract: Contract) -> Decimal | None:
    by_instrument, by_root = first_prices()
    return by_root.get(contract.symbol) if contract.type == "FUTURE" else by_instrument.get(contract.key)
