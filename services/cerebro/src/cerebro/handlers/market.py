"""What is known of the market for a few seconds, so that deciding need not ask for each signal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from mathematricks.contracts.instruments import Contract, Instrument, Quote
from mathematricks.contracts.rest import MarketQuestion, MarketView
from mathematricks.contracts.signals import Leg, StandardSignal

from cerebro.domain.inputs import Market
from cerebro.ports import World

ASKED_AT_ONCE = 20
REMEMBERED = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class _Facts:
    """What was answered about one instrument: its facts, whether its market is closed, its rate to a base."""

    instrument: Instrument
    closed: bool
    rates: dict[str, Decimal]
    at: datetime


class MarketCache:
    """
    Quotes for 5 s, instruments, rates and market hours for 10 s; what is missing is asked for, once per batch.

    What was used in the last minute is asked for again before it is too old, off the hot path.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self._quotes: dict[str, tuple[Quote, datetime]] = {}
        self._facts: dict[str, _Facts] = {}
        self._used: dict[str, tuple[Contract, str, datetime]] = {}
        self._quote_life = timedelta(seconds=world.rules.quote_life)
        self._facts_life = timedelta(seconds=world.rules.facts_life)

    def quote(self, quote: Quote, now: datetime) -> None:
        """Take in a published quote; one older than the one held is ignored."""
        held = self._quotes.get(quote.instrument)
        if held is None or quote.at >= held[0].at:
            self._quotes[quote.instrument] = quote, now

    async def know(self, signals: Iterable[tuple[StandardSignal, str]], now: datetime) -> None:
        """
        Make sure that everything these signals' instruments need is known; each comes with a base currency.

        Raises:
            Unavailable: execution was needed and does not answer.
        """
        missing: dict[str, dict[str, Leg]] = {}
        for signal, base in signals:
            for leg in signal.legs:
                self._used[leg.instrument] = leg.contract, base, now
                if not self._complete(leg.instrument, base, now):
                    missing.setdefault(base, {})[leg.instrument] = leg
        for base, legs in missing.items():
            await self._ask(list(legs.values()), base, now)

    def view(self, signal: StandardSignal, base: str, now: datetime) -> Market:
        """Return what is known now of the signal's instruments."""
        names = dict.fromkeys(leg.instrument for leg in signal.legs)
        facts = {name: known for name in names if (known := self._fresh_facts(name, now))}
        return Market(
            instruments={name: known.instrument for name, known in facts.items()},
            quotes={name: quote for name in names if (quote := self._fresh_quote(name, now))},
            rates={known.instrument.currency: known.rates[base] for known in facts.values() if base in known.rates},
            closed=tuple(name for name, known in facts.items() if known.closed),
        )

    async def refresh(self, now: datetime) -> None:
        """Ask again about what was used lately and will soon be too old."""
        soon = now + self._quote_life * 0.9
        self._used = {name: used for name, used in self._used.items() if now - used[2] < REMEMBERED}
        stale: dict[str, list[Contract]] = {}
        for name, (contract, base, _) in self._used.items():
            if name in self._facts and not self._complete(name, base, soon):
                stale.setdefault(base, []).append(contract)
        for base, contracts in stale.items():
            await self._question(contracts, base, {}, now)

    def _complete(self, name: str, base: str, now: datetime) -> bool:
        facts = self._fresh_facts(name, now)
        if facts is None or self._fresh_quote(name, now) is None:
            return False
        return facts.instrument.currency == base or base in facts.rates

    def _fresh_quote(self, name: str, now: datetime) -> Quote | None:
        held = self._quotes.get(name)
        return held[0] if held and now - held[1] <= self._quote_life else None

    def _fresh_facts(self, name: str, now: datetime) -> _Facts | None:
        facts = self._facts.get(name)
        return facts if facts and now - facts.at <= self._facts_life else None

    async def _ask(self, legs: Sequence[Leg], base: str, now: datetime) -> None:
        seen = {leg.instrument: leg.price for leg in legs if leg.price is not None and leg.price > 0}
        await self._question([leg.contract for leg in legs], base, seen, now)

    async def _question(
        self, contracts: Sequence[Contract], base: str, seen: dict[str, Decimal], now: datetime
    ) -> None:
        for start in range(0, len(contracts), ASKED_AT_ONCE):
            asked = tuple(contracts[start : start + ASKED_AT_ONCE])
            prices = {one.key: seen[one.key] for one in asked if one.key in seen}
            view = await self._world.market.ask(MarketQuestion(contracts=asked, base_currency=base, seen=prices))
            self._learn(view, base, now)

    def _learn(self, view: MarketView, base: str, now: datetime) -> None:
        for name, quote in view.quotes.items():
            self._quotes[name] = quote, now
        for name, instrument in view.instruments.items():
            known = self._facts.get(name)
            rates = dict(known.rates) if known else {}
            rates.pop(base, None)
            if (rate := view.rates.get(instrument.currency)) is not None:
                rates[base] = rate
            self._facts[name] = _Facts(instrument, name in view.closed, rates, now)
